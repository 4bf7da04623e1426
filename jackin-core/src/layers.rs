//! The configured values of one launch, in scoped layers: who wins, and who was shadowed. It reads
//! no files and no environment; whoever builds it says what there is.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    agent::{Agent, AuthForward, Guard},
    catalog::Catalog,
    names::{AgentId, EnvName, RoleName, WorkspaceName},
    scope::{Scope, Source, Sourced},
    value::EnvValue,
};

/// The values of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvLayer {
    scope: Scope,
    file: Option<Arc<str>>,
    entries: BTreeMap<EnvName, (EnvValue, Option<usize>)>,
}

impl EnvLayer {
    /// An empty layer, whose values stand in `file`.
    #[must_use]
    pub const fn new(scope: Scope, file: Option<Arc<str>>) -> Self {
        Self { scope, file, entries: BTreeMap::new() }
    }

    /// Sets a value that stands in a line (counted from 1) of the layer's file.
    #[must_use]
    pub fn with(mut self, name: EnvName, value: EnvValue, line: Option<usize>) -> Self {
        self.insert(name, value, line);
        self
    }

    pub(crate) fn insert(&mut self, name: EnvName, value: EnvValue, line: Option<usize>) {
        self.entries.insert(name, (value, line));
    }

    /// The scope of all its values.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Its values, by name, with the place where each stands.
    pub fn entries(&self) -> impl Iterator<Item = (&EnvName, &EnvValue, Source)> {
        self.entries.iter().map(|(name, (value, line))| (name, value, self.source(*line)))
    }

    fn source(&self, line: Option<usize>) -> Source {
        Source { scope: self.scope, file: self.file.clone(), line }
    }
}

/// What the launching process has under a variable's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostVar {
    /// Nothing.
    Unset,
    /// Nothing but white space.
    Blank,
    /// Something.
    Set,
}

/// All that is configured for one launch.
///
/// ```
/// use jackin_core::{Catalog, EnvLayer, EnvLayers, EnvName, EnvValue, Scope};
/// let key = EnvName::from_static("ZAI_API_KEY");
/// let layer = |scope, text| {
///     EnvLayer::new(scope, None).with(key.clone(), EnvValue::parse(text).unwrap(), None)
/// };
/// let layers = EnvLayers::new(Catalog::built_in())
///     .with(layer(Scope::Workspace, "for-this-workspace"))
///     .with(layer(Scope::Global, "for-everything"));
/// let found = layers.get(&key).unwrap();
/// assert_eq!(found.source.scope, Scope::Workspace);
/// assert_eq!(found.shadowed[0].scope, Scope::Global);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvLayers {
    /// The providers, with the overrides of every layer.
    pub catalog: Catalog,
    /// The workspace, if there is one.
    pub workspace: Option<WorkspaceName>,
    /// The role, if there is one.
    pub role: Option<RoleName>,
    /// How much is set beyond the bare redirect.
    pub guard: Guard,
    /// The provider to use when none is asked for.
    pub default_provider: Option<Sourced<String>>,
    /// The agent to start when none is asked for.
    pub default_agent: Option<Sourced<String>>,
    /// How an agent gets at its native provider.
    pub auth_forward: BTreeMap<AgentId, Sourced<AuthForward>>,
    layers: BTreeMap<Scope, EnvLayer>,
    /// Layers of roles that do not apply: their keys are secrets all the same.
    pub(crate) dormant: Vec<EnvLayer>,
}

impl EnvLayers {
    /// No values yet.
    #[must_use]
    pub const fn new(catalog: Catalog) -> Self {
        Self {
            catalog,
            workspace: None,
            role: None,
            guard: Guard::On,
            default_provider: None,
            default_agent: None,
            auth_forward: BTreeMap::new(),
            layers: BTreeMap::new(),
            dormant: Vec::new(),
        }
    }

    /// Adds a layer; the order does not matter. A second layer of one scope takes the first's place.
    #[must_use]
    pub fn with(mut self, layer: EnvLayer) -> Self {
        self.layers.insert(layer.scope, layer);
        self
    }

    /// Lets exported host variables serve as keys, below all layers, for the names that providers
    /// use for their keys and agents for their login tokens. Only whether they are set is asked; nothing is read.
    #[must_use]
    pub fn with_environment(self, host: impl Fn(&EnvName) -> HostVar) -> Self {
        let mut layer = EnvLayer::new(Scope::Environment, None);
        let keys = self.catalog.iter().map(|provider| &provider.key.value);
        let tokens = Agent::all().iter().filter_map(|agent| agent.token.as_ref());
        for name in keys.chain(tokens).cloned() {
            let value = match host(&name) {
                HostVar::Unset => continue,
                HostVar::Blank => EnvValue::Literal("".into()),
                HostVar::Set => EnvValue::host(name.clone()),
            };
            layer.insert(name, value, None);
        }
        self.with(layer)
    }

    /// The value that wins for a name, with what it shadows.
    #[must_use]
    pub fn get(&self, name: &EnvName) -> Option<Sourced<&EnvValue>> {
        let mut found = self.layers.values().filter_map(|layer| {
            layer.entries.get(name).map(|(value, line)| (value, layer.source(*line)))
        });
        let (value, source) = found.next()?;
        // An exported variable that is empty gives no other value.
        let others =
            found.filter(|(value, source)| source.scope != Scope::Environment || !value.is_blank());
        Some(Sourced { value, source, shadowed: others.map(|(_, source)| source).collect() })
    }

    /// Whether the value that wins for a name is there and not blank.
    #[must_use]
    pub fn has(&self, name: &EnvName) -> bool {
        let mut found = self.layers.values().filter_map(|layer| layer.entries.get(name));
        found.next().is_some_and(|(value, _)| !value.is_blank())
    }

    /// Every name that some layer sets, each once, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&EnvName> {
        let mut names: Vec<_> =
            self.layers.values().flat_map(|layer| layer.entries.keys()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// How an agent gets at its native provider, if that is configured.
    #[must_use]
    pub fn mode(&self, agent: &Agent) -> Option<AuthForward> {
        self.auth_forward.get(&agent.id).map(|mode| mode.value)
    }

    /// Every value that some layer gives a name, shadowed and dormant ones too.
    pub(crate) fn all(&self, name: &EnvName) -> impl Iterator<Item = &EnvValue> {
        let layers = self.layers.values().chain(&self.dormant);
        layers.filter_map(move |layer| layer.entries.get(name).map(|(value, _)| value))
    }
}
