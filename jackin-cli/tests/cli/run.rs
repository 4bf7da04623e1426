//! `jackin run` on the real system: what becomes of the process, its arguments, its exit code.

use std::{ffi::OsStr, fs, io::Write as _, os::unix::ffi::OsStrExt as _, process::Stdio};

use crate::support::{GUARD_ARGS, Home, see};

const ZAI: &str = "[env]\nZAI_API_KEY = 'sentinel-key'\n";

#[test]
fn what_follows_the_agent_is_the_agents() {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", r#"printf '[%s]' "$@""#);
    // What the guard adds comes before it.
    let guard = GUARD_ARGS.map(|arg| format!("[{arg}]")).concat();
    for args in [
        &["-p", "--provider", "x", "--dry-run", "--help", "--version", "--", "-", ""][..],
        &["--", "run", "claude"],
        &["--config-dir", "/nowhere", "--color", "always"],
        &["help"],
    ] {
        let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"].iter().chain(args)));
        let expected: String = args.iter().map(|arg| format!("[{arg}]")).collect();
        assert_eq!((seen.code, seen.out, &*seen.err), (Some(0), format!("{guard}{expected}"), ""));
    }
    let odd = OsStr::from_bytes(b"\xff\xfe\n'\"");
    let output = home.jackin(["run", "--provider", "zai", "claude"]).arg(odd).output().unwrap();
    assert_eq!(output.stdout, [guard.as_bytes(), b"[\xff\xfe\n'\"]"].concat());
}

#[test]
fn a_double_dash_before_the_agent_is_allowed() {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", r#"printf '[%s]' "$@""#);
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "--", "claude", "-p", "--", "x"]));
    assert_eq!(
        (seen.code, seen.out.as_str()),
        (Some(0), &*(GUARD_ARGS.map(|arg| format!("[{arg}]")).concat() + "[-p][--][x]")),
        "{}",
        seen.err
    );
}

#[test]
fn nothing_is_said_unless_asked() {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", "exit 0");
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!((seen.out, seen.err), (String::new(), String::new()));
    let seen = see(&mut home.jackin(["run", "--debug", "--provider", "zai", "claude"]));
    assert!(seen.out.is_empty() && seen.err.contains("ANTHROPIC_BASE_URL"), "{}", seen.err);
    assert!(!seen.err.contains("sentinel-key"));
}

#[test]
fn warnings_come_before_the_launch() {
    let home = Home::with_config(&format!("{ZAI}ANTHROPIC_MODEL = 'claude-x'\n"));
    home.script("bin/claude", "echo \"$ANTHROPIC_MODEL\"");
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!(seen.out, "glm-5.1\n");
    assert!(seen.err.starts_with("warning: `ANTHROPIC_MODEL` (global, "), "{}", seen.err);
    assert!(
        seen.err.ends_with("config.toml:3) is not passed on: the redirect sets it\n"),
        "{}",
        seen.err
    );
}

#[test]
fn a_dry_run_starts_nothing_and_reads_no_secret() {
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = 'op://vault/zai/key'\nOTHER = '$NOT_SET_ANYWHERE'\n",
    );
    home.script("bin/claude", "touch started");
    home.script("bin/op", "touch started");
    for args in [&["run", "--dry-run"][..], &["plan"], &["plan", "--json"], &["env"], &["label"]] {
        let seen = see(home.jackin(args).args(["--provider", "zai", "claude"]));
        assert_eq!(seen.code, Some(0), "{args:?}: {}", seen.err);
    }
    assert!(!home.path().join("started").exists());
}

#[test]
fn a_program_can_stand_in() {
    let home = Home::with_config(ZAI);
    let other = home.script("elsewhere/other", "echo \"$ANTHROPIC_AUTH_TOKEN\"");
    for program in [other.to_str().unwrap(), "./elsewhere/other"] {
        let seen =
            see(&mut home.jackin(["run", "--provider", "zai", "--program", program, "claude"]));
        assert_eq!(seen.out, "sentinel-key\n", "{}", seen.err);
    }
}

#[test]
fn the_childs_path_is_searched() {
    let home = Home::new();
    home.script("mine/claude", "echo found");
    let path = home.path().join("mine");
    home.write(".config/jackin/config.toml", format!("{ZAI}PATH = '{}:/bin'\n", path.display()));
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!(seen.out, "found\n", "{}", seen.err);
}

#[test]
fn a_missing_agent_says_how_to_install_it() {
    let home = Home::with_config(ZAI);
    let seen = see(home.jackin(["run", "--provider", "zai", "claude"]).env("PATH", "/nonexistent"));
    assert_eq!(seen.code, Some(127));
    assert_eq!(
        seen.err,
        "error: `claude` is not on PATH\n\nhint: install it with `npm install -g \
         @anthropic-ai/claude-code`, or name another with `--program`\n"
    );
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "--program", "./none", "claude"]));
    assert_eq!((seen.code, seen.err.as_str()), (Some(127), "error: no such program: ./none\n"));
}

#[test]
fn one_password_references_are_read_at_launch() {
    let home = Home::with_config(
        "[env]\nZAI_API_KEY = 'op://vault/zai/key'\nTOKEN = { op = 'op://vault/token/field', account = 'mine' }\n\
         AGAIN = 'op://vault/zai/key'\n",
    );
    home.script("bin/claude", r#"printf '%s ' "$ANTHROPIC_AUTH_TOKEN" "$TOKEN" "$AGAIN""#);
    home.script(
        "bin/op",
        "echo \"$*\" >> calls; printf 'secret-of-%s' \"$(echo \"$*\" | tr -dc a-z)\"",
    );
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    let zai = "secret-of-readnonewlineopvaultzaikey";
    let token = "secret-of-readnonewlineaccountmineopvaulttokenfield";
    assert_eq!(seen.out, format!("{zai} {token} {zai} "), "{}", seen.err);
    let calls = fs::read_to_string(home.path().join("calls")).unwrap();
    assert_eq!(
        calls,
        "read --no-newline op://vault/zai/key\nread --no-newline --account mine op://vault/token/field\n",
        "each distinct reference once, in order"
    );
}

#[test]
fn a_reference_that_cannot_be_read_starts_nothing() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'op://vault/zai/key'\nOTHER = '$NOT_SET'\n");
    home.script("bin/claude", "touch started");
    let seen = see(home
        .jackin(["run", "--provider", "zai", "claude"])
        .env("PATH", home.path().join("bin")));
    assert_eq!(seen.code, Some(125));
    let file = home.path().join(".config/jackin/config.toml");
    let file = file.display();
    assert_eq!(
        seen.err,
        format!(
            "error: cannot read these values\n  `ZAI_API_KEY` (global, {file}:2) from op://vault/zai/key: \
             `op` is not on PATH\n  `OTHER` (global, {file}:3) from $NOT_SET: it is not set in the environment\n\n\
             hint: install 1Password CLI and sign in with `op signin`\n"
        )
    );
    home.script("bin/op", "echo sentinel-half; echo 'vault is locked' >&2; exit 1");
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("vault is locked") && !seen.err.contains("sentinel"), "{}", seen.err);

    home.script("bin/op", "printf 'sentinel\\nkey'");
    let seen = see(home.jackin(["run", "--provider", "zai", "claude"]).env("NOT_SET", "set"));
    assert_eq!(seen.code, Some(125));
    assert!(
        seen.err.contains("it holds a line break") && !seen.err.contains("sentinel"),
        "{}",
        seen.err
    );
    assert!(!home.path().join("started").exists());
}

/// A missing program does not cost a vault prompt.
#[test]
fn no_secret_is_read_for_a_missing_agent() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'op://vault/zai/key'\n");
    home.script("bin/op", "touch asked; printf key");
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!(seen.code, Some(127), "{}", seen.err);
    assert!(!home.path().join("asked").exists());
}

#[test]
fn standard_input_is_not_the_password_managers() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'op://vault/zai/key'\n");
    home.script("bin/op", "cat > stolen; printf key");
    home.script("bin/claude", "cat");
    let mut command = home.jackin(["run", "--provider", "zai", "claude"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"for the agent").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"for the agent");
    assert_eq!(fs::read(home.path().join("stolen")).unwrap(), b"");
}

#[test]
fn a_value_from_the_password_manager_does_not_cross_under_another_name() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'op://vault/zai/key'\n");
    home.script("bin/op", "printf from-the-vault");
    let mut command = home.jackin(["run", "--provider", "zai", "--program", "env", "claude"]);
    let seen = see(command.env("COPY", "from-the-vault").env("OTHER", "x"));
    assert!(
        seen.out.contains("ANTHROPIC_AUTH_TOKEN=from-the-vault\n")
            && seen.out.contains("OTHER=x\n")
    );
    assert!(!seen.out.contains("COPY="), "{}", seen.out);
}

#[test]
fn of_two_variables_of_one_name_the_first_counts() {
    let home = Home::new();
    let python = "import ctypes,sys\n\
        argv=(ctypes.c_char_p*8)(*[a.encode() for a in sys.argv[1:]],None)\n\
        env=(ctypes.c_char_p*4)(b'ZAI_API_KEY=first',b'ZAI_API_KEY=second',b'PATH=/usr/bin:/bin',None)\n\
        ctypes.CDLL(None).execve(argv[0],argv,env)";
    let mut command = std::process::Command::new("python3");
    command.args([
        "-c",
        python,
        env!("CARGO_BIN_EXE_jackin"),
        "run",
        "--provider",
        "zai",
        "--program",
        "env",
        "claude",
    ]);
    let seen = see(command.current_dir(home.path()));
    assert!(seen.out.contains("ANTHROPIC_AUTH_TOKEN=first\n"), "{} {}", seen.out, seen.err);
    assert!(!seen.out.contains("second"));
}

#[test]
fn a_long_prompt_is_no_obstacle() {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", "printf %s \"${#2}\"");
    let long = "x".repeat(100_000);
    for flag in ["--debug", "--dry-run"] {
        let seen = see(&mut home.jackin(["run", flag, "--provider", "zai", "claude", "-p", &long]));
        assert_eq!(seen.code, Some(0), "{}", &seen.err[..200.min(seen.err.len())]);
    }
}

#[test]
fn an_expired_key_is_said_and_still_used() {
    let gateway = "[env]\nGATEWAY_API_KEY = 'agt_x'\n[providers.gateway]\nexpires_at = 2026-01-01T00:00:00Z\n\
        [providers.gateway.anthropic]\nbase_url = 'https://gateway.example.com'\n\
        models = { main = 'glm-4.6', small_fast = 'glm-4.5-air' }\n";
    let home = Home::with_config(gateway);
    home.script("bin/claude", "echo started");
    let seen = see(&mut home.jackin(["run", "--provider", "gateway", "claude"]));
    assert_eq!(seen.out, "started\n");
    assert!(seen.err.starts_with("warning: the key for `gateway` expired "), "{}", seen.err);
    assert!(seen.err.contains("5 hours") && seen.err.contains("Monday"), "{}", seen.err);
    let plan = see(&mut home.jackin(["plan", "--provider", "gateway"])).out;
    assert!(plan.contains("\nkey        expired "), "{plan}");
    let providers = see(&mut home.jackin(["providers"])).out;
    assert!(providers.contains("config.toml:2; expired "), "{providers}");
}

#[test]
fn a_key_that_is_read_is_checked_like_one_that_is_written() {
    let home = Home::with_config("[env]\nMINIMAX_API_KEY = '$KEY'\n");
    home.script("bin/claude", "echo started");
    let mut run = home.jackin(["run", "--provider", "minimax", "claude"]);
    let seen = see(run.env("KEY", "eyJ-unusual"));
    assert_eq!(seen.out, "started\n");
    assert_eq!(
        seen.err,
        "warning: the key for `minimax` does not begin with `sk-cp-`, as its keys do\n"
    );
    let seen = see(run.env("KEY", "agt_of-a-gateway"));
    assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""));
    assert!(
        seen.err.contains("it is a key of `gateway`") && !seen.err.contains("of-a-"),
        "{}",
        seen.err
    );
}

#[test]
fn an_agent_too_old_for_the_guard_is_said() {
    let config = |guard: &str| Home::with_config(&format!("guard = '{guard}'\n{ZAI}"));
    let npm = "lib/node_modules/@anthropic-ai/claude-code";
    let err = |home: &Home, version: &str| {
        let package = format!(r#"{{"name": "@anthropic-ai/claude-code", "version": "{version}"}}"#);
        home.write(&format!("{npm}/package.json"), package);
        see(&mut home.jackin(["run", "--provider", "zai", "claude"])).err
    };
    for (guard, version, said) in [
        ("on", "2.1.197", true),
        ("strict", "1.0.9", true),
        ("on", "2.1.198", false),
        ("on", "3.0.0", false),
        ("on", "not a version", false),
        ("off", "2.1.197", false),
    ] {
        let home = config(guard);
        let program = home.script(&format!("{npm}/bin/claude.exe"), "exit 0");
        fs::create_dir_all(home.path().join("bin")).unwrap();
        std::os::unix::fs::symlink(program, home.path().join("bin/claude")).unwrap();
        let err = err(&home, version);
        let expected = format!("warning: `claude` is version {version}: before 2.1.198 ");
        assert_eq!(err.starts_with(&expected), said, "{guard} {version}: {err}");
        assert_eq!(err.is_empty(), !said, "{err}");
    }
    // The native installer names the file by its version.
    let home = config("on");
    let program = home.script("versions/2.1.100", "exit 0");
    fs::create_dir_all(home.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(program, home.path().join("bin/claude")).unwrap();
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    assert!(seen.err.contains("version 2.1.100"), "{}", seen.err);
}

/// A program from PyPI is called like the agent from npm, and uses its own settings.
#[test]
fn another_program_of_the_agents_name_is_refused() {
    let home = Home::with_config(ZAI);
    home.script("bin/kimi", "# from kimi_cli.__main__ import main\necho started");
    let run = ["run", "--provider", "zai", "kimi"];
    let file = home.path().join("bin/kimi");
    let file = file.display();
    let seen = see(&mut home.jackin(run));
    assert_eq!(
        (seen.code, seen.out.as_str(), seen.err.as_str()),
        (
            Some(125),
            "",
            &*format!(
                "error: {file} is kimi-cli from PyPI, not the agent `kimi`: it asks the provider of its \
                 own settings, with the key there\n\nhint: install the agent with `npm install -g \
                 @moonshot-ai/kimi-code`, or name it with `--program PATH`, or for good with `program` \
                 in `[agents.kimi]`; `guard = \"off\"` starts this one\n"
            ),
        )
    );
    // On its own provider it uses its own login, as it would without jackin.
    let native = see(&mut home.jackin(["run", "--provider", "kimi", "kimi"]));
    assert_eq!((native.code, native.out.as_str()), (Some(0), "started\n"), "{}", native.err);
    let home = Home::with_config(&format!("guard = 'off'\n{ZAI}"));
    home.script("bin/kimi", "# from kimi_cli.__main__ import main\necho started");
    let seen = see(&mut home.jackin(run));
    assert_eq!((seen.code, seen.out.as_str()), (Some(0), "started\n"), "{}", seen.err);
    assert!(seen.err.starts_with("warning: ") && seen.err.contains("kimi-cli"), "{}", seen.err);
}
