//! Which version of an agent is installed, from what its package says of itself: nothing is started
//! for it.

use std::{fs, path::Path};

use jackin_core::{
    ExecPlan,
    agent::{PackageVersion, Version},
};

use super::Located;
use crate::os;

/// What to say before a launch of an agent that is too old for the plan's guard to hold.
#[must_use]
pub fn warning(plan: &ExecPlan, located: &Located, install: &str) -> Option<String> {
    let PackageVersion { package, version: needed, .. } = plan.guarded_from.as_ref()?;
    let found = of_file(located.real(), package).filter(|found| found < needed)?;
    Some(format!(
        "`{}` is version {found}: before {needed} its own settings can send requests and logins \
         elsewhere; update it with `{install}`",
        plan.agent
    ))
}

/// The version of the plan's agent in the file that was found, where that can be told.
#[must_use]
pub fn of(plan: &ExecPlan, located: &Located) -> Option<Version> {
    of_file(located.real(), &plan.guarded_from.as_ref()?.package)
}

/// The version that stands in the name of the file, or in the package that it belongs to.
#[must_use]
pub fn installed(program: &Path, package: &str) -> Option<Version> {
    of_file(&os::linked(program), package)
}

/// The same of a file that is no link.
fn of_file(program: &Path, package: &str) -> Option<Version> {
    let named = program.file_name()?.to_str()?.parse().ok();
    let dir = program.parent()?;
    // npm puts programs at most one directory below their package.
    named.or_else(|| described(dir, package)).or_else(|| described(&dir.join(".."), package))
}

fn described(dir: &Path, package: &str) -> Option<Version> {
    let text = fs::read(dir.join("package.json")).ok()?;
    let described: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let is_it = described.get("name")?.as_str()? == package;
    described.get("version")?.as_str()?.parse().ok().filter(|_| is_it)
}
