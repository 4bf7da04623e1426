//! Which version of an agent is installed, from what its package says of itself: nothing is started
//! for it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jackin_core::{
    ExecPlan,
    agent::{PackageVersion, Version},
};

/// What to say before a launch of an agent that is too old for the plan's guard to hold.
#[must_use]
pub fn warning(plan: &ExecPlan, program: &Path, install: &str) -> Option<String> {
    let PackageVersion { package, version: needed, .. } = plan.guarded_from.as_ref()?;
    let found = installed(program, package).filter(|found| found < needed)?;
    Some(format!(
        "`{}` is version {found}: before {needed} its own settings can send requests and logins \
         elsewhere; update it with `{install}`",
        plan.agent
    ))
}

/// The version of the plan's agent in this file, where that can be told.
#[must_use]
pub fn of(plan: &ExecPlan, program: &Path) -> Option<Version> {
    installed(program, &plan.guarded_from.as_ref()?.package)
}

/// The version that stands in the name of the file, or in the package that it belongs to.
#[must_use]
pub fn installed(program: &Path, package: &str) -> Option<Version> {
    let program = linked(program);
    let named = program.file_name()?.to_str()?.parse().ok();
    let dir = program.parent()?;
    // npm puts programs at most one directory below their package.
    named.or_else(|| described(dir, package)).or_else(|| described(&dir.join(".."), package))
}

/// The file that a program's links lead to. `canonicalize` would look at every directory on the way,
/// which is more than the rest of a launch asks of the system.
fn linked(program: &Path) -> PathBuf {
    let mut file = program.to_path_buf();
    // As many as the kernel follows.
    for _ in 0..40 {
        let Ok(next) = fs::read_link(&file) else { break };
        file = file.parent().unwrap_or(&file).join(next);
    }
    file
}

fn described(dir: &Path, package: &str) -> Option<Version> {
    let text = fs::read(dir.join("package.json")).ok()?;
    let described: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let is_it = described.get("name")?.as_str()? == package;
    described.get("version")?.as_str()?.parse().ok().filter(|_| is_it)
}
