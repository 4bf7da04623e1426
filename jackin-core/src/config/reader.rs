//! Walks the tree that `toml` parses and reports file, line and key of whatever is wrong. It never
//! quotes the text: the line at fault may hold a secret.

use std::{cell::OnceCell, rc::Rc, str::FromStr, sync::Arc};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use crate::{
    config::{ConfigError, ConfigPlace},
    names::{NameError, Scope, Source, Sourced},
};

/// A text that was parsed, and where its lines begin.
struct Document<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    lines: OnceCell<Vec<usize>>,
}

/// Parses a text and hands its root table to `read`.
pub(crate) fn with_root<T>(
    file: &Arc<str>,
    text: &str,
    read: impl FnOnce(&Table<'_>) -> Result<T, ConfigError>,
) -> Result<T, ConfigError> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = root.into_inner();
    let document = Document { file, text, lines: OnceCell::new() };
    let result = match errors.first() {
        // `toml` gives no place for a key with too many dots.
        Some(error) => Err(document.syntax(error.span().unwrap_or_default().start)),
        None => read(&Table { document: &document, path: None, entries: &root }),
    };
    take_apart(root);
    result
}

/// Drops a tree one table or array at a time. Dotted keys in nested inline tables make a small text
/// so deep that a recursive drop overflows the stack of a thread.
fn take_apart(root: DeTable<'_>) {
    let is_nested = |value: &DeValue<'_>| matches!(value, DeValue::Table(_) | DeValue::Array(_));
    let mut nested = vec![DeValue::Table(root)];
    while let Some(value) = nested.pop() {
        match value {
            DeValue::Table(entries) => {
                let values = entries.into_iter().map(|(_, value)| value.into_inner());
                nested.extend(values.filter(is_nested));
            }
            DeValue::Array(elements) => {
                nested.extend(elements.into_iter().map(Spanned::into_inner).filter(is_nested));
            }
            _ => {}
        }
    }
}

impl Document<'_> {
    /// The line that holds an offset, counted from 1. The first call finds all line breaks.
    fn line(&self, offset: usize) -> usize {
        let starts = || self.text.match_indices('\n').map(|(at, _)| at + 1).collect();
        self.lines.get_or_init(starts).partition_point(|start| *start <= offset) + 1
    }

    /// Reports where the text is not TOML, without `toml`'s message, which may quote it.
    fn syntax(&self, offset: usize) -> ConfigError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        ConfigError::Syntax { file: self.file.clone(), line: self.line(offset), column }
    }
}

/// The keys that lead to a table, from the inside out; none for the root.
type Path<'a> = Option<Rc<Step<'a>>>;

struct Step<'a> {
    key: &'a str,
    outer: Path<'a>,
}

/// A table of a text.
pub(crate) struct Table<'a> {
    document: &'a Document<'a>,
    path: Path<'a>,
    entries: &'a DeTable<'a>,
}

/// A value under a key of a table.
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    document: &'a Document<'a>,
    /// The table that holds it.
    table: Path<'a>,
    /// Where its key begins.
    offset: usize,
    value: &'a DeValue<'a>,
}

impl<'a> Table<'a> {
    /// The value under a key, if there is one.
    pub(crate) fn get(&self, key: &str) -> Option<Entry<'a>> {
        self.entries.get_key_value(key).map(|(key, value)| self.entry(key, value))
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Every value, in the order of the text.
    pub(crate) fn entries(&self) -> Vec<Entry<'a>> {
        let mut entries: Vec<_> =
            self.entries.iter().map(|(key, value)| self.entry(key, value)).collect();
        entries.sort_unstable_by_key(|entry| entry.offset);
        entries
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
            let number = entry.value.as_integer();
            let count = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
            let count = count.filter(|count| *count > 0);
            count.ok_or_else(|| entry.wrong_type("a positive whole number"))
        })
    }

    fn entry(&self, key: &'a Spanned<DeString<'a>>, value: &'a Spanned<DeValue<'a>>) -> Entry<'a> {
        Entry {
            key: key.get_ref(),
            document: self.document,
            table: self.path.clone(),
            offset: key.span().start,
            value: value.get_ref(),
        }
    }
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
        self.as_table().ok_or_else(|| self.wrong_type("a table"))
    }

    /// The value as a whole number from zero to this one.
    pub(crate) fn count_to(&self, most: usize) -> Result<usize, ConfigError> {
        let number = self.value.as_integer();
        let count = number.and_then(|n| usize::from_str_radix(n.as_str(), n.radix()).ok());
        let problem = || self.invalid(format!("must be a whole number from 0 to {most}"));
        count.filter(|count| *count <= most).ok_or_else(problem)
    }

    /// The value as a table, if it is one.
    pub(crate) fn as_table(&self) -> Option<Table<'a>> {
        let entries = self.value.as_table()?;
        let step = Step { key: self.key, outer: self.table.clone() };
        Some(Table { document: self.document, path: Some(Rc::new(step)), entries })
    }

    /// The value as a string.
    pub(crate) fn str(&self) -> Result<&'a str, ConfigError> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string in quotes"))
    }

    /// The value as a list of strings.
    pub(crate) fn strings(&self) -> Result<Vec<&'a str>, ConfigError> {
        let wrong = || self.wrong_type("a list of strings in quotes");
        let elements = self.value.as_array().ok_or_else(wrong)?;
        elements.iter().map(|element| element.get_ref().as_str().ok_or_else(wrong)).collect()
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
            let place = ConfigPlace { key: None, ..self.place() };
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
        self.document.line(self.offset)
    }

    /// Where the value stands, for an error.
    pub(crate) fn place(&self) -> ConfigPlace {
        let mut keys = vec![shown(self.key)];
        let mut outer = &self.table;
        while let Some(step) = outer {
            keys.push(shown(step.key));
            outer = &step.outer;
        }
        keys.reverse();
        let key = Some(keys.join("."));
        ConfigPlace { file: self.document.file.clone(), line: self.line(), key }
    }

    pub(crate) fn wrong_type(&self, expected: &'static str) -> ConfigError {
        ConfigError::WrongType { place: self.place(), expected }
    }

    pub(crate) fn misplaced(&self) -> ConfigError {
        ConfigError::Misplaced { place: self.place() }
    }

    pub(crate) fn invalid(&self, problem: impl Into<String>) -> ConfigError {
        ConfigError::Invalid { place: self.place(), problem: problem.into() }
    }
}

#[cfg(test)]
mod tests;
