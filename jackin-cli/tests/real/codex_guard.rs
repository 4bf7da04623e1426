//! What the guard's arguments close in the real Codex: other hosts, the stored login, a review's model.

use std::process::Command;

use super::{
    codex::{CODEX, SAY_HI, complaints, redirect},
    stage::{FOREIGN, MINIMAX, PROVIDERS, Stage, assert_none, assert_some},
};

/// A ChatGPT login, of which only the form is real.
pub(crate) fn log_in(stage: &Stage) {
    // {"alg":"none"}, {"exp":4102444800,"https://api.openai.com/auth":{"chatgpt_plan_type":"pro","chatgpt_account_id":"acc"}}
    let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDAsImh0dHBzOi8vYXBpLm9wZW5haS5jb20vYXV0aCI6\
        eyJjaGF0Z3B0X3BsYW5fdHlwZSI6InBybyIsImNoYXRncHRfYWNjb3VudF9pZCI6ImFjYyJ9fQ.e30";
    let token = token.replace(char::is_whitespace, "");
    let login = format!(
        r#"{{"auth_mode": "chatgpt", "OPENAI_API_KEY": null, "last_refresh": "2999-01-01T00:00:00Z",
        "tokens": {{"id_token": "{token}", "access_token": "{token}",
        "refresh_token": "sentinel-foreign-refresh", "account_id": "acc"}}}}"#
    );
    stage.plant("home/.codex/auth.json", &login);
}

/// The hosts that were asked for, and what was complained of.
fn run(first: &str, with_login: bool) -> (Vec<String>, Vec<String>) {
    let stage = Stage::new(&CODEX);
    stage.configure(first, &PROVIDERS);
    if with_login {
        log_in(&stage);
    }
    let outcome = stage.run(stage.jackin(MINIMAX.id, SAY_HI));
    let mut hosts: Vec<_> = stage.elsewhere.requests().iter().map(|r| r.path.clone()).collect();
    hosts.sort();
    hosts.dedup();
    (hosts, complaints(&stage, &outcome))
}

#[test]
#[ignore = "needs npm and the real Codex; .ci/run runs it"]
fn no_other_host_is_asked_with_or_without_a_login() {
    for with_login in [false, true] {
        let (hosts, complaints) = run("", with_login);
        assert_none(&complaints, "with the guard");
        assert!(hosts.is_empty(), "login: {with_login}: {hosts:?}");
        let (hosts, _) = run("guard = \"off\"", with_login);
        // Which of them it comes to before it ends differs.
        let known =
            ["ab.chatgpt.com:443", "api.github.com:443", "chatgpt.com:443", "github.com:443"];
        assert!(
            hosts.iter().any(|host| known.contains(&&**host)),
            "login: {with_login}: {hosts:?}"
        );
    }
}

#[test]
#[ignore = "needs npm and the real Codex; .ci/run runs it"]
fn a_review_asks_for_the_providers_model() {
    for (first, model) in [("", "MiniMax-M3"), ("guard = \"off\"", "gpt-sentinel")] {
        let stage = Stage::new(&CODEX);
        stage.configure(first, &PROVIDERS);
        stage.plant("home/.codex/config.toml", "review_model = \"gpt-sentinel\"\n");
        stage.write("work/new.txt", "to be reviewed");
        let made =
            Command::new("git").args(["init", "-q"]).current_dir(stage.path("work")).status();
        assert!(made.unwrap().success());
        let review = ["exec", "--skip-git-repo-check", "review", "--uncommitted"];
        let outcome = stage.run(stage.jackin(MINIMAX.id, &review));
        let complaints = stage.complaints(&outcome, MINIMAX, &[model]);
        assert_none(&complaints, model);
    }
}

/// Codex sets what this file says over its environment.
#[test]
#[ignore = "needs npm and the real Codex; .ci/run runs it"]
fn a_key_in_the_users_env_file_does_not_replace_the_providers() {
    let keys = "MINIMAX_API_KEY=sentinel-foreign\nCODEX_JACKIN_KEY=sentinel-foreign\n";
    let stage = Stage::new(&CODEX);
    stage.plant("home/.codex/.env", keys);
    let outcome = stage.run(stage.jackin(MINIMAX.id, SAY_HI));
    assert_none(&complaints(&stage, &outcome), "by jackin");

    let stage = Stage::new(&CODEX);
    stage.plant("home/.codex/.env", keys);
    let mut by_hand = stage.bare(SAY_HI);
    redirect(&stage, &mut by_hand);
    let outcome = stage.run(by_hand);
    assert_some(&complaints(&stage, &outcome), FOREIGN);
}

/// Words that send the session to another endpoint, each with how that one is asked.
#[test]
#[ignore = "needs npm and the real Codex; .ci/run runs it"]
fn words_that_name_another_endpoint_are_refused() {
    let foreign = "model_providers.foreign={name=\"F\",base_url=\"ELSEWHERE/foreign\",wire_api=\"responses\"}";
    let rows: [(&[&str], &str); 2] = [
        (&["-c", foreign, "-c", "model_provider=\"foreign\""], "/foreign/responses"),
        (&["--oss", "--local-provider", "lmstudio", "-m", "a"], "/local/models"),
    ];
    for (words, path) in rows {
        let run = |guard: &str| {
            let stage = Stage::new(&CODEX);
            stage.configure(&format!("guard = \"{guard}\""), &PROVIDERS);
            let url = stage.elsewhere.url();
            let words: Vec<_> = words.iter().map(|word| word.replace("ELSEWHERE", &url)).collect();
            let words = ["exec", "--skip-git-repo-check"]
                .into_iter()
                .chain(words.iter().map(|word| &**word))
                .chain(["say hi"]);
            let mut command = stage.jackin(MINIMAX.id, &words.collect::<Vec<_>>());
            command.env("CODEX_OSS_BASE_URL", format!("{url}/local"));
            let outcome = stage.run(command);
            let asked = stage.elsewhere.requests().iter().any(|request| request.path == path);
            (asked, stage.provider.requests().len(), outcome)
        };
        let (asked, requests, outcome) = run("on");
        assert_eq!((outcome.code, asked, requests), (Some(2), false, 0), "{outcome:?}");
        assert!(outcome.stderr.contains("cannot stay on provider `minimax`"), "{outcome:?}");
        let (asked, _, outcome) = run("off");
        assert!(asked, "{words:?}: {outcome:?}");
    }
}
