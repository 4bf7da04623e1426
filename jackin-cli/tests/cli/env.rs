//! `jackin env --export` through real shells: what they make of it is exactly the plan's
//! environment.

use std::{collections::BTreeMap, process::Command};

use crate::support::{Home, NO_ARGS, see};

/// Shells that every Debian has; `sh` is dash there.
const SHELLS: [&str; 3] = ["sh", "dash", "bash"];

/// The environment that a shell hands on after running a script, as bytes.
fn environment_after(
    shell: &str,
    script: &str,
    env: &[(&str, &str)],
) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut command = Command::new(shell);
    command
        .args(["-c", "eval \"$SCRIPT\"; unset SCRIPT; exec env -0"])
        .env_clear()
        .env("SCRIPT", script);
    let output = command.env("PATH", "/usr/bin:/bin").envs(env.iter().copied()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{shell}: {output:?}");
    let entries = output.stdout.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    let pairs = entries.map(|entry| {
        let at = entry.iter().position(|byte| *byte == b'=').unwrap();
        (entry[..at].to_vec(), entry[at + 1..].to_vec())
    });
    pairs.filter(|(name, _)| !matches!(&name[..], b"_" | b"PWD" | b"OLDPWD" | b"SHLVL")).collect()
}

#[test]
fn a_shell_becomes_what_run_would_start() {
    let home = Home::with_config("[env]\nZAI_API_KEY = \"$MY_KEY\"\nEDITOR = 'vi -e \"x\"'\n");
    let host = [
        ("MY_KEY", "sentinel"),
        ("ANTHROPIC_API_KEY", "other"),
        ("KIMI_CODE_API_KEY", "another"),
        ("CLAUDECODE", "1"),
        ("KEEP", "a  b\n'c'"),
    ];
    let mut run = home.jackin(["run", "--provider", "zai", "--program", "env", "claude", "-0"]);
    let started = run.env("PATH", "/usr/bin:/bin").env_remove("HOME");
    let config = home.path().join(".config/jackin");
    let output = started.env("JACKIN_CONFIG_DIR", &config).envs(host).output().unwrap();
    let expected: BTreeMap<Vec<u8>, Vec<u8>> = output
        .stdout
        .split(|byte| *byte == 0)
        .filter_map(|entry| {
            let at = entry.iter().position(|byte| *byte == b'=')?;
            Some((entry[..at].to_vec(), entry[at + 1..].to_vec()))
        })
        // It counts launches, and this is none.
        .filter(|(name, _)| name != b"JACKIN_LAUNCHES")
        .collect();
    assert_eq!(expected[&b"ANTHROPIC_AUTH_TOKEN"[..]], b"sentinel");

    let mut export = home.jackin(["env", "--export", "--provider", "zai"]);
    let export = export.env("PATH", "/usr/bin:/bin").env_remove("HOME");
    let script = see(export.env("JACKIN_CONFIG_DIR", &config).envs(host));
    assert_eq!((script.code, script.err.as_str()), (Some(0), NO_ARGS));
    for shell in SHELLS {
        let mut host = host.to_vec();
        host.push(("JACKIN_CONFIG_DIR", config.to_str().unwrap()));
        assert_eq!(environment_after(shell, &script.out, &host), expected, "{shell}");
    }
}

/// A value that holds every character up to U+0101 but NUL, and what shells are known to trip on.
fn difficult() -> String {
    let all: String = (1u8..=0xff).map(char::from).chain(['\u{100}', '\u{101}', '😀']).collect();
    all + "''\"\"$(touch pwned)`touch pwned`${HOME}$HOME\\\\n!!\n-n %s ~ * ? [a] #\n\n"
}

#[test]
fn every_byte_but_nul_survives() {
    let value = difficult();
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = 'k'\nDIFFICULT = '$HARD'\nEMPTY = ''\nDASH = '-n'\n",
    );
    let script = see(home.jackin(["env", "--export", "--provider", "zai"]).env("HARD", &value));
    assert_eq!(script.code, Some(0), "{}", script.err);
    for shell in SHELLS {
        let env = environment_after(shell, &script.out, &[]);
        assert_eq!(env[&b"DIFFICULT"[..]], value.as_bytes(), "{shell}");
        assert_eq!(
            (&env[&b"EMPTY"[..]][..], &env[&b"DASH"[..]][..]),
            (&b""[..], &b"-n"[..]),
            "{shell}"
        );
    }
}

#[test]
fn lines_may_be_joined() {
    // `eval $(…)` without quotes is a common slip: it turns line breaks into spaces.
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\n");
    let script =
        see(home.jackin(["env", "--export", "--provider", "zai"]).env("CLAUDECODE", "1")).out;
    for shell in SHELLS {
        let host = [("CLAUDECODE", "1")];
        let joined = environment_after(shell, &script.replace('\n', " "), &host);
        assert_eq!(joined, environment_after(shell, &script, &host), "{shell}");
        assert!(!joined.contains_key(&b"CLAUDECODE"[..]));
    }
}

#[test]
fn what_a_shell_cannot_unset_is_said() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\n");
    let seen = see(home
        .jackin(["env", "--export", "--provider", "zai"])
        .env("ANTHROPIC_A-B;touch x", "1"));
    assert_eq!(seen.code, Some(0));
    assert!(!seen.out.contains("A-B"), "{}", seen.out);
    assert_eq!(
        seen.err,
        format!(
            "warning: a shell cannot unset `ANTHROPIC_A-B;touch x`; `jackin run` leaves such variables out\n{NO_ARGS}"
        )
    );
}

#[test]
fn the_listing_shows_no_secret() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'sentinel'\nEDITOR = 'vi'\n");
    let seen =
        see(home.jackin(["env", "--provider", "zai"]).env("ANTHROPIC_API_KEY", "sentinel-2"));
    assert_eq!(
        seen.out,
        "unset ANTHROPIC_API_KEY\n\
         ANTHROPIC_AUTH_TOKEN=••••\n\
         ANTHROPIC_BASE_URL=https://api.z.ai/api/anthropic\n\
         ANTHROPIC_DEFAULT_OPUS_MODEL=glm-5.1\n\
         ANTHROPIC_DEFAULT_SONNET_MODEL=glm-5-turbo\n\
         ANTHROPIC_DEFAULT_HAIKU_MODEL=glm-4.5-air\n\
         API_TIMEOUT_MS=3000000\n\
         CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1\n\
         CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST=1\n\
         CLAUDE_CODE_DISABLE_AGENT_VIEW=1\n\
         ANTHROPIC_MODEL=glm-5.1\n\
         ANTHROPIC_DEFAULT_FABLE_MODEL=glm-5.1\n\
         ANTHROPIC_SMALL_FAST_MODEL=glm-4.5-air\n\
         CLAUDE_CODE_MAX_CONTEXT_TOKENS=200000\n\
         EDITOR=••••\n"
    );
}

#[test]
fn a_failure_prints_nothing_to_eval() {
    let home = Home::with_config("[env]\nZAI_API_KEY = '$NOT_SET'\n");
    let seen = see(&mut home.jackin(["env", "--export", "--provider", "zai"]));
    assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
    assert!(seen.err.contains("`ZAI_API_KEY`"), "{}", seen.err);
}

#[test]
fn warnings_are_for_stderr() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\nANTHROPIC_MODEL = 'claude-x'\n");
    for args in [&["env", "--export"][..], &["env"]] {
        let seen = see(home.jackin(args).args(["--provider", "zai"]));
        assert!(seen.err.starts_with("warning: `ANTHROPIC_MODEL` (global, "), "{}", seen.err);
        assert!(!seen.out.contains("claude-x"));
    }
}

#[test]
fn names_from_the_environment_cannot_pretend_to_be_lines() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\n");
    for args in [&["env"][..], &["plan"], &["run", "--debug", "--program", "true"]] {
        let mut command = home.jackin(args);
        let seen =
            see(command.args(["--provider", "zai"]).env("ANTHROPIC_\u{1b}]0;x\u{7}\nrm -rf", "1"));
        let text = seen.out + &seen.err;
        assert!(!text.contains('\u{1b}') && !text.contains("\nrm"), "{text}");
        assert!(text.contains("\\u{1b}"), "{text}");
    }
}

#[test]
fn what_is_withheld_is_not_exported() {
    let home = Home::with_config(
        "[env]\nKIMI_CODE_API_KEY = '$MY_KIMI'\nMINIMAX_API_KEY = 'sk-cp-x'\nFOO = '$MY_BACKUP'\n",
    );
    let mut command = home.jackin(["env", "--export", "--provider", "minimax"]);
    let seen = see(command.env("MY_KIMI", "kk").env("MY_BACKUP", "kk"));
    assert!(!seen.out.contains("FOO"), "{}", seen.out);
    let withheld = "warning: `FOO` is not passed on: it holds another provider's key\n";
    assert_eq!(seen.err, format!("{withheld}{NO_ARGS}"));
}

/// The shell is the one that asks. Here that is this test, and so nothing but `SHELL` tells.
#[test]
fn the_shell_is_found() {
    let home = Home::new();
    let undo = |shell: &str| see(&mut home.jackin(["env", "--undo", "--shell", shell])).out;
    let posix = undo("sh");
    assert_eq!(
        (undo("bash"), undo("zsh"), undo("dash")),
        (posix.clone(), posix.clone(), posix.clone())
    );
    for (shell, like) in
        [("/usr/bin/fish", "fish"), ("/opt/nu", "nu"), ("-xonsh", "xonsh"), ("/bin/ksh", "sh")]
    {
        let found = see(home.jackin(["env", "--undo"]).env("SHELL", shell)).out;
        assert_eq!(found, undo(like), "{shell}");
    }
    for shell in ["", "/bin/unknown", "/"] {
        assert_eq!(see(home.jackin(["env", "--undo"]).env("SHELL", shell)).out, posix, "{shell}");
    }
}

/// A script of a POSIX shell is no matter of the user's own shell.
#[cfg(target_os = "linux")]
#[test]
fn the_shell_that_asks_comes_before_the_one_of_the_user() {
    let home = Home::new();
    let jackin = env!("CARGO_BIN_EXE_jackin");
    let posix = see(&mut home.jackin(["env", "--undo", "--shell", "sh"])).out;
    let script = home.script("deploy", "undo=$(\"$1\" env --undo); printf '%s\\n' \"$undo\"");
    let mut command = Command::new(script);
    assert_eq!(see(command.arg(jackin).env("SHELL", "/usr/bin/fish")).out, posix);
}

/// PowerShell is no program of Debian's; these are its rules for single quotes and `Unescape`.
#[test]
fn a_script_for_powershell_is_ascii_on_single_lines() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'k'\nHARD = '$ODD'\n");
    let line = |value: &str| {
        let mut jackin = home.jackin(["env", "--export", "--shell", "pwsh", "--provider", "zai"]);
        let seen = see(jackin.env("ODD", value).env("ANTHROPIC_A-B", "1"));
        let remove = "Remove-Item -ErrorAction Ignore -LiteralPath ('Env:' + 'ANTHROPIC_A-B')\n";
        assert!(seen.code != Some(0) || seen.out.contains(remove), "{}", seen.out);
        (seen.out.lines().last().unwrap_or_default().to_owned(), seen.err)
    };
    for (value, quoted) in [
        ("a $b `c` \"d\"; #!%", "'a $b `c` \"d\"; #!%'"),
        ("it's", r"[regex]::Unescape('it\u0027s')"),
        ("\u{2019}\u{201b}", r"[regex]::Unescape('\u2019\u201b')"),
        ("a\\n\r\n", r"[regex]::Unescape('a\u005cn\u000d\u000a')"),
        ("\u{e9}\u{1f600}", r"[regex]::Unescape('\u00e9\ud83d\ude00')"),
    ] {
        assert_eq!(line(value), (format!("$env:HARD = {quoted}"), NO_ARGS.to_owned()));
    }
    let (out, err) = line("");
    assert_eq!(out, "");
    let refused = format!("{NO_ARGS}error: `HARD` cannot stand in a script for this shell: ");
    assert!(err.starts_with(&refused), "{err}");
}

/// The whole of it, as it was read.
#[test]
fn scripts_for_powershell() {
    let home = Home::with_config("guard = 'off'\n[env]\nZAI_API_KEY = 'k'\nHARD = \"it's\"\n");
    let seen = |args: &[&str]| {
        let mut jackin = home.jackin(["env", "--shell", "pwsh"]);
        let seen = see(jackin.args(args).env("CLAUDECODE", "1"));
        assert!(seen.code == Some(0) && seen.out.is_ascii(), "{}{}", seen.out, seen.err);
        seen.out
    };
    let export = seen(&["--export", "--provider", "zai"]);
    insta::assert_snapshot!("pwsh", format!("{export}\n{}", seen(&["--undo"])));
}
