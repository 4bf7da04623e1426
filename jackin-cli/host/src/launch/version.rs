//! Which version of an agent is installed, from what its package says of itself: nothing is started
//! for it.

use std::path::Path;

use jackin_core::{
    ExecPlan,
    agent::{PackageVersion, Version},
};

use super::Located;
use crate::{error::HostError, os};

/// The largest description of a package that is read, in bytes; npm's own has 7 KiB.
const LARGEST_PACKAGE: u64 = 1 << 20;

/// What to say before a launch of an agent that is too old for the plan's guard to hold.
#[must_use]
pub fn warning(plan: &ExecPlan, located: &Located, install: &str) -> Option<String> {
    let PackageVersion { package, version: needed, .. } = plan.guarded_from.as_ref()?;
    let found = match located.version(package) {
        Ok(found) => found.filter(|found| found < needed)?,
        Err(error) => {
            return Some(format!("the version of `{}` cannot be told: {error}", plan.agent));
        }
    };
    Some(format!(
        "`{}` is version {found}: before {needed} its own settings can send requests and logins \
         elsewhere; update it with `{install}`",
        plan.agent
    ))
}

/// The version of the plan's agent in the file that was found, where that can be told.
#[must_use]
pub fn of(plan: &ExecPlan, located: &Located) -> Option<Version> {
    *located.version(&plan.guarded_from.as_ref()?.package).as_ref().ok()?
}

/// The version that stands in the name of the file, or in the package that it belongs to.
///
/// # Errors
/// [`HostError::Read`]: what the package says of itself is there and cannot be read.
pub fn installed(program: &Path, package: &str) -> Result<Option<Version>, HostError> {
    of_file(&os::linked(program), package)
}

/// The same of a file that is no link.
pub(super) fn of_file(program: &Path, package: &str) -> Result<Option<Version>, HostError> {
    let named = program.file_name().and_then(|name| name.to_str()?.parse().ok());
    let Some(dir) = program.parent().filter(|_| named.is_none()) else { return Ok(named) };
    // npm puts programs at most one directory below their package.
    match described(dir, package)? {
        None => Ok(described(&dir.join(".."), package)?.or_else(|| of_cask(dir, package))),
        found => Ok(found),
    }
}

/// The version in the name of a directory that Homebrew makes: `Caskroom/claude-code/2.1.332`.
fn of_cask(dir: &Path, package: &str) -> Option<Version> {
    let name = package.rsplit('/').next()?;
    let is_of_package = dir.parent()?.file_name()? == name;
    dir.file_name()?.to_str()?.parse().ok().filter(|_| is_of_package)
}

fn described(dir: &Path, package: &str) -> Result<Option<Version>, HostError> {
    let file = os::read_small(&dir.join("package.json"), LARGEST_PACKAGE)?;
    Ok(file.and_then(|file| version_in(file.text(), package)))
}

/// The version in what a package of this name says of itself.
fn version_in(text: &str, package: &str) -> Option<Version> {
    let described: serde_json::Value = serde_json::from_str(text).ok()?;
    let is_it = described.get("name")?.as_str()? == package;
    described.get("version")?.as_str()?.parse().ok().filter(|_| is_it)
}
