//! `[agents.<id>] program`: which file of this machine an agent is. No file is looked at here.

use crate::{
    config::{
        ConfigError,
        reader::{Entry, Table},
    },
    names::{AgentId, Scope, Sourced},
    registry::{NameOrigin, Registry},
    value::is_absolute,
};

/// The program of one agent, as one scope names it.
#[derive(Debug, Clone)]
pub(crate) struct ProgramTable {
    pub(crate) agent: AgentId,
    /// A path, absolute or from the home directory on.
    pub(crate) program: Sourced<String>,
}

impl ProgramTable {
    /// Every program that `[agents]` of one scope names. Other keys there are left alone.
    pub(crate) fn read_all(table: &Table<'_>, scope: Scope) -> Result<Vec<Self>, ConfigError> {
        let agents = table.table("agents")?.map_or_else(Vec::new, |agents| agents.entries());
        let tables = agents.into_iter().filter_map(|entry| {
            let program = entry.as_table()?.get("program")?;
            Some(entry.name().and_then(|agent| {
                let path = read_path(&program)?;
                Ok(Self { agent, program: Sourced::new(path, program.source(scope)) })
            }))
        });
        tables.collect()
    }

    /// Whether there is such an agent: a misspelt name would keep the path for none.
    pub(crate) fn check(&self, registry: &Registry) -> Result<(), ConfigError> {
        let origin = NameOrigin::Config(self.program.source.clone());
        registry.find_agent(self.agent.as_str(), origin)?;
        Ok(())
    }
}

/// A relative path would be another file wherever the launcher is started.
fn read_path(entry: &Entry<'_>) -> Result<String, ConfigError> {
    let path = entry.str()?;
    if path.contains('\0') {
        return Err(entry.invalid("holds a NUL, which no path can carry"));
    }
    match is_absolute(path) || path.starts_with("~/") {
        true => Ok(path.to_owned()),
        false => Err(entry.invalid("must be an absolute path, or begin with ~/")),
    }
}
