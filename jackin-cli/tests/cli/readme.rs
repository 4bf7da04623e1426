//! README.md is true: its commands do what it shows, its tables are the data.

use std::{
    collections::BTreeSet,
    env, fs,
    path::Path,
    process::Command,
    sync::{Mutex, PoisonError},
};

use jackin_core::{
    Endpoint, Guard, Protocol, Registry, Slot,
    agent::{HandOver, HandOverFate, VarSource, Words},
};

use crate::support::{Home, see};

const README: &str = include_str!("../../../README.md");

/// The blocks fenced as `language`.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{language}\n");
    README.split("\n```").zip(README.split("\n```").skip(1)).filter_map(move |(_, block)| {
        format!("```{block}").strip_prefix(&fence).map(|text| &block[block.len() - text.len()..])
    })
}

/// Checks the part between `<!-- NAME -->` and `<!-- /NAME -->`, which the data make. With
/// `JACKIN_BLESS=1` it writes the part.
#[track_caller]
fn assert_part(name: &str, part: &str) {
    // One test at a time writes.
    static WRITER: Mutex<()> = Mutex::new(());
    let _writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = fs::read_to_string(path).unwrap();
    let [start, end] = [format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n")];
    let (before, rest) = readme.split_once(&start).unwrap();
    let (found, after) = rest.split_once(&end).unwrap();
    if env::var("JACKIN_BLESS").is_ok_and(|value| value == "1") {
        fs::write(path, [before, &start, part, &end, after].concat()).unwrap();
    } else {
        assert_eq!(found, part, "JACKIN_BLESS=1 writes the part `{name}`");
    }
}

/// A home with the files that the README shows.
fn home() -> Home {
    let home = Home::new();
    for block in blocks("toml").filter(|block| block.starts_with("# ~/")) {
        let name = block.lines().next().unwrap().trim_start_matches("# ~/");
        home.write(name, block);
    }
    home
}

/// The widths of its columns depend on all providers; it shows some.
#[test]
fn the_list_of_providers_is_what_is_printed() {
    let home = home();
    let seen = see(&mut home.jackin(["providers"]));
    let list = seen.out.replace(home.path().to_str().unwrap(), "/home/you");
    let shown = list.lines().take(7).collect::<Vec<_>>().join("\n");
    let block = format!("```console\n$ jackin providers\n{shown}\n...\n\n```\n");
    assert_part("list of providers", &block);
}

#[test]
fn the_commands_do_what_is_shown() {
    let home = home();
    let shown = README.replace("/home/you", home.path().to_str().unwrap());
    let copy = home.write("README.md", shown);
    let cases = trycmd::TestCases::new();
    cases.register_bin("jackin", Path::new(env!("CARGO_BIN_EXE_jackin")));
    cases.register_bin("sh", Path::new("/bin/sh"));
    cases.env("HOME", home.path().to_str().unwrap());
    // Empty counts as unset: what the developer has exported must not matter.
    let own = ["JACKIN_CONFIG_DIR", "JACKIN_PROVIDER", "JACKIN_WORKSPACE", "JACKIN_ROLE"];
    let registry = Registry::built_in();
    let keys = registry.providers().iter().map(|provider| provider.key.value.as_str());
    for name in own.into_iter().chain(["XDG_CONFIG_HOME"]).chain(keys) {
        cases.env(name, "");
    }
    cases.env("NO_COLOR", "1");
    cases.case(copy).run();
}

#[test]
fn the_shown_configurations_are_accepted() {
    let mut shown = 0;
    for block in blocks("toml") {
        let home = Home::with_config(block);
        let seen = see(&mut home.jackin(["providers"]));
        assert_eq!(seen.code, Some(0), "{block}\n{}", seen.err);
        shown += 1;
    }
    assert_eq!(shown, 9);
}

#[test]
fn the_provider_table_is_the_data() {
    let mut rows = String::from(
        "| id | label | key | protocol: base URL | opus / sonnet / haiku | tier |\n\
         |---|---|---|---|---|---|\n",
    );
    let registry = Registry::built_in();
    for provider in registry.providers() {
        let native = registry.agents().iter().find(|agent| agent.native == provider.id);
        let native = native.map(|agent| format!("native to {}", agent.id));
        let endpoints = provider.endpoints().map(|(protocol, endpoint)| {
            let url = endpoint.base_url.as_ref().map_or("from the user", |url| &url.value);
            format!("{protocol}: {url}")
        });
        let tiers = [Slot::Opus, Slot::Sonnet, Slot::Haiku];
        let models = provider.endpoint(Protocol::Anthropic);
        let tier = |e: &Endpoint, slot| {
            let named = e.models().find(|(named, _)| *named == slot);
            named.map(|(_, model)| model.value.clone())
        };
        let models = models.map(|e| match tiers.map(|slot| tier(e, slot)) {
            [Some(opus), Some(sonnet), Some(haiku)] => format!("{opus} / {sonnet} / {haiku}"),
            _ => "the user's choice".to_owned(),
        });
        let cells = [
            provider.id.to_string(),
            provider.label.value.to_string(),
            format!("`{}`", provider.key.value),
            native.into_iter().chain(endpoints).collect::<Vec<_>>().join("; "),
            models.unwrap_or_default(),
            provider.tier.as_str().to_owned(),
        ];
        rows += &format!("| {} |\n", cells.join(" | ")).replace("|  |", "| |");
    }
    assert_part("providers", &rows);
}

#[test]
fn the_matrix_is_the_data() {
    let registry = Registry::built_in();
    let agents: Vec<_> = registry.agents().iter().map(|agent| agent.id.as_str()).collect();
    let mut rows = format!("| | {} |\n|---{}|\n", agents.join(" | "), "|---".repeat(agents.len()));
    for provider in registry.providers() {
        let cells = registry.agents().iter().map(|agent| {
            let native = (provider.id == agent.native).then_some("native");
            let mut spoken = agent.bindings.iter().map(|binding| binding.protocol);
            let served = spoken.find(|protocol| provider.endpoint(*protocol).is_some());
            let served = served.map(Protocol::as_str);
            native.into_iter().chain(served).collect::<Vec<_>>().join(", ")
        });
        rows += &format!("| {} | {} |\n", provider.id, cells.collect::<Vec<_>>().join(" | "));
    }
    let rows = rows.replace("|  |", "| |").replace("|  |", "| |");
    assert_part("agents on providers", &rows);
}

#[test]
fn the_variable_table_is_the_data() {
    let mut rows = String::from("| variable | value | reason |\n|---|---|---|\n");
    let registry = Registry::built_in();
    for var in &*registry.agent("claude").unwrap().bindings[0].vars {
        let value = match &var.source {
            VarSource::Key => "the key".to_owned(),
            VarSource::BaseUrl => "the provider's base URL".into(),
            VarSource::Tier(slot) => format!("the model for {slot}"),
            VarSource::Window => "the window in tokens".into(),
            VarSource::TimeoutMs(usual) => usual.to_string(),
            VarSource::Fixed(text) => text.to_string(),
            _ => unreachable!("no other source"),
        };
        let named = |slot| matches!(slot, Slot::Opus | Slot::Sonnet | Slot::Haiku);
        let stands_in = matches!(var.source, VarSource::Tier(slot) if !named(slot));
        let reason = match var.guard {
            Guard::Off if !stands_in => "redirect",
            Guard::Strict => "guard, only when strict",
            _ => "guard",
        };
        rows += &format!("| `{}` | {value} | {reason} |\n", var.name.as_ref().unwrap());
    }
    assert_part("variables of a redirect", &rows);
}

#[test]
fn the_table_of_hand_overs_is_the_data() {
    let mut rows = String::from("| agent | asked for by | what happens |\n|---|---|---|\n");
    for agent in Registry::built_in().agents() {
        if agent.bindings.is_empty() {
            rows += &format!("| {} | anything | it runs on its own provider alone |\n", agent.id);
            continue;
        }
        assert!(!agent.hand_overs.is_empty(), "nothing is known of {}", agent.id);
        for HandOver { words, fate, .. } in &*agent.hand_overs {
            let quoted = |words: &[_]| {
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            };
            let words = match words {
                Words::Options(options) => quoted(options),
                Words::OptionValue { option, values } => {
                    format!("`{option}` with {}", quoted(values))
                }
                Words::Assignment { options, settings } => {
                    format!("{} with {}", quoted(options), quoted(settings))
                }
                Words::Subcommand(words) => format!("`{}`", words.join(" ")),
                Words::Session(text) => text.to_string(),
                _ => unreachable!("no other words"),
            };
            let fate = match fate {
                HandOverFate::Held(why) => format!("held: {why}"),
                HandOverFate::Refused { because, instead } => {
                    format!("refused, since {because}; {instead}")
                }
                HandOverFate::RefusedIfNamed { because, instead } => format!(
                    "refused, on the native provider as well where that is named, since {because}; {instead}"
                ),
                HandOverFate::Needs { variable, because } => {
                    format!("refused without `{variable}`, since {because}")
                }
                HandOverFate::Open(what) => format!("**not held**: {what}"),
                _ => unreachable!("no other fate"),
            };
            rows += &format!("| {} | {words} | {fate} |\n", agent.id);
        }
    }
    assert_part("ways of handing on", &rows);
}

#[test]
fn the_two_commands_are_the_ones_that_ci_runs() {
    let script = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../.ci/run")).unwrap();
    let commands: Vec<_> = blocks("sh").map(str::trim).collect();
    assert_eq!(commands.len(), 2);
    for command in commands {
        assert!(script.contains(command), ".ci/run should run: {command}");
    }
}

/// The crates that a package is built of on Linux, itself included.
fn built_of(package: &str, options: &[&str]) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none"]);
    tree.args(["--format", "{p}", "--no-dedupe", "--target", "x86_64-unknown-linux-gnu"]);
    tree.args(["--package", package]).args(options).current_dir(env!("CARGO_MANIFEST_DIR"));
    let seen = see(&mut tree);
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    seen.out.lines().map(str::to_owned).collect()
}

/// How many those are.
fn crates(package: &str, options: &[&str]) -> usize {
    built_of(package, options).len()
}

#[test]
fn the_host_parses_no_arguments_and_draws_nothing() {
    let crates = built_of("jackin-host", &["--all-features"]);
    let names: Vec<_> = crates.iter().filter_map(|name| name.split(' ').next()).collect();
    assert!(names.contains(&"jackin-core") && names.contains(&"keyring-core"), "{names:?}");
    for wrong in ["clap", "clap_builder", "ratatui", "crossterm", "anstream"] {
        assert!(!names.contains(&wrong), "{wrong}");
    }
}

#[test]
fn the_crates_are_counted() {
    let core = crates("jackin-core", &[]);
    assert!(core <= 25, "{core}");
    let rooms = crates("jackin-core", &["--features", "edit,export"]);
    let (host, keyring) =
        (crates("jackin-host", &[]), crates("jackin-host", &["--features", "keyring"]));
    let (whole, bare) =
        (crates("jackin-cli", &[]), crates("jackin-cli", &["--no-default-features"]));
    let text = README.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in [
        format!("`jackin-core` is built of {core} crates,"),
        format!("and of {rooms} with `edit` and `export`;"),
        format!("`jackin-host` of {host} on Linux, and of {keyring} with `keyring`;"),
        format!("`jackin-cli` of {whole} on Linux, and of {bare} without its features"),
    ] {
        assert!(text.contains(&sentence), "README.md should say: {sentence}");
    }
}
