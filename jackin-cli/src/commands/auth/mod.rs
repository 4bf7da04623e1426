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

use std::collections::{BTreeMap, BTreeSet};

use jackin_core::{
    Config, Document, EnvLayers, EnvName, EnvValue, NameOrigin, Provider, Registry, RoleName,
    Source, WorkspaceName,
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
    /// The role of the place or of the scope.
    role: Option<RoleName>,
    note: Option<String>,
}

/// The keys that count for a place, or, if all are asked for, those of every scope.
fn listed(all: bool, list: &List, ambient: &Ambient) -> Result<Vec<Key>, Failure> {
    let here = layers(&list.place, ambient)?;
    let mut keys: Vec<_> = here.registry().providers().iter().map(|own| key(own, &here)).collect();
    if all {
        let in_files =
            |key: &Key| key.found.as_ref().is_some_and(|found| found.source.file.is_some());
        keys.retain(|key| !in_files(key));
        let stored = stored(ambient)?;
        let held: BTreeSet<_> = stored.iter().map(|key| key.provider.id.clone()).collect();
        // The row for the lack of one says nothing any more.
        keys.retain(|key| key.found.is_some() || !held.contains(&key.provider.id));
        keys.extend(stored);
        let providers = here.registry().providers().iter();
        let order: BTreeMap<_, _> = providers.zip(0..).map(|(own, at)| (&own.id, at)).collect();
        keys.sort_by_key(|key| order.get(&key.provider.id).copied().unwrap_or(order.len()));
    }
    add_notes(&mut keys);
    Ok(keys)
}

/// A provider's key that counts for a place.
fn key(provider: &Provider, here: &EnvLayers) -> Key {
    let found = here.get(&provider.key.value);
    // An exported variable without a value is no key.
    let found = found.filter(|found| found.source.file.is_some() || !found.value.is_blank());
    let found = found.map(|found| Found {
        value: found.value.clone(),
        source: found.source,
        shadowed: found.shadowed,
        role: here.role.clone(),
        note: None,
    });
    Key { provider: provider.clone(), found }
}

fn add_notes(keys: &mut [Key]) {
    let found = keys.iter().filter_map(|key| Some((key, key.found.as_ref()?)));
    let noted =
        found.map(|(key, found)| (&found.source, found.role.as_ref(), &key.provider.key.value));
    let notes = keys::notes(&noted.collect::<Vec<_>>());
    let found = keys.iter_mut().filter_map(|key| key.found.as_mut());
    found.zip(notes).for_each(|(found, note)| found.note = note);
}

/// The keys that every scope of every file sets.
fn stored(ambient: &Ambient) -> Result<Vec<Key>, Failure> {
    let mut files: Vec<(Option<WorkspaceName>, Document)> = Vec::new();
    files.extend(ambient.global()?.map(|document| (None, document)));
    for name in ambient.workspaces()? {
        let (name, document) = ambient.named_workspace(name.as_str(), NameOrigin::Argument)?;
        files.push((Some(name), document));
    }
    let mut keys = Vec::new();
    for (workspace, document) in &files {
        let file = ambient.file(workspace.as_ref())?;
        let of_file = ScopeFile { workspace: workspace.clone(), role: None, file };
        let of_file = owners(of_file.own_layers(ambient, true)?.registry());
        // Most roles set nothing but variables, and have the providers of their file.
        let global = files.first().filter(|(workspace, _)| workspace.is_none());
        let global = global.map(|(_, global)| global);
        let own = [Some(document), global].into_iter().flatten();
        let own: BTreeSet<_> = own.flat_map(Document::roles_with_settings).collect();
        for (role, layer) in document.layers() {
            let of_role = role.filter(|role| own.contains(role));
            let of_role = of_role.map(|role| {
                let local = workspace.clone().map(|name| (name, document.of_role(role)));
                let global = global.map(|global| global.of_role(role));
                let config = Config { global, workspace: local, ..Config::default() };
                let layers = config.layers(Some((role.as_str(), NameOrigin::Argument)))?;
                Ok::<_, Failure>(owners(layers.registry()))
            });
            let of_role = of_role.transpose()?;
            let owners = of_role.as_ref().unwrap_or(&of_file);
            keys.extend(layer.entries().filter_map(|(name, value, source)| {
                let (value, source) = (value.clone(), source.clone());
                let (role, shadowed) = (role.cloned(), Vec::new());
                let found = Some(Found { value, source, shadowed, role, note: None });
                Some(Key { provider: owners.get(name)?.clone(), found })
            }));
        }
    }
    Ok(keys)
}

/// The first provider of every variable that holds a key.
fn owners(registry: &Registry) -> BTreeMap<EnvName, Provider> {
    let providers = registry.providers().iter().rev();
    providers.map(|provider| (provider.key.value.clone(), provider.clone())).collect()
}

fn refused_argument() -> Failure {
    let message = "a key is not taken as an argument: it would stand in the shell's history and in \
                   the list of processes";
    Failure::new(USAGE, message)
        .hint("leave it out to be asked for it, or give it on standard input with `--stdin`")
}
