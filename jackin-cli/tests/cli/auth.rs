//! `jackin auth set`, `unset`, `list` and `check`, from the command line to the launched child.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::support::{Home, Seen, feed, see};

const KEY: &str = "sk-sentinel-0123456789-wxyz";

/// A home with a workspace.
fn home() -> Home {
    let home = Home::new();
    home.write(".config/jackin/workspaces/acme.toml", "workdir = '/nowhere'\n");
    home
}

/// The key that Claude Code would get of Z.AI.
fn launched(home: &Home, options: &str) -> String {
    let words =
        format!("run --provider zai {options}--program printenv claude ANTHROPIC_AUTH_TOKEN");
    home.does(&words, "").trim_end().to_owned()
}

#[test]
fn a_key_from_standard_input_reaches_the_child_from_every_scope() {
    let home = home();
    let scopes = [
        ("", "global, ~/.config/jackin/config.toml"),
        ("--role dev ", "role `dev`, ~/.config/jackin/config.toml"),
        ("--workspace acme ", "workspace, ~/.config/jackin/workspaces/acme.toml"),
        (
            "--workspace acme --role dev ",
            "workspace-role `dev`, ~/.config/jackin/workspaces/acme.toml",
        ),
    ];
    for (at, (options, shown)) in scopes.iter().enumerate() {
        let key = format!("{KEY}{at}");
        let said = home.does(&format!("auth set zai {options}--stdin"), format!("{key}\r\n"));
        assert_eq!(said, format!("stored: `ZAI_API_KEY` for Z.AI, ••••xyz{at} ({shown})\n"));
    }
    for (at, (options, _)) in scopes.iter().enumerate() {
        assert_eq!(launched(&home, options), format!("{KEY}{at}"));
    }
    assert_eq!(
        home.config(),
        format!("[env]\nZAI_API_KEY = \"{KEY}0\"\n\n[roles.dev.env]\nZAI_API_KEY = \"{KEY}1\"\n")
    );
    for (options, _) in scopes {
        assert!(home.does(&format!("auth unset zai {options}"), "").starts_with("unset: "));
        assert_eq!(home.does(&format!("auth unset zai {options}"), ""), "ZAI_API_KEY not set.\n");
    }
    assert_eq!(home.config(), "[env]\n\n[roles.dev.env]\n");
}

#[test]
fn a_reference_is_stored_as_it_is_written_by_hand() {
    let home = home();
    home.write("keys/zai", KEY);
    fs::set_permissions(home.path().join("keys/zai"), fs::Permissions::from_mode(0o600)).unwrap();
    let path = home.path().join("keys/zai");
    let path = path.display();
    for (words, value, shown) in [
        ("--op op://Vault/Item/field", "\"op://Vault/Item/field\"".into(), "op://Vault/Item/field"),
        (
            "--op op://Vault/Item/field --account me",
            "{ op = \"op://Vault/Item/field\", account = \"me\" }".into(),
            "op://Vault/Item/field",
        ),
        (
            "--note dev-local --command pass show -x",
            "{ command = [\"pass\", \"show\", \"-x\"] } # dev-local".into(),
            "command:pass",
        ),
        (
            "--command pass --stdin --workspace acme",
            "{ command = [\"pass\", \"--stdin\", \"--workspace\", \"acme\"] } # dev-local".into(),
            "command:pass",
        ),
        ("--file ~/keys/zai", "{ file = \"~/keys/zai\" } # dev-local".into(), "~/keys/zai"),
        ("--file keys/zai", format!("{{ file = \"{path}\" }} # dev-local"), "~/keys/zai"),
    ] {
        let said = home.does(&format!("auth set zai {words}"), "");
        assert!(said.contains(shown), "{said}");
        assert_eq!(home.config(), format!("[env]\nZAI_API_KEY = {value}\n"), "{words}");
    }
    assert_eq!(launched(&home, ""), KEY);
    home.script("bin/pass", &format!("echo {KEY}-of-$2"));
    home.does("auth set zai --command pass show zai", "");
    assert_eq!(launched(&home, ""), format!("{KEY}-of-zai"));
}

#[test]
fn a_note_is_changed_kept_and_taken_away() {
    let home = home();
    let config = |note: &str| format!("[env]\nZAI_API_KEY = \"{KEY}\"{note}\n");
    for (note, comment) in [
        (None, ""),
        (Some("dev-local"), " # dev-local"),
        (None, " # dev-local"),
        (Some("a # b"), " # a # b"),
        (Some(""), ""),
    ] {
        let note = note.map(|note| format!("--note={note}"));
        let words = ["auth", "set", "zai", "--stdin"].into_iter().chain(note.as_deref());
        assert_eq!(feed(&mut home.jackin(words), KEY).code, Some(0));
        assert_eq!(home.config(), config(comment));
    }
    home.write(".config/jackin/config.toml", "env = {}\n");
    let said = home.does("auth set zai --note team --stdin", KEY);
    assert!(said.contains("warning: the note was not kept: an inline table has no place for it\n"));
    assert_eq!(home.config(), format!("env = {{ ZAI_API_KEY = \"{KEY}\" }}\n"));
    home.write(".config/jackin/config.toml", config(""));
    for bad in ["a\nb = 1", "a\u{1b}[31m", "\u{7f}"] {
        let seen = feed(&mut home.jackin(["auth", "set", "zai", "--stdin", "--note", bad]), KEY);
        assert_eq!(seen.code, Some(2));
        assert!(seen.err.contains("the note holds a line break or a control character"));
    }
    assert_eq!(home.config(), config(""));
}

/// Notes are shown in lists and on the screen.
#[test]
fn a_note_that_holds_the_key_is_refused() {
    let home = home();
    let plain = "plain.0123456789.wxyz";
    for (key, note) in [
        (KEY, KEY.to_owned()),
        (KEY, format!("mine ({KEY})")),
        (plain, format!("a{plain}b")),
        // Another key than the one that is stored.
        (plain, "was sk-cp-sentinel0123".to_owned()),
        (plain, "\"agt_sentinel\"".to_owned()),
    ] {
        for more in [&["--stdin"][..], &["--stdin", "--role", "dev"], &["--op", "op://a/b/c"]] {
            if more[0] == "--op" && !note.contains("sk-") {
                continue;
            }
            let mut jackin = home.jackin(["auth", "set", "zai", "--note", &note]);
            let seen = feed(jackin.args(more), key);
            assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""), "{note}");
            assert!(
                seen.err.contains("error: the note holds a key, and notes are shown\n"),
                "{}",
                seen.err
            );
            assert!(!seen.err.contains("sentinel") && !seen.err.contains("plain."), "{}", seen.err);
            assert!(!home.path().join(".config/jackin/config.toml").exists());
        }
    }
    home.does("auth set zai --stdin --note sk-team", KEY);
}

#[test]
fn a_key_as_an_argument_is_refused_and_not_repeated() {
    let home = home();
    let reason = "error: a key is not taken as an argument: it would stand in the shell's history";
    for words in [
        "auth set zai KEY",
        "auth set zai -- KEY",
        "auth set zai KEY KEY",
        "auth set zai --key KEY",
        "auth set zai --key=KEY",
        "auth set zai --stdin KEY",
        "auth set zai --note x KEY",
    ] {
        let said = home.refuses(2, &words.replace("KEY", KEY), KEY);
        assert!(said.starts_with(reason) && said.contains("`--stdin`"), "{words}: {said}");
        assert!(!said.contains("sentinel"), "{words}: {said}");
    }
    for words in [
        "auth set zai --stdin=KEY",
        "auth set zai --keyring=KEY",
        "auth set zai -kKEY",
        "auth set zai=KEY",
        "auth set KEY",
        "auth set zai --op KEY",
        "auth set zai --account KEY",
        "auth KEY",
        "auth unset zai KEY",
        "auth unset KEY",
        "auth check zai KEY",
        "auth check KEY",
        "auth import zai KEY",
        "auth import KEY",
        "auth list KEY",
        "KEY",
        "config KEY",
        "config env KEY",
        "config env set ZAI_API_KEY KEY",
        "config env set ZAI_API_KEY=KEY",
        "config env set ZAI_API_KEY KEY KEY",
        "config env set ZAI_API_KEY --stdin=KEY",
        "config env set ZAI_API_KEY --secret KEY",
        "config env set EDITOR --literal KEY",
        "config env unset KEY",
        "config env list KEY",
        "workspace env set acme ZAI_API_KEY KEY",
        "workspace env set KEY A b",
        "workspace show KEY",
        "workspace create acme KEY",
    ] {
        let said = home.refuses(
            2,
            &words
                .replace("KEY", KEY)
                .replace("ZAI_API_sk-sentinel-0123456789-wxyz", "ZAI_API_KEY"),
            KEY,
        );
        assert!(!said.contains("sentinel"), "{words}: {said}");
    }
    assert!(!home.path().join(".config/jackin/config.toml").exists());
}

#[test]
fn a_key_of_no_possible_shape_is_refused() {
    let home = home();
    let long = "k".repeat((64 << 10) + 1);
    for (key, why) in [
        (&b""[..], "the key for provider `zai` is blank"),
        (b" \t\n", "the key for provider `zai` is blank"),
        (b"sentinel\nsentinel", "the key for provider `zai` holds a line break"),
        (b"sentinel\n\n", "the key for provider `zai` holds a line break"),
        (b"sentinel ", "the key for provider `zai` holds white space"),
        ("sentinelä".as_bytes(), "the key for provider `zai` holds a character outside ASCII"),
        (b"sentinel\x1b", "the key for provider `zai` holds a control character"),
        (b"sentinel\0", "the key holds a NUL"),
        (b"agt_sentinel", "the key for provider `zai` is a key of `gateway`"),
        (b"op://sentinel", "the key is not a reference of the form op://"),
        (b"sentinel\xff", "standard input is not UTF-8"),
        (long.as_bytes(), "standard input is longer than 64 KiB"),
    ] {
        let said = home.refuses(2, "auth set zai --stdin", key);
        assert!(said.starts_with(&format!("error: {why}")), "{said}");
        assert!(!said.contains("sentinel"), "{said}");
    }
    let said = home.refuses(2, "auth set zai", KEY);
    assert!(said.starts_with("error: nobody is there to be asked: key for Z.AI (`ZAI_API_KEY`)\n"));
    assert!(said.contains("--stdin"));
    assert!(!home.path().join(".config/jackin/config.toml").exists());
    // One that only looks unusual is stored.
    let said = home.does("auth set minimax --stdin", "sk-other-0123456789");
    assert!(said.contains("warning: the key for `minimax` does not begin with `sk-cp-`"), "{said}");
    home.does("auth set zai --stdin", &long[1..]);
}

#[test]
fn a_scope_that_is_not_there_is_said() {
    let home = home();
    let said = home.refuses(2, "auth set zai --workspace acne --stdin", KEY);
    assert_eq!(said, "error: unknown workspace `acne`\n\nhint: did you mean `acme`?\n");
    let said = home.refuses(2, "auth set zia --stdin", KEY);
    assert_eq!(said, "error: unknown provider `zia`\n\nhint: did you mean `zai`?\n");
    assert!(
        home.refuses(2, "auth set zai --role= --stdin", KEY)
            .contains("`--role`: not a valid role name")
    );
    // An exported workspace is not written to by mistake.
    let mut command = home.jackin(["auth", "set", "zai", "--stdin"]);
    assert_eq!(
        feed(command.env("JACKIN_WORKSPACE", "acme").env("JACKIN_ROLE", "x"), KEY).code,
        Some(0)
    );
    assert_eq!(home.config(), format!("[env]\nZAI_API_KEY = \"{KEY}\"\n"));
    // Nor is one made where somebody was mistaken about the directory.
    let seen =
        feed(&mut home.jackin(["--config-dir", "nowhere", "auth", "set", "zai", "--stdin"]), KEY);
    assert_eq!(seen.err, "error: no such directory: nowhere (from `--config-dir`)\n");
    let seen = feed(home.jackin(["auth", "set", "zai", "--stdin"]).env_remove("HOME"), KEY);
    assert!(seen.err.starts_with("error: there is no configuration directory: `HOME` is not set"));
}

#[test]
fn a_withdrawn_provider_is_taken_back_where_its_key_is_stored() {
    let home = home();
    home.write(".config/jackin/config.toml", "[providers.zai]\nmode = 'ignore'\nlabel = 'Z'\n");
    let said = home.does("auth set zai --workspace acme --stdin", KEY);
    assert!(
        said.contains(
            "warning: its mode is still `ignore` (global, ~/.config/jackin/config.toml:2)"
        ),
        "{said}"
    );
    assert!(!home.does("auth set zai --stdin", KEY).contains("warning"));
    assert_eq!(
        home.config(),
        format!("[providers.zai]\nlabel = 'Z'\n\n[env]\nZAI_API_KEY = \"{KEY}\"\n")
    );
    assert_eq!(launched(&home, ""), KEY);
}

const KINDS: &str = "
[env]
ANTHROPIC_API_KEY = '0123456789abc' # mine
ZAI_API_KEY = '0123456789ab'
KIMI_CODE_API_KEY = { op = 'op://Vault/Item/field', account = 'me' } # team
MINIMAX_API_KEY = '$MY_KEY'
OPENAI_API_KEY = { command = ['pass', 'show', 'x'] }
GATEWAY_API_KEY = 'agt_sentinel_wxyz'
XAI_API_KEY = { file = '~/x' }
AMP_API_KEY = { keyring = 'jackin/AMP_API_KEY' }
DEEPSEEK_API_KEY = ''
[providers.gateway]
expires_at = 2020-01-01T00:00:00Z
[providers.zai]
mode = 'ignore'
[roles.dev.env]
ZAI_API_KEY = 'role-sentinel-0000-r000' # of the role
";

fn listed(home: &Home, words: &str) -> Vec<String> {
    let said = home.does(words, "");
    assert!(!said.contains("sentinel") && !said.contains("0123456789"), "{said}");
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    said.lines().map(line).collect()
}

#[test]
fn a_list_shows_where_each_key_stands_and_at_most_its_end() {
    let home = home();
    home.write(".config/jackin/config.toml", KINDS);
    home.does("auth set zai --workspace acme --stdin", "acme-sentinel-0000-w000");
    let lines = listed(&home, "auth list");
    let file = "~/.config/jackin/config.toml";
    for line in [
        "ID MODE KIND KEY NOTE EXPIRES SOURCE".to_owned(),
        format!("anthropic api_key literal ••••9abc mine - global, {file}:3"),
        format!("zai ignore literal •••• - - global, {file}:4"),
        format!("kimi api_key op op://Vault/Item/field (account me) team - global, {file}:5"),
        format!("minimax api_key environment $MY_KEY - - global, {file}:6"),
        format!("openai api_key command command:pass - - global, {file}:7"),
        format!("xai api_key file file:~/x - - global, {file}:9"),
        format!("amp api_key keyring keyring:jackin/AMP_API_KEY - - global, {file}:10"),
        format!("deepseek api_key literal (blank) - - global, {file}:11"),
        "qwen - - - - - -".to_owned(),
    ] {
        assert!(lines.contains(&line), "{line}\n{lines:#?}");
    }
    assert!(
        lines.iter().any(|line| line.starts_with("gateway api_key literal ••••wxyz - expired "))
    );
    assert_eq!(
        listed(&home, "auth list --role dev")[3],
        format!("zai ignore literal ••••r000 of the role - role, {file}:17")
    );
    let all = listed(&home, "auth list --all");
    let zai: Vec<_> = all.iter().filter(|line| line.starts_with("zai ")).collect();
    assert_eq!(
        zai,
        [
            &format!("zai ignore literal •••• - - global, {file}:4"),
            &format!("zai ignore literal ••••r000 of the role - role, {file}:17"),
            &"zai ignore literal ••••w000 - - workspace, ~/.config/jackin/workspaces/acme.toml:4"
                .to_owned(),
        ]
    );
}

fn json(seen: &Seen) -> serde_json::Value {
    serde_json::from_str(&seen.out).unwrap()
}

#[test]
fn a_list_for_programs() {
    let home = home();
    home.write(".config/jackin/config.toml", KINDS);
    let seen = see(&mut home.jackin(["auth", "list", "--json", "--role", "dev"]));
    assert!(!seen.out.contains("sentinel"));
    let list = json(&seen);
    assert_eq!(list["schema"], 1);
    let keys = list["keys"].as_array().unwrap();
    let of = |id: &str| keys.iter().find(|key| key["provider"] == id).unwrap();
    assert_eq!(of("zai")["last_four"], "r000");
    assert_eq!(of("zai")["mode"], "ignore");
    assert_eq!(of("zai")["source"]["scope"], "role");
    assert_eq!(of("zai")["source"]["line"], 17);
    assert_eq!(of("zai")["shadowed"][0]["scope"], "global");
    assert_eq!(of("zai")["note"], "of the role");
    assert_eq!(of("gateway")["expires_at"], 1_577_836_800);
    assert_eq!(of("kimi")["reference"], "op://Vault/Item/field");
    assert_eq!(of("kimi").get("last_four"), None);
    assert_eq!(
        (&of("deepseek")["configured"], &of("deepseek")["kind"]),
        (&false.into(), &"literal".into())
    );
    assert_eq!(
        (&of("qwen")["configured"], &of("qwen")["source"]),
        (&false.into(), &serde_json::Value::Null)
    );
}

#[test]
fn an_exported_key_is_listed_as_what_it_is() {
    let home = home();
    let mut command = home.jackin(["auth", "list"]);
    let seen = see(command.env("ZAI_API_KEY", KEY));
    let line = seen.out.lines().find(|line| line.starts_with("zai ")).unwrap();
    let blank = see(home.jackin(["auth", "list"]).env("ZAI_API_KEY", " "));
    assert!(blank.out.contains("\nzai         -     -     -"), "{}", blank.out);
    assert_eq!(see(home.jackin(["auth", "check"]).env("ZAI_API_KEY", "")).code, Some(0));
    assert!(line.contains("$ZAI_API_KEY") && line.ends_with("environment"), "{line}");
}

#[test]
fn a_check_reads_each_key_once_and_shows_none() {
    let home = home();
    home.script("bin/pass", "echo \"$2\" >>\"$HOME/calls\"; test \"$2\" != bad || { echo no such key >&2; exit 3; }; echo sentinel-of-\"$2\"");
    home.write(
        ".config/jackin/config.toml",
        "[env]
ZAI_API_KEY = { command = ['pass', 'show', 'one'] }
KIMI_CODE_API_KEY = { command = ['pass', 'show', 'one'] }
XAI_API_KEY = 'sentinel-xai'
[roles.dev.env]
ZAI_API_KEY = { command = ['pass', 'show', 'two'] }
",
    );
    let said = home.does("auth check", "");
    let lines: Vec<_> =
        said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        [
            "zai command global, ~/.config/jackin/config.toml:2 works",
            "kimi command global, ~/.config/jackin/config.toml:3 works: the key for `kimi` does not begin with `sk-ki`, as its keys do",
            "xai literal global, ~/.config/jackin/config.toml:4 works: the key for `xai` does not begin with `xai-`, as its keys do",
        ]
    );
    assert_eq!(home.read("calls"), "one\n");
    assert_eq!(home.does("auth check zai --role dev", "").matches("works").count(), 1);
    assert_eq!(home.read("calls"), "one\ntwo\n");
    home.does("auth check --all", "");
    assert_eq!(home.read("calls").len(), "one\ntwo\none\ntwo\n".len());
    home.does("auth set zai --workspace acme --command pass show bad", "");
    assert_eq!(home.fed("auth check", "").code, Some(0), "another scope's does not count");
    for words in [
        "auth check --all",
        "auth check --workspace acme",
        "auth check zai --workspace acme --json",
    ] {
        let seen = home.fed(words, "");
        assert_eq!(seen.code, Some(1), "{words}");
        let all = format!("{}{}", seen.out, seen.err);
        assert!(all.contains("no such key") && !all.contains("sentinel"), "{all}");
        if words.ends_with("--json") {
            let checks = &json(&seen)["checks"];
            assert_eq!(checks.as_array().unwrap().len(), 1);
            assert_eq!(
                (&checks[0]["works"], &checks[0]["kind"]),
                (&false.into(), &"command".into())
            );
        }
    }
}

#[test]
fn a_check_looks_at_what_the_keys_are() {
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = 'agt_sentinel'\nGATEWAY_API_KEY = 'agt_sentinel'\nMINIMAX_API_KEY = '$NOT_THERE'\n[providers.gateway]\nexpires_at = 2020-01-01T00:00:00Z\n",
    );
    let seen = home.fed("auth check", "");
    assert_eq!(seen.code, Some(1));
    assert!(!seen.out.contains("sentinel"));
    for (id, why) in [
        ("zai", "fails: it is a key of `gateway`, which is good there alone"),
        ("gateway", "fails: expired "),
        ("minimax", "fails: "),
    ] {
        let line = seen.out.lines().find(|line| line.starts_with(id)).unwrap();
        assert!(line.contains(why), "{line}");
    }
    let said = home.refuses(1, "auth check kimi", "");
    assert_eq!(
        said,
        "error: no key for provider `kimi`: `KIMI_CODE_API_KEY` is not set\n\nhint: `jackin auth set kimi` stores one\n"
    );
    assert_eq!(Home::new().does("auth check", ""), "");
}

#[test]
fn a_key_that_looks_like_an_option_is_not_repeated() {
    let home = Home::new();
    let said = home.refuses(2, "auth set zai --sk-cp-sentinel-0123456789", "");
    assert!(said.contains('…') && !said.contains("sentinel"), "{said}");
}
