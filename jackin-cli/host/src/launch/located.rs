//! The file that a launch executes, found before any secret is read, and the mark that it gets.

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use jackin_core::{
    Agent, EnvLayers, ExecPlan, Guard,
    agent::Version,
    plan::{ChildVar, ResolvedProgram, Vars},
};

use super::{
    find, impostor,
    interpreter::{self, Interpreter},
    launches,
    managers::Shim,
    program_file::ProgramFile,
    real_program::{self, RealProgram},
    version,
    wrapper_script::{self, ChangingLine},
};
use crate::{error::HostError, os};

/// The file that a launch executes.
#[derive(Debug, Default)]
pub struct Located {
    file: PathBuf,
    /// The file that its links lead to.
    real: PathBuf,
    is_binary: bool,
    interpreter: Option<Interpreter>,
    needs_shell: bool,
    /// None for a program that is no agent, such as a container runtime's client.
    mark: Option<OsString>,
    resolved: Option<ResolvedProgram>,
    /// Shims that the caller lets through.
    unheld: Vec<HostError>,
    changing: Vec<ChangingLine>,
    /// The version of a package, once it was asked for.
    version: OnceLock<Result<Option<Version>, HostError>>,
}

/// Finds the file of a plan's program on this path, and marks the launch. `vars` are the launching
/// process's.
///
/// # Errors
/// As for [`seek`]; a launch that would lead to itself.
pub fn locate(plan: &ExecPlan, vars: &Vars, path: Option<&OsStr>) -> Result<Located, HostError> {
    seek(plan, vars, path)?.counted(plan, vars)
}

/// Finds the file of a plan's program on this path: the real program, where the first file of that name
/// is the shim of a version manager. That manager is asked for it.
///
/// # Errors
/// A program that is not there or is not executable, or is another one of the agent's name; unless the
/// plan's guard is off, a shim that leads to no program.
pub fn seek(plan: &ExecPlan, vars: &Vars, path: Option<&OsStr>) -> Result<Located, HostError> {
    let configured = plan.program_source.as_ref().and(plan.program.to_str());
    let expanded = configured.map(|program| os::expanded(vars, program).into_owned());
    let program = expanded.as_ref().map_or(&*plan.program, |path| path.as_os_str());
    let counts = |name: &str| plan.is_steered_by(name);
    let found = seek_program(program, vars, path, plan.guard, counts)?;
    impostor::refuse(plan, found.file())?;
    Ok(found)
}

/// The same for an agent: the program that the configuration names, else the one on PATH.
///
/// # Errors
/// As for [`seek`].
pub fn seek_agent(agent: &Agent, layers: &EnvLayers, vars: &Vars) -> Result<Located, HostError> {
    let program = program_of(agent, layers, vars);
    let counts = |name: &str| agent.is_steered_by(name);
    seek_program(program.as_os_str(), vars, os::var(vars, "PATH"), layers.guard, counts)
}

fn seek_program(
    program: &OsStr,
    vars: &Vars,
    path: Option<&OsStr>,
    guard: Guard,
    counts: impl Fn(&str) -> bool,
) -> Result<Located, HostError> {
    let lets_through = guard == Guard::Off;
    let mut real = real_program::search(program, path, vars, lets_through)?;
    let mut unheld: Vec<_> = real.unheld.take().into_iter().collect();
    let interpreter = match interpreter::of(&real, path, vars) {
        Ok(interpreter) => interpreter,
        Err(error) if lets_through => {
            unheld.push(error);
            None
        }
        Err(error) => return Err(error),
    };
    let resolved = resolved(&real, interpreter.as_ref());
    let RealProgram { file, linked: real, head, .. } = real;
    let is_binary = head.is_binary();
    let changing = wrapper_script::changing(&head, counts);
    let rest = Located::default();
    Ok(Located { file, real, is_binary, interpreter, resolved, unheld, changing, ..rest })
}

/// What is executed in the place of the program that was found, for people.
fn resolved(real: &RealProgram, interpreter: Option<&Interpreter>) -> Option<ResolvedProgram> {
    let shims = real.shims.iter().chain(interpreter.map(|found| &found.shim));
    let shims: Vec<_> = shims.map(Shim::to_string).collect();
    let program = match interpreter {
        Some(found) => format!("{} {}", found.file.display(), real.file.display()),
        None => real.file.display().to_string(),
    };
    let reason = format!("{}: it sets variables of its own", shims.join(", and "));
    (!shims.is_empty()).then(|| ResolvedProgram::new(program, reason))
}

/// The file of an agent's program: the one that the configuration names, else the one on this path.
///
/// # Errors
/// A program that is not there or is not executable.
pub fn find_agent(agent: &Agent, layers: &EnvLayers, vars: &Vars) -> Result<PathBuf, HostError> {
    find(program_of(agent, layers, vars).as_os_str(), os::var(vars, "PATH"))
}

fn program_of<'a>(agent: &'a Agent, layers: &'a EnvLayers, vars: &Vars) -> Cow<'a, Path> {
    let configured = layers.programs.get(&agent.id);
    let program = configured.map(|program| os::expanded(vars, &program.value));
    program.unwrap_or_else(|| Path::new(&*agent.program).into())
}

impl Located {
    /// The version of the program as the agent's package has it, read once.
    pub(super) fn version(&self, package: &str) -> &Result<Option<Version>, HostError> {
        self.version.get_or_init(|| version::of_file(&self.real, package))
    }

    /// A program that is started in the agent's place and starts it elsewhere.
    #[must_use]
    pub fn client(file: PathBuf) -> Self {
        Self { file, ..Self::default() }
    }

    /// The agent's file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What is executed in the place of the program that was found, if it is another file.
    #[must_use]
    pub const fn resolved(&self) -> Option<&ResolvedProgram> {
        self.resolved.as_ref()
    }

    /// What the user should know about the file.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let file = self.file.display();
        let changing = self.changing.iter().map(|line| {
            format!(
                "{file}:{} changes {line}: the agent gets that, not what the plan says",
                line.line
            )
        });
        self.unheld.iter().map(HostError::to_string).chain(changing).collect()
    }

    /// Shims that are started as they are, since the guard is off.
    #[must_use]
    pub fn unheld(&self) -> &[HostError] {
        &self.unheld
    }

    /// The lines in which the program, a script, changes variables that steer the agent.
    #[must_use]
    pub fn changing_lines(&self) -> &[ChangingLine] {
        &self.changing
    }

    /// Whether it may be this agent, or a script that starts it. A compiled program whose path has
    /// nothing of the agent's name is not.
    #[must_use]
    pub fn can_be(&self, agent: &Agent) -> bool {
        let is_named =
            |path: &Path| path.to_string_lossy().to_lowercase().contains(&*agent.program);
        let is_link = self.real != self.file;
        is_named(&self.file)
            || !self.is_binary
            || (is_link && self.file.canonicalize().is_ok_and(|real| is_named(&real)))
    }

    /// The same with the mark of a launch by this plan.
    ///
    /// # Errors
    /// A launch that would lead to itself.
    pub fn counted(mut self, plan: &ExecPlan, vars: &Vars) -> Result<Self, HostError> {
        self.mark = Some(launches::next(&self.file, plan, vars)?);
        Ok(self)
    }

    /// The file that the system executes.
    pub(super) fn executed(&self) -> &Path {
        self.interpreter.as_ref().map_or(&self.file, |interpreter| &interpreter.file)
    }

    /// The words before the agent's own arguments: by what name it is started, and what its interpreter
    /// needs, where that is started.
    pub(super) fn first_words<'a>(&'a self, name: &'a OsStr) -> Vec<&'a OsStr> {
        let Some(interpreter) = &self.interpreter else { return vec![name] };
        let words = interpreter.words.iter().map(OsString::as_os_str);
        words.chain([self.file.as_os_str()]).collect()
    }

    /// Whether it is a script that names no interpreter, which is the shell's. A system's exec refuses
    /// those; whoever can exec again has no need to know before.
    pub(super) const fn needs_shell(&self) -> bool {
        self.needs_shell
    }

    /// The same, told whether it needs a shell, for who cannot try again.
    pub(super) fn told(mut self) -> Self {
        self.needs_shell = cfg!(unix) && ProgramFile::open(self.executed()).is_plain_text();
        self
    }

    /// The child's variables with the mark of this launch, and without those of helpers.
    pub(super) fn marked<'a>(&'a self, mut env: Vec<ChildVar<'a>>) -> Vec<ChildVar<'a>> {
        let marks = [launches::VARIABLE, os::ASKING];
        env.retain(|(name, _)| !marks.iter().any(|mark| name == mark));
        env.extend(
            self.mark
                .as_ref()
                .map(|mark| (OsStr::new(launches::VARIABLE), mark.as_os_str().into())),
        );
        env
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
