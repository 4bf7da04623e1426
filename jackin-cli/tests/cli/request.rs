//! A key is asked for: what the gateway sees, and what the user is told.

use std::{fs, net::TcpListener, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    gateway::{Answer, Gateway, result},
    support::{Home, Seen, see},
    tmux::Tmux,
};

pub(crate) const TOKEN: &str = "agt_sentinel-that-asks";
pub(crate) const EVENT: &str = "https://luma.com/vibe-night";

/// jackin with the token exported; it must show it nowhere.
pub(crate) fn request(home: &Home, args: &[&str]) -> Command {
    let mut command = home.jackin(["auth", "request"].iter().chain(args));
    command.env("FLOOR10_AGENT_TOKEN", TOKEN);
    command
}

pub(crate) fn shows_no_token(home: &Home, mut command: Command) -> Seen {
    let seen = see(&mut command);
    assert!(!format!("{}{}", seen.out, seen.err).contains("sentinel"), "{}{}", seen.out, seen.err);
    keeps_no_token(home.path());
    seen
}

pub(crate) fn keeps_no_token(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            keeps_no_token(&entry.path());
        } else {
            let text = fs::read(entry.path()).unwrap();
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains("sentinel"), "{}", entry.path().display());
        }
    }
}

/// What one answer leads to.
fn answered(answer: Answer, args: &[&str]) -> Seen {
    let gateway = Gateway::new([answer]);
    let home = Home::with_config(&gateway.config());
    let seen = shows_no_token(&home, request(&home, args));
    assert_eq!(gateway.asked().len(), 1);
    seen
}

pub(crate) fn filed(kind: &str) -> Value {
    result(&json!({ "ok": true, "request_id": "req_42", "status": "pending", "kind": kind }))
}

pub(crate) fn events(kind: &str) -> Value {
    let event = json!({ "event_id": EVENT, "title": "Vibe Night", "when": "Sat 18:00", "venue": "Floor 10" });
    let other = json!({ "event_id": "https://luma.com/claw", "title": "ClawCamp" });
    result(&json!({ "ok": false, "error_kind": kind, "events": [event, other] }))
}

#[test]
fn the_requests_have_the_documented_shapes() {
    for (args, tool, arguments) in [
        (&["--kind", "workshop"][..], "ic_request_workshop_key", json!({})),
        (
            &["--kind", "workshop", "--event", EVENT, "--note", "At the walk-in"],
            "ic_request_workshop_key",
            json!({ "event_id": EVENT, "note": "At the walk-in" }),
        ),
        (&["gateway", "--kind", "member"], "ic_request_zai_key", json!({})),
        (
            &["--kind", "member", "--multiplier", "20", "--note", "an agent harness"],
            "ic_request_zai_key",
            json!({ "multiplier": 20, "note": "an agent harness" }),
        ),
    ] {
        let gateway = Gateway::new([Answer::json(&filed("any"))]);
        let home = Home::with_config(&gateway.config());
        let seen = shows_no_token(&home, request(&home, args));
        assert_eq!(seen.code, Some(0), "{}", seen.err);
        let asked = &gateway.asked()[0];
        assert_eq!(asked.head[0], "POST /api/mcp HTTP/1.1");
        assert_eq!(asked.header("content-type"), Some("application/json"));
        assert_eq!(asked.header("accept"), Some("application/json, text/event-stream"));
        assert_eq!(asked.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": tool, "arguments": arguments } });
        assert_eq!(asked.body, call);
    }
}

#[test]
fn a_request_that_waits_is_told_in_either_form() {
    let answer = filed("workshop");
    for answer in [
        Answer::json(&answer),
        Answer::stream(&answer),
        Answer::json(&answer).slow(),
        Answer::stream(&answer).slow(),
    ] {
        let seen = answered(answer, &["--kind", "workshop", "--event", EVENT]);
        assert_eq!((seen.code, &*seen.out), (Some(0), "req_42\n"), "{}", seen.err);
        for said in
            ["a workshop key", "pending", "operator must approve", "`jackin auth import gateway`"]
        {
            assert!(seen.err.contains(said), "{said}: {}", seen.err);
        }
    }
}

#[test]
fn a_tool_that_gives_text_alone_is_understood() {
    let mut answer = filed("workshop");
    answer["result"].as_object_mut().unwrap().remove("structuredContent");
    let seen = answered(Answer::json(&answer), &["--kind", "workshop", "--event", EVENT]);
    assert_eq!((seen.code, &*seen.out), (Some(0), "req_42\n"), "{}", seen.err);
}

#[test]
fn a_multiplier_is_asked_for_and_never_promised() {
    let answer = json!({ "ok": true, "request_id": 7, "status": "pending", "kind": "member", "multiplier": 5 });
    let args = ["--kind", "member", "--multiplier", "5"];
    let seen = answered(Answer::json(&result(&answer)), &args);
    assert_eq!((seen.code, &*seen.out), (Some(0), "7\n"));
    assert!(
        !seen.err.contains('5') && seen.err.contains("the multiplier they see fit"),
        "{}",
        seen.err
    );
    let args = [&args[..], &["--json"]].concat();
    let seen = answered(Answer::json(&result(&answer)), &args);
    let json: Value = serde_json::from_str(&seen.out).unwrap();
    assert_eq!(
        json,
        json!({ "schema": 1, "provider": "gateway", "kind": "member", "request_id": "7",
            "status": "pending", "event": null, "multiplier_asked": 5 })
    );
}

#[test]
fn without_an_event_a_script_is_told_those_there_are() {
    for (kind, args, said) in [
        ("needs_event", &["--kind", "workshop"][..], "which event?"),
        (
            "event_not_found",
            &["--kind", "workshop", "--event", "https://luma.com/gone"],
            "no such event",
        ),
    ] {
        let seen = answered(Answer::stream(&events(kind)), args);
        assert_eq!(seen.code, Some(2));
        assert_eq!(
            seen.out,
            "https://luma.com/vibe-night  Vibe Night  Sat 18:00  Floor 10\n\
             https://luma.com/claw        ClawCamp\n"
        );
        assert!(seen.err.contains(said) && seen.err.contains("--event URL"), "{}", seen.err);
        let seen = answered(Answer::json(&events(kind)), &[args, &["--json"]].concat());
        let json: Value = serde_json::from_str(&seen.out).unwrap();
        assert_eq!((seen.code, &json["status"]), (Some(2), &json!("needs_event")));
        assert_eq!(json["events"][1]["event_id"], "https://luma.com/claw");
    }
    let none = result(&json!({ "ok": false, "error_kind": "needs_event", "events": [] }));
    let seen = answered(Answer::json(&none), &["--kind", "workshop"]);
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("there is no event"), "{}", seen.err);
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn at_a_terminal_an_event_is_picked() {
    let gateway =
        Gateway::new([Answer::json(&events("needs_event")), Answer::json(&filed("workshop"))]);
    let home = Home::with_config(&gateway.config());
    let tmux = Tmux::start(&home, (100, 24), &[("FLOOR10_AGENT_TOKEN", TOKEN)]);
    tmux.enter("try auth request --kind workshop");
    tmux.shows("▸ Vibe Night · Sat 18:00 · Floor 10");
    tmux.press(&["Down", "Enter"]);
    let screen = tmux.ended(0);
    assert!(screen.contains("req_42") && !screen.contains("sentinel"), "{screen}");
    let asked = gateway.asked();
    let event = &asked[1].body["params"]["arguments"];
    assert_eq!(*event, json!({ "event_id": "https://luma.com/claw" }));
}

fn refused(status: &str, code: i64, message: &str) -> Answer {
    let error = json!({ "code": code, "message": message });
    let body = json!({ "jsonrpc": "2.0", "id": null, "error": error });
    Answer::new(status, &["content-type: application/json"], body.to_string())
}

fn fails(message: &str) -> Value {
    let content = [json!({ "type": "text", "text": message })];
    json!({ "jsonrpc": "2.0", "id": 1, "result": { "isError": true, "content": content } })
}

const SCOPE: &str = "token missing required scope: keys:request";
const IDENTITY: &str = "token has no tied Clerk identity (legacy token?)";
const TIER: &str = "requires tier ic-member, the token has public";

#[test]
fn every_refusal_has_its_own_words_and_next_step() {
    let html = ["content-type: text/html"];
    let kind = |kind: &str| result(&json!({ "ok": false, "error_kind": kind }));
    for (answer, said, next) in [
        (
            refused("403 Forbidden", -32001, SCOPE),
            "lacks the scope `keys:request`",
            "agent-console",
        ),
        (Answer::json(&fails(SCOPE)), "lacks the scope `keys:request`", "take a new token with it"),
        (Answer::stream(&fails(IDENTITY)), "tied to nobody", "take a new one at"),
        (Answer::json(&fails(TIER)), "below member", "--kind workshop"),
        (
            Answer::json(&result(&json!({ "ok": false, "error": TIER }))),
            "below member",
            "ask for the tier first",
        ),
        (
            refused("200 OK", -32001, "token missing required scope: keys:member"),
            "below member",
            "--kind workshop",
        ),
        (refused("406 Not Acceptable", -32000, "Not Acceptable"), "-32000", "`Accept`"),
        (refused("200 OK", -32000, "Not Acceptable"), "-32000", "`Accept`"),
        (refused("200 OK", -32000, "overloaded"), "refuses: overloaded", "auth guide gateway"),
        (Answer::new("401 Unauthorized", &html, "<p>no"), "the token (401)", "take a new one at"),
        (refused("401 Unauthorized", -32001, "no"), "the token (401)", "agent-console"),
        (Answer::new("503 Service Unavailable", &html, ""), "of its own (503)", "try again in"),
        (Answer::new("500 Oops", &[], "{"), "of its own (500)", "may have been filed"),
        (Answer::new("404 Not Found", &html, "x"), "refuses (404)", "auth guide gateway"),
        (Answer::json(&kind("rate_limited")), "refuses: rate_limited", "auth guide gateway"),
        (refused("200 OK", -32602, "bad arguments"), "refuses: bad arguments", "auth guide"),
    ] {
        let seen = answered(answer, &["--kind", "member"]);
        assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{said}: {}", seen.err);
        let (error, hint) = seen.err.split_once("hint: ").unwrap();
        assert!(error.contains(said), "{said}: {}", seen.err);
        assert!(hint.contains(next), "{next}: {}", seen.err);
    }
}

#[test]
fn what_is_no_answer_is_said() {
    let (json, stream) = ("content-type: application/json", "content-type: text/event-stream");
    let whole = filed("member");
    let large = json!({ "jsonrpc": "2.0", "id": 1, "result": "x".repeat(10 << 20) });
    let other = json!({ "jsonrpc": "2.0", "id": 2, "result": {} });
    let bare = json!({ "jsonrpc": "2.0", "id": 1, "result": { "content": [] } });
    for (answer, said) in [
        (Answer::json(&whole).cut(9), "ends too early"),
        (Answer::stream(&whole).cut(30), "ends too early"),
        (Answer::new("200 OK", &[json], "{\"jsonrpc\":"), "ends too early"),
        (Answer::new("200 OK", &[stream], format!("data: {whole}\n")), "ends too early"),
        (Answer::new("200 OK", &[stream], ""), "ends too early"),
        (Answer::json(&large), "larger than 1024 KiB"),
        (Answer::stream(&large), "larger than 1024 KiB"),
        (Answer::new("200 OK", &["content-type: text/html"], "<p>hi"), "neither JSON nor an event"),
        (Answer::new("200 OK", &[], whole.to_string()), "neither JSON nor an event"),
        (Answer::new("200 OK", &[json], "hello"), "not JSON"),
        (Answer::new("200 OK", &[json], "[]"), "another request"),
        (Answer::json(&other), "another request"),
        (Answer::stream(&other), "ends too early"),
        (Answer::json(&bare), "no result of a tool"),
        (Answer::json(&result(&json!({ "ok": true }))), "names no request"),
        (Answer::json(&result(&json!({ "ok": false }))), "refuses: it does not say why"),
    ] {
        let seen = answered(answer, &["--kind", "member"]);
        assert_eq!((seen.code, &*seen.out), (Some(125), ""), "{said}: {}", seen.err);
        assert!(seen.err.contains(said), "{said}: {}", seen.err);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let to = format!("http://{}/api/mcp?{TOKEN}", elsewhere.local_addr().unwrap());
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let seen =
            answered(Answer::new(status, &[&format!("location: {to}")], ""), &["--kind", "member"]);
        assert_eq!(seen.code, Some(125));
        assert!(seen.err.contains("the token was not sent there"), "{}", seen.err);
        assert!(elsewhere.accept().is_err(), "{status} was followed");
    }
}

#[test]
fn a_server_that_is_not_there_or_goes_away_is_said() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let home = Home::with_config(&format!("providers.gateway.request_url = 'http://{gone}'\n"));
    let mut command = request(&home, &["--kind", "member"]);
    // On loopback no proxy is asked: over it the token would travel in the clear.
    command.env("http_proxy", "http://proxy.invalid:1").env("ALL_PROXY", "http://proxy.invalid:1");
    let seen = shows_no_token(&home, command);
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains(&format!("cannot reach http://{gone}: ")), "{}", seen.err);
    assert!(seen.err.contains("refused"), "{}", seen.err);
    let seen = answered(Answer::new("", &[], "").cut(50), &["--kind", "member"]);
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("cannot reach"), "{}", seen.err);
}

#[test]
fn what_the_server_says_is_made_harmless() {
    let message = format!("\u{1b}[31m{TOKEN}\n{}", "long ".repeat(100));
    for answer in [
        Answer::json(&fails(&message)),
        refused("200 OK", 1, &message),
        Answer::json(&result(&json!({ "ok": false, "error": message }))),
    ] {
        let seen = answered(answer, &["--kind", "member"]);
        assert!(seen.err.contains("•••• long") && seen.err.contains('…'), "{}", seen.err);
        assert!(!seen.err.contains('\u{1b}') && seen.err.len() < 1000, "{}", seen.err);
    }
    let event = json!({ "event_id": TOKEN, "title": format!("\u{202e}{TOKEN}") });
    let bad = json!({ "event_id": "https://luma.com/\u{1b}[2J", "title": "hidden" });
    let answer = json!({ "ok": false, "error_kind": "needs_event", "events": [event, bad] });
    let seen = answered(Answer::json(&result(&answer)), &["--kind", "workshop"]);
    assert_eq!(seen.out, "••••  \\u{202e}••••\n");
}

#[test]
fn the_token_is_read_where_it_stands() {
    let secret = |home: &Home| home.write("token", "from-a-file\n");
    for (value, bearer) in [
        ("'from-a-layer'", "from-a-layer"),
        ("'$OTHER'", "from-the-host"),
        ("{ command = ['printf', 'from-a-command'] }", "from-a-command"),
        ("{ file = '~/token' }", "from-a-file"),
    ] {
        let gateway = Gateway::new([Answer::json(&filed("member"))]);
        let config = format!("[env]\nFLOOR10_AGENT_TOKEN = {value}\n{}", gateway.config());
        let home = Home::with_config(&config);
        let path = secret(&home);
        see(home.program("chmod", ["600"]).arg(path));
        let mut command = request(&home, &["--kind", "member"]);
        let seen = see(command.env("OTHER", "from-the-host"));
        assert_eq!(seen.code, Some(0), "{}", seen.err);
        let asked = gateway.asked();
        assert_eq!(asked[0].header("authorization"), Some(&*format!("Bearer {bearer}")));
    }
}

#[test]
fn what_cannot_be_asked_is_said_before_anything_is_sent() {
    let home = Home::with_config("[env]\nFLOOR10_AGENT_TOKEN = { command = ['false'] }\n");
    let long = "ä".repeat(601);
    for (args, code, said) in [
        (&["--kind", "member"][..], 125, "cannot read `FLOOR10_AGENT_TOKEN`"),
        (&["zai", "--kind", "member"], 2, "`zai` has no place to ask for keys"),
        (&["zia", "--kind", "member"], 2, "did you mean `zai`?"),
        (&["--kind", "member", "--event", EVENT], 2, "is for a workshop key"),
        (&["--kind", "workshop", "--multiplier", "2"], 2, "is for a member key"),
        (&["--kind", "member", "--multiplier", "3"], 2, "invalid value '3'"),
        (&["--kind", "member", "--note", &long], 2, "longer than 600"),
        (&["--kind", "member", "--note", "mine: agt_0123456789"], 2, "the note holds a key"),
        (&[], 2, "--kind"),
    ] {
        let seen = shows_no_token(&home, request(&home, args));
        assert_eq!((seen.code, &*seen.out), (Some(code), ""), "{args:?}: {}", seen.err);
        assert!(seen.err.contains(said), "{said}: {}", seen.err);
    }
    let home = Home::new();
    let seen = see(&mut home.jackin(["auth", "request", "--kind", "member"]));
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("`FLOOR10_AGENT_TOKEN` is not set\n  looked in: "), "{}", seen.err);
    assert!(seen.err.contains("`jackin auth guide gateway`"), "{}", seen.err);
    for bad in ["", " ", "two words", "two\nlines", "schlüssel"] {
        let mut command = request(&home, &["--kind", "member"]);
        let seen = see(command.env("FLOOR10_AGENT_TOKEN", bad));
        assert_eq!(seen.code, Some(125), "{bad}: {}", seen.err);
        assert!(seen.err.contains("FLOOR10_AGENT_TOKEN"), "{}", seen.err);
    }
    for bad in ["http://gateway.example.com/mcp", "https://u@gateway.example.com", "gateway"] {
        let home = Home::with_config(&format!("providers.gateway.request_url = '{bad}'\n"));
        let seen = shows_no_token(&home, request(&home, &["--kind", "member"]));
        assert_eq!(seen.code, Some(125), "{}", seen.err);
        assert!(seen.err.contains("`providers.gateway.request_url`"), "{}", seen.err);
    }
}

#[test]
fn a_note_of_600_characters_is_sent() {
    let gateway = Gateway::new([Answer::json(&filed("member"))]);
    let home = Home::with_config(&gateway.config());
    let note = "ä".repeat(600);
    let seen = shows_no_token(&home, request(&home, &["--kind", "member", "--note", &note]));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    assert_eq!(gateway.asked()[0].body["params"]["arguments"]["note"], note);
}
