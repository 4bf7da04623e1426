//! One file per command: parse, read what surrounds it, ask the core, do one thing.

mod agents;
mod auth;
mod choose;
mod config;
mod container;
mod env;
mod explain;
mod label;
mod plan;
mod providers;
mod run;
mod tab;
mod values;
mod workspace;

pub(crate) use plan::removals;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser;
use jackin_core::{
    Agent, Catalog, EnvLayers, ExecPlan, Given, Provider, ProviderId, Unknown, choice,
    guide::Guide, resolve,
};

use crate::{
    ambient::Ambient,
    args::{Arguments, Command, Place, Selection, Target},
    report::{Failure, Report, USAGE},
};

/// The whole program `jackin`: its arguments, its output, its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // `--help` and `--version` come this way as well, on stdout and with code 0.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(USAGE).into();
        }
    };
    let report = Report::new(arguments.color);
    match dispatch(arguments, &report) {
        Ok(code) => code.into(),
        Err(failure) => {
            report.failure(&failure);
            failure.code.into()
        }
    }
}

fn dispatch(arguments: Arguments, report: &Report) -> Result<u8, Failure> {
    let ambient = Ambient::read(arguments.config_dir);
    match arguments.command {
        Command::Run(run) => return run::run(run, &ambient, report),
        Command::Plan(plan) => plan::run(plan, &ambient)?,
        Command::Env(env) => env::run(&env, &ambient, report)?,
        Command::Label(label) => label::run(&label, &ambient)?,
        Command::Auth(auth) => return auth::run(&auth, &ambient, report),
        Command::Config(config) => config::run(&config, &ambient, report)?,
        Command::Workspace(asked) => workspace::run(&asked, &ambient, report)?,
        Command::Providers(list) => providers::run(&list, &ambient)?,
        Command::Agents(list) => agents::run(&list, &ambient)?,
        Command::Explain(asked) => explain::run(&asked, &ambient)?,
    }
    Ok(0)
}

/// The layers for a workspace and a role, over the environment.
fn layers(place: &Place, ambient: &Ambient) -> Result<EnvLayers, Failure> {
    ambient.layers(place.workspace.as_deref(), place.role.as_deref())
}

/// The provider of that name.
fn provider<'a>(catalog: &'a Catalog, id: &str) -> Result<&'a Provider, Failure> {
    let known = || catalog.iter().map(|provider| provider.id.as_str());
    let unknown = || Unknown::new("provider", id, Given::Argument, known());
    catalog.get(id).ok_or_else(|| unknown().into())
}

/// What is written down for a provider, with what the user's files say of it.
fn guide(id: &ProviderId, layers: &EnvLayers, ambient: &Ambient) -> Result<Guide, Failure> {
    let files = ambient.files(layers.workspace.as_ref())?;
    Ok(Guide::read(id.as_str(), layers.role.as_ref(), &files)?)
}

/// The agent of that name, else the default one.
fn agent(layers: &EnvLayers, name: Option<&OsString>) -> Result<&'static Agent, Failure> {
    let name = name.map(|name| name.to_string_lossy());
    let asked = name.as_ref().map(|name| (&**name, Given::Argument));
    Ok(choice::select_agent(layers, asked)?)
}

/// The plan for what was asked, before any secret is read.
fn plan_for(
    selection: &Selection,
    name: Option<&OsString>,
    ambient: &Ambient,
) -> Result<(ExecPlan, &'static Agent), Failure> {
    let layers = layers(&selection.place, ambient)?;
    let agent = agent(&layers, name)?;
    let asked = ambient.asked(selection.provider.as_deref(), "JACKIN_PROVIDER")?;
    let provider = choice::select(&layers, agent, asked)?;
    Ok((resolve(&layers, agent, provider)?, agent))
}

/// The agent's name, and the arguments behind it.
fn words(target: Option<Target>) -> (Option<OsString>, impl Iterator<Item = OsString>) {
    let Target::Agent(words) = target.unwrap_or(Target::Agent(Vec::new()));
    let mut words = words.into_iter();
    (words.next(), words)
}
