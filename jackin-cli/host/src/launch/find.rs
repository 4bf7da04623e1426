//! Finding a program's file on a search path. What would only start jackin again is passed over, and
//! entries of the path that depend on the current directory are not searched.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{program_file::ProgramFile, self_reference};
use crate::{error::HostError, os};

/// Where programs are looked for when the child has no PATH, as the C library does it.
const USUAL_PATH: &str = "/bin:/usr/bin";

/// The program's file on a search path. Files that would only start jackin again are passed over, and
/// so are empty and relative entries of the path: they lead into whatever directory is current.
///
/// # Errors
/// A program that is not there, or is not executable.
pub fn find(program: &OsStr, path: Option<&OsStr>) -> Result<PathBuf, HostError> {
    first(program, path, |file, _| Ok(Some(file)))
}

/// Whether a program is named by its path, which is meant whatever it is.
pub(super) fn is_path(program: &OsStr) -> bool {
    Path::new(program).components().count() > 1
}

/// The first file of a program that `take` makes something of; it gets the beginning of each that was
/// looked into.
pub(super) fn first<T>(
    program: &OsStr,
    path: Option<&OsStr>,
    mut take: impl FnMut(PathBuf, Option<ProgramFile>) -> Result<Option<T>, HostError>,
) -> Result<T, HostError> {
    if program.is_empty() {
        return Err(HostError::NoProgram);
    }
    let path = os::absolute_entries(path.unwrap_or(OsStr::new(USUAL_PATH)));
    let is_path = is_path(program);
    // Only for a relative one the current directory counts; without one, those fail to be found.
    let here = match is_path && Path::new(program).is_relative() {
        true => std::env::current_dir().unwrap_or_default(),
        false => PathBuf::new(),
    };
    let mut passed = None;
    for file in which::which_in_all(program, path.as_ref(), &here).into_iter().flatten() {
        let head = (!is_path).then(|| ProgramFile::open(&file));
        if head.as_ref().is_some_and(self_reference::leads_back) {
            passed.get_or_insert(file);
        } else if let Some(taken) = take(file, head)? {
            return Ok(taken);
        }
    }
    let dirs = match path {
        _ if is_path => vec![here],
        Some(path) => std::env::split_paths(&path).collect(),
        None => Vec::new(),
    };
    let there = dirs.iter().map(|dir| dir.join(program)).find(|file| file.is_file());
    Err(missing(program, is_path, passed, there))
}

/// Why a program was not found: of the files that were passed over, or cannot be executed, the first.
fn missing(
    program: &OsStr,
    is_path: bool,
    passed: Option<PathBuf>,
    there: Option<PathBuf>,
) -> HostError {
    let program = program.display().to_string();
    match (passed, there) {
        (Some(file), _) => HostError::OnlySelf { program, file },
        (None, Some(file)) => HostError::NotExecutable { file },
        (None, None) if is_path => HostError::NoSuchProgram { program },
        (None, None) => HostError::NotOnPath { program },
    }
}
