//! The prompt for a key in a real terminal: what is typed is never seen, and nothing else changes.

use std::{fs, process::Command};

use insta::assert_snapshot;

use crate::{
    support::{Home, see},
    tmux::{Tmux, USUAL},
};

const PROMPT: &str = "key for Z.AI (`ZAI_API_KEY`):";

fn stored(home: &Home) -> bool {
    home.path().join(".config/jackin/config.toml").exists()
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn what_is_typed_is_stored_and_never_shown() {
    let home = Home::new();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try auth set zai --note typed");
    assert_snapshot!("prompt", tmux.shows(PROMPT));
    for (at, key) in ["s", "e", "c", "r", "e", "t", "X"].iter().enumerate() {
        tmux.press(&[key]);
        let screen = tmux.shows(&format!("{PROMPT} {}\n", "•".repeat(at + 1)));
        assert!(!screen.contains("sec") && !screen.contains("retX"), "{screen}");
    }
    tmux.press(&["BSpace"]);
    assert_snapshot!("prompt-typed", tmux.shows(&format!("{PROMPT} ••••••\n")));
    tmux.press(&["-", "Enter"]);
    let screen = tmux.ended(0);
    assert!(screen.contains("stored: `ZAI_API_KEY` for Z.AI, •••• (global,"), "{screen}");
    assert!(!screen.contains("secret") && !screen.contains("enter stores"), "{screen}");
    assert_eq!(home.config(), "[env]\nZAI_API_KEY = \"secret-\" # typed\n");
    assert!(!tmux.history().contains("secret"));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn what_is_pasted_waits_for_enter() {
    let home = Home::new();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try auth set zai");
    tmux.shows(PROMPT);
    tmux.paste("sk-sentinel-0123456789012345678901234567890123456789\n");
    let screen = tmux.shows(&format!("{PROMPT} {} (52)\n", "•".repeat(40)));
    assert!(!screen.contains("sentinel") && !stored(&home), "{screen}");
    tmux.press(&["C-u"]);
    tmux.shows(&format!("{PROMPT}\n"));
    tmux.paste("sk-sentinel-0123456789");
    tmux.shows(&format!("{PROMPT} {}\n", "•".repeat(22)));
    tmux.press(&["Enter"]);
    assert!(tmux.ended(0).contains("••••6789"));
    assert_eq!(home.config(), "[env]\nZAI_API_KEY = \"sk-sentinel-0123456789\"\n");
    // Two lines are no key, and are not stored as one.
    tmux.enter("clear; try auth set zai");
    tmux.shows(PROMPT);
    tmux.paste("sk-sentinel-1\nsk-sentinel-2\n");
    tmux.shows(&format!("{PROMPT} {}\n", "•".repeat(27)));
    tmux.press(&["Enter"]);
    assert!(tmux.ended(2).contains("holds a line break"));
    assert!(!tmux.history().contains("sentinel"));
    assert!(home.config().contains("0123456789"));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn whoever_leaves_has_stored_nothing() {
    let home = Home::new();
    let tmux = Tmux::start(&home, USUAL, &[]);
    for key in ["Escape", "C-c", "C-d"] {
        tmux.enter("clear; try auth set zai");
        tmux.shows(PROMPT);
        tmux.press(&["s", "e", "c"]);
        tmux.shows("•••");
        tmux.press(&[key]);
        let left = "`jackin auth guide zai` shows the way to one\nerror: cancelled\nexit 130\n$";
        assert_eq!(tmux.ended(130), left, "{key}");
        assert!(!home.path().join(".config").exists());
    }
    tmux.enter("clear; try auth set zai");
    tmux.shows(PROMPT);
    tmux.press(&["Enter"]);
    assert!(tmux.ended(2).contains("error: the key for provider `zai` is blank"));
    assert!(!stored(&home));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_signal_leaves_the_terminal_as_it_was_and_nothing_stored() {
    let home = Home::new();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("stty -g >before; sh -c 'echo $$ >pid; exec jackin auth set zai'");
    tmux.shows(PROMPT);
    tmux.press(&["s", "e", "c"]);
    tmux.shows("•••");
    let pid = fs::read_to_string(home.path().join("pid")).unwrap();
    assert!(Command::new("kill").args(["-s", "TERM", pid.trim()]).status().unwrap().success());
    tmux.shows("\n$");
    tmux.enter("code=$?; stty -g >after; echo exit $code");
    assert!(!tmux.ended(143).contains("•"));
    assert!(!stored(&home));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_variable_is_asked_for_as_well_and_standard_output_stays_clean() {
    let home = Home::new();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try config env set --secret EDITOR >out");
    tmux.shows("value for `EDITOR`:");
    tmux.press(&["v", "i", "Enter"]);
    tmux.ended(0);
    assert_eq!(
        (home.read("out").as_str(), home.config().as_str()),
        ("", "[env]\nEDITOR = \"vi\"\n")
    );
    // Where nothing can be drawn, nothing is asked: the terminal would echo it.
    for command in [
        "try auth set zai 2>err; cat err",
        "TERM=dumb try auth set zai",
        "try auth set zai </dev/null",
    ] {
        tmux.enter(&format!("clear; {command}"));
        let screen = tmux.ended(2);
        assert!(screen.contains("error: nobody is there to be asked: key for Z.AI"), "{screen}");
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_tiny_terminal_will_do() {
    let home = Home::new();
    for size in [(40, 4), (20, 2), (10, 3)] {
        let tmux = Tmux::start(&home, size, &[]);
        tmux.enter("try auth set zai");
        tmux.shows("key");
        tmux.press(&["s", "e", "n", "t", "i", "n", "e", "l", "-"]);
        tmux.press(&["Enter"]);
        tmux.shows("$");
        assert!(!tmux.history().contains("sentinel"));
    }
    assert_eq!(home.config(), "[env]\nZAI_API_KEY = \"sentinel-\"\n");
    let seen = see(&mut home.jackin(["auth", "list"]));
    assert!(!seen.out.contains("sentinel"));
}
