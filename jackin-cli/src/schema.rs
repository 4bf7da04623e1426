//! JSON Schemas of the configuration and of what `--json` prints. They are files, so that no launch
//! carries what makes them; a test of the commands compares the files with the types.

use std::borrow::Cow;

use clap::ValueEnum;
use jackin_core::Registry;
use serde_json::{Value, json};

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
    /// The text of the schema. The file of the configuration's has no agent: each gets a table here.
    pub(crate) fn text(self) -> Cow<'static, str> {
        match self {
            Self::Config => with_agents(self.file()).into(),
            other => other.file().into(),
        }
    }

    /// The file that the types wrote.
    pub(crate) const fn file(self) -> &'static str {
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

/// A configuration's schema with a table for each agent, in every scope.
fn with_agents(schema: &str) -> String {
    // It is compiled in; a test reads it.
    let Ok(mut schema) = serde_json::from_str::<Value>(schema) else { return schema.to_owned() };
    for scope in ["/properties", "/$defs/Scope/properties"] {
        if let Some(Value::Object(keys)) = schema.pointer_mut(scope) {
            let table = json!({ "$ref": "#/$defs/Own" });
            let agents = Registry::built_in();
            let agents = agents.agents().iter().map(|agent| agent.id.to_string());
            keys.extend(agents.map(|agent| (agent, table.clone())));
        }
    }
    format!("{schema:#}\n")
}
