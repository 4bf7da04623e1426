//! One run of an agent in a throwaway home, between two recording servers: the provider's, and one
//! that stands for every other place. What goes wrong is returned as words, so that a test can
//! also ask for it.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    install::Package,
    recorder::{Recorder, Request},
};

/// What the provider's model says.
pub(crate) const ANSWER: &str = "the answer of the provider";
/// Part of every secret, model and header that must not reach the provider.
pub(crate) const FOREIGN: &str = "sentinel-foreign";
/// The longest time for a run of an agent; one takes about a second.
pub(crate) const LONGEST_RUN: Duration = Duration::from_secs(120);

/// A provider of the throwaway configuration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    pub(crate) id: &'static str,
    /// Below the server: for each protocol, its base URL.
    bases: &'static [(&'static str, &'static str)],
    pub(crate) variable: &'static str,
    pub(crate) key: &'static str,
}

pub(crate) static ZAI: &Provider = &Provider {
    id: "zai",
    bases: &[("anthropic", "/api/anthropic"), ("openai-chat", "/api/coding/paas/v4")],
    variable: "ZAI_API_KEY",
    key: "sentinel-own-key-zai",
};
pub(crate) static KIMI: &Provider = &Provider {
    id: "kimi",
    bases: &[("anthropic", "/coding"), ("openai-chat", "/coding/v1")],
    variable: "KIMI_CODE_API_KEY",
    key: "sk-ki-sentinel-own-key",
};
pub(crate) static MINIMAX: &Provider = &Provider {
    id: "minimax",
    bases: &[("anthropic", "/anthropic"), ("openai-responses", "/v1")],
    variable: "MINIMAX_API_KEY",
    key: "sk-cp-sentinel-own-key",
};
/// The user's own gateway, with two models in place of the tiers.
pub(crate) static TEAM: &Provider = &Provider {
    id: "team",
    bases: &[("anthropic", "/team")],
    variable: "TEAM_KEY",
    key: "agt_sentinel-own-key-team",
};
pub(crate) static PROVIDERS: [&Provider; 4] = [ZAI, KIMI, MINIMAX, TEAM];

/// The rest of the last one: its table is still open.
const REST_OF_TEAM: &str = r#"
models = { main = "glm-4.6", small_fast = "glm-4.5-air" }

[providers.team]
extends = "gateway"
label = "Team"
key = "TEAM_KEY"
"#;

/// A real agent.
pub(crate) struct Agent {
    pub(crate) id: &'static str,
    pub(crate) package: Package,
    /// The providers that it can use, and how it does.
    pub(crate) ways: &'static [Way],
    /// Hosts that it calls whatever the provider; one that ends in a dot is a beginning. It asks the
    /// proxy for a way there, is refused, and so tells them nothing.
    pub(crate) calls_home: &'static [&'static str],
}

/// How an agent asks a provider's models.
pub(crate) struct Way {
    pub(crate) provider: &'static Provider,
    /// The one path that it asks for, with its query.
    pub(crate) path: &'static str,
    pub(crate) login: Login,
}

/// The one header that holds the key.
#[derive(Clone, Copy)]
pub(crate) enum Login {
    Bearer,
    ApiKey,
}

impl Agent {
    fn way(&self, provider: &Provider) -> &Way {
        self.ways.iter().find(|way| way.provider == provider).unwrap()
    }
}

/// The directories and the servers of one run.
pub(crate) struct Stage {
    root: TempDir,
    agent: &'static Agent,
    /// The user's own files, and what must still be in them afterwards.
    planted: RefCell<Vec<(PathBuf, String)>>,
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
    pub(crate) fn new(agent: &'static Agent) -> Self {
        let stage = Self {
            root: tempfile::tempdir().unwrap(),
            agent,
            planted: RefCell::default(),
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
        let endpoints = PROVIDERS.iter().flat_map(|p| p.bases.iter().map(|base| (p.id, base)));
        let endpoint = |(id, (protocol, base)): (_, &(&str, &str))| {
            format!("[providers.{id}.{protocol}]\nbase_url = \"{url}{base}\"\n")
        };
        let endpoints: String = endpoints.map(endpoint).collect();
        self.write(
            "config/config.toml",
            &format!("{first}\n[env]\n{keys}{endpoints}{REST_OF_TEAM}"),
        );
    }

    /// Adds lines to the `[env]` of the configuration.
    pub(crate) fn configure_env(&self, lines: &str) {
        let config = fs::read_to_string(self.path("config/config.toml")).unwrap();
        let config = config.replacen("[env]\n", &format!("[env]\n{lines}"), 1);
        self.write("config/config.toml", &config);
    }

    /// Writes a file: `home/…` is the user's home, `work/…` the project.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a file of the user's own, which nothing may change. `ELSEWHERE` in it stands for the
    /// other server's URL.
    pub(crate) fn plant(&self, path: &str, text: &str) {
        let text = self.place(text);
        self.write(path, &text);
        self.planted.borrow_mut().push((self.path(path), text));
    }

    /// Adds variables to a command's environment, with `ELSEWHERE` as above and `HOME` for the home.
    pub(crate) fn add<'a>(
        &self,
        command: &mut Command,
        vars: impl IntoIterator<Item = &'a (&'a str, &'a str)>,
    ) {
        command.envs(vars.into_iter().map(|(name, value)| (name, self.place(value))));
    }

    fn place(&self, text: &str) -> String {
        let home = self.path("home").display().to_string();
        text.replace("ELSEWHERE", &self.elsewhere.url()).replace("HOME", &home)
    }

    /// Where it is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// `jackin run --provider … AGENT …`.
    pub(crate) fn jackin(&self, provider: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jackin"));
        command.arg("--config-dir").arg(self.path("config"));
        command.args(["run", "--provider", provider, self.agent.id]).args(args);
        self.surrounded(command)
    }

    /// `jackin doctor --smoke AGENT …`.
    pub(crate) fn smoke(&self, provider: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jackin"));
        command.arg("--config-dir").arg(self.path("config"));
        command.args(["doctor", "--smoke", self.agent.id, provider]).args(args);
        self.surrounded(command)
    }

    /// The agent itself, for comparison.
    pub(crate) fn bare(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.agent.package.path());
        command.args(args);
        self.surrounded(command)
    }

    /// A command in the project, with the user's home and nothing of this process.
    pub(crate) fn surrounded(&self, mut command: Command) -> Command {
        for dir in ["home/tmp", "work"] {
            fs::create_dir_all(self.path(dir)).unwrap();
        }
        command.current_dir(self.path("work")).env_clear();
        command.env("PATH", self.agent.package.search_path());
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

    /// Runs it while another run is going on.
    pub(crate) fn run_beside(&self, command: Command) -> Outcome {
        self.run_into("beside", command, LONGEST_RUN, || false)
    }

    /// Runs it, and ends it after a time or when that is enough.
    pub(crate) fn run_until(
        &self,
        command: Command,
        limit: Duration,
        enough: impl Fn() -> bool,
    ) -> Outcome {
        self.run_into("out", command, limit, enough)
    }

    /// The same, with its output in files of this name.
    fn run_into(
        &self,
        name: &str,
        mut command: Command,
        limit: Duration,
        enough: impl Fn() -> bool,
    ) -> Outcome {
        let (stdout, stderr) =
            (self.path(&format!("{name}.stdout")), self.path(&format!("{name}.stderr")));
        command.stdin(Stdio::null());
        command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
        // The launcher becomes the agent, but an agent may be a script that starts a program.
        command.process_group(0);
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
        let elsewhere = self.elsewhere.requests().into_iter().filter(|r| !self.is_call_home(r));
        found.extend(elsewhere.map(|r| format!("went elsewhere: {r}")));
        let requests = self.provider.requests();
        let way = self.agent.way(of);
        found.extend(requests.iter().flat_map(|request| wrong_with(request, way)));
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
        let planted = self.planted.borrow();
        let changed =
            planted.iter().filter(|(path, text)| fs::read(path).unwrap() != text.as_bytes());
        found.extend(changed.map(|(path, _)| format!("changed: {}", path.display())));
        found
    }

    fn is_call_home(&self, request: &Request) -> bool {
        self.agent.calls_home.iter().any(|host| request.is_tunnel_to(host))
    }
}

/// What is wrong with one request to a provider, its model aside.
fn wrong_with(request: &Request, way: &Way) -> Vec<String> {
    let Way { provider, path, login } = way;
    let mut found = Vec::new();
    if request.path != *path {
        found.push(format!("another path: {request}"));
    }
    let (authorization, api_key) = match login {
        Login::Bearer => (Some(format!("Bearer {}", provider.key)), None),
        Login::ApiKey => (None, Some(provider.key.to_owned())),
    };
    for (name, wanted) in [("authorization", authorization), ("x-api-key", api_key)] {
        if request.header(name) != wanted.as_deref() {
            found.push(format!("{name} in {request}: {:?}", request.header(name)));
        }
    }
    let others = PROVIDERS.iter().map(|other| other.key).filter(|key| *key != provider.key);
    let foreign = others.chain([FOREIGN]).filter(|text| request.holds(text));
    found.extend(foreign.map(|text| format!("`{text}` in {request}")));
    found
}

#[track_caller]
pub(crate) fn assert_none(complaints: &[String], row: &str) {
    assert!(complaints.is_empty(), "{row}:\n{complaints:#?}");
}

#[track_caller]
pub(crate) fn assert_some(complaints: &[String], what: &str) {
    assert!(complaints.iter().any(|c| c.contains(what)), "no `{what}` in {complaints:#?}");
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
            // It may end at this very moment; either way it is gone afterwards, and what it has
            // started with it.
            let group = format!("kill -KILL -{}", child.id());
            let _ = Command::new("sh").args(["-c", &group]).stderr(Stdio::null()).status();
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
