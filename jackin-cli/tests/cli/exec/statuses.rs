//! How the agent ends, as its caller sees it.

use std::{os::unix::process::ExitStatusExt as _, process::Stdio};

use super::{KEYS, agent, home};

/// How many exit codes there are.
pub(super) const CODES: i32 = 256;

/// Signals that end a program, or that it does not notice; those that stop it are tried at a terminal.
pub(super) fn signals() -> impl Iterator<Item = i32> {
    // The C library keeps 32 and 33 for itself; 19 to 22 stop.
    (1..=64).filter(|signal| !matches!(signal, 19..=22 | 32 | 33))
}

#[test]
fn every_exit_code_is_the_agents() {
    let home = home(KEYS[0], "exit \"$1\"");
    for code in 0..CODES {
        let status = agent(&home, true, &format!("exec \"$@\" {code}")).status().unwrap();
        assert_eq!(status.into_raw(), code << 8);
    }
}

/// Its wait status as a whole, as after a direct start; no core is dumped.
#[test]
fn every_death_by_a_signal_is_the_agents() {
    let home = home(KEYS[0], "kill -\"$1\" $$; exit 7");
    let mut deadly = 0;
    for signal in signals() {
        let surrounding = format!("ulimit -c 0; exec \"$@\" {signal}");
        let [seen, direct] =
            [true, false].map(|by_jackin| agent(&home, by_jackin, &surrounding).status().unwrap());
        assert_eq!(seen.into_raw(), direct.into_raw(), "{signal}");
        deadly += usize::from(seen.signal() == Some(signal));
    }
    assert_eq!(deadly, 54, "or nothing was sent");
}

/// What the launcher's caller has to wait for: one process, with nothing below it.
#[test]
fn it_is_one_process_from_the_beginning_to_the_end() {
    for key in KEYS {
        let look = "echo $$; cat /proc/$$/task/*/children; echo; ls /proc/$$/task | wc -l";
        // Its own words are of processes, which are gone by the time that they are printed.
        let home = home(key, &format!("seen=$({look}); echo \"$seen\""));
        let mut command = agent(&home, true, "exec \"$@\"");
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(lines[0], pid.to_string(), "{key}: same process, no parent left over");
        // Only the shell that looks.
        assert_eq!(lines[1].split_whitespace().count(), 1, "{key}: {out}");
        assert_eq!(lines.last(), Some(&"1"), "{key}: one thread");
    }
}

/// Every byte of it, whatever was asked before.
#[test]
fn standard_input_is_the_agents() {
    let text: Vec<u8> = (0..1 << 20).map(|n: u32| ((n * 31) >> 3) as u8).collect();
    for key in KEYS {
        let home = home(key, "exec cat");
        home.write("text", &text);
        let mut command = agent(&home, true, "cat text | \"$@\"");
        assert!(command.output().unwrap().stdout == text, "{key}");
    }
}

#[test]
fn it_is_called_by_its_name() {
    let home = home(KEYS[0], "");
    // A script's own name is the kernel's affair; a binary sees what it was called.
    home.executable("bin/claude", &std::fs::read("/bin/cat").unwrap());
    let out = agent(&home, true, "exec \"$@\" /proc/self/cmdline").output().unwrap().stdout;
    assert_eq!(out, b"claude\0/proc/self/cmdline\0");
}
