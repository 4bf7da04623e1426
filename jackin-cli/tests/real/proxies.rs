//! Proxies of the parent's environment: none sees the key of an endpoint on this machine.

use super::{
    claude::CLAUDE,
    codex::{self, CODEX},
    opencode::{self, OPENCODE},
    stage::{Agent, MINIMAX, Outcome, Provider, Stage, ZAI, assert_none},
};

/// An agent, its provider, what it is told, and the models that it asks for.
const ROWS: [(&Agent, &Provider, &[&str], &[&str]); 3] = [
    (&CLAUDE, ZAI, &["-p", "say hi"], &["glm-5.1"]),
    (&CODEX, MINIMAX, codex::SAY_HI, &["MiniMax-M3"]),
    (&OPENCODE, ZAI, opencode::SAY_HI, &["glm-4.5-air", "glm-5.1"]),
];

/// A launch among proxies. The user's own list, which is read at launch, stays as it is.
fn launch(stage: &Stage, of: &Provider, words: &[&str], own: &str) -> Outcome {
    stage.configure_env(own);
    let mut command = stage.jackin(of.id, words);
    command.env("NO_PROXY", "own.example").env("OWN", "own.example");
    for name in ["http_proxy", "ALL_PROXY", "all_proxy", "https_proxy"] {
        command.env(name, stage.elsewhere.url());
    }
    stage.run(command)
}

#[test]
#[ignore = "needs npm and the real agents; .ci/run runs it"]
fn no_proxy_sees_the_key_of_an_endpoint_on_this_machine() {
    for (agent, of, words, models) in ROWS {
        let stage = Stage::new(agent);
        let outcome = launch(&stage, of, words, "");
        assert_none(&stage.complaints(&outcome, of, models), agent.id);
        // With a list that jackin leaves alone, the proxy reads the key.
        let stage = Stage::new(agent);
        launch(&stage, of, words, "NO_PROXY = \"$OWN\"\nno_proxy = \"$OWN\"\n");
        let seen = stage.elsewhere.requests();
        assert!(seen.iter().any(|request| request.holds(of.key)), "{}: {seen:?}", agent.id);
    }
}
