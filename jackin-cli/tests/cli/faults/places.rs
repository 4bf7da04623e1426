//! No home, no directory.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    process::Command,
};

use super::{ZAI, bound, bounded};
use crate::support::{Home, JACKIN, Seen};

/// jackin in a directory that is gone by the time it starts.
fn in_a_removed_directory(home: &Home, words: &str) -> Seen {
    let gone = home.path().join("gone");
    fs::create_dir_all(&gone).unwrap();
    let script = format!("cd gone && rmdir \"$PWD\" && exec '{JACKIN}' {words}");
    bounded(&home.program("sh", ["-c", &script]))
}

#[test]
fn a_directory_that_was_removed() {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", "echo started");
    let seen = in_a_removed_directory(&home, "run --provider zai claude");
    assert_eq!((seen.code, seen.out.as_str()), (Some(0), "started\n"), "{}", seen.err);
    for words in ["workspace create x", "auth set zai --file x"] {
        let seen = in_a_removed_directory(&home, words);
        let said = "error: the current directory cannot be told: No such file or directory";
        assert!(seen.code == Some(125) && seen.err.starts_with(said), "{words}: {}", seen.err);
        assert!(seen.err.contains("hint: it may have been removed"), "{}", seen.err);
    }
    for words in ["config env set EDITOR vi", "providers", "auth list", "doctor"] {
        let seen = in_a_removed_directory(&home, words);
        assert_eq!(seen.code, Some(0), "{words}: {}{}", seen.out, seen.err);
    }
}

/// Its workspace counts all the same: with the global key it would be another one's.
#[test]
#[ignore = "needs root, to be in a directory that its user may not look at; .ci/run runs it"]
fn a_directory_below_one_that_may_not_be_searched() {
    let home = Home::with_config(ZAI);
    let (locked, dir) = (home.path().join("locked"), home.path().join("locked/w"));
    fs::create_dir_all(&dir).unwrap();
    let text = format!("workdir = {dir:?}\n[env]\nZAI_API_KEY = 'of-the-workspace'\n");
    home.write(".config/jackin/workspaces/acme.toml", text);
    let mut command = bound(&home, "env --export --shell sh --provider zai");
    chown(&locked, Some(0), Some(0)).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    let seen = bounded(command.current_dir(dir));
    assert!(seen.out.contains("of-the-workspace"), "{}{}", seen.out, seen.err);
}

/// It may have been below a workspace's, with another key and another provider.
#[test]
fn a_directory_that_was_removed_and_may_have_been_a_workspaces() {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", "echo started");
    home.write(".config/jackin/workspaces/acme.toml", "");
    let launch = "run --provider zai claude";
    assert_eq!(in_a_removed_directory(&home, launch).out, "started\n", "it has no directory");
    home.write(".config/jackin/workspaces/acme.toml", "workdir = '~/gone'\n");
    let seen = in_a_removed_directory(&home, launch);
    assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""), "{}", seen.err);
    assert!(seen.err.contains("the current directory cannot be told"), "{}", seen.err);
    let seen = in_a_removed_directory(&home, "run --workspace acme --provider zai claude");
    assert_eq!(seen.out, "started\n", "{}", seen.err);
}

#[test]
fn no_home() {
    let home = Home::new();
    home.script("bin/claude", "echo started");
    let without = |words: &str| {
        let mut command = home.jackin(words.split(' '));
        bounded(command.env_remove("HOME").env("ZAI_API_KEY", "k"))
    };
    assert_eq!(without("run --provider zai claude").out, "started\n");
    for words in
        ["auth set zai --stdin", "config env set EDITOR vi", "workspace create x --workdir /x"]
    {
        let seen = without(words);
        assert_eq!(seen.code, Some(125), "{}", seen.err);
        assert!(seen.err.contains("hint: "), "{}", seen.err);
    }
    let seen = without("config path");
    let said = "error: there is no configuration directory: `HOME` is not set\n\nhint: name one with `--config-dir DIR`\n";
    assert_eq!((seen.code, seen.err.as_str()), (Some(125), said));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is written anywhere else");
    // One that is no directory says so.
    let mut command = home.jackin(["run", "--provider", "zai", "claude"]);
    let seen = bounded(command.env("HOME", "/dev/null").env("ZAI_API_KEY", "k"));
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("hint: a file stands where its directory should be"), "{}", seen.err);
}

/// The whole environment may be missing.
#[test]
fn no_environment_at_all() {
    let mut command = Command::new(JACKIN);
    let seen = bounded(command.args(["providers"]).env_clear().current_dir("/"));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
}
