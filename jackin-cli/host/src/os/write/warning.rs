//! What a writer could not do although the change is stored.

use std::{fmt, io, path::PathBuf};

/// What the user should know of a change that is stored.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteWarning {
    /// The directory could not be synced.
    NotDurable {
        /// The directory.
        dir: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file had other names, which lead to the old text.
    HardLinks(u64),
    /// The file's access list, which let others use it, was not kept.
    AccessList,
    /// Extended attributes that could not be kept, by name.
    Attributes(Vec<String>),
    /// A file that could not be removed; it holds an older text.
    Leftover {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl fmt::Display for WriteWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDurable { dir, error } => write!(
                f,
                "the change is stored, but may not survive a power failure: {} cannot be synced: {error}",
                dir.display()
            ),
            Self::HardLinks(1) => {
                f.write_str("another name of this file (a hard link) still leads to the old text")
            }
            Self::HardLinks(count) => {
                write!(
                    f,
                    "{count} other names of this file (hard links) still lead to the old text"
                )
            }
            Self::AccessList => {
                f.write_str("the file's access list (ACL) was not kept: it let others use the file")
            }
            Self::Attributes(names) => {
                write!(f, "extended attributes that could not be kept: {}", names.join(", "))
            }
            Self::Leftover { path, error } => write!(
                f,
                "the change is stored, but {} holds an older text and cannot be removed: {error}",
                path.display()
            ),
        }
    }
}
