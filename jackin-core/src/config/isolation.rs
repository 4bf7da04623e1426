//! `[scrub]` and pure launches: what users keep from their agents, and the few names that a pure
//! launch inherits. It sets nothing, and lets nothing through that the plan itself removes.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    config::{ConfigError, reader::Table},
    model::{Agent, Scrub, SettingsPlace},
    names::{AgentId, EnvPattern, Scope, Sourced, matches},
    plan::Removal,
    registry::scrub,
};

/// What `[scrub]` says: the lists of all scopes add up, and what is denied is not passed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Isolation {
    /// What no agent inherits.
    pub deny: Vec<Sourced<EnvPattern>>,
    /// What a pure launch inherits beside the usual.
    pub pass: Vec<Sourced<EnvPattern>>,
    /// Whether every launch is pure, where that is said.
    pub pure: Option<bool>,
    /// Whether the process is a client that starts the agent elsewhere. It needs what it finds here,
    /// and the agent gets none of that.
    pub(crate) of_client: bool,
}

/// Names that a pure launch inherits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Kept {
    /// A variable name; `*` stands for any run of characters.
    pub pattern: Cow<'static, str>,
    /// Why, for people.
    pub reason: Cow<'static, str>,
}

/// What says who the user is.
const USER: Scrub = scrub("says who the user is", &["HOME", "LOGNAME", "PATH", "SHELL", "USER"]);

/// What a pure launch inherits.
const KEPT: &[Scrub] = &[
    USER,
    scrub("says where files belong", &["TMPDIR", "XDG_*"]),
    scrub("says how things are shown", &["COLORTERM", "LANG", "LC_*", "TERM", "TZ"]),
    scrub("reaches the user's SSH keys", &["SSH_AUTH_SOCK"]),
    scrub(
        "is the way out of this network",
        &[
            "ALL_PROXY",
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "NO_PROXY",
            "all_proxy",
            "https_proxy",
            "http_proxy",
            "no_proxy",
        ],
    ),
    scrub(
        "says which certificates are trusted",
        &[
            "AWS_CA_BUNDLE",
            "CARGO_HTTP_CAINFO",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "GIT_SSL_CAPATH",
            "NIX_SSL_CERT_FILE",
            "NODE_EXTRA_CA_CERTS",
            "NODE_USE_SYSTEM_CA",
            "PIP_CERT",
            "REQUESTS_CA_BUNDLE",
            "SSL_CERT_DIR",
            "SSL_CERT_FILE",
        ],
    ),
];

/// What on Windows no program can do without.
const KEPT_ON_WINDOWS: &[Scrub] = &[scrub(
    "is part of Windows",
    &[
        "ALLUSERSPROFILE",
        "APPDATA",
        "CommonProgram*",
        "COMPUTERNAME",
        "ComSpec",
        "HOMEDRIVE",
        "HOMEPATH",
        "LOCALAPPDATA",
        "NUMBER_OF_PROCESSORS",
        "OS",
        "PATHEXT",
        "PROCESSOR_*",
        "ProgramData",
        "ProgramFiles*",
        "ProgramW6432",
        "PSModulePath",
        "PUBLIC",
        "SystemDrive",
        "SystemRoot",
        "TEMP",
        "TMP",
        "USERDOMAIN*",
        "USERNAME",
        "USERPROFILE",
        "windir",
    ],
)];

/// What can stand in `[scrub]`.
const KEYS: [&str; 3] = ["deny", "pass", "pure"];

/// A directory of settings that was moved holds another login: without the variable the agent would
/// be another user's.
const SETTINGS: &str = "says where the agent's own settings and login are";

impl Isolation {
    /// Nothing is said.
    pub const NONE: Self =
        Self { deny: Vec::new(), pass: Vec::new(), pure: None, of_client: false };

    /// Reads `[scrub]` of one scope.
    pub(crate) fn read(table: &Table<'_>, scope: Scope) -> Result<Self, ConfigError> {
        let Some(table) = table.table("scrub")? else { return Ok(Self::NONE) };
        // What is misspelt would not be denied, and nobody would know.
        if let Some(entry) = table.entries().iter().find(|entry| !KEYS.contains(&entry.key)) {
            return Err(entry.invalid("is none of `deny`, `pass` and `pure`"));
        }
        Ok(Self {
            deny: patterns(&table, "deny", scope)?,
            pass: patterns(&table, "pass", scope)?,
            pure: table.bool("pure", scope)?.map(|pure| pure.value),
            ..Self::NONE
        })
    }

    /// Adds what a more specific scope says.
    pub(crate) fn add(&mut self, specific: Self) {
        self.deny.extend(specific.deny);
        self.pass.extend(specific.pass);
        self.pure = specific.pure.or(self.pure);
    }

    /// Whether an agent does not inherit a name, whatever else holds for it.
    pub(crate) fn refuses(&self, agent: &AgentId, name: &[u8]) -> bool {
        let is_in = |list: &[Sourced<EnvPattern>]| {
            list.iter().any(|pattern| matches(pattern.value.as_str().as_bytes(), name))
        };
        let is_usual = || usual(agent).any(|(pattern, _)| matches(pattern.as_bytes(), name));
        let pure = self.pure == Some(true);
        !self.of_client && (is_in(&self.deny) || (pure && !is_usual() && !is_in(&self.pass)))
    }

    /// What is denied, as removals of a plan.
    pub(crate) fn removals(&self) -> impl Iterator<Item = Removal> {
        self.deny.iter().map(|denied| Removal {
            pattern: denied.value.to_string().into(),
            reason: format!("is denied by [scrub] ({})", denied.source).into(),
            if_redirected: false,
        })
    }

    /// What a pure launch inherits; nothing for another one, which inherits all that is not removed.
    pub(crate) fn kept(&self, agent: &AgentId) -> Option<Vec<Kept>> {
        let usual = usual(agent)
            .map(|(pattern, reason)| Kept { pattern: pattern.into(), reason: reason.into() });
        let passed = self.pass.iter().map(|passed| Kept {
            pattern: passed.value.to_string().into(),
            reason: format!("is passed by [scrub] ({})", passed.source).into(),
        });
        (self.pure == Some(true)).then(|| usual.chain(passed).collect())
    }
}

/// Whether a variable says who the user is: a word that nobody would take for a secret.
pub(crate) fn is_of_user(name: &[u8]) -> bool {
    USER.patterns.iter().any(|known| matches(known.as_bytes(), name))
}

/// What every pure launch of an agent inherits, and why.
fn usual(agent: &AgentId) -> impl Iterator<Item = (&'static str, &'static str)> {
    let windows = KEPT_ON_WINDOWS.iter().filter(|_| cfg!(windows));
    let listed = |kept: &'static Scrub| kept.patterns.iter().map(|name| (*name, kept.reason));
    let settings = Agent::find(agent.as_str()).into_iter().flat_map(|agent| agent.settings);
    let mut moved = settings.filter_map(|file| match file.place {
        SettingsPlace::User { variable, .. } => variable,
        _ => None,
    });
    // Some agents have several files there; `XDG_*` is kept for every program.
    let moved = moved.next().filter(|name| !matches(b"XDG_*", name.as_bytes()));
    KEPT.iter().chain(windows).flat_map(listed).chain(moved.map(|name| (name, SETTINGS)))
}

/// The patterns under a key. None is repeated in an error: it may be a key that was pasted there.
fn patterns(
    table: &Table<'_>,
    key: &str,
    scope: Scope,
) -> Result<Vec<Sourced<EnvPattern>>, ConfigError> {
    let Some(entry) = table.get(key) else { return Ok(Vec::new()) };
    let pattern = |text: &str| {
        let pattern = text.parse().map_err(|error| entry.invalid(format!("holds what is {error}")));
        Ok(Sourced::new(pattern?, entry.source(scope)))
    };
    entry.strings()?.into_iter().map(pattern).collect()
}
