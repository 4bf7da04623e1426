//! Why a configuration text cannot be used: what is wrong and where. No error repeats a value or keeps a
//! parser's error, since both can hold a secret.

use std::{fmt, fmt::Write as _, sync::Arc};

use crate::{
    names::{ErrorKind, NameError, ProviderId, Source},
    registry::Unknown,
};

/// A place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigPlace {
    /// The file, as the caller named it.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: usize,
    /// The path of the key, where it is known and safe to show.
    pub key: Option<String>,
}

impl fmt::Display for ConfigPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, ": `{key}`"))
    }
}

/// A configuration text that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not TOML.
    #[error("{}:{line}:{column}: not valid TOML", file)]
    Syntax {
        /// The file, as the caller named it.
        file: Arc<str>,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
    },
    /// A key holds something else than it can.
    #[error("{place} must be {expected}")]
    WrongType {
        /// Where.
        place: ConfigPlace,
        /// What it must be.
        expected: &'static str,
    },
    /// A value that cannot be used.
    #[error("{place} {problem}")]
    Invalid {
        /// Where.
        place: ConfigPlace,
        /// What is wrong with it, as the end of a sentence.
        problem: String,
    },
    /// A table's name that cannot be used; it is not repeated.
    #[error("{place}: {error}")]
    BadName {
        /// Where, without the key.
        place: ConfigPlace,
        /// What was wanted.
        error: NameError,
    },
    /// Reserved names in `[env]`, all that were found.
    #[error("{}", reserved(.0))]
    Reserved(Vec<ConfigPlace>),
    /// A user's provider that lacks a field.
    #[error("provider `{provider}` has no `{field}` ({at})")]
    Incomplete {
        /// The provider.
        provider: ProviderId,
        /// The missing field.
        field: &'static str,
        /// Where the provider is defined.
        at: Source,
    },
    /// A base URL that would send the key over the network in the clear.
    #[error("provider `{provider}` has a base URL without TLS ({at})")]
    Insecure {
        /// The provider.
        provider: ProviderId,
        /// Where the URL stands.
        at: Source,
    },
    /// A base URL on a host that is known not to work.
    #[error("provider `{provider}` has a base URL that cannot be used ({at}): {why}")]
    RefusedHost {
        /// The provider.
        provider: ProviderId,
        /// Where the URL stands.
        at: Source,
        /// Why.
        why: String,
    },
    /// A setting where jackin does not read it, which would send a key elsewhere if it did.
    #[error("{place} is not read here, and so the key would go elsewhere")]
    Misplaced {
        /// Where it stands.
        place: ConfigPlace,
    },
    /// A name that is not known.
    #[error(transparent)]
    Unknown(#[from] Box<Unknown>),
}

fn reserved(places: &[ConfigPlace]) -> String {
    let mut text = String::from("reserved names cannot be set in `[env]`");
    for place in places {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {place}");
    }
    text
}

impl ConfigError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown(unknown) => unknown.kind(),
            _ => ErrorKind::Config,
        }
    }
}
