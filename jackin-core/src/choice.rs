//! Which providers can be chosen for an agent, in which order, which one is meant, and what the
//! session is called. It asks nobody: a picker is the caller's.

use crate::{
    agent::Agent,
    error::SelectError,
    layers::EnvLayers,
    provider::Provider,
    scope::Sourced,
    unknown::{Given, Unknown},
};

/// The providers an agent can be started on: its native one first, then those that serve one of its
/// protocols and have a key, in the catalogue's order.
#[must_use]
pub fn choices<'a>(layers: &'a EnvLayers, agent: &Agent) -> Vec<&'a Provider> {
    let native = layers.catalog.get(agent.native.as_str());
    let others = layers.catalog.iter().filter(|provider| {
        provider.id != agent.native
            && agent.wirings.iter().any(|wiring| provider.endpoints.contains_key(&wiring.protocol))
            && layers.has(&provider.key.value)
    });
    native.into_iter().chain(others).collect()
}

/// The agent that is meant: the one asked for (and where), else `default_agent`, else the first of
/// the table.
///
/// # Errors
/// A name that is not known.
pub fn select_agent(
    layers: &EnvLayers,
    asked: Option<(&str, Given)>,
) -> Result<&'static Agent, SelectError> {
    let default = || given_in_config(layers.default_agent.as_ref());
    let Some((name, given)) = asked.or_else(default) else { return Ok(&Agent::all()[0]) };
    let known = Agent::all().iter().map(|agent| agent.id.as_str());
    Agent::find(name).ok_or_else(|| Box::new(Unknown::new("agent", name, given, known)).into())
}

fn given_in_config(default: Option<&Sourced<String>>) -> Option<(&str, Given)> {
    default.map(|default| (default.value.as_str(), Given::Config(default.source.clone())))
}

/// The provider that is meant: the one asked for (and where), else `default_provider`, else the
/// only choice.
///
/// # Errors
/// An id that is not known, or several choices and nothing that decides.
pub fn select<'a>(
    layers: &'a EnvLayers,
    agent: &Agent,
    asked: Option<(&str, Given)>,
) -> Result<&'a Provider, SelectError> {
    let default = || given_in_config(layers.default_provider.as_ref());
    if let Some((id, given)) = asked.or_else(default) {
        let known = || layers.catalog.iter().map(|provider| provider.id.as_str());
        let unknown = || Unknown::new("provider", id, given, known());
        return layers.catalog.get(id).ok_or_else(|| Box::new(unknown()).into());
    }
    match choices(layers, agent)[..] {
        [only] => Ok(only),
        ref several => Err(SelectError::Undecided {
            agent: agent.id.clone(),
            choices: several.iter().map(|provider| provider.id.clone()).collect(),
        }),
    }
}

/// What to call a session: `Claude (Z.AI)`, or bare `Claude` where only the native provider is
/// configured for the agent.
#[must_use]
pub fn label(layers: &EnvLayers, agent: &Agent, provider: &Provider) -> String {
    let alone = choices(layers, agent).iter().all(|choice| choice.id == agent.native);
    if alone && provider.id == agent.native {
        agent.label.to_owned()
    } else {
        format!("{} ({})", agent.label, provider.label.value)
    }
}
