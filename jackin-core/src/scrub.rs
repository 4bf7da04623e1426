//! What must not cross into the child, and why: derived from the two tables, never listed twice.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    agent::{Agent, Feed, Scrub, Var, Wiring},
    catalog::Catalog,
    names::{EnvName, ProviderId},
    provider::{Protocol, Provider},
};

/// Names that the child's environment must not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

fn matches(pattern: &[u8], name: &[u8]) -> bool {
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
    /// A variable that says so by being there.
    mark: Option<&'static str>,
    /// The variable with the base URL, and other providers' URLs.
    variable: EnvName,
    urls: Vec<String>,
}

impl RedirectSign {
    /// Whether a variable of the parent is the sign.
    pub(crate) fn shown_by(&self, name: &[u8], value: &[u8]) -> bool {
        let url = || value.strip_suffix(b"/").unwrap_or(value);
        self.mark.is_some_and(|mark| mark.as_bytes() == name)
            || (self.variable.as_str().as_bytes() == name
                && self.urls.iter().any(|known| known.as_bytes() == url()))
    }
}

/// The removals of a redirect: what could steer or betray it, and what of it the plan leaves unset.
pub(crate) fn for_redirect(wiring: &Wiring, is_set: impl Fn(&EnvName) -> bool) -> Vec<Removal> {
    let covered = |var: &Var| {
        listed(wiring.scrub).any(|removal| removal.covers(var.name.as_str().as_bytes()))
    };
    let unset = wiring.vars.iter().filter(|var| !is_set(&var.name) && !covered(var));
    let unset = unset
        .map(|var| removal(var.name.to_string(), "is part of a redirect, and not of this one"));
    listed(wiring.scrub).chain(unset).collect()
}

/// The removals of a native launch, and the signs that make them apply: an environment that still
/// redirects to another provider would send the user's own login there.
pub(crate) fn for_native(
    agent: &Agent,
    provider: &Provider,
    catalog: &Catalog,
) -> (Vec<Removal>, Vec<RedirectSign>) {
    let mut removals = Vec::new();
    let mut signs = Vec::new();
    for wiring in agent.wirings {
        removals.extend(wiring.vars.iter().filter(|var| var.name != agent.native_key).map(|var| {
            Removal {
                if_redirected: true,
                ..removal(var.name.to_string(), "is left over from a redirect to another provider")
            }
        }));
        let url = wiring.vars.iter().find(|var| var.feed == Feed::BaseUrl);
        signs.extend(url.map(|var| RedirectSign {
            mark: wiring.mark,
            variable: var.name.clone(),
            urls: urls(catalog, wiring.protocol, &provider.id),
        }));
    }
    (removals, signs)
}

fn urls(catalog: &Catalog, protocol: Protocol, except: &ProviderId) -> Vec<String> {
    let others = catalog.iter().filter(|provider| provider.id != *except);
    let endpoints =
        others.filter_map(|provider| provider.endpoints.get(&protocol)?.base_url.as_ref());
    endpoints.map(|url| url.value.trim_end_matches('/').to_owned()).collect()
}

/// The removals of every launch: marks of the session it is started from, and providers' keys but
/// for the one that the agent itself is to find.
pub(crate) fn for_every(
    agent: &Agent,
    catalog: &Catalog,
    keep: impl Fn(&EnvName) -> bool,
) -> Vec<Removal> {
    let keys = catalog.keys().iter().filter(|(name, _)| !keep(name));
    let keys = keys.map(|(name, id)| removal(name.to_string(), format!("is a key of `{id}`")));
    listed(agent.nesting).chain(keys).collect()
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
