//! The configured values of one launch, in scoped layers: who wins, and who was shadowed. It reads
//! no files and no environment; whoever builds it says what there is.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crate::{
    config::Isolation,
    model::{Agent, AuthForward, Guard},
    names::{
        AgentId, EnvName, LAYERS, NO_LINE, RoleName, Scope, Shadowed, Source, Sourced,
        WorkspaceName,
    },
    registry::Registry,
    value::EnvValue,
};

/// The values of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvLayer {
    scope: Scope,
    file: Option<Arc<str>>,
    /// Sorted by name.
    entries: Vec<Entry>,
}

/// A value, and the line in which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The first bytes of the name, in which most differ, as a number that sorts like them.
    head: u128,
    pub(crate) name: EnvName,
    pub(crate) value: EnvValue,
    line: Option<usize>,
}

impl Entry {
    pub(crate) fn new(name: EnvName, value: EnvValue, line: Option<usize>) -> Self {
        Self { head: head(&name), name, value, line }
    }

    /// How it sorts among others.
    fn order(&self, head: u128, name: &EnvName) -> Ordering {
        // No name holds a NUL: one that does not fill its head is all there.
        let is_whole = head.to_be_bytes()[15] == 0;
        self.head.cmp(&head).then_with(|| match is_whole {
            true => Ordering::Equal,
            false => self.name.cmp(name),
        })
    }

    fn by_name(&self, other: &Self) -> Ordering {
        self.order(other.head, &other.name)
    }
}

fn head(name: &EnvName) -> u128 {
    let name = name.as_str().as_bytes();
    let mut head = [0; 16];
    let length = name.len().min(head.len());
    head[..length].copy_from_slice(&name[..length]);
    u128::from_be_bytes(head)
}

impl EnvLayer {
    /// An empty layer, whose values stand in `file`.
    #[must_use]
    pub const fn new(scope: Scope, file: Option<Arc<str>>) -> Self {
        Self { scope, file, entries: Vec::new() }
    }

    /// Sets a value that stands in a line (counted from 1) of the layer's file.
    #[must_use]
    pub fn with(mut self, name: EnvName, value: EnvValue, line: Option<usize>) -> Self {
        let entry = Entry::new(name, value, line);
        match self.entries.binary_search_by(|other| other.by_name(&entry)) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
        self
    }

    /// Sets all its values at once, no two of one name.
    pub(crate) fn of(scope: Scope, file: Arc<str>, mut entries: Vec<Entry>) -> Self {
        entries.sort_by(Entry::by_name);
        Self { scope, file: Some(file), entries }
    }

    fn get(&self, head: u128, name: &EnvName) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.order(head, name));
        at.ok().map(|at| &self.entries[at])
    }

    /// The scope of all its values.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Its values, by name, with the place where each stands.
    pub fn entries(&self) -> impl Iterator<Item = (&EnvName, &EnvValue, Source)> {
        self.entries.iter().map(|entry| (&entry.name, &entry.value, self.source(entry.line)))
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
/// use jackin_core::{Registry, EnvLayer, EnvLayers, EnvName, EnvValue, Scope};
/// let key = EnvName::from_static("ZAI_API_KEY");
/// let layer = |scope, text| {
///     EnvLayer::new(scope, None).with(key.clone(), EnvValue::parse(text).unwrap(), None)
/// };
/// let layers = EnvLayers::new(Registry::built_in())
///     .with(layer(Scope::Workspace, "for-this-workspace"))
///     .with(layer(Scope::Global, "for-everything"));
/// let found = layers.get(&key).unwrap();
/// assert_eq!(found.source.scope, Scope::Workspace);
/// assert_eq!(found.shadowed.iter().next().unwrap().scope, Scope::Global);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvLayers {
    /// The agents and providers, with the overrides of every layer.
    pub registry: Registry,
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
    /// What agents do not inherit, beyond what would fight the plan.
    pub isolation: Isolation,
    /// Sorted by scope.
    layers: Vec<EnvLayer>,
    /// Where each of them stands, without a line.
    places: Arc<[Source]>,
    /// Layers of roles that do not apply: their keys are secrets all the same.
    pub(crate) dormant: Vec<EnvLayer>,
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
            isolation: Isolation::NONE,
            layers: Vec::new(),
            places: Arc::new([]),
            dormant: Vec::new(),
        }
    }

    /// Adds a layer; the order does not matter. A second layer of one scope takes the first's place.
    #[must_use]
    pub fn with(mut self, layer: EnvLayer) -> Self {
        match self.layers.binary_search_by_key(&layer.scope, EnvLayer::scope) {
            Ok(at) => self.layers[at] = layer,
            Err(at) => self.layers.insert(at, layer),
        }
        self.places = self.layers.iter().map(|layer| layer.source(None)).collect();
        self
    }

    /// Lets exported host variables serve as keys, below all layers, for the names that providers
    /// use for their keys and agents for their login tokens. Only whether they are set is asked; nothing is read.
    #[must_use]
    pub fn with_environment(self, host: impl Fn(&EnvName) -> HostVar) -> Self {
        let registry = self.registry.clone();
        let keys = registry.providers().iter().map(|provider| &provider.key.value);
        let tokens = registry.agents().iter().filter_map(|agent| agent.token.as_ref());
        let empty = EnvLayer::new(Scope::Environment, None);
        let layer = keys.chain(tokens).fold(empty, |layer, name| match host(name) {
            HostVar::Unset => layer,
            HostVar::Blank => layer.with(name.clone(), EnvValue::secret(""), None),
            HostVar::Set => layer.with(name.clone(), EnvValue::host(name.clone()), None),
        });
        self.with(layer)
    }

    /// The value that wins for a name, with what it shadows.
    #[must_use]
    pub fn get(&self, name: &EnvName) -> Option<Sourced<&EnvValue>> {
        let head = head(name);
        let mut found = Found::nothing(self);
        for (entry, layer) in found.entries.iter_mut().zip(&self.layers) {
            *entry = layer.get(head, name);
        }
        found.sourced()
    }

    /// Whether the value that wins for a name is there and not blank.
    #[must_use]
    pub fn has(&self, name: &EnvName) -> bool {
        let head = head(name);
        let mut found = self.layers.iter().filter_map(|layer| layer.get(head, name));
        found.next().is_some_and(|entry| !entry.value.is_blank())
    }

    /// Every name that some layer sets, each once, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&EnvName> {
        self.each().map(|(entry, _)| &entry.name).collect()
    }

    /// Every name that some layer sets, each once, sorted, with the layers that set it.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&Entry, Found<'_>)> {
        let mut rest: [&[Entry]; LAYERS] = [&[]; LAYERS];
        for (rest, layer) in rest.iter_mut().zip(&self.layers) {
            *rest = &layer.entries;
        }
        std::iter::from_fn(move || {
            let heads = rest.iter().filter_map(|rest| rest.first());
            let first = heads.reduce(|a, b| if b.by_name(a).is_lt() { b } else { a })?;
            let mut found = Found::nothing(self);
            for (rest, slot) in rest.iter_mut().zip(&mut found.entries) {
                if let Some((entry, others)) = rest.split_first()
                    && entry.by_name(first).is_eq()
                {
                    (*slot, *rest) = (Some(entry), others);
                }
            }
            Some((first, found))
        })
    }

    /// How an agent gets at its native provider, if that is configured.
    #[must_use]
    pub fn mode(&self, agent: &Agent) -> Option<AuthForward> {
        self.auth_forward.get(&agent.id).map(|mode| mode.value)
    }

    /// How many names the largest layer sets.
    pub(crate) fn longest(&self) -> usize {
        self.layers.iter().map(|layer| layer.entries.len()).max().unwrap_or_default()
    }

    /// Every value that some layer holds, shadowed and dormant ones too.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.layers.iter().chain(&self.dormant).flat_map(|layer| &layer.entries)
    }
}

/// The values of one name, the most specific first.
pub(crate) struct Found<'a> {
    all: &'a EnvLayers,
    entries: [Option<&'a Entry>; LAYERS],
}

impl<'a> Found<'a> {
    const fn nothing(all: &'a EnvLayers) -> Self {
        Self { all, entries: [None; LAYERS] }
    }

    /// The value that wins, and the scope in which it stands.
    pub(crate) fn value(&self) -> Option<(&'a EnvValue, Scope)> {
        let mut all = self.entries.iter().zip(&self.all.layers);
        all.find_map(|(entry, layer)| entry.map(|entry| (&entry.value, layer.scope)))
    }

    /// The same with its place and with what it shadows.
    pub(crate) fn sourced(&self) -> Option<Sourced<&'a EnvValue>> {
        let (mut winner, mut lines) = (None, [0; LAYERS]);
        for ((entry, layer), line) in self.entries.iter().zip(&self.all.layers).zip(&mut lines) {
            let Some(entry) = *entry else { continue };
            if winner.is_none() {
                winner = Some((entry, layer));
            } else if layer.scope != Scope::Environment || !entry.value.is_blank() {
                // An exported variable that is empty gives no other value.
                let at = entry.line.and_then(|line| u32::try_from(line).ok());
                *line = at.filter(|line| *line > 0).unwrap_or(NO_LINE);
            }
        }
        let (entry, layer) = winner?;
        let shadowed = Shadowed::in_layers(&self.all.places, lines);
        Some(Sourced { value: &entry.value, source: layer.source(entry.line), shadowed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Around the length up to which a name is its head.
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
            let entry = |name: &String| {
                Entry::new(name.parse().unwrap(), EnvValue::parse(name).unwrap(), None)
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
            assert_eq!(found.shadowed.iter().count(), more, "{name}");
        }
    }
}
