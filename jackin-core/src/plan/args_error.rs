//! Why the user's words cannot follow a plan's own arguments.

use crate::{
    names::ErrorKind,
    plan::{HandOverError, LedAwayError, SettingsError},
};

/// The user's words cannot follow the plan's arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgsError {
    /// They hand the session on to a process that may use another provider.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// Their settings cannot be joined with the plan's.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Their settings send the agent to another provider than the one that is named.
    #[error(transparent)]
    LedAway(#[from] LedAwayError),
}

impl ArgsError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::HandOver(error) => error.kind(),
            Self::Settings(error) => error.kind(),
            Self::LedAway(error) => error.kind(),
        }
    }
}
