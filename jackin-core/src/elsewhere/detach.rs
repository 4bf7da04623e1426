//! A plan for an agent that does not inherit this environment: in a container, in a tab, in a
//! cluster. What it would have found here it is given. Nothing is read or started.

use std::ffi::OsStr;

use crate::{
    names::{EnvName, Scope, Source, is_name},
    plan::{ExecPlan, KnownKey, Launch, PlannedValue, PlannedVar, Reason, Vars, is_address_of},
    value::{EnvValue, SecretRef},
};

impl ExecPlan {
    /// The same plan for an agent that starts in another environment than this one.
    ///
    /// A login that a native launch would inherit from here is set, and nothing there may send it
    /// elsewhere; and a key that only this environment knows is known there as well, so that no
    /// copy of it crosses under another name.
    #[must_use]
    pub fn detached(mut self, here: &Vars) -> Self {
        self.bring_logins(here);
        let held = |key: &KnownKey| {
            let values = here.iter().filter(|(name, _)| is_read(&key.value, name));
            let values = values.filter_map(|(_, value)| value.to_str());
            let known =
                values.map(|text| KnownKey { value: EnvValue::secret(text), foreign: key.foreign });
            known.collect::<Vec<_>>()
        };
        let held: Vec<_> = self.known.iter().flat_map(held).collect();
        self.known.extend(held);
        self
    }

    /// The variables of this environment that the plan reads at launch.
    #[must_use]
    pub fn read_here(&self) -> Vec<&EnvName> {
        let references = self.references().into_iter();
        let variables = references.filter_map(|reference| match reference {
            SecretRef::Host(name) => Some(name),
            _ => None,
        });
        variables.collect()
    }

    fn bring_logins(&mut self, here: &Vars) {
        if self.inherited.is_none() {
            return;
        }
        let agent = self.agent_entry();
        let dropped = self.dropped(here);
        // A key beside an address is for that address, which stays here.
        let address = here.iter().find(|(name, value)| {
            let blank = value.as_encoded_bytes().trim_ascii().is_empty();
            is_address_of(agent, name) && !blank && !dropped.contains(name)
        });
        if let Some((name, _)) = address {
            let name = name.to_string_lossy();
            self.warnings.push(format!(
                "no login of this environment goes along: `{name}` sends it somewhere else here"
            ));
            return;
        }
        let is_here = |login: &EnvName| {
            here.iter().any(|(name, value)| {
                let blank = value.as_encoded_bytes().trim_ascii().is_empty();
                is_name(login, name) && !blank && !dropped.contains(name)
            })
        };
        let is_set = |login: &EnvName| self.set.iter().any(|var| var.name == *login);
        let logins = agent.logins().filter(|login| !is_set(login) && is_here(login));
        let brought: Vec<EnvName> = logins.cloned().collect();
        if brought.is_empty() {
            return;
        }
        self.set.extend(brought.iter().map(exported));
        self.removals.set(Launch::Native(brought));
    }
}

/// A login as it is exported here.
fn exported(name: &EnvName) -> PlannedVar {
    PlannedVar {
        name: name.clone(),
        value: PlannedValue::Secret(EnvValue::host(name.clone())),
        reason: Reason::Layer,
        key: Some(name.clone()),
        source: Source::new(Scope::Environment),
        shadowed: Vec::new(),
    }
}

/// Whether a value is read from this variable.
fn is_read(value: &EnvValue, name: &OsStr) -> bool {
    matches!(value.reference(), Some(SecretRef::Host(known)) if is_name(known, name))
}
