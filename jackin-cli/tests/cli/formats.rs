//! `jackin env --format`: what other programs are given to read.

use crate::support::{Home, NO_ARGS, see};

const CONFIG: &str = "guard = 'off'\ndefault_provider = 'gateway'\n[env]\nGATEWAY_API_KEY = 'agt_k'\n\
    EDITOR = '$ODD'\n[providers.gateway.anthropic]\nbase_url = 'https://gateway.example.com'\n\
    models = { main = 'm', small_fast = 's' }\n";

fn format(format: &str, odd: &str) -> crate::support::Seen {
    let home = Home::with_config(CONFIG);
    let mut jackin = home.jackin(["env", "--format", format]);
    see(jackin.env("ODD", odd).env("ANTHROPIC_API_KEY", "of-the-host"))
}

#[test]
fn an_env_file_has_a_line_for_each_variable() {
    let seen = format("docker", " \"x\" # $Y \\n ");
    let expected = "ANTHROPIC_AUTH_TOKEN=agt_k\nANTHROPIC_BASE_URL=https://gateway.example.com\n\
        ANTHROPIC_MODEL=m\nANTHROPIC_SMALL_FAST_MODEL=s\nEDITOR= \"x\" # $Y \\n \n";
    assert_eq!((seen.code, seen.out.as_str()), (Some(0), expected), "{}", seen.err);
}

#[test]
fn what_an_env_file_cannot_hold_is_refused() {
    let long = "x".repeat(70_000);
    for (odd, why) in [
        ("sentinel\n", "holds a line break"),
        ("sentinel\r", "holds a line break"),
        (&*long, "is too long"),
    ] {
        let seen = format("docker", odd);
        assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
        let said = format!("error: `EDITOR` cannot stand in an env-file: its value {why}\n");
        assert!(seen.err.ends_with(&said) && !seen.err.contains("sentinel"), "{}", seen.err);
    }
    let fits = "x".repeat((64 << 10) - "EDITOR=\n".len() - 1);
    assert_eq!(format("docker", &fits).code, Some(0));
    assert_eq!(format("docker", &(fits + "x")).code, Some(125));
}

#[test]
fn a_secret_of_kubernetes_holds_any_value() {
    let seen = format("k8s-secret", "a\nb\u{e9}");
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let secret: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
    let expected = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "jackin-claude-gateway" },
        "type": "Opaque",
        "data": {
            "ANTHROPIC_AUTH_TOKEN": "YWd0X2s=",
            "ANTHROPIC_BASE_URL": "aHR0cHM6Ly9nYXRld2F5LmV4YW1wbGUuY29t",
            "ANTHROPIC_MODEL": "bQ==",
            "ANTHROPIC_SMALL_FAST_MODEL": "cw==",
            "EDITOR": "YQpiw6k=",
        },
    });
    assert_eq!(secret, expected);
}

#[test]
fn what_a_format_cannot_say_is_one_line_and_the_whole_list_if_asked() {
    for name in ["dotenv", "docker", "k8s-secret", "systemd"] {
        let seen = format(name, "x");
        assert_eq!(seen.err.lines().count(), 1, "{}", seen.err);
        let said = "warning: this format cannot unset variables; make sure that the target sets none \
            of the ";
        let count = seen.err.strip_prefix(said).unwrap().split_once(' ').unwrap();
        assert!(count.0.parse::<u32>().unwrap() > 20, "{}", seen.err);
        assert_eq!(count.1, "that `--verbose` lists\n");
        assert!(!(seen.out + &seen.err).contains("of-the-host"));
        let home = Home::with_config(CONFIG);
        let mut jackin = home.jackin(["env", "--verbose", "--format", name]);
        let seen = see(jackin.env("ODD", "x").env("ANTHROPIC_API_KEY", "of-the-host"));
        assert!(
            seen.err.contains("    ANTHROPIC_*\n") && seen.err.contains(" ZAI_API_KEY"),
            "{}",
            seen.err
        );
        assert!(!(seen.out + &seen.err).contains("of-the-host"));
    }
}

#[test]
fn what_a_shell_cannot_say_is_one_line() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\n");
    let said = |args: &[&str]| {
        let mut jackin = home.jackin(["env", "--export", "--shell", "sh", "--provider", "zai"]);
        let names = (0..7).map(|number| (format!("ANTHROPIC_A-{number}"), "foreign"));
        see(jackin.args(args).envs(names)).err.replace(NO_ARGS, "")
    };
    let after = "; `jackin run` leaves such variables out\n";
    let all = (0..7).map(|number| format!("`ANTHROPIC_A-{number}`")).collect::<Vec<_>>();
    let some = format!("{} and 2 more (`--verbose` names them)", all[..5].join(", "));
    assert_eq!(said(&[]), format!("warning: a shell cannot unset {some}{after}"));
    let all = all.join(", ");
    assert_eq!(said(&["--verbose"]), format!("warning: a shell cannot unset {all}{after}"));
}

/// Every format and a shell's script, for the eyes of their owner alone.
#[test]
fn an_output_file_is_private_and_replaced_as_a_whole() {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    let home = Home::with_config(CONFIG);
    let export: &[&str] = &["--export", "--shell", "nu"];
    let formats = ["json", "dotenv", "docker", "github", "k8s-secret", "systemd", "direnv"];
    let formats = formats.map(|format| ["--format", format]);
    for args in formats.iter().map(|args| &args[..]).chain([export]) {
        let run = |more: &[&str], name: &str, value: &str| {
            let mut jackin = home.jackin(["env"]);
            jackin.args(args).args(more).env("ODD", "x").env(name, value);
            see(jackin.current_dir(home.path()))
        };
        let github_env = home.write("github-env", "");
        let plain = run(&[], "GITHUB_ENV", github_env.to_str().unwrap());
        let is_github = args[1] == "github";
        let text =
            if is_github { fs::read_to_string(github_env).unwrap() } else { plain.out.clone() };
        assert!(text.contains("agt_k") || text.contains("YWd0X2s="), "{args:?}: {text}");
        for old in [None, Some(0o644), Some(0o600)] {
            let file = home.path().join("out");
            let _ = fs::remove_file(&file);
            if let Some(mode) = old {
                fs::write(&file, "old and longer than what is new\n".repeat(1000)).unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            }
            let seen = run(&["--output", "out"], "X", "x");
            assert_eq!((seen.code, &seen.err), (Some(0), &plain.err), "{args:?}");
            let said = if is_github { &*plain.out } else { "" };
            assert_eq!(seen.out, said, "{args:?}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text, "{args:?}");
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
        }
    }
}

#[test]
fn an_output_that_is_no_regular_file_is_refused() {
    use std::{fs, os::unix::fs::symlink};

    let home = Home::with_config(
        &CONFIG.replace("'agt_k'", "{ command = ['sh', '-c', 'touch read; echo agt_k'] }"),
    );
    let there = home.write("there", "old");
    symlink(&there, home.path().join("link")).unwrap();
    symlink(home.path().join("nowhere"), home.path().join("dangling")).unwrap();
    fs::create_dir(home.path().join("dir")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(home.path().join("fifo")).status();
    assert!(made.unwrap().success());
    for name in ["dir", "fifo", "link", "dangling", "/dev/null", "/dev/stdout"] {
        let mut jackin = home.jackin(["env", "--format", "json", "--output", name]);
        let seen = see(jackin.env("ODD", "x").current_dir(home.path()));
        assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""), "{name}");
        let said = "not a regular file\n\nhint: name another file with `--output`\n";
        assert!(
            seen.err.starts_with("error: cannot write /") && seen.err.ends_with(said),
            "{}",
            seen.err
        );
    }
    assert!(!home.path().join("read").exists(), "a secret was read");
    assert_eq!(fs::read_to_string(there).unwrap(), "old");
    for name in ["there/below", "no/such", "new/"] {
        let mut jackin = home.jackin(["env", "--format", "json", "--output", name]);
        let seen = see(jackin.env("ODD", "x").current_dir(home.path()));
        assert_eq!(seen.code, Some(125), "{name}: {}", seen.err);
        assert!(seen.err.contains("there is no such directory"), "{name}: {}", seen.err);
    }
    let mut jackin = home.jackin(["env", "--format", "json", "--output", "-"]);
    let seen = see(jackin.env("ODD", "x").current_dir(home.path()));
    assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""), "{}", seen.err);
    assert!(!home.path().join("no").exists() && !home.path().join("-").exists());
}

/// In another user's directory, what root writes stays root's.
#[test]
#[ignore = "needs root, to write in another user's directory; .ci/run runs it"]
fn an_output_file_stays_whose_it_is() {
    use std::os::unix::fs::{MetadataExt as _, chown};

    let home = Home::with_config(CONFIG);
    let dir = home.path().join("theirs");
    std::fs::create_dir(&dir).unwrap();
    chown(&dir, Some(1235), Some(1235)).unwrap();
    let mut jackin = home.jackin(["env", "--format", "json", "--output", "theirs/out"]);
    let seen = see(jackin.env("ODD", "x").current_dir(home.path()));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let file = std::fs::metadata(dir.join("out")).unwrap();
    assert_eq!((file.uid(), file.mode() & 0o777), (0, 0o600));
}

/// Where the agent does not inherit this environment, the login that it would find here is named.
#[test]
fn a_native_login_that_is_exported_goes_with_the_rest() {
    let home = Home::new();
    let mut jackin = home.jackin(["env", "--format", "docker", "--provider", "anthropic"]);
    let seen = see(jackin.env("ANTHROPIC_API_KEY", "mine"));
    assert_eq!(
        (seen.code, seen.out.as_str()),
        (Some(0), "ANTHROPIC_API_KEY=mine\n"),
        "{}",
        seen.err
    );
}

#[test]
fn a_name_that_kubernetes_takes() {
    let home = Home::with_config(
        "[providers.my_own_-]\nextends = 'zai'\nkey = 'MY_KEY'\n[env]\nMY_KEY = 'k'\n",
    );
    let seen = see(&mut home.jackin(["env", "--format", "k8s-secret", "--provider", "my_own_-"]));
    assert!(seen.out.contains("\"name\": \"jackin-claude-my-own\"\n"), "{} {}", seen.out, seen.err);
}

#[test]
fn json_says_what_is_set_and_what_is_removed() {
    let home = Home::with_config(CONFIG);
    let mut jackin = home.jackin(["env", "--format", "json"]);
    let seen = see(jackin.env("ODD", "a\n\u{1}\u{e9}").env("ANTHROPIC_API_KEY", "of-the-host"));
    assert_eq!((seen.code, seen.err.as_str()), (Some(0), ""));
    let changes: serde_json::Value = serde_json::from_str(&seen.out).unwrap();
    let expected = serde_json::json!({
        "schema": 1,
        "set": {
            "ANTHROPIC_AUTH_TOKEN": "agt_k",
            "ANTHROPIC_BASE_URL": "https://gateway.example.com",
            "ANTHROPIC_MODEL": "m",
            "ANTHROPIC_SMALL_FAST_MODEL": "s",
            "EDITOR": "a\n\u{1}\u{e9}",
        },
        "remove": ["ANTHROPIC_API_KEY"],
    });
    assert_eq!(changes, expected);
}

/// The rules are systemd's: `parse_env_file` and what it says of valid values.
#[test]
fn an_environment_file_quotes_everything() {
    let seen = format("systemd", " \"x\" '$Y' `z` \\n #\n\t\u{e9} ");
    let line = "EDITOR=\" \\\"x\\\" '\\$Y' \\`z\\` \\\\n #\n\t\u{e9} \"\n";
    assert!(seen.code == Some(0) && seen.out.ends_with(line), "{}{}", seen.out, seen.err);
    assert!(seen.out.starts_with("ANTHROPIC_AUTH_TOKEN=\"agt_k\"\n"), "{}", seen.out);
    for odd in ["sentinel\r", "sentinel\u{1b}", "sentinel\u{7f}", "\u{fdd0}", "\u{1ffff}"] {
        let seen = format("systemd", odd);
        assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""), "{odd:?}");
        assert!(!seen.err.contains("sentinel"), "{}", seen.err);
    }
}

/// As a runner reads `$GITHUB_ENV`: lines up to the one that was announced.
fn read_github_env(text: &str) -> Vec<(String, String)> {
    let mut lines = text.split('\n');
    let mut vars = Vec::new();
    while let Some(head) = lines.next().filter(|line| !line.is_empty()) {
        let (name, end) = head.split_once("<<").unwrap();
        let value: Vec<_> = lines.by_ref().take_while(|line| *line != end).collect();
        vars.push((name.to_owned(), value.join("\n")));
    }
    vars
}

#[test]
fn github_masks_first_and_takes_any_lines() {
    let odd = "100% one\n\nJACKIN\nA<<B\n::add-mask::x\r\nEOF\n";
    let home = Home::with_config(CONFIG);
    let file = home.write("github-env", "BEFORE=1\n");
    let mut jackin = home.jackin(["env", "--format", "github"]);
    let seen = see(jackin.env("ODD", odd).env("GITHUB_ENV", &file));
    let masks = "::add-mask::agt_k\n::add-mask::100%25 one\n::add-mask::JACKIN\n\
        ::add-mask::A<<B\n::add-mask::::add-mask::x\n::add-mask::EOF\n";
    assert_eq!((seen.code, seen.out.as_str()), (Some(0), masks), "{}", seen.err);
    let written = std::fs::read_to_string(file).unwrap();
    let vars = read_github_env(written.strip_prefix("BEFORE=1\n").unwrap());
    assert_eq!(vars[0], ("ANTHROPIC_AUTH_TOKEN".into(), "agt_k".into()));
    assert_eq!(vars[4..], [("EDITOR".to_owned(), odd.to_owned())]);
}

/// What the step before has left there without a line break takes in nothing.
#[test]
fn github_begins_on_a_line_of_its_own() {
    for (before, expected) in [("", ""), ("A=1\n", "A=1\n"), ("A=1", "A=1\n"), ("A=1\r", "A=1\r\n")]
    {
        let home = Home::with_config(CONFIG);
        let file = home.write("github-env", before);
        let mut jackin = home.jackin(["env", "--format", "github"]);
        let seen = see(jackin.env("ODD", "x").env("GITHUB_ENV", &file));
        assert_eq!(seen.code, Some(0), "{}", seen.err);
        let written = std::fs::read_to_string(file).unwrap();
        let rest = written.strip_prefix(expected).unwrap();
        assert!(rest.starts_with("ANTHROPIC_AUTH_TOKEN<<JACKIN\nagt_k\n"), "{written}");
    }
}

#[test]
fn github_is_told_nothing_that_it_would_not_take() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\nNODE_OPTIONS = '--x'\n");
    let file = home.write("github-env", "");
    let mut jackin = home.jackin(["env", "--format", "github", "--provider", "zai"]);
    let seen = see(jackin.env("GITHUB_ENV", &file));
    assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
    assert!(seen.err.contains("`NODE_OPTIONS` cannot stand in $GITHUB_ENV"), "{}", seen.err);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "");
    let seen = format("github", "x");
    assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
    assert!(seen.err.contains("error: `GITHUB_ENV` is not set\n\nhint: "), "{}", seen.err);
    let mut jackin = home.jackin(["env", "--format", "github", "--provider", "minimax"]);
    let gone = home.path().join("gone");
    let seen = see(jackin.env("MINIMAX_API_KEY", "sk-cp-sentinel").env("GITHUB_ENV", &gone));
    assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
    assert!(!gone.exists());
}

#[test]
fn strict_fails_where_something_would_stay() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\n");
    let strict = |args: &[&str], name: &str| {
        let mut jackin = home.jackin(["env", "--strict", "--provider", "zai"]);
        see(jackin.args(args).env(name, "1"))
    };
    for (args, name) in [
        (&["--format", "docker"][..], "X"),
        (&["--format", "direnv"], "ANTHROPIC_A-B"),
        (&["--export", "--shell", "fish"], "ANTHROPIC_A-B"),
    ] {
        let seen = strict(args, name);
        assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""), "{args:?}");
        assert!(seen.err.starts_with("error: "), "{}", seen.err);
    }
    for (args, name) in [
        (&["--format", "json"][..], "ANTHROPIC_A-B"),
        (&["--export", "--shell", "nu"], "ANTHROPIC_A-B"),
        (&["--export", "--shell", "fish"], "ANTHROPIC_AB"),
    ] {
        let seen = strict(args, name);
        assert_eq!((seen.code, seen.err.as_str()), (Some(0), NO_ARGS), "{args:?}");
        assert!(seen.out.contains(name), "{}", seen.out);
    }
}

#[test]
fn what_cannot_be_combined_is_refused() {
    let home = Home::new();
    for args in [
        &["--strict"][..],
        &["--shell", "fish"],
        &["--export", "--undo"],
        &["--undo", "--provider", "zai"],
        &["--undo", "--format", "json"],
        &["--undo", "--output", "x"],
        &["--output", "x"],
        &["--verbose"],
        &["--export", "--shell", "fish", "--format", "json"],
    ] {
        let seen = see(home.jackin(["env"]).args(args));
        assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""), "{args:?}");
    }
}
