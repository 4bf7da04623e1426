//! Every error of the core: what is wrong, where, what was searched. None of them repeats a value
//! or keeps a parser's error, since both can hold a secret.

use std::{fmt, fmt::Write as _, sync::Arc};

use crate::{
    agent::Agent,
    key::KeyProblem,
    names::{AgentId, EnvName, NameError, ProviderId},
    provider::Protocol,
    scope::{Scope, Source},
    unknown::Unknown,
};

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
    /// The provider's key is missing or is no key.
    Key,
    /// A reference could not be read.
    Secret,
}

impl ErrorKind {
    /// The name used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Unsupported => "unsupported",
            Self::Key => "key",
            Self::Secret => "secret",
        }
    }
}

/// A place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The file, as the caller named it.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: usize,
    /// The path of the key, where it is known and safe to show.
    pub key: Option<String>,
}

impl fmt::Display for Place {
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
        place: Place,
        /// What it must be.
        expected: &'static str,
    },
    /// A value that cannot be used.
    #[error("{place} {problem}")]
    Invalid {
        /// Where.
        place: Place,
        /// What is wrong with it, as the end of a sentence.
        problem: String,
    },
    /// A table's name that cannot be used; it is not repeated.
    #[error("{place}: {error}")]
    BadName {
        /// Where, without the key.
        place: Place,
        /// What was wanted.
        error: NameError,
    },
    /// Reserved names in `[env]`, all that were found.
    #[error("{}", reserved(.0))]
    Reserved(Vec<Place>),
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
    /// A name that is not known.
    #[error(transparent)]
    Unknown(#[from] Box<Unknown>),
}

fn reserved(places: &[Place]) -> String {
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

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Syntax { .. } => {
                "check the quotes and brackets there, and that no key is given twice".into()
            }
            Self::Reserved(_) => {
                "`JACKIN`, `JACKIN_*`, `DOCKER_HOST`, `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH` and \
                 `TESTCONTAINERS_HOST_OVERRIDE` belong to the launcher: remove these lines"
                    .into()
            }
            Self::Incomplete { provider, .. } => format!(
                "a provider of your own needs at least `[providers.{provider}] key = \"VARIABLE\"` \
                 and a protocol table"
            ),
            Self::Insecure { provider, .. } => format!(
                "use https, or accept that anybody on the way reads the key with \
                 `insecure = true` under `[providers.{provider}]`"
            ),
            Self::Unknown(unknown) => return unknown.hint(),
            Self::WrongType { .. }
            | Self::Invalid { .. }
            | Self::BadName { .. }
            | Self::RefusedHost { .. } => return None,
        })
    }
}

/// No provider could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// The one that was asked for is not known.
    #[error(transparent)]
    Unknown(#[from] Box<Unknown>),
    /// Several are possible and nothing says which.
    #[error("which provider for `{agent}`? there are {}: {}", .choices.len(), list(.choices))]
    Undecided {
        /// The agent.
        agent: AgentId,
        /// The providers that could be chosen.
        choices: Vec<ProviderId>,
    },
    /// The one that was asked for is withdrawn.
    #[error("provider `{provider}` is not to be used with `{agent}`: its mode is `ignore` ({at})")]
    Ignored {
        /// The agent.
        agent: AgentId,
        /// The provider.
        provider: ProviderId,
        /// Where that is said.
        at: Source,
    },
    /// Every provider is withdrawn or has no key.
    #[error("no provider can be chosen for `{agent}`")]
    NoChoice {
        /// The agent.
        agent: AgentId,
    },
}

fn list(ids: &[ProviderId]) -> String {
    ids.iter().map(ProviderId::as_str).collect::<Vec<_>>().join(", ")
}

impl SelectError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown(unknown) => unknown.kind(),
            Self::Undecided { .. } | Self::NoChoice { .. } => ErrorKind::Usage,
            Self::Ignored { .. } => ErrorKind::Config,
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown(unknown) => return unknown.hint(),
            Self::Undecided { choices, .. } => format!(
                "choose one, for example with `--provider {}`, or set `default_provider`",
                choices.last().map_or("ID", ProviderId::as_str)
            ),
            Self::Ignored { .. } => "remove that line, or choose another provider".into(),
            Self::NoChoice { agent } => {
                format!("`jackin providers --agent {agent}` shows why")
            }
        })
    }
}

/// The agent and the provider cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// No layer has the provider's key.
    #[error(
        "no key for provider `{provider}`: `{variable}` is not set\n  looked in: {}",
        searched()
    )]
    MissingKey {
        /// The provider.
        provider: ProviderId,
        /// The variable that would hold it.
        variable: EnvName,
        /// The agent's own provider, which needs none, if that is another one.
        native: Option<ProviderId>,
    },
    /// The layer that wins has something that is no key.
    #[error("the key for provider `{provider}` {problem}: `{variable}` ({at})")]
    BadKey {
        /// The provider.
        provider: ProviderId,
        /// The variable that holds it.
        variable: EnvName,
        /// What is wrong.
        problem: KeyProblem,
        /// Where it stands.
        at: Box<Source>,
        /// The agent's own provider, which needs none, if that is another one.
        native: Option<ProviderId>,
    },
    /// They have no protocol in common.
    #[error(
        "`{agent}` cannot use provider `{provider}`: {}",
        no_common_protocol(.speaks, .serves)
    )]
    NotServed {
        /// The agent.
        agent: AgentId,
        /// The provider.
        provider: ProviderId,
        /// What the agent speaks.
        speaks: Vec<Protocol>,
        /// What the provider serves.
        serves: Vec<Protocol>,
    },
    /// The endpoint lacks its base URL, or a model that the agent needs; all that is missing.
    #[error("provider `{provider}` lacks {} for `{protocol}`", missing.join(", "))]
    Missing {
        /// The provider.
        provider: ProviderId,
        /// The protocol.
        protocol: Protocol,
        /// The keys that are missing in the protocol's table.
        missing: Vec<String>,
    },
}

fn searched() -> String {
    Scope::SEARCHED.map(Scope::as_str).join(", ")
}

fn no_common_protocol(speaks: &[Protocol], serves: &[Protocol]) -> String {
    let list = |all: &[Protocol]| all.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(", ");
    match (speaks, serves) {
        ([], _) => "it can use its own login only".into(),
        (_, []) => "no other agent than the provider's own can".into(),
        _ => format!("it speaks {}, the provider serves {}", list(speaks), list(serves)),
    }
}

impl ResolveError {
    /// What is wrong in a few words, for where the agent and the provider can be seen already.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::MissingKey { variable, .. } => format!("no key: `{variable}` is not set"),
            Self::BadKey { problem, variable, .. } => format!("its key {problem}: `{variable}`"),
            Self::NotServed { speaks, serves, .. } => no_common_protocol(speaks, serves),
            Self::Missing { protocol, missing, .. } => {
                format!("lacks {} for `{protocol}`", missing.join(", "))
            }
        }
    }

    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::MissingKey { .. } | Self::BadKey { .. } => ErrorKind::Key,
            Self::NotServed { .. } => ErrorKind::Unsupported,
            Self::Missing { .. } => ErrorKind::Config,
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            // A login's token is no provider's key, and is set like any other variable.
            Self::MissingKey { variable, .. } if is_login_token(variable) => {
                format!("`jackin config env set {variable}` stores one, or export `{variable}`")
            }
            Self::MissingKey { provider, variable, native } => match native {
                Some(native) => format!(
                    "`jackin auth set {provider}` stores one, or choose `--provider {native}`"
                ),
                None => format!("`jackin auth set {provider}` stores one, or export `{variable}`"),
            },
            Self::BadKey { problem: KeyProblem::Blank, variable, native, at, .. } => {
                let keyless = keyless(native.as_ref());
                match at.scope {
                    Scope::Environment => format!("export the key as `{variable}`{keyless}"),
                    _ => format!("put the key there, or remove the line{keyless}"),
                }
            }
            Self::BadKey { problem: KeyProblem::Bound(owner), .. } => {
                format!("choose `--provider {owner}`, or give your own one `extends = \"{owner}\"`")
            }
            Self::BadKey { .. } => "paste the key alone, on one line and without spaces".into(),
            Self::NotServed { .. } => "`jackin providers` shows what each one serves".into(),
            Self::Missing { provider, protocol, .. } => {
                format!("set them under `[providers.{provider}.{protocol}]`")
            }
        })
    }
}

fn is_login_token(variable: &EnvName) -> bool {
    Agent::all().iter().any(|agent| agent.token.as_ref() == Some(variable))
}

fn keyless(native: Option<&ProviderId>) -> String {
    native.map_or_else(String::new, |native| format!("; `--provider {native}` needs no key"))
}
