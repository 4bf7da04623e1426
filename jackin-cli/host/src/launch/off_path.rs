//! Where an agent may be installed though it is not on PATH: its own installers' directories, and those
//! in which package managers put programs. Nothing there is started.

use std::path::{Path, PathBuf};

use jackin_core::{Agent, plan::Vars};

use crate::os;

/// Directories of package managers below the home directory.
const USUAL: [&str; 7] = [
    ".local/bin",
    ".npm-global/bin",
    ".bun/bin",
    ".local/share/pnpm",
    "Library/pnpm",
    ".yarn/bin",
    ".volta/bin",
];

/// Variables that name such a directory, and what is below it.
const NAMED: [(&str, &str); 3] =
    [("NPM_CONFIG_PREFIX", "bin"), ("BUN_INSTALL", "bin"), ("PNPM_HOME", "")];

/// How much of `~/.npmrc` is read, in bytes.
const LONGEST_SETTINGS: u64 = 64 << 10;

/// Where an agent's program is, if it is in one of these directories and can be executed.
#[must_use]
pub fn installed_off_path(agent: &Agent, vars: &Vars) -> Option<PathBuf> {
    let home = os::home(vars);
    let own = agent.install_dirs.iter().map(|dir| &**dir).chain(USUAL);
    let below_home = own.filter_map(|dir| Some(home.as_ref()?.join(dir)));
    let named = NAMED.iter().filter_map(|(name, below)| Some(os::path(vars, name)?.join(below)));
    let npm = home.as_ref().and_then(|home| npm_prefix(home, vars)).map(|dir| dir.join("bin"));
    let files = below_home.chain(named).chain(npm).filter(|dir| dir.is_absolute());
    let mut files = files.map(|dir| dir.join(&*agent.program));
    files.find(|file| super::find(file.as_os_str(), None).is_ok())
}

/// What `prefix` in the user's `.npmrc` names.
fn npm_prefix(home: &Path, vars: &Vars) -> Option<PathBuf> {
    let file = os::read_small(&home.join(".npmrc"), LONGEST_SETTINGS).ok()??;
    let mut values = file.text().lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "prefix").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    });
    let prefix = values.next_back()?.replace("${HOME}", "~");
    Some(os::expanded(vars, &prefix).into_owned())
}
