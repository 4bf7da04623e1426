//! What the real OpenCode's server tells of the key, and that a launch without a password is refused.

use std::{
    cell::RefCell,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::Command,
    time::Duration,
};

use serde_json::json;

use super::{
    opencode::OPENCODE,
    stage::{LONGEST_RUN, Outcome, PROVIDERS, Stage, ZAI},
};

const PASSWORD: &str = "OPENCODE_SERVER_PASSWORD";
const LISTENING: [&str; 3] = ["serve", "web", "acp"];

/// What a server answered, before its run was ended.
struct Served {
    outcome: Outcome,
    answer: Option<String>,
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// What a server on this machine says about its providers, if there is one.
fn asked(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(3))).ok()?;
    let request = "GET /config/providers HTTP/1.0\r\nHost: localhost\r\n\r\n";
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    // It may keep the connection open.
    let _ = stream.read_to_end(&mut answer);
    (!answer.is_empty()).then(|| String::from_utf8_lossy(&answer).into_owned())
}

/// The same command with a standard input that stays open.
fn held_open(command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "sleep 100 | \"$@\"", "sh"]).arg(command.get_program());
    shell.args(command.get_args()).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(command.get_current_dir().unwrap());
    shell
}

/// Runs an OpenCode that listens, with a guard and perhaps a password in the parent.
fn serve(guard: &str, word: &str, password: Option<&str>) -> Served {
    let stage = Stage::new(&OPENCODE);
    stage.configure(&format!("guard = \"{guard}\""), &PROVIDERS);
    let port = free_port();
    let mut command = stage.jackin(ZAI.id, &[word, "--port", &port.to_string()]);
    command.envs(password.map(|password| (PASSWORD, password)));
    let answer = RefCell::new(None);
    // What is refused never reads it, and the shell would wait for its other end.
    let is_refused = guard == "on" && password.is_none();
    let command = if is_refused { command } else { held_open(&command) };
    let outcome = stage.run_until(command, LONGEST_RUN, || {
        *answer.borrow_mut() = asked(port);
        answer.borrow().is_some()
    });
    Served { outcome, answer: answer.into_inner() }
}

#[test]
#[ignore = "needs npm and the real OpenCode; .ci/run runs it"]
fn a_server_without_a_password_is_refused_since_it_tells_the_key() {
    for word in LISTENING {
        let Served { outcome, answer } = serve("on", word, None);
        assert_eq!((outcome.code, answer), (Some(2), None), "{word}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(PASSWORD), "{word}: {}", outcome.stderr);

        let Served { outcome, answer } = serve("off", word, None);
        let answer = answer.unwrap_or_default();
        assert!(answer.contains(ZAI.key), "{word}: {answer}{}", outcome.stderr);
    }
}

#[test]
#[ignore = "needs npm and the real OpenCode; .ci/run runs it"]
fn a_server_with_a_password_tells_nothing_without_it() {
    for word in LISTENING {
        let Served { outcome, answer } = serve("on", word, Some("any"));
        let answer = answer.unwrap_or_default();
        assert!(answer.contains(" 401 "), "{word}: {answer}{}", outcome.stderr);
        assert!(!answer.contains(ZAI.key), "{word}");
    }
}

/// The server was started natively, for another provider.
#[test]
#[ignore = "needs npm and the real OpenCode; .ci/run runs it"]
fn a_running_server_is_not_attached_to_since_it_uses_its_own_provider() {
    for (guard, goes) in [("on", false), ("off", true)] {
        let stage = Stage::new(&OPENCODE);
        stage.configure(&format!("guard = \"{guard}\""), &PROVIDERS);
        let foreign = json!({
            "$schema": "https://opencode.ai/config.json",
            "model": "foreign/main",
            "provider": {"foreign": {
                "npm": "@ai-sdk/openai-compatible",
                "options": {"baseURL": "ELSEWHERE/foreign", "apiKey": "sentinel-foreign-server"},
                "models": {"main": {}},
            }},
        });
        stage.plant("home/.config/opencode/opencode.json", &foreign.to_string());
        let port = free_port();
        let server = stage.bare(&["serve", "--port", &port.to_string()]);
        let url = format!("http://127.0.0.1:{port}");
        let attached = RefCell::new(None);
        stage.run_until(server, LONGEST_RUN, || {
            if asked(port).is_some() {
                let command = stage.jackin(ZAI.id, &["run", "--attach", &url, "say hi"]);
                *attached.borrow_mut() = Some(stage.run_beside(command));
            }
            attached.borrow().is_some()
        });
        let attached = attached.into_inner().unwrap();
        let requests = stage.elsewhere.requests();
        let went = requests.iter().any(|request| request.holds("sentinel-foreign-server"));
        assert_eq!(went, goes, "{guard}: {attached:?}");
        assert_eq!(attached.code == Some(2), !goes, "{guard}: {attached:?}");
    }
}
