//! Single values of a configuration text, set and unset. Outside the edited value every byte stays:
//! the text is cut at the places that the parser tells, never written anew. It touches no file.

mod inline;

use std::{collections::BTreeMap, ops::Range};

use toml_edit::{Document, Item, TableLike};
use toml_writer::{ToTomlKey as _, ToTomlValue as _, TomlKeyBuilder, TomlStringBuilder};

/// Why a text was not edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It is not TOML.
    Syntax,
    /// Something on the way to the value is no table.
    NoTable,
    /// It is written in a way that cannot be cut safely.
    Tangled,
}

/// A string as TOML, on one line.
pub(crate) fn string(text: &str) -> String {
    let string = TomlStringBuilder::new(text);
    if text.contains(['\n', '\r']) {
        string.as_basic().to_toml_value()
    } else {
        string.as_default().to_toml_value()
    }
}

/// Strings as a TOML array.
pub(crate) fn array<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    format!("[{}]", items.into_iter().map(string).collect::<Vec<_>>().join(", "))
}

/// An inline table of values that are TOML already.
pub(crate) fn table<'a>(entries: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let entry = |(name, value): (&str, String)| format!("{} = {value}", key(&[name]));
    format!("{{ {} }}", entries.into_iter().map(entry).collect::<Vec<_>>().join(", "))
}

fn key(path: &[&str]) -> String {
    let keys = path.iter().map(|key| TomlKeyBuilder::new(key).as_default().to_toml_key());
    keys.collect::<Vec<_>>().join(".")
}

/// The text with a value, which is TOML already, under a path; a note becomes the comment behind it,
/// a blank one takes it away.
pub(crate) fn set(
    text: &str,
    path: &[&str],
    value: &str,
    note: Option<&str>,
) -> Result<String, Problem> {
    let comment = note.filter(|note| !note.is_empty());
    let comment = comment.map_or_else(String::new, |note| format!(" # {note}"));
    let edited = {
        let document = parsed(text)?;
        let place = Place::find(&document, path)?;
        match place.item {
            Some(Item::Value(old)) if !is_dotted(old) => {
                let span = old.span().ok_or(Problem::Tangled)?;
                let line = line_end(text, span.end);
                // A comment inside an inline table would swallow what follows.
                let end = if note.is_some() && !place.inline() { line } else { span.end };
                let comment = if place.inline() { "" } else { &comment };
                splice(text, span.start..end, &format!("{value}{comment}"))
            }
            Some(_) => {
                let without = unset(text, path)?.ok_or(Problem::Tangled)?;
                let with = set(&without, path, value, note)?;
                // Which line breaks the text has must not go with the last of them.
                let told = without.contains('\n');
                if told { with } else { with.replace('\n', newline(text)) }
            }
            None => place.insert(text, path, value, &comment)?,
        }
    };
    checked(text, edited, path)
}

/// The text without what stands under a path; nothing if nothing does.
pub(crate) fn unset(text: &str, path: &[&str]) -> Result<Option<String>, Problem> {
    let document = parsed(text)?;
    let place = Place::find(&document, path)?;
    let Some(item) = place.item else { return Ok(None) };
    let edited = if let Kind::Inline(braces) = &place.host.kind {
        if let Some(entries) =
            item.as_table_like().filter(|_| item.as_value().is_some_and(is_dotted))
        {
            return each_unset(text, path, entries.iter().map(|(name, _)| name)).map(Some);
        }
        let end = item.span().ok_or(Problem::Tangled)?.end;
        inline::cut(text, braces, &place.host_ends()?, end)?
    } else {
        let mut lines = Vec::new();
        whole_lines(text, item, place.key_start(path)?, &mut lines)?;
        lines.sort_by_key(|line: &Range<usize>| std::cmp::Reverse(line.start));
        lines.into_iter().fold(text.to_owned(), |text, line| splice(&text, line, ""))
    };
    checked(text, edited, path).map(Some)
}

/// The text without the entries of a dotted table.
fn each_unset<'a>(
    text: &str,
    path: &[&'a str],
    names: impl Iterator<Item = &'a str>,
) -> Result<String, Problem> {
    let mut text = text.to_owned();
    for name in names {
        text = unset(&text, &[path, &[name]].concat())?.ok_or(Problem::Tangled)?;
    }
    Ok(text)
}

/// The comment behind the value under a path.
pub(crate) fn note<'a>(text: &'a str, path: &[&str]) -> Option<&'a str> {
    let document = parsed(text).ok()?;
    let place = Place::find(&document, path).ok()?;
    let end = place.item?.as_value().filter(|_| !place.inline())?.span()?.end;
    text[end..line_end(text, end)].trim().strip_prefix('#').map(str::trim)
}

/// The keys at the top of a text; none if it is not TOML.
pub(crate) fn keys(text: &str) -> Vec<String> {
    let document = parsed(text);
    document.iter().flat_map(|document| document.iter()).map(|(key, _)| key.to_owned()).collect()
}

fn parsed(text: &str) -> Result<Document<&str>, Problem> {
    Document::parse(text).map_err(|_| Problem::Syntax)
}

/// Where a path leads: the tables on the way, and what stands at its end.
struct Place<'a> {
    /// Every table on the way, the root first.
    tables: Vec<&'a dyn TableLike>,
    /// The last of them that has a text of its own: the root, one with a header, an inline one.
    host: Host,
    item: Option<&'a Item>,
}

/// A table that lines or entries are written into.
#[derive(Debug, Clone)]
struct Host {
    /// How many keys of the path lead to it.
    depth: usize,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Root,
    /// The header's place.
    Header(Range<usize>),
    /// The braces' place.
    Inline(Range<usize>),
    /// It exists only because of a table below it.
    Implied,
}

impl<'a> Place<'a> {
    fn find(document: &'a Document<&str>, path: &[&str]) -> Result<Self, Problem> {
        let mut place = Self {
            tables: vec![document.as_table()],
            host: Host { depth: 0, kind: Kind::Root },
            item: None,
        };
        for (depth, key) in path.iter().enumerate() {
            let table = *place.tables.last().ok_or(Problem::Tangled)?;
            let Some(item) = table.get(key) else { break };
            if depth + 1 == path.len() {
                place.item = Some(item);
                break;
            }
            place.tables.push(item.as_table_like().ok_or(Problem::NoTable)?);
            if let Some(kind) = Kind::of(item)? {
                place.host = Host { depth: depth + 1, kind };
            }
        }
        Ok(place)
    }

    const fn inline(&self) -> bool {
        matches!(self.host.kind, Kind::Inline(_))
    }

    /// Where the last key of the path stands.
    fn key_start(&self, path: &[&str]) -> Result<usize, Problem> {
        let depth = self.tables.len() - 1;
        let span = self.tables[depth].key(path[depth]).and_then(toml_edit::Key::span);
        span.map(|span| span.start).ok_or(Problem::Tangled)
    }

    fn insert(
        &self,
        text: &str,
        path: &[&str],
        value: &str,
        comment: &str,
    ) -> Result<String, Problem> {
        let Host { depth, kind } = &self.host;
        let entry = format!("{} = {value}", key(&path[*depth..]));
        let known = self.tables.len() - 1;
        let siblings = self.tables.get(*depth..).unwrap_or_default();
        // Dotted keys stay together; else an entry follows the last one of its host.
        let last = siblings.iter().rev().find_map(|table| last_entry(*table));
        match kind {
            Kind::Inline(braces) => Ok(inline::insert(text, braces, last, &entry)),
            Kind::Root | Kind::Header(_) if known > *depth || path.len() == depth + 1 => {
                let header = match kind {
                    Kind::Header(header) => Some(header.end),
                    _ => None,
                };
                Ok(insert_line(text, last.or(header), &format!("{entry}{comment}")))
            }
            _ => Ok(append_table(text, path, value, comment)),
        }
    }

    /// Where the entries of the host end.
    fn host_ends(&self) -> Result<Vec<usize>, Problem> {
        let mut ends = Vec::new();
        leaf_ends(*self.tables.get(self.host.depth).ok_or(Problem::Tangled)?, &mut ends);
        Ok(ends)
    }
}

impl Kind {
    /// What a table is to those who write into it; nothing for one made of dotted keys.
    fn of(item: &Item) -> Result<Option<Self>, Problem> {
        match item {
            Item::Table(table) if table.is_dotted() => Ok(None),
            Item::Table(table) if table.is_implicit() => Ok(Some(Self::Implied)),
            Item::Table(table) => table.span().map(Self::Header).map(Some).ok_or(Problem::Tangled),
            Item::Value(value) if is_dotted(value) => Ok(None),
            Item::Value(value) => value.span().map(Self::Inline).map(Some).ok_or(Problem::Tangled),
            _ => Err(Problem::NoTable),
        }
    }
}

fn is_dotted(value: &toml_edit::Value) -> bool {
    value.as_inline_table().is_some_and(toml_edit::InlineTable::is_dotted)
}

/// Where the values that a table's own entries hold end; tables with headers are not its own text.
fn leaf_ends(table: &dyn TableLike, ends: &mut Vec<usize>) {
    for (_, item) in table.iter() {
        match item {
            Item::Table(inner) if inner.is_dotted() => leaf_ends(inner, ends),
            Item::Value(value) if is_dotted(value) => {
                item.as_table_like().into_iter().for_each(|inner| leaf_ends(inner, ends));
            }
            Item::Value(value) => ends.extend(value.span().map(|span| span.end)),
            _ => {}
        }
    }
}

fn last_entry(table: &dyn TableLike) -> Option<usize> {
    let mut ends = Vec::new();
    leaf_ends(table, &mut ends);
    ends.into_iter().max()
}

/// The lines that an item takes, whose key stands at `start`.
fn whole_lines(
    text: &str,
    item: &Item,
    start: usize,
    lines: &mut Vec<Range<usize>>,
) -> Result<(), Problem> {
    match item {
        Item::Value(value) => {
            let end = value.span().ok_or(Problem::Tangled)?.end;
            lines.push(line_start(text, start)..next_line(text, end));
        }
        Item::Table(table) => {
            if !table.is_dotted() {
                let header = table.span().filter(|_| !table.is_implicit());
                let header = header.ok_or(Problem::Tangled)?;
                lines.push(line_start(text, header.start)..next_line(text, header.end));
            }
            for (name, inner) in table.iter() {
                let start = table.key(name).and_then(toml_edit::Key::span);
                whole_lines(text, inner, start.ok_or(Problem::Tangled)?.start, lines)?;
            }
        }
        _ => return Err(Problem::Tangled),
    }
    Ok(())
}

/// The text with a line behind the one that a place is in, or before all others.
fn insert_line(text: &str, after: Option<usize>, line: &str) -> String {
    let Some(after) = after else {
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let gap = if text.len() > start { newline(text) } else { "" };
        return splice(text, start..start, &format!("{line}{}{gap}", newline(text)));
    };
    let indent = indent(text, after);
    let end = next_line(text, after);
    if text[..end].ends_with('\n') {
        splice(text, end..end, &format!("{indent}{line}{}", newline(text)))
    } else {
        splice(text, end..end, &format!("{}{indent}{line}", newline(text)))
    }
}

/// The text with a table of its own at the end for the value.
fn append_table(text: &str, path: &[&str], value: &str, comment: &str) -> String {
    let newline = newline(text);
    let empty = text.trim_start_matches('\u{feff}').is_empty();
    let end = if empty || text.ends_with('\n') { "" } else { newline };
    let gap = if empty { "" } else { newline };
    let (name, table) = path.split_last().map_or(("", path), |(name, table)| (*name, table));
    let (header, name) = (key(table), key(&[name]));
    format!("{text}{end}{gap}[{header}]{newline}{name} = {value}{comment}{newline}")
}

fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |before| before + 1)
}

/// The blanks that the line begins with that a place is in.
fn indent(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Where the line ends that a place is in, before its line break.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

fn splice(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// The edited text, if it is TOML and says everywhere else what it said.
fn checked(text: &str, edited: String, path: &[&str]) -> Result<String, Problem> {
    let others = |text: &str| -> Result<BTreeMap<Vec<String>, String>, Problem> {
        let document = parsed(text)?;
        let mut found = BTreeMap::new();
        leaves(document.as_table(), &mut Vec::new(), text, &mut found);
        found.retain(|other: &Vec<String>, _| !other.iter().zip(path).all(|(a, b)| a == b));
        Ok(found)
    };
    match others(&edited) {
        Ok(after) if after == others(text)? => Ok(edited),
        _ => Err(Problem::Tangled),
    }
}

/// Every value with its path, as it is written.
fn leaves(
    table: &dyn TableLike,
    path: &mut Vec<String>,
    text: &str,
    found: &mut BTreeMap<Vec<String>, String>,
) {
    for (name, item) in table.iter() {
        path.push(name.to_owned());
        if let Some(inner) = item.as_table_like() {
            leaves(inner, path, text, found);
        } else if let Some(tables) = item.as_array_of_tables() {
            for (at, inner) in tables.iter().enumerate() {
                path.push(at.to_string());
                leaves(inner, path, text, found);
                path.pop();
            }
        } else if let Some(span) = item.span() {
            found.insert(path.clone(), text[span].to_owned());
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests;
