//! `jackin config` and `jackin workspace`: variables and workspaces, from the command line to the
//! launched child.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use crate::support::{Home, feed, see};

const RANDOM: &str = "a1b2c3d4e5f6a7b8c9d0e1f2";

fn home() -> Home {
    let home = Home::new();
    home.write(".config/jackin/workspaces/acme.toml", "");
    home
}

/// What the child gets of a variable.
fn launched(home: &Home, options: &str, name: &str) -> String {
    let seen = home
        .fed(&format!("run {options} --provider anthropic --program printenv claude {name}"), "");
    seen.out.strip_suffix('\n').unwrap_or("unset").to_owned()
}

#[test]
fn variables_are_set_listed_and_unset_in_every_scope() {
    for (of, options, role) in [
        ("config env", "", ""),
        ("config env", "", "--role dev"),
        ("workspace env", "acme", ""),
        ("workspace env", "acme", "--role dev"),
    ] {
        let home = home();
        let (set, unset) =
            (format!("{of} set {options} {role}"), format!("{of} unset {options} {role} EDITOR"));
        let list = format!("{of} list {options} {role}");
        assert!(home.does(&format!("{set} EDITOR vi"), "").starts_with("stored: `EDITOR` ("));
        assert!(
            home.does(&format!("{set} EDITOR vi"), "").starts_with("nothing to change: `EDITOR` (")
        );
        assert!(home.does(&format!("{set} PAGER -R"), "").starts_with("stored"));
        home.does(&format!("{set} TOKEN --stdin"), "sentinel-0123456789\n");
        let shown = home.does(&list, "");
        assert!(!shown.contains("sentinel") && !shown.contains("vi"), "{shown}");
        assert!(
            shown.contains("EDITOR  ••••") && shown.contains("TOKEN   ••••6789  ~/.config/"),
            "{shown}"
        );
        let seen = home.fed(&format!("{list} --json"), "");
        let listed: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
        assert_eq!(
            (&listed["schema"], &listed["env"][2]["name"], &listed["env"][2]["value"]),
            (&1.into(), &"TOKEN".into(), &"••••6789".into())
        );
        assert!(!seen.out.contains("sentinel"));
        let workspace =
            if options.is_empty() { String::new() } else { format!("--workspace {options}") };
        let place = format!("{workspace} {role}");
        assert_eq!(launched(&home, &place, "EDITOR"), "vi");
        assert_eq!(launched(&home, &place, "PAGER"), "-R");
        assert_eq!(launched(&home, &place, "TOKEN"), "sentinel-0123456789");
        assert_eq!(launched(&home, "", "EDITOR") == "vi", place.trim().is_empty());
        assert!(home.does(&unset, "").starts_with("unset: `EDITOR` ("));
        assert_eq!(home.does(&unset, ""), "EDITOR not set.\n");
        assert_eq!(launched(&home, &place, "EDITOR"), "unset");
    }
}

#[test]
fn what_looks_like_a_secret_is_no_argument() {
    let home = home();
    for (name, value) in [
        ("ZAI_API_KEY", "x"),
        ("my_token", "x"),
        ("DB_PASS", "x"),
        ("PGPASSWORD", "x"),
        ("AWS_SECRET", "x"),
        ("GOOGLE_CREDENTIALS", "x"),
        ("EDITOR", "sk-sentinel"),
        ("EDITOR", "agt_sentinel"),
        ("EDITOR", RANDOM),
    ] {
        for literal in [&[][..], &["--literal"]] {
            let words = [&["config", "env", "set", name, value], literal].concat();
            let seen = see(&mut home.jackin(words));
            assert_eq!(seen.code, Some(2), "{name} {value}");
            assert!(
                seen.err.starts_with(&format!(
                    "error: a value for `{name}` is not taken as an argument"
                )),
                "{}",
                seen.err
            );
            assert!(!seen.err.contains("sentinel") && !seen.err.contains(RANDOM), "{}", seen.err);
        }
    }
    home.refuses(2, "config env set EDITOR --secret vi", "");
    assert!(
        home.refuses(2, "config env set EDITOR", "")
            .contains("nobody is there to be asked: value for `EDITOR`")
    );
    assert!(!home.path().join(".config/jackin/config.toml").exists());
    // References are none, nor are everyday values.
    for (name, value) in [
        ("ZAI_API_KEY", "$MY_KEY"),
        ("ZAI_API_KEY", "op://v/i/f"),
        ("EDITOR", "vi"),
        ("LONG", "/usr/share/some-directory/and-1-more"),
        ("WORDS", "nothing-but-words-and-more-words"),
        ("KEYBOARD", "de"),
        ("TOKENIZER", "x"),
    ] {
        assert_eq!(
            see(&mut home.jackin(["config", "env", "set", name, value])).code,
            Some(0),
            "{name} {value}"
        );
    }
    // A provider's key is looked at, wherever it is set.
    let said = home.refuses(2, "workspace env set acme ZAI_API_KEY --stdin", "agt_sentinel");
    assert!(said.contains("is a key of `gateway`") && !said.contains("sentinel"), "{said}");
}

#[test]
fn a_literal_stays_what_it_is() {
    let home = home();
    for text in [
        "$Passw0rd",
        "${HOME}",
        "op://not/a/reference",
        "op://",
        " a\tb ",
        "multi\nline",
        "ä'\"\\#",
        "{ text = 'x' }",
    ] {
        let mut set = home.jackin(["config", "env", "set", "V", "--literal", "--stdin"]);
        assert_eq!(feed(&mut set, text).code, Some(0), "{text:?}");
        assert_eq!(launched(&home, "", "V"), text);
        assert_eq!(
            see(&mut home.jackin(["config", "env", "set", "V", "--literal", text])).code,
            Some(0)
        );
        assert_eq!(launched(&home, "", "V"), text);
    }
    home.does("config env set V $Passw0rd --literal", "");
    assert_eq!(home.config(), "[env]\nV = { text = \"$Passw0rd\" }\n");
    // Without it the text is what a configuration's text is.
    home.does("config env set V $OTHER", "");
    assert_eq!(home.config(), "[env]\nV = \"$OTHER\"\n");
    home.does("config env set V --stdin", "");
    assert_eq!(launched(&home, "", "V"), "");
    assert!(home.does("config env list", "").contains("(blank)"));
}

#[test]
fn names_that_cannot_be_set_are_refused() {
    let home = home();
    for name in [
        "JACKIN",
        "JACKIN_PROVIDER",
        "DOCKER_HOST",
        "DOCKER_TLS_VERIFY",
        "DOCKER_CERT_PATH",
        "TESTCONTAINERS_HOST_OVERRIDE",
    ] {
        for words in ["config env set NAME x", "workspace env set acme NAME x"] {
            let said = home.refuses(2, &words.replace("NAME", name), "");
            assert_eq!(
                said,
                format!("error: `{name}` belongs to the launcher and cannot be set\n")
            );
        }
    }
    // One that stands there all the same can be taken away.
    home.write(".config/jackin/workspaces/old.toml", "[env]\nJACKIN_X = 'x'\nA = 'a'\n");
    home.does("workspace env unset old JACKIN_X", "");
    assert_eq!(home.read(".config/jackin/workspaces/old.toml"), "[env]\nA = 'a'\n");
    for name in ["1A", "A-B", "A.B", "Ä"] {
        let said = home.refuses(2, &format!("config env set {name} x"), "");
        assert_eq!(
            said,
            "error: not a valid variable name: letters, digits and `_`, not starting with a digit\n"
        );
    }
    assert!(home.refuses(2, "workspace env set acne A x", "").contains("did you mean `acme`?"));
    assert!(!home.path().join(".config/jackin/config.toml").exists());
}

#[test]
fn a_workspace_is_created_shown_listed_and_removed() {
    let home = Home::new();
    home.write("work/x", "");
    let work = home.path().join("work");
    let mut create = home.jackin(["workspace", "create", "acme"]);
    let seen = see(create.current_dir(&work));
    let file = ".config/jackin/workspaces/acme.toml";
    assert_eq!(
        seen.err,
        format!(
            "created: workspace `acme` for {} ({})\n",
            work.display(),
            home.path().join(file).display()
        )
    );
    assert_eq!(home.read(file), format!("workdir = \"{}\"\n", work.display()));
    let said = home.refuses(2, "workspace create acme --workdir /elsewhere", "");
    assert_eq!(said, format!("error: workspace `acme` is there already: ~/{file}\n"));
    // An empty file is a workspace as well.
    home.write(".config/jackin/workspaces/empty.toml", "");
    let said = home.refuses(2, "workspace create empty", "");
    assert!(said.starts_with("error: workspace `empty` is there already"), "{said}");
    home.does("workspace remove empty", "");
    for (name, given, dir) in
        [("a", "~/work", "work"), ("b", "work", "work"), ("c", "./work/", "work")]
    {
        home.does(&format!("workspace create {name} --workdir {given}"), "");
        let text = home.read(&format!(".config/jackin/workspaces/{name}.toml"));
        let text = text.trim_end().trim_end_matches("/\"").trim_end_matches('"');
        assert_eq!(text, format!("workdir = \"{}", home.path().join(dir).display()));
    }
    for name in ["../x", ".x", "-x", "a/b", ""] {
        let mut command = home.jackin(["workspace", "create", "--workdir", "/x", "--", name]);
        assert_eq!(see(&mut command).code, Some(2), "{name}");
    }
    let mut command = home.jackin(["workspace", "create", "d", "--workdir"]);
    let seen = see(command.arg(OsStr::from_bytes(b"\xff")));
    assert!(
        seen.err.starts_with("error: the workspace's directory has no name in UTF-8"),
        "{}",
        seen.err
    );

    assert_eq!(
        home.does("workspace show acme", ""),
        format!("file      ~/{file}\nworkdir   ~/work\nagent     -\nprovider  -\nrole      -\n")
    );
    home.does("auth set zai --workspace acme --role dev --stdin", "sentinel-0123456789");
    home.does("workspace env set acme EDITOR vi", "");
    let shown = home.does("workspace show acme", "");
    assert!(shown.contains(&format!("\nenv\nEDITOR  ••••  ~/{file}:7\n\nenv of role `dev`\nZAI_API_KEY  ••••6789  ~/{file}:4\n")), "{shown}");
    let seen = home.fed("workspace show acme --json", "");
    let shown: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
    assert_eq!((&shown["schema"], &shown["workspace"]["name"]), (&1.into(), &"acme".into()));
    assert_eq!(shown["scopes"][1]["role"], "dev");
    assert_eq!(shown["scopes"][1]["env"][0]["value"], "••••6789");
    let list = home.does("workspace list", "");
    assert!(
        list.starts_with("NAME  WORKDIR")
            && list.lines().nth(2).unwrap().starts_with("acme  ~/work"),
        "{list}"
    );
    let list: serde_json::Value =
        serde_json::from_str(&home.fed("workspace list --json", "").out).unwrap();
    assert_eq!((&list["schema"], &list["workspaces"][1]["name"]), (&1.into(), &"acme".into()));

    let said = home.refuses(2, "workspace remove acme", "");
    assert_eq!(
        said,
        "error: workspace `acme` holds more than its directory: `roles`, `env`\n\nhint: `--force` removes it with all it holds\n"
    );
    assert_eq!(
        home.does("workspace remove acme --force", ""),
        format!(
            "removed: workspace `acme` (~/{file})\nremoved ••••6789 (`ZAI_API_KEY` of role `dev`)\n"
        )
    );
    assert!(!home.path().join(file).exists());
    assert_eq!(
        home.does("workspace remove a", ""),
        "removed: workspace `a` (~/.config/jackin/workspaces/a.toml)\n"
    );
    assert!(
        home.refuses(2, "workspace remove acme", "").starts_with("error: unknown workspace `acme`")
    );
    // What jackin does not know is worth keeping as well.
    home.write(".config/jackin/workspaces/b.toml", "[[mounts]]\nsrc = 'x'\n");
    assert!(home.refuses(2, "workspace remove b", "").contains("`mounts`"));
}

#[test]
fn the_workspace_that_was_created_is_the_one_of_its_directory() {
    let home = Home::new();
    home.write("work/deep/x", "");
    home.does("workspace create acme --workdir work", "");
    home.does("workspace env set acme EDITOR vi", "");
    let mut run = home.jackin([
        "run",
        "--provider",
        "anthropic",
        "--program",
        "printenv",
        "claude",
        "EDITOR",
    ]);
    assert_eq!(see(run.current_dir(home.path().join("work/deep"))).out, "vi\n");
}

#[test]
fn the_configuration_directory_is_said_whether_or_not_it_is_there() {
    let home = Home::new();
    assert_eq!(home.does("config path", ""), "~/.config/jackin\n");
    assert_eq!(home.does("--config-dir /nowhere config path", ""), "/nowhere\n");
    assert!(!home.path().join(".config").exists());
    let mut command = home.jackin(["config", "path"]);
    assert_eq!(see(command.env("XDG_CONFIG_HOME", "/xdg")).out, "/xdg/jackin\n");
}
