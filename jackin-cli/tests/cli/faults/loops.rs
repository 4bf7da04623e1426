//! Programs on PATH that are none, or that lead back to jackin.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
};

use nix::errno::Errno;

use super::{ZAI, bounded, words_of};
use crate::support::{GUARD_ARGS, Home, JACKIN, Seen};

/// A home with jackin on its PATH; what is called `claude` in `first` comes before what is in `bin`.
fn home() -> Home {
    let home = Home::with_config(ZAI);
    fs::create_dir_all(home.path().join("first")).unwrap();
    fs::create_dir_all(home.path().join("bin")).unwrap();
    symlink(JACKIN, home.path().join("bin/jackin")).unwrap();
    home
}

fn on_path(home: &Home, program: &str, words: &[&str]) -> Seen {
    let path = home.path().display();
    bounded(
        home.program(program, words).env("PATH", format!("{path}/first:{path}/bin:/usr/bin:/bin")),
    )
}

/// What the agent prints.
fn the_agent() -> String {
    format!("the agent {} -p\n", GUARD_ARGS.join(" "))
}

const LAUNCH: [&str; 5] = ["run", "--provider", "zai", "claude", "-p"];

/// As people have it who type `claude`, started as they do and by jackin itself.
#[test]
fn a_script_of_the_agents_name_that_starts_jackin() {
    for script in [
        "exec jackin run --provider zai claude \"$@\"",
        "jackin run --provider zai claude \"$@\"\nexit $?",
        "exec \"$HOME/bin/jackin\" --color never \\\n    run --provider zai claude \"$@\"",
    ] {
        let home = home();
        home.script("first/claude", script);
        let seen = on_path(&home, JACKIN, &LAUNCH);
        assert_eq!(seen.code, Some(127), "{}", seen.err);
        let file = home.path().join("first/claude");
        let message = format!(
            "error: of `claude` there is only {} on PATH, which starts jackin\n\nhint: install it with `",
            file.display()
        );
        assert!(seen.err.starts_with(&message), "{}", seen.err);
        home.script("bin/claude", "echo the agent \"$@\"");
        assert_eq!(on_path(&home, JACKIN, &LAUNCH).out, the_agent());
        let seen = on_path(&home, file.to_str().unwrap(), &["-p"]);
        assert_eq!((seen.out.as_str(), seen.err.as_str()), (&*the_agent(), ""));
    }
}

#[test]
fn a_link_of_the_agents_name_to_jackin() {
    let home = home();
    symlink(home.path().join("bin/jackin"), home.path().join("first/claude")).unwrap();
    let seen = on_path(&home, JACKIN, &LAUNCH);
    assert!(seen.code == Some(127) && seen.err.contains("which starts jackin"), "{}", seen.err);
    home.script("bin/claude", "echo the agent \"$@\"");
    assert_eq!(on_path(&home, JACKIN, &LAUNCH).out, the_agent());
}

#[test]
fn jackin_itself_in_the_agents_place() {
    let home = home();
    let seen =
        on_path(&home, JACKIN, &["run", "--provider", "zai", "--program", "jackin", "claude"]);
    assert_eq!(seen.code, Some(127), "{}", seen.err);
    let message = format!(
        "error: of `jackin` there is only {}/bin/jackin on PATH, which starts jackin\n",
        home.path().display()
    );
    assert_eq!(seen.err, message);
}

#[test]
fn entries_that_cannot_be_executed_are_passed_over() {
    let home = home();
    home.script("bin/claude", "echo the agent");
    let first = home.path().join("first/claude");
    fs::create_dir(&first).unwrap();
    assert_eq!(on_path(&home, JACKIN, &LAUNCH).out, "the agent\n", "a directory");
    fs::remove_dir(&first).unwrap();
    fs::write(&first, "text").unwrap();
    assert_eq!(on_path(&home, JACKIN, &LAUNCH).out, "the agent\n", "a text");
    fs::remove_file(&first).unwrap();
    symlink("claude", &first).unwrap();
    assert_eq!(on_path(&home, JACKIN, &LAUNCH).out, "the agent\n", "a link to itself");
}

#[test]
fn what_cannot_be_executed_is_126() {
    let home = Home::with_config(ZAI);
    let launch = || bounded(&home.jackin(LAUNCH));
    let file = home.write("bin/claude", "text");
    let shown = file.display();
    let seen = launch();
    let hint = format!("hint: `chmod +x {shown}` makes it one, if it is a program\n");
    assert_eq!(seen.err, format!("error: {shown} is not an executable file\n\n{hint}"));
    assert_eq!(seen.code, Some(126));
    for (bytes, why) in [
        (
            &b"#!/no/such/interpreter\n"[..],
            "the interpreter in its first line, or a library, is missing",
        ),
        (b"#!/etc/passwd\n", "Permission denied"),
    ] {
        home.executable("bin/claude", bytes);
        let seen = launch();
        assert_eq!((seen.code, seen.out.as_str()), (Some(126), ""), "{why}: {}", seen.err);
        assert!(
            seen.err.starts_with(&format!("error: cannot execute {shown}: {why}")),
            "{}",
            seen.err
        );
    }
    // Interpreters that lead round end as well.
    home.executable("bin/claude", format!("#!{shown}\n").as_bytes());
    let seen = launch();
    let why = words_of(Errno::ELOOP);
    assert!(seen.code == Some(126) && seen.err.contains(&why), "{}", seen.err);
    // A program for another machine is nothing for a shell; a script that names none is.
    home.executable("bin/claude", b"\x7fELF\x02\x01\x01\0\0\n");
    let seen = launch();
    assert!(seen.code == Some(126) && seen.err.contains(&words_of(Errno::ENOEXEC)), "{}", seen.err);
    home.executable("bin/claude", b"echo by a shell");
    assert_eq!(launch().out, "by a shell\n");
    // A directory is no program that could be made executable.
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(launch().code, Some(127));
    fs::remove_dir(&file).unwrap();
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
}
