//! Sessions of the real Claude Code at a terminal: what it would hand on to another process (a pane of tmux,
//! its background service, team-mates), and settings that change meanwhile. Each has a control that shows
//! what happens where jackin lets it through.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    claude::CLAUDE,
    recorder::{Recorder, Request},
    stage::{ANSWER, FOREIGN, PROVIDERS, Stage, ZAI},
};

/// The longest time in which a session appears.
const LONGEST: Duration = Duration::from_secs(60);
/// A foreign login in the environment of what was started before: tmux, the background service.
const OF_BEFORE: [(&str, &str); 2] =
    [("ANTHROPIC_BASE_URL", "ELSEWHERE/before"), ("ANTHROPIC_AUTH_TOKEN", "sentinel-foreign")];

/// A stage on which Claude Code asks nothing of its own at a terminal.
fn stage(first: &str) -> Stage {
    let stage = Stage::new(&CLAUDE);
    stage.configure(first, &PROVIDERS);
    let project = json!({"hasTrustDialogAccepted": true, "hasCompletedProjectOnboarding": true});
    let work = stage.path("work").display().to_string();
    let known =
        json!({"hasCompletedOnboarding": true, "theme": "dark", "projects": {work: project}});
    stage.write("home/.claude.json", &known.to_string());
    stage.write("work/a", "");
    let git = "git init -q && git -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m x";
    let made = Command::new("sh").args(["-c", git]).current_dir(stage.path("work")).status();
    assert!(made.unwrap().success());
    stage
}

/// A tmux server of the stage's own, gone when dropped with all that came of it.
struct Tmux<'a> {
    stage: &'a Stage,
    socket: PathBuf,
}

impl<'a> Tmux<'a> {
    /// Whose environment is another provider's.
    fn start(stage: &'a Stage) -> Self {
        let tmux = Self { stage, socket: stage.path("socket") };
        let mut start = tmux.client(&["new-session", "-d", "-x", "120", "-y", "40", "sh"]);
        stage.add(&mut start, &OF_BEFORE);
        assert!(start.status().unwrap().success());
        tmux
    }

    fn client(&self, words: &[&str]) -> Command {
        let mut client = self.stage.surrounded(Command::new("tmux"));
        client.env("TERM", "xterm-256color").env("SHELL", "/bin/sh");
        client.args(["-f", "/dev/null", "-S"]).arg(&self.socket).args(words);
        client
    }

    /// Types a launch into the first pane. Its exit code comes to stand in a file.
    fn launch(&self, words: &str) {
        let jackin = env!("CARGO_BIN_EXE_jackin");
        let [config, code] = ["config", "code"].map(|path| self.stage.path(path));
        let [config, code] = [config.display(), code.display()];
        let line = format!(
            "{jackin} --config-dir {config} run --provider zai claude {words}; echo $? > {code}"
        );
        self.press(&line);
    }

    /// Types a line into it.
    fn press(&self, line: &str) {
        assert!(self.client(&["send-keys", "-l", line]).status().unwrap().success());
        // At once it would be part of a paste.
        thread::sleep(Duration::from_millis(300));
        assert!(self.client(&["send-keys", "Enter"]).status().unwrap().success());
    }

    /// What is on its screens.
    fn screens(&self) -> String {
        let list = self.client(&["list-panes", "-a", "-F", "#{pane_id}"]).output().unwrap().stdout;
        let list = String::from_utf8(list).unwrap();
        let shown = list
            .lines()
            .map(|pane| self.client(&["capture-pane", "-p", "-t", pane]).output().unwrap().stdout);
        String::from_utf8_lossy(&shown.collect::<Vec<_>>().concat()).into_owned()
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        let _ = self.client(&["kill-server"]).status();
        end_all(self.stage);
    }
}

/// The processes whose home is the stage's, with what they were started by.
fn processes(stage: &Stage) -> Vec<(u32, String, Vec<u8>)> {
    let home = format!("HOME={}", stage.path("home").display());
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let read = |id: u32, file: &str| fs::read(Path::new("/proc").join(id.to_string()).join(file));
    ids.filter_map(|id| {
        let env = read(id, "environ").ok()?;
        let is_ours = env.split(|byte| *byte == 0).any(|var| var == home.as_bytes());
        let line = String::from_utf8_lossy(&read(id, "cmdline").ok()?).replace('\0', " ");
        is_ours.then_some((id, line, env))
    })
    .collect()
}

fn end_all(stage: &Stage) {
    let ids: Vec<_> = processes(stage).into_iter().map(|(id, ..)| id.to_string()).collect();
    let _ = Command::new("kill").arg("-KILL").args(ids).output();
}

/// Waits until something is there.
#[track_caller]
fn wait_for<T>(what: &str, screens: impl Fn() -> String, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LONGEST;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} never came:\n{}", screens());
        thread::sleep(Duration::from_millis(50));
    }
}

/// The first message to a server with this text in a header.
fn message_with(requests: &[Request], text: &str) -> Option<Request> {
    requests.iter().find(|r| r.is_message() && r.holds(text)).cloned()
}

/// What a refusal says, once it has ended.
fn refusal(stage: &Stage, tmux: &Tmux<'_>) -> String {
    let code = wait_for(
        "an end",
        || tmux.screens(),
        || fs::read_to_string(stage.path("code")).ok().filter(|c| !c.is_empty()),
    );
    assert_eq!(code, "2\n", "{}", tmux.screens());
    assert!(stage.provider.requests().is_empty() && stage.elsewhere.requests().is_empty());
    tmux.screens()
}

#[test]
#[ignore = "needs tmux, npm and the real Claude Code; .ci/run runs it"]
fn a_session_in_tmux_is_refused_since_it_would_take_tmuxs_environment() {
    let words = "--worktree w1 --tmux=classic 'say hi'";
    let stage = stage("guard = \"off\"");
    let tmux = Tmux::start(&stage);
    tmux.launch(words);
    let stray = wait_for(
        "the prompt",
        || tmux.screens(),
        || message_with(&stage.elsewhere.requests(), FOREIGN),
    );
    assert!(stray.path.starts_with("/before/") && stray.body_holds("say hi"), "{stray}");
    drop(tmux);

    let stage = self::stage("");
    let tmux = Tmux::start(&stage);
    tmux.launch(words);
    let said = refusal(&stage, &tmux);
    assert!(said.contains("`claude --tmux` cannot stay on provider `zai`"), "{said}");
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn a_background_session_is_refused_since_another_launch_may_have_started_its_service() {
    let words = &["--bg", "say hi"];
    let stage = stage("guard = \"off\"");
    let mut before = stage.bare(&["--bg", "hello"]);
    stage.add(&mut before, &OF_BEFORE);
    assert_eq!(stage.run(before).code, Some(0));
    let outcome = stage.run(stage.jackin(ZAI.id, words));
    assert!(outcome.stderr.contains("warning: `claude --bg` cannot stay"), "{outcome:?}");
    // The service that was there serves both sessions, and has nothing of the second launch.
    let state = || {
        let jobs = fs::read_dir(stage.path("home/.claude/jobs")).ok()?.filter_map(Result::ok);
        let mut states =
            jobs.filter_map(|job| fs::read_to_string(job.path().join("state.json")).ok());
        states.find(|text| text.contains("\"say hi\"") && text.contains("\"failed\""))
    };
    wait_for("the end of the session", || format!("{outcome:?}"), state);
    end_all(&stage);
    assert_eq!(stage.messages(), 0);

    let stage = self::stage("");
    let outcome = stage.run(stage.jackin(ZAI.id, words));
    assert_eq!((outcome.code, &*outcome.stdout), (Some(2), ""), "{outcome:?}");
    assert_eq!(processes(&stage), []);
    assert!(!stage.path("home/.claude").exists());
}

#[test]
#[ignore = "needs tmux, npm and the real Claude Code; .ci/run runs it"]
fn a_session_cannot_go_to_the_background() {
    for (first, answer) in [("guard = \"off\"", "backgrounded"), ("", "Unknown command: /bg")] {
        let stage = stage(first);
        let tmux = Tmux::start(&stage);
        tmux.launch("--permission-mode default 'say hi'");
        let shown = |text| tmux.screens().contains(text).then_some(());
        wait_for("the answer", || tmux.screens(), || shown(ANSWER));
        tmux.press("/bg go on");
        wait_for(answer, || tmux.screens(), || shown(answer));
    }
}

/// As programs do that switch the provider for all sessions at once.
#[test]
#[ignore = "needs tmux, npm and the real Claude Code; .ci/run runs it"]
fn settings_that_another_program_writes_during_the_session_do_not_count() {
    let env = json!({"ANTHROPIC_BASE_URL": "ELSEWHERE/switched", "ANTHROPIC_AUTH_TOKEN": FOREIGN});
    for (first, switches) in [("guard = \"off\"", true), ("", false)] {
        let stage = stage(first);
        let tmux = Tmux::start(&stage);
        tmux.launch("--permission-mode default 'say hi'");
        let shown = || tmux.screens().contains(ANSWER).then_some(());
        wait_for("the answer", || tmux.screens(), shown);
        stage.plant("home/.claude/settings.json", &json!({ "env": env }).to_string());
        // It looks for changes now and then.
        thread::sleep(Duration::from_secs(4));
        tmux.press("say more");
        let servers = [&stage.provider, &stage.elsewhere];
        let asked = || {
            servers
                .into_iter()
                .flat_map(Recorder::requests)
                .find(|request| request.body_holds("say more"))
        };
        let asked = wait_for("the next prompt", || tmux.screens(), asked);
        assert_eq!(asked.path.starts_with("/switched/"), switches, "{asked}");
        assert_eq!(asked.holds(FOREIGN), switches, "{asked}");
    }
}

#[test]
#[ignore = "needs tmux, npm and the real Claude Code; .ci/run runs it"]
fn team_mates_stay_in_the_process() {
    let call = r#"'CALL {"name": "Agent", "input": {"name": "mate", "description": "greets", "prompt": "say hi", "subagent_type": "general-purpose"}}'"#;
    let launch = |first, mode| {
        let stage = stage(first);
        stage.configure_env("CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS = \"1\"\n");
        stage.write("home/.claude/settings.json", r#"{"teammateMode": "tmux"}"#);
        (stage, format!("--permission-mode default {mode}{call}"))
    };
    let own = format!("Bearer {}", ZAI.key);
    let foreign = |stage: &Stage| {
        let mut messages = stage.provider.requests().into_iter().filter(Request::is_message);
        messages.find(|request| request.header("authorization") != Some(&own))
    };
    // A pane of its own, with the key of tmux's environment.
    let (stage, words) = launch("guard = \"off\"", "--teammate-mode tmux ");
    let tmux = Tmux::start(&stage);
    tmux.launch(&words);
    let request = wait_for("the team-mate", || tmux.screens(), || foreign(&stage));
    assert!(request.holds(FOREIGN), "{request}");
    drop(tmux);

    let (stage, words) = launch("", "");
    let tmux = Tmux::start(&stage);
    tmux.launch(&words);
    let finished = || tmux.screens().contains("@mate finished").then_some(());
    wait_for("the end of the team-mate", || tmux.screens(), finished);
    assert!(stage.messages() >= 3 && foreign(&stage).is_none());
    let panes = tmux.client(&["list-panes", "-a"]).output().unwrap().stdout;
    assert_eq!(panes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count(), 1);
}
