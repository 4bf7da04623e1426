//! The file that a launch executes, found before any secret is read, and the mark that it gets.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use jackin_core::{
    Agent, EnvLayers, ExecPlan,
    plan::{ChildVar, Vars},
};

use super::{find, impostor, launches, program_file::ProgramFile};
use crate::{error::HostError, keys, os};

/// The file that a launch executes.
#[derive(Debug)]
pub struct Located {
    file: PathBuf,
    needs_shell: bool,
    /// None for a program that is no agent, such as a container runtime's client.
    mark: Option<OsString>,
}

/// Finds the file of a plan's program on this path. `vars` are the launching process's.
///
/// # Errors
/// A program that is not there or is not executable, or is another one of the agent's name; a launch
/// that would lead to itself.
pub fn locate(plan: &ExecPlan, vars: &Vars, path: Option<&OsStr>) -> Result<Located, HostError> {
    let configured = plan.program_source.as_ref().and(plan.program.to_str());
    let expanded = configured.map(|program| os::expanded(vars, program).into_owned());
    let file = find(expanded.as_ref().map_or(&*plan.program, |path| path.as_os_str()), path)?;
    impostor::refuse(plan, &file)?;
    let mark = Some(launches::next(&file, plan, vars)?);
    Ok(Located { file, needs_shell: false, mark })
}

/// Whether a program may be this agent, or a script that starts it. A compiled program whose path has
/// nothing of the agent's name is not.
#[must_use]
pub fn can_be(agent: &Agent, program: &OsStr, path: Option<&OsStr>) -> bool {
    let is_named = |path: &Path| path.to_string_lossy().to_lowercase().contains(&*agent.program);
    let Ok(file) = find(program, path) else { return true };
    is_named(&file)
        || !ProgramFile::open(&file).is_binary()
        || (file.is_symlink() && file.canonicalize().is_ok_and(|real| is_named(&real)))
}

/// The file of an agent's program: the one that the configuration names, else the one on this path.
///
/// # Errors
/// A program that is not there or is not executable.
pub fn find_agent(agent: &Agent, layers: &EnvLayers, vars: &Vars) -> Result<PathBuf, HostError> {
    let configured = layers.programs.get(&agent.id);
    let program = configured.map(|program| os::expanded(vars, &program.value));
    let program = program.as_deref().unwrap_or(Path::new(&*agent.program));
    find(program.as_os_str(), os::var(vars, "PATH"))
}

impl Located {
    /// A program that is started in the agent's place and starts it elsewhere.
    #[must_use]
    pub const fn client(file: PathBuf) -> Self {
        Self { file, needs_shell: false, mark: None }
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Whether it is a script that names no interpreter, which is the shell's. A system's exec refuses
    /// those; whoever can exec again has no need to know before.
    pub(super) const fn needs_shell(&self) -> bool {
        self.needs_shell
    }

    /// The same, told whether it needs a shell, for who cannot try again.
    pub(super) fn told(mut self) -> Self {
        self.needs_shell = cfg!(unix) && ProgramFile::open(&self.file).is_plain_text();
        self
    }

    /// The child's variables with the mark of this launch, and without those of helpers.
    pub(super) fn marked<'a>(&'a self, mut env: Vec<ChildVar<'a>>) -> Vec<ChildVar<'a>> {
        let marks = [launches::VARIABLE, keys::VARIABLE];
        env.retain(|(name, _)| !marks.iter().any(|mark| name == mark));
        env.extend(
            self.mark
                .as_ref()
                .map(|mark| (OsStr::new(launches::VARIABLE), mark.as_os_str().into())),
        );
        env
    }
}
