//! The settings files of an agent: where they are, and what in them matters. They are read and never
//! written.

use std::path::{Path, PathBuf};

use jackin_core::{
    Agent, ExecPlan,
    agent::{NativeEffect, SettingsFile, SettingsPlace},
    plan::{ChildValue, OwnSetting},
};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::{
    os::{HOME, current_dir, read_lossily},
    place::Ambient,
};

/// How deep the tables are that hold a setting.
const DEPTH: usize = 6;
/// The same where lists hold tables.
const LEAF_DEPTH: usize = 8;

/// Where a file of settings of the user's or the project's is for an agent that this plan starts; without
/// a plan, for one that has this environment.
#[must_use]
pub fn path(place: &SettingsPlace, plan: Option<&ExecPlan>, ambient: &Ambient) -> Location {
    let var = |name: &str| match plan.map(|plan| plan.child_var(name, ambient.vars())) {
        None => ambient.path(name).map_or(Location::None, Location::Path),
        Some(ChildValue::Text(path)) if !path.is_empty() => Location::Path(path.into()),
        Some(ChildValue::ReadAtLaunch) => Location::ReadAtLaunch(name.to_owned()),
        Some(_) => Location::None,
    };
    let found = match place {
        SettingsPlace::User { variable, usual, file } => {
            let named = variable.as_ref().map_or(Location::None, |name| var(name));
            let dir = match named {
                Location::None => match var(HOME) {
                    // Without one, agents ask the system.
                    Location::None => ambient.home().map_or(Location::None, Location::Path),
                    home => home,
                }
                .join(usual),
                dir => dir,
            };
            dir.join(file)
        }
        SettingsPlace::Variable(name) => var(name),
        SettingsPlace::Project(file) => {
            current_dir().map_or(Location::None, |dir| Location::Path(dir).join(file))
        }
        _ => Location::None,
    };
    match (found, current_dir()) {
        // Agents take a relative one from where they start.
        (Location::Path(path), Ok(dir)) => Location::Path(dir.join(path)),
        (found, _) => found,
    }
}

/// Where a file of settings is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// Nowhere that can be told.
    None,
    /// Here.
    Path(PathBuf),
    /// Below a directory that is named by this variable, whose value is read only at launch.
    ReadAtLaunch(String),
}

impl Location {
    fn join(self, file: &str) -> Self {
        match self {
            Self::Path(dir) => Self::Path(dir.join(file)),
            other => other,
        }
    }

    /// The path, if it is known.
    #[must_use]
    pub fn known(self) -> Option<PathBuf> {
        match self {
            Self::Path(path) => Some(path),
            Self::None | Self::ReadAtLaunch(_) => None,
        }
    }
}

/// What a file of settings holds, as JSON whatever its form; none if it cannot be understood.
#[must_use]
pub fn parsed(path: &Path, text: &str) -> Option<Value> {
    // Editors write one on Windows, and agents pass over it.
    let text = text.trim_start_matches('\u{feff}');
    if path.extension().is_some_and(|end| end == "toml") {
        return Some(table(DeTable::parse(text).ok()?.get_ref()));
    }
    jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).ok()
}

/// A table of TOML as JSON, without what no setting that matters here is: lists, moments, numbers.
fn table(table: &DeTable<'_>) -> Value {
    let value = |value: &DeValue<'_>| match value {
        DeValue::Table(inner) => self::table(inner),
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(is_so) => Value::Bool(*is_so),
        _ => Value::Null,
    };
    let entry = table.iter().map(|(key, item)| (key.get_ref().to_string(), value(item.get_ref())));
    Value::Object(entry.collect())
}

/// Hands every key with its value to `take`, the outer before the inner, unless it wants no more of that
/// one. Tables and keys are joined by dots.
pub fn each_key(settings: &Value, take: &mut impl FnMut(&str, &Value) -> bool) {
    below(settings, "", DEPTH, take);
}

fn below(value: &Value, path: &str, depth: usize, take: &mut impl FnMut(&str, &Value) -> bool) {
    let Some(table) = value.as_object().filter(|_| depth > 0) else { return };
    for (key, value) in table {
        let dot = if path.is_empty() { "" } else { "." };
        let key = format!("{path}{dot}{key}");
        if !take(&key, value) {
            below(value, &key, depth - 1, take);
        }
    }
}

/// Hands every text, number and truth value with its key to `take`. Lists add nothing to the key.
pub fn each_leaf(settings: &Value, take: &mut impl FnMut(&str, &str)) {
    leaves(settings, "", LEAF_DEPTH, take);
}

fn leaves(value: &Value, path: &str, depth: usize, take: &mut impl FnMut(&str, &str)) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(value, &format!("{path}{dot}{key}"), depth - 1, take);
            }
        }
        Value::Array(values) => {
            values.iter().for_each(|value| leaves(value, path, depth - 1, take));
        }
        Value::String(text) => take(path, text),
        Value::Null => {}
        other => take(path, &other.to_string()),
    }
}

/// The plan in view of the agent's own settings: on its native provider they may send the prompts to
/// another one.
///
/// # Errors
/// A redirect that the plan cannot hold off.
pub fn held(
    mut plan: ExecPlan,
    agent: &Agent,
    ambient: &Ambient,
) -> Result<ExecPlan, jackin_core::plan::LedAwayError> {
    if plan.is_redirect() {
        return Ok(plan);
    }
    let found = native(agent, &plan, ambient);
    plan.warnings.extend(found.odd.iter().map(|file| {
        format!("{} cannot be understood: it may send `{}` elsewhere", file.display(), agent.id)
    }));
    for variable in &found.unread {
        plan = plan.with_unseen_settings(variable)?;
    }
    plan.against_settings(&found.settings, ambient.vars())
}

/// What an agent's files hold that matters to a launch on its native provider. The values may be secrets, so
/// it cannot be printed.
#[derive(Default)]
#[non_exhaustive]
pub struct NativeSettings {
    /// The settings.
    pub settings: Vec<OwnSetting>,
    /// The files that cannot be understood here, and perhaps by the agent.
    pub odd: Vec<PathBuf>,
    /// The variables that name directories of settings, and whose values are read only at launch.
    pub unread: Vec<String>,
}

/// The settings in an agent's files that matter to a launch on its native provider. Each file is read once.
#[must_use]
pub fn native(agent: &Agent, plan: &ExecPlan, ambient: &Ambient) -> NativeSettings {
    let mut paths = Vec::new();
    let mut found = NativeSettings::default();
    for file in &*agent.settings {
        match path(&file.place, Some(plan), ambient) {
            // In the home directory, the project's file is the user's.
            Location::Path(path) if !paths.contains(&path) => {
                found.add(agent, file, &path);
                paths.push(path);
            }
            Location::ReadAtLaunch(name) if !found.unread.contains(&name) => {
                found.unread.push(name);
            }
            _ => {}
        }
    }
    found
}

impl NativeSettings {
    fn add(&mut self, agent: &Agent, file: &SettingsFile, path: &Path) {
        if file.settings.iter().all(|setting| setting.native == NativeEffect::None) {
            return;
        }
        let text = match read_lossily(path) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(_) => return self.odd.push(path.to_owned()),
        };
        match parsed(path, text.text()) {
            Some(settings) => self.add_keys(agent, file, text.name(), &settings),
            None if is_read_by_others(path) => self.odd.push(path.to_owned()),
            None => {}
        }
    }

    fn add_keys(&mut self, agent: &Agent, file: &SettingsFile, name: &str, settings: &Value) {
        each_key(settings, &mut |key, value| {
            let Some(setting) = file.setting(agent, key) else { return false };
            // Below a table that does not matter here, something may.
            if setting.native == NativeEffect::None {
                return false;
            }
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                _ => String::new(),
            };
            if !setting.is_own(&value) {
                let (file, key) = (name.to_owned(), key.to_owned());
                self.settings.push(OwnSetting::new(file, key, value, setting.native));
            }
            true
        });
    }
}

/// Whether an agent may read a file that is not understood here. Of TOML there is one reading, while
/// programs differ in what they accept as JSON.
pub(super) fn is_read_by_others(path: &Path) -> bool {
    path.extension().is_none_or(|end| end != "toml")
}
