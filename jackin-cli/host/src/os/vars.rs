//! Variables of an environment, which the caller hands in, and what is found by them: the home
//! directory, paths below it, programs.

use std::{
    borrow::Cow,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use jackin_core::plan::{Vars, same_name};

/// The variable that names the home directory on this system.
pub const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// A variable; of two with one name the first, as programs read it.
#[must_use]
pub fn var<'a>(vars: &'a Vars, name: &str) -> Option<&'a OsStr> {
    let found = vars.iter().find(|(known, _)| same_name(known, name.as_ref()));
    found.map(|(_, value)| value.as_os_str())
}

/// A variable that holds a path, unless it is empty.
#[must_use]
pub fn path(vars: &Vars, name: &str) -> Option<PathBuf> {
    var(vars, name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The home directory. A relative one counts as none: it would make every directory somebody's home.
#[must_use]
pub fn home(vars: &Vars) -> Option<PathBuf> {
    path(vars, HOME).filter(|home| home.is_absolute())
}

/// A path with the home directory for a `~` at its beginning. Without a home directory the path stays
/// as it is.
#[must_use]
pub fn expanded<'a>(vars: &Vars, text: &'a str) -> Cow<'a, Path> {
    let below = text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    match below.and_then(|rest| Some((rest, home(vars)?))) {
        Some((rest, home)) => home.join(rest.trim_start_matches('/')).into(),
        None => Path::new(text).into(),
    }
}

/// A search path without its empty and relative entries: those lead into whatever directory is current,
/// which may be a cloned repository. None where nothing is left, since an empty path is such an entry.
pub(crate) fn absolute_entries(path: &OsStr) -> Option<Cow<'_, OsStr>> {
    if unsearched_entries(path).next().is_none() {
        return Some(path.into());
    }
    let absolute = std::env::split_paths(path).filter(|entry| entry.is_absolute());
    // What was split can be joined.
    let joined = std::env::join_paths(absolute).unwrap_or_default();
    Some(joined).filter(|path| !path.is_empty()).map(Cow::from)
}

/// The entries of a search path in which nothing is looked for, since they are empty or relative.
pub fn unsearched_entries(path: &OsStr) -> impl Iterator<Item = PathBuf> {
    std::env::split_paths(path).filter(|entry| !entry.is_absolute())
}

/// A program's file on the PATH of an environment.
#[must_use]
pub fn program(vars: &Vars, name: &Path) -> Option<PathBuf> {
    // Without a current directory only relative names fail to be found.
    let here = std::env::current_dir().unwrap_or_default();
    let path = absolute_entries(var(vars, "PATH").unwrap_or_default());
    which::which_in(name, path, here).ok()
}
