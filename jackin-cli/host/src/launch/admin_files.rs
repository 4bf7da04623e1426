//! Settings that an administrator keeps for every user of this machine. They beat what jackin sets, so
//! they are looked at before a launch; what they send elsewhere is not launched.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jackin_core::{
    ExecPlan, Guard,
    agent::{NativeEffect, SettingEffect, SettingsFile, SettingsPlace, SystemDir},
    plan::SettingVerdict,
};

use super::own_settings::{each_key, is_read_by_others, parsed};
use crate::{error::HostError, os::read_lossily};

/// What stands for every file of a directory.
const EVERY: &str = "*.json";

/// What an administrator's settings do to a launch by this plan, for the user to know.
///
/// # Errors
/// [`HostError::AdminSettings`]: settings that send it elsewhere, unless the plan's guard is off or
/// nothing names its provider.
pub fn check_admin_files(plan: &ExecPlan) -> Result<Vec<String>, HostError> {
    check_below(Path::new(""), plan)
}

/// The administrator's files at a place that are there, on this system.
#[must_use]
pub fn system_files(place: &SettingsPlace) -> Vec<PathBuf> {
    let mut looked_at = None;
    files(place, Path::new(""), &mut looked_at)
}

fn check_below(root: &Path, plan: &ExecPlan) -> Result<Vec<String>, HostError> {
    let (mut warnings, mut looked_at) = (Vec::new(), None);
    for settings in plan.settings_files() {
        for file in files(&settings.place, root, &mut looked_at) {
            warnings.extend(check_file(plan, settings, &file)?);
        }
    }
    Ok(warnings)
}

/// What one file does to a launch. A file that this user cannot read, the agent cannot read either; one
/// that cannot be understood may say anything: agents read some files that jackin does not.
fn check_file(
    plan: &ExecPlan,
    settings: &SettingsFile,
    file: &Path,
) -> Result<Option<String>, HostError> {
    let text = match read_lossily(file) {
        Ok(Some(text)) => Some(text),
        Err(HostError::Read { problem, .. }) if problem.is_readable_by_others() => None,
        _ => return Ok(None),
    };
    let (mut refused, mut warned) = (Vec::new(), Vec::new());
    let found = text.and_then(|text| parsed(file, text.text()));
    if found.is_none() && is_read_by_others(file) && may_divert(plan, settings) {
        let what = "it cannot be understood, and may send the prompts elsewhere".to_owned();
        let is_held = plan.is_redirect() && plan.guard > Guard::Off;
        if is_held { refused.push(what) } else { warned.push(what) }
    }
    each_key(&found.unwrap_or_default(), &mut |key, value| {
        let verdict = plan.verdict(settings, key, value.as_str());
        let is_known = verdict.is_some();
        match verdict {
            Some(SettingVerdict::Refused(what)) => refused.push(format!("`{key}` {what}")),
            Some(SettingVerdict::Warned(what)) => warned.push(format!("`{key}` {what}")),
            _ => {}
        }
        is_known
    });
    let error = |what: Vec<String>| HostError::AdminSettings {
        file: file.to_owned(),
        agent: plan.agent.clone(),
        what: what.join(", "),
    };
    if !refused.is_empty() {
        return Err(error(refused));
    }
    Ok((!warned.is_empty()).then(|| error(warned).to_string()))
}

/// Whether a file of these settings may send the launch elsewhere.
fn may_divert(plan: &ExecPlan, settings: &SettingsFile) -> bool {
    settings.settings.iter().any(|setting| match plan.is_redirect() {
        true => matches!(setting.effect, SettingEffect::Diverts(_)),
        false => setting.native == NativeEffect::Elsewhere,
    })
}

/// The files at a place. Of each directory the system is asked once whether it is there: on most
/// machines it is not.
fn files(
    place: &SettingsPlace,
    root: &Path,
    looked_at: &mut Option<(PathBuf, bool)>,
) -> Vec<PathBuf> {
    let SettingsPlace::System { dir, file } = place else { return Vec::new() };
    let Some(dir) = on_this_system(dir, root) else { return Vec::new() };
    let known = looked_at.as_ref().filter(|(known, _)| *known == dir);
    let is_there = known.map_or_else(|| dir.is_dir(), |(_, is_there)| *is_there);
    let file = dir.join(&**file);
    *looked_at = Some((dir, is_there));
    match file.file_name() {
        _ if !is_there => Vec::new(),
        Some(name) if name == EVERY => listed(file.parent().unwrap_or(&file)),
        _ => vec![file],
    }
}

fn on_this_system(dir: &SystemDir, root: &Path) -> Option<PathBuf> {
    let dir = match std::env::consts::OS {
        "macos" => &dir.macos,
        "windows" => &dir.windows,
        _ => &dir.linux,
    };
    let below = if root.as_os_str().is_empty() { dir } else { dir.trim_start_matches('/') };
    (!dir.is_empty()).then(|| root.join(below))
}

/// The files of a directory, by name, as agents read them.
fn listed(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let files = entries.map(|entry| entry.path());
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests;
