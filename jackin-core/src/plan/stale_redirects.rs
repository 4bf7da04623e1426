//! How it shows that an environment sends an agent to another provider than the one that is meant.

use crate::{
    model::{Agent, Protocol, Var, VarSource},
    names::{ProviderId, is_named},
    registry::Registry,
};

/// How an environment shows that an agent was redirected in it, by jackin or by hand, to a provider
/// that is not this one: by a mark of a redirect, or by one of these URLs.
#[derive(Debug, Clone)]
pub(crate) struct StaleRedirects {
    registry: Registry,
    provider: ProviderId,
}

/// The URLs are what counts.
impl PartialEq for StaleRedirects {
    fn eq(&self, other: &Self) -> bool {
        self.registry.urls_except(&self.provider).eq(other.registry.urls_except(&other.provider))
    }
}

impl Eq for StaleRedirects {}

impl StaleRedirects {
    pub(crate) fn new(registry: &Registry, provider: &ProviderId) -> Self {
        Self { registry: registry.clone(), provider: provider.clone() }
    }

    /// Whether a variable is the sign of some agent's redirect.
    pub(crate) fn shown_by(&self, name: &[u8], value: &[u8]) -> bool {
        self.registry.agents().iter().any(|agent| self.of(agent, name, value))
    }

    /// Whether a variable is the sign of this agent's redirect.
    pub(crate) fn of(&self, agent: &Agent, name: &[u8], value: &[u8]) -> bool {
        agent.bindings.iter().any(|binding| {
            let mark = binding.mark.as_ref();
            let mark = mark.filter(|mark| is_named(&mark.variable, name));
            let is_url = |var: &&Var| {
                matches!(var.source, VarSource::BaseUrl)
                    && var.name.as_ref().is_some_and(|url| is_named(url, name))
            };
            let text = || String::from_utf8_lossy(value);
            mark.is_some_and(|mark| text().contains(&*mark.contains))
                || (binding.vars.iter().any(|var| is_url(&var))
                    && self.holds(binding.protocol, &text()))
        })
    }

    /// Whether a URL leads to another host than the provider's own.
    pub(crate) fn is_elsewhere(&self, url: &[u8]) -> bool {
        let url = String::from_utf8_lossy(url);
        let url = url.trim();
        let own = self.registry.provider(self.provider.as_str());
        !url.is_empty() && !own.is_some_and(|own| own.is_at(url))
    }

    fn holds(&self, protocol: Protocol, url: &str) -> bool {
        let url = normal(url);
        let mut others = self.registry.urls_except(&self.provider);
        others.any(|(known, other)| known == protocol && normal(other) == url)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_the_system_does() {
        let registry = Registry::built_in();
        let stale = StaleRedirects::new(&registry, &ProviderId::from_static("anthropic"));
        let url = b"https://api.z.ai/api/anthropic";
        assert!(stale.shown_by(b"ANTHROPIC_BASE_URL", url));
        assert_eq!(stale.shown_by(b"Anthropic_Base_Url", url), cfg!(windows));
        let opencode = registry.agent("opencode").unwrap();
        let mark = opencode.bindings.iter().find_map(|binding| binding.mark.as_ref()).unwrap();
        let variable = mark.variable.as_str();
        assert!(stale.of(opencode, variable.as_bytes(), mark.contains.as_bytes()));
        let lower = variable.to_ascii_lowercase();
        let seen = stale.of(opencode, lower.as_bytes(), mark.contains.as_bytes());
        assert_eq!(seen, cfg!(windows));
    }
}
