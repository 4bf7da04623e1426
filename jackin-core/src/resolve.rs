//! The join of layers, agent and provider, and nothing else: no clock, no files, no environment.
//! It names no agent and no provider; both are rows of tables.

use std::borrow::Cow;

use secrecy::ExposeSecret;

use crate::{
    agent::{Agent, AuthForward, Feed, Guard, Redirect, Wiring},
    child::{is_redirect_key_of, is_redirect_var_of},
    choice,
    error::ResolveError,
    fill::{fill, fixed, from, is_bare, missing, served_models},
    key::KeyShape,
    layers::EnvLayers,
    names::{EnvName, ProviderId},
    plan::{ExecPlan, PlannedValue, PlannedVar, Reason},
    provider::{Endpoint, Provider},
    scope::{Scope, Sourced},
    scrub,
    value::EnvValue,
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
    let catalog = &layers.catalog;
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
        expires_at: provider.expires_at,
        expired: provider.expired.clone(),
        warnings: Vec::new(),
        foreign: Vec::new(),
        known: Vec::new(),
        inherited: None,
        held_back: Vec::new(),
        shape: KeyShape::of(provider, catalog),
        served: None,
        guarded_from: None,
        signs: scrub::signs(catalog, &provider.id),
    };
    let join = Join { layers, agent, provider };
    match join.served()? {
        Some((wiring, endpoint)) => join.redirect(&mut plan, wiring, endpoint)?,
        None => join.native(&mut plan)?,
    }
    join.note_keys(&mut plan);
    join.pass_layers_on(&mut plan);
    Ok(plan)
}

/// The three arguments of [`resolve`].
struct Join<'a> {
    layers: &'a EnvLayers,
    agent: &'a Agent,
    provider: &'a Provider,
}

/// A value that an agent is to find, and the variable in which it is configured.
type Found<'a> = Sourced<&'a EnvValue>;

impl<'a> Join<'a> {
    /// Notes every key that is configured anywhere, so that none crosses under another name.
    fn note_keys(&self, plan: &mut ExecPlan) {
        let own = &self.provider.key.value;
        let native = plan.inherited.is_some();
        let kept = |name: &&EnvName| native && self.agent.credentials().any(|kept| kept == *name);
        let credentials = Agent::all().iter().flat_map(Agent::credentials);
        let others = credentials.filter(|name| !kept(name));
        for name in self.layers.catalog.keys().iter().chain(others) {
            let configured = self.layers.all(name).filter(|value| !value.is_blank()).cloned();
            let exported = EnvValue::host(name.clone());
            let values: Vec<_> = configured.chain([exported]).collect();
            // What the agent's own variables hold in the parent is for it to find, or is scrubbed.
            if name != own && !kept(&name) {
                plan.foreign.extend(values.iter().cloned());
            }
            plan.known.extend(values);
        }
    }

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

    /// Whether the agent reaches its native provider without a key: where it is told to, or where
    /// none is configured and the user has not sent it elsewhere.
    fn has_own_login(&self, endpoint: &Endpoint) -> bool {
        let built_in = |url: &Sourced<_>| url.source.scope == Scope::BuiltIn;
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
        wiring: &Wiring,
        endpoint: &Endpoint,
    ) -> Result<(), ResolveError> {
        let variable = &self.provider.key.value;
        let key = match &self.provider.token {
            Some(token) if !self.layers.has(variable) => Err(token),
            _ => Ok(self.key(plan, variable)?.ok_or_else(|| self.missing_key(variable))?),
        };
        let missing = missing(wiring, endpoint);
        if !missing.is_empty() {
            return Err(ResolveError::Missing {
                provider: self.provider.id.clone(),
                protocol: wiring.protocol,
                missing,
            });
        }
        let redirect = Redirect { provider: self.provider, protocol: wiring.protocol, endpoint };
        let guard = self.layers.guard;
        let bare = is_bare(wiring, endpoint);
        for var in wiring.vars.iter().filter(|var| var.guard <= guard) {
            let name = var.name.as_ref().unwrap_or(variable);
            let filled = match (&var.feed, &key) {
                (Feed::Key, Ok(key)) => {
                    Some(self.planned_key(name, variable, key, Reason::Redirect))
                }
                (Feed::Key, Err(token)) => {
                    Some(from(fixed(name, token.value.clone(), Reason::Redirect), token))
                }
                _ => fill(var, name, &redirect, bare),
            };
            plan.set.extend(filled.filter(|var| guard > Guard::Off || var.reason != Reason::Guard));
        }
        if let Some(empty) = &endpoint.empty {
            for name in &empty.value {
                if plan.set.iter().all(|var| var.name != *name) {
                    plan.set.push(from(fixed(name, "", Reason::Redirect), empty));
                }
            }
        }
        plan.args = (wiring.args)(&redirect).into_iter().map(Into::into).collect();
        plan.guarded_from = self.agent.guarded_from.filter(|_| guard > Guard::Off);
        plan.served = served_models(self.agent.own_models, endpoint);
        let set: Vec<_> = plan.set.iter().map(|var| var.name.clone()).collect();
        plan.remove = scrub::for_redirect(wiring, |name| set.contains(name));
        self.remove_from_every(plan, |name| set.contains(name));
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
        let exported = |found: &Found<'_>| found.source.scope == Scope::Environment;
        let found = self.layers.get(variable);
        // What is exported under the agent's own name is inherited as it is, even if it is blank,
        // unless the configuration says that it is the one to use.
        let left_alone = found
            .as_ref()
            .is_none_or(|found| exported(found) && (variable == name || found.value.is_blank()));
        if wanted || (mode != Some(AuthForward::Sync) && !left_alone) {
            match self.key(plan, variable)? {
                Some(key) => plan.set.push(self.planned_key(name, variable, &key, Reason::Layer)),
                None => return Err(self.missing_key(variable)),
            }
        }
        let login = !plan.set.is_empty();
        if login {
            // Of two logins the agent would choose by rules of its own.
            let others = self.agent.credentials().filter(|other| *other != name);
            plan.remove = others.map(scrub::other_login).collect();
        }
        let kept = |key: &EnvName| key == native_key;
        self.remove_from_every(plan, kept);
        if login {
            // It must not go where somebody has pointed the agent.
            scrub::clear_the_way(&mut plan.remove, self.agent);
        }
        plan.inherited = Some(native_key.clone());
        Ok(())
    }

    fn remove_from_every(&self, plan: &mut ExecPlan, keep: impl Fn(&EnvName) -> bool) {
        plan.remove.extend(scrub::for_every(self.agent, &self.layers.catalog, &keep));
        plan.remove.extend(scrub::leftovers(&plan.remove, keep));
    }

    /// The key that wins, checked as far as it is known before launch.
    fn key(
        &self,
        plan: &mut ExecPlan,
        variable: &EnvName,
    ) -> Result<Option<Found<'a>>, ResolveError> {
        let Some(key) = self.layers.get(variable) else { return Ok(None) };
        if let EnvValue::Literal(text) = key.value {
            let warning = plan.shape.check(text.expose_secret());
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
            native: self.other_native(),
        }
    }

    /// The provider that needs no key, if that is another one.
    fn other_native(&self) -> Option<ProviderId> {
        (self.provider.id != self.agent.native).then(|| self.agent.native.clone())
    }

    fn planned_key(
        &self,
        name: &EnvName,
        variable: &EnvName,
        key: &Found<'_>,
        reason: Reason,
    ) -> PlannedVar {
        PlannedVar {
            name: name.clone(),
            value: PlannedValue::Secret(key.value.clone()),
            reason,
            key: Some(variable.clone()),
            source: key.source.clone(),
            shadowed: key.shadowed.clone(),
        }
    }

    /// The layers' other variables go to the agent as they are, but for those that would undo the
    /// plan or carry another provider's key.
    fn pass_layers_on(&self, plan: &mut ExecPlan) {
        // A redirect of the layers' own whose key is held back is held back as a whole.
        let names = self.layers.names();
        let held_back = |agent: &&Agent| {
            let mut keys =
                names.iter().filter(|name| is_redirect_key_of(agent, name.as_str().as_ref()));
            keys.any(|name| {
                let found = self.layers.get(name);
                found.is_some_and(|found| {
                    obstacle(plan, plan.set.len(), name, found.value).is_some()
                })
            })
        };
        let orphaned: Vec<_> = Agent::all().iter().filter(held_back).collect();
        let native = plan.inherited.is_some();
        // Only the plan's own variables can be in the way: no name stands in the layers twice.
        let planned = plan.set.len();
        for name in names {
            if self.layers.catalog.is_key(name) {
                continue;
            }
            let Some(found) = self.layers.get(name) else { continue };
            let own = native && self.agent.credentials().any(|own| own == name);
            let login = Agent::all().iter().any(|agent| agent.logins().any(|login| login == name));
            if found.source.scope == Scope::Environment
                || is_login(&plan.set[..planned], name)
                || (login && !own)
            {
                continue;
            }
            let orphan = || {
                let text = name.as_str();
                let orphan = orphaned.iter().any(|agent| is_redirect_var_of(agent, text.as_ref()));
                (orphan && plan.leftover(text.as_bytes())).then_some("its key is not either".into())
            };
            if let Some(why) = obstacle(plan, planned, name, found.value).or_else(orphan) {
                plan.held_back.push(name.clone());
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

/// Whether the plan takes its login from this very variable.
fn is_login(planned: &[PlannedVar], name: &EnvName) -> bool {
    planned.iter().any(|var| var.name == *name && var.key.as_ref() == Some(name))
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
    if plan.foreign.iter().any(|key| key.is_same_secret(value)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent::Var,
        config::{Config, Document},
        names::AgentId,
        provider::{Protocol, Slot},
        unknown::Given,
    };

    /// A row as it would stand in the table of agents.
    static NEW: Agent = Agent {
        id: AgentId::from_static("new"),
        label: "New",
        program: "new-agent",
        native: ProviderId::from_static("new-native"),
        native_key: EnvName::from_static("NEW_NATIVE_KEY"),
        token: None,
        other_keys: &[],
        own_models: None,
        guarded_from: None,
        install: "nobody knows",
        wirings: &[Wiring {
            protocol: Protocol::OpenaiChat,
            slots: &[Slot::Main],
            vars: &[
                Var {
                    name: Some(EnvName::from_static("NEW_KEY")),
                    feed: Feed::Key,
                    guard: Guard::Off,
                },
                Var {
                    name: Some(EnvName::from_static("NEW_URL")),
                    feed: Feed::BaseUrl,
                    guard: Guard::Off,
                },
            ],
            args: |redirect| vec!["--model".into(), redirect.model(Slot::Main).into()],
            scrub: &[],
            mark: None,
        }],
        settings: &[],
        prompt: None,
        nesting: &[],
    };

    /// A table as it would stand in the data.
    const TABLE: &str = "
        [providers.fresh]
        label = 'Fresh'
        key = 'FRESH_KEY'
        [providers.fresh.openai-chat]
        base_url = 'https://fresh.example.com/v1'
        models = { main = 'fresh-1' }
        [env]
        FRESH_KEY = 'secret'
    ";

    #[test]
    fn an_agent_is_one_row_and_a_provider_one_table() {
        let global = Some(Document::global("config.toml", TABLE).unwrap());
        let layers = Config { global, ..Config::default() }.layers(None).unwrap();
        let provider = choice::select(&layers, &NEW, Some(("fresh", Given::Argument))).unwrap();
        let plan = resolve(&layers, &NEW, provider).unwrap();
        assert_eq!(
            (plan.label.as_str(), plan.program.to_str()),
            ("New (Fresh)", Some("new-agent"))
        );
        assert_eq!(plan.args, ["--model", "fresh-1"]);
        let set: Vec<_> =
            plan.set.iter().map(|var| (var.name.as_str(), var.value.clone())).collect();
        let plain = |text: &'static str| PlannedValue::Plain(text.into());
        let key = PlannedValue::Secret(EnvValue::parse("secret").unwrap());
        assert_eq!(set, [("NEW_KEY", key), ("NEW_URL", plain("https://fresh.example.com/v1"))]);
    }
}
