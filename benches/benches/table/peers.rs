//! Others that put one key from a file of theirs into the environment of `/bin/true`. Those that are
//! not installed, or do not do it, are named; `README.md` says where they come from.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use jackin_benches::{Answer, build, race::race, small_config, stage::Stage};

/// Another program, and how it does the same job.
struct Peer {
    name: &'static str,
    /// Where it is, below the directory for peers or on the PATH.
    program: &'static str,
    /// What it reads.
    file: (&'static str, &'static str),
    /// What must be said to it once.
    before: &'static [&'static str],
    args: &'static [&'static str],
}

const DOTENV: (&str, &str) = (".env", "ZAI_API_KEY=key-of-zai\n");

const PEERS: [Peer; 5] = [
    Peer {
        name: "`. ./.env` in dash",
        program: "/bin/dash",
        file: (".env", "export ZAI_API_KEY=key-of-zai\n"),
        before: &[],
        args: &["-c", ". ./.env; exec /bin/true"],
    },
    Peer {
        name: "direnv exec",
        program: "/usr/bin/direnv",
        file: (".envrc", "export ZAI_API_KEY=key-of-zai\n"),
        before: &["allow", "."],
        args: &["exec", ".", "/bin/true"],
    },
    Peer {
        name: "secretspec run",
        program: "bin/secretspec",
        file: (
            "secretspec.toml",
            "[project]\nname = \"stage\"\nrevision = \"1.0\"\n\n\
             [profiles.default]\nZAI_API_KEY = { description = \"a key\", required = true }\n",
        ),
        before: &[],
        args: &["run", "--provider", "dotenv", "--", "/bin/true"],
    },
    Peer {
        name: "fnox exec",
        program: "bin/fnox",
        file: (
            "fnox.toml",
            "root = true\n\n[providers.plain]\ntype = \"plain\"\n\n\
             [secrets]\nZAI_API_KEY = { provider = \"plain\", value = \"key-of-zai\" }\n",
        ),
        before: &[],
        args: &["exec", "--", "/bin/true"],
    },
    Peer {
        name: "dotenvx run",
        program: "npm/node_modules/.bin/dotenvx",
        file: DOTENV,
        before: &[],
        args: &["run", "--quiet", "-f", ".env", "--", "/bin/true"],
    },
];

impl Peer {
    /// The program, if it is installed.
    fn found(&self) -> Answer<PathBuf> {
        // An absolute path stays as it is.
        let path = build::directory()?.join("peers").join(self.program);
        if path.exists() { Ok(path) } else { Err("not installed".into()) }
    }

    fn command(&self, stage: &Stage, program: &Path, args: &[&str]) -> Command {
        let mut command = stage.command(program);
        command.args(args).env("HOME", stage.path()).env("DIRENV_LOG_FORMAT", "");
        command
    }

    /// A stage of its own on which it has done its job once, and so can.
    fn stage(&self, program: &Path) -> Answer<Stage> {
        let stage = Stage::new(&small_config())?;
        stage.write(DOTENV.0, DOTENV.1)?;
        stage.write(self.file.0, self.file.1)?;
        if !self.before.is_empty() {
            self.command(&stage, program, self.before).status()?;
        }
        let mut args = self.args.to_vec();
        if let Some(last) = args.last_mut() {
            *last = if last.contains(';') { ". ./.env; exec /usr/bin/env" } else { "/usr/bin/env" };
        }
        let seen = self.command(&stage, program, &args).stdout(Stdio::piped()).output()?;
        let seen = String::from_utf8_lossy(&seen.stdout);
        if !seen.lines().any(|line| line == "ZAI_API_KEY=key-of-zai") {
            return Err("it did not do the job".into());
        }
        Ok(stage)
    }

    fn version(&self, program: &Path) -> String {
        let output = Command::new(program).arg("--version").output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let word = |text: String| text.split_whitespace().last().map(str::to_owned);
        text.ok().and_then(word).unwrap_or_default()
    }
}

/// All that can do the job, beside `jackin`, as a table; then the others.
pub(crate) fn table(musl: &Path, gnu: &Path, rounds: usize) -> Answer<String> {
    let own = Stage::new(&small_config())?;
    let mut names = vec!["`env -i`".to_owned(), "jackin, musl".into(), "jackin, glibc".into()];
    let mut commands = vec![own.env_i(), own.launch(musl), own.launch(gnu)];
    let (mut stages, mut left_out) = (Vec::new(), Vec::new());
    for peer in &PEERS {
        match peer.found().and_then(|program| Ok((peer.stage(&program)?, program))) {
            Ok((stage, program)) => {
                commands.push(peer.command(&stage, &program, peer.args));
                names.push(format!("{} {}", peer.name, peer.version(&program)));
                stages.push(stage);
            }
            Err(why) => left_out.push(format!("{}: {why}", peer.name)),
        }
    }
    let times = race(&mut commands, rounds)?;
    let mut text = String::from("| | median | × `env -i` |\n|---|---|---|\n");
    for (name, own) in names.iter().zip(&times) {
        writeln!(text, "| {name} | {:.2} ms | {} |", own.at(0.5) * 1e3, own.to(&times[0]))?;
    }
    for peer in left_out {
        writeln!(text, "\nLeft out: {peer}")?;
    }
    Ok(text)
}
