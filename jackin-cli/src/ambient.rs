//! What surrounds the launch: the process's environment, its directory, the configuration files.
//! The only reader of either; it decides nothing about keys.

mod files;
mod here;

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use jackin_core::{
    Config, Document, EnvLayers, EnvName, HostVar, NameOrigin, Unknown, WorkspaceName,
    export::Shell,
};

use crate::failure::{FAILED, Failure, USAGE};

pub(crate) use files::read_file;
use files::{File, failed};

/// The variable that names the home directory.
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// The environment of the process and the configuration directory: all that a launch depends on and
/// the core must be told.
pub struct Ambient {
    pub(crate) vars: Vec<(OsString, OsString)>,
    root: Option<Root>,
}

/// The configuration directory, and who named it, if somebody did.
struct Root {
    dir: PathBuf,
    by: Option<&'static str>,
}

impl Ambient {
    /// Reads the environment and finds the configuration directory: this one, else
    /// `JACKIN_CONFIG_DIR`, else `jackin` in the user's directory for configurations.
    #[must_use]
    pub fn read(config_dir: Option<PathBuf>) -> Self {
        let mut ambient = Self { vars: std::env::vars_os().collect(), root: None };
        ambient.root = ambient.find_root(config_dir);
        ambient
    }

    /// The layers for a workspace and a role: the ones named here, else in `JACKIN_WORKSPACE` and
    /// `JACKIN_ROLE`, else the workspace that holds the current directory and the default role.
    /// Exported keys lie below them all.
    ///
    /// # Errors
    /// Files that cannot be read or understood; names that are not known.
    pub fn layers(
        &self,
        workspace: Option<&str>,
        role: Option<&str>,
    ) -> Result<EnvLayers, Failure> {
        let workspace = self.asked(workspace, "JACKIN_WORKSPACE")?;
        let role = self.asked(role, "JACKIN_ROLE")?;
        let layers = self.config(workspace)?.layers(role)?;
        Ok(layers.with_environment(|name| self.host(name)))
    }

    /// Whether the process has a variable, for what must be known before anything is read.
    #[cfg(feature = "manual")]
    pub(crate) fn is_set(name: &str) -> bool {
        std::env::var_os(name).is_some()
    }

    /// A variable; of two with one name the first, as programs read it.
    pub(crate) fn var(&self, name: &str) -> Option<&OsStr> {
        self.vars.iter().find(|(known, _)| is_name(known, name)).map(|(_, value)| value.as_os_str())
    }

    /// Whether a variable is set, without looking further.
    pub(crate) fn host(&self, name: &EnvName) -> HostVar {
        match self.var(name.as_str()) {
            None => HostVar::Unset,
            Some(value) if value.as_encoded_bytes().trim_ascii().is_empty() => HostVar::Blank,
            Some(_) => HostVar::Set,
        }
    }

    /// What was asked for: the argument, else the variable unless it is empty.
    pub(crate) fn asked<'a>(
        &'a self,
        argument: Option<&'a str>,
        variable: &'static str,
    ) -> Result<Option<(&'a str, NameOrigin)>, Failure> {
        if let Some(text) = argument {
            return Ok(Some((text, NameOrigin::Argument)));
        }
        let Some(value) = self.var(variable).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let text = value
            .to_str()
            .ok_or_else(|| Failure::new(USAGE, format!("`{variable}` is not UTF-8")))?;
        Ok(Some((text, NameOrigin::Variable(variable))))
    }

    /// The shell that asks: the program that started this one, where the system tells and it is a
    /// shell, else the one in `SHELL`.
    pub(crate) fn shell(&self) -> Shell {
        let usual = if cfg!(windows) { Shell::Pwsh } else { Shell::Sh };
        let named = || Shell::of_program(&self.path("SHELL")?);
        parent_shell().or_else(named).unwrap_or(usual)
    }

    /// The file that a step of GitHub Actions leaves variables in.
    pub(crate) fn github_env(&self) -> Result<PathBuf, Failure> {
        self.path("GITHUB_ENV").ok_or_else(|| {
            Failure::new(FAILED, "`GITHUB_ENV` is not set")
                .hint("`--format github` is for a step of GitHub Actions")
        })
    }

    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.var(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// The home directory. A relative one would make every directory somebody's home.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.path(HOME).filter(|home| home.is_absolute())
    }

    fn find_root(&self, config_dir: Option<PathBuf>) -> Option<Root> {
        let named = |dir: Option<PathBuf>, by| dir.map(|dir| Root { dir, by: Some(by) });
        let config = || self.xdg("XDG_CONFIG_HOME", ".config");
        named(config_dir, "--config-dir")
            .or_else(|| named(self.path("JACKIN_CONFIG_DIR"), "JACKIN_CONFIG_DIR"))
            .or_else(|| Some(Root { dir: config()?.join("jackin"), by: None }))
    }

    /// The configuration directory, whether or not it is there.
    fn dir(&self) -> Option<&Path> {
        self.root.as_ref().map(|root| root.dir.as_path())
    }

    /// Fails where somebody named a directory that is none: going on without it would mean another
    /// provider, or another key, than was meant.
    fn check_root(&self) -> Result<(), Failure> {
        match &self.root {
            Some(Root { dir, by: Some(by) }) if !dir.is_dir() => Err(Failure::new(
                FAILED,
                format!("no such directory: {} (from `{by}`)", dir.display()),
            )),
            _ => Ok(()),
        }
    }

    /// A file of the configuration. Only where it cannot be had the directory is looked at.
    fn read_in_root(&self, path: &Path) -> Result<Option<File>, Failure> {
        let file = read_file(path);
        if !matches!(file, Ok(Some(_))) {
            self.check_root()?;
        }
        file
    }

    /// The configuration directory, whether or not it is there yet.
    pub(crate) fn root_to_write(&self) -> Result<&Path, Failure> {
        self.dir().ok_or_else(|| {
            Failure::new(
                FAILED,
                format!("there is no configuration directory: `{HOME}` is not set"),
            )
            .hint("name one with `--config-dir DIR`")
        })
    }

    /// The file of a workspace, or the global one.
    pub(crate) fn file(&self, workspace: Option<&WorkspaceName>) -> Result<PathBuf, Failure> {
        let root = self.root_to_write()?;
        Ok(workspace.map_or_else(|| root.join("config.toml"), |name| workspace_file(root, name)))
    }

    /// The names and texts of the files that count for a workspace, the most specific first.
    pub(crate) fn files(&self, workspace: Option<&WorkspaceName>) -> Result<Vec<File>, Failure> {
        let Some(root) = self.dir() else { return Ok(Vec::new()) };
        let own = workspace.map(|name| workspace_file(root, name));
        let paths = own.into_iter().chain([root.join("config.toml")]);
        paths.filter_map(|path| self.read_in_root(&path).transpose()).collect()
    }

    /// Where the program keeps what it may forget.
    #[cfg(feature = "terminal")]
    pub(crate) fn state_dir(&self) -> Option<PathBuf> {
        Some(self.xdg("XDG_STATE_HOME", ".local/state")?.join("jackin"))
    }

    /// A directory of the user's: the one that is named, if by an absolute path, else the usual one.
    fn xdg(&self, name: &str, usual: &str) -> Option<PathBuf> {
        let named = self.path(name).filter(|dir| dir.is_absolute());
        named.or_else(|| self.home().map(|home| home.join(usual)))
    }

    /// The configuration directory, if there is one.
    pub(crate) fn config_dir(&self) -> Option<PathBuf> {
        self.root.as_ref().and_then(|root| fs::canonicalize(&root.dir).ok())
    }

    /// The current directory.
    pub(crate) fn here() -> Result<PathBuf, Failure> {
        std::env::current_dir().map_err(|error| {
            Failure::new(FAILED, format!("the current directory cannot be told: {error}"))
                .hint("it may have been removed: change to one that is there")
        })
    }

    /// This program's own file.
    pub(crate) fn program() -> Result<PathBuf, Failure> {
        std::env::current_exe()
            .map_err(|error| Failure::new(FAILED, format!("cannot find this program: {error}")))
    }

    /// The configuration for a workspace: the one asked for, else the one that holds the current
    /// directory, else none.
    pub(crate) fn config(&self, asked: Option<(&str, NameOrigin)>) -> Result<Config, Failure> {
        let global = self.global()?;
        let workspace = match asked {
            Some((name, given)) => Some(self.named_workspace(name, given)?),
            None => self.workspace_here()?,
        };
        Ok(Config { global, workspace, ..Config::default() })
    }

    /// What `config.toml` says.
    pub(crate) fn global(&self) -> Result<Option<Document>, Failure> {
        let file = match self.dir() {
            Some(root) => self.read_in_root(&root.join("config.toml"))?,
            None => None,
        };
        Ok(file.map(|(file, text)| Document::global(&file, &text)).transpose()?)
    }

    /// A workspace by its name.
    pub(crate) fn named_workspace(
        &self,
        name: &str,
        given: NameOrigin,
    ) -> Result<(WorkspaceName, Document), Failure> {
        if let (Ok(name), Some(root)) = (name.parse::<WorkspaceName>(), self.dir())
            && let Some((file, text)) = self.read_in_root(&workspace_file(root, &name))?
        {
            return Ok((name, Document::workspace(&file, &text)?));
        }
        let known = self.workspaces()?;
        let known = known.iter().map(WorkspaceName::as_str);
        Err(Unknown::new("workspace", name, given, known).into())
    }

    /// A path with the home directory in the place of `~`.
    pub(crate) fn expanded<'a>(&self, text: &'a str) -> Cow<'a, Path> {
        let home = text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
        match home.and_then(|rest| Some((rest, self.home()?))) {
            Some((rest, home)) => home.join(rest.trim_start_matches('/')).into(),
            None => Path::new(text).into(),
        }
    }

    fn workspaces_dir(&self) -> Option<PathBuf> {
        self.dir().map(|root| root.join("workspaces"))
    }

    /// Every workspace, by name.
    pub(crate) fn workspaces(&self) -> Result<Vec<WorkspaceName>, Failure> {
        self.check_root()?;
        self.listed()
    }

    /// Every workspace of a configuration directory that is there, by name.
    fn listed(&self) -> Result<Vec<WorkspaceName>, Failure> {
        let Some(dir) = self.workspaces_dir() else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !dir.is_symlink() => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(failed(&dir, &error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry.map_err(|error| failed(&dir, &error))?.file_name();
            let stem = file.to_str().and_then(|name| name.strip_suffix(".toml"));
            names.extend(stem.and_then(|stem| stem.parse::<WorkspaceName>().ok()));
        }
        names.sort();
        Ok(names)
    }
}

/// The shell that started this process, as Linux knows it. A script's shell is its interpreter, and a
/// shell that is a script itself is known by its name.
#[cfg(unix)]
fn parent_shell() -> Option<Shell> {
    let process = PathBuf::from(format!("/proc/{}", std::os::unix::process::parent_id()));
    let program = fs::read_link(process.join("exe")).ok();
    program.and_then(|program| Shell::of_program(&program)).or_else(|| {
        let name = fs::read_to_string(process.join("comm")).ok()?;
        Shell::of_program(name.trim_end().as_ref())
    })
}

#[cfg(not(unix))]
fn parent_shell() -> Option<Shell> {
    None
}

/// Whether this is how the system writes the name of a variable: Windows says `Path` for `PATH`.
pub(crate) fn is_name(known: &OsStr, name: &str) -> bool {
    if cfg!(windows) { known.eq_ignore_ascii_case(name) } else { known == name }
}

fn workspace_file(root: &Path, name: &WorkspaceName) -> PathBuf {
    root.join("workspaces").join(format!("{name}.toml"))
}
