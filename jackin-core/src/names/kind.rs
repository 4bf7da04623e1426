//! The kinds of errors, for programs that decide by them.

/// What kind of thing went wrong; stable, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A name on the command line, or in a variable that stands for it, is unknown or missing.
    Usage,
    /// A configuration file is wrong.
    Config,
    /// The agent cannot be used with the provider.
    Unsupported,
    /// The agent cannot be started in the requested place.
    Place,
    /// The provider's key is missing or is no key.
    Key,
    /// A reference could not be read.
    Secret,
    /// An agent or a provider that a program adds cannot be used.
    Registry,
    /// A configuration's text cannot be edited.
    Edit,
    /// A text in another format cannot be imported.
    Import,
    /// A shell or a format cannot hold a value.
    Export,
}

impl ErrorKind {
    /// The name used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Unsupported => "unsupported",
            Self::Place => "place",
            Self::Key => "key",
            Self::Secret => "secret",
            Self::Registry => "registry",
            Self::Edit => "edit",
            Self::Import => "import",
            Self::Export => "export",
        }
    }
}
