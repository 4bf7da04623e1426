//! Settings where jackin does not read them, and values that a shell would have expanded: what is refused,
//! what is reported, and what reaches the agent.

use crate::support::{Home, see};

const CONFIG: &str = ".config/jackin/config.toml";

#[test]
fn settings_without_an_effect_are_reported_by_both_checks_and_stop_no_launch() {
    for (text, line, what) in [
        (
            "ZAI_API_KEY = 'sentinel'\n",
            1,
            "`ZAI_API_KEY` is not read here: a key belongs in `[env]`",
        ),
        ("zai_api_key = 'sentinel'\n", 1, "`zai_api_key` is not read here"),
        ("[roles.dev]\nZAI_API_KEY = 'sentinel'\n", 2, "`ZAI_API_KEY` is not read here"),
        ("[claude]\nZAI_API_KEY = 'sentinel'\n", 2, "`ZAI_API_KEY` is not read here"),
        (
            "[env]\nzai_api_key = 'sentinel'\n",
            2,
            "`zai_api_key` is not read as the key `ZAI_API_KEY`",
        ),
        (
            "[env]\nX = 'y'\ndefault_provider = 'zai'\n",
            3,
            "`default_provider` is a variable of the",
        ),
        ("[claude]\nprogram = '/sentinel'\n", 2, "`program` is not read in `[claude]`"),
        ("[codex]\nbase_url = 'https://sentinel'\n", 2, "`base_url` is not read in `[codex]`"),
    ] {
        let home = Home::new();
        home.write(CONFIG, text);
        home.script("bin/claude", "touch started");
        for words in ["config check", "doctor"] {
            let seen = home.fed(words, "");
            assert_ne!(seen.code, Some(0), "{text}");
            let said = (seen.out + &seen.err).replace(home.path().to_str().unwrap(), "~");
            assert!(said.contains(what), "{text}: {said}");
            assert!(
                said.contains(&format!("~/{CONFIG}:{line}")) && said.contains("hint"),
                "{said}"
            );
            assert!(!said.contains("sentinel"), "{said}");
        }
        let mut command = home.jackin(["run", "--provider", "zai", "claude"]);
        let seen = see(command.env("ZAI_API_KEY", "sk-1"));
        assert_eq!(seen.code, Some(0), "{text}: {}", seen.err);
    }
    let home = Home::new();
    home.write(CONFIG, "[docker]\nprogram = 'x'\n[claude]\nauth_forward = 'sync'\nother = 1\n");
    assert!(home.does("config check", "").contains("no error"));
}

#[test]
fn a_base_url_that_is_not_read_stops_the_launch_that_would_follow_it() {
    for text in [
        "[providers.zai]\nbase_url = 'https://sentinel'\n",
        "[providers.zai.openai]\nbase_url = 'https://sentinel'\n",
        "[providers.zai.anthropic]\nbaseUrl = 'https://sentinel'\n",
        "[zai]\nbase_url = 'https://sentinel'\n",
        "[provider.zai.anthropic]\nbase_url = 'https://sentinel'\n",
    ] {
        let home = Home::new();
        home.write(CONFIG, text);
        home.script("bin/claude", "touch started");
        home.script("bin/op", "touch asked");
        let mut command = home.jackin(["run", "--provider", "zai", "claude"]);
        let seen = see(command.env("ZAI_API_KEY", "op://V/I/F"));
        assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{text}: {}", seen.err);
        assert!(seen.err.contains("config.toml:2: ") && seen.err.contains("hint: move it"));
        assert!(!seen.err.contains("sentinel"), "{}", seen.err);
        for file in ["started", "asked"] {
            assert!(!home.path().join(file).exists(), "{text}");
        }
        // With one key there is one choice, and nothing but that it is refused would say so.
        let seen = see(home.jackin(["run", "claude"]).env("JACKIN_PROVIDER", "zai"));
        assert_eq!(seen.code, Some(125));
    }
}

#[test]
fn a_tilde_is_the_home_directory_where_a_variable_names_one() {
    let home = Home::new();
    home.write(
        CONFIG,
        "[env]\nCLAUDE_CONFIG_DIR = '~/work'\nNODE_EXTRA_CA_CERTS = '~/ca.pem'\nNOTES = '~/notes'\n\
         CODEX_HOME = '~'\nSHOWN = 'x $HOME'\nEDITOR = 'vi'\n",
    );
    let names = "CLAUDE_CONFIG_DIR NODE_EXTRA_CA_CERTS CODEX_HOME NOTES SHOWN";
    home.script("bin/claude", &format!("printenv {names}"));
    let at = home.path().display().to_string();
    let expected = format!("{at}/work\n{at}/ca.pem\n{at}\n~/notes\nx $HOME\n");
    let mut command = home.jackin(["run", "--provider", "zai", "claude"]);
    let seen = see(command.env("ZAI_API_KEY", "sk-1"));
    assert_eq!((seen.code, &*seen.out), (Some(0), &*expected), "{}", seen.err);
    let doctor = home.fed("doctor", "").out;
    for (name, line, what) in [("NOTES", 4, "begins with `~/`"), ("SHOWN", 6, "holds `$HOME`")] {
        assert!(doctor.contains(&format!("info: `{name}` {what}")), "{doctor}");
        assert!(doctor.contains(&format!("{CONFIG}:{line}\n")), "{doctor}");
    }
    assert!(
        !doctor.contains("`CLAUDE_CONFIG_DIR` ") && !doctor.contains("`CODEX_HOME` "),
        "{doctor}"
    );
}

#[test]
fn what_is_not_expanded_is_said_where_it_is_stored() {
    for (words, warned) in [
        ("config env set NOTES ~/notes", true),
        ("config env set NOTES $HOME/notes", true),
        ("config env set CODEX_HOME $HOME/codex", true),
        ("config env set CODEX_HOME ~/codex", false),
        ("config env set NOTES --literal ~/notes", false),
        ("config env set NOTES $HOME", false),
        ("config env set NOTES notes~/x", false),
    ] {
        let home = Home::new();
        let said = home.does(words, "");
        assert_eq!(said.contains("warning: `"), warned, "{words}: {said}");
        assert!(said.contains("stored: "), "{words}");
    }
}
