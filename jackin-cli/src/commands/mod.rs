//! One file per command: parse, read what surrounds it, ask the core, do one thing.

mod agents;
mod auth;
#[cfg(feature = "terminal")]
mod choose;
mod config;
#[cfg(feature = "terminal")]
mod console;
mod container;
mod doctor;
mod env;
mod explain;
mod label;
#[cfg(feature = "manual")]
mod manual;
mod plan;
mod providers;
mod run;
#[cfg(test)]
mod schemas;
mod tab;
mod undo;
mod values;
mod workspace;

pub(crate) use plan::removals;
#[cfg(test)]
pub(crate) use {
    agents::Listing as Agents, auth::Keys, doctor::Listing as Doctor,
    providers::Listing as Providers,
};

use std::{ffi::OsString, process::ExitCode};

use clap::error::{ContextKind, ContextValue};
use jackin_core::{
    Agent, EnvLayers, ExecPlan, NameOrigin, Provider, ProviderId, Registry, RoleName,
    WorkspaceName, choice,
    guide::{Guide, OwnFile},
    resolve,
};
use jackin_host::{
    Ambient,
    launch::{own_settings, settings},
    os::TextFile,
    text::visible_line,
};

use crate::{
    args::{Arguments, Color, Command, Place, Selection, Target},
    failure::{Failure, USAGE},
    ui::{report::Report, waiting},
};

/// The longest word, in bytes, that usage errors repeat; keys are longer.
const LONGEST_WORD: usize = 20;

/// The whole program `jackin`: its arguments, its output, its exit code.
#[must_use]
pub fn main() -> ExitCode {
    #[cfg(feature = "manual")]
    if let Some(code) = crate::complete::answer() {
        return code;
    }
    let (arguments, json) = match Arguments::read() {
        Ok(read) => read,
        Err(error) => return refuse(&without_hidden(without_values(error))),
    };
    let report = Report::new(arguments.global.color, json);
    match dispatch(arguments, &report) {
        Ok(code) => code.into(),
        Err(failure) => {
            report.failure(&failure);
            failure.code.into()
        }
    }
}

/// A usage error that does not repeat what may be a key given as an argument.
pub(crate) fn without_values(mut error: clap::Error) -> clap::Error {
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand]
    {
        let Some(ContextValue::String(text)) = error.get(kind) else { continue };
        let shown = visible_line(text);
        // An option of jackin's own is named with what it takes.
        let registry = Registry::built_in();
        let hides = |word: &str| word.len() > LONGEST_WORD || registry.is_like_key(word);
        if text.split([' ', '=']).any(hides) {
            error.insert(kind, ContextValue::String("…".into()));
            error.remove(ContextKind::Suggested);
        } else {
            error.insert(kind, ContextValue::String(shown));
        }
    }
    error
}

/// A usage error that suggests no command that `--help` does not show: this build has none of that.
fn without_hidden(mut error: clap::Error) -> clap::Error {
    let kind = ContextKind::SuggestedSubcommand;
    if let Some(ContextValue::Strings(mut names)) = error.remove(kind) {
        let hidden = Arguments::hidden();
        names.retain(|name| !hidden.contains(name));
        if !names.is_empty() {
            error.insert(kind, ContextValue::Strings(names));
        }
    }
    error
}

/// Says what is wrong with the command line. `--help` and `--version` come this way as well, on
/// stdout and with code 0.
fn refuse(error: &clap::Error) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(USAGE);
    // What cannot be understood may have asked for it anywhere.
    if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let mut parts = text.split("\n\n").map(str::trim);
        let message = parts.next().unwrap_or_default().trim_start_matches("error: ");
        let hint = parts.find_map(|part| part.strip_prefix("tip: "));
        let failure = Failure { hint: hint.map(str::to_owned), ..Failure::new(code, message) };
        Report::new(Color::Never, true).failure(&failure);
    } else {
        let _ = error.print();
    }
    code.into()
}

fn dispatch(arguments: Arguments, report: &Report) -> Result<u8, Failure> {
    let ambient = Ambient::read(arguments.global.config_dir);
    waiting::show();
    match arguments.command {
        Command::Run(run) => return run::run(run, &ambient, report),
        Command::Env(env) => env::run(&env, &ambient, report)?,
        Command::Plan(plan) => plan::run(plan, &ambient)?,
        Command::Label(label) => label::run(&label, &ambient)?,
        Command::Auth(auth) => return auth::run(&auth, &ambient, report),
        #[cfg(feature = "terminal")]
        Command::Console => return console::run(&ambient, report),
        Command::Config(config) => return config::run(&config, &ambient, report),
        Command::Workspace(asked) => workspace::run(&asked, &ambient, report)?,
        Command::Providers(list) => providers::run(&list, &ambient)?,
        Command::Agents(list) => agents::run(&list, &ambient)?,
        Command::Doctor(asked) => return doctor::run(&asked, &ambient),
        #[cfg(feature = "manual")]
        Command::Completions(asked) => manual::completions(&asked)?,
        #[cfg(feature = "manual")]
        Command::Man(asked) => manual::man(&asked)?,
        Command::Explain(asked) => explain::run(&asked, &ambient)?,
        #[cfg(not(feature = "terminal"))]
        Command::Console => return Err(absent("terminal")),
        #[cfg(not(feature = "manual"))]
        Command::Completions(_) | Command::Man(_) => return Err(absent("manual")),
    }
    Ok(0)
}

/// A command that is not in `--help` either.
#[cfg(not(all(feature = "manual", feature = "terminal")))]
fn absent(feature: &str) -> Failure {
    let message = format!("this build of jackin cannot do that: its feature `{feature}` is off");
    Failure::new(crate::failure::FAILED, message)
}

/// The layers for a workspace and a role, over the environment.
fn layers(place: &Place, ambient: &Ambient) -> Result<EnvLayers, Failure> {
    Ok(ambient.layers(place.workspace.as_deref(), place.role.as_deref())?)
}

/// The provider of that name.
fn provider<'a>(registry: &'a Registry, id: &str) -> Result<&'a Provider, Failure> {
    registry.find_provider(id, NameOrigin::Argument).map_err(|unknown| (*unknown).into())
}

/// What is written down for a provider, with what the user's files say of it.
fn guide(id: &ProviderId, layers: &EnvLayers, ambient: &Ambient) -> Result<Guide, Failure> {
    guide_in(layers.workspace.as_ref(), layers.role.as_ref(), id, ambient)
}

/// The guide of a provider for a workspace and a role.
fn guide_in(
    workspace: Option<&WorkspaceName>,
    role: Option<&RoleName>,
    id: &ProviderId,
    ambient: &Ambient,
) -> Result<Guide, Failure> {
    guides_in(workspace, role, &[id], ambient).map(|mut guides| guides.pop().unwrap_or_default())
}

/// The guides of some providers, in their order; every file is read once.
fn guides(
    ids: &[&ProviderId],
    layers: &EnvLayers,
    ambient: &Ambient,
) -> Result<Vec<Guide>, Failure> {
    guides_in(layers.workspace.as_ref(), layers.role.as_ref(), ids, ambient)
}

fn guides_in(
    workspace: Option<&WorkspaceName>,
    role: Option<&RoleName>,
    ids: &[&ProviderId],
    ambient: &Ambient,
) -> Result<Vec<Guide>, Failure> {
    let files = ambient.files(workspace)?;
    let files: Vec<_> =
        files.iter().map(|file| OwnFile { name: file.name(), text: file.text() }).collect();
    let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
    Ok(Guide::read_all(&ids, role, &files)?)
}

/// The agent of that name, else the default one.
fn agent<'a>(layers: &'a EnvLayers, name: Option<&OsString>) -> Result<&'a Agent, Failure> {
    let name = name.map(|name| name.to_string_lossy());
    let asked = name.as_ref().map(|name| (&**name, NameOrigin::Argument));
    Ok(choice::select_agent(layers, asked)?)
}

/// The plan for what was asked, before any secret is read.
fn plan_for(
    selection: &Selection,
    name: Option<&OsString>,
    ambient: &Ambient,
) -> Result<(ExecPlan, Agent), Failure> {
    let layers = layers(&selection.place, ambient)?;
    let (plan, agent) = decided(selection, &layers, name, ambient)?;
    Ok((plan, agent.clone()))
}

/// The same, where nobody is asked.
fn decided<'a>(
    selection: &Selection,
    layers: &'a EnvLayers,
    name: Option<&OsString>,
    ambient: &Ambient,
) -> Result<(ExecPlan, &'a Agent), Failure> {
    let agent = agent(layers, name)?;
    let asked = ambient.asked(selection.provider.as_deref(), "JACKIN_PROVIDER")?;
    let provider = choice::select(layers, agent, asked)?;
    Ok((joined(selection, layers, agent, provider, ambient)?, agent))
}

/// The plan for an agent on a provider, as pure as it was asked for, in the environment that there is.
fn joined(
    selection: &Selection,
    layers: &EnvLayers,
    agent: &Agent,
    provider: &Provider,
    ambient: &Ambient,
) -> Result<ExecPlan, Failure> {
    let mut plan = resolve(layers, agent, provider)?.warned_of_proxy(ambient.vars());
    if selection.pure {
        plan = plan.pure();
    }
    let asked = ambient.asked(selection.provider.as_deref(), "JACKIN_PROVIDER")?.is_some();
    let plan = match choice::is_named(layers, agent, asked) {
        true => plan.named(ambient.vars()),
        false => plan.unnamed(ambient.vars()),
    };
    Ok(own_settings::held(plan, agent, ambient)?)
}

/// The plan with the user's words after its own. A file of settings among them is read.
fn with_words(plan: ExecPlan, words: impl Iterator<Item = OsString>) -> Result<ExecPlan, Failure> {
    let words: Vec<_> = words.collect();
    let file = settings::named_file(&plan, &words)?;
    Ok(plan.with_args_and_settings(words, file.as_ref().map(TextFile::text))?)
}

/// The agent's name, and the arguments behind it.
pub(crate) fn words(target: Option<Target>) -> (Option<OsString>, impl Iterator<Item = OsString>) {
    let Target::Agent(words) = target.unwrap_or(Target::Agent(Vec::new()));
    let mut words = words.into_iter();
    (words.next(), words)
}
