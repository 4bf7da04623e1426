//! What a shell can complete: the definition of the command line, and names from the user's own
//! configuration. It reads no value, and runs only when a shell asks, by a variable that jackin
//! keeps from every agent.

use std::{io, process::ExitCode};

use clap::{Command, CommandFactory as _, ValueEnum};
use clap_complete::{
    CompleteEnv,
    engine::{ArgValueCandidates, CompletionCandidate, SubcommandCandidates},
    env::Shells,
};
use clap_complete_nushell::Nushell;
use jackin_core::{Document, EnvLayers, Registry};
use jackin_host::{Ambient, text::visible_line};

use crate::{
    args::{Arguments, CompletionShell},
    failure::{FAILED, Failure},
};

/// The variable by which a shell asks.
const VARIABLE: &str = "JACKIN_COMPLETE";

/// What a shell runs to complete `jackin` from then on. Nushell has no way to ask: it gets what does
/// not depend on the configuration.
pub(crate) fn script(shell: CompletionShell) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let name = shell.to_possible_value().map(|value| value.get_name().to_owned());
    match Shells::builtins().completer(&name.unwrap_or_default()) {
        Some(asking) => {
            asking.write_registration(VARIABLE, "jackin", "jackin", "jackin", &mut text)
        }
        None => {
            clap_complete::generate(Nushell, &mut Arguments::command(), "jackin", &mut text);
            Ok(())
        }
    }
    .map_err(|error: io::Error| Failure::new(FAILED, format!("cannot write that: {error}")))?;
    Ok(text)
}

/// The answer, if a shell asks.
pub(crate) fn answer() -> Option<ExitCode> {
    // Before anything else is read.
    std::env::var_os(VARIABLE)?;
    let here = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(command).var(VARIABLE);
    match asked.try_complete(std::env::args_os(), here.as_deref()) {
        Ok(true) => Some(ExitCode::SUCCESS),
        Ok(false) => None,
        // Words would stand in the middle of somebody's line.
        Err(_) => Some(ExitCode::FAILURE),
    }
}

/// The definition, with where names come from. No launch needs that.
fn command() -> Command {
    let mut command = Arguments::command();
    // Only then it is known which commands take an agent and its arguments.
    command.build();
    with_names(command)
}

fn with_names(command: Command) -> Command {
    let command = command.mut_args(|arg| match arg.get_id().as_str() {
        "provider" => arg.add(ArgValueCandidates::new(providers)),
        "workspace" => arg.add(ArgValueCandidates::new(workspaces)),
        "role" => arg.add(ArgValueCandidates::new(roles)),
        "agent" => arg.add(ArgValueCandidates::new(agents)),
        _ => arg,
    });
    let command = match command.is_allow_external_subcommands_set() {
        true => command.add(SubcommandCandidates::new(agents)),
        false => command,
    };
    command.mut_subcommands(with_names)
}

fn candidate(name: &str, help: &str) -> CompletionCandidate {
    // A name that is not shown as it is cannot be completed either.
    CompletionCandidate::new(visible_line(name))
        .help((!help.is_empty()).then(|| visible_line(help).into()))
}

fn agents() -> Vec<CompletionCandidate> {
    Registry::built_in()
        .agents()
        .iter()
        .map(|agent| candidate(agent.id.as_str(), &agent.label))
        .collect()
}

/// A configuration that cannot be read has no names; whoever starts a command is told why.
fn providers() -> Vec<CompletionCandidate> {
    let layers = Ambient::read(None).layers(None, None);
    let layers = layers.unwrap_or_else(|_| EnvLayers::new(Registry::built_in()));
    layers.registry().providers().iter().map(|p| candidate(p.id.as_str(), &p.label.value)).collect()
}

fn workspaces() -> Vec<CompletionCandidate> {
    let workspaces = Ambient::read(None).workspaces().unwrap_or_default();
    workspaces.iter().map(|name| candidate(name.as_str(), "")).collect()
}

fn roles() -> Vec<CompletionCandidate> {
    let ambient = Ambient::read(None);
    let Ok(config) = ambient.config(None) else { return Vec::new() };
    let documents = config.global.iter().chain(config.workspace.iter().map(|(_, own)| own));
    let mut roles: Vec<_> =
        documents.flat_map(Document::layers).filter_map(|(role, _)| role).collect();
    roles.sort_unstable();
    roles.dedup();
    roles.into_iter().map(|role| candidate(role.as_str(), "")).collect()
}
