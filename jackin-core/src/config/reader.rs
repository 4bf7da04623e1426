//! Walks parsed TOML and says file, line and key of whatever is wrong. It never quotes the text: the
//! line at fault may hold a key.

use std::{cell::OnceCell, ptr, str::FromStr, sync::Arc};

use secrecy::SecretString;
use toml_datetime::Datetime;
use toml_parser::decoder::ScalarKind;

use crate::{
    config::{
        ConfigError, ConfigPlace,
        tree::{ROOT, Tree, Value},
    },
    names::{NameError, Scope, Source, Sourced},
    value::{EnvValue, Literal, ValueError},
};

/// A parsed text.
struct Document<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    tree: Tree<'a>,
    /// The text that its values share, once there is one.
    shared: OnceCell<Arc<SecretString>>,
}

/// Parses a text and hands its root table to `read`.
pub(crate) fn with_root<T>(
    file: &Arc<str>,
    text: &str,
    read: impl FnOnce(&Table<'_>) -> Result<T, ConfigError>,
) -> Result<T, ConfigError> {
    let tree = Tree::parse(text).map_err(|offset| {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        ConfigError::Syntax { file: file.clone(), line, column }
    })?;
    read(&Table { document: &Document { file, text, tree, shared: OnceCell::new() }, id: ROOT })
}

/// A table of a text.
pub(crate) struct Table<'a> {
    document: &'a Document<'a>,
    id: usize,
}

/// A value under a key of a table.
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    document: &'a Document<'a>,
    id: usize,
}

impl<'a> Table<'a> {
    /// The value under a key, if there is one.
    pub(crate) fn get(&self, key: &str) -> Option<Entry<'a>> {
        self.document.tree.get(self.id, key).map(|id| self.entry(id))
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.document.tree.len(self.id)
    }

    /// Every value, in the order of the text.
    pub(crate) fn entries(&self) -> Vec<Entry<'a>> {
        let mut entries = Vec::with_capacity(self.len());
        entries.extend(self.document.tree.children(self.id).map(|id| self.entry(id)));
        // A table that was first named by one inside it stands where its own header is.
        if !entries.is_sorted_by_key(Entry::line) {
            entries.sort_by_key(Entry::line);
        }
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
        self.parsed(key, scope, |entry| match entry.value() {
            Value::Scalar(ScalarKind::Boolean(value), _) => Ok(*value),
            _ => Err(entry.wrong_type("true or false")),
        })
    }

    /// The positive whole number under a key, if there is one.
    pub(crate) fn count(
        &self,
        key: &str,
        scope: Scope,
    ) -> Result<Option<Sourced<u64>>, ConfigError> {
        self.parsed(key, scope, |entry| {
            let count = match entry.value() {
                Value::Scalar(ScalarKind::Integer(radix), digits) => {
                    u64::from_str_radix(digits, radix.value()).ok().filter(|count| *count > 0)
                }
                _ => None,
            };
            count.ok_or_else(|| entry.wrong_type("a positive whole number"))
        })
    }

    fn entry(&self, id: usize) -> Entry<'a> {
        Entry { key: &self.document.tree.node(id).key, document: self.document, id }
    }
}

/// The path to a node, as errors may show it; there is none into an array.
fn path(tree: &Tree<'_>, id: usize) -> Option<String> {
    let node = tree.node(id);
    let Value::Table(..) = tree.node(node.parent).value else { return None };
    let name = shown(&node.key);
    if node.parent == ROOT {
        return Some(name.to_owned());
    }
    Some(format!("{}.{name}", path(tree, node.parent)?))
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

    /// The value as a table, if it is one.
    pub(crate) fn as_table(&self) -> Option<Table<'a>> {
        let is_table = matches!(self.value(), Value::Table(..));
        is_table.then_some(Table { document: self.document, id: self.id })
    }

    /// The value as a string.
    pub(crate) fn str(&self) -> Result<&'a str, ConfigError> {
        self.value().as_str().ok_or_else(|| self.wrong_type("a string in quotes"))
    }

    /// A string as the value of a variable; a literal shares the text of the file.
    pub(crate) fn variable(&self, text: &str) -> Result<EnvValue, ValueError> {
        EnvValue::parse_or(text, || {
            let Document { text: whole, shared, .. } = self.document;
            let start = text.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
            let part = start..start.wrapping_add(text.len());
            // What has escapes, and so may hold anything, does not stand in the file as it is.
            match whole.get(part.clone()) {
                Some(same) if ptr::eq(same, text) => {
                    let shared = shared.get_or_init(|| Arc::new((*whole).into()));
                    Ok(Literal::part(shared.clone(), part))
                }
                _ => Literal::checked(text),
            }
        })
    }

    /// The value as a list of strings.
    pub(crate) fn strings(&self) -> Result<Vec<&'a str>, ConfigError> {
        let wrong = || self.wrong_type("a list of strings in quotes");
        let tree = &self.document.tree;
        let Value::Array(_) = self.value() else { return Err(wrong()) };
        tree.children(self.id).map(|id| tree.node(id).value.as_str().ok_or_else(wrong)).collect()
    }

    /// The value as TOML's own moment, if it is one.
    pub(crate) fn datetime(&self) -> Option<String> {
        match self.value() {
            Value::Scalar(ScalarKind::DateTime, text) => {
                text.parse().ok().map(|at: Datetime| at.to_string())
            }
            _ => None,
        }
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
        self.document.tree.node(self.id).line
    }

    /// Where the value stands, for an error.
    pub(crate) fn place(&self) -> ConfigPlace {
        let key = path(&self.document.tree, self.id);
        ConfigPlace { file: self.document.file.clone(), line: self.line(), key }
    }

    fn value(&self) -> &'a Value<'a> {
        &self.document.tree.node(self.id).value
    }

    pub(crate) fn wrong_type(&self, expected: &'static str) -> ConfigError {
        ConfigError::WrongType { place: self.place(), expected }
    }

    pub(crate) fn invalid(&self, problem: impl Into<String>) -> ConfigError {
        ConfigError::Invalid { place: self.place(), problem: problem.into() }
    }
}

#[cfg(test)]
mod tests;
