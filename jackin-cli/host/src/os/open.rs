//! The one opener: regular files alone. Whatever else is at a path, a FIFO, a device, a link to one, is
//! told by what it is, and nothing is waited for. The one reader: never more than a limit.

use std::{
    fs::{self, File, FileType, Metadata, OpenOptions},
    io::{self, Read},
    path::Path,
};

#[cfg(unix)]
use nix::fcntl::OFlag;
use zeroize::Zeroizing;

use crate::error::{FileKind, ReadProblem};

/// The longest text that the kernel gives about a process, in bytes.
const LONGEST_STATUS: u64 = 64 << 10;

/// A regular file that is open for reading.
pub(crate) struct Opened {
    pub(crate) file: File,
    pub(crate) metadata: Metadata,
}

impl Opened {
    /// Reads it to its end, in one piece that is wiped when it is dropped.
    ///
    /// # Errors
    /// [`ReadProblem::TooLarge`], also of a file that says that it is smaller; the system's own.
    pub(crate) fn read(self, limit: u64) -> Result<Zeroizing<Vec<u8>>, ReadProblem> {
        let length = self.metadata.len();
        if length > limit {
            return Err(ReadProblem::TooLarge(limit));
        }
        // Its size is known: `File` itself would ask for it once more.
        let mut bytes =
            Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
        self.file.take(limit + 1).read_to_end(&mut bytes).map_err(ReadProblem::System)?;
        match bytes.len() as u64 > limit {
            true => Err(ReadProblem::TooLarge(limit)),
            false => Ok(bytes),
        }
    }
}

/// Reads all of something that is no file, such as standard input, and no more than one byte above a limit:
/// whoever gets more than the limit has not got all.
///
/// # Errors
/// The system's own.
pub fn read_within(from: impl Read, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a regular file for reading, without waiting for anything.
///
/// # Errors
/// What is there instead; the system's own.
pub(crate) fn open(path: &Path) -> Result<Opened, ReadProblem> {
    opened(path, File::options().read(true))
}

/// Opens a regular file that is there for reading and for writing at its end, without waiting for anything.
///
/// # Errors
/// The system's own, and the same for what is no regular file.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    let opened = opened(path, File::options().read(true).append(true))?;
    Ok(opened.file)
}

fn opened(path: &Path, options: &mut OpenOptions) -> Result<Opened, ReadProblem> {
    // Neither a FIFO without a writer nor a terminal that would become ours does any harm.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits(),
    );
    let file = options.open(path).map_err(|error| refused(path, error))?;
    let metadata = file.metadata().map_err(ReadProblem::System)?;
    match kind(metadata.file_type()) {
        Some(kind) => Err(ReadProblem::NotAFile(kind)),
        None => Ok(Opened { file, metadata }),
    }
}

/// Why the system opens no file: of a socket, for example, it says that there is no such device.
fn refused(path: &Path, error: io::Error) -> ReadProblem {
    let is_there =
        !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied);
    let metadata = is_there.then(|| fs::metadata(path).ok()).flatten();
    match metadata.and_then(|data| kind(data.file_type())) {
        Some(kind) => ReadProblem::NotAFile(kind),
        None => ReadProblem::System(error),
    }
}

/// What something is that is no regular file.
pub(super) fn kind(of: FileType) -> Option<FileKind> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        let is_device = of.is_block_device() || of.is_char_device();
        for (is_it, kind) in [
            (of.is_fifo(), FileKind::Fifo),
            (of.is_socket(), FileKind::Socket),
            (is_device, FileKind::Device),
        ] {
            if is_it {
                return Some(kind);
            }
        }
    }
    match (of.is_file(), of.is_dir()) {
        (true, _) => None,
        (false, true) => Some(FileKind::Directory),
        (false, false) => Some(FileKind::Other),
    }
}

/// A short text that the kernel gives about a process, below `/proc`.
pub(crate) fn process_text(path: &Path) -> Option<String> {
    let bytes = open(path).ok()?.read(LONGEST_STATUS).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
