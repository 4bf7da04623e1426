//! Reading a file of the configuration, whatever stands in its place.

use std::{
    fs,
    io::{self, Read as _},
    mem,
    path::Path,
};

#[cfg(unix)]
use nix::fcntl::OFlag;
use zeroize::Zeroizing;

use crate::{
    failure::{FAILED, Failure},
    report::exhausted,
};

/// The largest configuration file that is read, in bytes; far above any real one.
const LARGEST_FILE: u64 = 16 << 20;

/// A file's name, and its text, which may hold keys and is wiped when it is dropped.
pub(super) type File = (String, Zeroizing<String>);

/// Reads a file, if there is one.
pub(crate) fn read_file(path: &Path) -> Result<Option<File>, Failure> {
    let file = match open(path) {
        Ok(file) => file,
        // A broken link is a file that somebody meant to be there.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            return Ok(None);
        }
        Err(error) => return Err(failed(path, &error)),
    };
    let metadata = file.metadata().map_err(|error| failed(path, &error))?;
    if !metadata.is_file() {
        return Err(unreadable(path, "it is not a file", "move away what stands there"));
    }
    if metadata.len() > LARGEST_FILE {
        let why = format!("it is larger than {} MiB", LARGEST_FILE >> 20);
        return Err(unreadable(path, &why, "no configuration is that large: see what it is"));
    }
    // Its size is known: `File` itself would ask for it once more.
    let size = usize::try_from(metadata.len()).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    let read = file.take(LARGEST_FILE).read_to_end(&mut bytes);
    read.map_err(|error| failed(path, &error))?;
    match String::from_utf8(mem::take(&mut *bytes)) {
        Ok(text) => Ok(Some((path.display().to_string(), Zeroizing::new(text)))),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = Zeroizing::new(error.into_bytes());
            let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(unreadable(path, &format!("line {line} is not UTF-8"), "save it as UTF-8"))
        }
    }
}

/// Opens a file for reading. A pipe that nobody writes to does not keep it waiting.
fn open(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, OFlag::O_NONBLOCK.bits());
    options.read(true).open(path)
}

pub(super) fn failed(path: &Path, error: &io::Error) -> Failure {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => "you must be able to read it and to enter its directory",
        io::ErrorKind::NotFound => "the link there leads nowhere: mend it, or remove it",
        io::ErrorKind::NotADirectory => "a file stands where its directory should be",
        _ => exhausted(error).unwrap_or(
            "`ls -ld` shows what stands there; `--config-dir DIR` names another directory",
        ),
    };
    unreadable(path, &error.to_string(), hint)
}

fn unreadable(path: &Path, why: &str, hint: &str) -> Failure {
    Failure::new(FAILED, format!("cannot read {}: {why}", path.display())).hint(hint)
}
