//! Settings that jackin does not read where they stand and that would send a provider's key elsewhere if
//! it did, such as `base_url` beside `key` and not in a protocol's table. Whoever wrote one means the key
//! to go there, so the provider cannot be used until it is mended. Nothing else is refused here: other
//! programs have keys of their own in the same file.

use crate::{
    config::{
        ConfigError,
        reader::{Entry, Table},
    },
    model::{Protocol, fields},
    names::ProviderId,
};

/// Names under which an address is written, without what separates their words.
const ADDRESSES: [&str; 6] = ["baseurl", "url", "apiurl", "apibase", "apibaseurl", "endpoint"];

/// The first such setting in `[providers.ID]`.
pub(super) fn of_provider(table: &Table<'_>) -> Option<ConfigError> {
    let unknown = |entry: &Entry<'_>| fields::PROVIDER.iter().all(|known| known.name != entry.key);
    let mut entries = table.entries().into_iter();
    entries.find_map(|entry| match entry.as_table() {
        Some(protocol) if unknown(&entry) => {
            address_in(&protocol).map(|address| address.misplaced())
        }
        Some(protocol) if is_protocol(entry.key) => {
            let misspelt = |address: &Entry<'_>| address.key != BASE_URL;
            address_in(&protocol).filter(misspelt).map(|address| address.misplaced())
        }
        None if unknown(&entry) && is_address(&entry) => Some(entry.misplaced()),
        _ => None,
    })
}

/// Tables of a scope that are called like a provider, or are in one called `provider`, and hold an
/// address.
pub(super) fn outside_of_providers(scope: &Table<'_>) -> Vec<(ProviderId, ConfigError)> {
    let own = |entry: Entry<'_>| {
        let table = entry.as_table()?;
        let id = entry.key.parse().ok()?;
        Some((id, address_below(&table)?.misplaced()))
    };
    let mut found = Vec::new();
    for entry in scope.entries() {
        match entry.key {
            "providers" | "roles" | "env" => {}
            "provider" => {
                let table = entry.as_table();
                found.extend(table.iter().flat_map(Table::entries).filter_map(own));
            }
            _ => found.extend(own(entry)),
        }
    }
    found
}

/// The key of an address where it is read.
const BASE_URL: &str = fields::named(fields::ENDPOINT, "base_url");

fn is_protocol(name: &str) -> bool {
    Protocol::ALL.iter().any(|protocol| protocol.as_str() == name)
}

fn is_address(entry: &Entry<'_>) -> bool {
    let letters = entry.key.chars().filter(char::is_ascii_alphanumeric);
    let name: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    entry.str().is_ok() && ADDRESSES.contains(&&*name)
}

/// The first address of a table; the one that is read does not hide one that is not.
fn address_in<'a>(table: &Table<'a>) -> Option<Entry<'a>> {
    let mut addresses: Vec<_> = table.entries().into_iter().filter(is_address).collect();
    addresses.sort_by_key(|address| address.key == BASE_URL);
    addresses.into_iter().next()
}

/// The first address of a table or of a protocol's table in it.
fn address_below<'a>(table: &Table<'a>) -> Option<Entry<'a>> {
    let protocols = table.entries().into_iter().filter(|entry| is_protocol(entry.key));
    address_in(table)
        .or_else(|| protocols.filter_map(|entry| address_in(&entry.as_table()?)).next())
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Document};

    fn refused(text: &str) -> Vec<String> {
        let global = Some(Document::global("c", text).unwrap());
        let layers = Config { global, ..Config::default() }.layers(None).unwrap();
        layers.refused().map(|(id, why)| format!("{id}: {why}")).collect()
    }

    #[test]
    fn an_address_in_a_wrong_place_names_its_place() {
        for (text, id, place) in [
            ("[providers.zai]\nbase_url = 'https://x'", "zai", "c:2: `providers.zai.base_url`"),
            ("[providers.zai]\nurl = 'https://x'", "zai", "c:2: `providers.zai.url`"),
            (
                "[providers.zai.openai]\nbase_url = 'https://x'",
                "zai",
                "c:2: `providers.zai.openai.base_url`",
            ),
            (
                "[providers.zai.anthropic]\nbase-url = 'https://x'\nbase_url = 'https://y'",
                "zai",
                "c:2: `providers.zai.anthropic.base-url`",
            ),
            ("[zai]\nbase_url = 'https://x'", "zai", "c:2: `zai.base_url`"),
            ("[zai.anthropic]\nbase_url = 'https://x'", "zai", "c:2: `zai.anthropic.base_url`"),
            ("[provider.zai]\nbase_url = 'https://x'", "zai", "c:2: `provider.zai.base_url`"),
            (
                "[provider.zai.anthropic]\nbase_url = 'https://x'",
                "zai",
                "c:2: `provider.zai.anthropic.base_url`",
            ),
        ] {
            let said = refused(text);
            assert!(
                said[..].len() == 1 && said[0].starts_with(&format!("{id}: {place} ")),
                "{said:?}"
            );
        }
    }

    #[test]
    fn what_is_in_its_place_or_is_another_programs_is_left_alone() {
        for text in [
            "[providers.zai.anthropic]\nbase_url = 'https://x'",
            "[providers.zai]\nhost = 'x'\nsource = 'https://x'\nrequest_url = 'https://x'",
            "[docker]\nbase_url = 'x'\nurl = 'y'",
            "base_url = 'x'",
            "[providers.zai]\nunknown = 'x'",
            "[providers.zai]\nurl = 1",
        ] {
            assert_eq!(refused(text), [""; 0], "{text}");
        }
    }
}
