//! What a launch costs in numbers that can be repeated: instructions and system calls up to
//! `execve`, and the memory that it had by then. Other programs count: valgrind and strace.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    process::{Child, Command},
    thread::sleep,
    time::Duration,
};

use crate::{Answer, stage::Stage};

/// The instructions of a launch up to the moment at which it calls `execve`.
pub struct Instructions {
    /// All of them, those of the dynamic loader and the C library too, which choose their ways by
    /// the processor.
    pub all: u64,
    /// Those in the program's own file.
    pub own: u64,
    /// The same, by function.
    pub functions: BTreeMap<String, u64>,
}

/// Counts the instructions of the launch.
///
/// # Errors
/// No valgrind; a program that does not get as far.
pub fn instructions(stage: &Stage, jackin: &Path) -> Answer<Instructions> {
    let file = stage.path().join("callgrind");
    let out = format!("--callgrind-out-file={}", file.display());
    let by = ["valgrind", "--quiet", "--tool=callgrind", "--dump-before=execve", &out];
    run(&mut stage.watched(&by, jackin))?;
    // What is dumped on the way has a number; what is left at the end is nothing.
    Instructions::parse(&fs::read_to_string(file.with_extension("1"))?, jackin)
}

/// Counts all instructions of a command, to its end.
///
/// # Errors
/// No valgrind; a command that fails.
pub fn whole(stage: &Stage, jackin: &Path, words: &[&str]) -> Answer<u64> {
    let file = stage.path().join("callgrind");
    let out = format!("--callgrind-out-file={}", file.display());
    let mut command = stage.command("valgrind");
    command.args(["--quiet", "--tool=callgrind", &out]).arg(jackin).args(words);
    run(&mut command)?;
    let profile = fs::read_to_string(file)?;
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("no totals")?.trim().parse()?)
}

impl Instructions {
    /// Reads the format of callgrind: names stand once and are numbers afterwards, and the line
    /// after `calls=` holds the cost of what is called, which is counted there.
    fn parse(profile: &str, program: &Path) -> Answer<Self> {
        let program = program.to_str().ok_or("the program's path is not UTF-8")?;
        let mut read = Self { all: 0, own: 0, functions: BTreeMap::new() };
        let (mut objects, mut names) = (HashMap::new(), HashMap::new());
        let (mut object, mut function, mut called) = ("", "", false);
        for line in profile.lines() {
            match line.split_once('=') {
                Some(("ob", text)) => object = named(&mut objects, text),
                Some(("cob", text)) => _ = named(&mut objects, text),
                Some(("fn", text)) => function = named(&mut names, text),
                Some(("cfn", text)) => _ = named(&mut names, text),
                Some(("calls", _)) => called = true,
                Some(_) => {}
                None if !line.starts_with(|c: char| "+-*".contains(c) || c.is_ascii_digit()) => {}
                None if called => called = false,
                None => read.add(line, function, object == program)?,
            }
        }
        Ok(read)
    }

    fn add(&mut self, line: &str, function: &str, own: bool) -> Answer<()> {
        let cost: u64 = line.split(' ').nth(1).unwrap_or("0").parse()?;
        self.all += cost;
        if own {
            self.own += cost;
            // Assembler has addresses in the place of names; a recursion is one function.
            let name = if function.starts_with("0x") { "assembler" } else { function };
            let name = name.split('\'').next().unwrap_or(name);
            *self.functions.entry(name.to_owned()).or_default() += cost;
        }
        Ok(())
    }
}

/// The name that `(7) name` gives to 7, or that 7 has.
fn named<'a>(names: &mut HashMap<&'a str, &'a str>, text: &'a str) -> &'a str {
    match text.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(text).copied().unwrap_or_default(),
    }
}

/// Counts the system calls of the launch: those behind the `execve` that starts it, up to its own.
///
/// # Errors
/// No strace; a program that does not get as far.
pub fn system_calls(stage: &Stage, jackin: &Path) -> Answer<u64> {
    let file = stage.path().join("strace");
    let out = format!("--output={}", file.display());
    run(&mut stage.watched(&["strace", &out], jackin))?;
    let calls = fs::read_to_string(file)?;
    let up_to = calls.lines().skip(1).position(|call| call.starts_with("execve("));
    Ok(up_to.ok_or("no execve")? as u64 + 1)
}

/// The most memory that the launcher had before `execve`, in KiB. A process that is started keeps
/// its parent's high mark, and one that executes another program loses its own; so it is held up at
/// the end and looked at from outside.
///
/// # Errors
/// No strace; a program that does not get as far.
pub fn peak_memory(stage: &Stage, jackin: &Path) -> Answer<u64> {
    let held = ["strace", "-qq", "-D", "--output=/dev/null", "--trace=execve"];
    let held = [&held[..], &["--inject=execve:delay_enter=300ms"]].concat();
    let mut child = stage.watched(&held, jackin).spawn()?;
    let peak = watch(&mut child, jackin);
    let status = child.wait()?;
    let peak = peak?.filter(|_| status.success());
    peak.ok_or_else(|| format!("{status}, and no memory was seen").into())
}

/// What the process says of itself for as long as it is that program.
fn watch(child: &mut Child, program: &Path) -> Answer<Option<u64>> {
    let (exe, status) =
        (format!("/proc/{}/exe", child.id()), format!("/proc/{}/status", child.id()));
    let is_it = || fs::read_link(&exe).is_ok_and(|exe| exe == program);
    let mut peak = None;
    while child.try_wait()?.is_none() {
        // It is asked before and after, so that what is read is of no other program.
        let text = is_it().then(|| fs::read_to_string(&status)).transpose()?.unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        if is_it() {
            peak = kib.max(peak);
        }
        sleep(Duration::from_millis(2));
    }
    Ok(peak)
}

/// Runs it to its end.
fn run(command: &mut Command) -> Answer<()> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let words = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{name}: {words}").into()) }
}
