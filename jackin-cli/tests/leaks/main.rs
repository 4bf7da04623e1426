//! The leak sweep: a secret is planted in every place that can hold one, every command is run in
//! every mode and with everything wrong that can be, and all that is left behind is searched.
#![cfg(all(target_os = "linux", feature = "manual", feature = "terminal"))]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]
#![expect(clippy::print_stdout, reason = "what was tried is counted")]

mod allowed;
mod failures;
mod found;
#[cfg(feature = "request")]
#[path = "../cli/gateway.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod gateway;
mod lines;
#[path = "../../../jackin-core/tests/support/look.rs"]
mod look;
mod mutants;
mod planted;
#[path = "../../../fixtures/promised.rs"]
mod promised;
#[path = "../cli/support.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod support;
mod sweep;
mod tally;
#[path = "../cli/tmux.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod tmux;
mod typed;
mod types;
mod watched;

use crate::{
    lines::{Command, Line},
    planted::Stage,
    promised::promised,
    support::{Home, JACKIN},
    sweep::{Run, Sweep},
    tally::Floor,
};

/// Lines with nothing wrong around them.
fn sound(lines: &[Line]) -> Vec<Run> {
    let run = |line: &Line| Run::new(&line.words, "", &Stage::new());
    lines.iter().map(run).collect()
}

/// One line of each command, and more of those that read secrets, with everything wrong that can be.
fn wrong(commands: &[Command]) -> Vec<Run> {
    let few: Vec<_> = commands.iter().flat_map(|command| lines::few(&command.words)).collect();
    let mut runs = Vec::new();
    for (wrong, stage) in failures::stages() {
        runs.extend(few.iter().map(|words| Run::new(words, wrong, &stage)));
    }
    let full = |words: &String| Run { full: true, ..Run::new(words, "no room", &Stage::new()) };
    runs.extend(few.iter().map(full));
    runs
}

/// The limit of time is two minutes; it begins first, by its name.
#[test]
#[ignore = "takes two minutes; .ci/run runs it"]
fn a_program_that_hangs_leaks_nothing() {
    let sweep = Sweep::new(JACKIN, false);
    let mut stage = Stage::new();
    stage.file(
        "op.sh",
        "case $* in *Kimi*) echo 'bad: @op@' >&2; printf @op@; exec sleep 600;; esac\n",
    );
    sweep.over(&[Run::new("run --debug --provider kimi claude", "op hangs", &stage)]);
    sweep.tally.check_leaks();
}

#[test]
fn no_command_leaks_a_secret() {
    let home = Home::new();
    let commands = lines::commands(&home, JACKIN);
    let sweep = Sweep::new(JACKIN, false);
    let lines = lines::lines(&commands);
    sweep.over(&sound(&lines));
    sweep.over(&sound(&lines::misused(&commands)));
    sweep.tally.check_options(&lines);
    sweep.tally.check(&Floor { runs: 1300, places: 3000, arguments: 2500, secrets: 19 });
}

#[test]
#[ignore = "thousands of runs; .ci/run runs it"]
fn no_command_leaks_a_secret_whatever_is_wrong() {
    let home = Home::new();
    let commands = lines::commands(&home, JACKIN);
    let sweep = Sweep::new(JACKIN, false);
    sweep.over(&sound(&lines::lines(&commands)));
    sweep.over(&sound(&lines::misused(&commands)));
    sweep.over(&wrong(&commands));
    sweep.tally.check_allowed();
    sweep.tally.check(&Floor { runs: 5500, places: 13_000, arguments: 7000, secrets: 20 });
    promised(planted::secrets().len(), "planted secrets");
    promised(sweep.tally.runs(), "runs");
}
