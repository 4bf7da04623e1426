//! One type for every error of this crate, for programs that handle them alike.

#[cfg(feature = "edit")]
use crate::edit::{EditError, import::BundleError};
#[cfg(feature = "export")]
use crate::export::ExportError;
use crate::{
    config::ConfigError,
    elsewhere::{KeptInside, TabMissingEnv},
    join::{ResolveError, SelectError},
    names::{ErrorKind, NameError},
    plan::{ArgsError, HandOverError, LedAwayError, SettingsError},
    registry::{RegistryError, Unknown},
    value::{MaterializeError, ValueError},
};

/// Any error of this crate. Each keeps its own type below; [`kind`](Self::kind) tells what to do about
/// it, and its text never holds a secret.
///
/// ```
/// use jackin_core::{Config, Document, Error, ErrorKind};
///
/// fn read(text: &str) -> Result<Config, Error> {
///     let global = Some(Document::global("config.toml", text)?);
///     Ok(Config { global, ..Config::default() })
/// }
///
/// assert_eq!(read("guard = 1").unwrap_err().kind(), ErrorKind::Config);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A configuration text cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No provider could be chosen.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// The agent and the provider cannot be joined.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Arguments would hand the session on to another process.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// The user's own settings for the agent cannot be joined with the plan's.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The agent's own settings lead a native launch to another provider.
    #[error(transparent)]
    LedAway(#[from] LedAwayError),
    /// A secret could not be read.
    #[error(transparent)]
    Materialize(#[from] MaterializeError),
    /// An agent or a provider cannot be added.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A name is not known.
    #[error(transparent)]
    Unknown(#[from] Box<Unknown>),
    /// A text is not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A text is not a value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A container keeps its own variables.
    #[error(transparent)]
    Container(#[from] KeptInside),
    /// A tab would lack variables.
    #[error(transparent)]
    Tab(#[from] TabMissingEnv),
    /// A configuration's text cannot be edited.
    #[cfg(feature = "edit")]
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A gateway's bundle cannot be imported.
    #[cfg(feature = "edit")]
    #[error(transparent)]
    Import(#[from] BundleError),
    /// A shell or a format cannot hold a value.
    #[cfg(feature = "export")]
    #[error(transparent)]
    Export(#[from] ExportError),
}

impl Error {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Select(error) => error.kind(),
            Self::Resolve(error) => error.kind(),
            Self::HandOver(error) => error.kind(),
            Self::Settings(error) => error.kind(),
            Self::LedAway(error) => error.kind(),
            Self::Materialize(error) => error.kind(),
            Self::Registry(error) => error.kind(),
            Self::Unknown(error) => error.kind(),
            Self::Name(_) | Self::Value(_) => ErrorKind::Usage,
            Self::Container(error) => error.kind(),
            Self::Tab(error) => error.kind(),
            #[cfg(feature = "edit")]
            Self::Edit(error) => error.kind(),
            #[cfg(feature = "edit")]
            Self::Import(error) => error.kind(),
            #[cfg(feature = "export")]
            Self::Export(error) => error.kind(),
        }
    }
}

impl From<ArgsError> for Error {
    fn from(error: ArgsError) -> Self {
        match error {
            ArgsError::HandOver(error) => error.into(),
            ArgsError::Settings(error) => error.into(),
            ArgsError::LedAway(error) => error.into(),
        }
    }
}
