//! The join of layers, agent and provider, and nothing else: no clock, no files, no environment.
//! It names no agent and no provider; both are rows of tables.

use std::{borrow::Cow, ffi::OsString};

use serde_json::Value;

use crate::{
    config::{EnvEntry, EnvLayers},
    join::{
        ResolveError, choice,
        fill::{fill, fixed, from, is_bare, missing, served_models},
        proxies::bypass_proxies,
    },
    model::{Agent, AuthForward, Endpoint, Guard, ProtocolBinding, Provider, Redirect, VarSource},
    names::{EnvName, ProviderId, Scope, Sourced},
    plan::{
        ExecPlan, KnownKey, Launch, PlannedValue, PlannedVar, Reason, Removals, StaleRedirects,
    },
    value::EnvValue,
};

/// Works out what the agent needs to use the provider: the variables to set, each with its reason
/// and where its value stands, and what must not be inherited.
///
/// ```
/// use jackin_core::{Config, Document, NameOrigin, choice, resolve};
///
/// let text = "[env]\nZAI_API_KEY = \"op://Work/zai/key\"\n";
/// let config = Config { global: Some(Document::global("config.toml", text)?), ..Config::default() };
/// let layers = config.layers(None)?;
/// let agent = layers.registry().agent("claude").unwrap();
/// let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument)))?;
/// let plan = resolve(&layers, agent, provider)?;
/// assert_eq!(plan.label, "Claude (Z.AI)");
/// assert_eq!(plan.set[0].name.as_str(), "ANTHROPIC_AUTH_TOKEN");
/// assert_eq!(plan.references()[0].to_string(), "op://Work/zai/key");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A provider that the configuration has in a way that cannot be used, a missing or unusable key, a pair
/// without a common protocol, an endpoint without a base URL or
/// without a model that the agent needs. Never a partial plan: an agent with a foreign URL and no
/// key may send the user's own login there.
pub fn resolve(
    layers: &EnvLayers,
    agent: &Agent,
    provider: &Provider,
) -> Result<ExecPlan, ResolveError> {
    let mut plan = started(layers, agent, provider, layers.each().count())?;
    let join = Join { layers, agent, provider };
    join.note_keys(&mut plan);
    join.pass_layers_on(&mut plan);
    join.note_exported(&mut plan);
    Ok(plan)
}

/// Whether [`resolve`] would find a plan, at the price of what decides that alone: less for a list of many
/// providers than a plan for each.
///
/// # Errors
/// Those of [`resolve`].
pub fn check(layers: &EnvLayers, agent: &Agent, provider: &Provider) -> Result<(), ResolveError> {
    started(layers, agent, provider, 0).map(drop)
}

/// The plan before the layers' other variables go to the agent, with room for so many of them.
fn started(
    layers: &EnvLayers,
    agent: &Agent,
    provider: &Provider,
    others: usize,
) -> Result<ExecPlan, ResolveError> {
    let registry = layers.registry();
    let unknown = |what, id: &str| ResolveError::NotInRegistry { what, id: id.to_owned() };
    let position = registry.position_of(agent);
    let position = position.ok_or_else(|| unknown("agent", agent.id.as_str()))?;
    if !registry.has(provider) {
        return Err(unknown("provider", provider.id.as_str()));
    }
    if let Some(why) = layers.refusal(provider.id.as_str()) {
        return Err(Box::new(why.clone()).into());
    }
    let most = agent.bindings.iter().map(|binding| binding.vars.len()).max().unwrap_or_default();
    let configured = layers.programs.get(&agent.id);
    let mut plan = ExecPlan {
        agent: agent.id.clone(),
        provider: provider.id.clone(),
        label: choice::label(layers, agent, provider),
        workspace: layers.workspace.clone(),
        role: layers.role.clone(),
        program: configured.map_or(&*agent.program, |program| &program.value).into(),
        program_source: configured.map(|program| program.source.clone()),
        resolved: None,
        guard: layers.guard,
        args: Vec::new(),
        guard_args: 0..0,
        given: None,
        kept_away: Cow::Borrowed(""),
        set: Vec::with_capacity(most + others),
        removals: Removals::new(position, registry),
        expires_at: provider.expires_at,
        expired: provider.expired.clone(),
        warnings: Vec::new(),
        key: provider.key.value.clone(),
        known: Vec::new(),
        inherited: None,
        held_back: Vec::new(),
        has_key: false,
        exported: Vec::new(),
        required: Vec::new(),
        shape: registry.key_shape(provider),
        served: None,
        guarded_from: None,
        stale: StaleRedirects::new(registry, &provider.id),
        isolation: layers.isolation.clone(),
        is_client: false,
        renamed: Vec::new(),
    };
    let join = Join { layers, agent, provider };
    match join.served()? {
        Some((binding, endpoint)) => join.redirect(&mut plan, binding, endpoint)?,
        None => join.native(&mut plan)?,
    }
    Ok(plan)
}

/// The three arguments of [`resolve`].
pub(super) struct Join<'a> {
    pub(super) layers: &'a EnvLayers,
    pub(super) agent: &'a Agent,
    provider: &'a Provider,
}

/// A value that an agent is to find, and the variable in which it is configured.
type Found<'a> = Sourced<&'a EnvValue>;

impl<'a> Join<'a> {
    /// Notes every key that is configured anywhere, so that none crosses under another name.
    fn note_keys(&self, plan: &mut ExecPlan) {
        let known = &mut plan.known;
        let all = self.layers.all();
        let configured =
            all.filter(|entry| plan.removals.may_concern(entry.name.as_str().as_bytes()));
        for EnvEntry { name, value, .. } in configured.filter(|entry| !entry.value.is_blank()) {
            // What the agent's own variables hold in the parent is for it to find, or is scrubbed.
            let foreign = plan.removals.foreign(name, &plan.key);
            known.extend(foreign.map(|foreign| KnownKey { value: value.clone(), foreign }));
        }
    }

    /// The endpoint to redirect the agent to; none for a native launch.
    fn served(&self) -> Result<Option<(&'a ProtocolBinding, &'a Endpoint)>, ResolveError> {
        let Self { agent, provider, .. } = self;
        let native = provider.id == agent.native;
        let mut served = agent
            .bindings
            .iter()
            .filter_map(|binding| Some((binding, provider.endpoint(binding.protocol)?)));
        match served.next() {
            Some((_, endpoint)) if native && self.has_own_login(endpoint) => Ok(None),
            Some(served) => Ok(Some(served)),
            None if native => Ok(None),
            None => Err(ResolveError::NotServed {
                agent: agent.id.clone(),
                provider: provider.id.clone(),
                speaks: agent.bindings.iter().map(|binding| binding.protocol).collect(),
                serves: provider.endpoints().map(|(protocol, _)| protocol).collect(),
            }),
        }
    }

    /// Whether the agent reaches its native provider without a key: where it is told to, or where
    /// none is configured and the user has not sent it elsewhere.
    fn has_own_login(&self, endpoint: &Endpoint) -> bool {
        let built_in = |url: &Sourced<_>| url.source.scope >= Scope::Program;
        let configured =
            |key: Found<'_>| key.source.scope != Scope::Environment || !key.value.is_blank();
        match self.layers.mode(self.agent) {
            Some(mode) => mode == AuthForward::Sync,
            None => {
                endpoint.base_url.as_ref().is_none_or(built_in)
                    && !self.layers.get(&self.provider.key.value).is_some_and(configured)
            }
        }
    }

    fn redirect(
        &self,
        plan: &mut ExecPlan,
        binding: &ProtocolBinding,
        endpoint: &Endpoint,
    ) -> Result<(), ResolveError> {
        let variable = &self.provider.key.value;
        let key = match &self.provider.token {
            Some(token) if !self.layers.has(variable) => Err(token),
            _ => Ok(self.key(plan, variable)?.ok_or_else(|| self.missing_key(variable))?),
        };
        let missing = missing(binding, endpoint);
        if !missing.is_empty() {
            return Err(ResolveError::Missing {
                provider: self.provider.id.clone(),
                protocol: binding.protocol,
                missing,
            });
        }
        let redirect = Redirect { provider: self.provider, protocol: binding.protocol, endpoint };
        let guard = self.layers.guard;
        let bare = is_bare(binding, endpoint);
        // Every binding takes one.
        let mut key = Some(key);
        for var in binding.vars.iter().filter(|var| var.guard <= guard) {
            let name = var.name.as_ref().unwrap_or(variable);
            let filled = match var.source {
                VarSource::Key => key.take().map(|key| match key {
                    Ok(key) => planned_key(name, variable, key, Reason::Redirect),
                    Err(token) => from(fixed(name, token.value.clone(), Reason::Redirect), token),
                }),
                _ => fill(var, name, &redirect, bare),
            };
            plan.set.extend(filled.filter(|var| guard > Guard::Off || var.reason != Reason::Guard));
        }
        if let Some(empty) = &endpoint.empty {
            for name in empty.value.iter() {
                if plan.set.iter().all(|var| var.name != *name) {
                    plan.set.push(from(fixed(name, "", Reason::Redirect), empty));
                }
            }
        }
        bypass_proxies(self.layers, plan, endpoint);
        plan.args = (binding.args.0)(&redirect).into_iter().map(Into::into).collect();
        if guard > Guard::Off {
            add_guard_args(plan, (binding.guard_args.0)(&redirect));
            plan.kept_away = binding.kept_away.clone();
            plan.give_settings(&binding.guard_settings, models(endpoint));
            plan.guarded_from.clone_from(&self.agent.guarded_from);
        }
        plan.has_key = true;
        plan.served = served_models(self.agent.own_models.as_ref(), endpoint);
        let set = plan.set.iter().map(|var| var.name.clone()).collect();
        plan.removals.set(Launch::Redirect(binding.protocol, set));
        Ok(())
    }

    /// A native launch leaves the agent to its own login, or gives it what the layers hold.
    fn native(&self, plan: &mut ExecPlan) -> Result<(), ResolveError> {
        let Agent { native_key, token, .. } = self.agent;
        let mode = self.layers.mode(self.agent);
        let (name, variable) = match (mode, token) {
            (Some(AuthForward::OauthToken), Some(token)) => (token, token),
            _ => (native_key, &self.provider.key.value),
        };
        let wanted = matches!(mode, Some(AuthForward::ApiKey | AuthForward::OauthToken));
        // A reference that is exported must be read first.
        let as_it_is = |found: &Found<'_>| *found.value == EnvValue::host(variable.clone());
        let exported = |found: &Found<'_>| found.source.scope == Scope::Environment;
        let found = self.layers.get(variable);
        // What is exported under the agent's own name is inherited as it is, even if it is blank,
        // unless the configuration says that it is the one to use.
        let left_alone = found.as_ref().is_none_or(|found| {
            exported(found) && (found.value.is_blank() || (variable == name && as_it_is(found)))
        });
        if wanted || (mode != Some(AuthForward::Sync) && !left_alone) {
            match self.key(plan, variable)? {
                Some(key) => plan.set.push(planned_key(name, variable, key, Reason::Layer)),
                None => return Err(self.missing_key(variable)),
            }
        }
        plan.has_key = !plan.set.is_empty()
            || found.is_some_and(|key| exported(&key) && !key.value.is_blank());
        // Of two logins the agent would choose by rules of its own.
        let login = (!plan.set.is_empty()).then(|| name.clone());
        plan.removals.set(Launch::Native(login.into_iter().collect()));
        plan.inherited = Some(native_key.clone());
        if self.layers.guard > Guard::Off {
            add_guard_args(plan, self.agent.native_args.iter().map(|arg| arg.to_string()));
        }
        Ok(())
    }

    /// The key that wins, checked as far as it is known before launch.
    fn key(
        &self,
        plan: &mut ExecPlan,
        variable: &EnvName,
    ) -> Result<Option<Found<'a>>, ResolveError> {
        let Some(key) = self.layers.get(variable) else { return Ok(None) };
        if let EnvValue::Literal(text) = key.value {
            let warning = plan.shape.check(text.expose());
            plan.warnings.extend(warning.map_err(|problem| ResolveError::BadKey {
                provider: self.provider.id.clone(),
                variable: variable.clone(),
                problem,
                at: Box::new(key.source.clone()),
                native: self.other_native(),
            })?);
        }
        Ok(Some(key))
    }

    fn missing_key(&self, variable: &EnvName) -> ResolveError {
        ResolveError::MissingKey {
            provider: self.provider.id.clone(),
            variable: variable.clone(),
            is_login: self.agent.token.as_ref() == Some(variable),
            native: self.other_native(),
        }
    }

    /// The provider that needs no key, if that is another one.
    fn other_native(&self) -> Option<ProviderId> {
        (self.provider.id != self.agent.native).then(|| self.agent.native.clone())
    }
}

/// The models that an endpoint serves, each once. A key that stands there by mistake stays out of arguments.
fn models(endpoint: &Endpoint) -> Vec<Value> {
    let mut models: Vec<Value> = Vec::new();
    for (_, model) in endpoint.models() {
        let is_key = model.value.starts_with("sk-");
        if !is_key && models.iter().all(|known| *known != *model.value) {
            models.push(model.value.to_string().into());
        }
    }
    models
}

fn add_guard_args(plan: &mut ExecPlan, args: impl IntoIterator<Item = String>) {
    let args = args.into_iter().map(OsString::from);
    let start = plan.args.len();
    if start == 0 {
        plan.args = args.collect();
    } else {
        plan.args.extend(args);
    }
    plan.guard_args = start..plan.args.len();
}

fn planned_key(name: &EnvName, variable: &EnvName, key: Found<'_>, reason: Reason) -> PlannedVar {
    PlannedVar {
        name: name.clone(),
        value: PlannedValue::Secret(key.value.clone()),
        reason,
        key: Some(variable.clone()),
        source: key.source,
        shadowed: key.shadowed,
    }
}

/// Whether the plan itself sets a variable.
pub(super) fn is_set(plan: &ExecPlan, planned: usize, name: &EnvName) -> bool {
    plan.set[..planned].iter().any(|var| var.name == *name)
}

/// Why a configured variable cannot go to the agent under any name.
pub(super) fn foreign_key(plan: &ExecPlan, value: &EnvValue) -> Option<Cow<'static, str>> {
    let is_foreign = |known: &KnownKey| known.foreign && known.value.is_same_secret(value);
    let is_foreign = plan.known.iter().any(is_foreign) || plan.reads_foreign_key(value);
    is_foreign.then_some("it is another provider's key".into())
}

#[cfg(test)]
mod tests;
