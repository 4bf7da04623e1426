//! The real agents, installed once from npm at fixed versions. What the system may have of them is
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

/// npm fetches some hundred megabytes.
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
    installed: OnceLock<Result<PathBuf, String>>,
}

impl Package {
    pub(crate) const fn new(
        name: &'static str,
        version: &'static str,
        program: &'static str,
        says: &'static str,
        interpreter: Option<&'static Self>,
    ) -> Self {
        Self { name, version, program, says, interpreter, installed: OnceLock::new() }
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
            panic!("these tests need npm, and {name} {version} from it: {error}")
        })
    }

    fn install(&self) -> io::Result<PathBuf> {
        let agents = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("agents");
        let name = self.name.rsplit('/').next().unwrap_or_default();
        let prefix = agents.join(format!("{name}-{}", self.version));
        let bin = prefix.join("node_modules/.bin");
        fs::create_dir_all(&prefix)?;
        // Another test process may be installing too. The lock ends with the file.
        let lock = File::create(prefix.join("lock"))?;
        lock.lock()?;
        if self.version_in(&bin).is_ok_and(|version| version == self.says) {
            return Ok(bin);
        }
        let log = File::create(prefix.join("install.log"))?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&prefix);
        npm.arg(format!("{}@{}", self.name, self.version));
        npm.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut npm = npm.spawn().map_err(|error| io::Error::other(format!("`npm`: {error}")))?;
        let code = wait(&mut npm, LONGEST_INSTALL, || false);
        let version = self.version_in(&bin).unwrap_or_else(|error| error.to_string());
        if version == self.says {
            return Ok(bin);
        }
        let log = fs::read_to_string(prefix.join("install.log"))?;
        let program = self.program;
        Err(io::Error::other(format!("npm: {code:?}, `{program} --version`: {version}\n{log}")))
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
