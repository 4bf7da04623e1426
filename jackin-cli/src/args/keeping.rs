//! The arguments of `jackin config` and `jackin workspace`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::schema::Schema;

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
    /// Take back the last change of a file
    Undo(Undo),
    /// Set, unset or list variables
    #[command(subcommand)]
    Env(EnvValues<Role>),
}

/// Which file's last change is taken back.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jackin config undo                   the last change of any file
  jackin config undo --workspace acme  the last change of this workspace's file

A second `undo` takes the first one back. The last 5 versions of each file are
in `.backup` beside it, with the keys that the file held. `keep = 0` in
`[backup]` of config.toml keeps none.")]
pub(crate) struct Undo {
    /// The workspace whose file it is [default: the file that was changed last]
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: Option<String>,
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
