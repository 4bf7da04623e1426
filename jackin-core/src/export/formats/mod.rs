//! The changes as text for other programs: one small module for each format. A format refuses what
//! it cannot hold.

mod direnv;
mod docker;
mod dotenv;
mod github;
mod json;
mod kubernetes;
mod systemd;

use std::{ffi::OsStr, str::FromStr};

use super::{Changes, ExportError};
use crate::names::EnvName;

pub use github::masks as github_masks;

/// A text for other programs that an environment can be written as.
///
/// ```
/// use jackin_core::export::{ExportError, Format};
/// assert_eq!("k8s-secret".parse(), Ok(Format::K8sSecret));
/// assert_eq!("yaml".parse::<Format>(), Err(ExportError::UnknownFormat));
/// assert!(Format::ALL.iter().all(|format| format.as_str().parse() == Ok(*format)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// What is set and what is removed, as JSON.
    Json,
    /// A `.env` file that Node and python-dotenv read alike.
    Dotenv,
    /// An env-file for Docker and Podman.
    Docker,
    /// Lines for `$GITHUB_ENV`; [`github_masks`] hides the secrets in the log.
    Github,
    /// A Secret for `kubectl apply`.
    K8sSecret,
    /// An `EnvironmentFile=`.
    Systemd,
    /// For `eval` in an `.envrc`.
    Direnv,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[
        Self::Json,
        Self::Dotenv,
        Self::Docker,
        Self::Github,
        Self::K8sSecret,
        Self::Systemd,
        Self::Direnv,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Dotenv => "dotenv",
            Self::Docker => "docker",
            Self::Github => "github",
            Self::K8sSecret => "k8s-secret",
            Self::Systemd => "systemd",
            Self::Direnv => "direnv",
        }
    }

    /// The changes in this format.
    ///
    /// # Errors
    /// A value, or a name, that the format cannot hold.
    pub fn write(self, changes: &Changes<'_>) -> Result<Vec<u8>, ExportError> {
        match self {
            Self::Json => Ok(json::write(changes)),
            Self::Dotenv => dotenv::write(changes),
            Self::Docker => docker::write(changes),
            Self::Github => github::write(changes),
            Self::K8sSecret => Ok(kubernetes::write(changes)),
            Self::Systemd => systemd::write(changes),
            Self::Direnv => direnv::write(changes),
        }
    }

    /// Whether it is read in the parent's environment, and so can say what to remove from it. The
    /// other formats are for an environment that is not known here.
    #[must_use]
    pub const fn removes(self) -> bool {
        matches!(self, Self::Json | Self::Direnv)
    }

    /// Whether it can name a variable, and so remove it.
    #[must_use]
    pub fn can_name(self, name: &OsStr) -> bool {
        let name = name.to_str();
        name.is_some_and(|name| self == Self::Json || name.parse::<EnvName>().is_ok())
    }
}

impl FromStr for Format {
    type Err = ExportError;

    fn from_str(name: &str) -> Result<Self, ExportError> {
        let found = Self::ALL.iter().find(|format| format.as_str() == name);
        found.copied().ok_or(ExportError::UnknownFormat)
    }
}

/// A line, or several, for each variable, in its order.
fn lines(
    changes: &Changes<'_>,
    target: &'static str,
    line: impl Fn(&EnvName, &str) -> Result<String, &'static str>,
) -> Result<Vec<u8>, ExportError> {
    let lines = changes.set.iter().map(|var| {
        line(var.name, &var.value).map_err(|problem| ExportError::Value {
            variable: var.name.clone(),
            target,
            problem,
        })
    });
    lines.collect::<Result<String, _>>().map(String::into_bytes)
}

/// Data as JSON that people can read.
fn pretty(value: &serde_json::Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
