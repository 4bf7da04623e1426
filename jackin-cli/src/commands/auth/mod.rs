//! `jackin auth`: the providers' keys, per scope. A key is never an argument and never shown.

mod check;
mod guide;
mod import;
mod list;
#[cfg(feature = "request")]
mod refusal;
#[cfg(feature = "request")]
mod request;
mod set;

#[cfg(test)]
pub(crate) use list::Listing as Keys;

use jackin_core::{
    Document, EnvName, EnvValue, NameOrigin, Provider, Registry, Source, WorkspaceName,
};
use jackin_host::Ambient;

use crate::{
    args::{Auth, List},
    commands::{layers, provider},
    failure::{Failure, USAGE},
    scope_file::{ScopeFile, keys},
    ui::report::Report,
};

pub(super) fn run(auth: &Auth, ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    match auth {
        Auth::List(args) => list::run(args, ambient)?,
        Auth::Set(args) => set::run(args, ambient, report)?,
        Auth::Unset(args) => set::unset(args, ambient, report)?,
        Auth::Check(args) => return check::run(args, ambient),
        Auth::Import(args) => import::run(args, ambient, report)?,
        Auth::Guide(args) => guide::run(args, ambient)?,
        #[cfg(feature = "request")]
        Auth::Request(args) => return request::run(args, ambient, report),
        #[cfg(not(feature = "request"))]
        Auth::Request(_) => {
            return Err(Failure::new(
                crate::failure::FAILED,
                "this build of jackin cannot ask for keys",
            )
            .hint("`jackin auth guide gateway` says how else"));
        }
    }
    Ok(0)
}

/// The provider of that name, else the one that keys are asked of.
fn asked<'a>(registry: &'a Registry, id: Option<&str>) -> Result<&'a Provider, Failure> {
    match id {
        Some(id) => provider(registry, id),
        None => registry
            .providers()
            .iter()
            .find(|provider| provider.request_token.is_some())
            .ok_or_else(|| Failure::new(USAGE, "which provider?").hint("name it")),
    }
}

/// A provider's key, or the lack of one.
struct Key {
    provider: Provider,
    found: Option<Found>,
}

/// What a scope holds for a provider's key.
struct Found {
    value: EnvValue,
    source: Source,
    shadowed: Vec<Source>,
    note: Option<String>,
}

/// The keys that count for a place, or, if all are asked for, those of every scope.
fn listed(all: bool, list: &List, ambient: &Ambient) -> Result<Vec<Key>, Failure> {
    let here = layers(&list.place, ambient)?;
    let mut keys = Vec::new();
    for provider in here.registry().providers().iter() {
        let found = here.get(&provider.key.value);
        // An exported variable without a value is no key.
        let found = found.filter(|found| found.source.file.is_some() || !found.value.is_blank());
        let found = found.map(|found| Found {
            note: keys::note(&found.source, here.role.as_ref(), &provider.key.value),
            value: found.value.clone(),
            source: found.source,
            shadowed: found.shadowed,
        });
        keys.push(Key { provider: provider.clone(), found });
    }
    if all {
        let stored = stored(ambient)?;
        let in_files =
            |key: &Key| key.found.as_ref().is_some_and(|found| found.source.file.is_some());
        keys.retain(|key| !in_files(key));
        for scope in &stored {
            let registry = scope.target.layers(ambient)?.registry().clone();
            for (name, value, source) in &scope.entries {
                let owner =
                    registry.providers().iter().find(|provider| provider.key.value == *name);
                let Some(provider) = owner.cloned() else { continue };
                // The row for the lack of one says nothing any more.
                keys.retain(|key| key.found.is_some() || key.provider.id != provider.id);
                keys.push(Key {
                    found: Some(Found {
                        value: value.clone(),
                        source: source.clone(),
                        shadowed: Vec::new(),
                        note: keys::note(source, scope.target.role.as_ref(), name),
                    }),
                    provider,
                });
            }
        }
        let order: Vec<_> =
            here.registry().providers().iter().map(|provider| provider.id.clone()).collect();
        keys.sort_by_key(|key| {
            order.iter().position(|id| *id == key.provider.id).unwrap_or(order.len())
        });
    }
    Ok(keys)
}

/// What one scope of one file sets.
struct Stored {
    target: ScopeFile,
    entries: Vec<(EnvName, EnvValue, Source)>,
}

/// What every scope of every file sets.
fn stored(ambient: &Ambient) -> Result<Vec<Stored>, Failure> {
    let mut files: Vec<(Option<WorkspaceName>, Document)> = Vec::new();
    files.extend(ambient.global()?.map(|document| (None, document)));
    for name in ambient.workspaces()? {
        let (name, document) = ambient.named_workspace(name.as_str(), NameOrigin::Argument)?;
        files.push((Some(name), document));
    }
    let mut scopes = Vec::new();
    for (workspace, document) in &files {
        for (role, layer) in document.layers() {
            let target = ScopeFile {
                workspace: workspace.clone(),
                role: role.cloned(),
                file: ambient.file(workspace.as_ref())?,
            };
            let entries =
                layer.entries().map(|(name, value, at)| (name.clone(), value.clone(), at.clone()));
            scopes.push(Stored { target, entries: entries.collect() });
        }
    }
    Ok(scopes)
}

fn refused_argument() -> Failure {
    let message = "a key is not taken as an argument: it would stand in the shell's history and in \
                   the list of processes";
    Failure::new(USAGE, message)
        .hint("leave it out to be asked for it, or give it on standard input with `--stdin`")
}
