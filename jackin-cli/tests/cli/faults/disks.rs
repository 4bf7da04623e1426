//! File systems that are full or may not be written, for everything that is written.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use super::{SET, ZAI, bound, bounded};
use crate::support::{Home, feed, see};
#[cfg(feature = "terminal")]
use crate::tmux::{Tmux, USUAL, home};

/// A file system of a few pages, gone when dropped.
struct Tiny(PathBuf);

impl Tiny {
    /// Over a directory below a home, whose files it gets.
    fn over(home: &Home, dir: &str) -> Self {
        let dir = home.path().join(dir);
        fs::create_dir_all(&dir).unwrap();
        let before: Vec<_> = fs::read_dir(&dir).unwrap().map(|file| file.unwrap().path()).collect();
        let before: Vec<_> =
            before.into_iter().map(|file| (fs::read(&file).unwrap(), file)).collect();
        mount(&["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs"], &dir);
        before.iter().for_each(|(bytes, file)| fs::write(file, bytes).unwrap());
        Self(dir)
    }

    fn fill(&self) {
        let rest = fs::File::create(self.0.join("rest")).unwrap();
        let page = [b'x'; 4096];
        while std::io::Write::write_all(&mut &rest, &page).is_ok() {}
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn mount(options: &[&str], dir: &Path) {
    let seen = see(Command::new("mount").args(options).arg(dir));
    assert_eq!((seen.code, seen.err.as_str()), (Some(0), ""));
}

const BUNDLE: &str = "ANTHROPIC_BASE_URL=https://gateway.example.com\nANTHROPIC_AUTH_TOKEN=agt_x\n\
                      ANTHROPIC_MODEL=m\nANTHROPIC_SMALL_FAST_MODEL=s\n";

/// Everything that writes into the configuration.
const WRITERS: [(&str, &str); 8] = [
    (SET, ""),
    ("config env set EDITOR --stdin --role dev", "vi"),
    ("config env unset OTHER", ""),
    ("auth set zai --stdin", "another-key"),
    ("auth set kimi --command pass show kimi", ""),
    ("auth unset zai", ""),
    ("auth import", BUNDLE),
    ("workspace create acme --workdir /x", ""),
];

const TEXT: &str = "# mine\n[env]\nZAI_API_KEY = 'sentinel-key'\nOTHER = 'x'\n";
const DIR: &str = ".config/jackin";

/// None of the writers writes; all of them say why, and what to do.
fn nothing_is_lost(home: &Home, why: &str, hint: &str) {
    for (words, text) in WRITERS {
        let said = home.refuses(125, words, text);
        assert!(said.starts_with("error: cannot "), "{words}: {said}");
        assert!(
            said.contains(why) && said.ends_with(&format!("hint: {hint}\n")),
            "{words}: {said}"
        );
        assert!(!said.contains("sentinel"), "{said}");
        assert_eq!(home.config(), TEXT, "{words}");
    }
    let names = fs::read_dir(home.path().join(DIR)).unwrap();
    let names: Vec<_> =
        names.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.ends_with("jackin-new")), "{names:?}");
    home.script("bin/claude", "echo \"$ANTHROPIC_AUTH_TOKEN\"");
    assert_eq!(home.does("run --provider zai claude", ""), "sentinel-key\n", "reading goes on");
}

#[test]
#[ignore = "needs root, to mount a file system that fills up; .ci/run runs it"]
fn a_full_disk() {
    let home = Home::with_config(TEXT);
    fs::create_dir_all(home.path().join(DIR).join("w")).unwrap();
    fs::remove_dir(home.path().join(DIR).join("w")).unwrap();
    let tiny = Tiny::over(&home, DIR);
    fs::create_dir(tiny.0.join("workspaces")).unwrap();
    tiny.fill();
    nothing_is_lost(
        &home,
        "No space left on device",
        "nothing was changed; make room, and try again",
    );
    fs::remove_file(tiny.0.join("rest")).unwrap();
    home.does(SET, "");
    assert_eq!(home.config(), format!("{TEXT}EDITOR = \"vi\"\n"));
}

#[test]
#[ignore = "needs root, to mount a file system that is read-only; .ci/run runs it"]
fn a_disk_that_may_not_be_written() {
    let home = Home::with_config(TEXT);
    let tiny = Tiny::over(&home, DIR);
    mount(&["-o", "remount,ro"], &tiny.0);
    let hint = "nothing was changed; you must be able to write in that directory";
    nothing_is_lost(&home, "Read-only file system", hint);
}

#[test]
fn a_directory_that_may_not_be_written() {
    let home = Home::with_config(TEXT);
    let mut command = bound(&home, SET);
    let dir = home.path().join(DIR);
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o500)).unwrap();
    let seen = see(&mut command);
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.starts_with("error: cannot write ") && seen.err.contains("Permission denied"));
    assert!(
        seen.err
            .ends_with("hint: nothing was changed; you must be able to write in that directory\n")
    );
    assert_eq!(home.config(), TEXT);
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
    let seen = see(&mut command);
    assert_eq!((seen.code, home.config()), (Some(0), format!("{TEXT}EDITOR = \"vi\"\n")));
}

/// The lines that are half written would take in those of the next step.
#[test]
#[ignore = "needs root, to mount a file system that fills up; .ci/run runs it"]
fn a_full_disk_for_the_variables_of_later_steps() {
    let home = Home::with_config(ZAI);
    let tiny = Tiny::over(&home, "github");
    let file = home.write("github/env", "BEFORE=1\n");
    tiny.fill();
    let long = "x".repeat(8 << 10);
    let mut env = home.jackin(["env", "--format", "github", "--provider", "zai"]);
    home.write(".config/jackin/config.toml", format!("{ZAI}LONG = '{long}'\n"));
    let seen = see(env.env("GITHUB_ENV", &file));
    assert_eq!(seen.code, Some(125), "{}", seen.err);
    assert!(seen.err.contains("No space left"), "{}", seen.err);
    assert_eq!(fs::read_to_string(file).unwrap(), "BEFORE=1\n");
}

/// What cannot be printed is no success, or a script would go on without it.
#[test]
fn a_full_disk_for_what_is_printed() {
    let home = Home::with_config(ZAI);
    let completions = cfg!(feature = "manual").then_some("completions bash");
    let commands = ["env --export --provider zai", "providers --json", "agents"];
    for words in commands.into_iter().chain(completions) {
        let mut sh =
            home.program("sh", ["-c", "exec \"$@\" >/dev/full", "sh", crate::support::JACKIN]);
        let seen = bounded(sh.args(words.split(' ')));
        let said = "cannot write to standard output: No space left on device";
        assert!(seen.code == Some(125) && seen.err.contains(said), "{words}: {}", seen.err);
    }
}

/// Nobody is kept from launching by what was picked last.
#[test]
#[cfg(feature = "terminal")]
#[ignore = "needs root, to mount a file system that fills up, and tmux; .ci/run runs it"]
fn a_full_disk_for_what_was_picked_last() {
    let home = home(ZAI);
    let tiny = Tiny::over(&home, ".local/state/jackin");
    tiny.fill();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try run --program true claude");
    tmux.shows("▸ Anthropic");
    tmux.press(&["Enter"]);
    tmux.ended(0);
    assert_eq!(fs::read_dir(&tiny.0).unwrap().count(), 1, "nothing half written is left");
}

#[test]
#[cfg(feature = "terminal")]
#[ignore = "needs tmux; .ci/run runs it"]
fn what_was_picked_last_may_be_anything() {
    let home = home(ZAI);
    let file = home.write(".local/state/jackin/last.json", "");
    let tmux = Tmux::start(&home, USUAL, &[]);
    for of in ["rm last.json; mkfifo last.json", "rm last.json; truncate -s 1G last.json"] {
        let sh = Command::new("sh").args(["-c", of]).current_dir(file.parent().unwrap()).status();
        assert!(sh.unwrap().success());
        tmux.enter("clear; try run --program true claude");
        tmux.shows("▸ Anthropic");
        tmux.press(&["Enter"]);
        tmux.ended(0);
        assert!(fs::read_to_string(&file).unwrap().contains("anthropic"), "{of}");
    }
}

#[test]
#[cfg(feature = "terminal")]
#[ignore = "needs root, to mount a file system that fills up, and tmux; .ci/run runs it"]
fn a_full_disk_for_the_console() {
    let home = Home::with_config(TEXT);
    let tiny = Tiny::over(&home, DIR);
    tiny.fill();
    let tmux = Tmux::start(&home, USUAL, &[]);
    tmux.enter("try console");
    tmux.shows("▸ Claude (Anthropic)");
    tmux.press(&["Down", "Down", "Down", "Enter"]);
    tmux.shows("not set here");
    tmux.press(&["Space", "Down", "Down"]);
    tmux.shows("▸ key");
    tmux.press(&["sk-ki-sentinel-0123456789"]);
    tmux.shows("••••••");
    tmux.press(&["Enter"]);
    // The form stays, with what was typed.
    let screen = tmux.shows("No space left on device");
    assert!(screen.contains("▸ key") && !screen.contains("sentinel"), "{screen}");
    assert_eq!(home.config(), TEXT);
    fs::remove_file(tiny.0.join("rest")).unwrap();
    tmux.press(&["Enter"]);
    tmux.shows("stored: ");
    assert!(home.config().contains("KIMI_CODE_API_KEY = \"sk-ki-sentinel-0123456789\""));
}

/// A process may write no more than so much.
#[test]
fn a_limit_of_file_sizes() {
    let home = Home::with_config(TEXT);
    let limited = "ulimit -f 0; trap '' XFSZ; exec \"$@\"";
    let jackin = ["-c", limited, "sh", crate::support::JACKIN, "auth", "set", "zai", "--stdin"];
    let seen = feed(&mut home.program("sh", jackin), "another-key");
    assert_eq!(seen.code, Some(125), "{}", seen.err);
    assert!(
        seen.err.contains("File too large") && seen.err.ends_with("hint: nothing was changed\n")
    );
    assert_eq!(home.config(), TEXT);
    // Where the signal is not ignored it ends the program, as any other.
    let jackin = ["-c", "ulimit -f 0; exec \"$@\"", "sh", crate::support::JACKIN];
    let seen = feed(home.program("sh", jackin).args(["auth", "set", "zai", "--stdin"]), "another");
    assert_eq!((seen.code, home.config().as_str()), (None, TEXT));
    home.does(SET, "");
    assert_eq!(home.config(), format!("{TEXT}EDITOR = \"vi\"\n"));
}
