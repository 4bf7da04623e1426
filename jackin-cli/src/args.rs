//! The command line, declared; it decides nothing.

use std::{ffi::OsString, path::PathBuf, str::FromStr};

use clap::{Args, Parser, Subcommand, ValueEnum};
use jackin_core::{ContainerName, ImageName, NameError, Runtime};

const AFTER: &str = "\
Examples:
  jackin run --provider zai claude              Claude Code on Z.AI
  jackin run --provider zai claude -p 'say hi'  what follows the agent is the agent's
  jackin plan --provider zai claude             what would be set and removed, and why
  eval \"$(jackin env --export --provider zai)\"  the same for this shell

Exit codes: 2 bad usage, 125 jackin failed, 126 the agent cannot be executed, 127 it was not
found; any other code is the agent's own.";

/// Starts a coding agent on the provider you choose, for one process
#[derive(Debug, Parser)]
#[command(name = "jackin", version, disable_help_subcommand = true, after_help = AFTER)]
pub(crate) struct Arguments {
    /// Where config.toml and workspaces/ are [default: ~/.config/jackin]
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
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When messages are coloured.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Become the agent, on the chosen provider
    #[command(override_usage = "jackin run [OPTIONS] [AGENT] [ARG]...")]
    Run(Run),
    /// Show where every variable comes from and what is removed; reads no secret
    #[command(override_usage = "jackin plan [OPTIONS] [AGENT] [ARG]...")]
    Plan(Plan),
    /// Print the environment for a shell
    Env(Env),
    /// Print what the session is called, for example `Claude (Z.AI)`
    Label(Label),
    /// List the providers, their keys and what they serve
    Providers(Providers),
    /// List the agents and what they can use
    Agents(List),
}

/// Which provider, and from which layers.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// The provider [env: JACKIN_PROVIDER]
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Which layers.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The workspace; else the one that holds this directory [env: JACKIN_WORKSPACE]
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: Option<String>,
    /// The role; else the workspace's default [env: JACKIN_ROLE]
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Start this program in the agent's place
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<OsString>,
    #[command(flatten)]
    pub(crate) show: Show,
    /// Start it in a new tab of tmux or zellij
    #[arg(long, conflicts_with_all = ["inside", "image"])]
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
}

/// In which container.
#[derive(Debug, Args)]
pub(crate) struct Inside {
    /// Start it in a running container, docker:NAME or podman:NAME
    #[arg(id = "inside", long = "in", value_name = "RUNTIME:NAME")]
    pub(crate) running: Option<Spot>,
    /// Start it in a fresh container of this image, with this directory; `--in` may name the runtime
    #[arg(long, value_name = "IMAGE")]
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
pub(crate) struct Env {
    /// Print `export` and `unset` lines for `eval` in a POSIX shell, secrets included
    #[arg(long)]
    pub(crate) export: bool,
    /// Print an env-file, or a Secret for `kubectl apply`, secrets included
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// The agent [default: the workspace's, else claude]
    pub(crate) agent: Option<OsString>,
}

/// What `env` can print besides a shell's own commands.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Docker,
    K8sSecret,
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
pub(crate) struct Providers {
    /// Whether this agent can be started on each of them, and why not
    #[arg(long, value_name = "AGENT")]
    pub(crate) agent: Option<String>,
    #[command(flatten)]
    pub(crate) list: List,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) place: Place,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
