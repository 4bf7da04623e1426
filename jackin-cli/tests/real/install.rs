//! The real agents, installed once from npm or PyPI at fixed versions. What the system may have of them is
//! never used.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use super::stage::wait;

/// Some hundred megabytes are fetched.
const LONGEST_INSTALL: Duration = Duration::from_secs(300);

/// A package with a program.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) program: &'static str,
    /// What the program says to `--version`.
    pub(crate) says: &'static str,
    /// The interpreter that it needs, where the system's may be too old.
    pub(crate) interpreter: Option<&'static Package>,
    registry: Registry,
    installed: OnceLock<Result<PathBuf, String>>,
}

#[derive(Clone, Copy)]
enum Registry {
    Npm,
    /// Into an environment of the Python that this variable names, else of `python3`.
    Pypi,
}

const PYTHON: &str = "JACKIN_TEST_PYTHON";

impl Package {
    pub(crate) const fn new(
        name: &'static str,
        version: &'static str,
        program: &'static str,
        says: &'static str,
        interpreter: Option<&'static Self>,
    ) -> Self {
        let registry = Registry::Npm;
        Self { name, version, program, says, interpreter, registry, installed: OnceLock::new() }
    }

    /// The same from PyPI.
    pub(crate) const fn on_pypi(mut self) -> Self {
        self.registry = Registry::Pypi;
        self
    }

    /// The program.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory().join(self.program)
    }

    /// What a `PATH` needs for it to run.
    pub(crate) fn search_path(&self) -> String {
        let own = self.directory().display();
        match self.interpreter {
            Some(interpreter) => format!("{own}:{}", interpreter.search_path()),
            None => format!("{own}:/usr/bin:/bin"),
        }
    }

    fn directory(&self) -> &Path {
        let installed = self.installed.get_or_init(|| self.install().map_err(|e| e.to_string()));
        installed.as_ref().unwrap_or_else(|error| {
            let Self { name, version, .. } = self;
            panic!("these tests need {name} {version} from a registry: {error}")
        })
    }

    fn install(&self) -> io::Result<PathBuf> {
        let agents = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("agents");
        let name = self.name.rsplit('/').next().unwrap_or_default();
        let prefix = agents.join(format!("{name}-{}", self.version));
        let bin = prefix.join(match self.registry {
            Registry::Npm => "node_modules/.bin",
            Registry::Pypi => "python/bin",
        });
        fs::create_dir_all(&prefix)?;
        // Another test process may be installing too. The lock ends with the file.
        let lock = File::create(prefix.join("lock"))?;
        lock.lock()?;
        if self.version_in(&bin).is_ok_and(|version| version == self.says) {
            return Ok(bin);
        }
        let log = File::create(prefix.join("install.log"))?;
        let mut installer = self.installer(&prefix);
        installer.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let program = installer.get_program().to_owned();
        let error = |error| io::Error::other(format!("{}: {error}", program.display()));
        let mut installer = installer.spawn().map_err(error)?;
        let code = wait(&mut installer, LONGEST_INSTALL, || false);
        let version = self.version_in(&bin).unwrap_or_else(|error| error.to_string());
        if version == self.says {
            return Ok(bin);
        }
        let log = fs::read_to_string(prefix.join("install.log"))?;
        let program = self.program;
        Err(io::Error::other(format!(
            "installed: {code:?}, `{program} --version`: {version}\n{log}"
        )))
    }

    fn installer(&self, prefix: &Path) -> Command {
        let Self { name, version, .. } = self;
        match self.registry {
            Registry::Npm => {
                let mut npm = Command::new("npm");
                npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(prefix);
                npm.arg(format!("{name}@{version}"));
                npm
            }
            Registry::Pypi => {
                let python = std::env::var_os(PYTHON).unwrap_or_else(|| "python3".into());
                let mut shell = Command::new("sh");
                // One of another Python would be taken as it is.
                let script = "\"$1\" -m venv --clear \"$2\" && \"$2/bin/pip\" install -q \"$3\"";
                shell.args(["-c", script, "sh"]).arg(python).arg(prefix.join("python"));
                shell.arg(format!("{name}=={version}"));
                shell
            }
        }
    }

    fn version_in(&self, bin: &Path) -> io::Result<String> {
        let mut program = Command::new(bin.join(self.program));
        if let Some(interpreter) = self.interpreter {
            program.env("PATH", interpreter.search_path());
        }
        // Some make themselves at home to say it.
        program.arg("--version").env("HOME", bin.with_file_name("home"));
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = program.spawn()?;
        wait(&mut program, Duration::from_secs(30), || false);
        // A line fits into the pipe.
        let line = program.stdout.take().map(io::read_to_string).transpose()?;
        Ok(line.unwrap_or_default().trim().to_owned())
    }
}
