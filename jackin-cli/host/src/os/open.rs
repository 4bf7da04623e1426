//! The one opener: a pipe that no program writes to does not keep it waiting.

use std::{fs::File, io, path::Path};

#[cfg(unix)]
use nix::fcntl::OFlag;

/// Opens a file for reading, without waiting for anything.
///
/// # Errors
/// The system's own.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, OFlag::O_NONBLOCK.bits());
    options.read(true).open(path)
}
