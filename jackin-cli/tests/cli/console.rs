//! `jackin console` in a real terminal: what a person sees, types and is left with, and what it does
//! to the files.

use std::{fs, process::Command};

use insta::assert_snapshot;
use jackin_core::Registry;

use crate::{
    listed::{self, Row},
    support::{Home, see},
    tmux::{Tmux, USUAL},
};

const CONFIG: &str = "\
# mine
default_role = \"review\"

[env]
ZAI_API_KEY = \"op://Private/Z.AI/credential\" # dev-local
KIMI_CODE_API_KEY = \"sk-ki-sentinel-0123456789abcd\"

[roles.review.env]
MINIMAX_API_KEY = \"sk-cp-sentinel-0123456789wxyz\"

[providers.gateway]
expires_at = 2020-01-01T00:00:00Z
";
const ACME: &str = "workdir = \"/srv/acme\"\n\n[providers.zai]\nmode = \"ignore\"\n";

fn home() -> Home {
    let home = Home::with_config(CONFIG);
    home.write(".config/jackin/workspaces/acme.toml", ACME);
    home
}

fn config(home: &Home) -> String {
    fs::read_to_string(home.path().join(".config/jackin/config.toml")).unwrap()
}

/// A screen without the years that go by and without the throwaway home.
fn screen(home: &Home, screen: &str) -> String {
    assert!(!screen.contains("sentinel"), "{screen}");
    let screen = screen.replace(home.path().to_str().unwrap(), "~");
    let line = |line: &str| match line.split_once("expired ") {
        Some((before, _)) => format!("{before}expired [...] ago"),
        None => line.to_owned(),
    };
    screen.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Rows enough for every provider.
const TALL: u16 = 60;

/// Every provider as the console calls it.
fn rows() -> Vec<Row> {
    let registry = Registry::built_in();
    let name = |provider: &jackin_core::Provider| {
        let label = &provider.label.value;
        let native = registry.agents().iter().find(|agent| agent.native == provider.id);
        native
            .filter(|agent| agent.label != *label)
            .map_or_else(|| label.to_string(), |agent| format!("{} ({label})", agent.label))
    };
    registry.providers().iter().map(|provider| (provider.id.to_string(), name(provider))).collect()
}

/// A tall screen with a few of the rows, and without the empty lines below them.
fn few(home: &Home, text: &str) -> String {
    assert_eq!(text.lines().count(), usize::from(TALL), "{text}");
    let few = listed::few(&screen(home, text), &rows());
    let (above, below) = few.split_once("\n\n").unwrap();
    format!("{above}\n\n{}", below.trim_start_matches('\n'))
}

/// What is left behind: the prompt, and nothing that was drawn.
fn assert_left(tmux: &Tmux<'_>, command: &str, code: u8) {
    assert_eq!(tmux.ended(code), format!("$ {command}\nexit {code}\n$"));
    assert_eq!(tmux.variable("alternate_on"), "0");
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn every_scope_is_shown_and_left_as_it_was() {
    let home = home();
    let tmux = Tmux::start(&home, (120, TALL), &[]);
    tmux.enter("try console");
    assert_snapshot!("console", few(&home, &tmux.shows("▸ Claude (Anthropic)")));
    tmux.press(&["Tab"]);
    assert!(tmux.shows("role review").contains("MiniMax             API key"));
    tmux.press(&["Tab"]);
    let acme = tmux.shows("workspace acme");
    assert_snapshot!("console-workspace", few(&home, &acme));
    tmux.resize((120, 24));
    tmux.press(&["BTab", "BTab", "?"]);
    assert_snapshot!("console-keys", screen(&home, &tmux.shows("any key goes back")));
    tmux.press(&["x"]);
    tmux.shows("q leaves");
    tmux.press(&["q"]);
    assert_left(&tmux, "try console", 0);
    assert_eq!(config(&home), CONFIG);
}

/// The steps of the three providers' guides, at both scopes; and the key is then what is used.
#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn the_documented_steps() {
    for (down, variable, key) in [
        (2, "ZAI_API_KEY", "sentinel-0123456789"),
        (3, "KIMI_CODE_API_KEY", "sk-ki-sentinel-0123456789"),
        (4, "MINIMAX_API_KEY", "sk-cp-sentinel-0123456789"),
    ] {
        let home = Home::with_config("# mine\n");
        home.write(".config/jackin/workspaces/acme.toml", "workdir = '/srv/acme'\n");
        let tmux = Tmux::start(&home, USUAL, &[]);
        for (scope, shown, file) in
            [("Home", "global", "config.toml"), ("Tab", "workspace acme", "workspaces/acme.toml")]
        {
            tmux.enter("clear; try console");
            tmux.shows("▸ Claude (Anthropic)");
            tmux.press(&[scope]);
            tmux.shows(shown);
            tmux.press(&vec!["Down"; down]);
            tmux.press(&["Enter"]);
            tmux.shows("not set here");
            tmux.press(&["Space", "Down", "Down"]);
            tmux.shows("▸ key");
            tmux.press(&[key]);
            tmux.shows("••••••");
            tmux.press(&["Enter"]);
            let stored = tmux.shows("stored: ");
            assert!(stored.contains("••••6789") && !stored.contains("sentinel"), "{stored}");
            tmux.press(&["Escape"]);
            tmux.ended(0);
            let text = fs::read_to_string(home.path().join(".config/jackin").join(file)).unwrap();
            assert!(text.ends_with(&format!("\n[env]\n{variable} = \"{key}\"\n")), "{text}");
        }
        // To remove it: the same row, back to Ignore.
        tmux.enter("clear; try console");
        tmux.shows("▸ Claude (Anthropic)");
        tmux.press(&vec!["Down"; down]);
        tmux.press(&["Space"]);
        tmux.shows("API key");
        tmux.press(&["Space"]);
        tmux.shows("is removed here");
        tmux.press(&["Enter"]);
        tmux.shows("r removes the key and saves");
        tmux.press(&["r"]);
        let told = tmux.shows(&format!("(`{variable}`)"));
        assert!(told.contains("; removed") && told.contains("••••6789"), "{told}");
        tmux.press(&["q"]);
        tmux.ended(0);
        let text = config(&home);
        assert!(!text.contains("sentinel") && text.contains("mode = \"ignore\""), "{text}");
        let choices = see(&mut home.jackin(["run", "--dry-run", "claude"]));
        assert_eq!(
            (choices.code, choices.err.as_str()),
            (Some(0), ""),
            "there is nothing to choose"
        );
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn the_kimi_row_covers_the_cli_and_the_key_for_claude() {
    let home = home();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try console");
    tmux.shows("▸ Claude (Anthropic)");
    tmux.press(&["Down", "Down", "Down", "Space"]);
    tmux.shows("▸ mode");
    tmux.press(&["Up", "Space"]);
    assert_snapshot!("console-kimi", screen(&home, &tmux.shows("kimi       sync")));
    tmux.press(&["Enter"]);
    assert!(tmux.shows("stored: ").contains("Kimi                API key   sync"));
    tmux.press(&["q"]);
    tmux.ended(0);
    assert_eq!(config(&home), format!("{CONFIG}\n[kimi]\nauth_forward = \"sync\"\n"));
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_key_is_pasted_refused_and_asked_about() {
    let home = home();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try console");
    tmux.shows("▸ Claude (Anthropic)");
    tmux.press(&["Down", "Down", "Down", "Down", "Enter"]);
    tmux.shows("MiniMax · global");
    tmux.press(&["Space", "Down", "Down"]);
    tmux.shows("▸ key");
    // A line break in it is none that was typed.
    tmux.paste("sentinel one\nsentinel two\n");
    tmux.shows("•••");
    tmux.press(&["Enter"]);
    assert_snapshot!("console-refused", screen(&home, &tmux.shows("holds a line break")));
    tmux.press(&["C-u"]);
    tmux.shows("key        ▏");
    tmux.paste("sk-cp-sentinel-0123456789wxyz\n");
    tmux.shows("•••");
    tmux.press(&["Escape"]);
    assert_snapshot!("console-unsaved", screen(&home, &tmux.shows("unsaved changes")));
    tmux.press(&["Escape"]);
    tmux.shows("enter saves");
    // Together, the next two would be one key with Alt.
    tmux.press(&["Escape"]);
    tmux.shows("unsaved changes");
    tmux.press(&["d"]);
    tmux.shows("Auth · global");
    assert_eq!(config(&home), CONFIG);
    tmux.press(&["q"]);
    tmux.ended(0);
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_key_is_tried_for_real_and_not_shown() {
    let home = Home::with_config("[env]\nZAI_API_KEY = { command = ['secret', 'of', 'zai'] }\n");
    home.script("bin/secret", "echo sentinel-$2; echo unlocking >&2");
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try console");
    tmux.shows("▸ Claude (Anthropic)");
    tmux.press(&["Down", "Down", "t"]);
    let works = tmux.shows("`ZAI_API_KEY` works");
    assert!(!works.contains("sentinel") && !works.contains("unlocking"), "{works}");
    // Whatever is read may ask something at the terminal first.
    home.script(
        "bin/secret",
        "printf 'password: ' >/dev/tty; read line </dev/tty; echo \"$line x\"",
    );
    tmux.press(&["t"]);
    let asks = tmux.shows("password:");
    assert!(asks.contains("reading `ZAI_API_KEY` from command:secret …"), "{asks}");
    tmux.enter("open");
    tmux.shows("`ZAI_API_KEY` fails: it holds white space");
    // In the form, before it is stored.
    tmux.press(&["Enter"]);
    tmux.shows("▸ mode");
    tmux.press(&["Down", "Down"]);
    tmux.shows("▸ key");
    tmux.enter("false");
    tmux.shows("stored: ");
    assert!(config(&home).contains("command = [\"false\"]"));
    tmux.press(&["t"]);
    tmux.shows("`ZAI_API_KEY` fails: `false` failed");
    // One that never answers can be left.
    home.script("bin/false", "sleep 100");
    tmux.press(&["t"]);
    tmux.shows("reading `ZAI_API_KEY`");
    tmux.press(&["C-c"]);
    assert_left(&tmux, "try console", 130);
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn control_c_and_signals_leave_from_everywhere() {
    let home = home();
    for keys in [&[][..], &["Enter"], &["Down", "Down", "Enter", "Space", "Escape"], &["?"]] {
        let tmux = Tmux::start(&home, USUAL, &[]);
        tmux.enter("try console");
        tmux.shows("▸ Claude (Anthropic)");
        if !keys.is_empty() {
            tmux.press(keys);
        }
        tmux.press(&["C-c"]);
        assert_left(&tmux, "try console", 130);
    }
    home.script("bin/slow", "sleep 100");
    home.write(".config/jackin/config.toml", "[env]\nANTHROPIC_API_KEY = { command = ['slow'] }\n");
    for (keys, shown) in [(&["j"][..], "▸ Codex"), (&["t"], "reading")] {
        let tmux = Tmux::start(&home, USUAL, &[]);
        tmux.enter("stty -g >before; sh -c 'echo $$ >pid; exec jackin console'");
        tmux.shows("▸ Claude (Anthropic)");
        tmux.press(keys);
        tmux.shows(shown);
        let pid = fs::read_to_string(home.path().join("pid")).unwrap();
        assert!(Command::new("kill").arg(pid.trim()).status().unwrap().success());
        tmux.shows("\n$");
        tmux.enter("code=$?; stty -g >after; echo exit $code");
        assert!(!tmux.ended(143).contains("Auth"), "{keys:?}");
        assert_eq!(tmux.variable("alternate_on"), "0");
    }
    assert!(!home.path().join(".local").exists());
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn it_follows_the_size_of_the_terminal() {
    let home = home();
    // The user's own providers come last.
    let own = ["one", "two", "three", "four", "five", "six"]
        .map(|name| format!("[providers.{name}]\nkey = \"{}_API_KEY\"\n", name.to_uppercase()));
    home.write(".config/jackin/config.toml", format!("{CONFIG}{}", own.concat()));
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try console");
    tmux.shows("▸ Claude (Anthropic)");
    tmux.press(&["End"]);
    tmux.shows("▸ six");
    tmux.resize((40, 10));
    assert_snapshot!("console-resized-to-40x10", screen(&home, &tmux.shows("▸ six")));
    tmux.resize((1, 1));
    tmux.shows("▸");
    tmux.resize((120, TALL));
    assert_snapshot!("console-resized-to-120x60", few(&home, &tmux.shows("EXPIRES")));
    tmux.press(&["C-c"]);
    assert_left(&tmux, "try console", 130);
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_tiny_terminal_is_enough() {
    let home = home();
    let tmux = Tmux::start(&home, (40, 10), &[]);
    tmux.enter("try console");
    assert_snapshot!("console-in-40x10", screen(&home, &tmux.shows("▸ Claude (Anthropic)")));
    tmux.press(&["?"]);
    assert_snapshot!("console-keys-in-40x10", screen(&home, &tmux.shows("at once")));
    tmux.press(&["x", "Down", "Down", "Enter"]);
    assert_snapshot!("console-form-in-40x10", screen(&home, &tmux.shows("▸ mode")));
    tmux.press(&["Down", "Down", "C-u"]);
    tmux.press(&["op://Private/Z.AI/another section/credential"]);
    tmux.shows("section/credential▏");
    tmux.press(&["Enter"]);
    tmux.shows("stored: Z.AI");
    tmux.press(&["q"]);
    tmux.ended(0);
    let other = "\"op://Private/Z.AI/another section/credential\" # dev-local";
    assert_eq!(
        config(&home),
        CONFIG.replace("\"op://Private/Z.AI/credential\" # dev-local", other)
    );
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn a_broken_file_is_an_error_of_its_own_scope() {
    let home = home();
    let broken = "[env]\nZAI_API_KEY = \"sentinel\n";
    let acme = home.write(".config/jackin/workspaces/acme.toml", broken);
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try console");
    tmux.shows("▸ Claude (Anthropic)");
    tmux.press(&["BTab"]);
    let shown = tmux.shows("workspace acme");
    assert!(shown.contains("acme.toml:2:") && shown.contains("not valid TOML"), "{shown}");
    assert!(shown.contains("check the quotes") && !shown.contains("sentinel"), "{shown}");
    tmux.press(&["Enter", "Space", "t", "Down", "Tab", "Enter"]);
    tmux.shows("Claude (Anthropic) · global");
    tmux.press(&["C-c"]);
    tmux.ended(130);
    assert_eq!(fs::read_to_string(&acme).unwrap(), broken);
    // What lies below every workspace is broken: they can be seen to all the same.
    home.write(".config/jackin/workspaces/acme.toml", ACME);
    home.write(".config/jackin/config.toml", broken);
    tmux.enter("clear; try console");
    tmux.shows("config.toml:2:");
    tmux.press(&["Tab"]);
    tmux.shows("what config.toml gives is not shown");
    tmux.press(&["Down", "Down", "Enter", "Space"]);
    tmux.shows("not set here");
    tmux.press(&["Enter"]);
    tmux.shows("stored: Z.AI");
    tmux.press(&["q"]);
    tmux.ended(0);
    assert_eq!(fs::read_to_string(&acme).unwrap(), ACME.replace("mode = \"ignore\"\n", ""));
    assert_eq!(config(&home), broken);
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn what_another_writer_stored_meanwhile_stays() {
    let home = home();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try console");
    tmux.shows("▸ Claude (Anthropic)");
    tmux.press(&["Enter"]);
    tmux.shows("▸ mode");
    let set = ["config", "env", "set", "EDITOR", "vi"];
    assert_eq!(see(&mut home.jackin(set)).code, Some(0));
    tmux.press(&["Down", "Space", "Enter"]);
    tmux.shows("stored: ");
    assert!(config(&home).contains("EDITOR = \"vi\"") && config(&home).contains("[claude]"));
    // A workspace that has gone is not made anew.
    tmux.press(&["BTab"]);
    tmux.shows("workspace acme");
    tmux.press(&["Enter", "Down", "Space"]);
    tmux.shows("claude     sync");
    let acme = home.path().join(".config/jackin/workspaces/acme.toml");
    fs::remove_file(&acme).unwrap();
    tmux.press(&["Enter"]);
    tmux.shows("unknown workspace `acme`");
    assert!(!acme.exists());
    tmux.press(&["C-c"]);
    tmux.ended(130);
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn nothing_is_bold_or_dim_where_no_colour_is_wanted() {
    let home = home();
    for (command, env, styled) in [
        ("try console", None, true),
        ("try --color never console", None, false),
        ("try console", Some(("NO_COLOR", "1")), false),
    ] {
        let tmux = Tmux::start(&home, USUAL, env.as_slice());
        tmux.enter(command);
        tmux.shows("▸ Claude (Anthropic)");
        assert_eq!(tmux.styled().contains('\u{1b}'), styled, "{command} {env:?}");
        tmux.press(&["q"]);
        tmux.ended(0);
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn what_is_no_terminal_is_refused() {
    let home = home();
    let tmux = Tmux::start(&home, USUAL, &[]);
    for command in ["try console </dev/null", "try console 2>err; cat err", "TERM=dumb try console"]
    {
        tmux.enter(&format!("clear; {command}"));
        assert!(tmux.ended(2).contains("the console needs a terminal"), "{command}");
    }
    tmux.enter("clear; try console >out");
    tmux.shows("▸ Claude (Anthropic)");
    tmux.press(&["q"]);
    tmux.ended(0);
    assert_eq!(fs::read(home.path().join("out")).unwrap(), b"");
}

#[test]
fn a_script_is_told_what_to_do_instead() {
    let seen = see(&mut home().jackin(["console"]));
    assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""));
    assert_eq!(
        seen.err,
        "error: the console needs a terminal, as standard input and stderr, that it can draw on\n\n\
         hint: `jackin auth` does the same for scripts\n"
    );
}
