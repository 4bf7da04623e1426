//! `jackin agents`: what there is, where it is installed, and which providers it can use now.

use std::path::PathBuf;

use jackin_core::{Agent, EnvLayers, Protocol, choice};
use serde::Serialize;

use jackin_host::{Ambient, launch};

use crate::{
    args::List,
    commands::{layers, providers::list},
    failure::Failure,
    ui::report,
};

/// What `agents --json` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Listing<'a> {
    /// The version of this layout.
    schema: u32,
    agents: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    id: &'a str,
    label: &'a str,
    program: &'a str,
    /// The program's file; null if it is not on PATH.
    path: Option<PathBuf>,
    install: &'a str,
    native: &'a str,
    protocols: Vec<Protocol>,
    /// The providers it could be started on now.
    providers: Vec<&'a str>,
}

pub(super) fn run(args: &List, ambient: &Ambient) -> Result<(), Failure> {
    let layers = layers(&args.place, ambient)?;
    let agents = layers.registry().agents().iter();
    let rows: Vec<_> = agents.map(|agent| row(agent, &layers, ambient)).collect();
    if args.json {
        return report::json(&Listing { schema: 1, agents: rows });
    }
    let mut table = vec![["ID", "LABEL", "PROGRAM", "PROVIDERS"].map(str::to_owned)];
    table.extend(rows.iter().map(|row| {
        let missing = || format!("not on PATH: {}", row.install);
        let program = row.path.as_ref().map_or_else(missing, |path| path.display().to_string());
        [row.id.into(), row.label.into(), program, list(&row.providers)]
    }));
    report::text(&report::columns(&table))
}

fn row<'a>(agent: &'a Agent, layers: &'a EnvLayers, ambient: &Ambient) -> Row<'a> {
    let choices = choice::choices(layers, agent);
    Row {
        id: agent.id.as_str(),
        label: &agent.label,
        program: &agent.program,
        path: launch::find_agent(agent, layers, ambient.vars()).ok(),
        install: &agent.install,
        native: agent.native.as_str(),
        protocols: agent.bindings.iter().map(|binding| binding.protocol).collect(),
        providers: choices.iter().map(|provider| provider.id.as_str()).collect(),
    }
}
