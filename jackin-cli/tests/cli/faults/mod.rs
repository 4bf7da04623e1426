//! A bad day: full disks, strange files, programs that are missing or lead back here, signals, clocks,
//! limits. Nothing hangs, nothing is lost, and every message says what to do.

mod admin;
mod clocks;
mod disks;
mod files;
mod helpers;
mod inputs;
mod led_back;
mod limits;
mod loops;
mod places;
mod programs;
mod shims;
mod streams;
mod wrappers;

use std::{fs, io, os::unix::fs::MetadataExt as _, path::Path, process::Command};

use nix::errno::Errno;

use crate::{
    promised::promised,
    support::{Home, JACKIN, Seen, see},
};

/// A key in `config.toml`.
pub(crate) const ZAI: &str = "[env]\nZAI_API_KEY = 'sentinel-key'\n";
/// What stores a variable.
const SET: &str = "config env set EDITOR vi";

/// A launch, and the commands that read or write what it depends on.
const EVERY: [&str; 7] = [
    "run --provider zai claude",
    "env --export --provider zai",
    "providers",
    "auth list --all",
    SET,
    "config check",
    "doctor",
];

/// Runs a command within a limit that nothing here comes near to.
fn bounded(command: &Command) -> Seen {
    let mut limited = Command::new("timeout");
    limited.args(["--kill-after=1", "60"]).arg(command.get_program()).args(command.get_args());
    limited.current_dir(command.get_current_dir().unwrap()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let seen = see(&mut limited);
    assert_ne!(seen.code, Some(124), "{:?} hangs", command.get_args());
    seen
}

/// Runs every command, none of which may hang, panic, die or repeat a secret; those that fail have
/// to say this, and what to do.
fn each_says(home: &Home, message: &str, hint: &str) {
    for words in EVERY {
        let seen = bounded(&home.jackin(words.split(' ')));
        let told = format!("{words}: {:?}\n{}{}", seen.code, seen.out, seen.err);
        assert!(!told.contains("sentinel") && !told.contains("panicked"), "{told}");
        let said = format!("{}{}", seen.out, seen.err).replace(home.path().to_str().unwrap(), "~");
        assert!(said.contains(message) && said.contains(&format!("hint: {hint}")), "{told}");
        // What looks at everything finds a problem; whoever needs the file fails.
        assert_eq!(seen.code, Some(if words == "doctor" { 1 } else { 125 }), "{told}");
    }
}

/// The home as an ordinary user's, whom modes bind; as root, through `setpriv`.
pub(crate) fn bound(home: &Home, words: &str) -> Command {
    let jackin = home.jackin(words.split_whitespace());
    if fs::metadata(home.path()).unwrap().uid() != 0 {
        return jackin;
    }
    give_away(home.path());
    // The program itself may be where only root can look.
    let program = home.path().join("jackin");
    let copy = Command::new("cp").arg(JACKIN).arg(&program).status();
    assert!(copy.unwrap().success());
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    command.args(words.split_whitespace()).current_dir(home.path()).env_clear();
    command.envs(jackin.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

fn give_away(dir: &Path) {
    let chown = Command::new("chown").args(["-R", "65534:65534"]).arg(dir).status();
    assert!(chown.unwrap().success());
}

/// An error in the words of the C library, which jackin and its tests are built with.
fn words_of(error: Errno) -> String {
    io::Error::from_raw_os_error(error as i32).to_string()
}

/// The tests that this program has below a name.
fn tests(of: &str) -> usize {
    let program = std::env::current_exe().unwrap();
    let seen = see(Command::new(program).args([of, "--list", "--include-ignored"]));
    seen.out.lines().filter(|line| line.starts_with(of) && line.ends_with(": test")).count()
}

#[test]
fn are_counted() {
    // Some of them need the picker or the console.
    if cfg!(feature = "terminal") {
        promised(tests("faults::") - 1, "faults");
    }
    promised(tests("exec::"), "tests of a launched agent");
    crate::exec::count();
}
