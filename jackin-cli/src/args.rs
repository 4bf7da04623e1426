//! The command line, declared; it decides nothing.

mod tools;

pub(crate) use tools::{Completions, Doctor, Man};

use std::{ffi::OsString, path::PathBuf, str::FromStr};

use clap::{
    ArgGroup, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use jackin_core::{ContainerName, ImageName, NameError, Runtime};

use crate::{formats::Format, schema::Schema, shells::Shell};

const AFTER: &str = "\
Examples:
  jackin run --provider zai claude              Claude Code on Z.AI
  jackin run --provider zai claude -p 'say hi'  behind the agent all is its own
  jackin plan --provider zai claude             what would be set and removed
  eval \"$(jackin env --export --provider zai)\"  the same for this shell

Exit codes: 2 bad usage, 125 jackin failed, 126 the agent cannot be executed,
127 it was not found, 130 cancelled; any other code is the agent's own.

Colour is for terminals; NO_COLOR turns it off, CLICOLOR_FORCE=1 on.";

const WHICH: &str = "Which provider and configuration";
const WHERE: &str = "Somewhere else";

/// Starts a coding agent on the provider you choose, for one process
#[derive(Debug, Parser)]
#[command(name = "jackin", version, disable_help_subcommand = true, max_term_width = 80, after_help = AFTER)]
pub(crate) struct Arguments {
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
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// The arguments of this process, and whether the command is to print JSON.
    pub(crate) fn read() -> Result<(Self, bool), clap::Error> {
        let mut matches = Self::command().try_get_matches()?;
        // An agent and its arguments are a command of their own, which has no options.
        let mut levels =
            std::iter::successors(Some(&matches), |level| level.subcommand().map(|(_, next)| next));
        let json = levels.any(|level| matches!(level.try_get_one("json"), Ok(Some(true))));
        let arguments = Self::from_arg_matches_mut(&mut matches);
        Ok((arguments.map_err(|error| error.format(&mut Self::command()))?, json))
    }
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
    /// Print the environment for a shell or another program
    Env(Env),
    /// Print what the session is called, for example `Claude (Z.AI)`
    Label(Label),
    /// Keep the keys of providers, per scope
    #[command(subcommand)]
    Auth(Auth),
    /// See to the keys and the agents' modes on a screen, per scope
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
    Completions(Completions),
    /// Write the manual's pages to a directory
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
#[command(after_help = "\
Examples:
  jackin run claude                         asks for the provider
  jackin run --provider zai claude -c       `-c` is the agent's own
  jackin run --tab --provider kimi claude   in a new tab of tmux or zellij
  jackin run --in docker:dev claude         in a running container")]
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
  eval \"$(jackin env --undo)\"                      back to before"
)]
pub(crate) struct Env {
    /// Print a script for a shell that sets and removes, secrets included
    #[arg(long)]
    pub(crate) export: bool,
    /// The shell that is to run it
    #[arg(long, value_name = "SHELL", requires = "script")]
    pub(crate) shell: Option<Shell>,
    /// Print it for another program, secrets included
    #[arg(long, value_name = "FORMAT", conflicts_with = "shell")]
    pub(crate) format: Option<Format>,
    /// Fail where not everything can be removed
    #[arg(long, requires = "printed")]
    pub(crate) strict: bool,
    /// Print a script that takes this shell back to before `--export`
    #[arg(long, conflicts_with_all = ["format", "strict", "provider", "workspace", "role", "agent"])]
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

#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    /// List the providers, whether they have a key here, and where it stands
    List(AuthList),
    /// Store a provider's key, or where it is to be read from
    #[command(after_help = "\
The key is asked for, without showing it, or read from standard input; it is never an argument.

Examples:
  jackin auth set zai                                       asks for the key
  jackin auth set zai --op op://Private/Z.AI/credential     reads it from 1Password at every launch
  jackin auth set zai --workspace acme --keyring            asks, and keeps it in the keyring
  jackin auth set zai --command pass show zai               what `pass show zai` prints
  pbpaste | jackin auth set zai --stdin --note dev-local")]
    Set(AuthSet),
    /// Forget a provider's key in one scope
    Unset(AuthUnset),
    /// Read every key for real and say which work, without showing them
    Check(AuthCheck),
    /// Store a gateway's bundle from standard input: its JSON, or the block of `export` lines
    Import(AuthImport),
    /// Ask a gateway for a key; whoever runs it approves it and hands it out
    #[command(after_help = "\
The token that asks is read from the variable that the provider names (FLOOR10_AGENT_TOKEN for
gateway), in your configuration or exported; it is never an argument. The request's id goes to
stdout.

Examples:
  jackin auth request --kind workshop                        shows the events there are
  jackin auth request --kind workshop --event https://luma.com/vibe-night
  jackin auth request --kind member --multiplier 2 --note 'an agent harness'")]
    Request(AuthRequest),
    /// Show the way to a provider's key
    Guide(AuthGuide),
}

#[derive(Debug, Args)]
pub(crate) struct AuthList {
    /// Every key in every scope, not only those that count here
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) list: List,
}

#[derive(Debug, Args)]
pub(crate) struct AuthSet {
    /// The provider
    pub(crate) provider: String,
    /// Taken only to be refused.
    #[arg(hide = true)]
    pub(crate) keys: Vec<OsString>,
    /// Taken only to be refused.
    #[arg(long, hide = true)]
    pub(crate) key: Option<OsString>,
    #[command(flatten)]
    pub(crate) source: KeySource,
    /// A name for the key, kept as a comment behind it
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) scope: Scope,
}

/// Where a key comes from.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct KeyPlace {
    /// A 1Password reference
    #[arg(long, value_name = "REF")]
    pub(crate) op: Option<String>,
    /// What a command prints; everything behind it is the command's
    #[arg(long, value_name = "ARG", num_args = 1.., allow_hyphen_values = true)]
    pub(crate) command: Option<Vec<String>>,
    /// What a file holds that nobody else may read
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
    /// The system's keyring, where the key is put now
    #[arg(long)]
    pub(crate) keyring: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KeySource {
    #[command(flatten)]
    pub(crate) place: KeyPlace,
    /// The account of the 1Password reference
    #[arg(long, value_name = "NAME", requires = "op")]
    pub(crate) account: Option<String>,
    /// Read the key from standard input
    #[arg(long, conflicts_with_all = ["op", "command", "file"])]
    pub(crate) stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AuthUnset {
    /// The provider
    pub(crate) provider: String,
    #[command(flatten)]
    pub(crate) scope: Scope,
}

#[derive(Debug, Args)]
pub(crate) struct AuthCheck {
    /// This provider alone
    pub(crate) provider: Option<String>,
    /// Every key in every scope, not only those that count here
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) list: List,
}

#[derive(Debug, Args)]
pub(crate) struct AuthImport {
    /// The provider [default: gateway]
    pub(crate) provider: Option<String>,
    /// A name for the key, kept as a comment behind it
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// When it was approved, or `now`: for a bundle that does not say when its key ends
    #[arg(long, value_name = "TIME")]
    pub(crate) approved: Option<String>,
    #[command(flatten)]
    pub(crate) scope: Scope,
}

#[derive(Debug, Args)]
pub(crate) struct AuthRequest {
    /// The provider [default: gateway]
    pub(crate) provider: Option<String>,
    /// For an event, for some hours, or for a member, with a weekly allowance
    #[arg(long)]
    pub(crate) kind: Kind,
    /// The event that a workshop key is for; without one the events are shown
    #[arg(long, value_name = "URL")]
    pub(crate) event: Option<String>,
    /// How many times the base allowance a member key is to have; another may be approved
    #[arg(long, value_name = "N", value_parser = multiplier())]
    pub(crate) multiplier: Option<u8>,
    /// A word to whoever approves it, of at most 600 characters
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) list: List,
}

fn multiplier() -> impl TypedValueParser<Value = u8> {
    PossibleValuesParser::new(["1", "2", "5", "10", "20"]).try_map(|text| text.parse())
}

/// A kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Workshop,
    Member,
}

#[derive(Debug, Args)]
pub(crate) struct AuthGuide {
    /// The provider; without one, the pages of all
    pub(crate) provider: Option<String>,
    /// Open the page where its keys are made
    #[arg(long, requires = "provider")]
    pub(crate) open: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print the configuration directory
    Path,
    /// Read every file and say every error
    Check,
    /// Print the JSON Schema of the configuration, or of what `--json` prints
    Schema {
        /// Of what
        #[arg(default_value = "config")]
        of: Schema,
    },
    /// Set, unset or list variables
    #[command(subcommand)]
    Env(EnvValues<Role>),
}

/// A role, for commands whose file is known.
#[derive(Debug, Args)]
pub(crate) struct Role {
    /// For this role alone [default: every role]
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Option<String>,
}

/// A workspace, and a role in it.
#[derive(Debug, Args)]
pub(crate) struct InWorkspace {
    /// The workspace
    pub(crate) workspace: String,
    #[command(flatten)]
    pub(crate) role: Role,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EnvValues<S: Args> {
    /// Set a variable
    Set(EnvSet<S>),
    /// Unset a variable
    Unset(EnvUnset<S>),
    /// List the variables; what they hold is masked
    List(EnvList<S>),
}

#[derive(Debug, Args)]
pub(crate) struct EnvSet<S: Args> {
    #[command(flatten)]
    pub(crate) scope: S,
    /// The variable
    pub(crate) name: String,
    /// Its value; a secret is asked for instead, or read from standard input
    #[arg(allow_hyphen_values = true)]
    pub(crate) value: Option<String>,
    /// Ask for the value without showing it
    #[arg(long)]
    pub(crate) secret: bool,
    /// Take the value as it is, even if it looks like a reference
    #[arg(long)]
    pub(crate) literal: bool,
    /// Read the value from standard input
    #[arg(long, conflicts_with = "value")]
    pub(crate) stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EnvUnset<S: Args> {
    #[command(flatten)]
    pub(crate) scope: S,
    /// The variable
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct EnvList<S: Args> {
    #[command(flatten)]
    pub(crate) scope: S,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Workspace {
    /// List the workspaces
    List(Json),
    /// Show what a workspace sets; what its variables hold is masked
    Show(WorkspaceShow),
    /// Create a workspace for a directory
    Create(WorkspaceCreate),
    /// Remove a workspace's file
    Remove(WorkspaceRemove),
    /// Set, unset or list a workspace's variables
    #[command(subcommand)]
    Env(EnvValues<InWorkspace>),
}

#[derive(Debug, Args)]
pub(crate) struct Json {
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WorkspaceShow {
    /// The workspace
    #[arg(id = "workspace", value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Args)]
pub(crate) struct WorkspaceCreate {
    /// The workspace
    pub(crate) name: String,
    /// Its directory [default: this one]
    #[arg(long, value_name = "DIR")]
    pub(crate) workdir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct WorkspaceRemove {
    /// The workspace
    #[arg(id = "workspace", value_name = "NAME")]
    pub(crate) name: String,
    /// Even though it holds more than its directory, which is lost
    #[arg(long)]
    pub(crate) force: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
