//! Every error of this crate, as data. No text here holds a secret or names a command of jackin: what
//! the user can type is the program's to say.

mod helper_problem;
mod read_problem;
mod untrusted;

use std::{
    borrow::Cow,
    io,
    path::{Path, PathBuf},
};

pub use untrusted::Untrusted;

use jackin_core::{
    AgentId, ConfigError, NameOrigin, SecretError, SecretRef, Unknown, WorkspaceName,
};

pub use self::{
    helper_problem::HelperProblem,
    read_problem::{FileKind, ReadProblem},
};

/// Any error of this crate. [`kind`](Self::kind) tells what to do about it,
/// [`advice`](Self::advice) what helps.
///
/// ```
/// use jackin_host::{Ambient, HostErrorKind};
///
/// let ambient = Ambient::read(Some("/nowhere".into()));
/// let error = ambient.layers(None, None).unwrap_err();
/// assert_eq!(error.kind(), HostErrorKind::File);
/// assert_eq!(error.to_string(), "no such directory: /nowhere");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// A configuration file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// While looking for the workspace of the current directory, a workspace's file that cannot be
    /// used was found. Another workspace can still be chosen by name.
    #[error(transparent)]
    Discovery(ConfigError),
    /// A workspace or a role is not known.
    #[error(transparent)]
    Unknown(Box<Unknown>),
    /// Two workspaces have the same directory.
    #[error("two workspaces have this directory as their `workdir`: `{one}` and `{other}`")]
    TwoWorkspaces {
        /// The first, by name.
        one: WorkspaceName,
        /// The second.
        other: WorkspaceName,
    },
    /// A variable that names something holds no text.
    #[error("`{variable}` is not UTF-8")]
    NotText {
        /// The variable.
        variable: &'static str,
    },
    /// Nothing says where the configuration directory is.
    #[error("there is no configuration directory: `{home}` is not set")]
    NoConfigDir {
        /// The variable that names the home directory on this system.
        home: &'static str,
    },
    /// The configuration directory that was named is not there. Going on without it could mean another
    /// provider or another key than was meant.
    #[error("no such directory: {}{named}", .dir.display())]
    MissingConfigDir {
        /// The directory.
        dir: PathBuf,
        /// Where it was named.
        named: NameOrigin,
    },
    /// A variable names the configuration directory by a relative path, which would be another one
    /// wherever the program is started.
    #[error("`{variable}` is not an absolute path: {}", .dir.display())]
    RelativeConfigDir {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        dir: PathBuf,
    },
    /// The current directory cannot be told.
    #[error("the current directory cannot be told: {0}")]
    CurrentDir(#[source] io::Error),
    /// This program's own file cannot be told.
    #[error("cannot find this program: {0}")]
    OwnProgram(#[source] io::Error),
    /// A file or a directory of the configuration cannot be read.
    #[error("cannot read {}: {problem}", .path.display())]
    Read {
        /// The file or the directory.
        path: PathBuf,
        /// Why.
        problem: ReadProblem,
    },
    /// A file of the agent's own settings, or of its project, cannot be read, and the launch needs it.
    #[error("cannot read the agent's settings in {}: {problem}", .path.display())]
    AgentSettings {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: ReadProblem,
    },
    /// A file cannot be written. Nothing was changed.
    #[error("cannot write {}: {error}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// A directory cannot be locked for writing. Nothing was changed.
    #[error("cannot lock {}: {error}", .path.display())]
    Lock {
        /// What holds the lock: the directory, or a file in it.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// Another program holds a directory locked for too long. Nothing was changed.
    #[error("another program holds {} locked", .path.display())]
    Locked {
        /// What holds the lock: the directory, or a file in it.
        path: PathBuf,
    },
    /// A file was changed by another program again and again. Nothing was changed by this one.
    #[error("another program keeps changing {}", .path.display())]
    Unsettled {
        /// The file.
        path: PathBuf,
    },
    /// A file or a directory could be changed by another user.
    #[error("{} cannot be trusted: {problem}", .path.display())]
    Untrusted {
        /// What is to be read or written.
        path: PathBuf,
        /// Whose it is, and what others may do with it.
        problem: Untrusted,
    },
    /// An entry of the system's keyring cannot be changed.
    #[error("cannot change {entry}: {error}")]
    Keyring {
        /// The entry.
        entry: Box<SecretRef>,
        /// Why.
        #[source]
        error: SecretError,
    },
    /// A program that was asked something gave no answer.
    #[error("`{name}` {problem}")]
    Helper {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        problem: HelperProblem,
    },
    /// The name of the program is empty.
    #[error("no program is named")]
    NoProgram,
    /// There is no such file.
    #[error("no such program: {program}")]
    NoSuchProgram {
        /// The path that was given.
        program: String,
    },
    /// No directory of PATH has such a program.
    #[error("`{program}` is not on PATH")]
    NotOnPath {
        /// The name.
        program: String,
    },
    /// The only program of that name starts this one again.
    #[error("of `{program}` there is only {} on PATH, which starts jackin", .file.display())]
    OnlySelf {
        /// The name.
        program: String,
        /// The first file of that name.
        file: PathBuf,
    },
    /// A program leads back to the launch that started it.
    #[error("{} starts jackin again, after {launches} launches that led one into another\n  {chain}", .file.display())]
    Loop {
        /// The program.
        file: PathBuf,
        /// How many launches there were before.
        launches: u32,
        /// The processes, for people.
        chain: String,
    },
    /// The program is called like the agent and is another one, which the redirect does not hold.
    #[error("{} is {name}, not the agent `{agent}`: {because}", .file.display())]
    Impostor {
        /// The program.
        file: PathBuf,
        /// The agent.
        agent: AgentId,
        /// What it is.
        name: Cow<'static, str>,
        /// What would happen, as the end of a sentence.
        because: Cow<'static, str>,
    },
    /// The program is started through a version manager, and which one it starts cannot be told.
    #[error("{} is a shim of {manager}, which sets variables of its own after jackin: {why}", .file.display())]
    Shim {
        /// The program that was found.
        file: PathBuf,
        /// The manager.
        manager: &'static str,
        /// Why the program behind it is not known.
        why: String,
    },
    /// An administrator's settings send the launch elsewhere.
    #[error("{} beats what jackin sets for `{agent}`: {what}", .file.display())]
    AdminSettings {
        /// The file.
        file: PathBuf,
        /// The agent that reads it.
        agent: AgentId,
        /// Its keys, and what each does.
        what: String,
    },
    /// A file is there, and is no program.
    #[error("{} is not an executable file", .file.display())]
    NotExecutable {
        /// The file.
        file: PathBuf,
    },
    /// The system refuses to execute a program.
    #[error("cannot execute {}: {}", .program.display(), exec_reason(.error))]
    Exec {
        /// The program's file.
        program: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The arguments and the environment are larger than the system takes.
    #[error("cannot execute {}: {size}", .program.display())]
    TooLarge {
        /// The program's file.
        program: PathBuf,
        /// What is large, by names and sizes.
        size: Box<str>,
        /// What makes it smaller.
        advice: &'static str,
    },
}

/// What kind of thing went wrong; stable, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostErrorKind {
    /// A name, on the command line or in a variable, is unknown or ambiguous.
    Usage,
    /// A configuration file is wrong.
    Config,
    /// A file or a directory cannot be read or written.
    File,
    /// A secret cannot be kept.
    Secret,
    /// The agent's program was not found.
    NotFound,
    /// The agent's program is there and cannot be executed.
    NotExecutable,
    /// The program is another one than the agent.
    Impostor,
    /// The launch would lead to itself.
    Loop,
    /// What a plan says would not hold.
    Unheld,
    /// An argument cannot be given to any program.
    Argument,
    /// The system refuses something else.
    System,
}

impl From<Unknown> for HostError {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(Box::new(unknown))
    }
}

impl HostError {
    pub(crate) fn read(path: &Path, problem: ReadProblem) -> Self {
        Self::Read { path: path.to_owned(), problem }
    }

    pub(crate) fn read_failed(path: &Path, error: io::Error) -> Self {
        Self::read(path, ReadProblem::System(error))
    }

    /// What kind of error this is.
    #[must_use]
    pub fn kind(&self) -> HostErrorKind {
        match self {
            Self::Config(_) | Self::Discovery(_) => HostErrorKind::Config,
            Self::Unknown(_)
            | Self::TwoWorkspaces { .. }
            | Self::NotText { .. }
            | Self::AgentSettings { .. }
            | Self::RelativeConfigDir { .. } => HostErrorKind::Usage,
            Self::NoConfigDir { .. }
            | Self::MissingConfigDir { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Lock { .. }
            | Self::Locked { .. }
            | Self::Unsettled { .. }
            | Self::Untrusted { .. } => HostErrorKind::File,
            Self::Keyring { .. } => HostErrorKind::Secret,
            Self::NoProgram
            | Self::NoSuchProgram { .. }
            | Self::NotOnPath { .. }
            | Self::OnlySelf { .. } => HostErrorKind::NotFound,
            Self::Impostor { .. } => HostErrorKind::Impostor,
            Self::Loop { .. } => HostErrorKind::Loop,
            Self::Shim { .. } | Self::AdminSettings { .. } => HostErrorKind::Unheld,
            Self::Exec { error, .. } if holds_nul(error) => HostErrorKind::Argument,
            Self::NotExecutable { .. } | Self::Exec { .. } | Self::TooLarge { .. } => {
                HostErrorKind::NotExecutable
            }
            Self::CurrentDir(_) | Self::OwnProgram(_) | Self::Helper { .. } => {
                HostErrorKind::System
            }
        }
    }

    /// What the user can do about it, where that does not depend on the program.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let text = match self {
            Self::Keyring { error, .. } => return error.hint.clone(),
            Self::NotExecutable { file } => {
                return Some(format!(
                    "`chmod +x {}` makes it one, if it is a program",
                    file.display()
                ));
            }
            Self::RelativeConfigDir { .. } => {
                Some("give it the whole path, without `~`; an empty one counts as unset")
            }
            Self::CurrentDir(_) => Some("it may have been removed: change to one that is there"),
            Self::Read { problem, .. } => problem.advice(),
            Self::AgentSettings { .. } => {
                Some("name a readable file of at most 16 MiB, or write the JSON in its place")
            }
            Self::Write { error, .. } | Self::Lock { error, .. } => Some(write_advice(error)),
            Self::Untrusted { problem, .. } => return Some(problem.advice()),
            Self::Unsettled { .. } => Some("nothing was changed; try again once it is done"),
            Self::Locked { .. } => Some("nothing was changed; try again"),
            Self::Helper { problem: HelperProblem::Late(_), .. } => {
                Some("start it yourself, to see what it waits for")
            }
            Self::Helper { problem, .. } => problem.advice(),
            Self::Exec { error, .. } => exec_advice(error),
            Self::TooLarge { advice, .. } => Some(*advice),
            _ => None,
        };
        text.map(str::to_owned)
    }
}

/// What to do about a file that could not be written.
fn write_advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "nothing was changed; make room, and try again"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "nothing was changed; you must be able to write in that directory"
        }
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            "nothing was changed; a directory is needed there: move away what stands in its place"
        }
        _ => "nothing was changed",
    }
}

fn exec_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "the interpreter in its first line, or a library, is missing".to_owned()
        }
        _ if holds_nul(error) => "an argument holds a NUL".to_owned(),
        _ => error.to_string(),
    }
}

/// Elsewhere it may also be what a batch file would misread, which the error says.
fn holds_nul(error: &io::Error) -> bool {
    cfg!(unix) && error.kind() == io::ErrorKind::InvalidInput
}

fn exec_advice(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            Some("it, or the interpreter in its first line, may not be executed there")
        }
        io::ErrorKind::NotFound | io::ErrorKind::InvalidInput => None,
        _ => exhausted(error),
    }
}

/// A number of bytes in whole units.
fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

/// What helps where the system gives no more processes, threads or open files.
pub(crate) fn exhausted(error: &io::Error) -> Option<&'static str> {
    // Too many open files, on every Unix, has no kind.
    let open_files = error.raw_os_error() == Some(24);
    let spent = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory);
    (open_files || spent).then_some("end other programs, or raise what `ulimit -a` shows")
}
