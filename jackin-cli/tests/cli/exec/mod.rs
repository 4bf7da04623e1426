//! A launched agent is what it would be if it had been started directly: compared on real processes,
//! in many surroundings, after every kind of secret reading.

mod statuses;
mod surroundings;
mod terminal;

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use crate::{
    promised::promised,
    support::{Home, JACKIN},
};

/// Where a key can come from: nowhere but the file, or from programs that were started before.
const KEYS: [&str; 6] = [
    "ZAI_API_KEY = 'key'",
    "ZAI_API_KEY = '$MY_KEY'",
    "ZAI_API_KEY = { file = '~/secret' }",
    "ZAI_API_KEY = { command = ['asked'] }",
    "ZAI_API_KEY = 'op://v/zai/f'",
    "ZAI_API_KEY = 'op://v/zai/f'\nA = 'op://v/a/f'\nB = 'op://v/b/f'\nC = { command = ['asked'] }\n\
     D = { file = '~/secret' }",
];

/// How much is compared.
pub(crate) fn count() {
    promised(statuses::CODES as usize, "exit codes");
    promised(statuses::signals().count(), "signals");
    promised(surroundings::SURROUNDINGS.len(), "surroundings");
    promised(KEYS.len(), "kinds of keys");
}

/// A home in which a key is read in one of these ways, and the agent is this script.
fn home(key: &str, agent: &str) -> Home {
    // The guard would add arguments, which a direct start does not have.
    let home = Home::with_config(&format!("guard = 'off'\n[env]\n{key}\n"));
    let secret = home.write("secret", "key");
    fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
    // They leave what they can: a process of their own, and what was to be read.
    home.script("bin/asked", "cat; sleep 60 >/dev/null 2>&1 & printf key");
    home.script("bin/op", "cat; sleep 60 >/dev/null 2>&1 & printf key");
    home.script("bin/claude", agent);
    home
}

/// The agent in a surrounding, which is a script that ends in `"$@"`: by jackin, or directly.
fn agent(home: &Home, by_jackin: bool, surrounding: &str) -> Command {
    let jackin = [JACKIN, "run", "--provider", "zai", "claude"].map(str::to_owned);
    let directly = [home.path().join("bin/claude").display().to_string()];
    let words = if by_jackin { &jackin[..] } else { &directly };
    let mut command = home.program("bash", ["-c", surrounding, "bash"]);
    command.args(words).env("MY_KEY", "key");
    command
}
