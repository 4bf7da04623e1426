//! Where a path leads in a text, and what a change does there.

use std::{cmp::Reverse, ops::Range};

use toml_edit::{Document, InlineTable, Item, Key, TableLike, Value};

use super::{
    EditError, TomlValue, inline,
    lines::{append_table, insert_line, line_end, line_start, next_line, splice},
    value::key,
};

/// Where a path leads.
pub(super) struct Place<'a> {
    /// What is at its end.
    pub(super) item: Option<&'a Item>,
    /// The tables on the way, the root first.
    tables: Vec<&'a dyn TableLike>,
    /// The last of them with a text of its own: new lines or entries go there.
    host: Host,
    /// How many keys of the path lead to the host.
    depth: usize,
}

/// A table with a text of its own; dotted keys make tables without one.
enum Host {
    Root,
    /// With a header, in this range.
    Header(Range<usize>),
    /// Between braces, in this range.
    Inline(Range<usize>),
    /// Only the headers of the tables below it say that it is there.
    Implied,
}

impl<'a> Place<'a> {
    pub(super) fn find(document: &'a Document<&str>, path: &[&str]) -> Result<Self, EditError> {
        let mut table: &dyn TableLike = document.as_table();
        let mut place = Self { item: None, tables: vec![table], host: Host::Root, depth: 0 };
        for (at, key) in (1..).zip(path) {
            let Some(item) = table.get(key) else { break };
            if at == path.len() {
                place.item = Some(item);
                break;
            }
            table = item.as_table_like().ok_or(EditError::NoTable)?;
            place.tables.push(table);
            if let Some(host) = Host::of(item)? {
                (place.host, place.depth) = (host, at);
            }
        }
        Ok(place)
    }

    /// Whether it is between braces, where no comment can follow a value.
    pub(super) const fn is_inline(&self) -> bool {
        matches!(self.host, Host::Inline(_))
    }

    /// The text with another value, and with another comment after it if a note says so.
    pub(super) fn replace(
        &self,
        text: &str,
        old: &Value,
        value: &TomlValue,
        note: Option<&str>,
    ) -> Result<String, EditError> {
        let Range { start, end } = old.span().ok_or(EditError::Tangled)?;
        let value = value.as_toml();
        Ok(if note.is_none() || self.is_inline() {
            splice(text, start..end, value)
        } else {
            splice(text, start..line_end(text, end), &format!("{value}{}", comment(note)))
        })
    }

    /// The text with a value where there is none.
    pub(super) fn insert(
        &self,
        text: &str,
        path: &[&str],
        value: &TomlValue,
        note: Option<&str>,
    ) -> String {
        let (value, comment) = (value.as_toml(), comment(note));
        let entry = format!("{} = {value}", key(&path[self.depth..]));
        let header = match &self.host {
            Host::Inline(braces) => {
                return inline::insert(text, braces, self.last_entry(), &entry);
            }
            Host::Root => None,
            Host::Header(header) => Some(header.end),
            Host::Implied => return append_table(text, path, value, &comment),
        };
        if self.is_entry(path) {
            insert_line(text, self.last_entry().or(header), &format!("{entry}{comment}"))
        } else {
            append_table(text, path, value, &comment)
        }
    }

    /// Whether a value under the path is an entry of the host: with one key, or with dotted keys
    /// that are there already.
    const fn is_entry(&self, path: &[&str]) -> bool {
        self.tables.len() > self.depth + 1 || path.len() == self.depth + 1
    }

    /// Where the entry ends that a new one follows: dotted keys stay together, another one follows
    /// the last entry of the host.
    fn last_entry(&self) -> Option<usize> {
        let mut siblings = self.tables[self.depth..].iter().rev();
        siblings.find_map(|table| entry_ends(*table).into_iter().max())
    }

    /// The text without the item that the path leads to.
    pub(super) fn cut(&self, text: &str, path: &[&str], item: &Item) -> Result<String, EditError> {
        if let Host::Inline(braces) = &self.host {
            let end = item.span().ok_or(EditError::Tangled)?.end;
            return inline::cut(text, braces, &entry_ends(self.tables[self.depth]), end);
        }
        let depth = self.tables.len() - 1;
        let mut lines = Vec::new();
        whole_lines(text, item, self.tables[depth].key(path[depth]), &mut lines)?;
        lines.sort_by_key(|line| Reverse(line.start));
        Ok(lines.into_iter().fold(text.to_owned(), |text, line| splice(&text, line, "")))
    }
}

impl Host {
    /// The text of a table; nothing for one made of dotted keys.
    fn of(item: &Item) -> Result<Option<Self>, EditError> {
        match item {
            Item::Table(table) if table.is_dotted() => Ok(None),
            Item::Table(table) if table.is_implicit() => Ok(Some(Self::Implied)),
            Item::Table(table) => {
                table.span().map(|header| Some(Self::Header(header))).ok_or(EditError::Tangled)
            }
            Item::Value(value) if is_dotted(value) => Ok(None),
            Item::Value(value) => {
                value.span().map(|braces| Some(Self::Inline(braces))).ok_or(EditError::Tangled)
            }
            _ => Err(EditError::NoTable),
        }
    }
}

/// Whether a value is a table that dotted keys make between braces.
pub(super) fn is_dotted(value: &Value) -> bool {
    value.as_inline_table().is_some_and(InlineTable::is_dotted)
}

fn comment(note: Option<&str>) -> String {
    let note = note.filter(|note| !note.is_empty());
    note.map_or_else(String::new, |note| format!(" # {note}"))
}

/// Where the values end that a table's own entries hold; tables with headers are not in its text.
fn entry_ends(table: &dyn TableLike) -> Vec<usize> {
    let values = table.get_values();
    values.into_iter().filter_map(|(_, value)| Some(value.span()?.end)).collect()
}

/// The lines that an item takes.
fn whole_lines(
    text: &str,
    item: &Item,
    key: Option<&Key>,
    lines: &mut Vec<Range<usize>>,
) -> Result<(), EditError> {
    let span = match item {
        Item::Value(value) => {
            let key = key.and_then(Key::span).ok_or(EditError::Tangled)?;
            Some(key.start..value.span().ok_or(EditError::Tangled)?.end)
        }
        Item::Table(table) if table.is_dotted() => None,
        // A table that only the headers below it imply has no lines that could be cut.
        Item::Table(table) if table.is_implicit() => return Err(EditError::Tangled),
        Item::Table(table) => Some(table.span().ok_or(EditError::Tangled)?),
        _ => return Err(EditError::Tangled),
    };
    lines.extend(span.map(|span| line_start(text, span.start)..next_line(text, span.end)));
    let table = item.as_table().into_iter();
    table
        .flat_map(|table| table.iter().map(|(name, inner)| (table.key(name), inner)))
        .try_for_each(|(key, inner)| whole_lines(text, inner, key, lines))
}
