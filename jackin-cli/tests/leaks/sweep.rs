//! One run after the other in a home of its own, and all that each leaves behind, searched.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use crate::{
    found::{Form, Net},
    planted::{self, Stage, filled},
    support::Home,
    tally::Tally,
};

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Stdout,
    Stderr,
    /// The environment of the agent, or of the client that brings it there.
    Child,
    /// A file of the configuration, where it was not before.
    Config,
    /// Another file.
    File(PathBuf),
    /// The arguments of a process other than the one that was typed.
    Arguments,
    /// What was sent over the network.
    Network,
}

/// What is run: a line, in surroundings in which something may be wrong.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) words: String,
    /// What is wrong; nothing is `""`.
    pub(crate) wrong: &'static str,
    pub(crate) stage: Stage,
    /// Whether standard output has no room.
    pub(crate) full: bool,
}

impl Run {
    pub(crate) fn new(words: &str, wrong: &'static str, stage: &Stage) -> Self {
        Self { words: words.to_owned(), wrong, stage: stage.clone(), full: false }
    }
}

/// A secret, in a place of a run.
pub(crate) struct Finding<'a> {
    pub(crate) run: &'a Run,
    pub(crate) secret: &'a planted::Secret,
    pub(crate) form: Form,
    pub(crate) place: Place,
}

/// The program that is swept, and how.
pub(crate) struct Sweep {
    pub(crate) program: String,
    /// Whether every process and all it writes is watched, by strace.
    pub(crate) traced: bool,
    /// Variables of every run, such as where the keyring is.
    pub(crate) vars: Vec<(String, String)>,
    net: Net,
    stand_ins: Home,
    pub(crate) tally: Tally,
}

/// How strace watches: every process, what it was started with and all it writes, whole.
const TRACE: [&str; 9] = [
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-y",
    "-s",
    "1000000",
    "-e",
    "trace=execve,execveat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg",
    "-o",
];
const TRACED: &str = "trace";
/// What the stand-ins note, and what is meant to hold what it is given.
const STAY: [&str; 4] = ["argv", "child", "tab", TRACED];

/// The files of a home, by their names below it.
type Files = BTreeMap<PathBuf, Vec<u8>>;

impl Sweep {
    pub(crate) fn new(program: &str, traced: bool) -> Self {
        let stand_ins = Home::new();
        planted::stand_ins(&stand_ins);
        let (program, net) = (program.to_owned(), Net::new());
        Self { program, traced, vars: Vec::new(), net, stand_ins, tally: Tally::default() }
    }

    /// Runs them all, on every processor.
    pub(crate) fn over(&self, runs: &[Run]) {
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    while let Some(run) = runs.get(next.fetch_add(1, Relaxed)) {
                        self.one(run);
                    }
                });
            }
        });
    }

    fn command(&self, home: &Home, run: &Run) -> Command {
        let words = run.words.split_whitespace().map(filled);
        let mut command = match self.traced {
            true => {
                let mut strace = home.program("strace", TRACE);
                strace.arg(home.path().join(TRACED)).args(["--", &*self.program]).args(words);
                strace
            }
            false => home.program(&self.program, words),
        };
        let bin = self.stand_ins.path().join("bin");
        command.env_clear().envs(run.stage.vars(home.path(), &bin)).envs(self.vars.clone());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if run.full {
            command.stdout(File::options().write(true).open("/dev/full").unwrap());
        }
        command
    }

    fn one(&self, run: &Run) {
        let home = Home::new();
        run.stage.write(&home);
        let before = files(home.path(), Path::new(""));
        let mut child = self.command(&home, run).spawn().unwrap();
        // One that ends without reading all is no failure.
        let _ = child.stdin.take().unwrap().write_all(stdin(&run.words).as_bytes());
        let output = child.wait_with_output().unwrap();
        let code = output.status.code().unwrap_or(-1);
        self.tally.ran(&run.words, code);
        self.judge(run, Place::Stdout, &output.stdout, b"");
        self.judge(run, Place::Stderr, &output.stderr, b"");
        for (name, text) in files(home.path(), Path::new("")) {
            let old = before.get(&source(&name)).map_or(&b""[..], |old| old);
            if old != text {
                self.file(run, &home, &name, &text, old);
            }
        }
    }

    /// A file that is new, or another than before.
    fn file(&self, run: &Run, home: &Home, name: &Path, text: &[u8], old: &[u8]) {
        match name.to_str().unwrap_or_default() {
            "argv" => {
                self.tally.arguments(text.split(|byte| *byte == 0).count());
                self.judge(run, Place::Arguments, text, old);
            }
            "child" => self.judge(run, Place::Child, text, old),
            TRACED => self.trace(run, home, text),
            _ if name.starts_with(".config/jackin") => self.judge(run, Place::Config, text, old),
            _ => self.judge(run, Place::File(name.to_owned()), text, old),
        }
    }

    /// What the processes of a run were started with, and what they wrote that is no pipe.
    fn trace(&self, run: &Run, home: &Home, text: &[u8]) {
        // The first is jackin itself, as it was typed.
        let lines = text.split(|byte| *byte == b'\n').skip(1);
        for line in lines.filter(|line| !line.is_empty()) {
            let shown = String::from_utf8_lossy(line);
            let Some((call, rest)) = shown.split_once('(') else { continue };
            if call.contains("exec") {
                self.tally.arguments(1);
                self.judge(run, Place::Arguments, line, b"");
                continue;
            }
            let to = rest.split_once('<').and_then(|(_, to)| to.split_once('>'));
            let to = to.map_or("", |(to, _)| to);
            let below = Path::new(to).strip_prefix(home.path());
            match below {
                // Files that stay are searched as such, and those of the harness.
                Ok(name)
                    if name.starts_with(".config/jackin")
                        || STAY.iter().any(|n| name == Path::new(n)) => {}
                Ok(name) => self.judge(run, Place::File(name.to_owned()), line, b""),
                Err(_) if to.starts_with("pipe:") || to.starts_with("/dev/") => {}
                Err(_) if to.starts_with('/') => self.judge(run, Place::File(to.into()), line, b""),
                Err(_) => self.judge(run, Place::Network, line, b""),
            }
        }
    }

    /// Looks for secrets in a place that were not there before.
    fn judge(&self, run: &Run, place: Place, text: &[u8], old: &[u8]) {
        let known = self.net.find(old);
        let found = self.net.find(text).into_iter().filter(|found| !known.contains(found));
        let found = found.map(|(at, form)| {
            let secret = &self.net.secrets[at];
            Finding { run, secret, form, place: place.clone() }
        });
        self.tally.searched(found.collect(), text);
    }
}

/// The file that an older version is of, which may hold all that the file held; any other file itself.
fn source(name: &Path) -> PathBuf {
    let dir = name.parent().filter(|dir| dir.ends_with(".backup")).and_then(Path::parent);
    dir.zip(name.file_stem()).map_or_else(|| name.to_owned(), |(dir, file)| dir.join(file))
}

/// Every file below a directory.
fn files(root: &Path, below: &Path) -> Files {
    let mut found = Files::new();
    for entry in fs::read_dir(root.join(below)).unwrap().map(Result::unwrap) {
        let name = below.join(entry.file_name());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(files(root, &name)),
            kind if kind.is_file() => drop(found.insert(name, fs::read(entry.path()).unwrap())),
            _ => {}
        }
    }
    found
}

/// What a line reads from standard input, if it does.
fn stdin(words: &str) -> String {
    filled(match words {
        _ if words.contains("auth import") => {
            "export ANTHROPIC_BASE_URL=https://gateway.example.com\n\
             export ANTHROPIC_AUTH_TOKEN=@piped-bundle@\n\
             export ANTHROPIC_MODEL=m\nexport ANTHROPIC_SMALL_FAST_MODEL=s\n"
        }
        _ if words.contains("gateway") => "@piped-bundle@\n",
        _ => "@piped@\n",
    })
}
