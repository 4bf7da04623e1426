//! Configuration text as another reader understands it: `toml_edit`, of which jackin uses only the
//! positions, and only to edit.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, TableLike, Value};

/// What a text says, without how it says it.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// A string.
    Text(String),
    /// Anything else that holds nothing: as it is written.
    Other(String),
    /// An array, or an array of tables.
    List(Vec<Data>),
    /// A table of any kind.
    Table(BTreeMap<String, Data>),
}

impl Data {
    /// What a text says; nothing if it is not TOML.
    pub fn read(text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        Some(Self::of_table(document.as_table(), text))
    }

    fn of_table(table: &dyn TableLike, text: &str) -> Self {
        let entries = table.iter().map(|(name, item)| (name.to_owned(), Self::of(item, text)));
        Self::Table(entries.collect())
    }

    fn of(item: &Item, text: &str) -> Self {
        match item {
            Item::Value(value) => Self::of_value(value, text),
            Item::Table(table) => Self::of_table(table, text),
            Item::ArrayOfTables(tables) => {
                Self::List(tables.iter().map(|table| Self::of_table(table, text)).collect())
            }
            Item::None => Self::Other(String::new()),
        }
    }

    fn of_value(value: &Value, text: &str) -> Self {
        match value {
            Value::String(string) => Self::Text(string.value().clone()),
            Value::Array(array) => {
                Self::List(array.iter().map(|value| Self::of_value(value, text)).collect())
            }
            Value::InlineTable(table) => Self::of_table(table, text),
            other => Self::Other(other.span().map_or("", |span| &text[span]).to_owned()),
        }
    }

    /// What stands under a path.
    pub fn get(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |data, name| match data {
            Self::Table(entries) => entries.get(*name),
            _ => None,
        })
    }

    /// The string, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The same without what stands under a path, and without tables that hold nothing.
    #[must_use]
    pub fn without(mut self, path: &[&str]) -> Self {
        self.remove(path);
        self
    }

    fn remove(&mut self, path: &[&str]) {
        let Self::Table(entries) = self else { return };
        match path {
            [last] => _ = entries.remove(*last),
            [first, rest @ ..] => {
                entries.get_mut(*first).into_iter().for_each(|inner| inner.remove(rest));
            }
            [] => {}
        }
        entries.values_mut().for_each(|inner| inner.remove(&[]));
        entries.retain(|_, inner| *inner != Self::Table(BTreeMap::new()));
    }

    /// Every path in it that is made of tables' names.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let Self::Table(entries) = self else { return Vec::new() };
        let mut paths = Vec::new();
        for (name, inner) in entries {
            paths.push(vec![name.clone()]);
            paths.extend(inner.paths().into_iter().map(|path| [vec![name.clone()], path].concat()));
        }
        paths
    }
}

/// The variables of one `[env]` and the lines, counted from 1, of their names; the path leads to
/// the table that has it.
pub fn env_lines(text: &str, path: &[&str]) -> BTreeMap<String, usize> {
    let Ok(document) = Document::parse(text) else { return BTreeMap::new() };
    let mut table: &dyn TableLike = document.as_table();
    for name in path.iter().chain(&["env"]) {
        let Some(inner) = table.get(name).and_then(Item::as_table_like) else {
            return BTreeMap::new();
        };
        table = inner;
    }
    let line = |name: &str| {
        let start = table.key(name).and_then(toml_edit::Key::span).expect("a place").start;
        text[..start].matches('\n').count() + 1
    };
    table.iter().map(|(name, _)| (name.to_owned(), line(name))).collect()
}
