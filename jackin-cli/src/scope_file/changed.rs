//! What a change did beside what it was for: keys that are gone, and what could not be done on the disk.

use jackin_core::{Document, EnvName, EnvValue, Registry, RoleName};
use jackin_host::{
    Ambient,
    os::{VERSIONS_KEPT, WriteWarning, Written},
    text::{masked, names_a_secret},
};

use crate::ui::report::Report;

/// What became of a file.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    /// Whether anything was stored.
    pub(crate) stored: bool,
    /// The keys that are replaced or removed, masked.
    gone: Vec<String>,
    warnings: Vec<WriteWarning>,
}

impl Changed {
    pub(crate) fn new(written: Written, gone: Vec<String>) -> Self {
        let gone = if written.changed { gone } else { Vec::new() };
        Self { stored: written.changed, gone, warnings: written.warnings }
    }

    /// Adds a key that is replaced where the file need not say so.
    pub(crate) fn renew(&mut self, replaced: Option<String>) {
        self.stored |= replaced.is_some();
        self.gone.extend(replaced);
    }

    /// Says what else happened, after the line that says what was done.
    pub(crate) fn tell(&self, report: &Report) {
        self.gone.iter().for_each(|gone| report.plain(&format!("{gone}\n")));
        self.warnings.iter().for_each(|warning| report.warning(&warning.to_string()));
    }

    /// The same, where there is one line for all of it.
    #[cfg(feature = "terminal")]
    pub(crate) fn words(&self) -> impl Iterator<Item = String> {
        self.gone.iter().cloned().chain(self.warnings.iter().map(WriteWarning::to_string))
    }
}

/// How many older versions of a file are kept.
pub(crate) fn versions_kept(ambient: &Ambient) -> usize {
    let global = ambient.global().ok().flatten();
    global.and_then(|global| global.backup_keep()).unwrap_or(VERSIONS_KEPT)
}

/// The keys that a file held and holds no more, in words.
pub(crate) fn gone(
    before: Option<&Document>,
    after: Option<&Document>,
    registry: &Registry,
) -> Vec<String> {
    let is_key = |name: &EnvName| registry.is_key(name) || names_a_secret(name.as_str());
    let held = |document: Option<&Document>| -> Vec<(Option<RoleName>, EnvName, EnvValue)> {
        let layers = document.into_iter().flat_map(Document::layers);
        let entries = layers.flat_map(|(role, layer)| {
            let own = move |(name, value, _): (&EnvName, &EnvValue, _)| {
                (role.cloned(), name.clone(), value.clone())
            };
            layer.entries().map(own).collect::<Vec<_>>()
        });
        entries.filter(|(_, name, value)| is_key(name) && !value.is_blank()).collect()
    };
    let now = held(after);
    let mut words = Vec::new();
    for (role, name, value) in held(before) {
        let still = now.iter().find(|(of, new, _)| *of == role && *new == name);
        let what = match still {
            Some((.., new)) if is_same(new, &value) => continue,
            Some(_) => "replaced",
            None => "removed",
        };
        let role = role.map_or_else(String::new, |role| format!(" of role `{role}`"));
        words.push(format!("{what} {} (`{name}`{role})", masked(&value)));
    }
    words
}

fn is_same(one: &EnvValue, other: &EnvValue) -> bool {
    match (one, other) {
        (EnvValue::Literal(one), EnvValue::Literal(other)) => one.expose() == other.expose(),
        (EnvValue::Reference(one), EnvValue::Reference(other)) => one == other,
        _ => false,
    }
}
