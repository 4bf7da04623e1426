//! What a person sees while a helper is waited for, in a real terminal: one line, which is gone afterwards
//! and never in the way of what the helper itself shows there.

use std::{fs, os::unix::fs::symlink};

use crate::{
    secrets::until,
    support::Home,
    tmux::{Tmux, USUAL},
};

const RUN: &str = "run --provider zai claude";
const KEY: &str = "[env]\nZAI_API_KEY = 'sentinel-key'\n";
const OP: &str = "[env]\nZAI_API_KEY = 'op://v/zai/key'\n";
const COMMAND: &str = "[env]\nZAI_API_KEY = { command = ['asked'] }\n";

/// Waits until the test lets it go on.
const WAITS: &str = "until [ -e \"$HOME/go\" ]; do sleep 0.05; done";

/// A home with a helper that does this, and with an agent.
fn home(config: &str, helper: &str, script: &str) -> Home {
    let home = Home::with_config(&format!("guard = 'off'\n{config}"));
    home.script(&format!("bin/{helper}"), script);
    home.script("real", "echo the agent");
    let agent = if helper == "mise" { "mise" } else { "../real" };
    symlink(agent, home.path().join("bin/claude")).unwrap();
    fs::create_dir(home.path().join(".config/jackin/.git")).unwrap();
    home
}

/// Lets the helper go on as soon as the line is there, and looks at what is left.
fn waited(home: &Home, size: (u16, u16), words: &str, line: &str) -> String {
    let tmux = Tmux::start(home, size, &[]);
    tmux.enter("clear; PS1=; echo before");
    tmux.shows("before");
    tmux.enter(&format!("clear; echo before; jackin {words} >out; echo \"exit $?\""));
    let screen = tmux.shows(line);
    assert!(screen.contains("before"), "{screen}");
    home.write("go", "");
    let screen = tmux.shows("exit ");
    assert!(!screen.contains("waiting") && !screen.contains(" s)"), "{screen}");
    // What was there before the line stays, and what comes next is in its place.
    let (_, after) = screen.split_once("before\n").unwrap();
    after.to_owned()
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn one_line_tells_what_is_waited_for_and_is_gone_afterwards() {
    let (key, real) = (format!("{WAITS}; printf key"), format!("{WAITS}; echo \"$HOME/real\""));
    for (helper, config, script, words, left) in [
        ("op", OP, &*key, RUN, "exit 0"),
        ("asked", COMMAND, &key, RUN, "exit 0"),
        ("mise", KEY, &real, RUN, "exit 0"),
        ("git", KEY, WAITS, "doctor", "exit "),
        ("podman", KEY, &format!("{WAITS}; exit 3"), "run --in podman:x --provider zai", "exit 3"),
    ] {
        let home = home(config, helper, script);
        let after = waited(&home, USUAL, words, &format!("waiting for `{helper}` (1 s)"));
        assert!(after.starts_with(left), "{helper}: {after}");
    }
}

/// The line is cut, or more than one would have to be erased.
#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn on_a_narrow_terminal_it_is_one_line_all_the_same() {
    let home = home(OP, "op", &format!("{WAITS}; printf key"));
    let after = waited(&home, (20, 10), "run --provider zai", "waiting for `op` (1");
    assert!(after.starts_with("exit 0"), "{after}");
}

/// What is asked at the terminal stays as it is, however long nobody answers.
#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_prompt_of_the_helper_is_not_written_over() {
    // Long enough for two more seconds to be told.
    let waits = "(sleep 2.5; : > \"$HOME/later\") &";
    for (helper, config) in [("op", OP), ("asked", COMMAND)] {
        let asks = format!(
            "{WAITS}; exec 3<>/dev/tty; printf 'PIN: ' >&3; {waits} read -r pin <&3; printf '%s' \"$pin\""
        );
        let home = home(config, helper, &asks);
        let tmux = Tmux::start(&home, USUAL, &[]);
        tmux.enter("clear; try run --provider zai claude");
        tmux.shows(&format!("waiting for `{helper}` (1 s)"));
        home.write("go", "");
        let asked = tmux.shows("PIN:");
        until("two seconds", || home.path().join("later").exists().then_some(()));
        assert_eq!(tmux.shows("PIN:"), asked);
        tmux.enter("1234");
        let screen = tmux.ended(0);
        assert!(screen.contains("PIN: 1234") && screen.contains("the agent"), "{screen}");
    }
}

/// A message whose line has not ended may be a question; one that has ended stands above the line.
#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn messages_of_the_helper_are_not_written_over() {
    let touch = format!(
        "echo unlocking >&2; {WAITS}; printf 'touch your key … ' >&2; sleep 2.5; : > \"$HOME/later\"
         until [ -e \"$HOME/touched\" ]; do sleep 0.05; done; echo done >&2; printf key"
    );
    let home = home(COMMAND, "asked", &touch);
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("clear; try run --provider zai claude");
    let screen = tmux.shows("waiting for `asked` (1 s)");
    assert!(screen.contains("unlocking\nwaiting"), "{screen}");
    home.write("go", "");
    until("two seconds", || home.path().join("later").exists().then_some(()));
    let screen = tmux.shows("touch your key …");
    assert!(
        screen.contains("unlocking\ntouch your key …") && !screen.contains("waiting"),
        "{screen}"
    );
    home.write("touched", "");
    let screen = tmux.ended(0);
    assert!(screen.contains("unlocking\ntouch your key … done\nthe agent\n"), "{screen}");
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn an_interrupt_leaves_no_line_behind() {
    let inside = "run --in podman:x --provider zai claude";
    for (helper, config, words) in [("op", OP, RUN), ("mise", KEY, RUN), ("podman", KEY, inside)] {
        let home = home(config, helper, "sleep 600");
        let tmux = Tmux::start(&home, USUAL, &[]);
        tmux.enter(&format!("clear; try {words}"));
        tmux.shows(&format!("waiting for `{helper}`"));
        tmux.press(&["C-c"]);
        let screen = tmux.shows("\n$");
        assert!(!screen.contains("waiting"), "{screen}");
    }
}

/// The terminal is the shell's then, with what is being typed there.
#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn in_the_background_nothing_is_told() {
    let home = home(OP, "op", "sleep 1.5; : > \"$HOME/later\"; sleep 600");
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("clear; jackin run --provider zai claude & sleep 0.1; echo behind");
    tmux.shows("behind");
    until("two seconds", || home.path().join("later").exists().then_some(()));
    let screen = tmux.shows("behind");
    assert!(!screen.contains("waiting"), "{screen}");
    tmux.enter("kill %1");
}

/// Neither in a file nor in a pipe, whose readers want what jackin has to say.
#[test]
fn without_a_terminal_nothing_is_told() {
    let home = home(COMMAND, "asked", "echo unlocking >&2; sleep 1; printf key");
    let seen = home.fed(RUN, "");
    assert_eq!((seen.code, &*seen.out, &*seen.err), (Some(0), "the agent\n", "unlocking\n"));
}
