//! The agent's own settings that a launch joins with those of its plan: a file that the user's words name,
//! and the project's tools that an old version would start. Nothing is written.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use jackin_core::{
    ExecPlan,
    agent::{ProjectTools, Version},
};
use serde_json::Value;

use crate::{
    error::{FileKind, HostError, ReadProblem},
    os::{TextFile, current_dir, read_file},
};

/// Reads the file of settings that these words of the user's name, if the plan has to join it with its
/// own settings.
///
/// # Errors
/// [`HostError::AgentSettings`]: it is not there, cannot be read, is not a regular file or is larger
/// than 16 MiB.
pub fn named_file(plan: &ExecPlan, words: &[OsString]) -> Result<Option<TextFile>, HostError> {
    let Some(path) = plan.settings_file(words) else { return Ok(None) };
    read(&path)?.map(Some).ok_or_else(|| {
        let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        HostError::AgentSettings { path, problem: ReadProblem::System(missing) }
    })
}

fn read(path: &Path) -> Result<Option<TextFile>, HostError> {
    read_file(path).map_err(|error| match error {
        HostError::Read { path, problem } => HostError::AgentSettings { path, problem },
        other => other,
    })
}

/// The same plan for the version of the agent that will start, or for any version where it cannot be told.
/// A warning names what is left out because of it.
///
/// # Errors
/// A file of the project's tools that cannot be understood, where they have to be left out.
pub fn for_version(plan: ExecPlan, version: Option<Version>) -> Result<ExecPlan, HostError> {
    let plan = match version {
        Some(version) => plan.for_version(version),
        None => plan,
    };
    let Some((tools, names)) = open_project_tools(&plan, version)? else { return Ok(plan) };
    let mut plan = plan.without_project_tools(names);
    let left_out = format!("the servers of {} are left out, since", tools.file);
    let before = format!("before {} they could read the key", tools.safe_from);
    plan.warnings.push(match (version, plan.shared_key()) {
        (_, Some(name)) => format!("{left_out} they could read the key in `{name}`"),
        (Some(version), None) => format!(
            "`{}` is version {version}: {left_out} {before}; a newer version starts them",
            plan.agent
        ),
        (None, None) => format!(
            "the version of `{}` cannot be told: {left_out} {before}; `--program` with the real file \
             starts them",
            plan.agent
        ),
    });
    Ok(plan)
}

/// The project's tools that could read the key in this version, or in some version if it is not known, and
/// their names.
///
/// # Errors
/// A file of the project's tools that cannot be understood.
pub fn open_project_tools(
    plan: &ExecPlan,
    version: Option<Version>,
) -> Result<Option<(ProjectTools, Vec<String>)>, HostError> {
    let Some(tools) = plan.open_project_tools(version).cloned() else { return Ok(None) };
    // A directory that was removed holds no project.
    let Ok(dir) = current_dir() else { return Ok(None) };
    let names = project_tools(&tools, &dir)?;
    Ok((!names.is_empty()).then_some((tools, names)))
}

/// The names of the project's tools, in this directory and all above it.
fn project_tools(tools: &ProjectTools, dir: &Path) -> Result<Vec<String>, HostError> {
    let mut names = Vec::new();
    for dir in dir.ancestors() {
        let path = dir.join(&*tools.file);
        let text = match read(&path) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            // The agent, which is the same user's, cannot read it either: a link that leads nowhere, a
            // directory, a file of another user.
            Err(HostError::AgentSettings { problem, .. }) if is_unreadable(&problem) => continue,
            Err(error) => return Err(error),
        };
        let text = text.text().trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let named: Value = serde_json::from_str(text).map_err(|error| not_json(path, &error))?;
        let table = named.get(&*tools.table).and_then(Value::as_object);
        names.extend(table.into_iter().flat_map(|table| table.keys().cloned()));
    }
    Ok(names)
}

/// Whether no program of this user can read a file.
const fn is_unreadable(problem: &ReadProblem) -> bool {
    matches!(problem, ReadProblem::System(_) | ReadProblem::NotAFile(FileKind::Directory))
}

fn not_json(path: PathBuf, error: &serde_json::Error) -> HostError {
    HostError::AgentSettings { path, problem: ReadProblem::NotJson(error.line()) }
}
