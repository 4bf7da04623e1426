//! The texts of the keys that a plan knows, so that no inherited variable holds a copy of one.

use std::{collections::BTreeSet, ffi::OsStr};

use crate::{
    names::is_name,
    plan::{ExecPlan, KnownKey, ReadyPlan, Vars, inherit::is_of_user},
    value::{EnvValue, SecretRef},
};

/// Texts of secrets, without white space around them.
#[derive(Default)]
pub(super) struct KnownSecrets<'a> {
    /// Every key.
    keys: BTreeSet<&'a [u8]>,
    /// Other providers' keys.
    foreign: BTreeSet<&'a [u8]>,
    /// Values that are stored outside the configuration, whether they are keys or not.
    stored: BTreeSet<&'a [u8]>,
}

impl<'a> KnownSecrets<'a> {
    /// What is known without reading a secret: literals, and what the parent holds under the names
    /// that keys are read from.
    pub(super) fn before_reading(plan: &'a ExecPlan, parent: &'a Vars) -> Self {
        let mut secrets = Self::default();
        for (name, value) in parent {
            if let Some(foreign) = plan.removals.foreign_variable(name, &plan.key) {
                secrets.add(value.as_encoded_bytes(), foreign);
            }
        }
        for KnownKey { value, foreign } in &plan.known {
            match value {
                EnvValue::Literal(text) => secrets.add(text.expose().as_bytes(), *foreign),
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

    /// Adds what the plan's own secrets turned out to be.
    pub(super) fn add_read(&mut self, ready: &'a ReadyPlan<'_>) {
        for (var, text) in ready.set() {
            let text = trimmed(text.as_bytes());
            if text.is_empty() {
                continue;
            }
            if var.key.is_some() {
                self.keys.insert(text);
            }
            if var.is_surely_secret() {
                self.stored.insert(text);
            }
        }
    }

    fn add(&mut self, text: &'a [u8], foreign: bool) {
        let text = trimmed(text);
        if text.is_empty() {
            return;
        }
        self.keys.insert(text);
        if foreign {
            self.foreign.insert(text);
        }
    }

    /// Whether a text is another provider's key.
    pub(super) fn is_foreign(&self, text: &[u8]) -> bool {
        self.foreign.contains(trimmed(text))
    }

    /// Whether a variable holds a secret. A stored value that is no key may be a name or a path that
    /// variables about the user hold as well.
    pub(super) fn are_held(&self, name: &OsStr, value: &[u8]) -> bool {
        let value = trimmed(value);
        let stored = || self.stored.contains(value) && !is_of_user(name.as_encoded_bytes());
        self.keys.contains(value) || stored()
    }
}

/// A text without white space around it.
pub(super) fn trimmed(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}
