//! Where programs are found: the paths that the configuration keeps, and the entries of PATH in which
//! nothing is looked for; and what is between a launch and the agent: shims and scripts.

use jackin_host::{
    HostError,
    launch::{self, impostor},
    os,
};

use super::{Finding, Seen};
use crate::failure::SHIM_HINT;

/// Programs of `[agents.<id>]` that cannot be executed.
pub(super) fn not_usable(seen: &Seen<'_>) -> Vec<Finding> {
    let found = seen.layers.programs.iter().filter_map(|(agent, program)| {
        let path = seen.ambient.expanded(&program.value);
        let error = launch::find(path.as_os_str(), seen.ambient.var("PATH")).err()?;
        let hint = format!("correct `[agents.{agent}] program`, or remove it");
        Some(Finding::problem("program", error.to_string()).at(&program.source).hint(hint))
    });
    found.collect()
}

/// Programs that are called like an agent which could be redirected, and are another one.
pub(super) fn of_another_agent(seen: &Seen<'_>) -> Vec<Finding> {
    let redirected = seen.agents.iter().filter(|found| !seen.redirects(&found.agent).is_empty());
    let found = redirected.filter_map(|found| {
        let path = found.path.as_ref()?;
        let other = impostor::find(&found.agent.impostors, path)?;
        let what = format!(
            "this is {}, not the agent `{}`: {}",
            other.name, found.agent.id, other.because
        );
        let hint = format!(
            "install the agent with `{}`, or name its file with `program` in `[agents.{}]`",
            found.agent.install, found.agent.id
        );
        Some(Finding::problem("program", what).at(path.display()).hint(hint))
    });
    found.collect()
}

/// Entries of PATH that depend on the current directory.
pub(super) fn unsearched(seen: &Seen<'_>) -> Vec<Finding> {
    let Some(path) = seen.ambient.var("PATH") else { return Vec::new() };
    let found = os::unsearched_entries(path).map(|entry| {
        let what = match entry.as_os_str().is_empty() {
            true => "PATH has an empty entry, which means the current directory".to_owned(),
            false => format!("PATH has a relative entry: {}", entry.display()),
        };
        let hint = "jackin looks for no program there, but other programs do: remove it";
        Finding::problem("path", what).hint(hint)
    });
    found.collect()
}

/// Agents whose program on PATH is the shim of a version manager.
pub(super) fn shims(seen: &Seen<'_>) -> Vec<Finding> {
    let found = seen.agents.iter().zip(&seen.programs).flat_map(|(agent, program)| match program {
        Ok(found) => {
            let resolved = found.resolved().map(|resolved| {
                let (id, program) = (&agent.agent.id, &resolved.program);
                let what = format!("`{id}` is started as {program}, since {}", resolved.reason);
                Finding::info("shim", what)
            });
            resolved.into_iter().chain(found.unheld().iter().map(unheld)).collect()
        }
        Err(error @ HostError::Shim { .. }) => vec![unheld(error)],
        Err(_) => Vec::new(),
    });
    found.collect()
}

fn unheld(error: &HostError) -> Finding {
    Finding::problem("shim", error.to_string()).hint(SHIM_HINT)
}

/// Scripts called like an agent that change variables which steer it.
pub(super) fn changing(seen: &Seen<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (agent, program) in seen.agents.iter().zip(&seen.programs) {
        let Ok(found) = program else { continue };
        findings.extend(found.changing_lines().iter().map(|line| {
            let id = &agent.agent.id;
            let what =
                format!("a script that starts `{id}` changes {line}: no plan has a say in that");
            let hint =
                format!("remove the line, or name the agent itself with `[agents.{id}] program`");
            let place = format!("{}:{}", found.file().display(), line.line);
            Finding::problem("wrapper", what).at(place).hint(hint)
        }));
    }
    findings
}
