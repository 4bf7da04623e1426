//! The picker in a real terminal: what a person sees, types and is left with.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use insta::assert_snapshot;
use jackin_core::Registry;

use crate::{
    listed::few,
    support::see,
    tmux::{LIMIT, Tmux, USUAL, home},
};

pub(crate) const ZAI: &str = "[env]\nZAI_API_KEY = 'sentinel-zai'\n";
/// One of every kind: usable, of another protocol, expired, without models, withdrawn, without a key.
pub(crate) const EVERYTHING: &str = "
[env]
ZAI_API_KEY = 'sentinel-zai'
KIMI_CODE_API_KEY = 'sk-ki-sentinel'
MINIMAX_API_KEY = 'sk-cp-sentinel'
GATEWAY_API_KEY = 'agt_sentinel'
XAI_API_KEY = 'sentinel-xai'
DEEPSEEK_API_KEY = 'sentinel-deepseek'
OPENROUTER_API_KEY = 'sentinel-openrouter'
DASHSCOPE_API_KEY = 'not one word'
[providers.deepseek]
mode = 'ignore'
[providers.gateway]
expires_at = 2020-01-01T00:00:00Z
[providers.gateway.anthropic]
base_url = 'https://gateway.example.com'
models = { main = 'm', small_fast = 's' }
[providers.qwen.anthropic]
models = { main = 'm', small_fast = 's' }
";

/// A screen without the days that go by.
fn timeless(screen: &str) -> String {
    let line = |line: &str| match line.split_once("expired ") {
        Some((before, _)) => format!("{before}expired [...] ago"),
        None => line.to_owned(),
    };
    screen.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn one_is_chosen_and_nothing_of_the_picker_stays() {
    let home = home(ZAI);
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try run claude -p 'say hi'");
    assert_snapshot!("picker", tmux.shows("▸ Anthropic"));
    tmux.press(&["Down"]);
    tmux.shows("▸ Z.AI");
    tmux.press(&["Enter"]);
    assert_snapshot!("picker-chosen", tmux.ended(0));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn with_several_keys_all_are_listed_and_what_cannot_be_used_says_why() {
    let home = home(EVERYTHING);
    let tmux = Tmux::start(&home, (110, 24), &[]);
    tmux.enter("try run claude");
    assert_snapshot!("picker-everything", timeless(&tmux.shows("▸ Anthropic")));
    // Over the greyed ones: to the last one that can be used, and round.
    tmux.press(&["Up"]);
    tmux.shows("▸ MiniMax");
    tmux.press(&["Down"]);
    tmux.shows("▸ Anthropic");
    tmux.press(&["C-c"]);
    tmux.ended(130);
    tmux.enter("clear; try run codex");
    assert_snapshot!("picker-codex", timeless(&tmux.shows("▸ OpenAI")));
    tmux.press(&["End", "Enter"]);
    assert!(tmux.ended(0).contains("codex with <-c model_provider"));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn typing_filters() {
    let home = home(EVERYTHING);
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try run claude");
    tmux.shows("▸ Anthropic");
    tmux.press(&["/", "k", "i", "m"]);
    assert_snapshot!("picker-filtered", tmux.shows("▸ Kimi"));
    tmux.press(&["x"]);
    assert_snapshot!("picker-no-match", tmux.shows("nothing matches"));
    tmux.press(&["Enter", "BSpace"]);
    tmux.shows("▸ Kimi");
    tmux.press(&["Escape"]);
    assert!(tmux.shows("Anthropic").contains("▸ Kimi"));
    tmux.press(&["m", "i", "n", "i", "Enter"]);
    assert!(tmux.ended(0).contains("claude at https://api.minimax.io/anthropic"));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn escape_goes_back_to_the_agents_and_from_there_leaves() {
    let home = home("[env]\nMINIMAX_API_KEY = 'sk-cp-sentinel'\n");
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try run");
    let registry = Registry::built_in();
    let rows =
        registry.agents().iter().map(|agent| (agent.id.to_string(), agent.label.to_string()));
    let agents = few(&tmux.shows("▸ Claude"), &rows.collect::<Vec<_>>());
    assert_snapshot!("picker-agents", agents);
    tmux.press(&["Enter"]);
    tmux.shows("Claude on which provider?");
    tmux.press(&["Escape"]);
    let back = tmux.shows("▸ Claude");
    assert!(back.contains("Which agent?") && !back.contains("Anthropic"), "{back}");
    tmux.press(&["Down", "Enter"]);
    tmux.shows("▸ OpenAI");
    tmux.press(&["Escape"]);
    tmux.shows("Which agent?");
    tmux.press(&["Escape"]);
    assert_eq!(tmux.ended(130), "$ try run\nexit 130\n$");
    // With the agent named there is nothing to go back to.
    tmux.enter("clear; try run claude");
    tmux.shows("▸ Anthropic");
    tmux.press(&["Escape"]);
    assert_eq!(tmux.ended(130), "exit 130\n$");
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn control_c_leaves_from_everywhere_at_once() {
    let home = home(ZAI);
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try run");
    tmux.shows("Which agent?");
    tmux.press(&["C-c"]);
    tmux.ended(130);
    tmux.enter("clear; try run");
    tmux.shows("Which agent?");
    tmux.press(&["Enter"]);
    tmux.shows("▸ Anthropic");
    tmux.press(&["z", "C-c"]);
    assert_eq!(tmux.ended(130), "exit 130\n$");
    assert!(!home.path().join(".local").exists(), "nothing was chosen");
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_signal_leaves_the_terminal_as_it_was() {
    let home = home(ZAI);
    for (signal, code) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
        let tmux = Tmux::start(&home, USUAL, &[]);
        tmux.enter("stty -g >before; sh -c 'echo $$ >pid; exec jackin run claude'");
        tmux.shows("▸ Anthropic");
        let pid = fs::read_to_string(home.path().join("pid")).unwrap();
        let sent = Command::new("kill").args(["-s", signal, pid.trim()]).status().unwrap();
        assert!(sent.success());
        tmux.shows("\n$");
        tmux.enter("code=$?; stty -g >after; echo exit $code");
        assert!(!tmux.ended(code).contains("Anthropic"), "{signal}");
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_terminal_that_goes_away_takes_it_along() {
    let home = home(ZAI);
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("sh -c 'echo $$ >pid; exec jackin run claude'");
    tmux.shows("▸ Anthropic");
    let pid = fs::read_to_string(home.path().join("pid")).unwrap();
    drop(tmux);
    // One that has ended and is still in the table of processes has no command line.
    let command = format!("/proc/{}/cmdline", pid.trim());
    let deadline = Instant::now() + LIMIT;
    while fs::read(&command).is_ok_and(|line| !line.is_empty()) {
        assert!(Instant::now() < deadline, "it still waits for a key");
        thread::sleep(Duration::from_millis(30));
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn it_follows_the_size_of_the_terminal() {
    let home = home(EVERYTHING);
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("clear; try run claude");
    tmux.shows("▸ Anthropic");
    tmux.press(&["Down", "Down"]);
    tmux.shows("▸ Kimi");
    for (name, size) in [("40x10", (40, 10)), ("10x3", (10, 3)), ("1x1", (1, 1))] {
        tmux.resize(size);
        let cursor = if size.0 > 1 { "▸ Kimi" } else { "▸" };
        assert_snapshot!(format!("picker-resized-to-{name}"), timeless(&tmux.shows(cursor)));
    }
    tmux.resize((110, 24));
    let shown = timeless(&tmux.shows("enter picks"));
    assert_snapshot!("picker-resized-to-110x24", shown);
    tmux.press(&["Enter"]);
    assert!(tmux.ended(0).contains("claude at https://api.kimi.com/coding"));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn it_begins_in_a_tiny_terminal_at_its_last_row() {
    for (name, size) in [("40x10", (40, 10)), ("10x3", (10, 3))] {
        let home = home(EVERYTHING);
        let tmux = Tmux::start(&home, size, &[]);
        tmux.enter("yes | head -20; clear; yes | head -2; try run claude");
        assert_snapshot!(format!("picker-in-{name}"), timeless(&tmux.shows("▸ Anthr")));
        tmux.press(&["End", "Enter"]);
        tmux.ended(0);
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn many_rows_scroll_and_wide_labels_fit() {
    let own = |n| {
        format!(
            "[providers.own{n:02}]\nlabel = '供应商 {n:02}'\nkey = 'OWN'\nanthropic.base_url = 'https://example.com'\nanthropic.models = {{ main = 'm', small_fast = 's' }}\n"
        )
    };
    let all: String = (1..=30).map(own).collect();
    let home = home(&format!("{all}[env]\nOWN = 'sentinel'\n"));
    let tmux = Tmux::start(&home, (20, 8), &[]);
    tmux.enter("try run claude");
    tmux.shows("▸ Anthropic");
    tmux.press(&["End"]);
    assert_snapshot!("picker-scrolled", tmux.shows("▸ 供应商 30"));
    tmux.press(&["商", "Space", "2", "5"]);
    tmux.shows("▸ 供应商 25");
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn nothing_is_bold_or_dim_where_no_colour_is_wanted() {
    let home = home(EVERYTHING);
    for (command, env, styled) in [
        ("try run claude", None, true),
        ("try --color never run claude", None, false),
        ("try run claude", Some(("NO_COLOR", "1")), false),
    ] {
        let tmux = Tmux::start(&home, USUAL, env.as_slice());
        tmux.enter(command);
        tmux.shows("▸ Anthropic");
        assert_eq!(tmux.styled().contains('\u{1b}'), styled, "{command} {env:?}");
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn nobody_is_asked_where_it_is_decided() {
    let home = home("");
    let tmux = Tmux::start(&home, USUAL, &[]);
    // Without a key there is nothing to choose.
    tmux.enter("try run claude");
    assert_eq!(tmux.ended(0), "$ try run claude\nclaude at home with <>\nexit 0\n$");
    for (config, command) in [
        (ZAI, "try run --provider zai claude"),
        (ZAI, "JACKIN_PROVIDER=zai try run claude"),
        ("default_provider = 'zai'\n[env]\nZAI_API_KEY = 'x'", "try run claude"),
        ("default_agent = 'claude'\ndefault_provider = 'zai'\n[env]\nZAI_API_KEY = 'x'", "try run"),
        ("claude.auth_forward = 'ignore'\n[env]\nZAI_API_KEY = 'x'", "try run claude"),
    ] {
        home.write(".config/jackin/config.toml", config);
        tmux.enter(&format!("clear; {command}"));
        assert_eq!(tmux.ended(0), "claude at https://api.z.ai/api/anthropic with <>\nexit 0\n$");
    }
    // One agent alone is none to choose from.
    home.write(".config/jackin/config.toml", "");
    fs::remove_file(home.path().join("bin/codex")).unwrap();
    tmux.enter("clear; try run");
    assert_eq!(tmux.ended(0), "claude at home with <>\nexit 0\n$");
    fs::remove_file(home.path().join("bin/claude")).unwrap();
    tmux.enter("clear; try run");
    assert!(tmux.ended(127).contains("npm install -g @anthropic-ai/claude-code"));
    assert!(!home.path().join(".local").exists(), "nothing was asked");
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_program_in_the_agents_place_needs_no_agent_installed() {
    let home = home(ZAI);
    fs::remove_file(home.path().join("bin/claude")).unwrap();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try run --program true");
    tmux.shows("▸ Claude");
    tmux.press(&["Enter"]);
    tmux.shows("▸ Anthropic");
    tmux.press(&["Enter"]);
    tmux.ended(0);
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn where_nobody_can_answer_nobody_is_asked() {
    let home = home(ZAI);
    let tmux = Tmux::start(&home, USUAL, &[]);
    for command in
        ["try run claude </dev/null", "try run claude 2>err; cat err", "TERM=dumb try run claude"]
    {
        tmux.enter(&format!("clear; {command}"));
        let screen = tmux.ended(2);
        assert!(
            screen.contains("which provider for `claude`? there are 2: anthropic, zai"),
            "{screen}"
        );
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_native_provider_without_its_key_is_greyed_and_greyed_ones_alone_are_no_choice() {
    let native = "claude.auth_forward = 'api_key'\n";
    let home = home(&format!("{native}{ZAI}"));
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try run claude");
    let screen = tmux.shows("▸ Z.AI");
    assert!(screen.contains("\n  Anthropic  no key: `ANTHROPIC_API_KEY` is not set\n"), "{screen}");
    tmux.press(&["C-c"]);
    tmux.ended(130);
    let ended = "[providers.zai]\nexpires_at = 2020-01-01T00:00:00Z\n";
    home.write(".config/jackin/config.toml", format!("{native}{ZAI}{ended}"));
    tmux.enter("clear; try run claude");
    let screen = tmux.ended(2);
    assert!(screen.contains("there are 2: anthropic, zai"), "{screen}");
}

#[test]
fn a_script_is_told_the_choices() {
    let home = home(ZAI);
    let seen = see(&mut home.jackin(["run", "claude"]));
    assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""));
    assert_eq!(
        seen.err,
        "error: which provider for `claude`? there are 2: anthropic, zai\n\n\
         hint: choose one, for example with `--provider zai`, or set `default_provider`\n"
    );
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn standard_output_stays_clean() {
    let home = home(ZAI);
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try run claude >out");
    tmux.shows("▸ Anthropic");
    tmux.press(&["Down", "Enter"]);
    tmux.ended(0);
    let out = fs::read_to_string(home.path().join("out")).unwrap();
    assert_eq!(out, "claude at https://api.z.ai/api/anthropic with <>\n");
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_dry_run_asks_as_well() {
    let home = home(ZAI);
    let tmux = Tmux::start(&home, USUAL, &[]);
    // Into a file: a pipe's reader may show it only after the end is seen.
    tmux.enter("try run --dry-run claude >plan");
    tmux.shows("▸ Anthropic");
    tmux.press(&["Down", "Enter"]);
    tmux.ended(0);
    let plan = fs::read_to_string(home.path().join("plan")).unwrap();
    assert!(plan.starts_with("Claude (Z.AI)\n\nagent      claude\nprovider   zai\n"), "{plan}");
    assert_ne!(tmux.variable("pane_title"), "Claude (Z.AI)");
}
