//! Why a file cannot be read, and what is there instead.

use std::{fmt, io};

use super::{exhausted, size};

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadProblem {
    /// The system says so.
    #[error("{0}")]
    System(#[source] io::Error),
    /// A directory, a FIFO, a device.
    #[error("it is {0}, not a file")]
    NotAFile(FileKind),
    /// Larger than so many bytes.
    #[error("it is larger than {}", size(*.0))]
    TooLarge(u64),
    /// On this line, counted from 1.
    #[error("line {0} is not UTF-8")]
    NotText(usize),
    /// On this line, counted from 1.
    #[error("line {0} is not JSON")]
    NotJson(usize),
}

/// What is at a path that is no regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A pipe with a name.
    Fifo,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// Something that this system alone knows.
    Other,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Other => "something else",
        })
    }
}

impl From<ReadProblem> for io::Error {
    fn from(problem: ReadProblem) -> Self {
        match problem {
            ReadProblem::System(error) => error,
            problem => Self::other(problem),
        }
    }
}

impl ReadProblem {
    /// Whether something is there that a program which is less careful may read.
    pub(crate) const fn is_readable_by_others(&self) -> bool {
        !matches!(self, Self::System(_))
    }

    pub(super) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::NotAFile(_) => Some("move away what stands there"),
            Self::TooLarge(_) => Some("no configuration is that large: see what it is"),
            Self::NotText(_) => Some("save it as UTF-8"),
            Self::NotJson(_) => Some("mend it: the agent cannot read it either"),
            Self::System(error) => match error.kind() {
                io::ErrorKind::PermissionDenied => {
                    Some("you must be able to read it and to enter its directory")
                }
                io::ErrorKind::NotFound => {
                    Some("the link there leads nowhere: mend it, or remove it")
                }
                io::ErrorKind::NotADirectory => Some("a file stands where its directory should be"),
                _ => exhausted(error),
            },
        }
    }
}
