//! Variables of one scope: set, unset, listed. `jackin config env`, `jackin workspace env` and
//! `jackin auth` write through here.

use jackin_core::{
    EnvName, EnvValue, Registry, Source,
    edit::{Change, TomlValue},
};
use serde::Serialize;

use jackin_host::{
    Ambient,
    text::{cut, masked, names_a_secret},
};

use crate::{
    failure::{Failure, USAGE},
    scope_file::{Changed, ScopeFile, keys},
    ui::{
        input,
        report::{self, Report},
    },
};

/// What is asked of `set`.
pub(super) struct Setting<'a> {
    pub(super) name: &'a str,
    pub(super) value: Option<&'a str>,
    pub(super) secret: bool,
    pub(super) literal: bool,
    pub(super) stdin: bool,
}

pub(super) fn set(
    target: &ScopeFile,
    setting: &Setting<'_>,
    ambient: &Ambient,
    report: &Report,
) -> Result<(), Failure> {
    let layers = target.layers(ambient)?;
    let registry = layers.registry();
    let name = name_to_set(setting.name, registry)?;
    let parsed = |text: &str| match setting.literal {
        true => EnvValue::literal(text),
        false => EnvValue::parse(text),
    };
    let unusable = |error| Failure::new(USAGE, format!("the value for `{name}` {error}"));
    let value = match setting.value {
        Some(text) => {
            let value = parsed(text).map_err(unusable)?;
            if setting.secret || looks_secret(&name, &value, registry) {
                return Err(secret_argument(&name));
            }
            value
        }
        None => {
            let text = input::secret(&format!("value for `{name}`"), setting.stdin, ambient)?;
            parsed(text.expose()).map_err(unusable)?
        }
    };
    if let Some(provider) = registry.providers().iter().find(|provider| provider.key.value == name)
    {
        keys::warning(registry, provider, &value)?.iter().for_each(|text| report.warning(text));
    }
    if let Some(what) = registry.unexpanded(&name, &value).filter(|_| !setting.literal) {
        report.warning(&format!(
            "`{name}` {what}; write the whole path, or confirm the text with `--literal`"
        ));
    }
    let value =
        Change::Set { path: target.env(name.as_str()), value: TomlValue::from(&value), note: None };
    let changed = target.change(ambient, &[value])?;
    said(report, &changed, &format!("`{}`", cut(name.as_str())), target);
    Ok(())
}

/// Says what was stored, and where, and what else happened by that.
pub(super) fn said(report: &Report, changed: &Changed, what: &str, target: &ScopeFile) {
    report.plain(&format!("{}\n", keys::done(changed.stored, what, target)));
    changed.tell(report);
}

pub(super) fn unset(
    target: &ScopeFile,
    name: &str,
    ambient: &Ambient,
    report: &Report,
) -> Result<(), Failure> {
    let name = self::name(name)?;
    let shown = match Registry::built_in().is_like_key(name.as_str()) {
        true => "…".to_owned(),
        false => cut(name.as_str()),
    };
    let changed = target.change(ambient, &[Change::Unset { path: target.env(name.as_str()) }])?;
    if changed.stored {
        report.plain(&format!("unset: `{shown}` ({})\n", target.shown()));
    } else {
        report.plain(&format!("{shown} not set.\n"));
    }
    changed.tell(report);
    Ok(())
}

fn name(text: &str) -> Result<EnvName, Failure> {
    text.parse().map_err(|error: jackin_core::NameError| Failure::new(USAGE, error.to_string()))
}

/// A name that may be set; one that may not can still be unset.
fn name_to_set(text: &str, registry: &Registry) -> Result<EnvName, Failure> {
    let name = name(text)?;
    keys::check_name("variable's name", name.as_str(), registry)?;
    if name.is_reserved() {
        let message = format!("`{name}` belongs to the launcher and cannot be set");
        return Err(Failure::new(USAGE, message));
    }
    Ok(name)
}

fn secret_argument(name: &EnvName) -> Failure {
    let message = format!(
        "a value for `{name}` is not taken as an argument: it would stand in the shell's history \
         and in the list of processes"
    );
    Failure::new(USAGE, message)
        .hint("leave it out to be asked for it, or give it on standard input with `--stdin`")
}

/// Whether a literal is most likely a secret, by its name or by its looks.
fn looks_secret(name: &EnvName, value: &EnvValue, registry: &Registry) -> bool {
    let EnvValue::Literal(text) = value else { return false };
    let text = text.expose();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let random = text.len() >= 24
        && text.chars().all(plain)
        && text.contains(|c: char| c.is_ascii_digit())
        && text.contains(|c: char| c.is_ascii_alphabetic());
    registry.is_key(name)
        || names_a_secret(name.as_str())
        || registry.begins_like_key(text)
        || random
}

/// A variable of a scope, as `list` shows it.
#[derive(Serialize)]
pub(super) struct Row {
    name: String,
    kind: &'static str,
    /// What may be shown of it.
    value: String,
    file: String,
    line: Option<usize>,
}

pub(super) fn rows(target: &ScopeFile, ambient: &Ambient) -> Result<Vec<Row>, Failure> {
    let document = target.document(ambient)?;
    let layers = document.iter().flat_map(jackin_core::Document::layers);
    let layer = layers.filter(|(role, _)| *role == target.role.as_ref());
    let entries = layer.flat_map(|(_, layer)| layer.entries());
    let row = |(name, value, source): (&EnvName, &EnvValue, &Source)| Row {
        name: name.to_string(),
        kind: value.kind(),
        value: masked(value),
        file: target.file.display().to_string(),
        line: source.line,
    };
    Ok(entries.map(row).collect())
}

pub(super) fn list(target: &ScopeFile, ambient: &Ambient, json: bool) -> Result<(), Failure> {
    let rows = rows(target, ambient)?;
    if json {
        return report::json(&serde_json::json!({ "schema": 1, "env": rows }));
    }
    report::text(&table(&rows))
}

pub(super) fn table(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        let line = row.line.map_or_else(String::new, |line| format!(":{line}"));
        [row.name.clone(), row.value.clone(), format!("{}{line}", row.file)]
    };
    report::columns(&rows.iter().map(cells).collect::<Vec<_>>())
}
