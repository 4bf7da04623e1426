//! What another user could have changed, and what to do about it.

use std::path::PathBuf;

/// Why a file or a directory is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Untrusted {
    /// It belongs to another user.
    #[error("{} belongs to another user (uid {owner})", .at.display())]
    Owner {
        /// The file, or a directory above it.
        at: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Others may put another file in its place.
    #[error("others may change {}: its mode is {mode:03o}", .at.display())]
    Writable {
        /// The directory.
        at: PathBuf,
        /// Its mode.
        mode: u32,
    },
}

impl Untrusted {
    /// What the user can do about it.
    #[must_use]
    pub fn advice(&self) -> String {
        match self {
            Self::Owner { at, .. } => {
                format!("look at what it holds, then `sudo chown \"$(id -u)\" {}`", at.display())
            }
            Self::Writable { at, .. } => format!("`chmod go-w {}`", at.display()),
        }
    }
}
