//! Settings that an administrator keeps in /etc, which beat what jackin sets. Each test has an /etc of its
//! own, in a namespace of its own.

use std::fs;

use super::bounded;
use crate::support::{Home, JACKIN, Seen};

const KEYS: &str = "[env]\nZAI_API_KEY = 'sentinel-key'\nMINIMAX_API_KEY = 'sk-cp-sentinel'\n";
const DIVERTS: &str = "model_provider = 'sentinel-provider'\n";
const WHAT: &str = "/etc/codex/managed_config.toml beats what jackin sets for `codex`: `model_provider` \
    sends the prompts to another provider\n";

fn home(first: &str) -> Home {
    let home = Home::with_config(&format!("{first}\n{KEYS}"));
    for agent in ["codex", "claude"] {
        home.script(&format!("bin/{agent}"), "echo the agent");
    }
    home.write("etc/codex/managed_config.toml", DIVERTS);
    home
}

/// jackin where `etc` below the home is /etc.
fn inside(home: &Home, words: &str) -> Seen {
    let etc = home.path().join("etc");
    let script = "mount --bind \"$0\" /etc && exec \"$@\"";
    let before = ["--map-root-user", "--mount", "sh", "-c", script, etc.to_str().unwrap(), JACKIN];
    bounded(&home.program("unshare", before.into_iter().chain(words.split(' '))))
}

#[test]
#[ignore = "needs user namespaces; .ci/run runs it"]
fn what_an_administrator_sends_elsewhere_is_not_launched() {
    let home = home("");
    fs::create_dir_all(home.path().join("etc/claude-code")).unwrap();
    let error = format!(
        "error: {WHAT}\nhint: ask the administrator to change it; `guard = \"off\"` starts the agent as it \
         is\n"
    );
    for words in ["run", "plan", "run --dry-run", "env", "env --export"] {
        let seen = inside(&home, &format!("{words} --provider minimax codex"));
        assert_eq!((seen.code, &*seen.out, &*seen.err), (Some(125), "", &*error), "{words}");
    }
    // It says nothing of other agents.
    assert_eq!(inside(&home, "run --provider zai claude").out, "the agent\n");
    let doctor = inside(&home, "doctor");
    assert!(
        doctor.out.contains("problem: `model_provider` in the settings of `codex`"),
        "{}",
        doctor.out
    );
    assert!(doctor.out.contains("/etc/codex/managed_config.toml"), "{}", doctor.out);
    assert!(
        doctor.out.contains("`model_provider` sends `codex` elsewhere on openai"),
        "{}",
        doctor.out
    );
    assert!(!doctor.out.contains("sentinel"), "{}", doctor.out);
}

#[test]
#[ignore = "needs user namespaces; .ci/run runs it"]
fn without_the_guard_it_is_a_warning() {
    let home = home("guard = 'off'");
    let seen = inside(&home, "run --provider minimax codex");
    assert_eq!((&*seen.out, seen.err), ("the agent\n", format!("warning: {WHAT}")));
    let plan = inside(&home, "plan --provider minimax codex");
    assert!(plan.out.contains(&format!("warning: {WHAT}")), "{}", plan.out);
}
