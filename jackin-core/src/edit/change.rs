use super::{EditError, TomlValue, set, unset};
use crate::names::RoleName;

/// One change of a text.
#[derive(Debug, Clone)]
pub enum Change<'a> {
    /// Sets a value, as [`set`] does.
    Set {
        /// The keys that lead to it.
        path: Vec<&'a str>,
        /// The value.
        value: TomlValue,
        /// The comment after it, where that changes.
        note: Option<&'a str>,
    },
    /// Removes what is there, if anything is, as [`unset`] does.
    Unset {
        /// The keys that lead to it.
        path: Vec<&'a str>,
    },
}

/// The text after all the changes, one after the other.
///
/// ```
/// use jackin_core::{RoleName, edit::{Change, TomlValue, apply, in_scope}};
///
/// let role: RoleName = "dev".parse()?;
/// let path = in_scope(Some(&role), &["env", "A"]);
/// let set = Change::Set { path, value: TomlValue::string("x"), note: None };
/// let unset = Change::Unset { path: in_scope(None, &["env", "A"]) };
/// let text = apply("[env]\nA = 'y'\n", &[set, unset])?;
/// assert_eq!(text, "[env]\n\n[roles.dev.env]\nA = \"x\"\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`set`] and [`unset`].
pub fn apply(text: &str, changes: &[Change<'_>]) -> Result<String, EditError> {
    changes.iter().try_fold(text.to_owned(), |text, change| match change {
        Change::Set { path, value, note } => set(&text, path, value, *note),
        Change::Unset { path } => Ok(unset(&text, path)?.unwrap_or(text)),
    })
}

/// The path of keys in a configuration's text: those of a role are below `roles.NAME`.
#[must_use]
pub fn in_scope<'a>(role: Option<&'a RoleName>, keys: &[&'a str]) -> Vec<&'a str> {
    let role = role.into_iter().flat_map(|role| ["roles", role.as_str()]);
    role.chain(keys.iter().copied()).collect()
}
