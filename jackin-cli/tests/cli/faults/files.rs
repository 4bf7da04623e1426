//! Configuration files that are none, or that nobody would write.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::PathBuf,
    process::Command,
};

use nix::errno::Errno;

use super::{SET, ZAI, bound, bounded, each_says, words_of};
use crate::support::{Home, see};

/// A home with an agent, and the place of its configuration.
fn home() -> (Home, PathBuf) {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", "echo started");
    let config = home.path().join(".config/jackin/config.toml");
    fs::remove_file(&config).unwrap();
    (home, config)
}

const CANNOT: &str = "cannot read ~/.config/jackin/config.toml: ";

#[test]
fn a_directory() {
    let (home, config) = home();
    fs::create_dir_all(config).unwrap();
    each_says(
        &home,
        &format!("{CANNOT}it is a directory, not a file"),
        "move away what stands there",
    );
}

#[test]
fn a_fifo() {
    let (home, config) = home();
    assert!(Command::new("mkfifo").arg(config).status().unwrap().success());
    each_says(&home, &format!("{CANNOT}it is a FIFO, not a file"), "move away what stands there");
}

#[test]
fn a_link_to_itself() {
    let (home, config) = home();
    symlink("config.toml", config).unwrap();
    each_says(&home, &format!("{CANNOT}{}", words_of(Errno::ELOOP)), "`ls -ld` shows");
}

#[test]
fn a_link_to_nothing() {
    let (home, config) = home();
    symlink("nowhere", config).unwrap();
    each_says(&home, &format!("{CANNOT}No such file"), "the link there leads nowhere");
}

#[test]
fn a_gigabyte() {
    let (home, config) = home();
    fs::File::create(config).unwrap().set_len(1 << 30).unwrap();
    each_says(&home, &format!("{CANNOT}it is larger than 16 MiB"), "no configuration is that");
}

#[test]
fn no_utf_8() {
    let (home, config) = home();
    fs::write(config, b"[env]\nA = 'sentinel\xff'\n").unwrap();
    each_says(&home, &format!("{CANNOT}line 2 is not UTF-8"), "save it as UTF-8");
}

#[test]
fn a_nul() {
    let (home, config) = home();
    for text in [&b"[env]\nZAI_API_KEY = 'sentinel\0key'\n"[..], b"\0", b"[env]\nA\0B = 'sentinel'"]
    {
        fs::write(&config, text).unwrap();
        each_says(&home, "config.toml:", "");
    }
    fs::write(config, "[env]\nZAI_API_KEY = \"sentinel\\u0000key\"\n").unwrap();
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""), "{}", seen.err);
    assert!(seen.err.contains("NUL") && !seen.err.contains("sentinel"), "{}", seen.err);
}

/// Neither a stack overflow nor a time that grows with the square.
#[test]
fn nested_without_end() {
    let (home, config) = home();
    for depth in [1_000, 100_000] {
        let path = vec!["a"; depth].join(".");
        for text in [
            format!("[{path}]\nx = 1\n"),
            format!("[[{path}]]\nx = 1\n"),
            format!("{path} = 1\n"),
            format!("x = {}{}\n", "[".repeat(depth), "]".repeat(depth)),
            format!("x = {}1{}\n", "{ a = ".repeat(depth), "}".repeat(depth)),
            format!("x = {}", "{ a = ".repeat(depth)),
            format!("x = {}", "[".repeat(depth)),
        ] {
            fs::write(&config, text).unwrap();
            each_says(&home, "config.toml:1:", "");
        }
    }
}

/// As deep as it can be: nearly 80 keys in each of nearly 80 tables.
#[test]
fn nested_as_deep_as_can_be() {
    let (home, config) = home();
    let path = vec!["a"; 79].join(".");
    let nested = format!("{}1{}", format!("{{{path} = ").repeat(79), "}".repeat(79));
    fs::write(&config, format!("{ZAI}[{path}]\n{path} = {nested}\n")).unwrap();
    let seen = bounded(&home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!(seen.out, "started\n", "{}", seen.err);
    assert_eq!(bounded(&home.jackin(SET.split(' '))).code, Some(0));
    assert_eq!(bounded(&home.jackin(["doctor"])).code, Some(0));
}

#[test]
fn many_tables() {
    let (home, config) = home();
    let tables: String = (0..10_000).map(|n| format!("[t{n}]\nx = 1\n")).collect();
    fs::write(&config, format!("{ZAI}{tables}")).unwrap();
    let seen = bounded(&home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!(seen.out, "started\n", "{}", seen.err);
    assert_eq!(bounded(&home.jackin(SET.split(' '))).code, Some(0));
}

#[test]
fn one_that_may_not_be_read() {
    for of_directory in [false, true] {
        let (home, config) = home();
        fs::write(&config, ZAI).unwrap();
        let mut command = bound(&home, "run --provider zai claude");
        let closed = if of_directory { config.parent().unwrap() } else { &config };
        fs::set_permissions(closed, fs::Permissions::from_mode(0o000)).unwrap();
        let seen = see(&mut command);
        fs::set_permissions(closed, fs::Permissions::from_mode(0o700)).unwrap();
        let err = seen.err.replace(home.path().to_str().unwrap(), "~");
        assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""), "{err}");
        assert!(err.contains(&format!("{CANNOT}Permission denied")), "{err}");
        assert!(err.contains("hint: you must be able to read it"), "{err}");
    }
}

#[test]
fn workspaces_that_are_no_directory() {
    let (home, _) = home();
    let workspaces = home.path().join(".config/jackin/workspaces");
    for (link, error) in [(false, Errno::ENOTDIR), (true, Errno::ELOOP)] {
        let message = words_of(error);
        let _ = fs::remove_file(&workspaces);
        match link {
            false => fs::write(&workspaces, "").unwrap(),
            true => symlink("workspaces", &workspaces).unwrap(),
        }
        let seen = see(home.jackin(["run", "--provider", "zai", "claude"]).env("ZAI_API_KEY", "k"));
        assert_eq!((seen.code, seen.out.as_str()), (Some(125), ""), "{message}");
        assert!(seen.err.contains(&message) && seen.err.contains("hint: "), "{}", seen.err);
    }
}

/// A launch here may be meant for the workspace that cannot be read; everything else goes on.
#[test]
fn a_broken_workspace_while_another_is_meant() {
    let (home, config) = home();
    fs::write(&config, ZAI).unwrap();
    let broken =
        home.write(".config/jackin/workspaces/broken.toml", "workdir = '/x'\n[env\n# mine");
    home.write(".config/jackin/workspaces/acme.toml", "");
    let said = home.refuses(125, "run --provider zai claude", "");
    assert!(said.contains("broken.toml:2:") && said.contains("`--workspace NAME` looks"), "{said}");
    assert_eq!(home.does("run --workspace acme --provider zai claude", ""), "started\n");
    let seen = home.fed("doctor", "");
    assert!(seen.code == Some(1) && seen.out.contains("broken.toml:2:"), "{}", seen.out);
    assert!(seen.out.contains("claude "), "{}", seen.out);
    assert!(home.refuses(125, "config check", "").contains("broken.toml:2:"));
    home.does("config env set EDITOR vi", "");
    home.does("workspace env set acme EDITOR vi", "");
    // It goes when it is told twice.
    let said = home.refuses(125, "workspace remove broken", "");
    assert!(said.ends_with("hint: `--force` removes it with all it holds\n"), "{said}");
    assert!(broken.exists());
    home.does("workspace remove broken --force", "");
    assert!(!broken.exists());
    assert_eq!(home.does("run --provider zai claude", ""), "started\n");
}

/// Whatever they are called.
#[test]
fn a_broken_workspace_that_is_not_the_nearest() {
    for (near, far) in [("a", "z"), ("z", "a")] {
        let home = Home::with_config(ZAI);
        home.script("bin/claude", "echo started");
        let write = |name: &str, dir: &str, more: &str| {
            let dir = home.path().join(dir);
            fs::create_dir_all(&dir).unwrap();
            let text = format!("workdir = {dir:?}\n{more}");
            home.write(&format!(".config/jackin/workspaces/{name}.toml"), text);
            dir
        };
        let (inner, outer) = (write(near, "w/inner", ""), write(far, "w", "env = 1\n"));
        let launch =
            |dir| see(home.jackin(["run", "--provider", "zai", "claude"]).current_dir(dir));
        assert_eq!(launch(inner).out, "started\n", "{near} {far}");
        let seen = launch(outer);
        assert!(seen.code == Some(125) && seen.err.contains("`env` must be"), "{}", seen.err);
    }
}

/// Its owner's words are more than its directory.
#[test]
fn a_workspace_whose_comments_would_be_lost() {
    let home = Home::new();
    for text in ["# how to get in: ask first\nworkdir = '/x'\n", "workdir = '/x' # ours\n", "# x\n"]
    {
        let file = home.write(".config/jackin/workspaces/acme.toml", text);
        let said = home.refuses(2, "workspace remove acme", "");
        assert!(
            said.starts_with("error: workspace `acme` holds more than its directory: comments")
        );
        assert!(file.exists());
        home.does("workspace remove acme --force", "");
    }
    home.write(".config/jackin/workspaces/acme.toml", "\nworkdir = '/x'\n\n");
    home.does("workspace remove acme", "");
}

/// Whoever stores a key means to use it; what that takes away is said.
#[test]
fn a_withdrawal_that_a_key_ends_is_said() {
    let home = Home::with_config("[providers.zai]\nmode = 'ignore'\n");
    let said = home.does("auth set zai --stdin", "sentinel-key");
    assert!(
        said.ends_with("removed: `mode = \"ignore\"` of `zai`, so that its key counts\n"),
        "{said}"
    );
    assert!(!home.config().contains("mode"));
    assert!(!home.does("auth set zai --stdin", "another-key").contains("removed"));
}

/// The directory comes and goes while others read and write.
#[test]
fn a_directory_that_vanishes_in_between() {
    let (home, config) = home();
    let text = format!("{ZAI}A = 'a'\n");
    fs::write(&config, &text).unwrap();
    let (here, away) = (config.parent().unwrap().to_owned(), home.path().join("away"));
    let mut moving = Command::new("sh");
    moving
        .args(["-c", "while :; do mv -T \"$0\" \"$1\"; mv -T \"$1\" \"$0\"; done 2>/dev/null"])
        .arg(&here)
        .arg(&away);
    let mut moving = moving.spawn().unwrap();
    let mut codes = std::collections::BTreeMap::new();
    for words in ["run --provider zai claude", "config env unset A", "providers"].repeat(20) {
        let seen = bounded(&home.jackin(words.split(' ')));
        assert!(matches!(seen.code, Some(0 | 125)), "{words}: {:?} {}", seen.code, seen.err);
        assert!(!seen.err.contains("sentinel") && !seen.err.contains("panicked"), "{}", seen.err);
        *codes.entry(seen.code).or_insert(0) += 1;
    }
    moving.kill().unwrap();
    moving.wait().unwrap();
    let found = [here, away].into_iter().find(|dir| dir.join("config.toml").exists()).unwrap();
    let left = fs::read_to_string(found.join("config.toml")).unwrap();
    assert!(left == text || left == ZAI, "{left}");
}
