use crate::names::{EnvName, ErrorKind};

/// A text that cannot be written, or a name that is not known. It repeats neither a value nor the
/// name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The reader of the text cannot hold the value of a variable.
    #[error("`{variable}` cannot stand in {target}: its value {problem}")]
    Value {
        /// The variable.
        variable: EnvName,
        /// What the text is, such as "an env-file".
        target: &'static str,
        /// What is wrong with the value, as the end of a sentence.
        problem: &'static str,
    },
    /// No shell has this name.
    #[error("no such shell")]
    UnknownShell,
    /// No format has this name.
    #[error("no such format")]
    UnknownFormat,
}

impl ExportError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Value { .. } => ErrorKind::Export,
            Self::UnknownShell | Self::UnknownFormat => ErrorKind::Usage,
        }
    }
}
