//! Why an agent or a provider cannot be added to a registry.

use crate::names::ErrorKind;

/// An agent or a provider that cannot be added. A refused text is not repeated: it may be a key that
/// was put in the wrong field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A field holds something that it cannot hold.
    #[error("{what} `{id}`: `{field}` {problem}")]
    Invalid {
        /// `agent` or `provider`.
        what: &'static str,
        /// Its id.
        id: String,
        /// The field.
        field: &'static str,
        /// What is wrong with it, as the end of a sentence.
        problem: String,
    },
    /// There is an agent of that name. Its variables are known as a login's, so it cannot be replaced.
    #[error("agent `{0}` is already there")]
    Duplicate(String),
}

impl RegistryError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Registry
    }
}
