//! What is exported here and kept from the agents.

use std::collections::BTreeMap;

use jackin_core::resolve;

use super::{Finding, Seen};
use jackin_host::text;

/// The variables that some launch from here leaves out, and which launches those are.
pub(super) fn dropped(seen: &Seen<'_>) -> Vec<Finding> {
    let mut kept_from: BTreeMap<String, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    // That a pure launch inherits little is no news.
    let mut layers = seen.layers.clone();
    layers.isolation.pure = None;
    for found in seen.agents.iter().filter(|found| found.path.is_some()) {
        for provider in seen.redirects(&found.agent) {
            let Ok(plan) = resolve(&layers, &found.agent, provider) else { continue };
            for name in plan.dropped(seen.ambient.vars()) {
                let agents = kept_from.entry(text::name(name)).or_default();
                agents.entry(found.agent.id.as_str()).or_default().push(provider.id.as_str());
            }
        }
    }
    let said = kept_from.into_iter().map(|(name, agents)| {
        let on = |(agent, providers): (&str, Vec<&str>)| {
            format!("`{agent}` on {}", providers.join(", "))
        };
        let from: Vec<_> = agents.into_iter().map(on).collect();
        let what = format!("`{name}` is exported here, and kept from {}", from.join("; "));
        Finding::info("inherited", what)
    });
    said.collect()
}
