use std::{borrow::Cow, ffi::OsStr, ptr};

use crate::{
    names::EnvName,
    plan::{PlannedValue, PlannedVar, ReadyPlan, Vars, child_vars},
};

/// What a child's environment adds to its parent's, and what it leaves out: the input of
/// [`Shell::export`] and [`Format::write`].
///
/// It holds the values that are set, secrets included, so it has no `Debug`.
///
/// [`Shell::export`]: crate::export::Shell::export
/// [`Format::write`]: crate::export::Format::write
pub struct Changes<'a> {
    /// What the environment is for: letters, digits, `-` and `_`.
    pub(super) title: String,
    pub(super) set: Vec<SetVar<'a>>,
    missing: Vec<&'a EnvName>,
    pub(super) remove: Vec<&'a OsStr>,
}

/// What shells set again for everything that they start, or do not let go; `path` is zsh's `PATH`.
const SHELLS_OWN: [&str; 13] = [
    "BASHOPTS",
    "EUID",
    "HISTCMD",
    "OLDPWD",
    "OPTIND",
    "PPID",
    "PWD",
    "SHELLOPTS",
    "SHLVL",
    "UID",
    "_",
    "path",
    "status",
];

/// A variable that is set.
pub(super) struct SetVar<'a> {
    pub(super) name: &'a EnvName,
    pub(super) value: Cow<'a, str>,
    /// Whether the value must not be shown.
    pub(super) is_secret: bool,
    /// Whether the parent has a variable of this name.
    pub(super) replaces: bool,
}

impl<'a> Changes<'a> {
    /// The changes that a plan makes to an environment, except to what every shell sets for itself.
    #[must_use]
    pub fn of(ready: &'a ReadyPlan, parent: &'a Vars) -> Self {
        let plan = ready.plan();
        let child = child_vars(ready, parent);
        // The child has what it inherits in the parent's order, then what is set in the plan's. Both
        // are borrowed, so that comparing addresses tells whether the next name is the very same.
        let names: Vec<_> = child.iter().map(|(name, _)| *name).collect();
        let mut rest = child.into_iter().peekable();
        let mut next = |name: &OsStr| rest.next_if(|(own, _)| ptr::eq(*own, name));
        let before = parent.iter().map(|(name, _)| name.as_os_str());
        let gone: Vec<_> = before.filter(|name| next(name).is_none()).collect();
        let (mut set, mut missing) = (Vec::with_capacity(plan.set.len()), Vec::new());
        for PlannedVar { name, value, .. } in &plan.set {
            let key = OsStr::new(name.as_str());
            let is_secret = matches!(value, PlannedValue::Secret(_));
            // A plan holds text alone.
            match next(key).and_then(|(_, value)| as_text(value)) {
                Some(value) => {
                    set.push(SetVar { name, value, is_secret, replaces: gone.contains(&key) });
                }
                None => missing.push(name),
            }
        }
        debug_assert!(rest.next().is_none(), "the child has what is neither inherited nor set");
        let remove = removed(gone, |name| names.contains(&name));
        let title = format!("jackin-{}-{}", plan.agent, plan.provider);
        Self { title, set, missing, remove }
    }

    /// The names that the plan sets and the child does not get.
    pub fn missing(&self) -> impl Iterator<Item = &EnvName> {
        self.missing.iter().copied()
    }

    /// The names that are removed.
    pub fn removed(&self) -> impl Iterator<Item = &OsStr> {
        self.remove.iter().copied()
    }
}

/// A value as text, if it is one.
fn as_text(value: Cow<'_, OsStr>) -> Option<Cow<'_, str>> {
    match value {
        Cow::Borrowed(value) => value.to_str().map(Cow::Borrowed),
        Cow::Owned(value) => value.into_string().ok().map(Cow::Owned),
    }
}

/// The names to remove, sorted: of two variables with one name only the second is gone.
fn removed(mut gone: Vec<&OsStr>, is_kept: impl Fn(&OsStr) -> bool) -> Vec<&OsStr> {
    let is_shells = |name: &OsStr| SHELLS_OWN.iter().any(|own| name == *own);
    gone.retain(|name| !is_kept(name) && !is_shells(name));
    gone.sort_unstable();
    gone.dedup();
    gone
}
