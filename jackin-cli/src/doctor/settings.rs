//! The agents' own settings that would fight a redirect: which they are, by name, and what comes of
//! them. They are read and never written; what they hold is not looked at.

use std::path::{Path, PathBuf};

use jackin_core::{
    Agent, Guard,
    agent::{NativeEffect, SettingEffect, SettingsFile, SettingsPlace},
};
use serde_json::Value;

use super::{Finding, Installed, Seen};
use jackin_host::{
    Ambient,
    os::{current_dir, read_file},
};

const CHECK: &str = "agent-settings";
/// How deep the tables are that hold a setting.
const DEPTH: usize = 3;

/// The settings that count for installed agents: those that could be redirected, and native launches.
pub(super) fn fighting(seen: &Seen<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for found in &seen.agents {
        if found.path.is_none() {
            continue;
        }
        let redirected = !seen.redirects(&found.agent).is_empty();
        for file in &*found.agent.settings {
            let Some(path) = path(&file.place, seen.ambient) else { continue };
            findings.extend(in_file(found, file, &path, redirected, seen.layers.guard));
        }
    }
    findings
}

fn path(place: &SettingsPlace, ambient: &Ambient) -> Option<PathBuf> {
    match place {
        SettingsPlace::User { variable, usual, file } => {
            let named = variable.as_ref().and_then(|name| ambient.path(name));
            let dir = named.or_else(|| Some(ambient.home()?.join(&**usual)))?;
            Some(dir.join(&**file))
        }
        SettingsPlace::Variable(name) => ambient.path(name),
        SettingsPlace::Project(file) => Some(current_dir().ok()?.join(&**file)),
        _ => None,
    }
}

fn in_file(
    found: &Installed,
    file: &SettingsFile,
    path: &Path,
    redirected: bool,
    guard: Guard,
) -> Vec<Finding> {
    let Ok(Some(text)) = read_file(path) else { return Vec::new() };
    let shown = text.name();
    let Some(settings) = parsed(path, text.text()) else {
        let what = format!("the settings of `{}` cannot be understood", found.agent.id);
        return vec![Finding::info(CHECK, what).at(shown)];
    };
    let mut counting = Vec::new();
    collect(&settings, "", DEPTH, &mut |key| {
        let setting = file.setting(&found.agent, key);
        counting.extend(setting.map(|setting| (key.to_owned(), setting.clone())));
        setting.is_some()
    });
    let findings = counting.iter().flat_map(|(key, setting)| {
        let redirect = redirected.then(|| described(found, key, &setting.effect, guard));
        redirect.into_iter().chain(of_native(found, key, setting.native, guard))
    });
    findings.map(|finding| finding.at(shown)).collect()
}

/// What a setting does to launches on the agent's native provider.
fn of_native(found: &Installed, key: &str, effect: NativeEffect, guard: Guard) -> Option<Finding> {
    let Agent { id, native, .. } = &found.agent;
    let key = format!("`{key}` in the settings of `{id}`");
    let named = format!("`jackin run --provider {native} {id}`");
    match effect {
        NativeEffect::None => None,
        NativeEffect::Overridden if guard > Guard::Off => Some(
            Finding::info(CHECK, format!("{key} decides where a launch without a provider goes"))
                .hint(format!("{named} uses the agent's own host")),
        ),
        _ => Some(
            Finding::problem(CHECK, format!("{key} decides where {named} goes"))
                .hint("remove it there to use the agent's own host"),
        ),
    }
}

/// What a file holds, in one form for all.
fn parsed(path: &Path, text: &str) -> Option<Value> {
    if path.extension().is_some_and(|end| end == "toml") {
        let document: toml_edit::Document<&str> = toml_edit::Document::parse(text).ok()?;
        return Some(tables(document.as_item().as_table_like()?));
    }
    jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).ok()
}

/// The keys of a table; values that are no tables are left out.
fn tables(table: &dyn toml_edit::TableLike) -> Value {
    let value = |item: &toml_edit::Item| item.as_table_like().map_or(Value::Null, tables);
    Value::Object(table.iter().map(|(key, item)| (key.to_owned(), value(item))).collect())
}

/// Hands every key to `take`, the outer before the inner, unless it wants no more of that one.
fn collect(value: &Value, path: &str, depth: usize, take: &mut impl FnMut(&str) -> bool) {
    let Some(table) = value.as_object().filter(|_| depth > 0) else { return };
    for (key, value) in table {
        let dot = if path.is_empty() { "" } else { "." };
        let key = format!("{path}{dot}{key}");
        if !take(&key) {
            collect(value, &key, depth - 1, take);
        }
    }
}

fn described(found: &Installed, key: &str, effect: &SettingEffect, guard: Guard) -> Finding {
    let agent = &found.agent;
    let finding = |wrong: bool, what: &str| {
        let what = format!("`{key}` in the settings of `{}` {what}", agent.id);
        if wrong { Finding::problem(CHECK, what) } else { Finding::info(CHECK, what) }
    };
    match effect {
        SettingEffect::Overridden => finding(false, "does not count: what jackin sets wins"),
        SettingEffect::Guarded if guard == Guard::Off => {
            let off = "takes effect in a redirected launch: the guard is off";
            finding(true, off).hint("remove it there, or `guard = \"off\"` from the configuration")
        }
        SettingEffect::Guarded if found.guard_holds == Some(false) => {
            let old = "takes effect in a redirected launch: the agent is too old for the guard";
            finding(true, old).hint(format!("update it with `{}`", agent.install))
        }
        SettingEffect::Guarded => match &agent.guarded_from {
            Some(needed) if found.guard_holds.is_none() => finding(
                false,
                &format!("does not count from version {} on: the guard holds", needed.version),
            ),
            _ => finding(false, "does not count: the guard holds it off"),
        },
        SettingEffect::Effective(what) => {
            finding(true, &format!("takes effect in a redirected launch: it {what}"))
                .hint("remove it there")
        }
        _ => finding(true, "may take effect in a redirected launch"),
    }
}
