//! Where the configuration is found, which workspace is meant, and what a bad one says.

use std::{fs, os::unix::fs::symlink, process::Command};

use crate::support::{Home, see};

/// The scope that the key of a plan comes from, or the error.
fn scope(command: &mut Command) -> String {
    let seen = see(command.args(["plan", "--json", "--provider", "zai"]));
    if seen.code != Some(0) {
        return seen.err;
    }
    let plan: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
    let workspace = plan["workspace"].as_str().unwrap_or("none");
    format!("{} in {workspace}", plan["set"][0]["source"]["scope"].as_str().unwrap())
}

const KEY: &str = "[env]\nZAI_API_KEY = 'sentinel'\n";

#[test]
fn the_directory_rules() {
    let home = Home::new();
    let file = |dir: &str| home.write(&format!("{dir}/config.toml"), KEY);
    let from = |command: &mut Command| {
        let seen = see(command.args(["plan", "--json", "--provider", "zai"]));
        let plan: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
        plan["set"][0]["source"]["file"].as_str().unwrap().to_owned()
    };
    let (flag, variable) = (home.path().join("flag"), home.path().join("variable"));
    let xdg = home.path().join("xdg");
    let usual = file(".config/jackin");
    let none: [&str; 0] = [];
    assert_eq!(from(&mut home.jackin(none)), usual.to_str().unwrap());
    let in_xdg = file("xdg/jackin");
    assert_eq!(from(home.jackin(none).env("XDG_CONFIG_HOME", &xdg)), in_xdg.to_str().unwrap());
    assert_eq!(
        from(home.jackin(none).env("XDG_CONFIG_HOME", "xdg")),
        usual.to_str().unwrap(),
        "not absolute"
    );
    let by_variable = file("variable");
    let both = |command: &mut Command| {
        from(command.env("XDG_CONFIG_HOME", &xdg).env("JACKIN_CONFIG_DIR", &variable))
    };
    assert_eq!(both(&mut home.jackin(none)), by_variable.to_str().unwrap());
    let by_flag = file("flag");
    assert_eq!(both(home.jackin(["--config-dir"]).arg(&flag)), by_flag.to_str().unwrap());
}

#[test]
fn a_named_directory_that_is_not_there_is_an_error() {
    let home = Home::new();
    let seen = see(home.jackin(["providers"]).env("JACKIN_CONFIG_DIR", "/no/such"));
    assert_eq!(
        (seen.code, seen.err.as_str()),
        (Some(125), "error: no such directory: /no/such (from `JACKIN_CONFIG_DIR`)\n")
    );
}

#[test]
fn a_directory_that_depends_on_where_one_stands_is_refused() {
    let home = Home::with_config(KEY);
    for dir in [".", ".config/jackin", "~/.config/jackin", "no/such"] {
        for words in
            ["providers", "run --provider zai claude", "config path", "doctor", "auth list"]
        {
            let seen = see(home.jackin(words.split(' ')).env("JACKIN_CONFIG_DIR", dir));
            let said = format!("error: `JACKIN_CONFIG_DIR` is not an absolute path: {dir}\n");
            assert_eq!((seen.code, &*seen.out), (Some(2), ""), "{words}: {}", seen.err);
            assert!(seen.err.starts_with(&said), "{words}: {}", seen.err);
        }
    }
    // An argument is of this command alone.
    let seen = see(&mut home.jackin(["--config-dir", ".config/jackin", "providers"]));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
}

#[test]
fn no_home_and_no_file_are_no_obstacle() {
    let home = Home::new();
    assert_eq!(
        scope(home.jackin(["--color", "never"]).env_remove("HOME").env("ZAI_API_KEY", "x")),
        "environment in none"
    );
}

#[test]
fn the_workspace_is_the_one_that_holds_the_directory() {
    let home = Home::with_config(KEY);
    let dir = |name: &str| {
        let path = home.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    };
    let (outer, inner) = (dir("work/deep/down"), dir("work/inner/src"));
    let (beside, link) = (dir("work-beside"), home.path().join("link"));
    symlink(home.path().join("work/inner"), &link).unwrap();
    let workspace = |name: &str, workdir: &str| {
        home.write(
            &format!(".config/jackin/workspaces/{name}.toml"),
            format!("workdir = '{workdir}'\n{KEY}"),
        );
    };
    workspace("outer", home.path().join("work").to_str().unwrap());
    workspace("inner", "~/link");
    workspace("absent", "/no/such/directory");
    home.write(".config/jackin/workspaces/notes.txt", "not TOML = = =");
    home.write(".config/jackin/workspaces/.#draft.toml", "not TOML = = =");
    let none: [&str; 0] = [];
    let at = |path: &std::path::Path| scope(home.jackin(none).current_dir(path));
    assert_eq!(at(&outer), "workspace in outer");
    assert_eq!(at(&inner), "workspace in inner");
    assert_eq!(at(&link), "workspace in inner");
    assert_eq!(at(&beside), "global in none");
    assert_eq!(
        scope(home.jackin(none).current_dir(&inner).env("JACKIN_WORKSPACE", "outer")),
        "workspace in outer"
    );
    workspace("twin", home.path().join("work/inner").to_str().unwrap());
    let seen = see(home.jackin(["plan", "--provider", "zai"]).current_dir(&inner));
    assert_eq!(seen.code, Some(2));
    assert_eq!(
        seen.err,
        "error: two workspaces have this directory as their `workdir`: `inner` and `twin`\n\n\
         hint: choose with `--workspace NAME`\n"
    );
    let seen =
        see(home.jackin(["plan", "--provider", "zai", "--workspace", "inner"]).current_dir(&inner));
    assert_eq!(seen.code, Some(0));
}

#[test]
fn a_broken_workspace_names_itself_and_a_way_on() {
    let home = Home::with_config(KEY);
    let file = home.write(
        ".config/jackin/workspaces/broken.toml",
        "workdir = '/x'\n[env]\nZAI_API_KEY = \"sentinel\n",
    );
    let seen = see(&mut home.jackin(["plan", "--provider", "zai"]));
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.starts_with(&format!("error: {}:3:", file.display())), "{}", seen.err);
    assert!(seen.err.contains("`--workspace NAME` looks at that workspace alone"), "{}", seen.err);
    assert!(!seen.err.contains("sentinel"), "{}", seen.err);
}

#[test]
fn a_project_cannot_configure_anything() {
    let home = Home::with_config(KEY);
    let evil = "[providers.zai.anthropic]\nbase_url = 'https://evil.example.com'\n";
    for name in
        ["config.toml", "jackin.toml", ".jackin.toml", ".jackin/config.toml", "jackin/config.toml"]
    {
        home.write(&format!("project/{name}"), evil);
    }
    let seen =
        see(home.jackin(["plan", "--provider", "zai"]).current_dir(home.path().join("project")));
    assert!(
        seen.out.contains("https://api.z.ai/api/anthropic") && !seen.out.contains("evil"),
        "{}",
        seen.out
    );
}

#[test]
fn bad_usage_is_2_and_starts_nothing() {
    let home = Home::with_config(KEY);
    home.script("bin/claude", "touch started");
    for (args, words) in [
        (
            &["run", "--provider", "zia", "claude"][..],
            "error: unknown provider `zia`\n\nhint: did you mean `zai`?\n",
        ),
        (
            &["run", "--provider", "zai", "cluade"],
            "error: unknown agent `cluade`\n\nhint: did you mean `claude`?\n",
        ),
        (
            &["run", "--workspace", "acme", "claude"],
            "error: unknown workspace `acme`\n\nhint: no workspace is configured\n",
        ),
        (
            &["run", "--workspace", "../config", "claude"],
            "error: unknown workspace `../config`\n\nhint: no workspace is configured\n",
        ),
        (
            &["run", "--role", "smith", "claude"],
            "error: unknown role `smith`\n\nhint: no role is configured\n",
        ),
        (
            &["run", "claude"],
            "error: which provider for `claude`? there are 2: anthropic, zai\n\n\
             hint: choose one, for example with `--provider zai`, or set `default_provider`\n",
        ),
        (
            &["run", "--provider"],
            "error: a value is required for '--provider <ID>' but none was supplied\n\nFor more information, try '--help'.\n",
        ),
    ] {
        let seen = see(&mut home.jackin(args));
        assert_eq!((seen.code, seen.err.as_str()), (Some(2), words), "{args:?}");
        assert!(seen.out.is_empty());
    }
    assert!(!home.path().join("started").exists());
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let home = Home::new();
    let err = |args: &[&str], name: &str| {
        see(home.jackin(args).args(["run", "--provider", "zai"]).env(name, "1")).err
    };
    assert!(!err(&[], "X").contains('\u{1b}'));
    assert!(err(&["--color", "always"], "X").contains('\u{1b}'));
    assert!(err(&[], "CLICOLOR_FORCE").contains('\u{1b}'));
    assert!(!err(&["--color", "never"], "CLICOLOR_FORCE").contains('\u{1b}'));
}

#[test]
fn labels_and_models_are_plain_text() {
    for (line, problem) in [
        (
            "[providers.zai]\nlabel = \"\\u001b]0;x\"",
            "`providers.zai.label` is blank or holds a control character",
        ),
        (
            "[providers.zai]\nlabel = ' '",
            "`providers.zai.label` is blank or holds a control character",
        ),
        (
            "[providers.zai]\nanthropic.models.opus = 'a b'",
            "`providers.zai.anthropic.models.opus` is not a model id",
        ),
        (
            "[env]\nA = { op = 'op://v/i/f', account = \"a\\u0007\" }",
            "`env.A.op` holds a control character",
        ),
    ] {
        let seen = see(&mut Home::with_config(line).jackin(["providers"]));
        assert_eq!(seen.code, Some(125), "{line}");
        assert!(seen.err.contains(problem), "{}", seen.err);
    }
}

#[test]
fn a_text_that_turns_the_writing_round_is_made_visible() {
    let home = Home::with_config("[providers.zai]\nlabel = \"a\\u202eb\"");
    assert!(see(&mut home.jackin(["providers"])).out.contains(r"a\u{202e}b"));
}

#[test]
fn a_relative_home_is_none() {
    let home = Home::new();
    home.write("project/.config/jackin/config.toml", KEY);
    let mut command = home.jackin(["plan", "--provider", "zai"]);
    let seen = see(command.env("HOME", ".").current_dir(home.path().join("project")));
    assert!(seen.err.contains("no key for provider `zai`"), "{}", seen.err);
}

/// What only the table of agents and providers can tell is told by every command that reads the file.
#[test]
fn a_file_that_no_launch_accepts_is_refused_by_every_command() {
    for (broken, place) in [
        ("[codex]\nauth_forward = 'bogus'\n", "`codex.auth_forward`"),
        ("[amp]\nauth_forward = 'oauth_token'\n", "`amp.auth_forward`"),
        ("[providers.x]\nkey = 'PATH'\n", "`providers.x.key`"),
        ("[providers.zai.anthropic]\nempty = ['FOO']\n", "`providers.zai.anthropic.empty`"),
    ] {
        let home = Home::with_config("");
        let work = home.path().display();
        let text = format!("workdir = '{work}'\n{broken}");
        home.write(".config/jackin/workspaces/acme.toml", text);
        for words in ["workspace list", "workspace show acme", "workspace env list acme", "plan"] {
            let seen = see(home.jackin(words.split(' ')).current_dir(home.path()));
            assert_eq!(seen.code, Some(125), "{words}: {}", seen.err);
            assert!(seen.err.contains("acme.toml:") && seen.err.contains(place), "{}", seen.err);
        }
        // The workspace was found by the directory: it may not be the one that is wanted.
        let seen = see(home.jackin(["plan"]).current_dir(home.path()));
        assert!(seen.err.contains("`--workspace NAME`"), "{}", seen.err);
        home.write(".config/jackin/config.toml", broken);
        for words in ["config env list", "providers", "auth list"] {
            let seen = see(home.jackin(words.split(' ')).current_dir("/"));
            assert_eq!(seen.code, Some(125), "{words}: {}", seen.err);
        }
    }
}
