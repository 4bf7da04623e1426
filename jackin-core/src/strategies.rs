//! Generated names, values and layers, for property tests of programs that embed this crate.

use std::collections::BTreeMap;

use proptest::{collection::btree_map, prelude::*, sample};

use crate::{
    config::{EnvLayer, EnvLayers},
    model::Agent,
    names::{EnvName, Scope},
    registry::Registry,
    value::EnvValue,
};

/// The scopes that configuration files have, the most specific first.
pub const SCOPES: [Scope; 4] = [Scope::WorkspaceRole, Scope::Workspace, Scope::Role, Scope::Global];

/// What each of [`SCOPES`] sets, as configuration text has it.
pub type Entries = [BTreeMap<EnvName, String>; 4];

/// Names of every kind: keys of providers, names that some redirect sets or scrubs, names of no
/// concern. Reserved ones are not among them.
pub fn env_name() -> impl Strategy<Value = EnvName> {
    let registry = Registry::built_in();
    let providers = registry.providers().iter();
    let keys: Vec<_> = providers.map(|provider| provider.key.value.to_string()).collect();
    let vars = registry.agents().iter().flat_map(Agent::binding_vars);
    let set: Vec<_> = vars.filter_map(|var| var.name.as_ref()).map(ToString::to_string).collect();
    let agents = registry.agents().iter().filter(|agent| !agent.bindings.is_empty());
    let agents: Vec<_> = agents.cloned().collect();
    let usual = ["EDITOR", "GH_TOKEN", "PATH", "AWS_PROFILE"].map(str::to_owned);
    prop_oneof![
        sample::select(keys),
        sample::select(set),
        sample::select(agents).prop_flat_map(|agent| scrubbed_name(&agent)),
        sample::select(usual.to_vec()),
        "[A-Z_][A-Z0-9_]{0,12}",
    ]
    .prop_filter_map("reserved or unusable", |text| {
        text.parse().ok().filter(|name: &EnvName| !name.is_reserved())
    })
}

/// A name from an agent's scrub list, its stars filled in.
pub fn scrubbed_name(agent: &Agent) -> impl Strategy<Value = String> + use<> {
    let scrubs = agent.bindings.iter().flat_map(|binding| &*binding.scrub).chain(&*agent.nesting);
    let patterns: Vec<_> = scrubs.flat_map(|scrub| scrub.patterns.iter().cloned()).collect();
    (sample::select(patterns), "[A-Z0-9_]{0,8}", "[A-Z0-9_]{0,8}")
        .prop_map(|(pattern, one, two)| pattern.replacen('*', &one, 1).replacen('*', &two, 1))
}

/// The text of a value: a literal that begins with `mark`, a 1Password reference or a host variable.
pub fn value(mark: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9]{1,8}".prop_map(move |text| format!("{mark}-{text}")),
        "[a-z]{1,4}".prop_map(|text| format!("op://vault/{text}/key")),
        env_name().prop_map(|name| format!("${name}")),
    ]
}

/// Up to five entries for every scope, whose literals begin with `mark`.
pub fn entries(mark: &'static str) -> impl Strategy<Value = Entries> {
    std::array::from_fn::<_, 4, _>(|_| btree_map(env_name(), value(mark), 0..6))
}

/// A layer of such entries.
///
/// # Panics
/// If an entry is no value.
#[must_use]
pub fn layer(scope: Scope, entries: &BTreeMap<EnvName, String>) -> EnvLayer {
    entries.iter().fold(EnvLayer::new(scope, None), |layer, (name, text)| {
        layer.with(name.clone(), EnvValue::parse(text).expect("a value"), None)
    })
}

/// The layers of such entries, over the built-in registry.
#[must_use]
pub fn layers(entries: &Entries) -> EnvLayers {
    let all = SCOPES.iter().zip(entries).map(|(scope, entries)| layer(*scope, entries));
    all.fold(EnvLayers::new(Registry::built_in()), EnvLayers::with)
}
