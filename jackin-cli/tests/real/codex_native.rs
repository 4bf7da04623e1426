//! The real Codex on its native provider, against settings that would send it, and its login, elsewhere.

use std::fs;

use super::{
    codex::{CODEX, SAY_HI},
    codex_guard::log_in,
    stage::{LONGEST_RUN, PROVIDERS, Stage},
};

const SETTINGS: [&str; 3] = [
    "model_provider = \"foreign\"\n\
     [model_providers.foreign]\nname = \"F\"\nbase_url = \"ELSEWHERE/foreign\"\nwire_api = \"responses\"\n\
     experimental_bearer_token = \"sentinel-foreign\"\n",
    "openai_base_url = \"ELSEWHERE/foreign\"\n",
    "chatgpt_base_url = \"ELSEWHERE/foreign\"\n",
];

/// What a native launch with these settings asked of the other server, and what it said.
fn asked(guard: &str, settings: &str, with_login: bool) -> (Vec<String>, String) {
    let stage = Stage::new(&CODEX);
    stage.configure(&format!("guard = \"{guard}\""), &PROVIDERS);
    stage.plant("home/.codex/config.toml", settings);
    let mut command = stage.jackin("openai", SAY_HI);
    if with_login {
        log_in(&stage);
    } else {
        command.env("CODEX_API_KEY", "sentinel-own-login");
    }
    // Its own hosts cannot be reached. It tries for a minute, and says so before.
    let outcome = stage.run_until(command, LONGEST_RUN, || {
        let said = fs::read_to_string(stage.path("out.stderr")).unwrap();
        said.contains("responses_websocket") || said.contains("Reconnecting")
    });
    let requests = stage.elsewhere.requests();
    let there = requests.iter().filter(|request| request.path.starts_with("/foreign"));
    (there.map(ToString::to_string).collect(), outcome.stderr)
}

#[test]
#[ignore = "needs npm and the real Codex; .ci/run runs it"]
fn settings_send_a_named_native_launch_elsewhere_only_without_the_guard() {
    for settings in SETTINGS {
        for with_login in [true, false] {
            let row = format!("{settings}login: {with_login}");
            let (there, said) = asked("on", settings, with_login);
            assert!(there.is_empty(), "{row}: {there:?}");
            // It has come to the point at which it would ask.
            assert!(
                said.contains("responses_websocket") || said.contains("Reconnecting"),
                "{said}"
            );
            // The last one is asked only for what goes with the login.
            if with_login || !settings.starts_with("chatgpt") {
                let (there, said) = asked("off", settings, with_login);
                assert!(!there.is_empty(), "{row}: {said}");
            }
        }
    }
}

/// What names a key later wins, so another endpoint in the user's words is refused where the provider is named.
#[test]
#[ignore = "needs npm and the real Codex; .ci/run runs it"]
fn the_users_own_endpoint_is_asked_only_without_the_guard_and_subcommands_go_on() {
    let stage = Stage::new(&CODEX);
    stage.plant("home/.codex/config.toml", SETTINGS[0]);
    let own = ["-c", "model_provider=\"foreign\"", SAY_HI[0], SAY_HI[1], SAY_HI[2]];
    let outcome = stage.run(stage.jackin("openai", &own));
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(stage.elsewhere.requests().is_empty());
    stage.configure("guard = \"off\"", &PROVIDERS);
    let outcome = stage.run(stage.jackin("openai", &own));
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(stage.elsewhere.requests().iter().any(|r| r.path == "/foreign/responses"));
    stage.configure("", &PROVIDERS);
    for words in [&["login", "status"][..], &["mcp", "list"], &["completion", "bash"], &["--help"]]
    {
        let bare = stage.run(stage.bare(words));
        let run = stage.run(stage.jackin("openai", words));
        assert_eq!((run.code, &run.stdout), (bare.code, &bare.stdout), "{words:?}: {}", run.stderr);
    }
}
