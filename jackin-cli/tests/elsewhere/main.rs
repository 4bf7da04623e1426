//! Agents in tabs, in containers and on Windows, in the real tmux, the real Podman and Wine: each with
//! a socket, a store or a disk of its own, so that nothing else on the machine takes part.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test ends where something it needs is missing"
)]

mod podman;
#[path = "../cli/support.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod support;
mod tmux;
mod windows;

use std::{
    collections::BTreeMap,
    fs, thread,
    time::{Duration, Instant},
};

/// The longest that anything here may take; most take less than a second.
const LONGEST: Duration = Duration::from_secs(60);

/// What there is, as soon as it is there.
fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + LONGEST;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "nothing came: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// An environment as `env -0` prints it, without what shells and terminals add of their own.
fn environment(text: &str) -> BTreeMap<String, String> {
    const OWN: [&str; 10] = [
        "_",
        "HOSTNAME",
        "OLDPWD",
        "PWD",
        "SHELL",
        "SHLVL",
        "TERM",
        "TERM_PROGRAM",
        "TERM_PROGRAM_VERSION",
        "TMUX",
    ];
    let pairs = text.split('\0').filter_map(|entry| entry.split_once('='));
    let pairs = pairs.filter(|(name, _)| !OWN.contains(name) && *name != "TMUX_PANE");
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The arguments of every process on the machine that hold this text.
fn arguments_with(text: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let lines = processes.filter_map(|process| fs::read(process.join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(text)).collect()
}
