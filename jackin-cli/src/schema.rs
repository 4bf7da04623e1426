//! JSON Schemas of the configuration and of what `--json` prints. They are files, so that no launch
//! carries what makes them; a test holds them against the types.

use clap::ValueEnum;

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Schema {
    /// `config.toml` and `workspaces/NAME.toml`
    #[default]
    Config,
    /// `plan --json`
    Plan,
    /// `providers --json`
    Providers,
    /// `agents --json`
    Agents,
    /// `auth list --json`
    Keys,
    /// `doctor --json`
    Doctor,
    /// What stands on standard error when a command with `--json` fails
    Error,
}

impl Schema {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Config => include_str!("../schemas/config.json"),
            Self::Plan => include_str!("../schemas/plan.json"),
            Self::Providers => include_str!("../schemas/providers.json"),
            Self::Agents => include_str!("../schemas/agents.json"),
            Self::Keys => include_str!("../schemas/keys.json"),
            Self::Doctor => include_str!("../schemas/doctor.json"),
            Self::Error => include_str!("../schemas/error.json"),
        }
    }
}

#[cfg(test)]
mod config;
#[cfg(test)]
mod tests;
