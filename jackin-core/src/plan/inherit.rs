//! What of the parent's environment an agent inherits beside what the plan itself removes: `[scrub]`,
//! and the few names that a pure launch inherits. It lets nothing through that the plan removes.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    config::Isolation,
    model::{Agent, SettingsPlace},
    names::{EnvName, EnvPattern, Source, Sourced, matches},
    plan::{ExecPlan, Removal},
};

/// Names that a pure launch inherits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct InheritRule {
    /// A variable name; `*` matches any run of characters.
    pub pattern: Cow<'static, str>,
    /// Why, for people.
    pub reason: Cow<'static, str>,
}

/// Names that every pure launch inherits, and why.
struct Usual {
    reason: &'static str,
    patterns: &'static [&'static str],
}

const fn usual(reason: &'static str, patterns: &'static [&'static str]) -> Usual {
    Usual { reason, patterns }
}

/// What says who the user is.
const USER: Usual = usual("says who the user is", &["HOME", "LOGNAME", "PATH", "SHELL", "USER"]);

/// What a pure launch inherits.
const KEPT: &[Usual] = &[
    USER,
    usual("says where files belong", &["TMPDIR", "XDG_*"]),
    usual("says how things are shown", &["COLORTERM", "LANG", "LC_*", "TERM", "TZ"]),
    usual("reaches the user's SSH keys", &["SSH_AUTH_SOCK"]),
    usual(
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
    usual(
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
const KEPT_ON_WINDOWS: &[Usual] = &[usual(
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

/// A directory of settings that was moved holds another login: without the variable the agent would
/// be another user's.
const SETTINGS: &str = "says where the agent's own settings and login are";

impl Isolation {
    /// Whether an agent does not inherit a name, whatever else holds for it.
    pub(crate) fn refuses(&self, agent: &Agent, name: &[u8]) -> bool {
        let is_in = |list: &[Sourced<EnvPattern>]| {
            list.iter().any(|pattern| matches(pattern.value.as_str().as_bytes(), name))
        };
        let is_usual =
            || inherited_by_default(agent).any(|(pattern, _)| matches(pattern.as_bytes(), name));
        let pure = self.pure == Some(true);
        is_in(&self.deny) || (pure && !is_usual() && !is_in(&self.pass))
    }

    /// Where `pass` names exactly this variable, unless it is denied.
    pub(crate) fn passes(&self, name: &EnvName) -> Option<&Source> {
        let text = name.as_str();
        let is_denied = || {
            self.deny
                .iter()
                .any(|denied| matches(denied.value.as_str().as_bytes(), text.as_bytes()))
        };
        let named = self.pass.iter().find(|passed| passed.value.as_str() == text)?;
        (!is_denied()).then_some(&named.source)
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
    pub(crate) fn kept(&self, agent: &Agent) -> Option<Vec<InheritRule>> {
        let usual = inherited_by_default(agent).map(|(pattern, reason)| InheritRule {
            pattern: pattern.to_owned().into(),
            reason: reason.into(),
        });
        let passed = self.pass.iter().map(|passed| InheritRule {
            pattern: passed.value.to_string().into(),
            reason: format!("is passed by [scrub] ({})", passed.source).into(),
        });
        (self.pure == Some(true)).then(|| usual.chain(passed).collect())
    }
}

impl ExecPlan {
    /// The same plan for an agent that inherits little: of the parent's environment only what
    /// programs need to know of the user and the machine, and what `pass` of `[scrub]` names. What
    /// the plan sets it sets, and what it removes it removes, even if `pass` names it.
    ///
    /// ```
    /// use jackin_core::{Config, NameOrigin, choice, resolve};
    ///
    /// let layers = Config::default().layers(None)?;
    /// let agent = layers.registry().agent("codex").unwrap();
    /// let provider = choice::select(&layers, agent, Some(("openai", NameOrigin::Argument)))?;
    /// let plan = resolve(&layers, agent, provider)?.pure();
    /// let here = [("HOME".into(), "/home/me".into()), ("GH_TOKEN".into(), "ghp_1".into())];
    /// assert_eq!(plan.dropped(&here).into_iter().collect::<Vec<_>>(), ["GH_TOKEN"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn pure(mut self) -> Self {
        self.isolation.pure = Some(true);
        self
    }

    /// What the agent inherits, where that is little enough for a list: where the plan is
    /// [pure](Self::pure).
    #[must_use]
    pub fn kept(&self) -> Option<Vec<InheritRule>> {
        self.isolation.kept(self.agent_entry())
    }
}

/// Whether a variable says who the user is: a word that nobody would take for a secret.
pub(crate) fn is_of_user(name: &[u8]) -> bool {
    USER.patterns.iter().any(|known| matches(known.as_bytes(), name))
}

/// What every pure launch of an agent inherits, and why.
fn inherited_by_default(agent: &Agent) -> impl Iterator<Item = (&str, &'static str)> {
    let windows = KEPT_ON_WINDOWS.iter().filter(|_| cfg!(windows));
    let listed = |kept: &'static Usual| kept.patterns.iter().map(|name| (*name, kept.reason));
    let mut moved = agent.settings.iter().filter_map(|file| match &file.place {
        SettingsPlace::User { variable, .. } => variable.as_deref(),
        _ => None,
    });
    // Some agents have several files there; `XDG_*` is kept for every program.
    let moved = moved.next().filter(|name| !matches(b"XDG_*", name.as_bytes()));
    KEPT.iter().chain(windows).flat_map(listed).chain(moved.map(|name| (name, SETTINGS)))
}
