//! A file that holds one secret. One that others may read is refused, as `ssh` does with its keys.

use std::{
    fs::{File, Metadata},
    io::Read as _,
};

use jackin_core::{FileRef, SecretError, SecretString};

use super::process::{LONGEST_SECRET, text, without_line_feed};
use crate::ambient::Ambient;

pub(super) fn read(ambient: &Ambient, reference: &FileRef) -> Result<SecretString, SecretError> {
    let file = open(ambient, reference)?;
    let mut bytes = Vec::new();
    file.take(LONGEST_SECRET + 1).read_to_end(&mut bytes).map_err(failed)?;
    text(bytes).map(|secret| without_line_feed(&secret))
}

fn failed(error: std::io::Error) -> SecretError {
    SecretError::new(error.to_string(), None)
}

/// The file, if it is one that nobody else may read.
pub(super) fn open(ambient: &Ambient, reference: &FileRef) -> Result<File, SecretError> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A FIFO would wait for its writer.
        options.custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits());
    }
    let file = options.open(ambient.expanded(reference.path())).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(SecretError::new("it is not a file", None));
    }
    private(&metadata, reference)?;
    Ok(file)
}

#[cfg(unix)]
fn private(metadata: &Metadata, reference: &FileRef) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(SecretError::new(
        format!("others may use it: its mode is {mode:03o}"),
        Some(format!("`chmod 600 {}` makes it yours alone", reference.path())),
    ))
}

#[cfg(not(unix))]
fn private(_: &Metadata, _: &FileRef) -> Result<(), SecretError> {
    Ok(())
}
