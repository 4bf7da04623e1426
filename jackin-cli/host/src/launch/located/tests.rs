use std::{
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use jackin_core::{Config, Document, NameOrigin, choice, resolve};

use super::*;
use crate::{keys::Sources, launch::command};

/// Writes a program, by another process: one that this process has open cannot be executed.
fn program(file: &Path, text: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "printf '%s\\n' \"$1\" > \"$0\" && chmod 755 \"$0\""]).arg(file).arg(text);
    assert!(shell.stdin(Stdio::null()).status().unwrap().success());
}

/// A host gets the command of the real interpreter with the real script.
#[test]
fn a_command_is_of_what_is_behind_shims() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let real = dir.path().display();
    program(&path("manager/mise"), &format!("#!/bin/sh\necho {real}/real/$2"));
    program(&path("real/claude"), "#!/usr/bin/env -S node --one\nthe agent");
    program(&path("real/node"), "#!/bin/sh\n");
    std::fs::create_dir(path("bin")).unwrap();
    for name in ["claude", "node"] {
        symlink(path("manager/mise"), path("bin").join(name)).unwrap();
    }
    let text = "[env]\nZAI_API_KEY = 'demo'\n";
    let global = Some(Document::global("config.toml", text).unwrap());
    let layers = Config { global, ..Config::default() }.layers(None).unwrap();
    let agent = layers.registry().agent("claude").unwrap();
    let asked = Some(("zai", NameOrigin::Argument));
    let provider = choice::select(&layers, agent, asked).unwrap();
    let plan = resolve(&layers, agent, provider).unwrap().with_args(["hi".into()]).unwrap();

    let search = format!("{real}/bin:/usr/bin:/bin");
    let parent = [("PATH".into(), search.into())];
    let ready = plan.materialize(&Sources::new(&parent[..])).unwrap();
    let command = command(&ready, &parent).unwrap();
    assert_eq!(command.get_program(), path("real/node"));
    let args: Vec<_> = command.get_args().collect();
    assert_eq!(args[..2], [OsStr::new("--one"), path("real/claude").as_os_str()]);
    assert_eq!(args.last(), Some(&OsStr::new("hi")));
}
