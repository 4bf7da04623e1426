//! The built-in data are what providers publish.

#[expect(dead_code, reason = "the launches are for other tests")]
#[path = "../../fixtures/providers.rs"]
mod providers;

use jackin_core::{Endpoint, Registry};
use providers::rows;

#[test]
fn the_built_in_data_is_the_documented_list() {
    let mut data = String::new();
    for provider in Registry::built_in().providers() {
        let prefix = provider.key_prefix.as_deref().unwrap_or("-");
        let (label, key) = (&provider.label.value, &provider.key.value);
        data += &format!("{} | {label} | {key} | {prefix}\n", provider.id);
        for (protocol, endpoint) in provider.endpoints() {
            data += &format!("  {protocol} | {}\n", cells(endpoint).join(" | "));
        }
    }
    // What jackin does not check it need not know.
    let documented = rows().map(|row| match row.split_once(" | (") {
        Some((provider, _)) => format!("{provider} | -\n"),
        None => format!("{row}\n"),
    });
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
