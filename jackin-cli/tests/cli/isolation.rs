//! Every agent on every provider, started by the real program from an environment that no shell could
//! make: names twice, odd bytes, entries without `=`. What the kernel gave the agent is compared with
//! what the documents say, to the byte.

use std::process::Command;

use crate::{
    promised::promised,
    statement::{self, Launch, RULES, Rules, Var},
    support::{Home, JACKIN, output},
};

/// Becomes a program in whatever environment stands on standard input, each entry ended by a NUL.
const LAUNCHER: &str = r"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static char text[1 << 20], *env[1 << 14];
int main(int argc, char **argv) {
    size_t size = fread(text, 1, sizeof text - 1, stdin), count = 0;
    for (size_t at = 0; at < size; at += strlen(text + at) + 1) env[count++] = text + at;
    execve(argv[1], argv + 1, env);
    return argc;
}
";

/// Entries that are no variables: nothing can be asked for by them, and nobody inherits them.
const NO_VARIABLES: [&[u8]; 3] = [b"ANTHROPIC_API_KEY", b"=sentinel", b"\xff"];

/// The compiler that Rust links with is there.
fn build_launcher(home: &Home) {
    let source = home.write("launcher.c", LAUNCHER);
    let program = home.path().join("launcher");
    assert!(Command::new("cc").arg("-o").arg(program).arg(source).status().unwrap().success());
}

/// The environment as it stands on standard input, and comes from the kernel.
fn entries(env: &[Var]) -> Vec<u8> {
    let pairs = env.iter().map(|(name, value)| [name.as_slice(), value].join(&b'='));
    let entries: Vec<_> = NO_VARIABLES.iter().map(|entry| entry.to_vec()).chain(pairs).collect();
    [entries.join(&0), vec![0]].concat()
}

fn variables(entries: &[u8]) -> Vec<Var> {
    let entries = entries.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    let pair = |entry: &[u8]| {
        let at = entry[1..].iter().position(|byte| *byte == b'=').unwrap() + 1;
        (entry[..at].to_vec(), entry[at + 1..].to_vec())
    };
    entries.map(pair).collect()
}

/// The environment in which an agent finds itself.
fn found(home: &Home, launch: &Launch, rules: &Rules, parent: &[u8]) -> Vec<Var> {
    let path = |name: &str| home.path().join(name).into_os_string().into_string().unwrap();
    home.write(".config/jackin/config.toml", launch.config(rules));
    let (config, agent) = (path(".config/jackin"), path("agent"));
    let mut command = Command::new(path("launcher"));
    command.args([JACKIN, "--config-dir", &config, "run", "--program", &agent]);
    command.args(["--provider", launch.provider]).args(rules.pure.then_some("--pure"));
    let output = output(command.arg(launch.agent).env_clear(), parent);
    assert!(output.status.success(), "{launch:?}: {}", output.stderr.escape_ascii());
    let mut found = variables(&output.stdout);
    // The one variable of jackin's own, whose value is another in every process.
    let marks = found.extract_if(.., |(name, _)| name == b"JACKIN_LAUNCHES").count();
    assert_eq!(marks, 1, "{launch:?}");
    launch.comparable(found)
}

#[test]
fn the_agent_finds_exactly_what_is_documented() {
    let home = Home::new();
    build_launcher(&home);
    // What the kernel gave it, whatever a shell makes of that.
    home.script("agent", "/bin/cat /proc/$$/environ");
    let [parent] = &statement::parents(&statement::names(), usize::MAX, 20_261_121)[..] else {
        panic!("one parent has all names")
    };
    let given = entries(parent);
    let (mut compared, mut wrong) = (0, Vec::new());
    // With keys for several providers, a launch must name one.
    for launch in statement::launches().iter().filter(|launch| !launch.is_unnamed()) {
        for rules in &RULES {
            let got = found(&home, launch, rules, &given);
            wrong.extend(launch.differences(rules, &got, &launch.expected(rules, parent)));
            compared += 1;
        }
    }
    assert!(wrong.is_empty(), "{}: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    promised(parent.len() + NO_VARIABLES.len(), "entries at once");
    promised(compared, "processes started from them");
}
