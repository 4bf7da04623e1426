//! The agent's own settings around a launch: a file that the user's words name, a vendor's redirect in
//! `settings.json`, and the servers of a project.

use std::{fs, path::Path};

use crate::support::{Home, see};

const ZAI: &str = "[env]\nZAI_API_KEY = 'a-key-of-zai'\n";
const PRINT: &str = r#"printf '[%s]' "$@""#;
/// What a vendor's wizard writes.
const WIZARD: &str = r#"{"env": {"ANTHROPIC_BASE_URL": "https://api.example.com/x", "ANTHROPIC_AUTH_TOKEN": "sentinel"}}"#;

fn home(config: &str) -> Home {
    let home = Home::with_config(config);
    home.script("bin/claude", PRINT);
    home
}

#[test]
fn a_file_of_settings_becomes_part_of_the_argument() {
    let home = home(ZAI);
    home.write("own.json", r#"{"theme": "sentinel"}"#);
    let launch = ["run", "--provider", "zai", "claude", "--settings", "own.json", "-p"];
    let seen = see(&mut home.jackin(launch));
    assert_eq!((seen.code, &*seen.err), (Some(0), ""));
    assert!(seen.out.contains(r#""theme":"sentinel"}][-p]"#), "{}", seen.out);
    assert!(!seen.out.contains("own.json"), "{}", seen.out);
    // What is shown is not what the file holds.
    for how in [&["plan"][..], &["plan", "--json"], &["run", "--dry-run"]] {
        let seen = see(home.jackin(how).args(&launch[1..]));
        assert_eq!(seen.code, Some(0), "{}", seen.err);
        assert!(
            seen.out.contains("availableModels") && !seen.out.contains("sentinel"),
            "{}",
            seen.out
        );
    }
}

#[test]
fn a_file_of_settings_that_cannot_be_read_is_bad_usage() {
    let home = home(ZAI);
    fs::create_dir(home.path().join("dir")).unwrap();
    home.write("bad.json", "{\"a\": sentinel}");
    home.write("latin.json", b"{\"a\": \"\xe4\"}");
    home.write("key.json", r#"{"hooks": "a-key-of-zai"}"#);
    for (value, said) in [
        ("gone.json", "cannot read the agent's settings in gone.json: "),
        ("dir", "cannot read the agent's settings in dir: it is a directory, not a file"),
        ("/dev/zero", "cannot read the agent's settings in /dev/zero: it is a device, not a file"),
        ("latin.json", "cannot read the agent's settings in latin.json: line 1 is not UTF-8"),
        ("bad.json", "`--settings bad.json` is not JSON (line 1, column 7)"),
        ("key.json", "`--settings key.json` holds a key"),
        ("{sentinel}", "the text after `--settings` is not JSON (line 1, column 2)"),
    ] {
        let launch = ["run", "--provider", "zai", "claude", "-p", "--settings", value];
        let seen = see(&mut home.jackin(launch));
        assert_eq!((seen.code, &*seen.out), (Some(2), ""), "{value}: {}", seen.err);
        assert!(seen.err.starts_with(&format!("error: {said}")), "{}", seen.err);
        assert!(seen.err.contains("\n\nhint: "), "{}", seen.err);
        let mut shown = seen.err.replace("{sentinel}", "");
        shown = shown.replace("key.json", "");
        assert!(!shown.contains("sentinel") && !shown.contains("a-key-of-zai"), "{}", seen.err);
    }
}

/// A program with a package of this version.
fn package(home: &Home, version: &str) {
    home.script("claude-code/bin/claude", PRINT);
    let package = format!(r#"{{"name": "@anthropic-ai/claude-code", "version": "{version}"}}"#);
    home.write("claude-code/package.json", package);
    fs::remove_file(home.path().join("bin/claude")).unwrap();
    let link = home.path().join("bin/claude");
    std::os::unix::fs::symlink(home.path().join("claude-code/bin/claude"), link).unwrap();
}

fn servers(dir: &Path, text: &str) {
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join(".mcp.json"), text).unwrap();
}

#[test]
fn an_old_version_gets_no_servers_of_the_project() {
    let launch = ["run", "--provider", "zai", "claude"];
    for (version, closed) in [("2.1.256", true), ("2.1.257", false)] {
        let home = home(ZAI);
        package(&home, version);
        servers(home.path(), r#"{"mcpServers": {"outer": {}}}"#);
        servers(&home.path().join("a/b"), r#"{"mcpServers": {"inner": {}}}"#);
        let seen = see(home.jackin(launch).current_dir(home.path().join("a/b")));
        assert_eq!(seen.code, Some(0), "{}", seen.err);
        let list = r#""disabledMcpjsonServers":["inner","outer"]"#;
        assert_eq!(seen.out.contains(list), closed, "{version}: {}", seen.out);
        let said = "are left out, since before 2.1.257 they could read the key";
        assert_eq!(seen.err.contains(said), closed, "{version}: {}", seen.err);
        assert!(seen.out.contains("ENABLE_TELEMETRY"), "{}", seen.out);
    }
    // Of a program without a package nobody knows the version.
    let home = home(ZAI);
    servers(home.path(), r#"{"mcpServers": {"theirs": {}}}"#);
    let seen = see(&mut home.jackin(launch));
    assert!(seen.out.contains(r#""disabledMcpjsonServers":["theirs"]"#), "{}", seen.out);
    assert!(seen.err.contains("the version of `claude` cannot be told"), "{}", seen.err);
    // An environment carries no argument.
    let export = ["env", "--export", "--provider", "zai", "claude"];
    let said = "the servers of .mcp.json can read a key";
    assert!(see(&mut home.jackin(export)).err.contains(said));
    package(&home, "2.1.257");
    assert!(!see(&mut home.jackin(export)).err.contains(said));
    // A key under another name than the agent's is in reach of every version.
    for more in ["[scrub]\npass = ['OPENROUTER_API_KEY']\n", "[env]\nMY_TOOL = '$ZAI_API_KEY'\n"] {
        let config = if more.starts_with("[env]") {
            more.replace("[env]", ZAI)
        } else {
            format!("{ZAI}{more}")
        };
        home.write(".config/jackin/config.toml", config);
        let exported = |words: [&str; 4]| {
            let mut command = home.jackin(words);
            see(command
                .env("OPENROUTER_API_KEY", "sk-or-sentinel")
                .env("ZAI_API_KEY", "a-key-of-zai"))
        };
        let seen = exported(launch);
        assert!(
            seen.out.contains(r#""disabledMcpjsonServers":["theirs"]"#),
            "{more}: {}",
            seen.out
        );
        let said = "the servers of .mcp.json are left out, since they could read the key in `";
        assert!(seen.err.contains(said), "{more}: {}", seen.err);
    }
    // What no program can read has no servers.
    let home = self::home(ZAI);
    servers(home.path(), " ");
    assert_eq!(see(&mut home.jackin(launch)).code, Some(0));
    fs::remove_file(home.path().join(".mcp.json")).unwrap();
    std::os::unix::fs::symlink("nowhere", home.path().join(".mcp.json")).unwrap();
    assert_eq!(see(&mut home.jackin(launch)).code, Some(0));
    // Homebrew's directory names the version.
    let home = self::home(ZAI);
    servers(home.path(), r#"{"mcpServers": {"theirs": {}}}"#);
    for (version, closed) in [("2.1.256", true), ("2.1.257", false)] {
        let cask = format!("Caskroom/claude-code/{version}/claude");
        home.script(&cask, PRINT);
        let _ = fs::remove_file(home.path().join("bin/claude"));
        std::os::unix::fs::symlink(home.path().join(&cask), home.path().join("bin/claude"))
            .unwrap();
        assert_eq!(see(&mut home.jackin(launch)).out.contains("theirs"), closed, "{version}");
    }
    let home = self::home(ZAI);
    package(&home, "2.1.282");
    assert!(!see(&mut home.jackin(launch)).out.contains("ENABLE_TELEMETRY"));
    package(&home, "2.1.256");
    servers(home.path(), "{sentinel");
    let seen = see(&mut home.jackin(launch));
    assert_eq!((seen.code, &*seen.out), (Some(2), ""), "{}", seen.err);
    assert!(seen.err.contains(".mcp.json: line 1 is not JSON"), "{}", seen.err);
    assert!(!seen.err.contains("sentinel"), "{}", seen.err);
}

/// Where the layers move the agent's directory, its settings are there.
#[test]
fn the_settings_of_a_directory_that_the_layers_name_count() {
    let launch = ["run", "--provider", "anthropic", "claude"];
    for (text, found) in [
        ("", false),
        ("[env]\nCLAUDE_CONFIG_DIR = '~/other'\n", true),
        ("[env]\nCLAUDE_CONFIG_DIR = '$ELSEWHERE'\n", true),
        ("[env]\nHOME = 'THIS/home'\n", true),
    ] {
        let home = home("");
        let here = home.path().display().to_string();
        home.write(".config/jackin/config.toml", text.replace("THIS", &here));
        home.write("other/settings.json", WIZARD);
        home.write("home/.claude/settings.json", WIZARD);
        let elsewhere = home.path().join("other");
        let seen = see(home.jackin(launch).env("ELSEWHERE", elsewhere));
        assert_eq!(seen.code, Some(0), "{text}: {}", seen.err);
        assert_eq!(seen.out.contains(r#""ANTHROPIC_BASE_URL":"""#), found, "{text}: {}", seen.out);
    }
    // And those of the usual one do not.
    let home = home("[env]\nCLAUDE_CONFIG_DIR = '~/other'\n");
    home.write(".claude/settings.json", WIZARD);
    home.write("project/dir", "other");
    let seen = see(home.jackin(launch).current_dir(home.path().join("project")));
    assert_eq!((seen.code, &*seen.err), (Some(0), ""));
    let command = "[env.CLAUDE_CONFIG_DIR]\ncommand = ['cat', 'dir']\n";
    home.write(".config/jackin/config.toml", command);
    let seen = see(&mut home.jackin(launch));
    assert_eq!((seen.code, &*seen.out), (Some(2), ""), "{}", seen.err);
    assert!(seen.err.contains("`CLAUDE_CONFIG_DIR` in global, "), "{}", seen.err);
    assert!(seen.err.contains(" is read only at launch and may name settings"), "{}", seen.err);
    let seen = see(&mut home.jackin(["plan", "claude"]));
    assert!(seen.out.contains("jackin cannot see the settings in the directory"), "{}", seen.out);
    // A relative one is taken from where the agent starts.
    home.write(".config/jackin/config.toml", "[env]\nHOME = 'rel'\n");
    home.write("project/rel/.claude/settings.json", WIZARD);
    let seen = see(home.jackin(launch).current_dir(home.path().join("project")));
    assert!(seen.out.contains(r#""ANTHROPIC_BASE_URL":"""#), "{} {}", seen.out, seen.err);
}

#[test]
fn a_redirect_in_the_settings_does_not_take_a_named_native_launch() {
    let home = home("");
    home.write(".claude/settings.json", WIZARD);
    let file = home.path().join(".claude/settings.json");
    let seen = see(&mut home.jackin(["run", "--provider", "anthropic", "claude", "-p"]));
    let voided = r#"[--settings][{"env":{"ANTHROPIC_AUTH_TOKEN":"","ANTHROPIC_BASE_URL":""}}][-p]"#;
    assert_eq!((seen.code, &*seen.out), (Some(0), voided), "{}", seen.err);
    let warning = format!(
        "warning: `env.ANTHROPIC_BASE_URL` in {} sends `claude` to api.example.com: jackin's arguments \
         override it and its key\n",
        file.display()
    );
    assert_eq!(seen.err, warning);
    // A script carries no argument.
    let seen = see(&mut home.jackin(["env", "--export", "--provider", "anthropic", "claude"]));
    assert!(
        seen.err.contains("so it does not keep away `env.ANTHROPIC_BASE_URL` in "),
        "{}",
        seen.err
    );

    let seen = see(&mut home.jackin(["label", "claude"]));
    assert_eq!((seen.code, &*seen.out), (Some(0), "Claude (api.example.com)\n"));
    let seen = see(&mut home.jackin(["run", "claude", "-p"]));
    assert_eq!((seen.code, &*seen.out), (Some(0), "[-p]"));
    assert!(seen.err.contains("api.example.com: name a provider to use another"), "{}", seen.err);
}

#[test]
fn a_redirect_with_the_launchs_own_key_is_refused() {
    let home = home("[env]\nANTHROPIC_API_KEY = 'sk-ant-mine'\n");
    let key = WIZARD.replace("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY");
    home.write(".claude/settings.json", &key);
    let launch = ["run", "--provider", "anthropic", "claude", "-p"];
    let seen = see(&mut home.jackin(launch));
    assert_eq!((seen.code, &*seen.out), (Some(2), ""), "{}", seen.err);
    let said = "replaces the login that this launch has in `ANTHROPIC_API_KEY`";
    assert!(
        seen.err.contains(said) && seen.err.contains("\n\nhint: remove it there"),
        "{}",
        seen.err
    );
    home.write(
        ".config/jackin/config.toml",
        "guard = 'off'\n[env]\nANTHROPIC_API_KEY = 'sk-ant-mine'\n",
    );
    let seen = see(&mut home.jackin(launch));
    assert_eq!((seen.code, &*seen.out), (Some(0), "[-p]"), "{}", seen.err);
}

#[test]
fn settings_of_the_users_words_do_not_take_a_named_native_launch() {
    let home = home("");
    home.write("own.json", WIZARD);
    for value in ["own.json", WIZARD] {
        let launch = ["run", "--provider", "anthropic", "claude", "--settings", value];
        let seen = see(&mut home.jackin(launch));
        assert_eq!((seen.code, &*seen.out), (Some(2), ""), "{}", seen.err);
        assert!(seen.err.contains("sends `claude` to api.example.com"), "{}", seen.err);
        assert!(!seen.err.contains("sentinel"), "{}", seen.err);
    }
}

/// Agents read some files that are no proper JSON.
#[test]
fn a_redirect_in_a_file_that_is_odd_is_held_off_or_told() {
    let named = ["run", "--provider", "anthropic", "claude"];
    let files: [(&[u8], &str); 4] = [
        (
            b"\xef\xbb\xbf{\"env\": {\"ANTHROPIC_BASE_URL\": \"https://example.com\"}}",
            "override it",
        ),
        (
            b"{\"a\": \"\xe9\", \"env\": {\"ANTHROPIC_BASE_URL\": \"https://example.com\"}}",
            "override it",
        ),
        (
            b"{\"n\": 1e999, \"env\": {\"ANTHROPIC_BASE_URL\": \"https://example.com\"}}",
            "cannot be understood",
        ),
        (b"{}", ""),
    ];
    for (text, said) in files {
        let home = home("");
        home.write(".claude/settings.json", text);
        let seen = see(&mut home.jackin(named));
        assert_eq!(seen.code, Some(0), "{}", seen.err);
        assert!(seen.err.contains(said) && seen.err.is_empty() == said.is_empty(), "{}", seen.err);
        let is_held = seen.out.contains(r#"[--settings][{"env":{"ANTHROPIC_BASE_URL":""}}]"#);
        assert_eq!(is_held, said == "override it", "{}", seen.out);
    }
}

/// The address of OpenCode's own provider is deep in its settings.
#[test]
fn a_nested_address_in_the_settings_is_in_the_label() {
    let home = home("");
    home.script("bin/opencode", "echo started");
    let moved =
        r#"{"provider": {"opencode": {"options": {"baseURL": "https://api.example.com/v1"}}}}"#;
    let own = moved.replace("api.example.com", "opencode.ai");
    let beside = moved.replace(r#""options""#, r#""api": "https://opencode.ai/zen/v1", "options""#);
    let hidden = r#"{"provider": {"opencode": {"options": {"baseURL": "{env:ELSEWHERE}"}}}}"#;
    let described = r#"{"provider": {"opencode": {"name": "Zen, see https://example.com"}}}"#;
    for (settings, label, said) in [
        (moved, "OpenCode (api.example.com)", "`provider.opencode.options.baseURL` in "),
        (&*own, "OpenCode", ""),
        (&*beside, "OpenCode (api.example.com)", "`provider.opencode.options.baseURL` in "),
        (hidden, "OpenCode (baseURL)", "sends `opencode` to another provider"),
        (described, "OpenCode", ""),
    ] {
        home.write(".config/opencode/opencode.json", settings);
        let plan = see(&mut home.jackin(["plan", "opencode"])).out;
        assert!(plan.starts_with(&format!("{label}\n")), "{plan}");
        assert!(plan.contains(said) && plan.contains("warning") != said.is_empty(), "{plan}");
    }
}
