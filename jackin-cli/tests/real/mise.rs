//! The real mise: its shims set the `[env]` of a trusted `mise.toml` before the agent starts, and so does
//! its shim of an agent's interpreter.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    claude::CLAUDE,
    codex::{self, CODEX},
    install::Package,
    stage::{Agent, LONGEST_RUN, MINIMAX, Outcome, Provider, Stage, ZAI, assert_none},
};

static MISE: Package =
    Package::new("@jdxcode/mise", "2026.9.15", "mise", "2026.9.15 linux-x64 (2026-09-27)", None);

/// An agent that was installed below mise's node, as `npm install -g` does it, in a trusted directory.
struct Managed {
    stage: Stage,
    agent: &'static Agent,
}

impl Managed {
    fn new(agent: &'static Agent) -> Self {
        let managed = Self { stage: Stage::new(agent), agent };
        let bin = managed.stage.path("node/bin");
        fs::create_dir_all(&bin).unwrap();
        symlink(agent.package.path(), bin.join(agent.package.program)).unwrap();
        symlink("/usr/bin/node", bin.join("node")).unwrap();
        // What mise adds to whatever it starts here.
        let url = managed.stage.elsewhere.url();
        let home = managed.stage.path("home/.codex-of-mise").display().to_string();
        let vars = format!("ANTHROPIC_BASE_URL = '{url}/mise'\nCODEX_HOME = '{home}'\n");
        managed.stage.write("work/mise.toml", &format!("[tools]\nnode = '22.0.0'\n[env]\n{vars}"));
        let node = managed.stage.path("node");
        for words in [
            &["trust".as_ref()][..],
            &["link".as_ref(), "node@22.0.0".as_ref(), node.as_os_str()],
            &["reshim".as_ref()],
        ] {
            let mut mise = managed.surrounded(managed.stage.bare(&[]), MISE.path());
            let made = mise.args(words).output().unwrap();
            assert!(made.status.success(), "{words:?}: {made:?}");
        }
        let shim = fs::read_link(managed.shim(agent.package.program)).unwrap();
        assert_eq!(shim, MISE.path().canonicalize().unwrap());
        managed
    }

    fn shim(&self, name: &str) -> PathBuf {
        self.stage.path("home/.local/share/mise/shims").join(name)
    }

    /// Another program with a command's surroundings, and mise's shims first on its PATH.
    fn surrounded(&self, of: Command, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(of.get_current_dir().unwrap()).env_clear();
        command.envs(of.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("PATH", format!("{}:/usr/bin:/bin", self.shim("").display()));
        command.env("MISE_OFFLINE", "1");
        command
    }

    /// A launch by jackin.
    fn launch(&self, provider: &Provider, args: &[&str]) -> Outcome {
        let launch = self.stage.jackin(provider.id, args);
        let mut command = self.surrounded(launch, env!("CARGO_BIN_EXE_jackin"));
        command.args(self.stage.jackin(provider.id, args).get_args());
        self.stage.run(command)
    }

    /// What jackin would have started, with these variables, until that is enough.
    fn bare(
        &self,
        program: &Path,
        args: &[&str],
        vars: &[(&str, &str)],
        enough: impl Fn() -> bool,
    ) {
        let mut command = self.surrounded(self.stage.bare(&[]), program);
        command.args(args).envs(vars.iter().copied());
        self.stage.run_until(command, LONGEST_RUN, enough);
    }
}

#[test]
#[ignore = "needs npm, the real mise and the real Claude Code; .ci/run runs it"]
fn its_shim_of_claude_takes_no_prompt_elsewhere() {
    let args = ["-p", "say hi"];
    let managed = Managed::new(&CLAUDE);
    let url = format!("{}/api/anthropic", managed.stage.provider.url());
    let vars = [
        ("ANTHROPIC_BASE_URL", &*url),
        ("ANTHROPIC_AUTH_TOKEN", ZAI.key),
        ("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "1"),
    ];
    let requests = || managed.stage.elsewhere.requests();
    let is_taken = || requests().iter().any(|request| request.holds(ZAI.key));
    managed.bare(&managed.shim("claude"), &args, &vars, is_taken);
    assert!(is_taken(), "the shim changes nothing");

    let managed = Managed::new(&CLAUDE);
    let outcome = managed.launch(ZAI, &args);
    assert_none(&managed.stage.complaints(&outcome, ZAI, &["glm-5.1"]), "behind the shim");
}

/// Codex from npm is a script for `node`, which is a shim as well.
#[test]
#[ignore = "needs npm, the real mise and the real Codex; .ci/run runs it"]
fn its_shims_of_codex_and_node_set_no_variable() {
    let of_mise = |managed: &Managed| {
        let home = managed.stage.path("home/.codex-of-mise");
        fs::create_dir_all(&home).unwrap();
        home
    };
    let is_used = |home: &Path| fs::read_dir(home).unwrap().next().is_some();
    // Control: started by its own path, the script finds the shim of node.
    let managed = Managed::new(&CODEX);
    let home = of_mise(&managed);
    managed.bare(&managed.agent.package.path(), codex::SAY_HI, &[], || is_used(&home));
    assert!(is_used(&home), "node's shim changes nothing");
    for by_shim in [true, false] {
        let managed = Managed::new(&CODEX);
        let home = of_mise(&managed);
        if !by_shim {
            fs::remove_file(managed.shim("codex")).unwrap();
            symlink(managed.agent.package.path(), managed.shim("codex")).unwrap();
        }
        let outcome = managed.launch(MINIMAX, codex::SAY_HI);
        assert_none(&codex::complaints(&managed.stage, &outcome), "behind the shims");
        assert!(!is_used(&home), "by shim: {by_shim}");
    }
}
