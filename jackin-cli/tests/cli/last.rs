//! What the picker remembers, in a real terminal.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::{
    picker::{EVERYTHING, ZAI},
    tmux::{Tmux, USUAL, home},
};

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn it_begins_where_it_ended_for_each_agent_and_workspace() {
    let home = home(EVERYTHING);
    home.write(".config/jackin/workspaces/acme.toml", "");
    let tmux = Tmux::start(&home, USUAL, &[]);
    let picks = |command: &str, first: &str, keys: &[&str]| {
        tmux.enter(&format!("clear; try run --program true {command}"));
        tmux.shows(&format!("▸ {first}"));
        tmux.press(keys);
        tmux.press(&["Enter"]);
        tmux.ended(0);
    };
    picks("claude", "Anthropic", &["Down", "Down"]);
    picks("claude", "Kimi", &[]);
    picks("codex", "OpenAI", &["Down"]);
    picks("codex", "MiniMax", &[]);
    picks("--workspace acme claude", "Anthropic", &["Down"]);
    picks("--workspace acme claude", "Z.AI", &[]);
    picks("claude", "Kimi", &[]);
    tmux.enter("clear; try run --program true");
    tmux.shows("▸ Claude");
    tmux.press(&["C-c"]);
    tmux.ended(130);
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn what_is_remembered_is_private_and_may_be_lost() {
    let home = home(ZAI);
    let tmux = Tmux::start(&home, USUAL, &[]);
    let zai = |first: &str| {
        tmux.enter("clear; try run claude");
        tmux.shows(&format!("▸ {first}"));
        tmux.press(&["End", "Enter"]);
        tmux.ended(0)
    };
    zai("Anthropic");
    let dir = home.path().join(".local/state/jackin");
    let file = dir.join("last.json");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&file)), (0o700, 0o600));
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "no file is left over");
    for broken in ["", "{", "[1]", "{\"workspaces\": 3}", "\u{0}"] {
        fs::write(&file, broken).unwrap();
        zai("Anthropic");
        assert!(fs::read_to_string(&file).unwrap().contains("\"claude\": \"zai\""));
    }
    // One that was there and is no longer.
    fs::write(&file, r#"{"workspaces": {"": {"providers": {"claude": "gone"}}}}"#).unwrap();
    zai("Anthropic");
    // Nowhere to write: the agent is started all the same.
    fs::remove_dir_all(&dir).unwrap();
    home.write(".local/state/jackin", "a file");
    assert_eq!(zai("Anthropic"), "claude at https://api.z.ai/api/anthropic with <>\nexit 0\n$");
    fs::remove_file(&dir).unwrap();
    tmux.enter("clear; XDG_STATE_HOME=$HOME/state try run claude");
    tmux.shows("▸ Anthropic");
    tmux.press(&["Enter"]);
    tmux.ended(0);
    assert!(home.path().join("state/jackin/last.json").exists() && !dir.exists());
}
