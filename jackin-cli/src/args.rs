//! The command line, declared; it decides nothing.

mod auth;
mod export;
mod keeping;
mod tools;

pub(crate) use crate::ui::report::Color;
pub(crate) use auth::{Auth, AuthCheck, AuthGuide, AuthImport, AuthList, AuthSet, AuthUnset};
#[cfg(feature = "request")]
pub(crate) use auth::{AuthRequest, Kind};
pub(crate) use keeping::{
    Config, EnvValues, InWorkspace, Role, Undo, Workspace, WorkspaceCreate, WorkspaceRemove,
    WorkspaceShow,
};
#[cfg(feature = "manual")]
pub(crate) use tools::Shell as CompletionShell;
pub(crate) use tools::{Completions, Doctor, Man};

use std::{ffi::OsString, path::PathBuf, str::FromStr};

use clap::{ArgGroup, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use jackin_core::{
    NameError,
    export::{Format, Shell},
    place::{ContainerName, ImageName, Runtime},
};

const AFTER: &str = "\
Examples:
  jackin run --provider zai claude              Claude Code on Z.AI
  jackin run --provider zai claude -p 'say hi'  behind the agent all is its own
  jackin plan --provider zai claude             what would be set and removed
  eval \"$(jackin env --export --provider zai)\"  the same for this shell

Exit codes: 2 bad usage, 125 jackin failed, 126 the agent cannot be executed,
127 it was not found, 130 cancelled; any other code is the agent's own.

Colour is for terminals; NO_COLOR turns it off, CLICOLOR_FORCE=1 on.";

/// What happens where no provider is named.
const WITHOUT_PROVIDER: &str =
    if cfg!(feature = "terminal") { "asks for the provider" } else { "on the default provider" };

const WHICH: &str = "Which provider and configuration";
const WHERE: &str = "Somewhere else";

/// Starts a coding agent on the provider you choose, for one process
#[derive(Debug, Parser)]
#[command(name = "jackin", version, disable_help_subcommand = true, max_term_width = 80, after_help = AFTER)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Where config.toml is [default: ~/.config/jackin]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub(crate) config_dir: Option<PathBuf>,
    /// Colour in messages
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub(crate) color: Color,
}

impl Arguments {
    /// The arguments of this process, and whether the command is to print JSON.
    pub(crate) fn read() -> Result<(Self, bool), clap::Error> {
        Self::read_from(&std::env::args_os().collect::<Vec<_>>())
    }

    /// The same of any words, the program's name before them.
    pub(crate) fn read_from(words: &[OsString]) -> Result<(Self, bool), clap::Error> {
        match Self::alone(words) {
            Some(arguments) => Ok((arguments, false)),
            None => Self::declared(words),
        }
    }

    /// Reads `run` or `env` by the arguments of that command alone, since building all commands would
    /// make every launch a fifth slower. What this refuses, the whole definition reads again: help
    /// and errors are always its own.
    fn alone(words: &[OsString]) -> Option<Self> {
        let (name, words) = words.get(1..)?.split_first()?;
        let (global, command) = match name.to_str()? {
            "run" => read_alone(words).map(|(global, run)| (global, Command::Run(run))),
            "env" => read_alone(words).map(|(global, env)| (global, Command::Env(env))),
            _ => None,
        }?;
        Some(Self { global, command })
    }

    fn declared(words: &[OsString]) -> Result<(Self, bool), clap::Error> {
        let mut matches = Self::command().try_get_matches_from(words)?;
        // An agent and its arguments are a command of their own, which has no options.
        let mut levels =
            std::iter::successors(Some(&matches), |level| level.subcommand().map(|(_, next)| next));
        let json = levels.any(|level| matches!(level.try_get_one("json"), Ok(Some(true))));
        let arguments = Self::from_arg_matches_mut(&mut matches);
        Ok((arguments.map_err(|error| error.format(&mut Self::command()))?, json))
    }

    /// The commands that `--help` does not show.
    pub(crate) fn hidden() -> Vec<String> {
        let all = Self::command();
        let all = all.get_subcommands().flat_map(|one| one.get_subcommands().chain([one]));
        all.filter(|one| one.is_hide_set()).map(|one| one.get_name().to_owned()).collect()
    }
}

/// Reads the words behind a command's name, if they are arguments of that command.
fn read_alone<C: Args>(words: &[OsString]) -> Option<(Global, C)> {
    let command = clap::Command::new("jackin").no_binary_name(true).disable_help_flag(true);
    let command = Global::augment_args(C::augment_args(command));
    let mut matches = command.try_get_matches_from(words).ok()?;
    let global = Global::from_arg_matches_mut(&mut matches).ok()?;
    Some((global, C::from_arg_matches_mut(&mut matches).ok()?))
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Become the agent, on the chosen provider
    #[command(override_usage = "jackin run [OPTIONS] [AGENT] [ARG]...")]
    Run(Run),
    /// Show where every variable comes from and what is removed; reads no secret
    #[command(override_usage = "jackin plan [OPTIONS] [AGENT] [ARG]...")]
    Plan(Plan),
    /// Print the environment for a shell or another program
    Env(Env),
    /// Print what the session is called, for example `Claude (Z.AI)`
    Label(Label),
    /// Keep the keys of providers, per scope
    #[command(subcommand)]
    Auth(Auth),
    /// See to the keys and the agents' modes on a screen, per scope
    #[command(hide = !cfg!(feature = "terminal"))]
    Console,
    /// Keep the variables of config.toml
    #[command(subcommand)]
    Config(Config),
    /// Keep workspaces and their variables
    #[command(subcommand)]
    Workspace(Workspace),
    /// List the providers, their keys and what they serve
    Providers(Providers),
    /// List the agents and what they can use
    Agents(List),
    /// Look for what may be wrong here; exits with 1 if anything is
    Doctor(Doctor),
    /// Print what makes a shell complete `jackin`
    #[command(hide = !cfg!(feature = "manual"))]
    Completions(Completions),
    /// Write the manual's pages to a directory
    #[command(hide = !cfg!(feature = "manual"))]
    Man(Man),
    /// Say why a provider answers 401, 403 or 429, and what to do
    Explain(Explain),
}

/// Which provider, and from which layers.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// The provider [env: JACKIN_PROVIDER]
    #[arg(long, value_name = "ID", help_heading = WHICH)]
    pub(crate) provider: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Inherit next to nothing: HOME, PATH and the like, and what `pass` of `[scrub]` names
    #[arg(long)]
    pub(crate) pure: bool,
}

/// Which layers.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The workspace; else the one that holds this directory [env: JACKIN_WORKSPACE]
    #[arg(long, value_name = "NAME", help_heading = WHICH)]
    pub(crate) workspace: Option<String>,
    /// The role; else the default one [env: JACKIN_ROLE]
    #[arg(long, value_name = "NAME", help_heading = WHICH)]
    pub(crate) role: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  jackin run claude                         {WITHOUT_PROVIDER}
  jackin run --provider zai claude -c       `-c` is the agent's own
  jackin run --tab --provider kimi claude   in a new tab of tmux or zellij
  jackin run --in docker:dev claude         in a running container"))]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Start this program in the agent's place
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<OsString>,
    #[command(flatten)]
    pub(crate) show: Show,
    /// Start it in a new tab of tmux or zellij
    #[arg(long, conflicts_with_all = ["inside", "image"], help_heading = WHERE)]
    pub(crate) tab: bool,
    #[command(flatten)]
    pub(crate) inside: Inside,
    #[command(subcommand)]
    pub(crate) target: Option<Target>,
}

/// What is shown of the plan.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Show the plan and start nothing; reads no secret
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Show the plan on stderr, then start
    #[arg(long)]
    pub(crate) debug: bool,
    /// Leave the terminal's title as it is
    #[arg(long)]
    pub(crate) no_title: bool,
}

/// In which container.
#[derive(Debug, Args)]
pub(crate) struct Inside {
    /// Start it in a running container, docker:NAME or podman:NAME
    #[arg(id = "inside", long = "in", value_name = "RUNTIME:NAME", help_heading = WHERE)]
    pub(crate) running: Option<Spot>,
    /// Start it in a fresh container of this image, with this directory; `--in` may name the runtime
    #[arg(long, value_name = "IMAGE", help_heading = WHERE)]
    pub(crate) image: Option<ImageName>,
}

/// A runtime, and a container of it.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub(crate) runtime: Runtime,
    pub(crate) name: Option<ContainerName>,
}

impl FromStr for Spot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (runtime, name) = match text.split_once(':') {
            Some((runtime, name)) => (runtime, Some(name)),
            None => (text, None),
        };
        let known = Runtime::ALL.map(Runtime::as_str).join(" or ");
        let runtime = runtime.parse().map_err(|()| format!("the runtime must be {known}"))?;
        let name =
            name.map(str::parse).transpose().map_err(|error: NameError| error.to_string())?;
        Ok(Self { runtime, name })
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jackin plan --provider zai claude
  jackin plan --json --provider minimax codex | jq '.set[].name'")]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// As JSON, schema 1
    #[arg(long)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) target: Option<Target>,
}

/// The agent and its arguments. As an external subcommand they are taken as they stand: nothing
/// behind the agent's name is ever read as an option of jackin's.
#[derive(Debug, Subcommand)]
pub(crate) enum Target {
    #[command(external_subcommand)]
    Agent(Vec<OsString>),
}

#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("printed").args(["export", "format"]).multiple(true),
    group = ArgGroup::new("script").args(["export", "undo"]),
    after_help = "\
Without --shell, it is the shell that started jackin, else the one in $SHELL,
else sh.

Examples:
  eval \"$(jackin env --export --provider zai)\"     in bash, zsh, any POSIX shell
  jackin env --export --provider zai | source      in fish
  jackin env --format docker --output zai.env      a file for `docker run`
  eval \"$(jackin env --undo)\"                      back to before"
)]
pub(crate) struct Env {
    /// Print a script for a shell that sets and removes, secrets included
    #[arg(long)]
    pub(crate) export: bool,
    /// The shell that is to run it
    #[arg(long, value_name = "SHELL", value_parser = export::shell(), requires = "script")]
    pub(crate) shell: Option<Shell>,
    /// Print it for another program, secrets included
    #[arg(long, value_name = "FORMAT", value_parser = export::format(), conflicts_with = "shell")]
    pub(crate) format: Option<Format>,
    /// Write it to this file, for your eyes alone, instead of standard output
    #[arg(long, value_name = "FILE", requires = "printed")]
    pub(crate) output: Option<PathBuf>,
    /// Fail where not everything can be removed
    #[arg(long, requires = "printed")]
    pub(crate) strict: bool,
    /// Name everything that cannot be removed
    #[arg(long, requires = "printed")]
    pub(crate) verbose: bool,
    /// Print a script that takes this shell back to before `--export`
    #[arg(long, conflicts_with_all = ["format", "output", "strict", "verbose", "provider", "workspace", "role", "pure", "agent"])]
    pub(crate) undo: bool,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// The agent [default: the workspace's, else claude]
    pub(crate) agent: Option<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct Label {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The agent [default: the workspace's, else claude]
    pub(crate) agent: Option<OsString>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jackin providers                  which have a key here, and from where
  jackin providers --agent codex    which Codex can be started on, or why not")]
pub(crate) struct Providers {
    /// Whether this agent can be started on each of them, and why not
    #[arg(long, value_name = "AGENT")]
    pub(crate) agent: Option<String>,
    #[command(flatten)]
    pub(crate) list: List,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The status
    #[arg(value_parser = ["401", "403", "429"])]
    pub(crate) status: String,
    /// The provider it came from
    pub(crate) provider: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) place: Place,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which scope is written to.
#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// In this workspace's file [default: config.toml]
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: Option<String>,
    /// For this role alone [default: every role]
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Option<String>,
}

#[cfg(test)]
mod tests;
