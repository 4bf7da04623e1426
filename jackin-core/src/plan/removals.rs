//! The names that a launch removes, and why: derived from the tables of the registry, never listed twice.

use std::{borrow::Cow, ffi::OsStr};

use serde::Serialize;

use crate::{
    model::{Agent, Protocol, ProtocolBinding, Scrub},
    names::{EnvName, is_name, matches},
    registry::Registry,
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

/// What one launch removes. The tables say it, name by name; it is a list only where somebody wants
/// to read it.
#[derive(Debug, Clone)]
pub(crate) struct Removals {
    registry: Registry,
    /// The agent's position in the registry.
    agent: usize,
    launch: Launch,
    /// Whether a launch on the agent's native provider follows a redirect of the parent's.
    follows_parent: bool,
}

/// Two launches remove the same if nothing that decides about it differs.
impl PartialEq for Removals {
    fn eq(&self, other: &Self) -> bool {
        self.agent() == other.agent()
            && self.launch == other.launch
            && self.follows_parent == other.follows_parent
            && self.registry.agents() == other.registry.agents()
            && self.registry.keys() == other.registry.keys()
    }
}

impl Eq for Removals {}

/// What decides what is removed beyond the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Launch {
    /// A redirect by this protocol, which sets these variables.
    Redirect(Protocol, Vec<EnvName>),
    /// The agent's own provider, with the logins that it is given, if it is given any.
    Native(Vec<EnvName>),
}

/// A removal as the tables have it.
#[derive(Clone, Copy)]
struct Rule<'a> {
    pattern: &'a str,
    reason: &'a str,
    if_redirected: bool,
    /// Whether it goes without saying where another rule covers it.
    derived: bool,
}

impl<'a> Rule<'a> {
    fn listed(pattern: &'a str, reason: &'a str) -> Self {
        Self { pattern, reason, if_redirected: false, derived: false }
    }

    fn derived(name: &'a EnvName, reason: &'a str) -> Self {
        Self { derived: true, ..Self::listed(name.as_str(), reason) }
    }

    fn covers(&self, name: &[u8]) -> bool {
        matches(self.pattern.as_bytes(), name)
    }
}

impl Removals {
    /// Those of a native launch without a login.
    pub(crate) fn new(agent: usize, registry: &Registry) -> Self {
        let launch = Launch::Native(Vec::new());
        Self { agent, launch, follows_parent: false, registry: registry.clone() }
    }

    /// The agent.
    pub(crate) fn agent(&self) -> &Agent {
        &self.registry.agents()[self.agent]
    }

    /// The agents and providers that the plan knows.
    pub(crate) const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Makes them those of a launch.
    pub(crate) fn set(&mut self, launch: Launch) {
        self.launch = launch;
    }

    /// Leaves a redirect of the parent's alone.
    pub(crate) fn follow_parent(&mut self) {
        self.follows_parent = true;
    }

    /// Whether a launch on the agent's native provider follows a redirect of the parent's.
    pub(crate) const fn follows_parent(&self) -> bool {
        self.follows_parent
    }

    /// Whether a name can mean anything to an agent or a provider: be removed, hold a key or be part
    /// of a redirect. Most names of an environment cannot, and need no closer look.
    pub(crate) fn may_concern(&self, name: &[u8]) -> bool {
        self.registry.may_know(name)
    }

    /// Why a name is removed whatever the environment looks like, if it is.
    pub(crate) fn reason(&self, name: &[u8]) -> Option<&str> {
        if !self.may_concern(name) {
            return None;
        }
        let mut rules = self.unconditional();
        rules.find(|rule| rule.covers(name)).map(|rule| rule.reason)
    }

    /// Whether a name is part of some redirect that this launch does not make.
    pub(crate) fn is_leftover(&self, name: &[u8]) -> bool {
        let mut rules = self.leftovers();
        self.may_concern(name) && rules.any(|rule| rule.if_redirected && rule.covers(name))
    }

    /// Whether the key in a variable is foreign, which that of the provider's own variable is not;
    /// nothing where it holds no key, or where the agent is to find its own.
    pub(crate) fn foreign(&self, name: &EnvName, own: &EnvName) -> Option<bool> {
        let native = matches!(self.launch, Launch::Native(_));
        let of_provider = self.registry.is_key(name);
        let of_another = of_provider && *name != *own && *name != self.agent().native_key;
        let kept = native && !of_another && self.agent().credentials().any(|kept| kept == name);
        let mut logins = self.registry.agents().iter().flat_map(Agent::credentials);
        let is_key = of_provider || (!kept && logins.any(|login| login == name));
        is_key.then_some(name != own && !kept)
    }

    /// The same for a variable of an environment.
    pub(crate) fn foreign_variable(&self, name: &OsStr, own: &EnvName) -> Option<bool> {
        if !self.may_concern(name.as_encoded_bytes()) {
            return None;
        }
        let logins = self.registry.agents().iter().flat_map(Agent::credentials);
        let known = self.registry.keys().iter().chain(logins).filter(|known| is_name(known, name));
        known.filter_map(|known| self.foreign(known, own)).max()
    }

    /// All of them, each name once.
    pub(crate) fn list(&self) -> Vec<Removal> {
        let mut list = Vec::new();
        add(&mut list, 0, self.of_the_launch());
        let every = list.len();
        add(&mut list, every, self.of_every());
        add(&mut list, 0, self.leftovers());
        list
    }

    fn unconditional(&self) -> impl Iterator<Item = Rule<'_>> {
        let leftovers = self.leftovers().filter(|rule| !rule.if_redirected);
        self.of_the_launch().chain(self.of_every()).chain(leftovers)
    }

    /// What could steer or betray a redirect, and what of it the plan leaves unset; what the agent
    /// could log in with instead.
    fn of_the_launch(&self) -> impl Iterator<Item = Rule<'_>> {
        let (protocol, logins) = match &self.launch {
            Launch::Redirect(protocol, _) => (Some(*protocol), &[][..]),
            Launch::Native(logins) => (None, &logins[..]),
        };
        let mut bindings = self.agent().bindings.iter();
        let binding = bindings.find(|binding| Some(binding.protocol) == protocol);
        let part = "is part of a redirect, and not of this one";
        let unset = names(binding).filter(|name| !self.keeps(name));
        let other = "is another login than the one that was chosen";
        let others = self.agent().credentials();
        let others = others.filter(move |name| !logins.is_empty() && !logins.contains(name));
        let detours: &[Scrub] = match protocol {
            // A login that the agent is given is for its own provider.
            None if !self.follows_parent || !logins.is_empty() => &self.agent().detours,
            _ => &[],
        };
        listed(binding.map_or(detours, |binding| &*binding.scrub))
            .chain(unset.map(move |name| Rule::derived(name, part)))
            .chain(others.map(move |name| Rule::listed(name.as_str(), other)))
    }

    /// What no launch passes on: marks of the session it is started from, and providers' keys but
    /// for the one that the agent itself is to find.
    fn of_every(&self) -> impl Iterator<Item = Rule<'_>> {
        let keys = self.registry.keys().iter().filter(|name| !self.keeps(name));
        let others = self.registry.agents().iter().filter(|other| other.id != self.agent().id);
        let logins = others.flat_map(Agent::credentials).filter(|name| {
            !self.keeps(name) && !self.agent().credentials().any(|own| own == *name)
        });
        listed(&self.agent().nesting)
            .chain(keys.map(|name| Rule::listed(name.as_str(), "is a provider's key")))
            .chain(logins.map(|name| Rule::derived(name, "is another agent's login")))
    }

    /// What redirects of any agent leave behind: such an environment would send the user's own
    /// login, or another provider's key, where nobody meant it to go. A login that the agent is
    /// given must not go where somebody has pointed the agent: then no sign of that is asked for.
    fn leftovers(&self) -> impl Iterator<Item = Rule<'_>> {
        let given = matches!(&self.launch, Launch::Native(logins) if !logins.is_empty());
        let own = move |name| given && names(&*self.agent().bindings).any(|own| own == name);
        let all = names(self.registry.agents().iter().flat_map(|agent| &*agent.bindings));
        all.filter(|name| !self.keeps(name)).map(move |name| match own(name) {
            true => Rule::derived(name, "could send the login elsewhere"),
            false => Rule {
                if_redirected: true,
                ..Rule::derived(name, "is left over from a redirect to another provider")
            },
        })
    }

    /// Whether the launch sets a name itself, or leaves it to the agent.
    fn keeps(&self, name: &EnvName) -> bool {
        match &self.launch {
            Launch::Redirect(_, set) => set.contains(name),
            Launch::Native(_) => *name == self.agent().native_key,
        }
    }
}

fn names<'a>(
    bindings: impl IntoIterator<Item = &'a ProtocolBinding>,
) -> impl Iterator<Item = &'a EnvName> {
    bindings.into_iter().flat_map(|binding| &*binding.vars).filter_map(|var| var.name.as_ref())
}

fn listed(scrubs: &[Scrub]) -> impl Iterator<Item = Rule<'_>> {
    scrubs
        .iter()
        .flat_map(|scrub| scrub.patterns.iter().map(|name| Rule::listed(name, &scrub.reason)))
}

/// Adds rules to a list, but for derived ones that its part from `start` on covers already.
fn add<'a>(list: &mut Vec<Removal>, start: usize, rules: impl Iterator<Item = Rule<'a>>) {
    for Rule { pattern, reason, if_redirected, derived } in rules {
        let covered = || list[start..].iter().any(|known| known.covers(pattern.as_bytes()));
        if !derived || !covered() {
            let (pattern, reason) = (pattern.to_owned().into(), reason.to_owned().into());
            list.push(Removal { pattern, reason, if_redirected });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list is for people, the questions are for launches: both must say the same.
    #[test]
    fn what_is_listed_is_what_is_removed() {
        let registry = Registry::built_in();
        for (at, agent) in registry.agents().iter().enumerate() {
            let redirects = agent.bindings.iter().map(|binding| {
                let set = names([binding]).step_by(2).cloned().collect();
                Launch::Redirect(binding.protocol, set)
            });
            let native =
                [Launch::Native(Vec::new()), Launch::Native(vec![agent.native_key.clone()])];
            for launch in redirects.chain(native) {
                let mut removals = Removals::new(at, &registry);
                removals.set(launch);
                let list = removals.list();
                assert!(list.len() > 30);
                let every = registry.agents().iter().flat_map(|agent| &*agent.bindings);
                let keys = registry.keys().iter().map(ToString::to_string);
                let names = names(every).map(ToString::to_string).chain(keys);
                let listed = list.iter().map(|removal| removal.pattern.replace('*', "X"));
                let others =
                    ["HOME", "ANT", "API_KEY", "", "ANTHROPIC", "CLAUDE"].map(String::from);
                for name in names.chain(listed).chain(others) {
                    let name = name.as_bytes();
                    let find = |conditional| {
                        let mut list = list.iter();
                        list.find(|r| r.if_redirected == conditional && r.covers(name))
                    };
                    let reason = find(false).map(|removal| &*removal.reason);
                    assert_eq!(removals.reason(name), reason);
                    let leftover = find(true).is_some();
                    assert!(reason.is_some() || removals.is_leftover(name) == leftover);
                }
            }
        }
    }

    #[test]
    fn a_star_is_any_run() {
        let covers = |pattern: &str, name: &str| matches(pattern.as_bytes(), name.as_bytes());
        assert!(covers("ANTHROPIC_*", "ANTHROPIC_") && covers("ANTHROPIC_*", "ANTHROPIC_API_KEY"));
        assert!(!covers("ANTHROPIC_*", "ANTHROPIC") && !covers("ANTHROPIC_*", "XANTHROPIC_A"));
        assert!(covers("CLAUDE_CODE_SKIP_*_AUTH", "CLAUDE_CODE_SKIP_BEDROCK_AUTH"));
        assert!(!covers("CLAUDE_CODE_SKIP_*_AUTH", "CLAUDE_CODE_SKIP_AUTH"));
        assert!(covers("CLAUDE_CODE_*OAUTH*", "CLAUDE_CODE_OAUTH_TOKEN"));
        assert!(covers("*", "") && covers("*A", "BA") && covers("AB", "AB"));
        assert!(covers("A*", "A\u{fffd}=-"));
        assert!(covers("CLAUDECODE", "CLAUDECODE") && !covers("CLAUDECODE", "CLAUDECODES"));
    }
}
