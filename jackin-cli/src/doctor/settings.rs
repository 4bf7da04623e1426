//! The agents' own settings that would fight a redirect: which they are, by name, and what comes of
//! them. They are read and never written; what they hold is not looked at.

use std::path::{Path, PathBuf};

use jackin_core::{
    Agent, ExecPlan, Guard,
    agent::{NativeEffect, Outlet, SettingEffect, SettingsFile, SettingsPlace},
    choice,
    plan::OwnSetting,
    resolve,
};

use super::{Finding, Installed, Seen};
use jackin_host::{
    HostError, ReadProblem,
    launch::{self, own_settings},
    os::read_lossily,
};

const CHECK: &str = "agent-settings";

/// The settings that count for installed agents.
pub(super) fn fighting(seen: &Seen<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for found in &seen.agents {
        if found.path.is_none() {
            continue;
        }
        let redirected = !seen.redirects(&found.agent).is_empty();
        let native = on_native(&found.agent, seen);
        for file in &*found.agent.settings {
            let own = place(&found.agent, file, seen);
            let system = launch::system_files(&file.place);
            for path in own.into_iter().chain(system) {
                findings.extend(unread(&path));
                findings
                    .extend(native.as_ref().and_then(|plan| in_native_launches(plan, file, &path)));
                if redirected {
                    findings.extend(in_file(found, file, &path, seen.layers.guard));
                }
            }
        }
    }
    findings
}

/// Where an agent's file is, with the variables of the layers that name its directory.
fn place(agent: &Agent, file: &SettingsFile, seen: &Seen<'_>) -> Option<PathBuf> {
    own_settings::path(&file.place, on_native(agent, seen).as_ref(), seen.ambient).known()
}

/// Something that is no file of settings and is in its place: what an agent makes of it is not known. A file
/// that this user may not read, the agent may not read either.
fn unread(path: &Path) -> Option<Finding> {
    match read_lossily(path).err()? {
        HostError::Read { problem: ReadProblem::System(_), .. } => None,
        error => {
            let finding = Finding::problem(CHECK, error.to_string());
            Some(Finding { hint: error.advice(), ..finding })
        }
    }
}

/// The settings that send a launch on an agent's native provider to another one.
pub(super) fn leading_away(seen: &Seen<'_>) -> Vec<Finding> {
    let installed = seen.agents.iter().filter(|found| found.path.is_some());
    installed.flat_map(|found| leading_of(&found.agent, seen)).collect()
}

/// The settings by which an agent sends what it is told to other hosts.
pub(super) fn outlets(seen: &Seen<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut paths = Vec::new();
    for found in seen.agents.iter().filter(|found| found.path.is_some()) {
        for file in &*found.agent.settings {
            let path = place(&found.agent, file, seen);
            let Some(path) = path.filter(|path| !paths.contains(path)) else { continue };
            findings.extend(outlets_in(&found.agent, file, &path));
            paths.push(path);
        }
        findings.extend(exported_outlets(&found.agent, seen));
    }
    findings
}

/// Those that are variables, where they are exported here.
fn exported_outlets(agent: &Agent, seen: &Seen<'_>) -> Vec<Finding> {
    let exported = |outlet: &&Outlet| {
        let name = outlet.key.strip_prefix("env.")?;
        let value = seen.ambient.var(name)?.to_string_lossy().into_owned();
        outlet.is(&outlet.key, &value).then(|| {
            let what = format!("`{name}` makes `{}` send {}", agent.id, outlet.sends);
            Finding::info(CHECK, what).at("the environment")
        })
    };
    agent.outlets.iter().filter_map(|outlet| exported(&outlet)).collect()
}

fn outlets_in(agent: &Agent, file: &SettingsFile, path: &Path) -> Vec<Finding> {
    let Ok(Some(text)) = read_lossily(path) else { return Vec::new() };
    let Some(settings) = own_settings::parsed(path, text.text()) else { return Vec::new() };
    let is_project = matches!(file.place, SettingsPlace::Project(_));
    let mut findings: Vec<Finding> = Vec::new();
    own_settings::each_leaf(&settings, &mut |key, value| {
        let Some(outlet) = agent.outlets.iter().find(|outlet| outlet.is(key, value)) else {
            return;
        };
        let what = format!("`{key}` makes `{}` send {}", agent.id, outlet.sends);
        if findings.iter().any(|known| known.what == what) {
            return;
        }
        // A project is often another's.
        let finding = match is_project {
            true => Finding::problem(CHECK, what).hint("remove it there, unless you want that"),
            false => Finding::info(CHECK, what),
        };
        findings.push(finding.at(text.name()));
    });
    findings
}

/// The plan of an agent on its native provider.
fn on_native(agent: &Agent, seen: &Seen<'_>) -> Option<ExecPlan> {
    let native = seen.layers.registry().provider(agent.native.as_str())?;
    resolve(&seen.layers, agent, native).ok()
}

fn leading_of(agent: &Agent, seen: &Seen<'_>) -> Vec<Finding> {
    let Some(plan) = on_native(agent, seen) else { return Vec::new() };
    // Where a launch always names its provider, what can be held off is.
    let is_named = choice::is_named(&seen.layers, agent, false) && seen.layers.guard > Guard::Off;
    let found = own_settings::native(agent, &plan, seen.ambient);
    let leading = found.settings.iter().filter(|setting| plan.leads_away(setting));
    leading.map(|setting| led_away(agent, setting, is_named)).collect()
}

fn led_away(agent: &Agent, setting: &OwnSetting, is_named: bool) -> Finding {
    let to = setting.host().unwrap_or("another provider");
    let can_be_held = setting.effect == NativeEffect::Overridden;
    let key = format!("`{}` in the settings of `{}`", setting.key, agent.id);
    let native = &agent.native;
    let finding = match can_be_held && is_named {
        true => Finding::info(
            CHECK,
            format!("{key} does not count on provider `{native}`: jackin overrides it"),
        ),
        false => {
            let instead = match can_be_held {
                true => format!("or start it with `--provider {native}`"),
                false => format!("a launch with `--provider {native}` is refused"),
            };
            let what = format!("{key} sends launches that name no provider to {to}");
            Finding::problem(CHECK, what).hint(format!("remove it there, {instead}"))
        }
    };
    finding.at(&setting.file)
}

/// An administrator's settings that send launches on the agent's native provider elsewhere.
fn in_native_launches(plan: &ExecPlan, file: &SettingsFile, path: &Path) -> Option<Finding> {
    let text = read_lossily(path).ok()??;
    let mut keys = Vec::new();
    own_settings::each_key(&own_settings::parsed(path, text.text())?, &mut |key, value| {
        let verdict = plan.verdict(file, key, value.as_str());
        keys.extend(verdict.as_ref().map(|_| format!("`{key}`")));
        verdict.is_some()
    });
    let what = format!("{} sends `{}` elsewhere on {}", keys.join(", "), plan.agent, plan.provider);
    (!keys.is_empty()).then(|| Finding::problem(CHECK, what).at(text.name()))
}

fn in_file(found: &Installed, file: &SettingsFile, path: &Path, guard: Guard) -> Vec<Finding> {
    let Ok(Some(text)) = read_lossily(path) else { return Vec::new() };
    let shown = text.name();
    let Some(settings) = own_settings::parsed(path, text.text()) else {
        let what = format!("the settings of `{}` cannot be understood", found.agent.id);
        return vec![Finding::info(CHECK, what).at(shown)];
    };
    let mut counting = Vec::new();
    own_settings::each_key(&settings, &mut |key, _| {
        let setting = file.setting(&found.agent, key);
        counting.extend(setting.map(|setting| (key.to_owned(), setting.effect.clone())));
        setting.is_some()
    });
    let finding =
        |(key, effect): &(String, SettingEffect)| described(found, key, effect, guard).at(shown);
    counting.iter().map(finding).collect()
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
        SettingEffect::Effective(what) | SettingEffect::Diverts(what) => {
            finding(true, &format!("takes effect in a redirected launch: it {what}"))
                .hint("remove it there")
        }
        _ => finding(true, "may take effect in a redirected launch"),
    }
}
