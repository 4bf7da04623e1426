//! The configured values of one launch, in scoped layers: which value wins, and which it shadows. This
//! file reads no files and no environment; the caller says what there is.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    config::{ConfigError, Isolation, Refused},
    model::{Agent, AuthForward, Guard},
    names::{AgentId, EnvName, ProviderId, RoleName, Scope, Source, Sourced, WorkspaceName},
    registry::{Registry, below_home},
    value::{EnvValue, SecretRef},
};

/// The values of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvLayer {
    scope: Scope,
    file: Option<Arc<str>>,
    /// Sorted by name.
    entries: Vec<EnvEntry>,
}

/// A value of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvEntry {
    pub(crate) name: EnvName,
    pub(crate) value: EnvValue,
    pub(crate) source: Source,
}

impl EnvEntry {
    /// Whether it is an exported variable without a value, which shadows nothing.
    fn is_empty_export(&self) -> bool {
        self.source.scope == Scope::Environment && self.value.is_blank()
    }

    /// Its value and its place, with the places of the less specific values of its name.
    pub(crate) fn over(&self, others: &[Self]) -> Sourced<&EnvValue> {
        let others = others.iter().filter(|other| !other.is_empty_export());
        Sourced {
            value: &self.value,
            source: self.source.clone(),
            shadowed: others.map(|other| other.source.clone()).collect(),
        }
    }
}

impl EnvLayer {
    /// An empty layer, whose values are in `file`.
    #[must_use]
    pub const fn new(scope: Scope, file: Option<Arc<str>>) -> Self {
        Self { scope, file, entries: Vec::new() }
    }

    /// Sets a value that is in a line (counted from 1) of the layer's file.
    #[must_use]
    pub fn with(mut self, name: EnvName, value: EnvValue, line: Option<usize>) -> Self {
        let source = Source { scope: self.scope, file: self.file.clone(), line };
        let at = self.entries.binary_search_by(|other| other.name.cmp(&name));
        let entry = EnvEntry { name, value, source };
        match at {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
        self
    }

    /// Sets all its values at once, no two of one name.
    pub(crate) fn of(scope: Scope, file: Arc<str>, mut entries: Vec<EnvEntry>) -> Self {
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Self { scope, file: Some(file), entries }
    }

    /// The scope of all its values.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Its values, by name, with the place of each.
    pub fn entries(&self) -> impl Iterator<Item = (&EnvName, &EnvValue, &Source)> {
        self.entries.iter().map(|entry| (&entry.name, &entry.value, &entry.source))
    }
}

/// What the launching process has under a variable's name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostVar {
    /// Nothing.
    Unset,
    /// Nothing but white space.
    Blank,
    /// Something.
    Set,
    /// A reference, such as `op://VAULT/ITEM/FIELD`, which is read as one of a layer is.
    Reference(SecretRef),
}

impl HostVar {
    /// What a variable of this name holds. Only a reference is kept of its text, which may be a key.
    ///
    /// ```
    /// use jackin_core::{EnvName, HostVar};
    /// let key = EnvName::from_static("ZAI_API_KEY");
    /// assert_eq!(HostVar::of(&key, None), HostVar::Unset);
    /// assert_eq!(HostVar::of(&key, Some(" ")), HostVar::Blank);
    /// assert_eq!(HostVar::of(&key, Some("sk-123")), HostVar::Set);
    /// assert!(matches!(HostVar::of(&key, Some("op://Work/zai/key")), HostVar::Reference(_)));
    /// ```
    #[must_use]
    pub fn of(name: &EnvName, text: Option<&str>) -> Self {
        match text {
            None => Self::Unset,
            Some(text) if text.trim().is_empty() => Self::Blank,
            Some(text) => match EnvValue::parse(text) {
                // One that names itself leads nowhere; its text is refused when it is read.
                Ok(EnvValue::Reference(SecretRef::Host(other))) if other == *name => Self::Set,
                Ok(EnvValue::Reference(reference)) => Self::Reference(reference),
                _ => Self::Set,
            },
        }
    }
}

/// All that is configured for one launch.
///
/// ```
/// use jackin_core::{EnvLayer, EnvLayers, EnvName, EnvValue, Registry, Scope};
/// let key = EnvName::from_static("ZAI_API_KEY");
/// let layer = |scope, text| {
///     EnvLayer::new(scope, None).with(key.clone(), EnvValue::parse(text).unwrap(), None)
/// };
/// let layers = EnvLayers::new(Registry::built_in())
///     .with(layer(Scope::Workspace, "for-this-workspace"))
///     .with(layer(Scope::Global, "for-everything"));
/// let found = layers.get(&key).unwrap();
/// assert_eq!(found.source.scope, Scope::Workspace);
/// assert_eq!(found.shadowed[0].scope, Scope::Global);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvLayers {
    /// Read-only, since the values and what is refused were read for it.
    registry: Registry,
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
    /// Which file an agent's program is, where the user says so: an absolute path, or one that begins
    /// with `~/`.
    pub programs: BTreeMap<AgentId, Sourced<String>>,
    /// What agents do not inherit, beyond what would fight the plan.
    pub isolation: Isolation,
    /// The values of all layers, sorted by name, those of one name by scope.
    entries: Vec<EnvEntry>,
    /// Layers of roles that do not apply: their keys are secrets all the same.
    pub(crate) dormant: Vec<EnvLayer>,
    /// Providers that cannot be used as the configuration has them.
    pub(crate) refused: Refused,
}

impl EnvLayers {
    /// No values yet.
    #[must_use]
    pub fn new(registry: Registry) -> Self {
        Self {
            registry,
            workspace: None,
            role: None,
            guard: Guard::On,
            default_provider: None,
            default_agent: None,
            auth_forward: BTreeMap::new(),
            programs: BTreeMap::new(),
            isolation: Isolation::NONE,
            entries: Vec::new(),
            dormant: Vec::new(),
            refused: Refused::new(),
        }
    }

    /// The agents and providers, with the overrides of every layer.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The providers that cannot be used as the configuration has them, and why. They stop only a launch
    /// that chooses one of them.
    pub fn refused(&self) -> impl Iterator<Item = (&ProviderId, &ConfigError)> {
        self.refused.iter()
    }

    /// Why a provider cannot be used as the configuration has it, if it cannot.
    pub(crate) fn refusal(&self, provider: &str) -> Option<&ConfigError> {
        self.refused.get(provider)
    }

    /// Adds a layer; the order does not matter. A second layer of one scope takes the first's place.
    #[must_use]
    pub fn with(mut self, layer: EnvLayer) -> Self {
        self.entries.retain(|entry| entry.source.scope != layer.scope);
        self.entries.extend(layer.entries);
        // Fast, since both parts are sorted.
        self.entries
            .sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.source.scope.cmp(&b.source.scope)));
        self
    }

    /// Lets exported host variables serve as keys, below all layers, for the names that providers
    /// use for their keys and agents for their login tokens, and as the passwords that agents need to
    /// serve others. A text that is a reference is one here,
    /// too; of any other only whether it is set is asked.
    #[must_use]
    pub fn with_environment(self, host: impl Fn(&EnvName) -> HostVar) -> Self {
        let registry = self.registry.clone();
        let keys = registry.providers().iter().map(|provider| &provider.key.value);
        let tokens = registry.agents().iter().filter_map(|agent| agent.token.as_ref());
        let needed = registry.agents().iter().flat_map(Agent::needed);
        let empty = EnvLayer::new(Scope::Environment, None);
        let layer = keys.chain(tokens).chain(needed).fold(empty, |layer, name| match host(name) {
            HostVar::Unset => layer,
            HostVar::Blank => layer.with(name.clone(), EnvValue::secret(""), None),
            HostVar::Set => layer.with(name.clone(), EnvValue::host(name.clone()), None),
            HostVar::Reference(reference) => {
                layer.with(name.clone(), EnvValue::Reference(reference), None)
            }
        });
        self.with(layer)
    }

    /// Puts a home directory in the place of a `~` at the beginning of values that name a directory or a
    /// file, such as `CLAUDE_CONFIG_DIR`. [`Registry::is_path`] says which these are.
    ///
    /// ```
    /// use jackin_core::{Config, Document, EnvName, EnvValue};
    /// let text = "[env]\nCODEX_HOME = '~/codex-work'\nNOTES = '~/notes'\n";
    /// let global = Some(Document::global("config.toml", text)?);
    /// let layers = Config { global, ..Config::default() }.layers(None)?.with_home("/home/me");
    /// let value = |name| layers.get(&EnvName::from_static(name)).unwrap().value.clone();
    /// assert_eq!(value("CODEX_HOME"), EnvValue::literal("/home/me/codex-work")?);
    /// assert_eq!(value("NOTES"), EnvValue::literal("~/notes")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_home(mut self, home: &str) -> Self {
        for EnvEntry { name, value, .. } in &mut self.entries {
            let EnvValue::Literal(text) = &*value else { continue };
            if let Some(rest) = below_home(text.expose())
                && self.registry.is_path(name)
            {
                *value = EnvValue::secret(&[home.trim_end_matches('/'), rest].concat());
            }
        }
        self
    }

    /// The value that wins for a name, with what it shadows.
    #[must_use]
    pub fn get(&self, name: &EnvName) -> Option<Sourced<&EnvValue>> {
        self.values(name).map(|(first, others)| first.over(others))
    }

    /// Whether the value that wins for a name is there and not blank.
    #[must_use]
    pub fn has(&self, name: &EnvName) -> bool {
        self.values(name).is_some_and(|(first, _)| !first.value.is_blank())
    }

    /// Every name that some layer sets, each once, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&EnvName> {
        self.each().map(|(first, _)| &first.name).collect()
    }

    /// Every name that some layer sets, sorted: its most specific value, then the others.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&EnvEntry, &[EnvEntry])> {
        self.entries.chunk_by(|a, b| a.name == b.name).filter_map(<[_]>::split_first)
    }

    /// The most specific value of a name, and the others.
    fn values(&self, name: &EnvName) -> Option<(&EnvEntry, &[EnvEntry])> {
        let from = self.entries.partition_point(|entry| entry.name < *name);
        let values = &self.entries[from..];
        let end = values.iter().position(|entry| entry.name != *name).unwrap_or(values.len());
        values[..end].split_first()
    }

    /// How an agent gets at its native provider, if that is configured.
    #[must_use]
    pub fn mode(&self, agent: &Agent) -> Option<AuthForward> {
        self.auth_forward.get(&agent.id).map(|mode| mode.value)
    }

    /// Every value that some layer holds, shadowed and dormant ones too.
    pub(crate) fn all(&self) -> impl Iterator<Item = &EnvEntry> {
        self.entries.iter().chain(self.dormant.iter().flat_map(|layer| &layer.entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of which many begin alike.
    #[test]
    fn names_sort_as_their_texts_do() {
        let beginnings = (13..19).map(|length| "_".repeat(length));
        let mut names: Vec<String> = beginnings
            .flat_map(|name| ["", "0", "A", "Z", "_", "a", "zz"].map(|end| format!("{name}{end}")))
            .chain(["A", "_", "a", "AB", "A0"].map(String::from))
            .collect();
        names.sort_unstable();
        names.dedup();
        let layer = |scope, names: &mut dyn Iterator<Item = &String>| {
            let entry = |name: &String| EnvEntry {
                name: name.parse().unwrap(),
                value: EnvValue::parse(name).unwrap(),
                source: Source::new(scope),
            };
            EnvLayer::of(scope, "config.toml".into(), names.map(entry).collect())
        };
        let layers = EnvLayers::new(Registry::built_in())
            .with(layer(Scope::Global, &mut names.iter().rev()))
            .with(layer(Scope::Workspace, &mut names.iter().step_by(2)))
            .with(layer(Scope::Role, &mut names.iter().rev().step_by(3)));
        assert_eq!(layers.names().iter().map(|name| name.as_str()).collect::<Vec<_>>(), names);
        for (at, name) in names.iter().enumerate() {
            let found = layers.get(&name.parse().unwrap()).unwrap();
            assert_eq!(found.value, &EnvValue::parse(name).unwrap());
            let more = usize::from(at.is_multiple_of(2))
                + usize::from((names.len() - 1 - at).is_multiple_of(3));
            assert_eq!(found.shadowed.len(), more, "{name}");
        }
    }
}
