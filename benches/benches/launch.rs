//! What a whole launch costs, against `env -i A=1 /bin/true`: whole processes, in interleaved rounds.
//!
//! `cargo bench -p jackin-benches --bench launch [-- JACKIN…]`: of this revision, statically linked
//! and not, or of the programs that are named.

use std::{
    env,
    io::{self, Write as _},
    path::PathBuf,
};

use jackin_benches::{
    Answer,
    build::{Target, debug},
    is_bench,
    race::{Times, race},
    small_config,
    stage::Stage,
};

/// Rounds that count.
const ROUNDS: usize = 400;

fn main() -> Answer<()> {
    let arguments = env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let mut programs: Vec<_> = arguments.map(PathBuf::from).collect();
    let bench = is_bench();
    if programs.is_empty() && bench {
        programs = Target::ALL.into_iter().map(Target::release).collect::<Answer<_>>()?;
    } else if programs.is_empty() {
        programs = vec![debug()?];
    }
    let stage = Stage::new(&small_config())?;
    let mut commands = vec![stage.env_i()];
    for program in &programs {
        commands.extend([stage.launch(program), stage.export(program)]);
    }
    let times = race(&mut commands, if bench { ROUNDS } else { 2 })?;
    let mut out = io::stdout().lock();
    writeln!(out, "{:13}{}", "env -i", ms(&times[0]))?;
    for (program, both) in programs.iter().zip(times[1..].chunks(2)) {
        writeln!(out, "{}", program.display())?;
        for (what, own) in ["run", "env --export"].iter().zip(both) {
            writeln!(out, "{what:13}{}, {} × `env -i`", ms(own), own.to(&times[0]))?;
        }
    }
    Ok(())
}

fn ms(times: &Times) -> String {
    let at = |part| times.at(part) * 1e3;
    format!("{:.2} ms ({:.2}–{:.2})", at(0.5), at(0.25), at(0.75))
}
