//! A key in one scope: how it is checked, kept, tried and shown. `jackin auth` and the console go
//! through here; who is asked for the key is their business.

use std::collections::BTreeMap;

use jackin_core::{
    EnvName, EnvValue, Provider, Registry, RoleName, Secret, SecretError, SecretRef, Source, edit,
    secret::KeyringRef,
};
use jackin_host::{
    keys,
    os::read_file,
    text::{masked, moments},
};

use crate::{
    failure::{Failure, USAGE, key_hint},
    scope_file::ScopeFile,
};

/// A value whose note is asked for: its place, the role that counts, and its variable.
pub(crate) type Noted<'a> = (&'a Source, Option<&'a RoleName>, &'a EnvName);

/// The comment behind a value in its file.
#[cfg(feature = "terminal")]
pub(crate) fn note(source: &Source, role: Option<&RoleName>, name: &EnvName) -> Option<String> {
    notes(&[(source, role, name)]).pop().flatten()
}

/// The comments behind values in their files, each of which is read once.
pub(crate) fn notes(values: &[Noted<'_>]) -> Vec<Option<String>> {
    let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (source, ..)) in values.iter().enumerate() {
        source.file.iter().for_each(|file| by_file.entry(file).or_default().push(at));
    }
    let mut notes = vec![None; values.len()];
    for (file, of_file) in by_file {
        let Ok(Some(file)) = read_file(file.as_ref()) else { continue };
        let path = |at: &usize| {
            let (source, role, name) = values[*at];
            edit::in_scope(role.filter(|_| source.scope.is_of_role()), &["env", name.as_str()])
        };
        let paths: Vec<_> = of_file.iter().map(path).collect();
        for (at, note) in of_file.into_iter().zip(edit::notes(file.text(), &paths)) {
            notes[at] = note.filter(|note| !note.is_empty()).map(str::to_owned);
        }
    }
    notes
}

/// A comment's text, on one line.
pub(crate) fn checked_note(text: &str) -> Result<&str, Failure> {
    if text.chars().any(char::is_control) {
        return Err(Failure::new(USAGE, "the note holds a line break or a control character"));
    }
    Ok(text.trim())
}

/// Refuses a note that holds the key, or one like it: notes are shown.
pub(crate) fn check_note(note: &str, key: &EnvValue, registry: &Registry) -> Result<(), Failure> {
    let literal = match key {
        EnvValue::Literal(text) => text.expose().trim(),
        EnvValue::Reference(_) => "",
    };
    let holds_key = literal.len() >= SHORTEST_KEY && note.contains(literal);
    let words = note.split(|c: char| c.is_whitespace() || "\"'`,;:=()<>[]{}".contains(c));
    if holds_key || words.into_iter().any(|word| registry.begins_like_key(word)) {
        return Err(Failure::new(USAGE, "the note holds a key, and notes are shown")
            .hint("leave the key out of the note; nothing was stored or sent"));
    }
    Ok(())
}

/// The shortest key, in bytes, that is looked for in a note.
const SHORTEST_KEY: usize = 8;

/// Refuses a name that is most likely a key: names are shown. The name is not repeated.
pub(crate) fn check_name(what: &str, name: &str, registry: &Registry) -> Result<(), Failure> {
    if registry.is_like_key(name) {
        return Err(Failure::new(
            USAGE,
            format!("the {what} looks like a key, and names are shown"),
        )
        .hint("`jackin auth set PROVIDER` asks for a key; nothing was stored"));
    }
    Ok(())
}

/// Warns if a note could not be kept: in an inline table a comment has no place. What was stored is
/// stored, so that a file that cannot be looked at again is no failure.
pub(crate) fn lost(note: Option<&str>, name: &EnvName, target: &ScopeFile) -> Option<&'static str> {
    let file = read_file(&target.file).ok()?.unwrap_or_default();
    let kept = edit::note(file.text(), &target.env(name.as_str())).is_some();
    let lost = note.is_some_and(|note| !note.is_empty() && !kept);
    lost.then_some("the note was not kept: an inline table has no place for it")
}

/// Checks a literal key before it is stored, and says what is unusual.
pub(crate) fn warning(
    registry: &Registry,
    provider: &Provider,
    value: &EnvValue,
) -> Result<Option<String>, Failure> {
    let EnvValue::Literal(key) = value else { return Ok(None) };
    registry.check_key(provider, key.expose()).map_err(|problem| {
        Failure::new(USAGE, format!("the key for provider `{}` {problem}", provider.id))
            .hint(format!("{}; nothing was stored", key_hint(&problem, &provider.id)))
    })
}

/// Whether a key that has been read can be used, and what is unusual.
pub(crate) fn tried(
    registry: &Registry,
    provider: &Provider,
    key: &Secret,
) -> Result<Option<String>, SecretError> {
    let unusual = registry.check_key(provider, key.expose());
    let unusual = unusual.map_err(|problem| {
        SecretError::new(format!("it {problem}"), Some(key_hint(&problem, &provider.id)))
    })?;
    let ended = provider.expires_at.filter(|at| moments::is_over(*at));
    ended.map_or(Ok(unusual), |at| {
        Err(SecretError::new(moments::words(at), provider.expired.clone().map(Into::into)))
    })
}

/// What was done, and where.
pub(crate) fn done(changed: bool, what: &str, target: &ScopeFile) -> String {
    let done = if changed { "stored" } else { "nothing to change" };
    format!("{done}: {what} ({})", target.shown())
}

/// The entry that holds a scope's key in the keyring. A workspace's name has no slash and a
/// variable's neither, so no two scopes share one.
fn entry(name: &EnvName, target: &ScopeFile) -> Result<KeyringRef, Failure> {
    let mut entry = String::from("jackin/");
    if let Some(workspace) = &target.workspace {
        entry.push_str(&format!("workspaces/{workspace}/"));
    }
    if let Some(role) = &target.role {
        entry.push_str(&format!("roles/{role}/"));
    }
    entry.push_str(name.as_str());
    KeyringRef::new(&entry).map_err(|error| Failure::new(USAGE, format!("the entry {error}")))
}

/// Puts a key into the keyring; what is stored in its place.
pub(crate) fn keep(
    value: EnvValue,
    name: &EnvName,
    target: &ScopeFile,
) -> Result<EnvValue, Failure> {
    let entry = entry(name, target)?;
    let EnvValue::Literal(key) = value else {
        return Err(Failure::new(USAGE, "a reference is not put into the keyring, only a key is"));
    };
    keys::keep(&entry, key.expose().into())?;
    Ok(EnvValue::Reference(SecretRef::Keyring(entry)))
}

/// Tells of a key in the keyring whose place another one took: its entry, and with it the file, stays the
/// same.
pub(crate) fn renewed(
    stored: Option<&EnvValue>,
    value: &EnvValue,
    name: &EnvName,
) -> Option<String> {
    match (stored, value) {
        (
            Some(EnvValue::Reference(SecretRef::Keyring(old))),
            EnvValue::Reference(SecretRef::Keyring(new)),
        ) if old == new => Some(format!("replaced {} (`{name}`)", masked(value))),
        _ => None,
    }
}

/// Removes a key from the keyring that is no longer stored, if it was kept there for this scope. It is no
/// failure if that cannot be done, since the change is stored: it is what to warn of.
pub(crate) fn forget(value: &EnvValue, name: &EnvName, target: &ScopeFile) -> Option<String> {
    let own = entry(name, target).ok()?;
    let error = match value {
        EnvValue::Reference(SecretRef::Keyring(entry)) if *entry == own => {
            keys::forget(entry).err()?
        }
        _ => return None,
    };
    Some(format!("the key is still in the keyring: {error}"))
}
