//! What tells one file or directory from all others, by whatever path it is reached.

use std::path::Path;

/// The identity of a file or a directory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileId(Identity);

#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = std::path::PathBuf;

impl FileId {
    /// Of what is at a path, after all links.
    #[cfg(unix)]
    pub(crate) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|data| Self::of_metadata(&data))
    }

    #[cfg(not(unix))]
    pub(crate) fn of(path: &Path) -> Option<Self> {
        std::fs::canonicalize(path).ok().map(Self)
    }

    /// Of an open file.
    #[cfg(unix)]
    pub(crate) fn of_metadata(data: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self((data.dev(), data.ino()))
    }
}
