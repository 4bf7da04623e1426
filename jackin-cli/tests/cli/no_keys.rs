//! Texts that are taken for a key by mistake: refused at every entrance, each with its own sentence and its
//! place, and never repeated. What is exported as a reference is read.

use crate::support::{Home, see};

/// A text, how it is refused, and what to do.
const TEXTS: [(&str, &str, &str); 12] = [
    ("\"sk-sentinel\"", "has quotes around it", "take the quotes away"),
    ("'sk-sentinel'", "has quotes around it", "take the quotes away"),
    ("ZAI_API_KEY=sk-sentinel", "is an assignment (`NAME=value`)", "only what is after the `=`"),
    ("Bearer sk-sentinel", "is a header (`Bearer …`)", "only the key"),
    ("$sentinel-1", "is a reference (`op://…`, `$NAME`)", "the whole value"),
    ("your_sentinel_api_key", "is a placeholder", "put the real key in its place"),
    ("<your-sentinel-api-key>", "is a placeholder", "put the real key in its place"),
    ("sk-sentinel,", "ends with a comma or a semicolon", "remove the comma"),
    ("sk-sentinel;", "ends with a comma or a semicolon", "remove the comma"),
    ("sk-sentinel and more", "holds white space", "paste the key alone"),
    ("sk-ant-sentinel", "is a key of `anthropic`, another vendor's provider", "anthropic"),
    ("sk-cp-sentinel", "is a key of `minimax`, another vendor's provider", "minimax"),
];

const LAUNCH: &str = "run --provider zai claude";

/// A home whose agent leaves a mark when it is started.
fn home() -> Home {
    let home = Home::new();
    home.script("bin/claude", "touch started; echo \"$ANTHROPIC_AUTH_TOKEN$ANTHROPIC_API_KEY\"");
    home
}

fn is_refused(home: &Home, said: &str, (text, why, hint): (&str, &str, &str), place: &str) {
    assert!(said.contains(why) && said.contains(hint), "{text}: {said}");
    assert!(said.contains(place), "{text}: {said}");
    assert!(!said.contains("sentinel"), "{text}: {said}");
    assert!(!home.path().join("started").exists(), "{text}");
}

#[test]
fn auth_set_and_config_env_set_store_none_of_them() {
    let home = home();
    for case in TEXTS {
        for words in ["auth set zai --stdin", "config env set ZAI_API_KEY --stdin"] {
            let said = home.refuses(2, words, case.0);
            is_refused(&home, &said, case, "nothing was stored");
            assert!(!home.path().join(".config").exists());
        }
    }
}

#[test]
fn auth_import_stores_none_of_them() {
    let home = home();
    for (text, why, hint) in TEXTS {
        let lines = [
            "export ANTHROPIC_BASE_URL=https://gateway.example.com/zai".to_owned(),
            format!("export ANTHROPIC_AUTH_TOKEN=\"{}\"", text.replace('"', "")),
            "export ANTHROPIC_MODEL=glm-4.6".to_owned(),
            "export ANTHROPIC_SMALL_FAST_MODEL=glm-4.5-air".to_owned(),
        ];
        let quoted = text.contains(['"', '\'']);
        let json = serde_json::json!({ "env_lines": lines }).to_string();
        for bundle in [lines.join("\n"), json] {
            let (code, said) = {
                let seen = home.fed("auth import", &bundle);
                (seen.code, seen.err)
            };
            // What a shell would evaluate is refused before it is looked at as a key.
            let of_shell =
                said.contains("line 2: the value of `ANTHROPIC_AUTH_TOKEN` is not plain");
            if quoted && code == Some(0) {
                std::fs::remove_dir_all(home.path().join(".config")).unwrap();
                continue;
            }
            assert_eq!(code, Some(2), "{text}: {said}");
            assert!(of_shell || said.contains(why) && said.contains(hint), "{text}: {said}");
            assert!(!said.contains("sentinel"), "{text}: {said}");
            assert!(!home.path().join(".config").exists());
        }
    }
}

#[test]
fn no_launch_sends_one_wherever_it_stands() {
    for case in TEXTS {
        let home = home();
        let exported = see(home.jackin(LAUNCH.split(' ')).env("ZAI_API_KEY", case.0));
        assert_eq!(exported.code, Some(125), "{}: {}", case.0, exported.err);
        is_refused(&home, &exported.err, case, "`ZAI_API_KEY` (environment)");
        let text = toml_edit::Value::from(case.0).to_string();
        home.write(".config/jackin/config.toml", format!("[env]\nZAI_API_KEY ={text}\n"));
        let said = home.refuses(125, LAUNCH, "");
        is_refused(&home, &said, case, "`ZAI_API_KEY` (global, ~/.config/jackin/config.toml:2)");
        home.write(".config/jackin/config.toml", "[env]\nZAI_API_KEY = '$MY_KEY'\n");
        let other = see(home.jackin(LAUNCH.split(' ')).env("MY_KEY", case.0));
        assert_eq!(other.code, Some(125), "{}: {}", case.0, other.err);
        is_refused(&home, &other.err, case, "config.toml:2) from $MY_KEY");
        home.write("key", case.0);
        home.write(
            ".config/jackin/config.toml",
            "[env]\nZAI_API_KEY = { command = ['cat', 'key'] }\n",
        );
        let said = home.refuses(125, LAUNCH, "");
        is_refused(&home, &said, case, "config.toml:2) from command:cat");
    }
}

#[test]
fn the_checks_name_each_of_them() {
    for (text, why, _) in TEXTS {
        let home = home();
        let doctor = see(home.jackin(["doctor"]).env("ZAI_API_KEY", text));
        assert!(doctor.out.contains(&format!("problem: `ZAI_API_KEY` {why}")), "{}", doctor.out);
        let check = see(home.jackin(["auth", "check", "zai"]).env("ZAI_API_KEY", text));
        assert_eq!(check.code, Some(1));
        assert!(check.out.contains(&format!("fails: it {why}")), "{}", check.out);
        assert!(!(doctor.out + &check.out).contains("sentinel"));
    }
}

#[test]
fn what_is_exported_as_a_reference_is_read_like_one_of_a_layer() {
    let home = home();
    home.script("bin/op", "printf %s sk-of-\"$3\" | tr -d :/");
    for (provider, name) in [("zai", "ZAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")] {
        for (text, key) in
            [("op://V/I/F", "sk-ofopVIF"), ("$MY_KEY", "sk-mine"), ("${MY_KEY}", "sk-mine")]
        {
            let mut command = home.jackin(["run", "--provider", provider, "claude"]);
            let seen = see(command.env(name, text).env("MY_KEY", "sk-mine"));
            let key = key.replace("sk-of", "sk-of-");
            assert_eq!((seen.code, seen.out.trim_end()), (Some(0), &*key), "{text}: {}", seen.err);
        }
    }
    let mut plan = home.jackin(["plan", "--provider", "zai", "claude"]);
    let plan = see(plan.env("ZAI_API_KEY", "op://V/I/F"));
    assert!(plan.out.contains("op://V/I/F") && plan.out.contains("environment"), "{}", plan.out);
}

#[test]
fn a_reference_that_leads_to_another_one_is_not_followed() {
    for (name, text, other) in [
        ("ZAI_API_KEY", "$ZAI_API_KEY", ""),
        ("ZAI_API_KEY", "$MY_KEY", "op://V/I/F"),
        ("ZAI_API_KEY", "$MY_KEY", "$ZAI_API_KEY"),
    ] {
        let home = home();
        home.script("bin/op", "touch asked");
        let mut command = home.jackin(LAUNCH.split(' '));
        let seen = see(command.env(name, text).env("MY_KEY", other));
        assert_eq!(seen.code, Some(125));
        assert!(seen.err.contains("is a reference"), "{}", seen.err);
        assert!(!home.path().join("asked").exists() && !home.path().join("started").exists());
    }
}

#[test]
fn a_provider_of_ones_own_takes_any_vendors_key_and_short_words_are_keys() {
    let home = home();
    home.write(
        ".config/jackin/config.toml",
        "[providers.mine]\nkey = 'MINE_API_KEY'\nanthropic.base_url = 'https://m.example.com'\n\
         anthropic.models = { main = 'a', small_fast = 'b' }\n",
    );
    for key in
        ["sk-ant-1", "sk-or-1", "xai-1", "sk-cp-1", "sk-1", "demo", "x", "sk-no-key-required"]
    {
        let mut command = home.jackin(["run", "--provider", "mine", "claude"]);
        let seen = see(command.env("MINE_API_KEY", key));
        assert_eq!((seen.code, seen.out.trim_end(), &*seen.err), (Some(0), key, ""));
    }
    for key in ["demo", "test", "x", "sk-1"] {
        let seen = see(home.jackin(LAUNCH.split(' ')).env("ZAI_API_KEY", key));
        assert_eq!((seen.code, seen.out.trim_end()), (Some(0), key), "{}", seen.err);
    }
}

#[test]
fn a_provider_that_is_not_chosen_stops_no_launch() {
    let home = home();
    for table in [
        "[providers.minimax.anthropic]\nbase_url = 'https://api.minimaxi.com/anthropic'",
        "[providers.minimax.anthropic]\nbase_url = 'https://api.minimax.cn/anthropic'",
        "[providers.mine]\nlabel = 'Mine'",
        "[providers.mine]\nextends = 'nobody'",
        "[providers.mine]\nkey = 'MINE'\nanthropic.base_url = 'http://m.example.com'",
        "[providers.kimi]\nbase_url = 'https://m.example.com'",
        "[providers.gateway.anthropic]\nbase_url = 'https://api.anthropic.com'",
    ] {
        let id = table["[providers.".len()..].split(['.', ']']).next().unwrap();
        home.write(".config/jackin/config.toml", table);
        let keys = [("ZAI_API_KEY", "sk-1"), ("MINE", "x"), ("MINIMAX_API_KEY", "sk-cp-1")];
        for provider in ["zai", "anthropic"] {
            let mut command = home.jackin(["run", "--provider", provider, "claude"]);
            let seen = see(command.envs(keys));
            assert_eq!((seen.code, &*seen.err), (Some(0), ""), "{table}");
            std::fs::remove_file(home.path().join("started")).unwrap();
        }
        let mut command = home.jackin(["run", "--provider", id, "claude"]);
        let seen = see(command.envs(keys));
        assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{table}: {}", seen.err);
        assert!(!home.path().join("started").exists());
        for words in ["config check", "doctor"] {
            let checked = home.fed(words, "");
            assert_ne!(checked.code, Some(0), "{table}");
            let said = checked.out + &checked.err;
            let why = seen.err.lines().next().unwrap().trim_start_matches("error: ");
            assert!(said.contains(why), "{table}: {said}");
        }
    }
}
