//! The machine: the one opener of files, the one writer with its lock, the one runner of helper
//! programs with their process groups and signals, and the variables of an environment. This room
//! knows no agent, no provider and no layout of files.

mod ask;
mod ask_plainly;
mod chain;
mod file_id;
mod linked;
mod open;
mod ownership;
mod pipe;
mod process_group;
mod read;
mod signals;
mod vars;
mod watched;
mod write;

#[cfg(feature = "keyring")]
pub(crate) use ask::secret_text;
pub(crate) use ask::{LIMIT, Messages, Question, one_line};
pub use ask::{LONGEST_SECRET, read_secret};
pub use ask_plainly::says_yes;
pub(crate) use ask_plainly::{Answered, ask_plainly};
pub(crate) use chain::{ancestors, fingerprint};
pub(crate) use file_id::FileId;
pub(crate) use linked::{linked, links};
pub use open::open;
pub use ownership::trusted;
pub use process_group::ProcessGroup;
pub use read::{TextFile, read_file, read_lossily};
pub use signals::{Undo, undo};
pub(crate) use vars::absolute_entries;
pub use vars::{HOME, expanded, home, path, program, unsearched_entries, var};
pub use watched::{Watched, watch};
pub use write::{
    VERSIONS_KEPT, Version, WriteWarning, Written, remove, rewrite, versioned, versions,
    write_private,
};

use std::path::PathBuf;

use crate::error::HostError;

/// The current directory.
///
/// # Errors
/// [`HostError::CurrentDir`], for example where it was removed.
pub fn current_dir() -> Result<PathBuf, HostError> {
    std::env::current_dir().map_err(HostError::CurrentDir)
}

/// This program's own file.
///
/// # Errors
/// [`HostError::OwnProgram`], where the system does not tell.
pub fn own_program() -> Result<PathBuf, HostError> {
    std::env::current_exe().map_err(HostError::OwnProgram)
}

/// What Linux tells about the program that started this one: its file, then the name that it goes by.
#[cfg(unix)]
pub fn parent_program() -> impl Iterator<Item = PathBuf> {
    let process = PathBuf::from(format!("/proc/{}", std::os::unix::process::parent_id()));
    let file = std::fs::read_link(process.join("exe")).ok();
    let name = move || std::fs::read_to_string(process.join("comm")).ok();
    let name = std::iter::once_with(name).flatten();
    file.into_iter().chain(name.map(|name| name.trim_end().into()))
}

/// Nothing: this system does not tell.
#[cfg(not(unix))]
pub fn parent_program() -> impl Iterator<Item = PathBuf> {
    std::iter::empty()
}
