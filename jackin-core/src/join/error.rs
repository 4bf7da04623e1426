//! Why no provider could be chosen, and why an agent and a provider cannot be joined. No error repeats
//! a value.

use crate::{
    config::ConfigError,
    model::{KeyProblem, Protocol},
    names::{AgentId, EnvName, ErrorKind, ProviderId, Scope, Source},
    registry::Unknown,
};

/// No provider could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// The one that was asked for is not known.
    #[error(transparent)]
    Unknown(#[from] Box<Unknown>),
    /// The configuration has the one that was asked for in a way that cannot be used.
    #[error(transparent)]
    Provider(#[from] Box<ConfigError>),
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
            Self::Provider(error) => error.kind(),
            Self::Undecided { .. } | Self::NoChoice { .. } => ErrorKind::Usage,
            Self::Ignored { .. } => ErrorKind::Config,
        }
    }
}

/// The agent and the provider cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The configuration has the provider in a way that cannot be used.
    #[error(transparent)]
    Provider(#[from] Box<ConfigError>),
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
        /// Whether it would hold the token of a login in place of a provider's key.
        is_login: bool,
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
    /// The layers' registry does not know the agent or the provider, or knows another one by its id.
    #[error("{what} `{id}` is not in the registry of these layers")]
    NotInRegistry {
        /// `agent` or `provider`.
        what: &'static str,
        /// Its id.
        id: String,
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
            Self::NotInRegistry { .. } | Self::Provider(_) => self.to_string(),
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
            Self::NotInRegistry { .. } => ErrorKind::Registry,
            Self::Provider(error) => error.kind(),
            Self::Missing { .. } => ErrorKind::Config,
        }
    }
}
