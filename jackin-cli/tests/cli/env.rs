//! `jackin env --export` through real shells: what they make of it is exactly the plan's
//! environment.

use std::{collections::BTreeMap, process::Command};

use crate::support::{Home, see};

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
        .collect();
    assert_eq!(expected[&b"ANTHROPIC_AUTH_TOKEN"[..]], b"sentinel");

    let mut export = home.jackin(["env", "--export", "--provider", "zai"]);
    let export = export.env("PATH", "/usr/bin:/bin").env_remove("HOME");
    let script = see(export.env("JACKIN_CONFIG_DIR", &config).envs(host));
    assert_eq!((script.code, script.err.as_str()), (Some(0), ""));
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
        "warning: a shell cannot unset `ANTHROPIC_A-B;touch x`; `jackin run` leaves it out\n"
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
    assert_eq!(seen.err, "warning: `FOO` is not passed on: it holds another provider's key\n");
}
