//! From an empty home to a launched child, as README.md shows it.

use std::path::Path;

use serde_json::json;

use crate::{
    gateway::{Answer, Gateway},
    request::{EVENT, TOKEN, events, filed, keeps_no_token},
    support::{Home, JACKIN, see},
};

/// The commands that README.md shows first under this title.
fn shown_under(title: &str) -> Vec<&'static str> {
    const README: &str = include_str!("../../../README.md");
    let section = README.split(title).nth(1).unwrap();
    let block = section.split("```").nth(1).unwrap();
    block.lines().filter_map(|line| line.strip_prefix("$ ")).collect()
}

#[test]
fn from_an_empty_home_to_a_launched_child() {
    let commands = shown_under("## From no key to a working key\n");
    let gateway =
        Gateway::new([Answer::json(&events("needs_event")), Answer::stream(&filed("workshop"))]);
    let home = Home::with_config(&gateway.config());
    let bundle = json!({
        "base_url": "https://gateway.example.com/zai",
        "env_lines": "export ANTHROPIC_BASE_URL=https://gateway.example.com/zai\n\
                      export ANTHROPIC_AUTH_TOKEN=agt_the-key-itself\n\
                      export ANTHROPIC_MODEL=glm-4.6\n\
                      export ANTHROPIC_SMALL_FAST_MODEL=glm-4.5-air\n",
        "expires_at": "2100-01-01T00:00:00Z",
    });
    home.write("bundle.json", bundle.to_string());
    let bin = Path::new(JACKIN).parent().unwrap().display();
    let run = |line: &str| {
        let mut command = home.program("sh", ["-c", line]);
        command.env("FLOOR10_AGENT_TOKEN", TOKEN);
        see(command.env("PATH", format!("{bin}:/usr/bin:/bin")))
    };
    let [guide, events, request, import, providers, launch] = &commands[..] else {
        panic!("README.md shows {commands:?}");
    };
    let seen = run(guide);
    assert!(seen.out.contains("5. Store it: `jackin auth import gateway`"), "{}", seen.out);
    let seen = run(events);
    assert!(seen.code == Some(2) && seen.out.contains(EVENT), "{}", seen.err);
    let seen = run(request);
    assert_eq!((seen.code, &*seen.out), (Some(0), "req_42\n"), "{}", seen.err);
    let seen = run(import);
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let seen = run(providers);
    assert!(seen.out.contains("config.toml") && seen.out.contains("expires in"), "{}", seen.out);
    let seen = run(launch);
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    for line in [
        "ANTHROPIC_AUTH_TOKEN=agt_the-key-itself",
        "ANTHROPIC_BASE_URL=https://gateway.example.com/zai",
        "ANTHROPIC_MODEL=glm-4.6",
        "ANTHROPIC_SMALL_FAST_MODEL=glm-4.5-air",
    ] {
        assert!(seen.out.lines().any(|shown| shown == line), "{line}: {}", seen.out);
    }
    keeps_no_token(home.path());
    let asked = gateway.asked();
    assert_eq!(asked[1].body["params"]["arguments"], json!({ "event_id": EVENT }));
}
