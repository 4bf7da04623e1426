//! Who else may use the configuration: other users, and whoever sees a repository.

use std::{ffi::OsStr, path::Path};

use jackin_host::{Ambient, HelperProblem, HostError, os::says_yes};

#[cfg(unix)]
use super::ConfigFile;
use super::{Finding, Seen};

/// Files with keys that others may read, and directories that others may change. A file that they may change
/// is not read at all.
#[cfg(unix)]
pub(super) fn open_to_others(seen: &Seen<'_>) -> Vec<Finding> {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    const CHECK: &str = "permissions";
    let mode = |path: &Path| {
        fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode() & 0o777)
    };
    let file = |file: &ConfigFile| {
        let mode = mode(&file.path);
        if mode & 0o077 == 0 || !holds_literals(file) {
            return None;
        }
        let what = format!("it holds values, and others may read them: its mode is {mode:03o}");
        let hint = format!("`chmod 600 {}` makes it yours alone", file.path.display());
        Some(Finding::problem(CHECK, what).at(file.path.display()).hint(hint))
    };
    let root = seen.ambient.config_dir();
    let dirs = root.iter().flat_map(|root| [root.clone(), root.join("workspaces")]);
    let open = dirs.filter(|dir| mode(dir) & 0o022 != 0).map(|dir| {
        let what = format!("others may put files there: its mode is {:03o}", mode(&dir));
        let hint = format!("`chmod 700 {}` makes it yours alone", dir.display());
        Finding::problem(CHECK, what).at(dir.display()).hint(hint)
    });
    open.chain(seen.files.iter().filter_map(file)).collect()
}

#[cfg(not(unix))]
pub(super) fn open_to_others(_: &Seen<'_>) -> Vec<Finding> {
    Vec::new()
}

/// Whether a value stands in the file itself. Any of them may be a secret.
#[cfg(unix)]
fn holds_literals(file: &ConfigFile) -> bool {
    let Ok(document) = &file.document else { return true };
    let values = document.layers().flat_map(|(_, layer)| layer.entries());
    values.into_iter().any(|(_, value, _)| value.reference().is_none() && !value.is_blank())
}

/// Files with keys that a repository holds, or would take.
pub(super) fn in_a_repository(seen: &Seen<'_>) -> Vec<Finding> {
    let with_keys = seen.files.iter().filter(|file| !super::keys::literals(seen, file).is_empty());
    let findings = with_keys.filter_map(|file| {
        let finding = match is_in_repository(&file.path, seen.ambient) {
            Ok(false) => return None,
            Ok(true) => {
                let what = "it holds keys, and stands in a Git repository";
                Finding::problem("repository", what).hint(
                    "keep the keys elsewhere, for example with `jackin auth set … --keyring`, or \
                     have Git ignore the file",
                )
            }
            Err(error) => {
                let what = "it holds keys, and whether Git ignores it cannot be told";
                let finding = Finding::problem("repository", format!("{what}: {error}"));
                Finding { hint: error.advice(), ..finding }
            }
        };
        Some(finding.at(file.path.display()))
    });
    findings.collect()
}

/// Whether a file is below a working tree that does not ignore it; links are followed first.
fn is_in_repository(file: &Path, ambient: &Ambient) -> Result<bool, HostError> {
    let Some(file) = file.canonicalize().ok() else { return Ok(false) };
    let Some(dir) = file.parent() else { return Ok(false) };
    if !dir.ancestors().any(|dir| dir.join(".git").exists()) {
        return Ok(false);
    }
    let flags = ["check-ignore", "--quiet", "--"].map(OsStr::new);
    let args = [&["-C".as_ref(), dir.as_os_str()], &flags[..], &[file.as_os_str()]].concat();
    match says_yes(ambient.vars(), "git", args) {
        Ok(is_ignored) => Ok(!is_ignored),
        // Without Git nothing is ignored.
        Err(HostError::Helper { problem: HelperProblem::NotStarted(_), .. }) => Ok(true),
        Err(error) => Err(error),
    }
}
