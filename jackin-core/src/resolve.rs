//! The join of layers, agent and provider, and nothing else: no clock, no files, no environment.
//! It names no agent and no provider; both are rows of tables.

use std::borrow::Cow;

use secrecy::ExposeSecret;

use crate::{
    agent::{Agent, Feed, Guard, Var, Wiring},
    choice,
    error::ResolveError,
    layers::EnvLayers,
    names::{EnvName, ProviderId},
    plan::{ExecPlan, PlannedValue, PlannedVar, Reason},
    provider::{Endpoint, Provider, Slot},
    scope::{Scope, Source, Sourced},
    scrub,
    value::{EnvValue, check_key},
};

/// Works out what the agent needs to use the provider: the variables to set, each with its reason
/// and where its value stands, and what must not be inherited.
///
/// ```
/// use jackin_core::{Agent, Config, Document, Given, choice, resolve};
///
/// let text = "[env]\nZAI_API_KEY = \"op://Work/zai/key\"\n";
/// let config = Config { global: Some(Document::global("config.toml", text)?), ..Config::default() };
/// let layers = config.layers(None)?;
/// let agent = Agent::find("claude").unwrap();
/// let provider = choice::select(&layers, agent, Some(("zai", Given::Argument)))?;
/// let plan = resolve(&layers, agent, provider)?;
/// assert_eq!(plan.label, "Claude (Z.AI)");
/// assert_eq!(plan.set[0].name.as_str(), "ANTHROPIC_AUTH_TOKEN");
/// assert_eq!(plan.references()[0].to_string(), "op://Work/zai/key");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A missing or unusable key, a pair without a common protocol, an endpoint without a base URL or
/// without a model that the agent needs. Never a partial plan: an agent with a foreign URL and no
/// key may send the user's own login there.
pub fn resolve(
    layers: &EnvLayers,
    agent: &Agent,
    provider: &Provider,
) -> Result<ExecPlan, ResolveError> {
    let mut plan = ExecPlan {
        agent: agent.id.clone(),
        provider: provider.id.clone(),
        label: choice::label(layers, agent, provider),
        workspace: layers.workspace.clone(),
        role: layers.role.clone(),
        program: agent.program.into(),
        args: Vec::new(),
        set: Vec::new(),
        remove: Vec::new(),
        warnings: Vec::new(),
        foreign: Vec::new(),
        key_names: layers.catalog.keys().iter().map(|(name, _)| name.clone()).collect(),
        signs: Vec::new(),
    };
    let join = Join { layers, agent, provider };
    let mut served = agent
        .wirings
        .iter()
        .filter_map(|wiring| Some((wiring, provider.endpoints.get(&wiring.protocol)?)));
    match served.next() {
        Some((wiring, endpoint)) => join.redirect(&mut plan, wiring, endpoint)?,
        None if provider.id == agent.native => join.native(&mut plan)?,
        None => return Err(join.not_served()),
    }
    join.pass_layers_on(&mut plan);
    Ok(plan)
}

/// The three arguments of [`resolve`].
struct Join<'a> {
    layers: &'a EnvLayers,
    agent: &'a Agent,
    provider: &'a Provider,
}

impl<'a> Join<'a> {
    fn redirect(
        &self,
        plan: &mut ExecPlan,
        wiring: &Wiring,
        endpoint: &Endpoint,
    ) -> Result<(), ResolveError> {
        let key = self.key()?.ok_or_else(|| ResolveError::MissingKey {
            provider: self.provider.id.clone(),
            variable: self.provider.key.value.clone(),
            native: self.other_native(),
        })?;
        let url = endpoint.base_url.as_ref().ok_or_else(|| ResolveError::MissingBaseUrl {
            provider: self.provider.id.clone(),
            protocol: wiring.protocol,
        })?;
        self.check_models(wiring, endpoint)?;
        let guard = self.layers.guard;
        let fill = |var: &Var| match var.feed {
            Feed::Key => Some(self.planned_key(&var.name, &key, Reason::Redirect)),
            Feed::BaseUrl => Some(plain(var, url.value.clone(), Reason::Redirect, url)),
            Feed::Model(slot) => model(var, slot, endpoint),
            Feed::Window => endpoint.window.as_ref().map(|window| count(var, window)),
            Feed::TimeoutMs(usual) => Some(timeout(var, usual, endpoint)),
            Feed::Fixed(text) => Some(fixed(var, text, reason(var))),
        };
        let vars = wiring.vars.iter().filter(|var| var.guard <= guard).filter_map(fill);
        plan.set = vars.filter(|var| guard > Guard::Off || var.reason != Reason::Guard).collect();

        let set: Vec<_> = plan.set.iter().map(|var| var.name.clone()).collect();
        plan.remove = scrub::for_redirect(wiring, |name| set.contains(name));
        plan.remove
            .extend(scrub::for_every(self.agent, &self.layers.catalog, |name| set.contains(name)));
        Ok(())
    }

    /// A native launch leaves the agent to its own login, or gives it the key that a layer holds.
    fn native(&self, plan: &mut ExecPlan) -> Result<(), ResolveError> {
        let name = &self.agent.native_key;
        let variable = &self.provider.key.value;
        let exported = |key: &Sourced<_>| key.source.scope == Scope::Environment;
        // What is exported under the agent's own name is inherited as it is, even if it is blank.
        if variable != name || !self.layers.get(variable).is_some_and(|key| exported(&key)) {
            let key = self.key()?;
            plan.set.extend(key.map(|key| self.planned_key(name, &key, Reason::Layer)));
        }
        (plan.remove, plan.signs) =
            scrub::for_native(self.agent, self.provider, &self.layers.catalog);
        plan.remove.extend(scrub::for_every(self.agent, &self.layers.catalog, |key| key == name));
        plan.key_names.retain(|key| key != name);
        Ok(())
    }

    /// The key that wins, checked as far as it is known before launch.
    fn key(&self) -> Result<Option<Sourced<&'a EnvValue>>, ResolveError> {
        let variable = &self.provider.key.value;
        let Some(key) = self.layers.get(variable) else { return Ok(None) };
        if let EnvValue::Literal(text) = key.value {
            check_key(text.expose_secret()).map_err(|problem| ResolveError::BadKey {
                provider: self.provider.id.clone(),
                variable: variable.clone(),
                problem,
                at: key.source.clone(),
                native: self.other_native(),
            })?;
        }
        Ok(Some(key))
    }

    /// The provider that needs no key, if that is another one.
    fn other_native(&self) -> Option<ProviderId> {
        (self.provider.id != self.agent.native).then(|| self.agent.native.clone())
    }

    fn planned_key(&self, name: &EnvName, key: &Sourced<&EnvValue>, reason: Reason) -> PlannedVar {
        PlannedVar {
            name: name.clone(),
            value: PlannedValue::Secret(key.value.clone()),
            reason,
            key: Some(self.provider.key.value.clone()),
            source: key.source.clone(),
            shadowed: key.shadowed.clone(),
        }
    }

    fn check_models(&self, wiring: &Wiring, endpoint: &Endpoint) -> Result<(), ResolveError> {
        let wanted = wiring.vars.iter().filter_map(|var| match var.feed {
            Feed::Model(slot) => Some(slot),
            _ => None,
        });
        let slots: Vec<Slot> = wanted.filter(|slot| endpoint.model(*slot).is_none()).collect();
        if slots.is_empty() {
            return Ok(());
        }
        Err(ResolveError::MissingModels {
            provider: self.provider.id.clone(),
            protocol: wiring.protocol,
            slots,
        })
    }

    fn not_served(&self) -> ResolveError {
        ResolveError::NotServed {
            agent: self.agent.id.clone(),
            provider: self.provider.id.clone(),
            speaks: self.agent.wirings.iter().map(|wiring| wiring.protocol).collect(),
            serves: self.provider.endpoints.keys().copied().collect(),
        }
    }

    /// The layers' other variables go to the agent as they are, but for those that would undo the
    /// plan or carry another provider's key.
    fn pass_layers_on(&self, plan: &mut ExecPlan) {
        let own = &self.provider.key.value;
        for name in plan.key_names.iter().filter(|name| *name != own) {
            plan.foreign.extend(self.layers.all(name).filter(|value| !value.is_blank()).cloned());
            plan.foreign.push(EnvValue::host(name.clone()));
        }
        // Only the plan's own variables can be in the way: no name stands in the layers twice.
        let planned = plan.set.len();
        for name in self.layers.names() {
            if self.layers.catalog.is_key(name) {
                continue;
            }
            let Some(found) = self.layers.get(name) else { continue };
            if let Some(why) = obstacle(plan, planned, name, found.value) {
                plan.warnings.push(format!("`{name}` ({}) is not passed on: {why}", found.source));
                continue;
            }
            plan.set.push(PlannedVar {
                name: name.clone(),
                value: PlannedValue::Secret(found.value.clone()),
                reason: Reason::Layer,
                key: None,
                source: found.source,
                shadowed: found.shadowed,
            });
        }
    }
}

/// Why a configured variable cannot go to the agent.
fn obstacle(
    plan: &ExecPlan,
    planned: usize,
    name: &EnvName,
    value: &EnvValue,
) -> Option<Cow<'static, str>> {
    if plan.set[..planned].iter().any(|var| var.name == *name) {
        return Some("the redirect sets it".into());
    }
    if plan.foreign.contains(value) {
        return Some("it is another provider's key".into());
    }
    let bytes = name.as_str().as_bytes();
    // The agent's own login would go there.
    if let EnvValue::Literal(text) = value
        && plan.signs.iter().any(|sign| sign.shown_by(bytes, text.expose_secret().as_bytes()))
    {
        return Some("it would send the agent's own login to another provider".into());
    }
    let mut removals = plan.remove.iter().filter(|removal| !removal.if_redirected);
    removals
        .find(|removal| removal.covers(bytes))
        .map(|removal| format!("it {}", removal.reason).into())
}

const fn reason(var: &Var) -> Reason {
    if matches!(var.guard, Guard::Off) { Reason::Redirect } else { Reason::Guard }
}

/// A stand-in is not what the provider asks for, only what keeps foreign model names out.
fn model(var: &Var, slot: Slot, endpoint: &Endpoint) -> Option<PlannedVar> {
    let (model, own) = endpoint.model(slot)?;
    let reason = if own { reason(var) } else { Reason::Guard };
    Some(plain(var, model.value.clone(), reason, model))
}

fn timeout(var: &Var, usual: u64, endpoint: &Endpoint) -> PlannedVar {
    let usual = fixed(var, usual.to_string(), reason(var));
    let Some(timeout) = &endpoint.timeout_ms else { return usual };
    let mut own = count(var, timeout);
    own.shadowed.push(usual.source);
    own
}

fn count(var: &Var, count: &Sourced<u64>) -> PlannedVar {
    plain(var, count.value.to_string(), reason(var), count)
}

fn plain<T>(
    var: &Var,
    text: impl Into<Cow<'static, str>>,
    reason: Reason,
    from: &Sourced<T>,
) -> PlannedVar {
    PlannedVar {
        source: from.source.clone(),
        shadowed: from.shadowed.clone(),
        ..fixed(var, text, reason)
    }
}

fn fixed(var: &Var, text: impl Into<Cow<'static, str>>, reason: Reason) -> PlannedVar {
    PlannedVar {
        name: var.name.clone(),
        value: PlannedValue::Plain(text.into()),
        reason,
        key: None,
        source: Source::new(Scope::BuiltIn),
        shadowed: Vec::new(),
    }
}
