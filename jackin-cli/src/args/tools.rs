//! The arguments of what surrounds launches: looking for problems, completions, the manual.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::List;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jackin doctor                     what is installed, and what is in the way
  jackin doctor --smoke claude zai  one tiny prompt, and why it failed")]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) list: List,
    /// Only try one tiny prompt with a real agent; it reads and uses the key
    #[arg(long, num_args = 2, value_names = ["AGENT", "PROVIDER"])]
    pub(crate) smoke: Option<Vec<String>>,
    /// How long the prompt may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "smoke")]
    pub(crate) timeout: u64,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  eval \"$(jackin completions bash)\"        in ~/.bashrc
  eval \"$(jackin completions zsh)\"         in ~/.zshrc, behind compinit
  jackin completions fish | source          in ~/.config/fish/config.fish
  eval (jackin completions elvish | slurp)  in rc.elv
  jackin completions powershell | Out-String | Invoke-Expression
  jackin completions nushell | save -f ($nu.user-autoload-dirs.0)/jackin.nu")]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

/// The shells that can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Elvish,
    Powershell,
    Nushell,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  jackin man ~/.local/share/man/man1 && man jackin-run")]
pub(crate) struct Man {
    /// The directory, which is made if need be
    #[arg(value_hint = clap::ValueHint::DirPath)]
    pub(crate) dir: PathBuf,
}
