//! Settings where jackin does not read them: a provider's key outside of `[env]` or in lower case, settings
//! of jackin's own in `[env]` or in an agent's table. Other programs' keys are left alone, and no value is
//! looked at.

use jackin_core::{EnvName, Registry};
use toml_edit::{Document, Item, TableLike};

use super::{ConfigFile, Finding, Seen};

/// Settings that belong at the top of a file or of a role.
const OF_A_SCOPE: [&str; 5] =
    ["default_provider", "default_agent", "default_role", "guard", "workdir"];

/// Settings that people look for in an agent's table, and where each belongs.
const OF_AN_AGENT: [(&str, &str); 7] = [
    ("program", "`jackin run --program PATH` names another program"),
    ("provider", "`default_provider = \"ID\"` at the top of the file chooses the provider"),
    ("default_provider", "move it to the top of the file"),
    ("guard", "move it to the top of the file"),
    ("base_url", "a base URL belongs in `[providers.ID.PROTOCOL]`"),
    ("api_key", "`jackin auth set ID` stores a key"),
    ("env", "variables belong in `[env]`"),
];

/// Settings in the files where they have no effect.
pub(super) fn settings(seen: &Seen<'_>) -> Vec<Finding> {
    seen.files.iter().flat_map(|file| in_file(file, seen.layers.registry())).collect()
}

/// The same in one file.
pub(super) fn in_file(file: &ConfigFile, registry: &Registry) -> Vec<Finding> {
    let Ok(document) = Document::parse(file.file.text()) else { return Vec::new() };
    let mut walk = Walk { file, registry, findings: Vec::new() };
    let root = document.as_table();
    walk.scope(root);
    let roles = root.get("roles").and_then(Item::as_table_like);
    for (_, role) in roles.into_iter().flat_map(TableLike::iter) {
        role.as_table_like().into_iter().for_each(|role| walk.scope(role));
    }
    walk.findings
}

struct Walk<'a> {
    file: &'a ConfigFile,
    registry: &'a Registry,
    findings: Vec<Finding>,
}

impl Walk<'_> {
    /// The table of a file, or of a role.
    fn scope(&mut self, scope: &dyn TableLike) {
        for (name, item) in scope.iter() {
            match item.as_table_like() {
                Some(env) if name == "env" => self.env(env),
                Some(table) if self.registry.agent(name).is_some() => self.agent(name, table),
                _ => self.key_outside_of_env(scope, name),
            }
        }
    }

    fn env(&mut self, env: &dyn TableLike) {
        for (name, _) in env.iter() {
            if OF_A_SCOPE.contains(&name) {
                let what = format!("`{name}` is a variable of the agents here, not a setting");
                self.found(env, name, what, "move it above the first table of the file".into());
            } else if let Some(key) = self.key(name)
                && key.as_str() != name
            {
                let what = format!("`{name}` is not read as the key `{key}`");
                self.found(env, name, what, format!("write `{key}`, in capital letters"));
            }
        }
    }

    fn agent(&mut self, agent: &str, table: &dyn TableLike) {
        for (name, _) in table.iter() {
            if let Some((_, hint)) = OF_AN_AGENT.iter().find(|(known, _)| *known == name) {
                let what = format!("`{name}` is not read in `[{agent}]`");
                self.found(table, name, what, (*hint).to_owned());
            } else {
                self.key_outside_of_env(table, name);
            }
        }
    }

    fn key_outside_of_env(&mut self, table: &dyn TableLike, name: &str) {
        if let Some(key) = self.key(name) {
            let what = format!("`{name}` is not read here: a key belongs in `[env]`");
            self.found(table, name, what, format!("write it as `{key}` below the line `[env]`"));
        }
    }

    /// The variable of a provider's key that a name is, but for the size of its letters.
    fn key(&self, name: &str) -> Option<EnvName> {
        let name = name.to_ascii_uppercase().parse().ok()?;
        self.registry.is_key(&name).then_some(name)
    }

    fn found(&mut self, table: &dyn TableLike, name: &str, what: String, hint: String) {
        let place = self.file.place_of(table.key(name).and_then(toml_edit::Key::span));
        self.findings.push(Finding::problem("misplaced", what).at(place).hint(hint));
    }
}
