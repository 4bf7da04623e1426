use crate::names::ErrorKind;

/// Why a text was not edited. It repeats nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text is not TOML.
    #[error("the text is not valid TOML")]
    Syntax,
    /// A key on the way to the value holds no table.
    #[error("something on the way to the value is no table")]
    NoTable,
    /// The value is written in a way that cannot be cut safely.
    #[error("the value is written in a way that jackin cannot edit")]
    Tangled,
    /// The note is no single line.
    #[error("the note holds a line break or a control character")]
    Note,
}

impl EditError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        match self {
            Self::Syntax | Self::NoTable => ErrorKind::Config,
            Self::Tangled => ErrorKind::Edit,
            Self::Note => ErrorKind::Usage,
        }
    }
}
