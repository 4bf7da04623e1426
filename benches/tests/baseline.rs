//! A launch takes no more instructions and system calls than is written down in `baseline.toml`: the
//! counts can be repeated, on other machines too, where times cannot. With `JACKIN_BLESS=1` it
//! writes what it counted as what is allowed; say in the commit why it is more.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write as _},
    process::Command,
};

use jackin_benches::{Answer, build::Target, count, small_config, stage::Stage};
use serde::{Deserialize, Serialize};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.toml");

const HEAD: &str = "\
# What a launch may cost up to `execve`: instructions in the program's own file, and system calls.
# `JACKIN_BLESS=1 cargo test -p jackin-benches --test baseline -- --ignored` writes this file.

";

/// More than that is too much, in percent.
const LEEWAY: u64 = 5;

/// Functions with less than this part of all instructions are not written down.
const PART: u64 = 200;

#[derive(Serialize, Deserialize)]
struct Baseline {
    /// Another compiler counts differently.
    rustc: String,
    musl: Counts,
    gnu: Counts,
}

#[derive(Serialize, Deserialize)]
struct Counts {
    instructions: u64,
    system_calls: u64,
    functions: BTreeMap<String, u64>,
}

#[test]
#[ignore = "builds two releases, and runs them under valgrind and strace"]
fn a_launch_takes_no_more_instructions_and_system_calls_than_before() -> Answer<()> {
    let counted =
        Baseline { rustc: rustc()?, musl: count(Target::Musl)?, gnu: count(Target::Gnu)? };
    if is_blessed() {
        return Ok(fs::write(FILE, format!("{HEAD}{}", toml::to_string(&counted)?))?);
    }
    let allowed: Baseline = toml::from_str(&fs::read_to_string(FILE)?)?;
    let found = [
        verdict(Target::Musl, &counted.musl, &allowed.musl),
        verdict(Target::Gnu, &counted.gnu, &allowed.gnu),
    ];
    let found = found.concat().join("\n");
    let compilers = [counted.rustc, allowed.rustc].join(", the baseline with ");
    assert!(found.is_empty(), "{found}\ncounted with {compilers}");
    Ok(())
}

/// Whether what is found is written down as what is allowed.
fn is_blessed() -> bool {
    env::var("JACKIN_BLESS").is_ok_and(|value| value == "1")
}

fn count(target: Target) -> Answer<Counts> {
    let program = target.measured()?;
    let stage = Stage::new(&small_config())?;
    let counted = count::instructions(&stage, &program)?;
    let mut functions = counted.functions;
    functions.retain(|_, cost| *cost >= counted.own / PART);
    let system_calls = count::system_calls(&stage, &program)?;
    Ok(Counts { instructions: counted.own, system_calls, functions })
}

/// Prints both counts; what is too much is returned in words.
fn verdict(target: Target, counted: &Counts, allowed: &Counts) -> Vec<String> {
    let pairs = [
        ("instructions", counted.instructions, allowed.instructions, LEEWAY),
        ("system calls", counted.system_calls, allowed.system_calls, 0),
    ];
    let mut found = Vec::new();
    for (what, now, before, leeway) in pairs {
        let line = format!("{}: {now} {what}, {before} in the baseline", target.name());
        // Whatever reads this has gone away: nobody is left to tell.
        let _ = writeln!(io::stdout(), "{line}");
        if now > before + before * leeway / 100 {
            found.push(line);
        }
    }
    if !found.is_empty() {
        found.extend(grown(counted, allowed));
    }
    found
}

/// The functions that grew most, the first of them most of all.
fn grown(counted: &Counts, allowed: &Counts) -> Vec<String> {
    let small = allowed.instructions / PART;
    let mut grown: Vec<_> = counted
        .functions
        .iter()
        .map(|(name, now)| {
            (now.saturating_sub(*allowed.functions.get(name).unwrap_or(&small)), name)
        })
        .filter(|(more, _)| *more > 0)
        .collect();
    grown.sort_unstable_by(|a, b| b.cmp(a));
    grown.truncate(5);
    grown.iter().map(|(more, name)| format!("  {more} more in {name}")).collect()
}

fn rustc() -> Answer<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
