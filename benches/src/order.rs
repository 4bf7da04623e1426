//! Which functions a launch runs, and `launch.ld`, the script that has the linker put them side by
//! side: a launch takes as many page faults as its functions are spread over pieces of 64 KB.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{Answer, count::run, stage::Stage};

/// The script of the program's package.
pub const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../jackin-cli/launch.ld");

const HEAD: &str = "\
/* The functions that a launch runs, side by side; written by
   `JACKIN_BLESS=1 cargo test -p jackin-benches --test baseline -- --ignored` */
SECTIONS { .text.launch : {
/* musl is small, and nearly all of what is linked of it is run. */
*libc.a:*(.text .text.*)
";

/// How the functions begin of which everybody has some for each of their types: one name has many
/// bodies, most of which no launch runs, so they come last.
const GENERIC: [&str; 3] = ["alloc", "core", "std"];

/// The functions that `run` and `env --export` run, by their mangled names without hashes.
///
/// # Errors
/// No valgrind; a program that fails.
pub fn functions(stage: &Stage, jackin: &Path) -> Answer<BTreeSet<String>> {
    let file = stage.path().join("functions");
    let out = format!("--callgrind-out-file={}", file.display());
    let by = ["valgrind", "--quiet", "--tool=callgrind", "--demangle=no", "--dump-before=execve"];
    let by = [&by[..], &[&out]].concat();
    run(&mut stage.watched(&by, jackin))?;
    let launched = fs::read_to_string(file.with_extension("1"))?;
    run(&mut stage.export_watched(&by, jackin))?;
    let exported = fs::read_to_string(file)?;
    Ok(launched.lines().chain(exported.lines()).filter_map(function).collect())
}

/// What a line of callgrind calls `fn=(7) name` or `cfn=(7) name`.
fn function(line: &str) -> Option<String> {
    let (what, name) = line.split_once('=')?;
    let (_, name) = name.split_once(' ').filter(|_| matches!(what, "fn" | "cfn"))?;
    // A recursion is one function.
    let name = name.split('\'').next()?;
    match name.rsplit_once("17h") {
        Some((path, hash)) if hash.len() == 17 => Some(format!("{path}17h*E")),
        _ => name.starts_with("_R").then(|| name.to_owned()),
    }
}

/// The script for these functions.
#[must_use]
pub fn script(functions: &BTreeSet<String>) -> String {
    let (generic, own): (Vec<_>, Vec<_>) = functions.iter().partition(|name| is_generic(name));
    let group = |names: Vec<&String>| {
        let lines: String = names.iter().map(|name| format!(".text.{name}\n")).collect();
        format!("*(\n{lines})\n")
    };
    format!("{HEAD}{}{}}} }} INSERT BEFORE .text;\n", group(own), group(generic))
}

fn is_generic(name: &str) -> bool {
    let path = name.trim_start_matches("_ZN").trim_start_matches(|c: char| c.is_ascii_digit());
    let path = path.trim_start_matches("_$LT$").trim_start_matches("$RF$");
    GENERIC.iter().any(|krate| path.starts_with(krate))
}

/// The functions that the script does not know.
pub fn strays<'a>(functions: &'a BTreeSet<String>, script: &str) -> Vec<&'a str> {
    let known: BTreeSet<_> =
        script.lines().filter_map(|line| line.strip_prefix(".text.")).collect();
    functions.iter().map(String::as_str).filter(|name| !known.contains(name)).collect()
}
