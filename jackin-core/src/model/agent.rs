//! What an agent reads: for each protocol, which variable and which argument takes what, and what
//! must not reach it. The types alone; the agents stand in their table.

use crate::{
    model::{Endpoint, Protocol, Provider, SettingsFile, Slot},
    names::{AgentId, EnvName, ProviderId},
    registry::AGENTS,
};

/// A coding agent.
#[derive(Debug)]
#[non_exhaustive]
pub struct Agent {
    /// Its name on the command line.
    pub id: AgentId,
    /// Its name for people.
    pub label: &'static str,
    /// The program to start.
    pub program: &'static str,
    /// The provider it uses by itself, with its own login.
    pub native: ProviderId,
    /// The variable in which it finds a key for that provider.
    pub native_key: EnvName,
    /// The variable in which it finds the token of a login, if it takes one.
    pub token: Option<EnvName>,
    /// Other variables in which it finds a login.
    pub other_keys: &'static [EnvName],
    /// How the names of its native provider's models begin, and the options that take a model.
    pub own_models: Option<(&'static str, &'static [&'static str])>,
    /// The package it comes in, and the first version in which its guard holds.
    pub guarded_from: Option<(&'static str, Version)>,
    /// A command that installs it.
    pub install: &'static str,
    /// The protocols it speaks, the preferred first, and how it is told.
    pub wirings: &'static [Wiring],
    /// Its own settings that could fight a redirect.
    pub settings: &'static [SettingsFile],
    /// How it is asked one thing, without a person; none where that has not been tried.
    pub prompt: Option<Prompt>,
    /// Marks of a running session, which a new one must not inherit.
    pub nesting: &'static [Scrub],
}

/// One prompt, small enough to try a provider with.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Prompt {
    /// The arguments, the prompt among them.
    pub args: &'static [&'static str],
    /// Variables with which it fails soon where it fails.
    pub vars: &'static [(&'static str, &'static str)],
}

/// A version as `major.minor.patch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl std::str::FromStr for Version {
    type Err = ();

    /// Reads three numbers; a suffix behind them is left out.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = |part: &str| {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse().map_err(|_| ())
        };
        let mut parts = text.splitn(3, '.').map(digits);
        let mut next = || parts.next().ok_or(())?;
        Ok(Self(next()?, next()?, next()?))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// How an agent is told to use an endpoint of one protocol.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Wiring {
    /// The protocol.
    pub protocol: Protocol,
    /// The slots it needs a model for.
    pub slots: &'static [Slot],
    /// The variables that make the redirect, and those that make it hold.
    pub vars: &'static [Var],
    /// The arguments that do, before the user's own; none holds a secret.
    pub args: fn(&Redirect<'_>) -> Vec<String>,
    /// What in the environment would break or betray it.
    pub scrub: &'static [Scrub],
    /// A variable, and what it holds when somebody has redirected this environment.
    pub mark: Option<(&'static str, &'static str)>,
}

/// What an agent can be told of the endpoint it is redirected to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Redirect<'a> {
    /// The provider.
    pub provider: &'a Provider,
    /// The protocol that is spoken.
    pub protocol: Protocol,
    /// One of its endpoints, which has a base URL and a model for every slot that is needed.
    pub endpoint: &'a Endpoint,
}

impl Redirect<'_> {
    /// A name for the provider in the agent's own configuration; no user has a block of that name
    /// for it to be merged with.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{NAME_PREFIX}{}", self.provider.id)
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.endpoint.base_url.as_ref().map_or("", |url| url.value.trim_end_matches('/'))
    }

    /// The model for a slot.
    #[must_use]
    pub fn model(&self, slot: Slot) -> &str {
        self.endpoint.model(slot).map_or("", |(model, _)| &model.value)
    }
}

/// How names of jackin's own begin in an agent's configuration.
pub(crate) const NAME_PREFIX: &str = "jackin-";

/// One variable of a redirect.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Var {
    /// Its name; none for the variable in which the provider's key is configured.
    pub name: Option<EnvName>,
    /// What goes into it.
    pub feed: Feed,
    /// From which guard level on it is set.
    pub guard: Guard,
}

/// What a variable is filled with.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Feed {
    /// The provider's key.
    Key,
    /// The base URL.
    BaseUrl,
    /// The model for a slot.
    Model(Slot),
    /// The same for one of several tiers. Where another slot stands in, it is not what the provider
    /// asks for, only what keeps foreign model names out: then it belongs to the guard.
    Tier(Slot),
    /// The context window in tokens, where it is known.
    Window,
    /// The provider's timeout, else this one; milliseconds.
    TimeoutMs(u64),
    /// Always the same text.
    Fixed(&'static str),
    /// A text made of the rest; it holds no secret.
    Text(fn(&Redirect<'_>) -> String),
}

/// How much is set beyond the bare redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Guard {
    /// The redirect alone.
    Off,
    /// And what makes it hold against the user's own settings and unmapped models.
    #[default]
    On,
    /// And what keeps sub-agents with a pinned model on the main one, at the price of their choice.
    Strict,
}

impl Guard {
    /// All levels, the least first.
    pub const ALL: [Self; 3] = [Self::Off, Self::On, Self::Strict];

    /// The text in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Strict => "strict",
        }
    }
}

/// `auth_forward`: how an agent gets at its native provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthForward {
    /// By its own login, which is left alone.
    Sync,
    /// By the key that is configured.
    ApiKey,
    /// By the token of a login that is configured.
    OauthToken,
    /// Not at all.
    Ignore,
}

impl AuthForward {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sync, Self::ApiKey, Self::OauthToken, Self::Ignore];
    pub(crate) const EXPECTED: &str = "\"sync\", \"api_key\", \"oauth_token\" or \"ignore\"";

    /// The text in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::ApiKey => "api_key",
            Self::OauthToken => "oauth_token",
            Self::Ignore => "ignore",
        }
    }
}

/// Names that are removed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scrub {
    /// Why, for people.
    pub reason: &'static str,
    /// Variable names; `*` stands for any run of characters.
    pub patterns: &'static [&'static str],
}

/// A row of the table is known by its name.
impl PartialEq for Agent {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Agent {}

impl Agent {
    /// All agents, the default first.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        AGENTS
    }

    /// The package that it comes in: what its installation ends with.
    #[must_use]
    pub fn package(&self) -> &'static str {
        self.install.rsplit(' ').next().unwrap_or_default()
    }

    /// Every variable in which it finds its own login.
    pub(crate) fn logins(&self) -> impl Iterator<Item = &EnvName> {
        std::iter::once(&self.native_key).chain(&self.token).chain(self.other_keys)
    }

    /// Every variable in which it may find a key or a login.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = &EnvName> {
        let vars = self.wirings.iter().flat_map(|wiring| wiring.vars);
        let keys =
            vars.filter(|var| matches!(var.feed, Feed::Key)).filter_map(|var| var.name.as_ref());
        self.logins().chain(keys)
    }

    /// The agent of that name.
    ///
    /// ```
    /// assert_eq!(jackin_core::Agent::find("claude").unwrap().label, "Claude");
    /// assert!(jackin_core::Agent::find("clause").is_none());
    /// ```
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        AGENTS.iter().find(|agent| agent.id.as_str() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let version = |text: &str| text.parse::<Version>();
        assert!(version("2.1.98").unwrap() < version("2.1.198").unwrap());
        assert_eq!(version("2.1.329-beta.1"), Ok(Version(2, 1, 329)));
        for bad in ["", "2", "2.1", "2.1.", "a.b.c", "2..1", "claude", "99999999999.1.1"] {
            assert_eq!(version(bad), Err(()), "{bad}");
        }
    }

    #[test]
    fn agents_have_names_of_their_own() {
        for agent in Agent::all() {
            let same = Agent::all().iter().filter(|other| other.id == agent.id).count();
            assert_eq!((same, Agent::find(agent.id.as_str()).unwrap().label), (1, agent.label));
        }
    }

    #[test]
    fn a_guard_is_one_of_the_package_that_is_installed() {
        for agent in Agent::all() {
            let guarded = agent.guarded_from.map(|(package, _)| package);
            assert!(guarded.is_none_or(|package| package == agent.package()), "{}", agent.id);
        }
    }

    #[test]
    fn every_wiring_takes_one_key_no_variable_twice_and_only_models_it_asks_for() {
        for wiring in Agent::all().iter().flat_map(|agent| agent.wirings) {
            assert_eq!(wiring.vars.iter().filter(|var| matches!(var.feed, Feed::Key)).count(), 1);
            for var in wiring.vars {
                assert_eq!(wiring.vars.iter().filter(|other| other.name == var.name).count(), 1);
                if let Feed::Model(slot) | Feed::Tier(slot) = var.feed {
                    assert!(wiring.slots.contains(&slot), "{slot}");
                }
            }
        }
    }
}
