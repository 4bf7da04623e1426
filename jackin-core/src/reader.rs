//! Walks parsed TOML and says file, line and key of whatever is wrong. It never quotes the text:
//! the parser's own messages do, and the line at fault may hold a key.

use std::{str::FromStr, sync::Arc};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use crate::{
    error::{ConfigError, Place},
    names::NameError,
    scope::{Scope, Source, Sourced},
};

type Key<'a> = Spanned<DeString<'a>>;
type Value<'a> = Spanned<DeValue<'a>>;

/// A parsed text. What only an error asks for, the path of a key, is worked out then.
struct Document<'a> {
    file: &'a Arc<str>,
    lines: Lines,
    root: &'a DeTable<'a>,
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect())
    }

    /// The line of an offset, counted from 1.
    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }
}

/// Parses a text and hands its root table to `read`.
pub(crate) fn with_root<T>(
    file: &Arc<str>,
    text: &str,
    read: impl FnOnce(&Table<'_>) -> Result<T, ConfigError>,
) -> Result<T, ConfigError> {
    let lines = Lines::new(text);
    let root = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = lines.line(offset);
        let start = lines.0[line - 1];
        let column = text.get(start..offset).map_or(1, |before| before.chars().count() + 1);
        ConfigError::Syntax { file: file.clone(), line, column }
    })?;
    let table = root.get_ref();
    read(&Table { document: &Document { file, lines, root: table }, table })
}

/// A table of a text.
pub(crate) struct Table<'a> {
    document: &'a Document<'a>,
    table: &'a DeTable<'a>,
}

/// A value under a key of a table.
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    at: usize,
    document: &'a Document<'a>,
    value: &'a DeValue<'a>,
}

impl<'a> Table<'a> {
    /// The value under a key, if there is one.
    pub(crate) fn get(&self, key: &str) -> Option<Entry<'a>> {
        self.table.get_key_value(key).map(|(key, value)| self.entry(key, value))
    }

    /// Every value, in the order of the text.
    pub(crate) fn entries(&self) -> Vec<Entry<'a>> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(|(key, value)| self.entry(key, value)).collect()
    }

    /// The table under a key, if there is one.
    pub(crate) fn table(&self, key: &str) -> Result<Option<Self>, ConfigError> {
        self.get(key).map(|entry| entry.table()).transpose()
    }

    /// What `read` makes of the value under a key, if there is one.
    pub(crate) fn parsed<T>(
        &self,
        key: &str,
        scope: Scope,
        read: impl FnOnce(&Entry<'a>) -> Result<T, ConfigError>,
    ) -> Result<Option<Sourced<T>>, ConfigError> {
        let Some(entry) = self.get(key) else { return Ok(None) };
        Ok(Some(Sourced::new(read(&entry)?, entry.source(scope))))
    }

    /// The string under a key, if there is one.
    pub(crate) fn str<T: From<String>>(
        &self,
        key: &str,
        scope: Scope,
    ) -> Result<Option<Sourced<T>>, ConfigError> {
        self.parsed(key, scope, |entry| entry.str().map(|text| text.to_owned().into()))
    }

    /// The boolean under a key, if there is one.
    pub(crate) fn bool(
        &self,
        key: &str,
        scope: Scope,
    ) -> Result<Option<Sourced<bool>>, ConfigError> {
        self.parsed(key, scope, |entry| {
            entry.value.as_bool().ok_or_else(|| entry.wrong_type("true or false"))
        })
    }

    /// The positive whole number under a key, if there is one.
    pub(crate) fn count(
        &self,
        key: &str,
        scope: Scope,
    ) -> Result<Option<Sourced<u64>>, ConfigError> {
        self.parsed(key, scope, |entry| {
            let count = entry.value.as_integer().and_then(|digits| {
                u64::from_str_radix(digits.as_str(), digits.radix()).ok().filter(|count| *count > 0)
            });
            count.ok_or_else(|| entry.wrong_type("a positive whole number"))
        })
    }

    fn entry(&self, key: &'a Key<'a>, value: &'a Value<'a>) -> Entry<'a> {
        let (key, at) = (key.get_ref(), key.span().start);
        Entry { key, at, document: self.document, value: value.get_ref() }
    }
}

/// The path to the key that stands at an offset, as errors may show it.
fn path(table: &DeTable<'_>, at: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = shown(key.get_ref());
        if key.span().start == at {
            return Some(name.to_owned());
        }
        Some(format!("{name}.{}", path(value.get_ref().as_table()?, at)?))
    })
}

/// A key as errors may show it: a key of jackin's own, a variable, a plain word. A secret that was
/// written where a name belongs is most likely none of these.
fn shown(name: &str) -> &str {
    let variable = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let word = |b: u8| b.is_ascii_lowercase() || b == b'_' || b == b'-';
    let fits = name.bytes().all(variable) || (name.len() <= 20 && name.bytes().all(word));
    if fits { name } else { "…" }
}

impl<'a> Entry<'a> {
    /// The value as a table.
    pub(crate) fn table(&self) -> Result<Table<'a>, ConfigError> {
        let table = self.value.as_table().ok_or_else(|| self.wrong_type("a table"))?;
        Ok(Table { document: self.document, table })
    }

    /// The value as a table, if it is one.
    pub(crate) fn as_table(&self) -> Option<Table<'a>> {
        self.value.as_table().map(|table| Table { document: self.document, table })
    }

    /// The value as a string.
    pub(crate) fn str(&self) -> Result<&'a str, ConfigError> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string in quotes"))
    }

    /// The value as a list of strings.
    pub(crate) fn strings(&self) -> Result<Vec<&'a str>, ConfigError> {
        let wrong = || self.wrong_type("a list of strings in quotes");
        let list = self.value.as_array().ok_or_else(wrong)?;
        list.iter().map(|value| value.get_ref().as_str().ok_or_else(wrong)).collect()
    }

    /// The value as TOML's own moment, if it is one.
    pub(crate) fn datetime(&self) -> Option<String> {
        self.value.as_datetime().map(ToString::to_string)
    }

    /// The value as a list of names.
    pub(crate) fn names<T: FromStr<Err = NameError>>(&self) -> Result<Vec<T>, ConfigError> {
        let wrong = || self.wrong_type("a list of variable names");
        let names = self.strings().map_err(|_| wrong())?;
        names.iter().map(|name| name.parse().map_err(|_| wrong())).collect()
    }

    /// The key as a name; an unusable one is not repeated.
    pub(crate) fn name<T: FromStr<Err = NameError>>(&self) -> Result<T, ConfigError> {
        self.key.parse().map_err(|error| {
            let place = Place { key: None, ..self.place() };
            ConfigError::BadName { place, error }
        })
    }

    /// Where the value stands. Built-in data has no line that a user could look at.
    pub(crate) fn source(&self, scope: Scope) -> Source {
        match scope {
            Scope::BuiltIn => Source::new(scope),
            _ => Source::in_file(scope, self.document.file.clone(), self.line()),
        }
    }

    /// The line of the key, counted from 1.
    pub(crate) fn line(&self) -> usize {
        self.document.lines.line(self.at)
    }

    /// Where the value stands, for an error.
    pub(crate) fn place(&self) -> Place {
        let key = path(self.document.root, self.at);
        Place { file: self.document.file.clone(), line: self.line(), key }
    }

    pub(crate) fn wrong_type(&self, expected: &'static str) -> ConfigError {
        ConfigError::WrongType { place: self.place(), expected }
    }

    pub(crate) fn invalid(&self, problem: impl Into<String>) -> ConfigError {
        ConfigError::Invalid { place: self.place(), problem: problem.into() }
    }
}
