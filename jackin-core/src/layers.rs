//! The configured values of one launch, in scoped layers: who wins, and who was shadowed. It reads
//! no files and no environment; whoever builds it says what there is.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crate::{
    agent::{Agent, AuthForward, Guard},
    catalog::Catalog,
    isolation::Isolation,
    names::{AgentId, EnvName, RoleName, WorkspaceName},
    scope::{Scope, Source, Sourced},
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
    /// The first bytes of the name, in which most differ, as numbers that sort like them.
    head: [u64; 2],
    name: EnvName,
    value: EnvValue,
    line: Option<usize>,
}

impl Entry {
    pub(crate) fn new(name: EnvName, value: EnvValue, line: Option<usize>) -> Self {
        Self { head: head(&name), name, value, line }
    }

    /// How it sorts among others.
    fn order(&self, head: [u64; 2], name: &EnvName) -> Ordering {
        // No name holds a NUL: one that does not fill its head is all there.
        let is_whole = head[1].to_be_bytes()[7] == 0;
        self.head.cmp(&head).then_with(|| match is_whole {
            true => Ordering::Equal,
            false => self.name.cmp(name),
        })
    }

    fn by_name(&self, other: &Self) -> Ordering {
        self.order(other.head, &other.name)
    }
}

fn head(name: &EnvName) -> [u64; 2] {
    let name = name.as_str().as_bytes();
    let mut head = [0; 16];
    let length = name.len().min(head.len());
    head[..length].copy_from_slice(&name[..length]);
    let head = u128::from_be_bytes(head);
    [(head >> 64) as u64, head as u64]
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

    fn get(&self, head: [u64; 2], name: &EnvName) -> Option<&Entry> {
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
    /// What agents do not inherit, beyond what would fight the plan.
    pub isolation: Isolation,
    /// Sorted by scope.
    layers: Vec<EnvLayer>,
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
            isolation: Isolation::NONE,
            layers: Vec::new(),
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
        self
    }

    /// Lets exported host variables serve as keys, below all layers, for the names that providers
    /// use for their keys and agents for their login tokens. Only whether they are set is asked; nothing is read.
    #[must_use]
    pub fn with_environment(self, host: impl Fn(&EnvName) -> HostVar) -> Self {
        let keys = self.catalog.iter().map(|provider| &provider.key.value);
        let tokens = Agent::all().iter().filter_map(|agent| agent.token.as_ref());
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
        let found = self.layers.iter().map(move |layer| (layer, layer.get(head, name)));
        winner(found.filter_map(|(layer, entry)| Some((layer, entry?))))
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
        self.each().map(|(name, _)| name).collect()
    }

    /// Every name that some layer sets, each once, sorted, with the layers that set it.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&EnvName, Found<'_>)> {
        let mut next = [0; LAYERS];
        std::iter::from_fn(move || {
            let mut first: Option<&Entry> = None;
            let mut found = Found { layers: &self.layers, entries: [None; LAYERS] };
            for (at, layer) in self.layers.iter().enumerate() {
                let Some(entry) = layer.entries.get(next[at]) else { continue };
                match first.map_or(Ordering::Less, |first| entry.by_name(first)) {
                    Ordering::Less => {
                        first = Some(entry);
                        found.entries = [None; LAYERS];
                    }
                    Ordering::Equal => {}
                    Ordering::Greater => continue,
                }
                found.entries[at] = Some(entry);
            }
            for (next, found) in next.iter_mut().zip(found.entries) {
                *next += usize::from(found.is_some());
            }
            Some((&first?.name, found))
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

    /// Every value that some layer holds, shadowed and dormant ones too, with its name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&EnvName, &EnvValue)> {
        let layers = self.layers.iter().chain(&self.dormant);
        layers.flat_map(|layer| &layer.entries).map(|entry| (&entry.name, &entry.value))
    }
}

/// How many scopes can have a layer.
const LAYERS: usize = Scope::SEARCHED.len() + 1;

/// The values of one name, the most specific first.
pub(crate) struct Found<'a> {
    layers: &'a [EnvLayer],
    entries: [Option<&'a Entry>; LAYERS],
}

impl<'a> Found<'a> {
    fn iter(&self) -> impl Iterator<Item = (&'a EnvLayer, &'a Entry)> + Clone {
        self.layers.iter().zip(self.entries).filter_map(|(layer, entry)| Some((layer, entry?)))
    }

    /// The value that wins, and the scope in which it stands.
    pub(crate) fn value(&self) -> Option<(&'a EnvValue, Scope)> {
        self.iter().next().map(|(layer, entry)| (&entry.value, layer.scope))
    }

    /// The same with its place and with what it shadows.
    pub(crate) fn sourced(&self) -> Option<Sourced<&'a EnvValue>> {
        winner(self.iter())
    }
}

fn winner<'a>(
    mut found: impl Iterator<Item = (&'a EnvLayer, &'a Entry)> + Clone,
) -> Option<Sourced<&'a EnvValue>> {
    let (layer, entry) = found.next()?;
    // An exported variable that is empty gives no other value.
    let others =
        found.filter(|(layer, entry)| layer.scope != Scope::Environment || !entry.value.is_blank());
    let mut shadowed = Vec::with_capacity(others.clone().count());
    shadowed.extend(others.map(|(layer, entry)| layer.source(entry.line)));
    Some(Sourced { value: &entry.value, source: layer.source(entry.line), shadowed })
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
        let layers = EnvLayers::new(Catalog::built_in())
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
