//! What lies in the configuration directory and should not: leftovers of writers, files of other owners.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Finding, Seen};

/// How the name of a file ends that a writer was killed over.
const UNFINISHED: &str = ".jackin-new";
/// The lock of older versions.
const OLD_LOCK: &str = ".jackin.lock";
/// Older versions of the files.
const BACKUP: &str = ".backup";

/// Files that a killed writer left, or an older version of jackin.
pub(super) fn leftovers(seen: &Seen<'_>) -> Vec<Finding> {
    const CHECK: &str = "leftovers";
    let found = entries(seen).into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let finding = if name.ends_with(UNFINISHED) {
            Finding::problem(CHECK, "a writer that was killed left it; it may hold keys")
        } else if name == OLD_LOCK && cfg!(unix) {
            Finding::info(CHECK, "older versions of jackin locked it; this one does not need it")
        } else {
            return None;
        };
        let hint = format!("`rm {}`, while no jackin is writing", path.display());
        Some(finding.at(path.display()).hint(hint))
    });
    found.collect()
}

/// Files that belong to another user than their directory does, as after `sudo`.
#[cfg(unix)]
pub(super) fn of_other_owners(seen: &Seen<'_>) -> Vec<Finding> {
    use std::os::unix::fs::MetadataExt as _;

    let Some(root) = seen.ambient.config_dir() else { return Vec::new() };
    let Ok(own) = fs::metadata(&root).map(|metadata| metadata.uid()) else { return Vec::new() };
    let found = entries(seen).into_iter().filter_map(|path| {
        let owner = fs::symlink_metadata(&path).ok()?.uid();
        let what =
            format!("it belongs to another user (uid {owner}) than its directory (uid {own})");
        let hint = format!("look at what it holds, then `sudo chown {own} {}`", path.display());
        let is_other = owner != own;
        is_other.then(|| Finding::problem("owner", what).at(path.display()).hint(hint))
    });
    found.collect()
}

#[cfg(not(unix))]
pub(super) fn of_other_owners(_: &Seen<'_>) -> Vec<Finding> {
    Vec::new()
}

/// Everything in the directories of the configuration.
fn entries(seen: &Seen<'_>) -> Vec<PathBuf> {
    let Some(root) = seen.ambient.config_dir() else { return Vec::new() };
    let workspaces = root.join("workspaces");
    let dirs = [root.join(BACKUP), workspaces.join(BACKUP), workspaces, root];
    let mut found: Vec<_> = dirs.iter().flat_map(|dir| names(dir)).collect();
    found.sort();
    found
}

fn names(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}
