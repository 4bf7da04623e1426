//! The built-in data are what providers publish, and their comment lists every key.
#![expect(clippy::disallowed_methods, reason = "a test writes the comment")]

#[expect(dead_code, reason = "the comment needs no more")]
#[path = "../src/model/fields.rs"]
mod fields;
#[expect(dead_code, reason = "the launches are for other tests")]
#[path = "../../fixtures/providers.rs"]
mod providers;

use std::{env, fs};

use fields::{Field, Kind, Place};
use jackin_core::{Endpoint, Registry};
use providers::rows;

#[test]
fn the_built_in_data_is_the_documented_list() {
    let mut data = String::new();
    for provider in Registry::built_in().providers() {
        let prefixes = provider.key_prefixes.join(", ");
        let prefix = if prefixes.is_empty() { "-" } else { &prefixes };
        let (label, key) = (&provider.label.value, &provider.key.value);
        data += &format!("{} | {label} | {key} | {prefix}\n", provider.id);
        for (protocol, endpoint) in provider.endpoints() {
            data += &format!("  {protocol} | {}\n", cells(endpoint).join(" | "));
        }
    }
    let documented = rows().map(|row| format!("{row}\n"));
    assert_eq!(data, documented.collect::<String>());
}

fn cells(endpoint: &Endpoint) -> [String; 4] {
    let models = endpoint.models().map(|(slot, model)| format!("{slot} {}", model.value));
    let models = models.collect::<Vec<_>>().join(", ");
    let empty = endpoint.empty.iter().flat_map(|empty| empty.value.iter());
    let empty = empty.map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let url = endpoint.base_url.as_ref().map(|url| url.value.to_string());
    let window = endpoint.window.as_ref().map(|window| window.value.to_string());
    [url, Some(models), window, Some(empty)].map(|cell| match cell {
        Some(cell) if !cell.is_empty() => cell,
        _ => "-".to_owned(),
    })
}

/// With `JACKIN_BLESS=1` it writes the comment.
#[test]
fn the_comment_of_the_data_lists_every_key() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/providers.toml");
    let text = fs::read_to_string(path).unwrap();
    let start = text.find("#   [providers.ID]\n").unwrap();
    let end = start + text[start..].find("#\n").unwrap();
    let list = format!(
        "#   [providers.ID]\n{}#   [providers.ID.PROTOCOL]\n{}",
        comment(fields::PROVIDER),
        comment(fields::ENDPOINT)
    );
    if env::var("JACKIN_BLESS").is_ok_and(|value| value == "1") {
        fs::write(path, [&text[..start], &list, &text[end..]].concat()).unwrap();
    } else {
        assert_eq!(&text[start..end], list, "JACKIN_BLESS=1 writes the comment");
    }
}

fn comment(fields: &[Field]) -> String {
    let line = |field: &Field| {
        let only = match field.place {
            Place::Anywhere => "",
            Place::BuiltIn => " Only here.",
            Place::User => " Only in a user's configuration.",
        };
        let name = match field.kind {
            Kind::Endpoint | Kind::Guide | Kind::Hosts => format!("[{}]", field.name),
            _ => field.name.to_owned(),
        };
        format!("#     {name:18} {}{only}\n", field.about)
    };
    fields.iter().map(line).collect()
}
