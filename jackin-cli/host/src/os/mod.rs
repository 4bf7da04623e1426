//! The machine: the one opener of files, the one writer with its lock, the one runner of helper
//! programs with their process groups and signals, and the variables of an environment. This room
//! knows no agent, no provider and no layout of files.

mod ask;
mod chain;
mod file_id;
mod helper;
mod linked;
#[expect(clippy::disallowed_methods, reason = "the one opener")]
mod open;
mod ownership;
mod pipe;
#[expect(clippy::disallowed_methods, reason = "what the one runner starts, and its terminal")]
mod process_group;
mod question_chain;
mod read;
mod signals;
mod vars;
mod waiting;
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "what the one runner starts")]
mod watchdog;
mod watched;
#[expect(clippy::disallowed_methods, reason = "the one writer")]
mod write;

#[cfg(feature = "keyring")]
pub(crate) use ask::secret_text;
pub use ask::{LONGEST_SECRET, read_secret};
pub(crate) use ask::{ask, one_line};
pub(crate) use chain::{ancestors, fingerprint, namesakes};
pub(crate) use file_id::FileId;
#[cfg(feature = "keyring")]
pub(crate) use helper::LIMIT;
pub(crate) use helper::{Answer, Container, Helper, Messages};
pub use helper::{says_yes, start_detached};
pub(crate) use linked::{linked, links};
pub(crate) use open::open;
pub(crate) use open::process_text;
pub use open::{open_to_append, read_within};
pub use ownership::trusted;
pub(crate) use process_group::ProcessGroup;
pub(crate) use question_chain::VARIABLE as ASKING;
pub(crate) use read::read_small;
pub use read::{TextFile, read_file, read_lossily};
pub use signals::{Undo, undo};
pub(crate) use vars::absolute_entries;
pub use vars::{HOME, expanded, home, path, program, unsearched_entries, var};
pub use waiting::{Waiting, show_waiting};
pub use watched::{Watched, watch};
pub use write::{
    VERSIONS_KEPT, Version, WriteWarning, Written, remove, rewrite, versioned, versions, write_own,
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
    let name = move || process_text(&process.join("comm"));
    let name = std::iter::once_with(name).flatten();
    file.into_iter().chain(name.map(|name| name.trim_end().into()))
}

/// Nothing: this system does not tell.
#[cfg(not(unix))]
pub fn parent_program() -> impl Iterator<Item = PathBuf> {
    std::iter::empty()
}
