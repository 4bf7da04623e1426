//! Programs that jackin asks something, on a bad day: they print without end, hang, leave something behind.
//! Each kind of helper is one row; nothing of it is left, however jackin ends.

use std::{
    fs,
    os::unix::{fs::symlink, process::ExitStatusExt as _},
    process::{Child, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::bounded;
use crate::{
    promised::promised,
    secrets::{ended, number, runs, until},
    support::{Home, Seen},
};

/// A helper of jackin's.
struct Helper {
    /// Its program.
    name: &'static str,
    config: &'static str,
    /// The command that asks it.
    words: &'static str,
    /// How that ends where it prints without end.
    code: i32,
    /// What is said then.
    said: &'static str,
}

const RUN: &str = "run --provider zai claude";
const KEY: &str = "[env]\nZAI_API_KEY = 'sentinel-key'\n";

const HELPERS: [Helper; 5] = [
    Helper {
        name: "op",
        config: "[env]\nZAI_API_KEY = 'op://v/zai/key'\n",
        words: RUN,
        code: 125,
        said: "it is longer than 64 KiB",
    },
    Helper {
        name: "asked",
        config: "[env]\nZAI_API_KEY = { command = ['asked'] }\n",
        words: RUN,
        code: 125,
        said: "it is longer than 64 KiB",
    },
    Helper {
        name: "mise",
        config: KEY,
        words: RUN,
        code: 125,
        said: "`mise which claude`: it is longer than 64 KiB",
    },
    Helper {
        name: "podman",
        config: KEY,
        words: "run --in podman:box --provider zai claude",
        code: 125,
        said: "error: `podman` printed more than 16 MiB",
    },
    Helper {
        name: "git",
        config: KEY,
        words: "doctor",
        code: 1,
        said: "whether Git ignores it cannot be told: `git` printed more than 64 KiB",
    },
];

impl Helper {
    /// A home in which the helper is this script.
    fn home(&self, script: &str) -> Home {
        let home = Home::with_config(self.config);
        // The configuration is in a repository.
        fs::create_dir(home.path().join(".config/jackin/.git")).unwrap();
        home.script(&format!("bin/{}", self.name), script);
        match self.name {
            "mise" => symlink("mise", home.path().join("bin/claude")).unwrap(),
            _ => drop(home.script("bin/claude", "touch started")),
        }
        home
    }

    fn ask(&self, home: &Home) -> Seen {
        bounded(&home.jackin(self.words.split(' ')))
    }
}

/// Notes its group; what it starts ignores what ends programs.
const STUBBORN: &str =
    "(trap '' TERM INT HUP; while :; do sleep 600; done) & sh -c 'sleep 600 & wait' &
    trap '' TERM INT HUP QUIT
    echo $(ps -o pgid= -p $$) > \"$HOME/group\"; while :; do sleep 600; done";

#[test]
fn one_that_prints_without_end_is_ended() {
    for helper in &HELPERS {
        for script in ["exec yes", "trap '' PIPE; while :; do yes; done 2>/dev/null"] {
            let seen = helper.ask(&helper.home(script));
            let told = format!("{}: {}{}", helper.name, seen.out, seen.err);
            assert_eq!(seen.code, Some(helper.code), "{told}");
            assert!(told.contains(helper.said) && !told.contains("sentinel"), "{told}");
        }
    }
}

/// jackin while it waits for a helper, and the helper's group.
fn asking(helper: &Helper, home: &Home) -> (Child, i32) {
    let mut jackin = home.jackin(helper.words.split(' '));
    jackin.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = jackin.spawn().unwrap();
    (child, until(helper.name, || number(&home.path().join("group"))))
}

/// Also by force, which nothing in jackin hears of.
#[test]
fn nothing_is_left_of_it_however_jackin_ends() {
    let signals =
        [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT];
    for helper in &HELPERS {
        for signal in signals {
            let home = helper.home(STUBBORN);
            let (mut child, group) = asking(helper, &home);
            assert!(runs(group));
            kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
            assert_eq!(ended(&mut child).signal(), Some(signal as i32), "{}", helper.name);
            until("the end of the group", || (!runs(group)).then_some(()));
            assert!(!home.path().join("started").exists());
        }
    }
    promised(signals.len() * HELPERS.len(), "ends of jackin");
}

/// How often jackin is killed.
const MOMENTS: u64 = 60;

/// By force at any moment: also while a helper is just being started.
#[test]
fn nothing_is_left_whenever_jackin_is_killed() {
    let helper = &HELPERS[0];
    for moment in 0..MOMENTS {
        let home = helper.home("exec sleep 600");
        let mut jackin = home.jackin(helper.words.split(' '));
        let mut child = jackin.stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_micros(moment * 250));
        child.kill().unwrap();
        ended(&mut child);
        let here = |dir: fs::DirEntry| fs::read_link(dir.path().join("cwd")).ok();
        let left = || {
            let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
            processes.filter_map(here).filter(|dir| dir == home.path()).count()
        };
        until("the end of everything", || (left() == 0).then_some(()));
    }
    promised(MOMENTS as usize, "more at any moment");
}

#[test]
fn a_git_that_hangs_does_not_keep_doctor() {
    let helper = HELPERS.iter().find(|helper| helper.name == "git").unwrap();
    let home = helper.home(STUBBORN);
    let seen = helper.ask(&home);
    let said = "whether Git ignores it cannot be told: `git` gave no answer within 10 s";
    assert!(seen.code == Some(1) && seen.out.contains(said), "{}{}", seen.out, seen.err);
    let group = number(&home.path().join("group")).unwrap();
    until("the end of the group", || (!runs(group)).then_some(()));
}

/// Whatever helper it is, and through whatever else.
#[test]
fn one_that_starts_jackin_to_be_asked_the_same_ends() {
    for helper in &HELPERS {
        let round = "echo >> \"$HOME/rounds\"; [ $(wc -l < \"$HOME/rounds\") -lt 5 ] || exit 9\n";
        let again = format!("cd \"$HOME\" && jk {} || exit 1", helper.words);
        let home = helper.home(&format!("{round}{again}"));
        symlink(env!("CARGO_BIN_EXE_jackin"), home.path().join("bin/jk")).unwrap();
        let seen = helper.ask(&home);
        let rounds = home.read("rounds").lines().count();
        assert_eq!(rounds, 1, "{}: {}{}", helper.name, seen.out, seen.err);
    }
}
