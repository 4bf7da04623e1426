//! Why a program that was asked something gave no answer.

use std::{io, time::Duration};

use super::{exhausted, size};

/// Why a helper gave no answer: the end of a sentence that begins with its name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HelperProblem {
    /// The system does not start it.
    #[error("cannot be started: {0}")]
    NotStarted(#[source] io::Error),
    /// Its output cannot be read.
    #[error("cannot be listened to: {0}")]
    NotHeard(#[source] io::Error),
    /// The system does not tell how it ended.
    #[error("cannot be waited for: {0}")]
    NotKnown(#[source] io::Error),
    /// It led back to the question that it is asked. These are the processes, for people.
    #[error("starts jackin, which asks it the same again: {0}")]
    Recursion(String),
    /// It was stopped, not ended.
    #[error("was stopped, by Ctrl-Z or because it wants a terminal")]
    Stopped,
    /// It was ended after this time.
    #[error("gave no answer within {} s", .0.as_secs())]
    Late(Duration),
    /// It printed more than so many bytes, and was ended.
    #[error("printed more than {}", size(*.0))]
    TooLarge(u64),
    /// It ended, and something that it started did not.
    #[error("left something running that keeps its output open")]
    LeftOpen,
}

impl HelperProblem {
    /// What the user can do about it.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::NotStarted(error) | Self::NotHeard(error) => exhausted(error),
            Self::Recursion(_) => Some("name a command that reads the secret without jackin"),
            Self::Late(_) => Some("unlock what it asks for, and start again"),
            _ => None,
        }
    }
}
