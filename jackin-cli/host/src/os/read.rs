//! Reading a file of the configuration, whatever is at its path.

use std::{io, mem, path::Path};

use zeroize::Zeroizing;

use crate::{
    error::{HostError, ReadProblem},
    os::open,
};

/// The largest configuration file that is read, in bytes; far above any real one.
const LARGEST_FILE: u64 = 16 << 20;

/// A file's name and its text, which may hold keys and is wiped when it is dropped.
#[derive(Default)]
pub struct TextFile {
    name: String,
    text: Zeroizing<String>,
}

impl TextFile {
    fn new(path: &Path, text: String) -> Self {
        Self { name: path.display().to_string(), text: Zeroizing::new(text) }
    }

    /// Its path, as messages show it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it holds.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Reads a file; `None` if there is no file.
///
/// # Errors
/// [`HostError::Read`]: it cannot be read, is not a file, is larger than 16 MiB or is not UTF-8. A link
/// that leads nowhere is an error too: somebody meant a file to be there.
pub fn read_file(path: &Path) -> Result<Option<TextFile>, HostError> {
    let Some(mut bytes) = read_bytes(path)? else { return Ok(None) };
    match String::from_utf8(mem::take(&mut *bytes)) {
        Ok(text) => Ok(Some(TextFile::new(path, text))),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = Zeroizing::new(error.into_bytes());
            let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(HostError::read(path, ReadProblem::NotText(line)))
        }
    }
}

/// The same of a file that others read as text whatever it holds: bytes that are not UTF-8 are replaced.
///
/// # Errors
/// As for [`read_file`], except that any bytes will do.
pub fn read_lossily(path: &Path) -> Result<Option<TextFile>, HostError> {
    let bytes = read_bytes(path)?;
    Ok(bytes.map(|bytes| TextFile::new(path, String::from_utf8_lossy(&bytes).into_owned())))
}

/// Reads a small file that need not be there; `None` if there is none that this user may read.
///
/// # Errors
/// [`HostError::Read`]: it is not a file, or larger than this limit in bytes.
pub(crate) fn read_small(path: &Path, limit: u64) -> Result<Option<TextFile>, HostError> {
    match open(path).and_then(|opened| opened.read(limit)) {
        Ok(bytes) => Ok(Some(TextFile::new(path, String::from_utf8_lossy(&bytes).into_owned()))),
        Err(ReadProblem::System(_)) => Ok(None),
        Err(problem) => Err(HostError::read(path, problem)),
    }
}

pub(super) fn read_bytes(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, HostError> {
    let read = match open(path) {
        Ok(opened) => opened.read(LARGEST_FILE).map(Some),
        Err(ReadProblem::System(error))
            if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() =>
        {
            Ok(None)
        }
        Err(problem) => Err(problem),
    };
    read.map_err(|problem| HostError::read(path, problem))
}
