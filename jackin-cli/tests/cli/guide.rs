//! The way to a key, what is left of one, and why it may be refused.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use insta::assert_snapshot;
use jackin_core::{Registry, guide::Guide};
use serde_json::Value;

use crate::{
    listed::{self, few},
    support::{Home, see},
    tmux::Tmux,
};

/// Far longer than anything here takes.
const SOON: Duration = Duration::from_secs(30);

#[test]
fn the_way_to_a_key_is_shown() {
    let home = Home::new();
    let shown = |args: &[&str]| {
        let seen = see(&mut home.jackin(args));
        assert_eq!((seen.code, &*seen.err), (Some(0), ""), "{args:?}");
        seen.out
    };
    let with_page = listed::providers().into_iter().filter(|(id, _)| {
        let guide = Guide::read(id, None, &[]).unwrap();
        guide.keys_url.is_some()
    });
    assert_snapshot!("guide", few(&shown(&["auth", "guide"]), &with_page.collect::<Vec<_>>()));
    assert_snapshot!("guide-kimi", shown(&["auth", "guide", "kimi"]));
    assert_snapshot!("guide-gateway", shown(&["auth", "guide", "gateway"]));
    assert_snapshot!("guide-deepseek", shown(&["auth", "guide", "deepseek"]));
    for provider in Registry::built_in().providers() {
        let text = shown(&["auth", "guide", provider.id.as_str()]);
        assert!(text.contains("is shown in full only once"), "{text}");
    }
}

#[test]
fn a_provider_that_extends_another_has_its_guide_under_its_own_name() {
    let home = Home::with_config("[providers.team]\nextends = 'gateway'\nkey = 'TEAM_API_KEY'\n");
    let seen = see(&mut home.jackin(["auth", "guide", "team"]));
    assert!(seen.out.contains("`jackin auth import team`"), "{}", seen.out);
    let seen = see(&mut home.jackin(["explain", "403", "team"]));
    assert!(seen.out.contains("`jackin plan --provider team`"), "{}", seen.out);
}

#[test]
fn a_page_is_opened_by_the_systems_opener() {
    let home = Home::new();
    home.script("bin/xdg-open", "echo \"<$*>\" > opened.part && mv opened.part opened");
    let seen = see(&mut home.jackin(["auth", "guide", "kimi", "--open"]));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    let started = Instant::now();
    let opened = loop {
        match fs::read_to_string(home.path().join("opened")) {
            Ok(text) => break text,
            Err(_) if started.elapsed() < SOON => thread::sleep(Duration::from_millis(10)),
            Err(error) => panic!("nothing was opened: {error}"),
        }
    };
    assert_eq!(opened, "<https://www.kimi.com/code/console>\n");
    let mut command = home.jackin(["auth", "guide", "kimi", "--open"]);
    let seen = see(command.env("PATH", home.path()));
    assert_eq!(seen.code, Some(125));
    assert!(
        seen.err.contains("open it yourself: https://www.kimi.com/code/console"),
        "{}",
        seen.err
    );
    for (args, said) in [
        (&["auth", "guide", "amp", "--open"][..], "no page is known"),
        (&["auth", "guide", "--open"], "<PROVIDER>"),
    ] {
        let seen = see(&mut home.jackin(args));
        assert_eq!(seen.code, Some(2), "{args:?}");
        assert!(seen.err.contains(said), "{}", seen.err);
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn who_is_asked_for_a_key_is_told_the_way_to_one() {
    let home = Home::new();
    let tmux = Tmux::start(&home, (100, 24), &[]);
    tmux.enter("try auth set zai");
    let screen = tmux.shows("key for Z.AI");
    assert!(screen.contains("`jackin auth guide zai` shows the way to one"), "{screen}");
    tmux.press(&["Escape"]);
    tmux.ended(130);
}

/// A text without the moment at which an allowance begins anew.
pub(crate) fn timeless(text: &str) -> String {
    let line = |line: &str| match line.split_once("begins anew Mon ") {
        Some((before, _)) => format!("{before}begins anew Mon [...]"),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_refusal_is_explained_the_likeliest_cause_first() {
    let home = Home::new();
    let mut text = String::new();
    for status in ["401", "403", "429"] {
        for provider in [None, Some("gateway"), Some("kimi")] {
            let args = ["explain", status].into_iter().chain(provider);
            let seen = see(&mut home.jackin(args));
            assert_eq!((seen.code, &*seen.err), (Some(0), ""));
            text += &format!("{}\n\n", timeless(&seen.out));
        }
    }
    assert_snapshot!("explain", text);
    let seen = see(&mut home.jackin(["explain", "418"]));
    assert_eq!(seen.code, Some(2));
}

const GATEWAY: &str = "[env]\nGATEWAY_API_KEY = 'agt_sentinel'\n[providers.gateway.anthropic]\n\
    base_url = 'https://gateway.example.com'\nmodels = { main = 'm', small_fast = 's' }\n";

#[test]
fn a_key_without_an_end_shows_when_its_allowance_begins_anew() {
    let home = Home::with_config(GATEWAY);
    let said = "a member's allowance begins anew Mon 20";
    let moment = if cfg!(feature = "zones") { "00:00 UTC (Sun " } else { "00:00 UTC, in " };
    for args in [&["providers"][..], &["plan", "--provider", "gateway"]] {
        let seen = see(home.jackin(args).env("TZ", "America/New_York"));
        assert!(seen.out.contains(said) && seen.out.contains(moment), "{}", seen.out);
    }
    let seen = see(&mut home.jackin(["providers", "--json"]));
    let json: Value = serde_json::from_str(&seen.out).unwrap();
    let resets: Vec<_> = json["providers"].as_array().unwrap().iter().collect();
    let resets: Vec<_> = resets.iter().filter_map(|row| row["resets_at"].as_i64()).collect();
    // A Monday: 1970 began on a Thursday.
    assert!(matches!(resets[..], [at] if at % 86400 == 0 && (at / 86400 + 3) % 7 == 0), "{json}");
    let ends = format!("{GATEWAY}[providers.gateway]\nexpires_at = 2100-01-01T00:00:00Z\n");
    let seen = see(&mut Home::with_config(&ends).jackin(["providers"]));
    assert!(seen.out.contains("expires in") && !seen.out.contains("anew"), "{}", seen.out);
    let seen = see(&mut Home::new().jackin(["providers"]));
    assert!(!seen.out.contains("anew"), "{}", seen.out);
}

const BLOCK: &str = "export ANTHROPIC_BASE_URL=https://gateway.example.com/zai
export ANTHROPIC_AUTH_TOKEN=agt_the-key-itself
export ANTHROPIC_MODEL=glm-4.6
export ANTHROPIC_SMALL_FAST_MODEL=glm-4.5-air";

#[test]
fn a_bundle_without_an_end_gets_one_from_its_approval() {
    let import = |args: &[&str], bundle: &str| {
        let home = Home::new();
        home.write("bundle", bundle);
        let line = "\"$0\" auth import \"$@\" < bundle";
        let args = ["-c", line, crate::support::JACKIN].into_iter().chain(args.iter().copied());
        let seen = see(&mut home.program("sh", args));
        let config = fs::read_to_string(home.path().join(".config/jackin/config.toml"));
        (seen, config.unwrap_or_default())
    };
    let (seen, config) = import(&["--approved", "2100-01-01T13:00:00+01:00"], BLOCK);
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    assert!(config.contains("expires_at = \"2100-01-01T17:00:00Z\""), "{config}");
    let (seen, config) = import(&[], BLOCK);
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    assert!(seen.err.contains("5 hours from its approval") && !config.contains("expires_at"));
    let json = serde_json::json!({ "env_lines": BLOCK, "expires_at": "2100-01-01T00:00:00Z" });
    for (args, bundle, said) in [
        (&["--approved", "yesterday"][..], BLOCK, "is no moment"),
        (&["--approved", "now"], &json.to_string(), "says itself when"),
    ] {
        let (seen, config) = import(args, bundle);
        assert_eq!((seen.code, &*config), (Some(2), ""), "{}", seen.err);
        assert!(seen.err.contains(said), "{}", seen.err);
    }
}

#[test]
#[cfg(not(feature = "request"))]
fn a_build_without_a_client_says_so() {
    let seen = see(&mut Home::new().jackin(["auth", "request", "--kind", "member"]));
    assert_eq!(seen.code, Some(125));
    assert!(seen.err.contains("this build of jackin cannot ask for keys"), "{}", seen.err);
}
