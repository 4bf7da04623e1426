//! Version managers whose shims stand in the place of the tools that they manage. A shim sets variables
//! of its own before it starts the tool, so what it starts is not what a plan says. A shim is told by
//! what it is: a link to the manager, a script that the manager has written, or a file among its shims.

use std::{
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
};

use super::{program_file::ProgramFile, shim_script};
use crate::os;

/// A version manager.
#[derive(Debug)]
pub(super) struct Manager {
    /// The name of its program.
    pub(super) name: &'static str,
    /// The programs to which its shims are links.
    links: &'static [&'static str],
    /// A file that is beside its shims, where these are copies of one program.
    beside: Option<&'static str>,
    /// Its subcommands that start a tool, by which its scripts are known.
    pub(super) runs: &'static [&'static str],
    /// Its subcommand that prints the file of a tool, which is named after it.
    pub(super) which: &'static str,
    /// The variable that names its directory, where its scripts set one.
    pub(super) root: Option<&'static str>,
    /// Whether its shim starts the next program of that name on PATH where it has none itself.
    pub(super) falls_through: bool,
}

const NONE: Manager = Manager {
    name: "",
    links: &[],
    beside: None,
    runs: &["exec"],
    which: "which",
    root: None,
    falls_through: false,
};

/// mise was measured in version 2026.9.15, asdf in 0.15.0, nodenv and pyenv in their newest; volta and
/// proto were read in their sources. fnm, nvm and nvm-windows have no shims: they change PATH.
pub(super) static MANAGERS: [Manager; 6] = [
    Manager {
        name: "mise",
        links: &["mise", "rtx"],
        runs: &["exec", "x"],
        falls_through: true,
        ..NONE
    },
    Manager { name: "asdf", ..NONE },
    Manager { name: "nodenv", root: Some("NODENV_ROOT"), ..NONE },
    Manager { name: "pyenv", root: Some("PYENV_ROOT"), ..NONE },
    Manager { name: "volta", links: &["volta-shim"], runs: &["run"], ..NONE },
    Manager {
        name: "proto",
        links: &["proto-shim"],
        beside: Some("registry.json"),
        runs: &["run"],
        which: "bin",
        ..NONE
    },
];

/// The directory of a manager's shims, where these are copies.
const SHIMS: &str = "shims";

/// A file that starts a tool through its manager.
#[derive(Debug, Clone)]
pub(super) struct Shim {
    /// The file.
    pub(super) file: PathBuf,
    /// The manager.
    pub(super) manager: &'static Manager,
    /// The manager's program: a path, or a name to be found.
    pub(super) program: PathBuf,
    /// What its script sets as the manager's directory.
    pub(super) root: Option<String>,
    /// Whether it is a script that does more than that, which the tool's own file would not do.
    pub(super) does_more: bool,
}

impl Shim {
    /// Tells whether a file is a shim. `links` are the files that its links lead to.
    pub(super) fn of(file: &Path, head: &ProgramFile, links: &[PathBuf]) -> Option<Self> {
        by_link(file, links)
            .or_else(|| among_shims(file))
            .or_else(|| shim_script::recognised(file, head))
    }

    fn new(file: &Path, manager: &'static Manager, program: PathBuf) -> Self {
        Self { file: file.to_owned(), manager, program, root: None, does_more: false }
    }
}

impl fmt::Display for Shim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is a shim of {}", self.file.display(), self.manager.name)
    }
}

fn by_link(file: &Path, links: &[PathBuf]) -> Option<Shim> {
    let named = |manager: &Manager, path: &Path| {
        let name = path.file_stem().and_then(OsStr::to_str);
        name.is_some_and(|name| manager.links.contains(&name))
    };
    links.iter().find_map(|link| {
        let manager = MANAGERS.iter().find(|manager| named(manager, link))?;
        // The manager itself may be behind a link of its own name.
        (!named(manager, file)).then(|| {
            let own = link.file_stem().is_some_and(|name| name == manager.name || name == "rtx");
            let beside = || beside(link, manager.name);
            let program = if own { Some(link.clone()) } else { beside() };
            Shim::new(file, manager, program.unwrap_or_else(|| manager.name.into()))
        })
    })
}

/// Only where the directory is called so, the system is asked for more.
fn among_shims(file: &Path) -> Option<Shim> {
    let dir = file.parent().filter(|dir| dir.file_name().is_some_and(|name| name == SHIMS))?;
    let manager = MANAGERS
        .iter()
        .find(|manager| manager.beside.is_some_and(|beside| dir.join(beside).is_file()))?;
    let home = dir.parent().map(|home| home.join("bin").join("x"));
    let program = home.and_then(|home| beside(&home, manager.name));
    Some(Shim::new(file, manager, program.unwrap_or_else(|| manager.name.into())))
}

/// A program in the directory of another file.
fn beside(file: &Path, name: &str) -> Option<PathBuf> {
    let program = file.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}

/// The links that a file leads to, and the file in the end.
pub(super) fn followed(file: &Path) -> (Vec<PathBuf>, PathBuf) {
    let links: Vec<_> = os::links(file).collect();
    let real = links.last().cloned().unwrap_or_else(|| file.to_owned());
    (links, real)
}
