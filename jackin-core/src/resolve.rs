//! The join of layers, agent and provider, and nothing else: no clock, no files, no environment.
//! It names no agent and no provider; both are rows of tables.

use std::borrow::Cow;

use secrecy::ExposeSecret;

use crate::{
    agent::{Agent, Feed, Guard, Redirect, Var, Wiring},
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
        key_names: layers.catalog.keys().to_vec(),
        signs: Vec::new(),
    };
    let join = Join { layers, agent, provider };
    match join.served()? {
        Some((wiring, endpoint)) => join.redirect(&mut plan, wiring, endpoint)?,
        None => join.native(&mut plan)?,
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
    /// The endpoint to redirect the agent to; none for a native launch.
    fn served(&self) -> Result<Option<(&'a Wiring, &'a Endpoint)>, ResolveError> {
        let Self { agent, provider, .. } = self;
        let native = provider.id == agent.native;
        let mut served = agent
            .wirings
            .iter()
            .filter_map(|wiring| Some((wiring, provider.endpoints.get(&wiring.protocol)?)));
        match served.next() {
            Some((_, endpoint)) if native && self.has_own_login(endpoint) => Ok(None),
            Some(served) => Ok(Some(served)),
            None if native => Ok(None),
            None => Err(ResolveError::NotServed {
                agent: agent.id.clone(),
                provider: provider.id.clone(),
                speaks: agent.wirings.iter().map(|wiring| wiring.protocol).collect(),
                serves: provider.endpoints.keys().copied().collect(),
            }),
        }
    }

    /// Whether the agent reaches its native provider without a key: where none is configured, and
    /// the user has not sent it elsewhere.
    fn has_own_login(&self, endpoint: &Endpoint) -> bool {
        let built_in = |url: &Sourced<_>| url.source.scope == Scope::BuiltIn;
        let key = self.layers.get(&self.provider.key.value);
        let configured = |key: Sourced<&EnvValue>| {
            key.source.scope != Scope::Environment || !key.value.is_blank()
        };
        endpoint.base_url.as_ref().is_none_or(built_in) && !key.is_some_and(configured)
    }

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
        let redirect = Redirect { provider: self.provider, protocol: wiring.protocol, endpoint };
        let guard = self.layers.guard;
        let fill = |var: &Var| {
            let name = var.name.as_ref().unwrap_or(&self.provider.key.value);
            let of = |text, reason| fixed(name, text, reason);
            Some(match var.feed {
                Feed::Key => self.planned_key(name, &key, Reason::Redirect),
                Feed::BaseUrl => from(of(url.value.clone().into(), Reason::Redirect), url),
                Feed::Model(slot) | Feed::Tier(slot) => {
                    let (model, own) = endpoint.model(slot)?;
                    let stands_in = !own && matches!(var.feed, Feed::Tier(_));
                    let reason = if stands_in { Reason::Guard } else { reason(var) };
                    from(of(model.value.clone().into(), reason), model)
                }
                Feed::Window => {
                    let window = endpoint.window.as_ref()?;
                    from(of(window.value.to_string().into(), reason(var)), window)
                }
                Feed::TimeoutMs(usual) => match &endpoint.timeout_ms {
                    Some(own) => {
                        let mut own = from(of(own.value.to_string().into(), reason(var)), own);
                        own.shadowed.push(Source::new(Scope::BuiltIn));
                        own
                    }
                    None => of(usual.to_string().into(), reason(var)),
                },
                Feed::Fixed(text) => of(text.into(), reason(var)),
                Feed::Text(text) => from(of(text(&redirect).into(), reason(var)), url),
            })
        };
        let vars = wiring.vars.iter().filter(|var| var.guard <= guard).filter_map(fill);
        plan.set = vars.filter(|var| guard > Guard::Off || var.reason != Reason::Guard).collect();
        plan.args = (wiring.args)(&redirect).into_iter().map(Into::into).collect();

        let set: Vec<_> = plan.set.iter().map(|var| var.name.clone()).collect();
        plan.remove = scrub::for_redirect(wiring, |name| set.contains(name));
        self.remove_from_every(plan, |name| set.contains(name));
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
        self.remove_from_every(plan, |key| key == name);
        plan.key_names.retain(|key| key != name);
        Ok(())
    }

    fn remove_from_every(&self, plan: &mut ExecPlan, keep: impl Fn(&EnvName) -> bool) {
        let catalog = &self.layers.catalog;
        plan.remove.extend(scrub::for_every(self.agent, catalog, &keep));
        plan.remove.extend(scrub::leftovers(&plan.remove, keep));
        plan.signs = scrub::signs(catalog, &self.provider.id);
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
        let wanted = wiring.slots.iter().copied();
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

/// The variable, with the place of the value that it is made of.
fn from<T>(var: PlannedVar, value: &Sourced<T>) -> PlannedVar {
    PlannedVar { source: value.source.clone(), shadowed: value.shadowed.clone(), ..var }
}

fn fixed(name: &EnvName, text: Cow<'static, str>, reason: Reason) -> PlannedVar {
    PlannedVar {
        name: name.clone(),
        value: PlannedValue::Plain(text),
        reason,
        key: None,
        source: Source::new(Scope::BuiltIn),
        shadowed: Vec::new(),
    }
}
