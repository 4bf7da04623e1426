//! What becomes of the parent's environment: the one place where a plan meets it. Nothing is read or
//! changed here; both come in as data.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    ffi::{OsStr, OsString},
};

use secrecy::ExposeSecret;

use crate::{
    agent::{Agent, Feed},
    names::EnvName,
    plan::{ExecPlan, ReadyPlan},
    value::{EnvValue, SecretRef},
};

/// A parent's variables, in their order.
type Vars = [(OsString, OsString)];

/// The child's whole environment: the parent's without what the plan removes, and what it sets.
///
/// Of the parent's variables these are left out: names that the plan removes or sets; values that
/// are a key this plan knows, or that a provider's key variable of the parent holds; what is left
/// of a redirect whose key is left out, since an agent that finds a foreign URL and no key may send
/// the user's own login there; second entries of one name (the first is the one programs read).
/// Of the layers' own variables, those are left out that turn out to hold another provider's key
/// or to redirect a native launch.
pub fn child_env(
    ready: &ReadyPlan,
    parent: impl IntoIterator<Item = (OsString, OsString)>,
) -> Vec<(OsString, OsString)> {
    let plan = ready.plan();
    let parent: Vec<_> = parent.into_iter().collect();
    let configured = plan.known_secrets(&parent);
    let own = |key: bool| {
        ready
            .set()
            .filter(move |(var, _)| if key { var.key.is_some() } else { var.is_surely_secret() })
    };
    let own_keys: BTreeSet<_> =
        own(true).map(|(_, text)| trimmed(text.expose_secret().as_bytes())).collect();

    let withheld: Vec<&EnvName> = ready
        .set()
        .filter(|(var, _)| var.key.is_none() && var.reference().is_some())
        .filter(|(var, text)| {
            let (name, value) = (var.name.as_str().as_bytes(), text.expose_secret().as_bytes());
            let value_is_foreign =
                configured.contains(trimmed(value)) && !own_keys.contains(trimmed(value));
            value_is_foreign || plan.signs.iter().any(|sign| sign.shown_by(name, value))
        })
        .map(|(var, _)| &var.name)
        .collect();
    let orphaned = withheld.iter().any(|name| is_redirect_key(name.as_str().as_ref()));
    let is_withheld = |name: &EnvName| {
        withheld.contains(&name) || (orphaned && plan.leftover(name.as_str().as_bytes()))
    };
    let set: Vec<_> = ready.set().filter(|(var, _)| !is_withheld(&var.name)).collect();
    let set_names: BTreeSet<_> =
        set.iter().map(|(var, _)| comparable(var.name.as_str().as_ref())).collect();

    let mut secrets = configured;
    secrets.extend(own(false).map(|(_, text)| trimmed(text.expose_secret().as_bytes())));
    secrets.remove(&b""[..]);
    let dropped = plan.dropped_with(&parent, &secrets);
    let mut seen = BTreeSet::new();
    let inherited = parent.iter().filter(|(name, _)| {
        !set_names.contains(&comparable(name)) && !dropped.contains(name) && seen.insert(name)
    });
    let mut child: Vec<_> = inherited.cloned().collect();
    child.extend(
        set.iter().map(|(var, text)| (var.name.as_str().into(), text.expose_secret().into())),
    );
    child
}

impl ExecPlan {
    /// The names in the parent's environment that the child does not get, as far as that can be
    /// told before any secret is read. [`child_env`] leaves out these, and those that hold a secret
    /// which is read only at launch.
    #[must_use]
    pub fn dropped<'a>(&self, parent: &'a Vars) -> BTreeSet<&'a OsString> {
        self.dropped_with(parent, &self.known_secrets(parent))
    }

    fn dropped_with<'a>(
        &self,
        parent: &'a Vars,
        secrets: &BTreeSet<&[u8]>,
    ) -> BTreeSet<&'a OsString> {
        let is_inherited =
            |name: &OsStr| self.inherited.as_ref().is_some_and(|own| is_name(own, name));
        let removed = |name: &OsStr| {
            let mut removals = self.remove.iter().filter(|removal| !removal.if_redirected);
            removals.any(|removal| removal.covers(name.as_encoded_bytes()))
        };
        let mut dropped: BTreeSet<_> = parent
            .iter()
            .filter(|(name, value)| {
                let holds_secret = || secrets.contains(trimmed(value.as_encoded_bytes()));
                removed(name) || (!is_inherited(name) && holds_secret())
            })
            .map(|(name, _)| name)
            .collect();
        let is_set = |name: &OsStr| self.set.iter().any(|var| is_name(&var.name, name));
        let orphaned = || dropped.iter().any(|name| is_redirect_key(name) && !is_set(name));
        let redirected = parent.iter().any(|(name, value)| {
            let (name, value) = (name.as_encoded_bytes(), value.as_encoded_bytes());
            self.signs.iter().any(|sign| sign.shown_by(name, value))
        });
        if redirected || orphaned() {
            let names = parent.iter().map(|(name, _)| name);
            dropped.extend(names.filter(|name| self.leftover(name.as_encoded_bytes())));
        }
        dropped
    }

    /// Whether a name is part of some redirect that this plan does not make.
    pub(crate) fn leftover(&self, name: &[u8]) -> bool {
        self.remove.iter().any(|removal| removal.if_redirected && removal.covers(name))
    }

    /// Every key that can be told without reading a secret: literals of the layers, and what the
    /// parent holds under names that keys are read from.
    fn known_secrets<'a>(&'a self, parent: &'a Vars) -> BTreeSet<&'a [u8]> {
        let mut secrets = BTreeSet::new();
        let mut names: BTreeSet<_> = self.key_names.iter().collect();
        for value in &self.known {
            match value {
                EnvValue::Literal(text) => {
                    secrets.insert(trimmed(text.expose_secret().as_bytes()));
                }
                EnvValue::Reference(SecretRef::Host(name)) => {
                    names.insert(name);
                }
                EnvValue::Reference(_) => {}
            }
        }
        let held = parent.iter().filter(|(name, _)| names.iter().any(|known| is_name(known, name)));
        secrets.extend(held.map(|(_, value)| trimmed(value.as_encoded_bytes())));
        secrets.remove(&b""[..]);
        secrets
    }
}

/// Whether some agent finds the key of a redirect under this name.
pub(crate) fn is_redirect_key(name: &OsStr) -> bool {
    let vars = Agent::all().iter().flat_map(|agent| agent.wirings).flat_map(|wiring| wiring.vars);
    let mut keys = vars.filter(|var| matches!(var.feed, Feed::Key));
    keys.any(|var| var.name.as_ref().is_some_and(|key| is_name(key, name)))
}

fn trimmed(value: &[u8]) -> &[u8] {
    value.trim_ascii()
}

fn is_name(known: &EnvName, name: &OsStr) -> bool {
    comparable(known.as_str().as_ref()) == comparable(name)
}

/// A name in the form in which the system compares it.
fn comparable(name: &OsStr) -> Cow<'_, OsStr> {
    if cfg!(windows) { name.to_ascii_uppercase().into() } else { name.into() }
}
