//! `jackin providers`: what there is, which keys are configured and where, what each serves, and
//! whether an agent can be started on it.

use std::collections::BTreeMap;

use jackin_core::{Agent, EnvLayers, NameOrigin, Protocol, Provider, Slot, Source, Tier, choice};
use serde::Serialize;

use jackin_host::{Ambient, text::moments};

use crate::{
    allowance,
    args::Providers,
    commands::{guides, layers, plan::allowance},
    failure::Failure,
    ui::report,
};

/// What `providers --json` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Listing<'a> {
    /// The version of this layout.
    schema: u32,
    providers: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    id: &'a str,
    label: &'a str,
    key: &'a str,
    tier: Tier,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<&'a str>,
    /// Where the key stands; null without one.
    configured: Option<Source>,
    /// When the key ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    /// When the allowance of a key without an end begins anew, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    resets_at: Option<i64>,
    /// The agents that could be started on it now.
    agents: Vec<&'a str>,
    endpoints: BTreeMap<Protocol, Endpoint<'a>>,
    /// Why the agent that was asked for cannot be started on it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Endpoint<'a> {
    base_url: Option<&'a str>,
    models: BTreeMap<Slot, &'a str>,
    window: Option<u64>,
}

pub(super) fn run(args: &Providers, ambient: &Ambient) -> Result<(), Failure> {
    let layers = layers(&args.list.place, ambient)?;
    let asked = args.agent.as_deref().map(|name| (name, NameOrigin::Argument));
    let agent = match asked {
        Some(asked) => Some(choice::select_agent(&layers, Some(asked))?),
        None => None,
    };
    let mut rows: Vec<_> = layers
        .registry()
        .providers()
        .iter()
        .map(|provider| row(provider, &layers, agent))
        .collect();
    let renewed = rows.iter_mut().zip(layers.registry().providers());
    let renewed = renewed.filter(|(row, _)| row.configured.is_some() && row.expires_at.is_none());
    let (renewed, ids): (Vec<_>, Vec<_>) = renewed.map(|(row, own)| (row, &own.id)).unzip();
    for (row, guide) in renewed.into_iter().zip(guides(&ids, &layers, ambient)?) {
        row.resets_at = guide.resets.map(allowance::next);
    }
    if args.list.json {
        return report::json(&Listing { schema: 1, providers: rows });
    }
    let table = match agent {
        None => report::columns(&overview(&rows)),
        Some(agent) => report::columns(&for_agent(&rows, agent)),
    };
    report::text(&table)
}

fn overview(rows: &[Row<'_>]) -> Vec<[String; 7]> {
    let head = ["ID", "LABEL", "KEY", "TIER", "AGENTS", "SERVES", "CONFIGURED"].map(str::to_owned);
    let line = |row: &Row<'_>| {
        let serves: Vec<_> = row.endpoints.keys().map(|protocol| protocol.as_str()).collect();
        let tier = row.checked.map_or_else(
            || row.tier.as_str().to_owned(),
            |checked| format!("{} {checked}", row.tier.as_str()),
        );
        let cells = [row.id, row.label, row.key, &tier, &list(&row.agents), &list(&serves)];
        let [id, label, key, tier, agents, serves] = cells.map(str::to_owned);
        [id, label, key, tier, agents, serves, configured(row)]
    };
    std::iter::once(head).chain(rows.iter().map(line)).collect()
}

fn for_agent(rows: &[Row<'_>], agent: &Agent) -> Vec<[String; 3]> {
    let head = ["ID".to_owned(), "LABEL".to_owned(), agent.label.to_uppercase()];
    let line = |row: &Row<'_>| {
        let state = match (&row.refusal, row.configured.is_some() || row.expires_at.is_some()) {
            (Some(refusal), _) => refusal.clone(),
            (None, true) => format!("ready: {}", configured(row)),
            (None, false) => "ready: no key is needed".to_owned(),
        };
        [row.id.to_owned(), row.label.to_owned(), state]
    };
    std::iter::once(head).chain(rows.iter().map(line)).collect()
}

fn configured(row: &Row<'_>) -> String {
    let place = row.configured.as_ref().map_or("-".into(), ToString::to_string);
    let left = row.expires_at.map(moments::words).or(row.resets_at.map(allowance));
    left.map(|left| format!("{place}; {left}")).unwrap_or(place)
}

fn row<'a>(provider: &'a Provider, layers: &'a EnvLayers, agent: Option<&Agent>) -> Row<'a> {
    let key = &provider.key.value;
    let refusal = |agent| match choice::select(
        layers,
        agent,
        Some((provider.id.as_str(), NameOrigin::Argument)),
    ) {
        Ok(provider) => {
            choice::check(layers, agent, provider).err().map(|error| first_line(&error))
        }
        Err(error) => Some(first_line(&error)),
    };
    let endpoints = provider.endpoints().map(|(protocol, endpoint)| {
        let models = endpoint.models().map(|(slot, model)| (slot, &*model.value));
        let endpoint = Endpoint {
            base_url: endpoint.base_url.as_ref().map(|url| &*url.value),
            models: models.collect(),
            window: endpoint.window.as_ref().map(|window| window.value),
        };
        (protocol, endpoint)
    });
    let ready = layers.registry().agents().iter().filter(|agent| refusal(agent).is_none());
    Row {
        id: provider.id.as_str(),
        label: &provider.label.value,
        key: key.as_str(),
        tier: provider.tier,
        source: provider.source.as_deref(),
        checked: provider.checked.as_deref(),
        configured: layers.get(key).filter(|key| !key.value.is_blank()).map(|key| key.source),
        expires_at: provider.expires_at,
        resets_at: None,
        agents: ready.map(|agent| agent.id.as_str()).collect(),
        endpoints: endpoints.collect(),
        refusal: agent.and_then(refusal),
    }
}

/// The first line of an error says what; the rest where it was looked for.
fn first_line(error: &impl std::error::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Names in a cell.
pub(super) fn list(names: &[&str]) -> String {
    if names.is_empty() { "-".into() } else { names.join(", ") }
}
