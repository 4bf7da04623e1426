//! The agents and providers there are, and how to find one of them.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use crate::{
    model::{
        Agent, Endpoint, KeyProblem, KeyShape, OtherPrefix, Protocol, Provider, Text,
        check_base_url, is_open_http,
    },
    names::{EnvName, FirstLetters, ProviderId},
    registry::{
        NameOrigin, RegistryError, Unknown,
        agents::AGENTS,
        built_in::{KEYS, PROVIDERS},
    },
};

/// The agents and providers of one program. A clone is cheap and stays equal to the original.
///
/// The built-in agents and providers are statics, so that no launch pays for them. A program adds its
/// own with [`with_agent`](Self::with_agent) and [`with_provider`](Self::with_provider); a
/// configuration adds providers when [`Config::layers`](crate::Config::layers) reads it.
///
/// ```
/// use jackin_core::{Endpoint, EnvName, Protocol, Provider, ProviderId, Registry, Slot};
///
/// let mine = Provider::new(ProviderId::from_static("mine"), EnvName::from_static("MINE_API_KEY"))
///     .with_endpoint(
///         Protocol::Anthropic,
///         Endpoint::new("https://models.example.com").with_model(Slot::Main, "large-1"),
///     );
/// let registry = Registry::built_in().with_provider(mine)?;
/// assert!(registry.provider("mine").is_some() && registry.provider("zai").is_some());
/// # Ok::<(), jackin_core::RegistryError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registry(Option<Arc<Tables>>);

/// The tables of a registry.
#[derive(Debug, Clone)]
struct Tables {
    /// The default agent first.
    agents: Cow<'static, [Agent]>,
    /// In the order in which they are offered.
    providers: Cow<'static, [Provider]>,
    /// Every variable in which some provider's key is configured, sorted. A variable that an override
    /// replaced stays in it.
    keys: Cow<'static, [EnvName]>,
    /// Base URLs of providers that do not apply here, such as those of other roles.
    other_urls: Vec<OtherUrl>,
    /// Of every name and pattern in the tables; made when a launch first asks.
    letters: OnceLock<FirstLetters>,
    /// Where each provider is, and which have key prefixes; made when first asked of many.
    index: OnceLock<Index>,
}

/// Where things are in the list of providers.
#[derive(Debug, Clone)]
struct Index {
    by_id: BTreeMap<ProviderId, usize>,
    prefixed: Vec<usize>,
}

/// From so many providers on they are not searched one by one.
const MANY: usize = 64;

impl PartialEq for Tables {
    fn eq(&self, other: &Self) -> bool {
        self.agents == other.agents
            && self.providers == other.providers
            && self.keys == other.keys
            && self.other_urls == other.other_urls
    }
}

impl Eq for Tables {}

/// A base URL of a provider that does not apply here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OtherUrl {
    pub(crate) protocol: Protocol,
    pub(crate) url: Text,
}

static BUILT_IN: Tables = Tables {
    agents: Cow::Borrowed(AGENTS),
    providers: Cow::Borrowed(PROVIDERS),
    keys: Cow::Borrowed(KEYS),
    other_urls: Vec::new(),
    letters: OnceLock::new(),
    index: OnceLock::new(),
};

impl Registry {
    /// The built-in agents and providers.
    #[must_use]
    pub const fn built_in() -> Self {
        Self(None)
    }

    /// The same registry with another provider, which comes last or takes the place of the one with
    /// its id.
    ///
    /// # Errors
    /// A field that a configuration could not hold either: a key variable with another use, a base
    /// URL without TLS or on a host that is refused, a model id with spaces.
    pub fn with_provider(&self, provider: Provider) -> Result<Self, RegistryError> {
        let provider = match self.provider(provider.id.as_str()) {
            Some(known) => provider.with_limits_of(known),
            None => provider,
        };
        self.check_provider(&provider)?;
        let key = provider.key.value.clone();
        let changed = self.changed(|tables| {
            tables.put_all(vec![provider]);
            tables.note_keys(vec![key]);
        });
        changed.check_keys()?;
        Ok(changed)
    }

    /// The same registry with another agent, which comes last.
    ///
    /// # Errors
    /// An id that is there already; a native provider that is not in the registry; a variable in
    /// which another provider's key is configured; a binding that takes no key, or takes it twice.
    pub fn with_agent(&self, agent: Agent) -> Result<Self, RegistryError> {
        self.check_agent(&agent)?;
        let changed = self.changed(|tables| tables.agents.to_mut().push(agent));
        changed.check_keys()?;
        Ok(changed)
    }

    /// The same registry with the providers that a configuration changes or adds, every variable in
    /// which it configures a key, and the URLs of providers that do not apply.
    pub(crate) fn with_configured(
        &self,
        providers: Vec<Provider>,
        keys: Vec<EnvName>,
        other_urls: Vec<OtherUrl>,
    ) -> Self {
        if providers.is_empty() && keys.is_empty() && other_urls.is_empty() {
            return self.clone();
        }
        self.changed(|tables| {
            tables.put_all(providers);
            tables.note_keys(keys);
            tables.other_urls.extend(other_urls);
        })
    }

    fn changed(&self, change: impl FnOnce(&mut Tables)) -> Self {
        let (letters, index) = (OnceLock::new(), OnceLock::new());
        let mut tables = Tables { letters, index, ..self.tables().clone() };
        change(&mut tables);
        Self(Some(Arc::new(tables)))
    }

    fn tables(&self) -> &Tables {
        self.0.as_deref().unwrap_or(&BUILT_IN)
    }

    /// All agents, the default first. There is at least one.
    #[must_use]
    pub fn agents(&self) -> &[Agent] {
        &self.tables().agents
    }

    /// The agent of that name.
    #[must_use]
    pub fn agent(&self, id: &str) -> Option<&Agent> {
        self.agents().iter().find(|agent| agent.id.as_str() == id)
    }

    /// The agent of that name, or an error that lists the agents.
    ///
    /// # Errors
    /// A name that is not known.
    pub fn find_agent(&self, name: &str, origin: NameOrigin) -> Result<&Agent, Box<Unknown>> {
        let known = || self.agents().iter().map(|agent| agent.id.as_str());
        self.agent(name).ok_or_else(|| Unknown::new("agent", name, origin, known()).into())
    }

    /// All providers, in the order in which they are offered.
    #[must_use]
    pub fn providers(&self) -> &[Provider] {
        &self.tables().providers
    }

    /// The provider of that id.
    #[must_use]
    pub fn provider(&self, id: &str) -> Option<&Provider> {
        match self.tables().many() {
            Some(index) => index.by_id.get(id).map(|at| &self.providers()[*at]),
            None => self.providers().iter().find(|provider| provider.id.as_str() == id),
        }
    }

    /// The provider of that id, or an error that lists the providers.
    ///
    /// # Errors
    /// An id that is not known.
    pub fn find_provider(&self, id: &str, origin: NameOrigin) -> Result<&Provider, Box<Unknown>> {
        let known = || self.providers().iter().map(|provider| provider.id.as_str());
        self.provider(id).ok_or_else(|| Unknown::new("provider", id, origin, known()).into())
    }

    /// Where an agent is in [`agents`](Self::agents), if it is there as it is.
    pub(crate) fn position_of(&self, agent: &Agent) -> Option<usize> {
        let at = self.agents().iter().position(|known| known.id == agent.id)?;
        is_same(&self.agents()[at], agent).then_some(at)
    }

    /// Whether a provider is there as it is.
    pub(crate) fn has(&self, provider: &Provider) -> bool {
        self.provider(provider.id.as_str()).is_some_and(|known| is_same(known, provider))
    }

    /// Every variable in which some provider's key is configured, sorted.
    pub(crate) fn keys(&self) -> &[EnvName] {
        &self.tables().keys
    }

    /// Whether some provider's key is configured in a variable.
    #[must_use]
    pub fn is_key(&self, variable: &EnvName) -> bool {
        self.keys().binary_search(variable).is_ok()
    }

    /// Whether a variable may mean something to an agent or a provider. A `false` is certain.
    pub(crate) fn may_know(&self, name: &[u8]) -> bool {
        let tables = self.tables();
        tables.letters.get_or_init(|| tables.first_letters()).may_match(name)
    }

    /// Every base URL, except those of one provider.
    pub(crate) fn urls_except(
        &self,
        except: &ProviderId,
    ) -> impl Iterator<Item = (Protocol, &str)> {
        let providers = self.providers().iter().filter(|provider| provider.id != *except);
        let endpoints = providers.flat_map(Provider::endpoints);
        let urls = endpoints.filter_map(|(protocol, endpoint)| {
            Some((protocol, &*endpoint.base_url.as_ref()?.value))
        });
        let others = self.tables().other_urls.iter();
        urls.chain(others.map(|other| (other.protocol, &*other.url)))
    }

    /// What the keys of a provider look like, beside those of the others.
    pub(crate) fn key_shape(&self, provider: &Provider) -> KeyShape {
        // A provider of the user's own takes any key that is not bound to another one.
        let own_is_built_in = is_built_in(provider);
        let all = self.providers();
        let index = self.tables().many();
        let prefixed = || {
            let listed = index.into_iter().flat_map(|index| &index.prefixed).map(|at| &all[*at]);
            listed.chain(index.is_none().then_some(all).into_iter().flatten())
        };
        let others = prefixed().flat_map(|other| {
            other.key_prefixes.iter().filter_map(move |prefix| {
                let is_foreign = || own_is_built_in && is_built_in(other);
                let is_other = !provider.key_prefixes.contains(prefix);
                (is_other && (other.key_bound || is_foreign())).then(|| OtherPrefix {
                    prefix: prefix.clone(),
                    owner: other.id.clone(),
                    bound: other.key_bound,
                })
            })
        });
        // A list that grows would be copied, and this is made for every plan.
        let most = prefixed().map(|other| other.key_prefixes.len()).sum();
        let mut list = Vec::with_capacity(most);
        list.extend(others);
        KeyShape::new(provider, list)
    }

    /// Checks a key for a provider before it is stored. An unusual key passes, with a warning.
    ///
    /// # Errors
    /// What is wrong with the key; the key is not repeated.
    pub fn check_key(&self, provider: &Provider, key: &str) -> Result<Option<String>, KeyProblem> {
        self.key_shape(provider).check(key)
    }

    /// Checks a base URL for a provider before it is stored.
    ///
    /// # Errors
    /// Why the provider's key cannot be sent there, as the end of a sentence.
    pub fn check_url(&self, provider: &Provider, url: &str) -> Result<(), String> {
        check_base_url(url).map_err(str::to_owned)?;
        if is_open_http(url) {
            return Err("has no TLS".into());
        }
        let refusal = self.refusal(provider, url);
        refusal.map_or(Ok(()), |why| Err(format!("cannot be used: {why}")))
    }
}

impl Tables {
    /// The index, where there are many providers.
    fn many(&self) -> Option<&Index> {
        let all = || self.providers.iter().zip(0..);
        let index = || Index {
            by_id: all().map(|(provider, at)| (provider.id.clone(), at)).collect(),
            prefixed: all()
                .filter(|(provider, _)| !provider.key_prefixes.is_empty())
                .map(|(_, at)| at)
                .collect(),
        };
        (self.providers.len() >= MANY).then(|| self.index.get_or_init(index))
    }

    /// Adds providers with different ids, or replaces those with their ids. The URLs of the replaced ones
    /// stay known, so that an environment that was redirected there is recognised.
    fn put_all(&mut self, providers: Vec<Provider>) {
        let known = self.providers.iter().zip(0..);
        let known: BTreeMap<_, _> = known.map(|(known, at)| (known.id.clone(), at)).collect();
        for provider in providers {
            match known.get(&provider.id) {
                Some(at) => self.replace(*at, provider),
                None => self.providers.to_mut().push(provider),
            }
        }
    }

    fn replace(&mut self, at: usize, provider: Provider) {
        let known = &mut self.providers.to_mut()[at];
        let url = |endpoint: &Endpoint| endpoint.base_url.as_ref().map(|url| url.value.clone());
        for (protocol, endpoint) in known.endpoints() {
            let Some(old) = url(endpoint) else { continue };
            if provider.endpoint(protocol).and_then(url).as_ref() != Some(&old) {
                self.other_urls.push(OtherUrl { protocol, url: old });
            }
        }
        *known = provider;
    }

    fn first_letters(&self) -> FirstLetters {
        let mut letters = FirstLetters::default();
        self.keys.iter().for_each(|key| letters.add(key.as_str()));
        for agent in &*self.agents {
            agent.credentials().for_each(|name| letters.add(name.as_str()));
            let scrubs = agent.bindings.iter().flat_map(|binding| &*binding.scrub);
            for scrub in scrubs.chain(&*agent.nesting).chain(&*agent.detours) {
                scrub.patterns.iter().for_each(|pattern| letters.add(pattern));
            }
            for mark in agent.bindings.iter().filter_map(|binding| binding.mark.as_ref()) {
                letters.add(mark.variable.as_str());
            }
            let vars = agent.binding_vars().filter_map(|var| var.name.as_ref());
            vars.for_each(|name| letters.add(name.as_str()));
        }
        letters
    }

    fn note_keys(&mut self, keys: Vec<EnvName>) {
        let all = self.keys.to_mut();
        all.extend(keys);
        all.sort_unstable();
        all.dedup();
    }
}

/// Whether a provider has the id of a built-in one, however it was changed.
fn is_built_in(provider: &Provider) -> bool {
    PROVIDERS.iter().any(|known| known.id == provider.id)
}

/// Whether both are equal. An entry of the registry itself is the usual case and needs no closer look.
fn is_same<T: PartialEq>(known: &T, other: &T) -> bool {
    std::ptr::eq(known, other) || known == other
}
