//! The program behind a shim: what its manager answers when it is asked, in the launch's directory and
//! with the launch's variables.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use jackin_core::plan::Vars;

use super::{
    find::{find, first, is_path},
    managers::{self, Shim},
    program_file::ProgramFile,
};
use crate::{
    error::HostError,
    os::{self, Helper, ask, one_line},
};

/// How many shims may lead one to another.
const DEEPEST: usize = 4;

/// A program that is no shim.
#[derive(Debug)]
pub(super) struct RealProgram {
    /// Its file, as it is executed.
    pub(super) file: PathBuf,
    /// The file that its links lead to.
    pub(super) linked: PathBuf,
    /// How it begins.
    pub(super) head: ProgramFile,
    /// The shims that led to it, or that have no such program and were passed over.
    pub(super) shims: Vec<Shim>,
    /// Why it is a shim all the same, where the caller lets that through.
    pub(super) unheld: Option<HostError>,
}

/// A shim that does not lead to a program.
struct DeadEnd {
    shim: Shim,
    error: HostError,
}

/// The first program of this name, or at this path, behind whatever shims there are. Where `lets_through`
/// is set, a shim that leads to none is taken as it is.
///
/// # Errors
/// No such program; a shim that leads to none.
pub(super) fn search(
    program: &OsStr,
    path: Option<&OsStr>,
    vars: &Vars,
    lets_through: bool,
) -> Result<RealProgram, HostError> {
    let is_path = is_path(program);
    let mut passed = Vec::new();
    let found = first(program, path, |file, head| {
        let head = head.unwrap_or_else(|| ProgramFile::open(&file));
        match behind(file, head, vars) {
            Ok(real) => Ok(Some(real)),
            Err(end) if end.shim.manager.falls_through && !is_path => {
                passed.push(end);
                Ok(None)
            }
            Err(end) if lets_through => Ok(Some(as_it_is(*end))),
            Err(end) => Err(end.error),
        }
    });
    match found {
        Ok(mut real) => {
            real.shims.extend(passed.into_iter().map(|end| end.shim));
            Ok(real)
        }
        Err(error) if passed.is_empty() => Err(error),
        Err(_) if lets_through => Ok(as_it_is(*passed.swap_remove(0))),
        Err(_) => Err(passed.swap_remove(0).error),
    }
}

fn as_it_is(DeadEnd { shim, error }: DeadEnd) -> RealProgram {
    let head = ProgramFile::open(&shim.file);
    let (file, linked) = (shim.file.clone(), os::linked(&shim.file));
    RealProgram { file, linked, head, shims: Vec::new(), unheld: Some(error) }
}

/// What is behind a file, which may be no shim at all.
fn behind(
    mut file: PathBuf,
    mut head: ProgramFile,
    vars: &Vars,
) -> Result<RealProgram, Box<DeadEnd>> {
    let mut shims = Vec::new();
    loop {
        let (links, linked) = managers::followed(&file);
        let Some(shim) = Shim::of(&file, &head, &links) else {
            return Ok(RealProgram { file, linked, head, shims, unheld: None });
        };
        let name = file.file_name().unwrap_or_default().to_owned();
        let answer = match shims.len() < DEEPEST {
            true => shim.ask(&name, vars),
            false => Err("it leads from one shim to another".to_owned()),
        };
        match answer {
            Ok(next) => (head, file) = (ProgramFile::open(&next), next),
            Err(why) => return Err(Box::new(DeadEnd { error: shim.error(why), shim })),
        }
        shims.push(shim);
    }
}

impl Shim {
    /// Asks the manager for the file of a tool.
    ///
    /// # Errors
    /// Why there is no answer, as the end of a sentence. What the manager says stays unseen: it may
    /// quote a line of its settings.
    pub(super) fn ask(&self, tool: &OsStr, vars: &Vars) -> Result<PathBuf, String> {
        if self.does_more {
            return Err("it is a script that does more than that".to_owned());
        }
        let name = self.manager.name;
        let program = os::program(vars, &self.program)
            .ok_or_else(|| format!("`{name}` is not there to be asked for the program"))?;
        let args = [self.manager.which.as_ref(), tool];
        let mut helper = Helper::new(vars, name, &program, args);
        helper.command.env_clear().envs(vars.iter().map(|(name, value)| (name, value)));
        helper.command.envs(self.manager.root.zip(self.root.as_deref()));
        let asked = format!("{name} {} {}", self.manager.which, tool.display());
        let answer = ask(helper, &[])
            .map_err(|error| format!("`{asked}`: {}; run it here to see why", error.reason))?;
        let file = one_line(&answer).expose().to_owned();
        let file = Path::new(&file);
        let is_program = file.is_absolute() && *file != self.file;
        let file = is_program.then(|| find(file.as_os_str(), None).ok()).flatten();
        file.ok_or_else(|| format!("`{asked}` names no program"))
    }

    pub(super) fn error(&self, why: String) -> HostError {
        HostError::Shim { file: self.file.clone(), manager: self.manager.name, why }
    }
}
