//! `jackin run --tab`, `--in` and `--image` where the multiplexer or the runtime is not there, or
//! only a stand-in for it; the real ones have tests of their own.

use std::fs;

use crate::support::{Home, see};

const ZAI: &str = "[env]\nZAI_API_KEY = 'sentinel-key'\n";

/// Writes its arguments down, and its environment.
const RECORDER: &str = "printf '[%s]' \"$@\" > args; env > env";

#[test]
fn outside_a_multiplexer_there_is_no_tab() {
    let home = Home::with_config(ZAI);
    let mut jackin = home.jackin(["run", "--tab", "--provider", "zai", "claude"]);
    let seen = see(jackin.env("TMUX", "").env("ZELLIJ", ""));
    assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""));
    assert_eq!(
        seen.err,
        "error: `--tab` works inside tmux and zellij, and this is neither\n\n\
         hint: start one of them first, or leave `--tab` out\n"
    );
}

#[test]
fn zellij_is_told_to_run_jackin_again() {
    let home = Home::with_config(ZAI);
    home.script("bin/zellij", RECORDER);
    let mut jackin = home.jackin(["run", "--tab", "--provider", "zai", "claude", "-p", "a b"]);
    jackin.env("ZELLIJ", "0").env("ZAI_API_KEY", "sentinel-exported").env("OTHER", "x");
    let seen = see(&mut jackin);
    assert_eq!((seen.code, seen.out, seen.err), (Some(0), String::new(), String::new()));
    let home_dir = home.path().display();
    let args = fs::read_to_string(home.path().join("args")).unwrap();
    let expected = format!(
        "[action][new-tab][--name=Claude (Z.AI)][--cwd={home_dir}][--][env][-u][JACKIN_CONFIG_DIR]\
         [-u][JACKIN_PROVIDER][-u][JACKIN_WORKSPACE][-u][JACKIN_ROLE]\
         [PATH={home_dir}/bin:/usr/local/bin:/usr/bin:/bin][{}]\
         [--config-dir={home_dir}/.config/jackin][run][--provider=zai][claude][-p][a b]",
        env!("CARGO_BIN_EXE_jackin")
    );
    assert_eq!(args, expected);
    let env = fs::read_to_string(home.path().join("env")).unwrap();
    assert!(env.contains("OTHER=x") && !env.contains("sentinel"), "{env}");
}

/// The client finds its server by what it inherits; in the tab jackin is pure again.
#[test]
fn a_tab_is_told_to_be_pure_and_its_client_is_not() {
    let home = Home::with_config(&format!("{ZAI}[scrub]\ndeny = ['OTHER']\n"));
    home.script("bin/zellij", RECORDER);
    let mut jackin = home.jackin(["run", "--tab", "--pure", "--provider", "zai", "claude"]);
    let seen = see(jackin.env("ZELLIJ", "0").env("OTHER", "x").env("CLAUDECODE", "1"));
    assert_eq!((seen.code, seen.err.as_str()), (Some(0), ""));
    let args = home.read("args");
    assert!(args.ends_with("[run][--provider=zai][--pure][claude]"), "{args}");
    let env = home.read("env");
    assert!(env.contains("ZELLIJ=0\n") && env.contains("OTHER=x\n"), "{env}");
    assert!(!env.contains("CLAUDECODE"), "{env}");
}

#[test]
fn what_a_tab_cannot_be_given_is_refused() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let home = Home::with_config("[env]\nZAI_API_KEY = '$MINE'\nKIMI_CODE_API_KEY = 'k'\n");
    home.script("bin/zellij", RECORDER);
    let refusal = |provider: &str, arg: &OsStr| {
        let mut jackin = home.jackin(["run", "--tab", "--provider", provider, "claude"]);
        see(jackin.arg(arg).env("ZELLIJ", "0").env("MINE", "sentinel"))
    };
    let seen = refusal("zai", OsStr::new(""));
    assert_eq!(seen.code, Some(125));
    assert!(
        seen.err.contains("this shell's `MINE`\n") && !seen.err.contains("sentinel"),
        "{}",
        seen.err
    );
    let seen = refusal("kimi", OsStr::from_bytes(b"\xff"));
    assert!(seen.code == Some(2) && seen.err.contains("not UTF-8"), "{}", seen.err);
    assert!(!home.path().join("args").exists());
}

#[test]
fn a_dry_run_shows_the_tab_and_opens_none() {
    let home = Home::with_config(ZAI);
    home.script("bin/tmux", RECORDER);
    let mut jackin = home.jackin(["run", "--tab", "--dry-run", "--provider", "zai", "claude"]);
    let seen = see(jackin.env("TMUX", "/nowhere,0,0"));
    assert!(
        seen.out.contains("\ncommand    tmux new-window -n \"Claude (Z.AI)\" "),
        "{}",
        seen.out
    );
    assert!(seen.out.contains("\nset\n  nothing\n") && !home.path().join("args").exists());
}

#[test]
fn containers_that_cannot_be_meant_are_bad_usage() {
    let home = Home::with_config(ZAI);
    home.script("bin/podman", RECORDER);
    home.script("bin/docker", RECORDER);
    for (args, said) in [
        (&["--in", "lxc:box"][..], "the runtime must be docker or podman"),
        (&["--in", "box"], "the runtime must be docker or podman"),
        (&["--in", "podman:"], "not a valid container"),
        (&["--in", "podman:-v"], "not a valid container"),
        (&["--image", ""], "not a valid image"),
        (&["--image=-v"], "not a valid image"),
        (&["--in", "podman"], "`--in podman` names no container"),
        (&["--in", "podman:box", "--image", "box"], "is not made of an image"),
        (&["--in", "podman:box", "--tab"], "cannot be used with '--tab'"),
        (&["--image", "box", "--tab"], "cannot be used with '--tab'"),
    ] {
        let seen = see(home.jackin(["run", "--provider", "zai"]).args(args).arg("claude"));
        assert_eq!((seen.code, seen.out.as_str()), (Some(2), ""), "{args:?}: {}", seen.err);
        assert!(seen.err.contains(said), "{args:?}: {}", seen.err);
    }
    assert!(!home.path().join("args").exists());
}

#[test]
fn a_directory_that_cannot_be_mounted_starts_nothing() {
    let home = Home::with_config(ZAI);
    home.script("bin/docker", RECORDER);
    let dir = home.path().join("a,readonly");
    fs::create_dir(&dir).unwrap();
    let mut jackin = home.jackin(["run", "--image", "box", "--provider", "zai", "claude"]);
    let seen = see(jackin.current_dir(&dir));
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("cannot be mounted in a container\n\nhint: "), "{}", seen.err);
    assert!(!dir.join("args").exists());
}

#[test]
fn without_a_runtime_there_is_no_container() {
    let home = Home::with_config("[env]\nZAI_API_KEY = 'op://vault/zai/key'\n");
    home.script("bin/op", "touch asked");
    let run = |args: [&str; 2]| {
        let mut jackin = home.jackin(["run", "--provider", "zai"]);
        jackin.args(args).arg("claude").env("PATH", home.path().join("bin"));
        see(&mut jackin)
    };
    for (args, name) in [(["--in", "podman:box"], "podman"), (["--image", "box"], "docker")] {
        let seen = run(args);
        assert_eq!(seen.code, Some(127));
        let said = format!("error: `{name}` is not on PATH\n\nhint: `--in` and `--image` need ");
        assert!(seen.err.starts_with(&said), "{}", seen.err);
    }
    // The other one is taken where it is the only one; what it says and its code are passed on.
    home.script("bin/podman", "echo 'no such image' >&2; exit 77");
    let seen = run(["--image", "box"]);
    assert_eq!((seen.code, seen.err.as_str()), (Some(77), "no such image\n"));
    assert!(!home.path().join("asked").exists(), "no vault is opened for what is not there");
}
