//! One run of an agent in a throwaway home, between two recording servers: the provider's, and one
//! that stands for every other place. What goes wrong is returned as words, so that a test can
//! also ask for it.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    claude,
    recorder::{Recorder, Request},
};

/// What the provider's model says.
pub(crate) const ANSWER: &str = "the answer of the provider";
/// Part of every secret, model and header that must not reach the provider.
pub(crate) const FOREIGN: &str = "sentinel-foreign";
/// The longest time for a run of an agent; one takes about a second.
pub(crate) const LONGEST_RUN: Duration = Duration::from_secs(120);

/// A provider of the throwaway configuration.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) id: &'static str,
    pub(crate) base: &'static str,
    pub(crate) variable: &'static str,
    pub(crate) key: &'static str,
}

pub(crate) const ZAI: &Provider = &Provider {
    id: "zai",
    base: "/api/anthropic",
    variable: "ZAI_API_KEY",
    key: "sentinel-own-key-zai",
};
pub(crate) const KIMI: &Provider = &Provider {
    id: "kimi",
    base: "/coding",
    variable: "KIMI_CODE_API_KEY",
    key: "sk-ki-sentinel-own-key",
};
pub(crate) const MINIMAX: &Provider = &Provider {
    id: "minimax",
    base: "/anthropic",
    variable: "MINIMAX_API_KEY",
    key: "sk-cp-sentinel-own-key",
};
/// The user's own, with two models in place of the tiers.
pub(crate) const TEAM: &Provider =
    &Provider { id: "team", base: "/team", variable: "TEAM_KEY", key: "sentinel-own-key-team" };
pub(crate) const PROVIDERS: [&Provider; 4] = [ZAI, KIMI, MINIMAX, TEAM];

/// The rest of the last one: its table is still open.
const REST_OF_TEAM: &str = r#"
models = { main = "glm-4.6", small_fast = "glm-4.5-air" }

[providers.team]
label = "Team"
key = "TEAM_KEY"
"#;

/// The directories and the servers of one run.
pub(crate) struct Stage {
    root: TempDir,
    pub(crate) provider: Recorder,
    pub(crate) elsewhere: Recorder,
}

/// How a run ended. Without a code it was ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    /// A stage whose configuration has a key and a loopback URL for every provider.
    pub(crate) fn new() -> Self {
        let stage = Self {
            root: tempfile::tempdir().unwrap(),
            provider: Recorder::start(ANSWER),
            elsewhere: Recorder::start("an answer from elsewhere"),
        };
        stage.configure("", &PROVIDERS);
        stage
    }

    /// The configuration again, with these lines above it, and with these providers' keys.
    pub(crate) fn configure(&self, first: &str, keys: &[&Provider]) {
        let key = |p: &&Provider| format!("{} = \"{}\"\n", p.variable, p.key);
        let keys: String = keys.iter().map(key).collect();
        let url = self.provider.url();
        let endpoint = |p: &Provider| {
            format!("[providers.{}.anthropic]\nbase_url = \"{url}{}\"\n", p.id, p.base)
        };
        let endpoints = PROVIDERS.map(endpoint).concat();
        self.write(
            "config/config.toml",
            &format!("{first}\n[env]\n{keys}{endpoints}{REST_OF_TEAM}"),
        );
    }

    /// Writes a file: `home/…` is the user's home, `work/…` the project.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Where it is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// `jackin run --provider … claude …`.
    pub(crate) fn jackin(&self, provider: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jackin"));
        command.arg("--config-dir").arg(self.path("config"));
        command.args(["run", "--provider", provider, "claude"]).args(args);
        self.surround(command)
    }

    /// The agent itself, for comparison.
    pub(crate) fn claude(&self, args: &[&str]) -> Command {
        let mut command = Command::new(claude::directory().join("claude"));
        command.args(args);
        self.surround(command)
    }

    fn surround(&self, mut command: Command) -> Command {
        for dir in ["home/tmp", "work"] {
            fs::create_dir_all(self.path(dir)).unwrap();
        }
        let path = format!("{}:/usr/bin:/bin", claude::directory().display());
        command.current_dir(self.path("work")).env_clear().env("PATH", path);
        command.env("HOME", self.path("home")).env("TMPDIR", self.path("home/tmp"));
        command.env("TERM", "dumb").env("LANG", "C.UTF-8");
        // Nothing can leave this machine, and what tries to is seen.
        for proxy in ["HTTPS_PROXY", "HTTP_PROXY"] {
            command.env(proxy, self.elsewhere.url());
        }
        command.env("NO_PROXY", "127.0.0.1");
        command
    }

    pub(crate) fn run(&self, command: Command) -> Outcome {
        self.run_until(command, LONGEST_RUN, || false)
    }

    /// Runs it, and ends it after a time or when that is enough.
    pub(crate) fn run_until(
        &self,
        mut command: Command,
        limit: Duration,
        enough: impl Fn() -> bool,
    ) -> Outcome {
        let (stdout, stderr) = (self.path("stdout"), self.path("stderr"));
        command.stdin(Stdio::null());
        command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
        // On Unix the launcher becomes the agent: there is one process to end.
        let code = wait(&mut command.spawn().unwrap(), limit, enough);
        let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        Outcome { code, stdout: read(stdout), stderr: read(stderr) }
    }

    /// How often the provider's models were asked something.
    pub(crate) fn messages(&self) -> usize {
        self.provider.requests().iter().filter(|request| request.is_message()).count()
    }

    /// Everything that is wrong with a run that was to use this provider alone, with each of these
    /// models and no other.
    pub(crate) fn complaints(
        &self,
        outcome: &Outcome,
        of: &Provider,
        models: &[&str],
    ) -> Vec<String> {
        let Outcome { code, stdout, stderr } = outcome;
        let mut found = Vec::new();
        if *code != Some(0) || !stdout.contains(ANSWER) {
            found.push(format!("no answer, exit code {code:?}: {stdout}{stderr}"));
        }
        if stdout.contains(of.key) || stderr.contains(of.key) {
            found.push("the key is in the output".into());
        }
        found.extend(self.elsewhere.requests().iter().map(|r| format!("went elsewhere: {r}")));
        let requests = self.provider.requests();
        found.extend(requests.iter().flat_map(|request| wrong_with(request, of)));
        let messages = requests.iter().filter(|request| request.is_message());
        let asked: BTreeSet<_> = messages.filter_map(Request::model).collect();
        let models: BTreeSet<_> = models.iter().map(|model| (*model).to_owned()).collect();
        if asked != models {
            found.push(format!("models {asked:?} in place of {models:?}"));
        }
        let files = files_under(&self.path("home")).into_iter();
        let holds =
            |bytes: &[u8]| bytes.windows(of.key.len()).any(|part| part == of.key.as_bytes());
        let holders = files.filter(|(_, bytes)| holds(bytes));
        found.extend(holders.map(|(path, _)| format!("the key is in {}", path.display())));
        found
    }
}

/// What is wrong with one request to a provider, its model aside.
fn wrong_with(request: &Request, of: &Provider) -> Vec<String> {
    let mut found = Vec::new();
    if !request.path.starts_with(of.base) {
        found.push(format!("beside the base URL: {request}"));
    }
    if request.header("x-api-key").is_some() {
        found.push(format!("x-api-key in {request}"));
    }
    let login = request.header("authorization");
    if request.is_message() && login != Some(&format!("Bearer {}", of.key)) {
        found.push(format!("another login: {login:?} in {request}"));
    }
    let others = PROVIDERS.iter().map(|other| other.key).filter(|key| *key != of.key);
    let foreign = others.chain([FOREIGN]).filter(|text| request.holds(text));
    found.extend(foreign.map(|text| format!("`{text}` in {request}")));
    found
}

/// Waits for a child, and ends it after a time or when that is enough. Its exit code, unless it was
/// ended.
pub(crate) fn wait(child: &mut Child, limit: Duration, enough: impl Fn() -> bool) -> Option<i32> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() >= deadline || enough() {
            // It may end at this very moment; either way it is gone afterwards.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn files_under(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files.extend(files_under(&entry.path()));
        } else if kind.is_file() {
            files.push((entry.path(), fs::read(entry.path()).unwrap()));
        }
    }
    files
}
