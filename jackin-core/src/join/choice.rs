//! Which providers can be chosen for an agent, in which order, which one is meant, and what the
//! session is called. It asks nobody: a picker is the caller's.

pub use super::resolve::check;

use crate::{
    config::EnvLayers,
    join::SelectError,
    model::{Agent, AuthForward, Mode, Provider},
    names::{Source, Sourced},
    registry::NameOrigin,
};

/// The providers an agent can be started on: its native one first, then those that serve one of its
/// protocols and have a key, in the catalogue's order.
#[must_use]
pub fn choices<'a>(layers: &'a EnvLayers, agent: &Agent) -> Vec<&'a Provider> {
    native_and(layers, agent, |provider| is_served(layers, agent, provider))
}

/// What to show to somebody who chooses, in the same order: the choices, and the providers that
/// have a key and cannot be used with the agent. What is withdrawn is not shown.
#[must_use]
pub fn shown<'a>(layers: &'a EnvLayers, agent: &Agent) -> Vec<&'a Provider> {
    native_and(layers, agent, |provider| {
        layers.has(&provider.key.value) || is_served(layers, agent, provider)
    })
}

fn native_and<'a>(
    layers: &'a EnvLayers,
    agent: &Agent,
    wanted: impl Fn(&Provider) -> bool,
) -> Vec<&'a Provider> {
    let native = layers.registry().provider(agent.native.as_str());
    let others = layers
        .registry()
        .providers()
        .iter()
        .filter(|other| other.id != agent.native && wanted(other));
    let all = native.into_iter().chain(others);
    all.filter(|provider| ignored(layers, agent, provider).is_none()).collect()
}

/// Whether a provider serves a protocol that the agent speaks, and has what it takes to use it.
fn is_served(layers: &EnvLayers, agent: &Agent, provider: &Provider) -> bool {
    agent.bindings.iter().any(|binding| {
        let endpoint = provider.endpoint(binding.protocol);
        // One that needs no key is only a choice once somebody has named its models.
        endpoint.is_some_and(|endpoint| {
            layers.has(&provider.key.value)
                || (provider.token.is_some() && !endpoint.models.is_empty())
        })
    })
}

/// Where a provider is withdrawn from an agent, if it is.
fn ignored<'a>(layers: &'a EnvLayers, agent: &Agent, provider: &'a Provider) -> Option<&'a Source> {
    let mode = provider.mode.as_ref().filter(|mode| mode.value == Mode::Ignore);
    let native = layers
        .auth_forward
        .get(&agent.id)
        .filter(|mode| mode.value == AuthForward::Ignore && provider.id == agent.native);
    mode.map(|mode| &mode.source).or(native.map(|mode| &mode.source))
}

/// The agent that is meant: the one asked for (and where), else `default_agent`, else the first of
/// the table.
///
/// # Errors
/// A name that is not known.
pub fn select_agent<'a>(
    layers: &'a EnvLayers,
    asked: Option<(&str, NameOrigin)>,
) -> Result<&'a Agent, SelectError> {
    let default = || given_in_config(layers.default_agent.as_ref());
    match asked.or_else(default) {
        Some((name, origin)) => Ok(layers.registry().find_agent(name, origin)?),
        None => Ok(&layers.registry().agents()[0]),
    }
}

fn given_in_config(default: Option<&Sourced<String>>) -> Option<(&str, NameOrigin)> {
    default.map(|default| (default.value.as_str(), NameOrigin::Config(default.source.clone())))
}

/// The provider that is meant: the one asked for (and where), else `default_provider`, else the
/// only choice.
///
/// # Errors
/// An id that is not known or whose provider is withdrawn; several choices and nothing that
/// decides; none at all.
pub fn select<'a>(
    layers: &'a EnvLayers,
    agent: &Agent,
    asked: Option<(&str, NameOrigin)>,
) -> Result<&'a Provider, SelectError> {
    let default = || given_in_config(layers.default_provider.as_ref());
    if let Some((id, given)) = asked.or_else(default) {
        if let Some(why) = layers.refusal(id) {
            return Err(Box::new(why.clone()).into());
        }
        let provider = layers.registry().find_provider(id, given)?;
        return match ignored(layers, agent, provider) {
            None => Ok(provider),
            Some(at) => Err(SelectError::Ignored {
                agent: agent.id.clone(),
                provider: provider.id.clone(),
                at: at.clone(),
            }),
        };
    }
    match choices(layers, agent)[..] {
        [only] => Ok(only),
        [] => Err(SelectError::NoChoice { agent: agent.id.clone() }),
        ref several => Err(SelectError::Undecided {
            agent: agent.id.clone(),
            choices: several.iter().map(|provider| provider.id.clone()).collect(),
        }),
    }
}

/// Whether anything names the provider: the user, `default_provider`, or a choice between several.
/// Where nothing does, a launch may follow what the environment says
/// ([`ExecPlan::unnamed`](crate::ExecPlan::unnamed)).
#[must_use]
pub fn is_named(layers: &EnvLayers, agent: &Agent, asked: bool) -> bool {
    asked || layers.default_provider.is_some() || choices(layers, agent).len() > 1
}

/// What to call a session: `Claude (Z.AI)`, or bare `Claude` where only the native provider is
/// configured for the agent.
#[must_use]
pub fn label(layers: &EnvLayers, agent: &Agent, provider: &Provider) -> String {
    let alone = || choices(layers, agent).iter().all(|choice| choice.id == agent.native);
    if provider.id == agent.native && alone() {
        agent.label.to_string()
    } else {
        [&agent.label, " (", &provider.label.value, ")"].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Document};

    fn ids(providers: &[&Provider]) -> String {
        providers.iter().map(|provider| provider.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_has_a_key_is_shown_and_what_is_served_can_be_chosen() {
        let keys = "[env]\nZAI_API_KEY = 'x'\nMINIMAX_API_KEY = 'x'\nXAI_API_KEY = 'x'\nKIMI_CODE_API_KEY = ' '\n";
        let ignored = "[providers.minimax]\nmode = 'ignore'\n[codex]\nauth_forward = 'ignore'\n";
        let own =
            "[providers.own]\nkey = 'XAI_API_KEY'\nanthropic.base_url = 'https://example.com'\n";
        for (text, agent, all, open) in [
            ("", "claude", "anthropic", "anthropic"),
            (keys, "claude", "anthropic zai minimax xai", "anthropic zai minimax"),
            (keys, "codex", "openai zai minimax xai", "openai minimax"),
            (keys, "amp", "amp zai minimax xai", "amp"),
            (&format!("{keys}{ignored}"), "claude", "anthropic zai xai", "anthropic zai"),
            (&format!("{keys}{ignored}"), "codex", "zai xai", ""),
            (
                &format!("{keys}{own}"),
                "claude",
                "anthropic zai minimax xai own",
                "anthropic zai minimax own",
            ),
        ] {
            let global = Some(Document::global("config.toml", text).unwrap());
            let layers = Config { global, ..Config::default() }.layers(None).unwrap();
            let agent = layers.registry().agent(agent).unwrap();
            let seen = [shown(&layers, agent), choices(&layers, agent)].map(|some| ids(&some));
            assert_eq!(seen, [all, open], "{agent:?} {text}");
        }
    }
}
