//! What a registry refuses: the checks that need to know every agent and every provider.

use crate::{
    model::{
        Agent, Endpoint, Guard, Provider, Var, VarSource, check_base_url, check_count,
        check_key_name, check_key_prefix, check_label, check_model, check_token, host,
        is_open_http,
    },
    names::{EnvName, ProviderId},
    registry::{
        Registry, RegistryError,
        built_in::{REFUSED_HOSTS, RefusedHost},
    },
};

impl Registry {
    /// Whether a name means something to the system or to an agent, so that no provider's key can be
    /// configured in it.
    pub(crate) fn is_taken(&self, name: &EnvName) -> bool {
        let mut vars = self.agents().iter().flat_map(Agent::binding_vars);
        is_of_system(name) || vars.any(|var| !var.is_key() && var.name.as_ref() == Some(name))
    }

    /// A provider whose key variable is a login of an agent of another provider: natively, that agent
    /// would find its key. The native provider may use the same variable.
    pub(crate) fn misplaced_key(&self) -> Option<&Provider> {
        let native_key = |agent: &Agent| {
            let native = self.provider(agent.native.as_str());
            native.map(|native| &native.key.value)
        };
        self.providers().iter().find(|provider| {
            let key = &provider.key.value;
            self.agents().iter().any(|agent| {
                agent.native != provider.id
                    && agent.logins().any(|login| login == key)
                    && native_key(agent) != Some(key)
            })
        })
    }

    /// Whether some agent finds a key of its native provider in a variable.
    pub(crate) fn is_native_key(&self, name: &EnvName) -> bool {
        self.agents().iter().any(|agent| agent.native_key == *name)
    }

    /// Why a provider cannot use a URL, if it cannot.
    pub(crate) fn refusal(&self, provider: &Provider, url: &str) -> Option<String> {
        let host = host(url);
        let of_provider = |refused: &&RefusedHost| refused.provider == provider.id.as_str();
        let mut refused = REFUSED_HOSTS.iter().filter(of_provider);
        match refused.find(|refused| refused.host.eq_ignore_ascii_case(host)) {
            Some(refused) => Some(refused.why.to_owned()),
            None => {
                let owner = self.owner(provider, host)?;
                Some(format!("it is `{owner}`'s own host, where this key is no good"))
            }
        }
    }

    /// The other provider that a host belongs to, for a provider whose keys work nowhere else.
    fn owner(&self, provider: &Provider, host: &str) -> Option<&ProviderId> {
        let others = self.providers().iter();
        let others = others.filter(|other| provider.key_bound && other.id != provider.id);
        let mut owners =
            others.filter(|other| other.hosts().any(|own| own.eq_ignore_ascii_case(host)));
        owners.next().map(|owner| &owner.id)
    }

    /// Checks a provider that a program adds, as a configuration's is checked.
    pub(super) fn check_provider(&self, provider: &Provider) -> Result<(), RegistryError> {
        let invalid = |field: &'static str, problem: String| RegistryError::Invalid {
            what: "provider",
            id: provider.id.to_string(),
            field,
            problem,
        };
        let key = &provider.key.value;
        check_key_name(key).map_err(|problem| invalid("key", problem.into()))?;
        if self.is_taken(key) {
            return Err(invalid("key", TAKEN.into()));
        }
        check_label(&provider.label.value).map_err(|problem| invalid("label", problem.into()))?;
        for prefix in &*provider.key_prefixes {
            check_key_prefix(prefix).map_err(|problem| invalid("key_prefix", problem.into()))?;
        }
        if let Some(token) = &provider.token {
            check_token(&token.value).map_err(|problem| invalid("token", problem))?;
        }
        for (_, endpoint) in provider.endpoints() {
            self.check_endpoint(provider, endpoint).map_err(|(field, why)| invalid(field, why))?;
        }
        Ok(())
    }

    fn check_endpoint(
        &self,
        provider: &Provider,
        endpoint: &Endpoint,
    ) -> Result<(), (&'static str, String)> {
        if let Some(url) = &endpoint.base_url {
            let url = &*url.value;
            check_base_url(url).map_err(|problem| ("base_url", problem.into()))?;
            if is_open_http(url) && !provider.insecure {
                return Err(("base_url", "has no TLS, and `insecure` is not set".into()));
            }
            if let Some(why) = self.refusal(provider, url) {
                return Err(("base_url", format!("cannot be used: {why}")));
            }
        }
        for (_, model) in endpoint.models() {
            check_model(&model.value).map_err(|problem| ("models", problem.into()))?;
        }
        for (field, count) in [("window", &endpoint.window), ("timeout_ms", &endpoint.timeout_ms)] {
            let count = count.iter().try_for_each(|count| check_count(count.value));
            count.map_err(|problem| (field, problem.into()))?;
        }
        let mut empty = endpoint.empty.iter().flat_map(|names| names.value.iter());
        match empty.all(|name| self.is_native_key(name)) {
            true => Ok(()),
            false => Err(("empty", NO_NATIVE_KEY.into())),
        }
    }

    /// Checks that no agent would find another provider's key where it looks for its login.
    pub(super) fn check_keys(&self) -> Result<(), RegistryError> {
        match self.misplaced_key() {
            None => Ok(()),
            Some(provider) => Err(RegistryError::Invalid {
                what: "provider",
                id: provider.id.to_string(),
                field: "key",
                problem: OF_A_LOGIN.into(),
            }),
        }
    }

    /// Checks an agent that a program adds. Its variables must not be those in which another
    /// provider's key is configured, since such a key would then reach it.
    pub(super) fn check_agent(&self, agent: &Agent) -> Result<(), RegistryError> {
        let invalid = |field: &'static str, problem: &str| RegistryError::Invalid {
            what: "agent",
            id: agent.id.to_string(),
            field,
            problem: problem.to_owned(),
        };
        if self.agent(agent.id.as_str()).is_some() {
            return Err(RegistryError::Duplicate(agent.id.to_string()));
        }
        check_label(&agent.label).map_err(|problem| invalid("label", problem))?;
        if agent.program.trim().is_empty() || agent.program.contains('\0') {
            return Err(invalid("program", "is blank or holds a NUL"));
        }
        let Some(native) = self.provider(agent.native.as_str()) else {
            return Err(invalid(
                "native",
                "is no provider of this registry; add the provider first",
            ));
        };
        let of_another = |name: &EnvName| *name != native.key.value && self.is_key(name);
        if agent.logins().any(|name| is_unusable(name) || of_another(name)) {
            return Err(invalid(
                "native_key",
                "or another login is a variable of another provider",
            ));
        }
        self.check_bindings(agent).map_err(|problem| invalid("bindings", problem))
    }

    /// Each binding puts the key into exactly one variable, sets key and URL at every guard level, and
    /// no variable twice.
    fn check_bindings(&self, agent: &Agent) -> Result<(), &'static str> {
        for var in agent.binding_vars() {
            let Some(name) = &var.name else { continue };
            if is_unusable(name) || (!var.is_key() && self.is_key(name)) {
                return Err("set a variable that has a use of its own");
            }
        }
        for binding in &*agent.bindings {
            let mut names: Vec<_> = binding.vars.iter().map(|var| &var.name).collect();
            names.sort_unstable();
            if names.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err("set a variable twice");
            }
            let decides = |var: &&Var| matches!(var.source, VarSource::Key | VarSource::BaseUrl);
            if binding.vars.iter().filter(decides).any(|var| var.guard > Guard::Off) {
                return Err("must set the key and the URL at every guard level");
            }
            if binding.vars.iter().filter(|var| var.is_key()).count() != 1 {
                return Err("must each put the key into exactly one variable");
            }
        }
        Ok(())
    }
}

/// A variable that no key can be configured in.
pub(crate) const TAKEN: &str = "is a variable with a use of its own";

/// A variable in which an agent of another provider finds its login.
pub(crate) const OF_A_LOGIN: &str = "is the variable of another provider's login";

/// A variable that is not worth emptying.
pub(crate) const NO_NATIVE_KEY: &str = "names a variable that is no agent's own key";

fn is_of_system(name: &EnvName) -> bool {
    ["PATH", "HOME", "SHELL", "USER", "TERM"].contains(&name.as_str())
}

fn is_unusable(name: &EnvName) -> bool {
    name.is_reserved() || is_of_system(name)
}
