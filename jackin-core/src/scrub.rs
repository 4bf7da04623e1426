//! What must not cross into the child, and why: derived from the two tables, never listed twice.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    agent::{Agent, Feed, Scrub, Wiring},
    catalog::Catalog,
    names::{AgentId, EnvName, ProviderId},
};

/// Names that the child's environment must not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Removal {
    /// A variable name; `*` stands for any run of characters.
    pub pattern: Cow<'static, str>,
    /// Why, for people.
    pub reason: Cow<'static, str>,
    /// Only from an environment that somebody has redirected to another provider.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub if_redirected: bool,
}

impl Removal {
    /// Whether the pattern covers a name. Bytes, since names in an environment need not be UTF-8;
    /// on Windows, where names differ in case only for people, the case does not count.
    #[must_use]
    pub fn covers(&self, name: &[u8]) -> bool {
        matches(self.pattern.as_bytes(), name)
    }
}

pub(crate) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|at| matches(rest, &name[at..])),
        Some((byte, rest)) => name.split_first().is_some_and(|(first, tail)| {
            let same = if cfg!(windows) { first.eq_ignore_ascii_case(byte) } else { first == byte };
            same && matches(rest, tail)
        }),
    }
}

/// How an environment shows that it was redirected, by jackin or by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RedirectSign {
    /// Whose redirect it is.
    agent: &'static AgentId,
    variable: Cow<'static, str>,
    value: SignValue,
}

/// What a variable holds that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SignValue {
    /// Any text with this in it.
    Containing(&'static str),
    /// One of other providers' base URLs.
    Url(Vec<String>),
}

impl RedirectSign {
    /// Whether it is a sign of this agent's redirect.
    pub(crate) fn is_of(&self, agent: &AgentId) -> bool {
        self.agent == agent
    }

    /// Whether a variable is the sign.
    pub(crate) fn shown_by(&self, name: &[u8], value: &[u8]) -> bool {
        if self.variable.as_bytes() != name {
            return false;
        }
        match &self.value {
            SignValue::Containing(part) => String::from_utf8_lossy(value).contains(part),
            SignValue::Url(urls) => {
                let value = normal(&String::from_utf8_lossy(value));
                urls.contains(&value)
            }
        }
    }
}

/// The removals of a redirect: what could steer or betray it, and what of it the plan leaves unset.
pub(crate) fn for_redirect(wiring: &Wiring, is_set: impl Fn(&EnvName) -> bool) -> Vec<Removal> {
    let mut removals: Vec<_> = listed(wiring.scrub).collect();
    for name in wiring.vars.iter().filter_map(|var| var.name.as_ref()) {
        if !is_set(name) && !is_removed(&removals, name) {
            removals.push(removal(name.to_string(), "is part of a redirect, and not of this one"));
        }
    }
    removals
}

/// The removals of every launch: marks of the session it is started from, and providers' keys but
/// for the one that the agent itself is to find.
pub(crate) fn for_every(
    agent: &Agent,
    catalog: &Catalog,
    keep: impl Fn(&EnvName) -> bool,
) -> Vec<Removal> {
    let keys = catalog.keys().iter().filter(|name| !keep(name));
    let keys = keys.map(|name| removal(name.to_string(), "is a provider's key"));
    let mut removals: Vec<_> = listed(agent.nesting).chain(keys).collect();
    let others = Agent::all().iter().filter(|other| other.id != agent.id);
    for name in others.flat_map(Agent::credentials) {
        let own = agent.credentials().any(|own| own == name);
        if !own && !keep(name) && !is_removed(&removals, name) {
            removals.push(removal(name.to_string(), "is another agent's login"));
        }
    }
    removals
}

/// What redirects of any agent leave behind, beyond what is removed anyway: such an environment
/// would send the user's own login, or another provider's key, where nobody meant it to go.
pub(crate) fn leftovers(removed: &[Removal], keep: impl Fn(&EnvName) -> bool) -> Vec<Removal> {
    let mut removals: Vec<Removal> = Vec::new();
    let wirings = Agent::all().iter().flat_map(|agent| agent.wirings);
    for name in wirings.flat_map(|wiring| wiring.vars).filter_map(|var| var.name.as_ref()) {
        if !keep(name) && !is_removed(removed, name) && !is_removed(&removals, name) {
            let reason = "is left over from a redirect to another provider";
            removals.push(Removal { if_redirected: true, ..removal(name.to_string(), reason) });
        }
    }
    removals
}

/// How an environment shows that an agent was redirected in it to a provider that is not this one.
pub(crate) fn signs(catalog: &Catalog, provider: &ProviderId) -> Vec<RedirectSign> {
    let mut signs = Vec::new();
    let wirings =
        Agent::all().iter().flat_map(|agent| agent.wirings.iter().map(move |w| (agent, w)));
    for (Agent { id, .. }, wiring) in wirings {
        signs.extend(wiring.mark.map(|(variable, part)| RedirectSign {
            agent: id,
            variable: variable.into(),
            value: SignValue::Containing(part),
        }));
        let url = wiring.vars.iter().find(|var| matches!(var.feed, Feed::BaseUrl));
        signs.extend(url.and_then(|var| var.name.as_ref()).map(|name| RedirectSign {
            agent: id,
            variable: name.to_string().into(),
            value: SignValue::Url(
                catalog.urls_but(provider, wiring.protocol).into_iter().map(normal).collect(),
            ),
        }));
    }
    signs
}

/// A URL in the form in which two for one endpoint are alike.
fn normal(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(port).unwrap_or(&authority);
    format!("{scheme}://{authority}/{}", path.trim_matches('/'))
}

/// Removes what is left of the agent's own redirects without asking for a sign.
pub(crate) fn clear_the_way(removals: &mut [Removal], agent: &Agent) {
    let vars = || agent.wirings.iter().flat_map(|wiring| wiring.vars);
    for removal in removals.iter_mut().filter(|removal| removal.if_redirected) {
        if vars().filter_map(|var| var.name.as_ref()).any(|name| *name.as_str() == *removal.pattern)
        {
            removal.if_redirected = false;
            removal.reason = "could send the login elsewhere".into();
        }
    }
}

/// The removal of the agent's other way to log in.
pub(crate) fn other_login(name: &EnvName) -> Removal {
    removal(name.to_string(), "is another login than the one that was chosen")
}

fn is_removed(removals: &[Removal], name: &EnvName) -> bool {
    removals.iter().any(|removal| removal.covers(name.as_str().as_bytes()))
}

fn listed(scrubs: &'static [Scrub]) -> impl Iterator<Item = Removal> {
    let one = |scrub: &'static Scrub| {
        scrub.patterns.iter().map(|pattern| removal(*pattern, scrub.reason))
    };
    scrubs.iter().flat_map(one)
}

fn removal(pattern: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Removal {
    Removal { pattern: pattern.into(), reason: reason.into(), if_redirected: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_run() {
        let covers =
            |pattern: &'static str, name: &str| removal(pattern, "").covers(name.as_bytes());
        assert!(covers("ANTHROPIC_*", "ANTHROPIC_") && covers("ANTHROPIC_*", "ANTHROPIC_API_KEY"));
        assert!(!covers("ANTHROPIC_*", "ANTHROPIC") && !covers("ANTHROPIC_*", "XANTHROPIC_A"));
        assert!(covers("CLAUDE_CODE_SKIP_*_AUTH", "CLAUDE_CODE_SKIP_BEDROCK_AUTH"));
        assert!(!covers("CLAUDE_CODE_SKIP_*_AUTH", "CLAUDE_CODE_SKIP_AUTH"));
        assert!(covers("CLAUDE_CODE_*OAUTH*", "CLAUDE_CODE_OAUTH_TOKEN"));
        assert!(covers("A*", "A\u{fffd}=-"));
        assert!(covers("CLAUDECODE", "CLAUDECODE") && !covers("CLAUDECODE", "CLAUDECODES"));
    }
}
