//! The arguments of `jackin auth`.

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Args, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::{List, Scope};

const AFTER_SET: &str = if cfg!(all(feature = "keyring", feature = "terminal")) {
    "\
The key is asked for, without showing it, or read from standard input; it is never an argument.

Examples:
  jackin auth set zai                                       asks for the key
  jackin auth set zai --op op://Private/Z.AI/credential     reads it from 1Password at every launch
  jackin auth set zai --workspace acme --keyring            asks, and keeps it in the keyring
  jackin auth set zai --command pass show zai               what `pass show zai` prints
  pbpaste | jackin auth set zai --stdin --note dev-local"
} else {
    "\
The key is read from standard input, with --stdin; it is never an argument.

Examples:
  pbpaste | jackin auth set zai --stdin --note dev-local
  jackin auth set zai --op op://Private/Z.AI/credential     reads it from 1Password at every launch
  jackin auth set zai --command pass show zai               what `pass show zai` prints"
};

#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    /// List the providers, whether they have a key here, and where it stands
    List(AuthList),
    /// Store a provider's key, or where it is to be read from
    #[command(after_help = AFTER_SET)]
    Set(AuthSet),
    /// Forget a provider's key in one scope
    Unset(AuthUnset),
    /// Read every key for real and say which work, without showing them
    Check(AuthCheck),
    /// Store a gateway's bundle from standard input: its JSON, or the block of `export` lines
    Import(AuthImport),
    /// Ask a gateway for a key; whoever runs it approves it and hands it out
    #[command(hide = !cfg!(feature = "request"), after_help = "\
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
    #[arg(long, hide = !cfg!(feature = "keyring"))]
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
