//! `jackin auth set` and `unset`: a key, or where it is to be read from, in one scope.

use std::path::absolute;

use jackin_core::{
    EnvValue, Mode, Provider, Registry, SecretRef,
    edit::{Change, TomlValue},
    secret::{CommandRef, FileRef, OpRef},
};

use super::{provider, refused_argument};
use jackin_host::{Ambient, os::current_dir, text::masked};

use crate::{
    args::{AuthSet, AuthUnset},
    commands::values,
    failure::{Failure, USAGE},
    scope_file::{ScopeFile, keys},
    ui::{input, report::Report, terminal::can_ask},
};

pub(super) fn run(args: &AuthSet, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    if args.key.is_some() || !args.keys.is_empty() {
        return Err(refused_argument());
    }
    let target = ScopeFile::find(&args.scope, ambient)?;
    let layers = target.layers(ambient)?;
    let provider = provider(layers.registry(), &args.provider)?;
    let note = args.note.as_deref().map(keys::checked_note).transpose()?;
    let value = match reference(args, layers.registry())? {
        Some(reference) => EnvValue::Reference(reference),
        None => {
            if !args.source.stdin && can_ask(ambient) {
                report
                    .plain(&format!("`jackin auth guide {}` shows the way to one\n", provider.id));
            }
            let prompt = format!("key for {} (`{}`)", provider.label.value, provider.key.value);
            let text = input::secret(&prompt, args.source.stdin, ambient)?;
            let value = EnvValue::parse(text.expose());
            value.map_err(|error| Failure::new(USAGE, format!("the key {error}")))?
        }
    };
    note.map_or(Ok(()), |note| keys::check_note(note, &value, layers.registry()))?;
    let warning = keys::warning(layers.registry(), provider, &value)?;
    warning.iter().for_each(|warning| report.warning(warning));
    let value = if args.source.place.keyring {
        keys::keep(value, &provider.key.value, &target)?
    } else {
        value
    };
    let name = provider.key.value.as_str();
    let mut changes =
        vec![Change::Set { path: target.env(name), value: TomlValue::from(&value), note }];
    // Whoever stores a key here means to use it here.
    if is_ignored_here(provider, &target) {
        let path = target.path(&["providers", provider.id.as_str(), "mode"]);
        changes.push(Change::Unset { path });
    }
    let mut changed = target.change(ambient, &changes)?;
    if args.source.place.keyring {
        let stored = layers.get(&provider.key.value);
        let stored = stored.filter(|stored| stored.source.scope == target.scope());
        changed.renew(keys::renewed(
            stored.map(|stored| stored.value),
            &value,
            &provider.key.value,
        ));
    }
    let what = format!("`{name}` for {}, {}", provider.label.value, masked(&value));
    values::said(report, &changed, &what, &target);
    no_longer_ignored(provider, &target, report);
    let lost = keys::lost(note, &provider.key.value, &target);
    lost.iter().for_each(|text| report.warning(text));
    still_ignored(provider, &target, ambient, report);
    Ok(())
}

fn is_ignored_here(provider: &Provider, target: &ScopeFile) -> bool {
    let mode = provider.mode.as_ref().filter(|mode| mode.value == Mode::Ignore);
    mode.is_some_and(|mode| mode.source.scope == target.scope())
}

/// Says that a provider which was withdrawn where a key was stored is there again.
pub(super) fn no_longer_ignored(provider: &Provider, target: &ScopeFile, report: &Report) {
    if is_ignored_here(provider, target) {
        let id = &provider.id;
        report.plain(&format!("removed: `mode = \"ignore\"` of `{id}`, so that its key counts\n"));
    }
}

/// Warns if another scope withdraws the provider where a key was stored.
pub(super) fn still_ignored(
    provider: &Provider,
    target: &ScopeFile,
    ambient: &Ambient,
    report: &Report,
) {
    // The key is stored, whether or not the rest can be looked at again.
    let Ok(layers) = target.layers(ambient) else { return };
    let mode =
        layers.registry().provider(provider.id.as_str()).and_then(|stored| stored.mode.as_ref());
    if let Some(mode) = mode.filter(|mode| mode.value == Mode::Ignore) {
        report.warning(&format!("its mode is still `ignore` ({})", mode.source));
    }
}

/// The reference that was asked for in the key's place.
fn reference(args: &AuthSet, registry: &Registry) -> Result<Option<SecretRef>, Failure> {
    let place = &args.source.place;
    let reference = if let Some(uri) = &place.op {
        OpRef::new(uri, args.source.account.as_deref()).map(SecretRef::Op)
    } else if let Some(argv) = &place.command {
        CommandRef::new(argv).map(SecretRef::Command)
    } else if let Some(path) = &place.file {
        if path.file_name() == Some(path.as_os_str()) {
            keys::check_name("file's name", &path.to_string_lossy(), registry)?;
        }
        let named = path.starts_with("~") || path.is_absolute();
        let path = if named { path.clone() } else { current_dir()?.join(path) };
        let path = if path.starts_with("~") { Ok(path) } else { absolute(path) };
        let path = path.ok().and_then(|path| path.into_os_string().into_string().ok());
        FileRef::new(&path.unwrap_or_default()).map(SecretRef::File)
    } else {
        return Ok(None);
    };
    reference.map(Some).map_err(|error| Failure::new(USAGE, format!("the reference {error}")))
}

pub(super) fn unset(args: &AuthUnset, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let target = ScopeFile::find(&args.scope, ambient)?;
    let layers = target.layers(ambient)?;
    let provider = provider(layers.registry(), &args.provider)?;
    let found = layers.get(&provider.key.value).map(|found| found.value.clone());
    values::unset(&target, provider.key.value.as_str(), ambient, report)?;
    let left = found.and_then(|value| keys::forget(&value, &provider.key.value, &target));
    left.iter().for_each(|left| report.warning(left));
    Ok(())
}
