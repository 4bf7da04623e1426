//! What becomes of the parent's environment: the one place where a plan meets it. Nothing is read or
//! changed here; both come in as data.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
};

use secrecy::ExposeSecret;

use crate::{
    model::{Agent, VarSource},
    names::{EnvName, is_name},
    plan::{Beginnings, ExecPlan, KnownKey, ReadyPlan, Reason, is_of_user},
    value::{EnvValue, SecretRef},
};

/// The variables of an environment, in their order.
pub type Vars = [(OsString, OsString)];

/// The child's whole environment: the parent's without what the plan removes, and what it sets.
///
/// Of the parent's variables these are left out: names that the plan removes or sets; values that
/// are a key this plan knows, or that a provider's key variable of the parent holds; what is left
/// of a redirect whose key is left out, since an agent that finds a foreign URL and no key may send
/// the user's own login there; second entries of one name (the first is the one programs read).
/// Of the layers' own variables, those are left out that turn out to hold another provider's key
/// or to redirect a native launch.
pub fn child_env(
    ready: &ReadyPlan<'_>,
    parent: impl IntoIterator<Item = (OsString, OsString)>,
) -> Vec<(OsString, OsString)> {
    let parent: Vec<_> = parent.into_iter().collect();
    let child = child_vars(ready, &parent).into_iter();
    child.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The same as [`child_env`], without copies.
#[must_use]
pub fn child_vars<'a>(ready: &'a ReadyPlan<'_>, parent: &'a Vars) -> Vec<(&'a OsStr, &'a OsStr)> {
    let plan = ready.plan();
    let mut secrets = plan.secrets(parent);
    let own_keys: Vec<_> =
        ready.set().filter(|(var, _)| var.key.is_some()).map(|(_, text)| bytes(text)).collect();
    let is_withheld = |name: &EnvName, value: &[u8]| {
        let name = name.as_str().as_bytes();
        (secrets.foreign.contains(value) && !own_keys.contains(&value))
            || (plan.removals.may_concern(name) && plan.stale.shown_by(name, value))
    };
    let set: Vec<_> = ready
        .set()
        .filter(|(var, text)| {
            var.reason != Reason::Layer || var.key.is_some() || !is_withheld(&var.name, bytes(text))
        })
        .collect();

    secrets.all.extend(own_keys.iter().filter(|text| !text.is_empty()));
    let stored = ready.set().filter(|(var, _)| var.is_surely_secret());
    secrets.stored = stored.map(|(_, text)| bytes(text)).collect();
    let dropped = plan.dropped_with(parent, &secrets);
    let beginnings: Beginnings = set.iter().map(|(var, _)| var.name.as_str()).collect();
    let is_set = |name: &OsStr| {
        beginnings.may_match(name.as_encoded_bytes())
            && set.iter().any(|(var, _)| is_name(&var.name, name))
    };
    let mut seen = BTreeSet::new();
    let inherited = parent
        .iter()
        .filter(|(name, _)| !is_set(name) && !dropped.contains(name) && seen.insert(name));
    let mut child = Vec::with_capacity(parent.len() + set.len());
    child.extend(inherited.map(|(name, value)| (name.as_os_str(), value.as_os_str())));
    child.extend(set.iter().map(|(var, text)| (OsStr::new(var.name.as_str()), OsStr::new(*text))));
    plan.drop_orphans(parent, &mut child);
    child
}

impl ExecPlan {
    /// The names in the parent's environment that the child does not get, as far as that can be
    /// told before any secret is read. [`child_env`] leaves out these, and those that hold a secret
    /// which is read only at launch.
    #[must_use]
    pub fn dropped<'a>(&self, parent: &'a Vars) -> BTreeSet<&'a OsString> {
        self.dropped_with(parent, &self.secrets(parent))
    }

    fn dropped_with<'a>(&self, parent: &'a Vars, secrets: &Secrets<'_>) -> BTreeSet<&'a OsString> {
        let removed = |name: &OsStr| {
            let name = name.as_encoded_bytes();
            self.removals.reason(name).is_some()
                || (!self.is_client && self.isolation.refuses(self.agent_entry(), name))
        };
        // The agent's own key may well be configured as such; it must not be another one's.
        let misplaced = |name: &OsStr, value: &[u8]| match &self.inherited {
            Some(own) if is_name(own, name) => {
                secrets.foreign.contains(value) || self.shape.is_bound_elsewhere(value)
            }
            _ => secrets.are_held(name, value),
        };
        let mut dropped: BTreeSet<_> = parent
            .iter()
            .filter(|(name, value)| {
                removed(name) || misplaced(name, trimmed(value.as_encoded_bytes()))
            })
            .map(|(name, _)| name)
            .collect();
        // What is left of each agent's redirect goes where there is a sign of it, or its key is gone.
        let may_concern =
            |(name, _): &&(OsString, OsString)| self.removals.may_concern(name.as_encoded_bytes());
        let parent: Vec<_> = parent.iter().filter(may_concern).collect();
        for agent in self.removals.registry().agents() {
            let redirected = parent.iter().any(|(name, value)| {
                let (name, value) = (name.as_encoded_bytes(), value.as_encoded_bytes());
                self.stale.of(agent, name, value)
            });
            let is_set = |name: &OsStr| self.set.iter().any(|var| is_name(&var.name, name));
            let orphaned =
                dropped.iter().any(|name| is_redirect_key_of(agent, name) && !is_set(name));
            let torn = self.tears(agent, &parent, &dropped);
            if !redirected && !orphaned && !torn {
                continue;
            }
            // A key beside a foreign URL is that URL's.
            let beside = |name: &OsStr| {
                (redirected || torn)
                    && agent.id == self.agent
                    && self.inherited.as_ref().is_some_and(|own| is_name(own, name))
            };
            let left = |name: &OsStr| {
                self.removals.is_leftover(name.as_encoded_bytes())
                    && is_redirect_var_of(agent, name)
            };
            let names = parent.iter().map(|(name, _)| name);
            dropped.extend(names.filter(|name| left(name) || beside(name)));
        }
        dropped
    }

    /// Whether of an address and the key that stood beside it only one would reach the agent: the
    /// one would get another key, the other another address.
    fn tears(
        &self,
        agent: &Agent,
        parent: &[&(OsString, OsString)],
        dropped: &BTreeSet<&OsString>,
    ) -> bool {
        let Some(own) = self.inherited.as_ref().filter(|_| agent.id == self.agent) else {
            return false;
        };
        let is_key = |name: &OsStr| is_name(own, name) || is_redirect_key_of(agent, name);
        let is_address = |name: &OsStr| is_address_of(agent, name);
        let found = |is: &dyn Fn(&OsStr) -> bool, gone: bool| {
            parent.iter().any(|(name, _)| is(name) && dropped.contains(name) == gone)
        };
        found(&is_address, true)
            || (found(&is_address, false) && found(&is_key, true) && !found(&is_key, false))
    }

    /// Removes what is left of a redirect, from the parent or the layers, whose key is left out.
    fn drop_orphans(&self, parent: &Vars, child: &mut Vec<(&OsStr, &OsStr)>) {
        let concerned = |name: &&OsStr| self.removals.may_concern(name.as_encoded_bytes());
        let here = parent.iter().map(|(name, _)| name.as_os_str()).filter(concerned);
        let set = self.set.iter().map(|var| OsStr::new(var.name.as_str())).filter(concerned);
        let (here, set): (Vec<_>, Vec<_>) = (here.collect(), set.collect());
        let mut there: Vec<_> = child.iter().map(|(name, _)| *name).filter(concerned).collect();
        let bindings = self
            .removals
            .registry()
            .agents()
            .iter()
            .flat_map(|agent| agent.bindings.iter().map(move |w| (agent, w)));
        for (agent, binding) in bindings {
            let names = || binding.vars.iter().filter_map(|var| Some((var.name.as_ref()?, var)));
            let key =
                names().find(|(_, var)| matches!(var.source, VarSource::Key)).map(|(name, _)| name);
            let Some(key) = key else { continue };
            let has = |vars: &[&OsStr], key| vars.iter().any(|name| is_name(key, name));
            let held = has(&here, key) || self.held_back.contains(key) || has(&set, key);
            // Natively the agent's own key may be what stood beside the address.
            let own = self.inherited.as_ref().filter(|_| agent.id == self.agent);
            let lost = own.is_some_and(|own| has(&here, own) && !has(&there, own));
            if (held || lost) && !has(&there, key) {
                let part = |name: &OsStr| names().any(|(own, _)| is_name(own, name));
                child.retain(|(name, _)| !part(name));
                there.retain(|name| !part(name));
            }
        }
    }

    /// What can be told of the known keys without reading a secret: literals, and what the parent
    /// holds under the names that keys are read from.
    fn secrets<'a>(&'a self, parent: &'a Vars) -> Secrets<'a> {
        let mut secrets = Secrets::default();
        for (name, value) in parent {
            if let Some(foreign) = self.removals.foreign_there(name, &self.key) {
                secrets.add(value.as_encoded_bytes(), foreign);
            }
        }
        for KnownKey { value, foreign } in &self.known {
            match value {
                EnvValue::Literal(text) => secrets.add(text.expose_secret().as_bytes(), *foreign),
                EnvValue::Reference(SecretRef::Host(host)) => {
                    for (_, value) in parent.iter().filter(|(name, _)| is_name(host, name)) {
                        secrets.add(value.as_encoded_bytes(), *foreign);
                    }
                }
                EnvValue::Reference(_) => {}
            }
        }
        secrets
    }
}

/// The texts of keys, without white space around them.
#[derive(Default)]
struct Secrets<'a> {
    all: BTreeSet<&'a [u8]>,
    /// Other providers'.
    foreign: BTreeSet<&'a [u8]>,
    /// What is kept outside the configuration, keys or not.
    stored: BTreeSet<&'a [u8]>,
}

impl<'a> Secrets<'a> {
    fn add(&mut self, text: &'a [u8], foreign: bool) {
        let text = trimmed(text);
        if text.is_empty() {
            return;
        }
        self.all.insert(text);
        if foreign {
            self.foreign.insert(text);
        }
    }

    /// Whether a variable holds one. What is stored and no key may be a name or a path that others
    /// hold as well.
    fn are_held(&self, name: &OsStr, value: &[u8]) -> bool {
        let stored = || self.stored.contains(value) && !is_of_user(name.as_encoded_bytes());
        self.all.contains(value) || (!value.is_empty() && stored())
    }
}

/// Whether the agent finds the key of a redirect under this name.
pub(crate) fn is_redirect_key_of(agent: &Agent, name: &OsStr) -> bool {
    let mut keys = agent.binding_vars().filter(|var| matches!(var.source, VarSource::Key));
    keys.any(|var| var.name.as_ref().is_some_and(|key| is_name(key, name)))
}

/// Whether the agent finds an address under this name.
pub(crate) fn is_address_of(agent: &Agent, name: &OsStr) -> bool {
    let mut urls = agent.binding_vars().filter(|var| matches!(var.source, VarSource::BaseUrl));
    urls.any(|var| var.name.as_ref().is_some_and(|url| is_name(url, name)))
}

/// Whether a redirect of the agent sets this name.
pub(crate) fn is_redirect_var_of(agent: &Agent, name: &OsStr) -> bool {
    agent.binding_vars().any(|var| var.name.as_ref().is_some_and(|own| is_name(own, name)))
}

fn bytes(text: &str) -> &[u8] {
    trimmed(text.as_bytes())
}

fn trimmed(value: &[u8]) -> &[u8] {
    value.trim_ascii()
}
