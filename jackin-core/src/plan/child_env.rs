//! The child's environment: the one place where a plan meets the parent's environment. Nothing is read or
//! changed here; both come in as data.
//!
//! A variable of the parent reaches the child unless
//!
//! 1. the plan or `[scrub]` removes its name;
//! 2. its value is a key that the plan knows, or a secret that the plan has read;
//! 3. it is part of a redirect that would arrive in pieces ([`fate`](super::fate));
//! 4. the plan sets a variable of that name, or the parent has listed one before.
//!
//! A variable of the layers reaches the child unless its value turns out to be another provider's key,
//! it would redirect the agent's own login, or rule 3 applies.
//!
//! A value that the plan adds to a list comes after what the child would have under that name without it.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    ffi::{OsStr, OsString},
};

use crate::{
    model::{Agent, ProtocolBinding, Var, VarSource},
    names::{EnvName, is_name, same_name},
    plan::{
        ExecPlan, PlannedValue, PlannedVar, ReadyPlan, Reason,
        fate::{Assembled, Fate, Inherited, Native, Part, of_assembled, of_inherited},
        known_secrets::{KnownSecrets, trimmed},
    },
    value::{EnvValue, SecretRef},
};

/// The variables of an environment, in their order.
pub type Vars = [(OsString, OsString)];

/// A variable of a child: its name as the parent or the plan has it.
pub type ChildVar<'a> = (&'a OsStr, Cow<'a, OsStr>);

/// What a child will find under a name. It may be a secret, so it cannot be printed.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChildValue<'a> {
    /// Nothing.
    Unset,
    /// This.
    Text(&'a OsStr),
    /// What a reference holds, which is read only at launch.
    ReadAtLaunch,
}

/// The child's whole environment: the parent's without what the plan removes, and what it sets.
///
/// Left out of the parent's: names that the plan removes or sets; values that are a key this plan
/// knows, or that a provider's key variable of the parent holds; the rest of a redirect whose key is
/// left out, since an agent that finds a foreign URL and no key may send the user's own login there;
/// second entries of one name (programs read the first). Left out of the layers' own: variables that
/// turn out to hold another provider's key or to redirect a native launch.
pub fn child_env(
    ready: &ReadyPlan<'_>,
    parent: impl IntoIterator<Item = (OsString, OsString)>,
) -> Vec<(OsString, OsString)> {
    let parent: Vec<_> = parent.into_iter().collect();
    let child = child_vars(ready, &parent).into_iter();
    child.map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
}

/// The same as [`child_env`], without copies.
#[must_use]
pub fn child_vars<'a>(ready: &'a ReadyPlan<'_>, parent: &'a Vars) -> Vec<ChildVar<'a>> {
    let plan = ready.plan();
    let mut secrets = KnownSecrets::before_reading(plan, parent);
    let set = plan.without_foreign(ready, &secrets);
    secrets.add_read(ready);
    let dropped = plan.dropped_with(parent, &secrets);
    let is_set = |name: &OsStr| set.iter().any(|(var, _)| is_name(&var.name, name));
    let mut seen = BTreeSet::new();
    let arriving: Vec<_> = parent
        .iter()
        .filter(|(name, _)| !dropped.contains(name) && seen.insert(name))
        .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
        .collect();
    let inherited = arriving.iter().filter(|(name, _)| !is_set(name));
    let mut child = Vec::with_capacity(parent.len() + set.len());
    child.extend(inherited.map(|(name, value)| (*name, Cow::Borrowed(*value))));
    child.extend(set.iter().map(|(var, text)| {
        let value = match var.value {
            PlannedValue::Added(_) => {
                let list = arriving.iter().find(|(name, _)| is_name(&var.name, name));
                list.map_or(Cow::Borrowed(OsStr::new(*text)), |(_, list)| with_entries(list, text))
            }
            _ => Cow::Borrowed(OsStr::new(*text)),
        };
        (OsStr::new(var.name.as_str()), value)
    }));
    plan.drop_incomplete(parent, &mut child);
    child
}

/// A list, separated by commas, with these entries as well.
fn with_entries<'a>(list: &'a OsStr, entries: &str) -> Cow<'a, OsStr> {
    let bytes = list.as_encoded_bytes();
    // A star alone is every host; as one of several, programs differ.
    let is_all = bytes.trim_ascii() == b"*";
    let has = |entry: &str| {
        let mut known = bytes.split(|byte| *byte == b',' || byte.is_ascii_whitespace());
        is_all || known.any(|known| known.eq_ignore_ascii_case(entry.as_bytes()))
    };
    let mut list = Cow::Borrowed(list);
    for entry in entries.split(',').filter(|entry| !has(entry)) {
        let list = list.to_mut();
        if !list.is_empty() {
            list.push(",");
        }
        list.push(entry);
    }
    list
}

impl ExecPlan {
    /// The names in the parent's environment that the child does not get, as far as that can be
    /// told before any secret is read. [`child_env`] also leaves out variables that hold a secret
    /// which is read only at launch.
    #[must_use]
    pub fn dropped<'a>(&self, parent: &'a Vars) -> BTreeSet<&'a OsString> {
        self.dropped_with(parent, &KnownSecrets::before_reading(self, parent))
    }

    /// A variable as the child will find it, as far as that can be told before any secret is read. For a
    /// variable that decides nothing about keys, such as one that names a directory.
    #[must_use]
    pub fn child_var<'a>(&'a self, name: &str, parent: &'a Vars) -> ChildValue<'a> {
        let of_parent = |name: &str| {
            let found = parent.iter().find(|(known, _)| same_name(known, name.as_ref()));
            found.map_or(ChildValue::Unset, |(_, value)| ChildValue::Text(value))
        };
        let set = self.set.iter().find(|var| same_name(var.name.as_str().as_ref(), name.as_ref()));
        match set.map(|var| &var.value) {
            Some(PlannedValue::Plain(text) | PlannedValue::Added(text)) => {
                ChildValue::Text((**text).as_ref())
            }
            Some(PlannedValue::Secret(EnvValue::Literal(text))) => {
                ChildValue::Text(text.expose().as_ref())
            }
            Some(PlannedValue::Secret(EnvValue::Reference(SecretRef::Host(host)))) => {
                of_parent(host.as_str())
            }
            Some(PlannedValue::Secret(EnvValue::Reference(_))) => ChildValue::ReadAtLaunch,
            None if self.removes(name.as_ref()) => ChildValue::Unset,
            None => of_parent(name),
        }
    }

    fn dropped_with<'a>(
        &self,
        parent: &'a Vars,
        secrets: &KnownSecrets<'_>,
    ) -> BTreeSet<&'a OsString> {
        let is_passed = |name: &OsStr| {
            let mut passed = self.set.iter().filter(|var| var.reason == Reason::Passed);
            passed.any(|var| is_name(&var.name, name))
        };
        let unwanted = |(name, value): &&(OsString, OsString)| {
            if is_passed(name) {
                return false;
            }
            self.removes(name) || self.misplaces(name, value.as_encoded_bytes(), secrets)
        };
        let mut dropped: BTreeSet<_> =
            parent.iter().filter(unwanted).map(|(name, _)| name).collect();
        let redirects: Vec<_> = parent.iter().filter(|(name, _)| self.may_concern(name)).collect();
        // Two agents may read one variable: what is dropped for one may tear the other's redirect.
        loop {
            let before = dropped.len();
            for agent in self.removals.registry().agents() {
                self.drop_inherited(agent, &redirects, &mut dropped);
            }
            if dropped.len() == before {
                return dropped;
            }
        }
    }

    /// Rule 1: the plan or `[scrub]` removes the name.
    fn removes(&self, name: &OsStr) -> bool {
        let name = name.as_encoded_bytes();
        let refused = || !self.is_client && self.isolation.refuses(self.agent_entry(), name);
        self.removals.reason(name).is_some() || refused()
    }

    /// Rule 2: the value is a secret that belongs under another name. The agent's own key may well be
    /// configured as such; under its own name only another provider's key is out of place.
    fn misplaces(&self, name: &OsStr, value: &[u8], secrets: &KnownSecrets<'_>) -> bool {
        match &self.inherited {
            Some(own) if is_name(own, name) => {
                secrets.is_foreign(value) || self.shape.is_of_another(trimmed(value))
            }
            _ => secrets.are_held(name, value),
        }
    }

    /// Rule 3, for what the parent holds of the redirects of one agent.
    fn drop_inherited<'a>(
        &self,
        agent: &Agent,
        redirects: &[&'a (OsString, OsString)],
        dropped: &mut BTreeSet<&'a OsString>,
    ) {
        let own_key = self.own_key_of(agent);
        let is_own_key = |name: &OsStr| own_key.is_some_and(|own| is_name(own, name));
        let seen = |is_part: &dyn Fn(&OsStr) -> bool| {
            let names = || redirects.iter().map(|(name, _)| name).filter(|name| is_part(name));
            let is_lost = |name: &&OsString| dropped.contains(*name);
            Seen {
                lost: names().any(|name| is_lost(&name)),
                kept: names().any(|name| !is_lost(&name)),
            }
        };
        let state = Inherited {
            redirected: redirects.iter().any(|(name, value)| {
                let value = value.as_encoded_bytes();
                self.stale.of(agent, name.as_encoded_bytes(), value)
                    || (own_key.is_some() && is_address_of(agent, name) && self.is_detour(value))
            }),
            key: seen(&|name| is_redirect_key_of(agent, name) && !self.sets(name)).all(),
            native: own_key.map(|_| Native {
                url: seen(&|name| is_address_of(agent, name)).all(),
                any_key: seen(&|name| is_own_key(name) || is_redirect_key_of(agent, name)).any(),
            }),
        };
        let fate = of_inherited(state);
        let names = redirects.iter().map(|(name, _)| name);
        dropped.extend(names.filter(|name| match fate {
            Fate::Keep => false,
            Fate::Drop => self.is_leftover_of(agent, name),
            Fate::DropWithOwnKey => self.is_leftover_of(agent, name) || is_own_key(name),
        }));
    }

    /// Rule 3, for a redirect whose parts come from the parent, the layers or the plan.
    fn drop_incomplete(&self, parent: &Vars, child: &mut Vec<ChildVar<'_>>) {
        let concerned = |name: &&OsStr| self.may_concern(name);
        let here: Vec<_> =
            parent.iter().map(|(name, _)| name.as_os_str()).filter(concerned).collect();
        let mut there: Vec<_> = child.iter().map(|(name, _)| *name).filter(concerned).collect();
        let part = |key: &EnvName, was_there: bool, there: &[&OsStr]| match (
            there.iter().any(|name| is_name(key, name)),
            was_there,
        ) {
            (true, _) => Part::Arrives,
            (false, true) => Part::Lost,
            (false, false) => Part::Absent,
        };
        for agent in self.removals.registry().agents() {
            for binding in &*agent.bindings {
                let Some(key) = key_of(binding) else { continue };
                let inherits = |key: &EnvName| here.iter().any(|name| is_name(key, name));
                let configured = |name: &EnvName| {
                    self.held_back.contains(name) || self.sets(name.as_str().as_ref())
                };
                let own_key = self.own_key_of(agent);
                let own_url = own_key.and_then(|_| url_of(binding));
                let state = Assembled {
                    key: part(key, configured(key) || inherits(key), &there),
                    url: own_url.map_or(Part::Absent, |url| part(url, configured(url), &there)),
                    own_key: own_key.map_or(Part::Absent, |own| part(own, inherits(own), &there)),
                };
                if of_assembled(state) != Fate::Keep {
                    let is_part = |name: &OsStr| named(&binding.vars).any(|own| is_name(own, name));
                    child.retain(|(name, _)| !is_part(name));
                    there.retain(|name| !is_part(name));
                }
            }
        }
    }

    /// The plan's variables with their values, without those of the layers that turn out to hold
    /// another provider's key or to redirect the agent's own login.
    fn without_foreign<'a>(
        &self,
        ready: &'a ReadyPlan<'_>,
        secrets: &KnownSecrets<'_>,
    ) -> Vec<(&'a PlannedVar, &'a str)> {
        let bytes = |text: &'a str| trimmed(text.as_bytes());
        let keys = ready.set().filter(|(var, _)| var.key.is_some());
        let keys: Vec<_> = keys.map(|(_, text)| bytes(text)).collect();
        let is_withheld = |name: &EnvName, value: &[u8]| {
            let name = name.as_str();
            (secrets.is_foreign(value) && !keys.contains(&value))
                || (self.may_concern(name.as_ref()) && self.stale.shown_by(name.as_bytes(), value))
        };
        let of_layers = |var: &PlannedVar| var.reason == Reason::Layer && var.key.is_none();
        ready
            .set()
            .filter(|(var, text)| !of_layers(var) || !is_withheld(&var.name, bytes(text)))
            .collect()
    }

    /// The variable of the agent's own key that it inherits, if this is the agent of the launch and
    /// the launch leaves it its login.
    fn own_key_of(&self, agent: &Agent) -> Option<&EnvName> {
        self.inherited.as_ref().filter(|_| agent.id == self.agent)
    }

    /// Whether a URL of the parent's sends a launch on the agent's native provider elsewhere.
    fn is_detour(&self, url: &[u8]) -> bool {
        !self.removals.follows_parent() && self.stale.is_elsewhere(url)
    }

    fn sets(&self, name: &OsStr) -> bool {
        self.set.iter().any(|var| is_name(&var.name, name))
    }

    fn may_concern(&self, name: &OsStr) -> bool {
        self.removals.may_concern(name.as_encoded_bytes())
    }

    fn is_leftover_of(&self, agent: &Agent, name: &OsStr) -> bool {
        is_redirect_var_of(agent, name) && self.removals.is_leftover(name.as_encoded_bytes())
    }
}

/// What becomes of several variables.
#[derive(Clone, Copy)]
struct Seen {
    lost: bool,
    kept: bool,
}

impl Seen {
    /// One part that arrives only if all of them do.
    const fn all(self) -> Part {
        match self {
            Self { lost: true, .. } => Part::Lost,
            Self { kept: true, .. } => Part::Arrives,
            _ => Part::Absent,
        }
    }

    /// One part that arrives if any of them does.
    const fn any(self) -> Part {
        match self {
            Self { kept: true, .. } => Part::Arrives,
            Self { lost: true, .. } => Part::Lost,
            _ => Part::Absent,
        }
    }
}

/// The names of variables, without those that are called as they are configured.
fn named(vars: &[Var]) -> impl Iterator<Item = &EnvName> {
    vars.iter().filter_map(|var| var.name.as_ref())
}

/// The variable in which a binding finds its key, if it has a name of its own.
fn key_of(binding: &ProtocolBinding) -> Option<&EnvName> {
    binding.vars.iter().filter(|var| var.is_key()).find_map(|var| var.name.as_ref())
}

/// The variable in which a binding finds its URL.
fn url_of(binding: &ProtocolBinding) -> Option<&EnvName> {
    let is_url = |var: &&Var| matches!(var.source, VarSource::BaseUrl);
    binding.vars.iter().filter(is_url).find_map(|var| var.name.as_ref())
}

fn is_var_of(agent: &Agent, name: &OsStr, which: impl Fn(&Var) -> bool) -> bool {
    let mut vars = agent.binding_vars().filter(|var| which(var));
    vars.any(|var| var.name.as_ref().is_some_and(|own| is_name(own, name)))
}

/// Whether the agent finds the key of a redirect under this name.
pub(crate) fn is_redirect_key_of(agent: &Agent, name: &OsStr) -> bool {
    is_var_of(agent, name, Var::is_key)
}

/// Whether the agent finds a URL under this name.
pub(crate) fn is_address_of(agent: &Agent, name: &OsStr) -> bool {
    is_var_of(agent, name, |var| matches!(var.source, VarSource::BaseUrl))
}

/// Whether a redirect of the agent sets this name.
pub(crate) fn is_redirect_var_of(agent: &Agent, name: &OsStr) -> bool {
    is_var_of(agent, name, |_| true)
}
