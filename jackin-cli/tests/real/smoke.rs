//! `jackin doctor --smoke` with the real Claude Code: what each way of failing is called, and that
//! it says so soon and without the key.

use std::time::Instant;

use super::{
    claude::CLAUDE,
    recorder::{Manner, Recorder},
    stage::{ANSWER, Stage, ZAI},
};

/// A smoke test against a server of this manner: its exit code, its words, and how often the model
/// was asked.
fn smoke(manner: Manner, args: &[&str]) -> (Option<i32>, String, usize) {
    let mut stage = Stage::new(&CLAUDE);
    stage.provider = Recorder::with_manner(manner);
    stage.configure("", &[ZAI]);
    let outcome = stage.run(stage.smoke(ZAI.id, args));
    let words = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!words.contains(ZAI.key), "{words}");
    (outcome.code, words, stage.messages())
}

/// The numbered causes.
fn causes(words: &str) -> Vec<&str> {
    let number = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
    words.lines().filter(number).collect()
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn an_answer_is_one() {
    let (code, words, messages) = smoke(Manner::Answers(ANSWER), &[]);
    assert_eq!((code, words.as_str()), (Some(0), "claude on zai: works\n"));
    assert!(messages >= 1);
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn what_is_refused_is_explained_in_order_of_likelihood() {
    for (status, begins) in [
        (
            "401 Unauthorized",
            &["1. the base URL is wrong: http", "2. the key is wrong or was revoked"][..],
        ),
        (
            "403 Forbidden",
            &[
                "1. a model name is not allowed: glm-4.5-air, glm-5-turbo, glm-5.1",
                "2. the plan or the key is over its cap",
                "3. the window in which the key may be used has passed",
            ],
        ),
        ("429 Too Many Requests", &["1. too many requests at a time"]),
        ("500 Internal Server Error", &["1. the provider has a problem of its own"]),
    ] {
        let begun = Instant::now();
        let (code, words, messages) = smoke(Manner::Refuses(status), &[]);
        assert_eq!(code, Some(1), "{words}");
        assert!(words.starts_with(&format!("claude on zai: {}\n", &status[..3])), "{words}");
        let causes = causes(&words);
        assert_eq!(causes.len(), begins.len(), "{words}");
        assert!(causes.iter().zip(begins).all(|(said, begin)| said.starts_with(begin)), "{words}");
        // Left alone, the agent tries for three minutes.
        assert!(messages <= 3 && begun.elapsed().as_secs() < 50, "{status}: {messages} requests");
    }
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn who_says_nothing_is_not_waited_for() {
    let (code, words, _) = smoke(Manner::Hangs, &["--timeout", "5"]);
    assert_eq!(code, Some(1), "{words}");
    assert!(words.starts_with("claude on zai: timed-out\n\n1. the provider is slow"), "{words}");
}

#[test]
#[ignore = "needs npm and the real Claude Code; .ci/run runs it"]
fn nobody_there_is_called_unreachable_and_json_says_the_same() {
    let mut stage = Stage::new(&CLAUDE);
    stage.provider = Recorder::start(ANSWER);
    stage.configure("", &[ZAI]);
    let command = stage.smoke(ZAI.id, &["--json"]);
    stage.provider = Recorder::start(ANSWER);
    let outcome = stage.run(command);
    let said: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((outcome.code, &said["result"]), (Some(1), &"unreachable".into()), "{said}");
    assert!(said["works"] == false && said["schema"] == 1, "{said}");
    assert!(said["causes"][0]["next"].as_str().unwrap().contains("base_url"), "{said}");
}
