//! `jackin providers`: what there is, which keys are configured and where, and what each serves.

use std::collections::BTreeMap;

use jackin_core::{Agent, EnvLayers, Protocol, Provider, Slot, Source, choice};
use serde::Serialize;

use crate::{
    ambient::Ambient,
    args::List,
    commands::layers,
    report::{self, Failure},
};

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    label: &'a str,
    key: &'a str,
    /// Where the key stands; null without one.
    configured: Option<Source>,
    /// The agents that could be started on it now.
    agents: Vec<&'static str>,
    endpoints: BTreeMap<Protocol, Endpoint<'a>>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    base_url: Option<&'a str>,
    models: BTreeMap<Slot, &'a str>,
    window: Option<u64>,
}

pub(super) fn run(args: &List, ambient: &Ambient) -> Result<(), Failure> {
    let layers = layers(&args.place, ambient)?;
    let rows: Vec<_> = layers.catalog.iter().map(|provider| row(provider, &layers)).collect();
    if args.json {
        return report::json(&serde_json::json!({ "schema": 1, "providers": rows }));
    }
    let mut table =
        vec![["ID", "LABEL", "KEY", "AGENTS", "SERVES", "CONFIGURED"].map(str::to_owned)];
    table.extend(rows.iter().map(|row| {
        let serves: Vec<_> = row.endpoints.keys().map(|protocol| protocol.as_str()).collect();
        let configured = row.configured.as_ref().map_or("-".into(), ToString::to_string);
        [row.id, row.label, row.key, &list(&row.agents), &list(&serves), &configured]
            .map(str::to_owned)
    }));
    report::text(&report::columns(&table))
}

fn row<'a>(provider: &'a Provider, layers: &EnvLayers) -> Row<'a> {
    let key = &provider.key.value;
    let can = |agent: &&Agent| {
        choice::choices(layers, agent).iter().any(|choice| choice.id == provider.id)
    };
    let endpoints = provider.endpoints.iter().map(|(protocol, endpoint)| {
        let models = endpoint.models.iter().map(|(slot, model)| (*slot, model.value.as_str()));
        let endpoint = Endpoint {
            base_url: endpoint.base_url.as_ref().map(|url| url.value.as_str()),
            models: models.collect(),
            window: endpoint.window.as_ref().map(|window| window.value),
        };
        (*protocol, endpoint)
    });
    Row {
        id: provider.id.as_str(),
        label: &provider.label.value,
        key: key.as_str(),
        configured: layers.get(key).filter(|key| !key.value.is_blank()).map(|key| key.source),
        agents: Agent::all().iter().filter(can).map(|agent| agent.id.as_str()).collect(),
        endpoints: endpoints.collect(),
    }
}

/// Names in a cell.
pub(super) fn list(names: &[&str]) -> String {
    if names.is_empty() { "-".into() } else { names.join(", ") }
}
