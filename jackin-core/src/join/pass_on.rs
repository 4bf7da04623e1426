//! The layers' variables that are not the plan's own, and what of them the agent gets.

use std::borrow::Cow;

use crate::{
    config::EnvEntry,
    join::{
        proxies::NO_PROXY,
        resolve::{Join, foreign_key, is_set},
    },
    model::Agent,
    names::{EnvName, Scope, Source, Sourced},
    plan::{ExecPlan, PlannedValue, PlannedVar, Reason, is_redirect_key_of, is_redirect_var_of},
    value::EnvValue,
};

impl Join<'_> {
    /// The layers' other variables go to the agent as they are, but for those that would undo the
    /// plan or carry another provider's key.
    pub(super) fn pass_layers_on(&self, plan: &mut ExecPlan) {
        // Only the plan's own variables can be in the way: no name stands in the layers twice.
        let planned = plan.set.len();
        for (entry, others) in self.layers.each() {
            let EnvEntry { name, value, source } = entry;
            if self.is_passed(plan, planned, name, value) {
                let Sourced { source, shadowed, .. } = entry.over(others);
                plan.set.push(of_layers(name, value, Reason::Passed, source, shadowed));
                continue;
            }
            if source.scope == Scope::Environment {
                continue;
            }
            let why = if plan.removals.may_concern(name.as_str().as_bytes()) {
                if self.is_kept_for_a_login(plan, planned, name) {
                    continue;
                }
                let orphan = || self.is_orphan(plan, planned, name);
                obstacle(plan, planned, name, value)
                    .or_else(|| orphan().then_some("its key is not either".into()))
            } else if NO_PROXY.contains(&name.as_str()) && is_set(plan, planned, name) {
                // The plan's own value begins with it.
                continue;
            } else {
                foreign_key(plan, value)
            };
            if let Some(why) = why {
                plan.held_back.push(name.clone());
                plan.warnings.push(format!("`{name}` ({source}) is not passed on: {why}"));
                continue;
            }
            let Sourced { source, shadowed, .. } = entry.over(others);
            plan.set.push(of_layers(name, value, Reason::Layer, source, shadowed));
        }
    }

    /// Whether the user wants a provider's key to reach the agent under its own name, for a tool that needs
    /// it. A warning says that it does, or why it does not.
    fn is_passed(
        &self,
        plan: &mut ExecPlan,
        planned: usize,
        name: &EnvName,
        value: &EnvValue,
    ) -> bool {
        let Some(source) = plan.isolation.passes(name).cloned() else { return false };
        let is_key = self.layers.registry().is_key(name);
        if !is_key || value.is_blank() || is_set(plan, planned, name) {
            return false;
        }
        let is_native = plan.inherited.is_some();
        let is_read =
            self.agent.is_steered_by(name.as_str()) || (is_native && self.agent.uses_any_key);
        plan.warnings.push(match is_read {
            true => format!(
                "`{name}` is not passed on, though `[scrub] pass` ({source}) names it: `{}` itself reads it",
                self.agent.id
            ),
            false => format!(
                "the key in `{name}` reaches the agent and all that it starts, which can send it anywhere: \
                 `[scrub] pass` ({source})"
            ),
        });
        !is_read
    }

    /// Notes what the parent exports that an argument may need.
    pub(super) fn note_exported(&self, plan: &mut ExecPlan) {
        for name in self.agent.needed() {
            let Some(Sourced { value, source, shadowed }) = self.layers.get(name) else { continue };
            let known = plan.exported.iter().any(|known| known.name == *name);
            if source.scope == Scope::Environment && !value.is_blank() && !known {
                plan.exported.push(of_layers(name, value, Reason::Layer, source, shadowed));
            }
        }
    }

    /// Whether a variable holds a provider's key, or a login that goes only where the plan puts it.
    fn is_kept_for_a_login(&self, plan: &ExecPlan, planned: usize, name: &EnvName) -> bool {
        let own = plan.inherited.is_some() && self.agent.credentials().any(|own| own == name);
        let is_login = |agent: &Agent| agent.logins().any(|login| login == name);
        self.layers.registry().is_key(name)
            || is_planned_login(&plan.set[..planned], name)
            || (!own && self.layers.registry().agents().iter().any(is_login))
    }

    /// Whether a name is part of a redirect of the layers' own whose key is held back: that is held
    /// back as a whole.
    fn is_orphan(&self, plan: &ExecPlan, planned: usize, name: &EnvName) -> bool {
        let is_held_back = |name: &EnvName| {
            let found = self.layers.get(name);
            found.is_some_and(|found| obstacle(plan, planned, name, found.value).is_some())
        };
        let holds_back = |agent: &&Agent| {
            let mut names = self.layers.each().map(|(entry, _)| &entry.name);
            names
                .any(|name| is_redirect_key_of(agent, name.as_str().as_ref()) && is_held_back(name))
        };
        let text = name.as_str();
        let mut agents = self
            .layers
            .registry()
            .agents()
            .iter()
            .filter(|agent| is_redirect_var_of(agent, text.as_ref()));
        plan.removals.is_leftover(text.as_bytes()) && agents.any(|agent| holds_back(&agent))
    }
}

/// A variable of the layers, as it is.
fn of_layers(
    name: &EnvName,
    value: &EnvValue,
    reason: Reason,
    source: Source,
    shadowed: Vec<Source>,
) -> PlannedVar {
    let (name, value) = (name.clone(), PlannedValue::Secret(value.clone()));
    PlannedVar { name, value, reason, key: None, source, shadowed }
}

/// Whether the plan takes its login from this very variable.
fn is_planned_login(planned: &[PlannedVar], name: &EnvName) -> bool {
    planned.iter().any(|var| var.name == *name && var.key.as_ref() == Some(name))
}

/// The same of one whose name means something to some agent or provider.
fn obstacle(
    plan: &ExecPlan,
    planned: usize,
    name: &EnvName,
    value: &EnvValue,
) -> Option<Cow<'static, str>> {
    if is_set(plan, planned, name) {
        return Some("the redirect sets it".into());
    }
    let foreign = foreign_key(plan, value);
    if foreign.is_some() {
        return foreign;
    }
    let bytes = name.as_str().as_bytes();
    // The agent's own login would go there.
    if let EnvValue::Literal(text) = value
        && plan.stale.shown_by(bytes, text.expose().as_bytes())
    {
        return Some("it would send the agent's own login to another provider".into());
    }
    plan.removals.reason(bytes).map(|reason| format!("it {reason}").into())
}
