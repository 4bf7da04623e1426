//! A configured key, so that no copy of it crosses under another name.

use crate::value::EnvValue;

/// A configured key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownKey {
    pub(crate) value: EnvValue,
    /// Whether it is another provider's: no variable of the layers may hold it.
    pub(crate) foreign: bool,
}
