//! What was picked last, so that the picker begins there: a small file of the program's own, which
//! is no configuration. Nothing depends on it; it may be missing, broken or not writable.

use std::{collections::BTreeMap, io, path::Path};

use serde::{Deserialize, Serialize};

use jackin_host::os::{read_file, write_private};

/// Its name.
const FILE: &str = "last.json";

/// What was picked last in each workspace; the name is empty where there was none.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Last {
    workspaces: BTreeMap<String, Picks>,
}

/// What was picked last.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Picks {
    pub(crate) agent: Option<String>,
    /// The provider for each agent.
    pub(crate) providers: BTreeMap<String, String>,
}

impl Last {
    /// Reads the file in a directory, if there is a good one.
    pub(crate) fn read(dir: &Path) -> Self {
        let file = read_file(&dir.join(FILE)).ok().flatten();
        file.and_then(|file| serde_json::from_str(file.text()).ok()).unwrap_or_default()
    }

    /// What was picked in one workspace.
    pub(crate) fn in_workspace(mut self, name: &str) -> Picks {
        self.workspaces.remove(name).unwrap_or_default()
    }

    /// Notes what was picked in one workspace.
    pub(crate) fn note(&mut self, workspace: &str, agent: &str, provider: &str) {
        let picks = self.workspaces.entry(workspace.to_owned()).or_default();
        picks.agent = Some(agent.to_owned());
        picks.providers.insert(agent.to_owned(), provider.to_owned());
    }

    /// Writes the file, for its owner alone, in the old one's place.
    pub(crate) fn write(&self, dir: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        write_private(&dir.join(FILE), format!("{text}\n").as_bytes())
    }
}
