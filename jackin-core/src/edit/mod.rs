//! Changes to the text of a configuration: single values set and unset, and others' formats read as
//! such changes. This room touches no file and never writes a text anew: outside the changed value
//! every byte stays. It refuses a text that it cannot change so.
//!
//! ```
//! use jackin_core::edit::{self, EditError, TomlValue};
//!
//! let text = "# mine\nenv . A = 'x' # note\r\nother = [1,2]\n";
//! let text = edit::set(text, &["env", "B"], &TomlValue::string("y"), Some("new"))?;
//! assert_eq!(
//!     text,
//!     "# mine\nenv . A = 'x' # note\r\nenv.B = \"y\" # new\nother = [1,2]\n"
//! );
//! assert_eq!(edit::note(&text, &["env", "B"]), Some("new"));
//! let text = edit::unset(&text, &["env", "A"])?.expect("it is there");
//! assert_eq!(text, "# mine\nenv.B = \"y\" # new\nother = [1,2]\n");
//! assert_eq!(edit::unset(&text, &["other", "A"]), Err(EditError::NoTable));
//! # Ok::<(), EditError>(())
//! ```
//!
//! The parser of `toml_edit` tells where keys and values are, and the text is cut there. Its writer
//! (`DocumentMut`) cannot be used: it moves dotted keys together that stand apart, writes every key
//! of a table as the first one is written, turns CR LF into LF and drops a byte order mark.

mod change;
mod check;
mod error;
pub mod import;
mod inline;
mod lines;
mod place;
mod value;

use toml_edit::{Document, Item};

pub use change::{Change, apply, in_scope};
pub use error::EditError;
pub use value::TomlValue;

use place::{Place, is_dotted};

/// The text with a value under a path. A note becomes the comment after the value, an empty note
/// removes the comment, and without a note the comment stays. In an inline table a note is dropped,
/// since a comment would swallow what follows.
///
/// # Errors
/// A text that is not TOML or cannot be edited, and a note that is no single line.
pub fn set(
    text: &str,
    path: &[&str],
    value: &TomlValue,
    note: Option<&str>,
) -> Result<String, EditError> {
    if note.is_some_and(|note| note.contains(char::is_control)) {
        return Err(EditError::Note);
    }
    let document = parse(text)?;
    let place = Place::find(&document, path)?;
    let edited = match place.item {
        None => place.insert(text, path, value, note),
        Some(Item::Value(old)) if !is_dotted(old) => place.replace(text, old, value, note)?,
        Some(_) => replace_table(text, path, value, note)?,
    };
    check::only_changed_at(path, text, edited)
}

/// The text with a value in place of a table that is more than a value: its lines go, and the value
/// comes where a new one would be.
fn replace_table(
    text: &str,
    path: &[&str],
    value: &TomlValue,
    note: Option<&str>,
) -> Result<String, EditError> {
    let without = unset(text, path)?.ok_or(EditError::Tangled)?;
    let with = set(&without, path, value, note)?;
    // If the last line break of the text went with the table, the new lines have to follow it still.
    let kept = without.contains('\n');
    Ok(if kept { with } else { with.replace('\n', lines::newline(text)) })
}

/// The text without what is under a path, with the lines and entries that it took; nothing if
/// nothing is there. Comments on other lines stay.
///
/// # Errors
/// A text that is not TOML or cannot be edited.
pub fn unset(text: &str, path: &[&str]) -> Result<Option<String>, EditError> {
    let document = parse(text)?;
    let place = Place::find(&document, path)?;
    let Some(item) = place.item else { return Ok(None) };
    let edited = match item.as_table_like() {
        Some(entries) if place.is_inline() && item.as_value().is_some_and(is_dotted) => {
            let mut text = text.to_owned();
            for (name, _) in entries.iter() {
                text = unset(&text, &[path, &[name]].concat())?.ok_or(EditError::Tangled)?;
            }
            text
        }
        _ => place.cut(text, path, item)?,
    };
    check::only_changed_at(path, text, edited).map(Some)
}

/// The comment after the value under a path.
#[must_use]
pub fn note<'a>(text: &'a str, path: &[&str]) -> Option<&'a str> {
    notes(text, &[path]).pop().flatten()
}

/// The comments after the values under several paths, in the order of the paths. The text is read once.
#[must_use]
pub fn notes<'a, 'p>(text: &'a str, paths: &[impl AsRef<[&'p str]>]) -> Vec<Option<&'a str>> {
    let document = parse(text).ok();
    let note = |path: &[&str]| {
        let place = Place::find(document.as_ref()?, path).ok()?;
        let end = place.item?.as_value().filter(|_| !place.is_inline())?.span()?.end;
        text[end..lines::line_end(text, end)].trim().strip_prefix('#').map(str::trim)
    };
    paths.iter().map(|path| note(path.as_ref())).collect()
}

/// The keys at the top of a text; none if it is not TOML.
#[must_use]
pub fn keys(text: &str) -> Vec<String> {
    let document = parse(text);
    document.iter().flat_map(|document| document.iter()).map(|(key, _)| key.to_owned()).collect()
}

fn parse(text: &str) -> Result<Document<&str>, EditError> {
    Document::parse(text).map_err(|_| EditError::Syntax)
}

#[cfg(test)]
mod tests;
