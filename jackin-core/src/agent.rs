//! What an agent reads: for each protocol, which variable takes what, and what must not reach it.
//! This table is the one place an agent is added; it knows nothing of single providers.

use crate::{
    names::{AgentId, EnvName, ProviderId},
    provider::{Protocol, Slot},
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
    /// A command that installs it.
    pub install: &'static str,
    /// The protocols it speaks, the preferred first, and how it is told.
    pub wirings: &'static [Wiring],
    /// Marks of a running session, which a new one must not inherit.
    pub nesting: &'static [Scrub],
}

/// How an agent is told to use an endpoint of one protocol.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Wiring {
    /// The protocol.
    pub protocol: Protocol,
    /// The variables that make the redirect, and those that make it hold.
    pub vars: &'static [Var],
    /// What in the environment would break or betray it.
    pub scrub: &'static [Scrub],
    /// The variable whose mere presence says that somebody has redirected this environment.
    pub mark: Option<&'static str>,
}

/// One variable of a redirect.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Var {
    /// Its name.
    pub name: EnvName,
    /// What goes into it.
    pub feed: Feed,
    /// From which guard level on it is set.
    pub guard: Guard,
}

/// What a variable is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feed {
    /// The provider's key.
    Key,
    /// The base URL.
    BaseUrl,
    /// The model for a slot. Where another slot stands in, the variable belongs to the guard.
    Model(Slot),
    /// The context window in tokens, where it is known.
    Window,
    /// The provider's timeout, else this one; milliseconds.
    TimeoutMs(u64),
    /// Always the same text.
    Fixed(&'static str),
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

/// Names that are removed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scrub {
    /// Why, for people.
    pub reason: &'static str,
    /// Variable names; `*` stands for any run of characters.
    pub patterns: &'static [&'static str],
}

impl Agent {
    /// All agents, the default first.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        AGENTS
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

const fn var(name: &'static str, feed: Feed, guard: Guard) -> Var {
    Var { name: EnvName::from_static(name), feed, guard }
}

const fn scrub(reason: &'static str, patterns: &'static [&'static str]) -> Scrub {
    Scrub { reason, patterns }
}

static AGENTS: &[Agent] = &[Agent {
    id: AgentId::from_static("claude"),
    label: "Claude",
    program: "claude",
    native: ProviderId::from_static("anthropic"),
    native_key: EnvName::from_static("ANTHROPIC_API_KEY"),
    install: "npm install -g @anthropic-ai/claude-code",
    wirings: CLAUDE_WIRINGS,
    nesting: &[scrub(
        "belongs to the Claude Code session this was started from",
        &[
            "CLAUDECODE",
            "CLAUDE_PID",
            "CLAUDE_CODE_ENTRYPOINT",
            // Turns off the saving of transcripts.
            "CLAUDE_CODE_CHILD_SESSION",
            "CLAUDE_CODE_SESSION_ID",
            "CLAUDE_CODE_EXECPATH",
            "CLAUDE_CODE_MESSAGING_*",
            "CLAUDE_CODE_REMOTE_*",
            "CLAUDE_BG_*",
            "CLAUDE_BRIDGE_*",
            "CLAUDE_RUNNER_*",
        ],
    )],
}];

/// Measured on Claude Code 2.1.197 and 2.1.329 against a recording server.
static CLAUDE_WIRINGS: &[Wiring] = &[Wiring {
    protocol: Protocol::Anthropic,
    vars: &[
        var("ANTHROPIC_AUTH_TOKEN", Feed::Key, Guard::Off),
        var("ANTHROPIC_BASE_URL", Feed::BaseUrl, Guard::Off),
        var("ANTHROPIC_DEFAULT_OPUS_MODEL", Feed::Model(Slot::Opus), Guard::Off),
        var("ANTHROPIC_DEFAULT_SONNET_MODEL", Feed::Model(Slot::Sonnet), Guard::Off),
        var("ANTHROPIC_DEFAULT_HAIKU_MODEL", Feed::Model(Slot::Haiku), Guard::Off),
        // 50 minutes, as every provider's own guide sets it.
        var("API_TIMEOUT_MS", Feed::TimeoutMs(3_000_000), Guard::Off),
        var("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", Feed::Fixed("1"), Guard::Off),
        // The user's settings.json would win otherwise. Without a token it blocks the login.
        var("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", Feed::Fixed("1"), Guard::On),
        var("ANTHROPIC_MODEL", Feed::Model(Slot::Main), Guard::Off),
        var("ANTHROPIC_DEFAULT_FABLE_MODEL", Feed::Model(Slot::Fable), Guard::Off),
        var("ANTHROPIC_SMALL_FAST_MODEL", Feed::Model(Slot::SmallFast), Guard::Off),
        // Counts only beside ANTHROPIC_MODEL; unknown models are taken for 1,000,000 tokens.
        var("CLAUDE_CODE_MAX_CONTEXT_TOKENS", Feed::Window, Guard::On),
        var("CLAUDE_CODE_SUBAGENT_MODEL_FORCE", Feed::Fixed("1"), Guard::Strict),
    ],
    scrub: &[
        scrub("could name another endpoint, model or credential", &["ANTHROPIC_*"]),
        scrub("could send the prompts to another cloud", &["CLAUDE_CODE_USE_*"]),
        scrub(
            "belongs to another cloud's login",
            &[
                "CLAUDE_CODE_SKIP_*_AUTH",
                "CLOUD_ML_REGION",
                "VERTEX_REGION_CLAUDE_*",
                "AWS_BEARER_TOKEN_BEDROCK",
            ],
        ),
        scrub(
            "could carry another login, or another endpoint for it",
            &[
                "_CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL",
                "CLAUDE_CODE_*OAUTH*",
                "CLAUDE_CODE_*_FILE_DESCRIPTOR",
                "CLAUDE_CODE_HOST_*",
                "CLAUDE_CODE_SESSION_ACCESS_TOKEN",
                "CLAUDE_CODE_API_BASE_URL",
                "CLAUDE_CODE_CLIENT_CERT*",
                "CLAUDE_CODE_CLIENT_KEY*",
            ],
        ),
        scrub(
            "could name a model that the provider does not serve",
            &[
                "CLAUDE_CODE_EXTRA_BODY",
                "CLAUDE_CODE_*SUBAGENT_MODEL*",
                "CLAUDE_CODE_AUTO_MODE_MODEL",
                "CLAUDE_CODE_BG_CLASSIFIER_MODEL",
                "CLAUDE_CODE_MAX_CONTEXT_TOKENS",
            ],
        ),
        scrub("would let anybody in between read the key", &["NODE_TLS_REJECT_UNAUTHORIZED"]),
    ],
    mark: Some("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"),
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_have_names_of_their_own() {
        for agent in Agent::all() {
            let same = Agent::all().iter().filter(|other| other.id == agent.id).count();
            assert_eq!((same, Agent::find(agent.id.as_str()).unwrap().label), (1, agent.label));
        }
    }

    #[test]
    fn every_wiring_takes_a_url_and_a_key_and_no_variable_twice() {
        for wiring in Agent::all().iter().flat_map(|agent| agent.wirings) {
            for feed in [Feed::Key, Feed::BaseUrl] {
                assert_eq!(wiring.vars.iter().filter(|var| var.feed == feed).count(), 1);
            }
            for var in wiring.vars {
                assert_eq!(wiring.vars.iter().filter(|other| other.name == var.name).count(), 1);
            }
        }
    }
}
