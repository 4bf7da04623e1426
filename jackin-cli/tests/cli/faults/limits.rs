//! Limits of the system: sizes of arguments and environments, open files, processes.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use super::{ZAI, bound, bounded};
use crate::support::{Home, JACKIN, Seen};

const LAUNCH: [&str; 4] = ["run", "--provider", "zai", "claude"];

fn refused(seen: &Seen) -> &str {
    assert_eq!((seen.code, seen.out.as_str()), (Some(126), ""), "{}", seen.err);
    assert!(!seen.err.contains("sentinel") && seen.err.len() < 1000, "{}", seen.err);
    let said = seen.err.split_once("its arguments and its environment are too large\n  ").unwrap();
    said.1
}

/// Linux takes no single string above 128 KiB.
#[test]
fn a_variable_that_is_too_large_is_named() {
    let home = Home::with_config(&format!("{ZAI}HUGE = '{}'\n", "sentinel".repeat(25_000)));
    home.script("bin/claude", "echo started");
    let seen = bounded(&home.jackin(LAUNCH));
    let file = home.path().join(".config/jackin/config.toml");
    let said = format!("the largest: `HUGE` (global, {}:3), 196 KiB\n  in all: ", file.display());
    assert!(refused(&seen).starts_with(&said), "{}", seen.err);
    assert!(seen.err.ends_with("hint: make it shorter there\n"), "{}", seen.err);
}

/// A stack of so much takes a quarter of it.
fn with_a_small_stack(home: &Home, more: &[String]) -> Command {
    let mut sh = home.program("sh", ["-c", "ulimit -s 600; exec \"$@\"", "sh", JACKIN]);
    sh.args(LAUNCH).args(more);
    sh
}

#[test]
fn an_argument_that_is_too_large_is_counted() {
    let literals: String = (0..200).map(|n| format!("V{n} = '{}'\n", "x".repeat(400))).collect();
    let home = Home::with_config(&format!("{ZAI}{literals}"));
    home.script("bin/claude", "echo started");
    let seen = bounded(&with_a_small_stack(&home, &["-p".into(), "sentinel".repeat(10_000)]));
    let said = refused(&seen);
    assert!(said.starts_with("the largest: argument 6 after the agent's name, 79 KiB\n"), "{said}");
    assert!(said.contains("; 6 arguments, 79 KiB\n"), "{said}");
    assert!(
        said.ends_with("hint: a file, or standard input, can give the agent a text of that size\n")
    );
}

#[test]
fn an_environment_that_is_too_large_is_summed_up() {
    let literals: String =
        (0..400).map(|n| format!("V{n} = '{}'\n", "sentinel".repeat(50))).collect();
    let home = Home::with_config(&format!("{ZAI}{literals}"));
    home.script("bin/claude", "echo started");
    let mut command = with_a_small_stack(&home, &[]);
    let long = format!("N{}", "A".repeat(500));
    let seen = bounded(command.env(&long, "sentinel".repeat(10)));
    let said = refused(&seen);
    assert!(
        said.starts_with("the largest: `NAAA") && said.contains("AAA…`, exported here, 1 KiB\n"),
        "{said}"
    );
    assert!(
        said.contains("  in all: 4") && said.ends_with("hint: `unset` it before the launch\n"),
        "{said}"
    );
}

#[test]
fn a_huge_environment_that_fits_is_no_obstacle() {
    let home = Home::with_config(ZAI);
    home.script("bin/claude", "env | grep -c ^V");
    let mut command = home.jackin(LAUNCH);
    command.envs((0..10_000).map(|n| (format!("V{n}"), "x".repeat(50))));
    assert_eq!(bounded(&command).out, "10000\n");
}

const REFERENCES: &str = "[env]\nZAI_API_KEY = { command = ['asked', 'key'] }\nA = 'op://v/a/f'\n\
                          B = 'op://v/b/f'\nC = 'op://v/c/f'\nD = { file = '~/secret' }\n";

fn home() -> Home {
    let home = Home::with_config(REFERENCES);
    let secret = home.write("secret", "value");
    fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
    for name in ["op", "asked"] {
        home.executable(&format!("bin/{name}"), &fs::read("/bin/echo").unwrap());
    }
    home.executable("bin/claude", &fs::read("/bin/echo").unwrap());
    home
}

/// Either the agent starts, or what is missing is said; never less than all of the values.
fn all_or_said(seen: &Seen, limit: &str) -> bool {
    let told = format!("{limit}: {:?}\n{}", seen.code, seen.err);
    assert!(!seen.err.contains("panicked") && !seen.err.contains("overflow"), "{told}");
    match seen.code {
        Some(0) => true,
        // Programs that cannot even be loaded say so themselves.
        Some(127) if seen.err.contains("shared libraries") => false,
        Some(125) => {
            assert!(
                seen.err.contains("hint: end other programs, or raise what `ulimit -a` shows")
                    || seen.err.contains("failed (exit status: 127)"),
                "{told}"
            );
            false
        }
        Some(126) => false,
        _ => panic!("{told}"),
    }
}

#[test]
fn few_open_files() {
    let home = home();
    let mut started = 0;
    for limit in [3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 32, 64] {
        let limited = format!("ulimit -n {limit}; exec \"$@\"");
        let mut command = home.program("sh", ["-c", &limited, "sh", JACKIN]);
        started +=
            usize::from(all_or_said(&bounded(command.args(LAUNCH)), &format!("{limit} files")));
    }
    assert!(started > 1, "with enough of them it starts");
}

/// Root has no such limit.
#[test]
fn few_processes() {
    let home = home();
    let program = bound(&home, "run --provider zai claude");
    let mut started = 0;
    for limit in ["0", "1", "2", "3", "4", "6", "64"] {
        let mut command = Command::new("prlimit");
        command.arg(format!("--nproc={limit}")).arg(program.get_program()).args(program.get_args());
        command.current_dir(home.path()).env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        started += usize::from(all_or_said(&bounded(&command), &format!("{limit} processes")));
    }
    assert!(started > 0, "with enough of them it starts");
}
