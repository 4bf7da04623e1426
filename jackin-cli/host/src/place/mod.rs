//! Where a launch happens: the process's environment, the configuration directory, the workspace of the
//! current directory, and the variables inside a container. The only reader of any of them; it decides
//! nothing about keys, and writes nothing.

mod container;
mod workspace_discovery;

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use jackin_core::{
    Config, Document, EnvLayers, EnvName, HostVar, NameOrigin, Registry, Unknown, WorkspaceName,
    plan::Vars,
};

use crate::{
    error::HostError,
    os::{self, HOME, TextFile, read_file},
};

pub use container::{ClientAnswer, ClientQuestion, ask_client};

/// The environment of the process and the configuration directory: all that a launch depends on and
/// the core must be told.
pub struct Ambient {
    vars: Vec<(OsString, OsString)>,
    root: Option<Root>,
    registry: Registry,
}

impl AsRef<Vars> for Ambient {
    fn as_ref(&self) -> &Vars {
        &self.vars
    }
}

/// The configuration directory, and where it was named, if it was.
struct Root {
    dir: PathBuf,
    named: Option<NameOrigin>,
}

impl Ambient {
    /// Reads the environment and finds the configuration directory: this one, else
    /// `JACKIN_CONFIG_DIR`, else `jackin` in the user's directory for configurations.
    #[must_use]
    pub fn read(config_dir: Option<PathBuf>) -> Self {
        let mut ambient = Self {
            vars: std::env::vars_os().collect(),
            root: None,
            registry: Registry::built_in(),
        };
        ambient.root = ambient.find_root(config_dir);
        ambient
    }

    /// The same with the agents and providers of this registry in the place of the built-in ones, for a
    /// program that adds its own.
    #[must_use]
    pub fn with_registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// The agents and providers that the configuration is read with.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The layers for a workspace and a role: the ones named here, else in `JACKIN_WORKSPACE` and
    /// `JACKIN_ROLE`, else the workspace that holds the current directory and the default role.
    /// Exported keys lie below them all, and `~/` is the home directory in values that name a directory.
    ///
    /// # Errors
    /// Files that cannot be read or understood; names that are not known.
    pub fn layers(
        &self,
        workspace: Option<&str>,
        role: Option<&str>,
    ) -> Result<EnvLayers, HostError> {
        let workspace = self.asked(workspace, "JACKIN_WORKSPACE")?;
        let role = self.asked(role, "JACKIN_ROLE")?;
        let layers = self.config(workspace)?.layers(role)?;
        let layers = layers.with_environment(|name| self.host(name));
        let home = self.home().and_then(|home| home.into_os_string().into_string().ok());
        Ok(match home {
            Some(home) => layers.with_home(&home),
            None => layers,
        })
    }

    /// All variables of the process, as they were when this was read.
    #[must_use]
    pub fn vars(&self) -> &Vars {
        &self.vars
    }

    /// A variable; of two with one name the first, as programs read it.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        os::var(&self.vars, name)
    }

    /// Whether a variable is set, and the reference that it holds, if it holds one.
    #[must_use]
    pub fn host(&self, name: &EnvName) -> HostVar {
        match self.var(name.as_str()).map(|value| value.to_str()) {
            None => HostVar::Unset,
            Some(text) => HostVar::of(name, Some(text.unwrap_or("not UTF-8"))),
        }
    }

    /// What was asked for: the argument, else the variable unless it is empty.
    ///
    /// # Errors
    /// A variable that is not UTF-8.
    pub fn asked<'a>(
        &'a self,
        argument: Option<&'a str>,
        variable: &'static str,
    ) -> Result<Option<(&'a str, NameOrigin)>, HostError> {
        if let Some(text) = argument {
            return Ok(Some((text, NameOrigin::Argument)));
        }
        let Some(value) = self.var(variable).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let text = value.to_str().ok_or(HostError::NotText { variable })?;
        Ok(Some((text, NameOrigin::Variable(variable))))
    }

    /// A variable that holds a path, unless it is empty.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        os::path(&self.vars, name)
    }

    /// The home directory, if it is absolute.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        os::home(&self.vars)
    }

    fn find_root(&self, config_dir: Option<PathBuf>) -> Option<Root> {
        const VARIABLE: &str = "JACKIN_CONFIG_DIR";
        let root = |dir: Option<PathBuf>, named| dir.map(|dir| Root { dir, named });
        let config = || self.xdg("XDG_CONFIG_HOME", ".config");
        root(config_dir, Some(NameOrigin::Argument))
            .or_else(|| root(self.path(VARIABLE), Some(NameOrigin::Variable(VARIABLE))))
            .or_else(|| root(Some(config()?.join("jackin")), None))
    }

    /// The configuration directory, whether or not it is there. An argument may name it by a relative
    /// path; a variable, which is exported once for many directories, may not.
    fn dir(&self) -> Result<Option<&Path>, HostError> {
        match &self.root {
            Some(Root { dir, named: Some(NameOrigin::Variable(variable)) })
                if dir.is_relative() =>
            {
                Err(HostError::RelativeConfigDir { variable, dir: dir.clone() })
            }
            root => Ok(root.as_ref().map(|root| root.dir.as_path())),
        }
    }

    /// Fails where somebody named a directory that is none: going on without it would mean another
    /// provider, or another key, than was meant.
    fn check_root(&self) -> Result<(), HostError> {
        self.dir()?;
        match &self.root {
            Some(Root { dir, named: Some(named) }) if !dir.is_dir() => {
                Err(HostError::MissingConfigDir { dir: dir.clone(), named: named.clone() })
            }
            _ => Ok(()),
        }
    }

    /// A file of the configuration. Only where it cannot be had the directory is looked at.
    fn read_in_root(&self, path: &Path) -> Result<Option<TextFile>, HostError> {
        os::trusted(path)?;
        let file = read_file(path);
        if !matches!(file, Ok(Some(_))) {
            self.check_root()?;
        }
        file
    }

    /// The configuration directory, whether or not it is there yet.
    ///
    /// # Errors
    /// [`HostError::NoConfigDir`], without a home directory.
    pub fn root_to_write(&self) -> Result<&Path, HostError> {
        self.dir()?.ok_or(HostError::NoConfigDir { home: HOME })
    }

    /// The file of a workspace, or the global one, whether or not it is there yet.
    ///
    /// # Errors
    /// [`HostError::NoConfigDir`], without a home directory.
    pub fn file(&self, workspace: Option<&WorkspaceName>) -> Result<PathBuf, HostError> {
        let root = self.root_to_write()?;
        Ok(workspace.map_or_else(|| root.join("config.toml"), |name| workspace_file(root, name)))
    }

    /// The names and texts of the files that count for a workspace, the most specific first.
    ///
    /// # Errors
    /// A file that cannot be read; a named configuration directory that is not there.
    pub fn files(&self, workspace: Option<&WorkspaceName>) -> Result<Vec<TextFile>, HostError> {
        let Some(root) = self.dir()? else { return Ok(Vec::new()) };
        let own = workspace.map(|name| workspace_file(root, name));
        let paths = own.into_iter().chain([root.join("config.toml")]);
        paths.filter_map(|path| self.read_in_root(&path).transpose()).collect()
    }

    /// The directory for what the program may forget: `$XDG_STATE_HOME/jackin`, else
    /// `~/.local/state/jackin`.
    #[must_use]
    pub fn state_dir(&self) -> Option<PathBuf> {
        Some(self.xdg("XDG_STATE_HOME", ".local/state")?.join("jackin"))
    }

    /// A directory of the user's: the one that is named, if by an absolute path, else the usual one.
    fn xdg(&self, name: &str, usual: &str) -> Option<PathBuf> {
        let named = self.path(name).filter(|dir| dir.is_absolute());
        named.or_else(|| self.home().map(|home| home.join(usual)))
    }

    /// The configuration directory after all links, if it is there.
    #[must_use]
    pub fn config_dir(&self) -> Option<PathBuf> {
        self.root.as_ref().and_then(|root| fs::canonicalize(&root.dir).ok())
    }

    /// The configuration for a workspace: the one asked for, else the one that holds the current
    /// directory, else none.
    ///
    /// # Errors
    /// Files that cannot be read or understood; a workspace that is not known, or two of this directory.
    pub fn config(&self, asked: Option<(&str, NameOrigin)>) -> Result<Config, HostError> {
        let global = self.global()?;
        let workspace = match asked {
            Some((name, given)) => Some(self.named_workspace(name, given)?),
            None => self.workspace_here()?,
        };
        Ok(Config { registry: self.registry.clone(), global, workspace })
    }

    /// What `config.toml` says.
    ///
    /// # Errors
    /// A file that cannot be read or understood.
    pub fn global(&self) -> Result<Option<Document>, HostError> {
        let file = match self.dir()? {
            Some(root) => self.read_in_root(&root.join("config.toml"))?,
            None => None,
        };
        let Some(file) = file else { return Ok(None) };
        let document = Document::global(file.name(), file.text())?;
        Ok(Some(document.checked(&self.registry)?))
    }

    /// A workspace by its name.
    ///
    /// # Errors
    /// A workspace that is not known; a file that cannot be read or understood.
    pub fn named_workspace(
        &self,
        name: &str,
        given: NameOrigin,
    ) -> Result<(WorkspaceName, Document), HostError> {
        if let (Ok(name), Some(root)) = (name.parse::<WorkspaceName>(), self.dir()?)
            && let Some(file) = self.read_in_root(&workspace_file(root, &name))?
        {
            let document = Document::workspace(file.name(), file.text())?;
            return Ok((name, document.checked(&self.registry)?));
        }
        let known = self.workspaces()?;
        let known = known.iter().map(WorkspaceName::as_str);
        Err(Unknown::new("workspace", name, given, known).into())
    }

    /// A path with the home directory for a `~` at its beginning.
    #[must_use]
    pub fn expanded<'a>(&self, text: &'a str) -> Cow<'a, Path> {
        os::expanded(&self.vars, text)
    }

    fn workspaces_dir(&self) -> Result<Option<PathBuf>, HostError> {
        Ok(self.dir()?.map(|root| root.join("workspaces")))
    }

    /// Every workspace, by name.
    ///
    /// # Errors
    /// A directory that cannot be read; a named configuration directory that is not there.
    pub fn workspaces(&self) -> Result<Vec<WorkspaceName>, HostError> {
        self.check_root()?;
        self.listed()
    }

    /// Every workspace of a configuration directory that is there, by name.
    fn listed(&self) -> Result<Vec<WorkspaceName>, HostError> {
        let Some(dir) = self.workspaces_dir()? else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !dir.is_symlink() => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(HostError::read_failed(&dir, error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| HostError::read_failed(&dir, error))?;
            let file = entry.file_name();
            let stem = file.to_str().and_then(|name| name.strip_suffix(".toml"));
            names.extend(stem.and_then(|stem| stem.parse::<WorkspaceName>().ok()));
        }
        names.sort();
        Ok(names)
    }
}

fn workspace_file(root: &Path, name: &WorkspaceName) -> PathBuf {
    root.join("workspaces").join(format!("{name}.toml"))
}
