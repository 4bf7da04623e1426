//! Keys of the configuration that jackin does not know, and that were probably meant to be others.
//! Keys that are like none of its own are another program's, but for those of providers.

use jackin_core::{NameOrigin, Unknown};
use serde_json::Value;
use toml_edit::{Document, Item, TableLike};

use super::{ConfigFile, Finding, Seen};
use crate::failure::unknown_hint;
use crate::schema::Schema;

/// Keys that come close to a known one, and unknown ones where only jackin's can be.
pub(super) fn misspelt(seen: &Seen<'_>) -> Vec<Finding> {
    // It is compiled in; a test reads it.
    let Ok(schema) = serde_json::from_str::<Value>(&Schema::Config.text()) else {
        return Vec::new();
    };
    let ids: Vec<_> =
        seen.layers.registry().providers().iter().map(|provider| provider.id.as_str()).collect();
    seen.files.iter().flat_map(|file| in_file(file, &schema, &ids)).collect()
}

fn in_file(file: &ConfigFile, schema: &Value, ids: &[&str]) -> Vec<Finding> {
    let document = Document::parse(file.file.text());
    let Ok(document) = document else { return Vec::new() };
    let mut walk = Walk { file, schema, ids, findings: Vec::new() };
    walk.table(document.as_table(), schema);
    walk.findings
}

struct Walk<'a> {
    file: &'a ConfigFile,
    schema: &'a Value,
    ids: &'a [&'a str],
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    fn table(&mut self, table: &dyn TableLike, schema: &'a Value) {
        let known = schema["properties"].as_object();
        let others = schema.get("additionalProperties");
        for (name, item) in table.iter() {
            let of = known
                .and_then(|known| known.get(name))
                .or_else(|| others.filter(|others| others.is_object()));
            match of.map(|of| self.resolved(of)) {
                Some(of) => self.item(item, of),
                None => self.unknown(
                    table,
                    name,
                    known.into_iter().flat_map(|known| known.keys()),
                    others.is_some(),
                ),
            }
            if name == "providers" {
                self.providers(item);
            }
        }
    }

    fn item(&mut self, item: &Item, schema: &'a Value) {
        if let Some(table) = item.as_table_like() {
            self.table(table, schema);
        }
    }

    /// The schema of a table that this one stands for.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let target = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
        if let Some(found) = target.and_then(|path| self.schema.pointer(path)) {
            return self.resolved(found);
        }
        let choices = schema["anyOf"].as_array().into_iter().flatten();
        let mut tables = choices.map(|choice| self.resolved(choice));
        tables.find(|choice| choice["type"] == "object").unwrap_or(schema)
    }

    /// Providers that have no key of their own and are called nearly as known ones.
    fn providers(&mut self, item: &Item) {
        let Some(table) = item.as_table_like() else { return };
        let own = |item: &Item| item.as_table_like().is_some_and(|own| own.contains_key("key"));
        let strange = table.iter().filter(|(id, item)| !self.ids.contains(id) && !own(item));
        let strange: Vec<_> = strange.map(|(id, _)| id.to_owned()).collect();
        let ids = self.ids;
        for id in strange {
            self.unknown(table, &id, ids.iter(), false);
        }
    }

    fn unknown<S: AsRef<str>>(
        &mut self,
        table: &dyn TableLike,
        name: &str,
        known: impl Iterator<Item = S>,
        closed: bool,
    ) {
        let known: Vec<S> = known.collect();
        let known = known.iter().map(AsRef::as_ref);
        let unknown = Unknown::new("key", name, NameOrigin::Argument, known);
        if !closed && unknown.suggestion.is_none() {
            return;
        }
        let place = self.file.place_of(table.key(name).and_then(toml_edit::Key::span));
        let finding = Finding::problem("unknown-key", unknown.to_string()).at(place);
        self.findings.push(Finding { hint: unknown_hint(&unknown), ..finding });
    }
}
