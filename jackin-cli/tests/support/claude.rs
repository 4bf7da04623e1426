//! The real Claude Code, installed once from npm at a fixed version. One that the system may have
//! is never used.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use super::stage::wait;

const VERSION: &str = "2.1.329";
/// npm fetches some hundred megabytes.
const LONGEST_INSTALL: Duration = Duration::from_secs(300);

/// The directory that holds the program `claude`.
pub(crate) fn directory() -> &'static Path {
    static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| install().map_err(|error| error.to_string()));
    installed.as_ref().unwrap_or_else(|error| {
        panic!("these tests need npm, and Claude Code {VERSION} from it: {error}")
    })
}

fn install() -> io::Result<PathBuf> {
    let agents = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("agents");
    let prefix = agents.join(format!("claude-code-{VERSION}"));
    let bin = prefix.join("node_modules/.bin");
    fs::create_dir_all(&prefix)?;
    // Another test process may be installing too. The lock ends with the file.
    let lock = File::create(prefix.join("lock"))?;
    lock.lock()?;
    if version(&bin).is_ok_and(|version| is_wanted(&version)) {
        return Ok(bin);
    }
    let log = File::create(prefix.join("install.log"))?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&prefix);
    npm.arg(format!("@anthropic-ai/claude-code@{VERSION}"));
    npm.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let mut npm = npm.spawn().map_err(|error| io::Error::other(format!("`npm`: {error}")))?;
    let code = wait(&mut npm, LONGEST_INSTALL, || false);
    let version = version(&bin).unwrap_or_else(|error| error.to_string());
    if is_wanted(&version) {
        return Ok(bin);
    }
    let log = fs::read_to_string(prefix.join("install.log"))?;
    Err(io::Error::other(format!("npm ended with {code:?}, `claude --version`: {version}\n{log}")))
}

fn version(bin: &Path) -> io::Result<String> {
    let mut claude = Command::new(bin.join("claude"));
    claude.arg("--version").env("HOME", bin).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut claude = claude.spawn()?;
    wait(&mut claude, Duration::from_secs(30), || false);
    // A line fits into the pipe.
    let line = claude.stdout.take().map(io::read_to_string).transpose()?;
    Ok(line.unwrap_or_default().trim().to_owned())
}

fn is_wanted(version: &str) -> bool {
    version == format!("{VERSION} (Claude Code)")
}
