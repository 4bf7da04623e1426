//! The check after every edit: the text is TOML, and says everywhere else what it said.

use std::collections::BTreeMap;

use toml_edit::TableLike;

use super::{EditError, parse};

/// Values with their paths, as they are written.
type Leaves<'a> = BTreeMap<Vec<String>, &'a str>;

/// The edited text, if all values outside the path are those of the text, byte for byte.
pub(super) fn only_changed_at(
    path: &[&str],
    text: &str,
    edited: String,
) -> Result<String, EditError> {
    match others(&edited, path) {
        Ok(after) if after == others(text, path)? => Ok(edited),
        _ => Err(EditError::Tangled),
    }
}

fn others<'a>(text: &'a str, path: &[&str]) -> Result<Leaves<'a>, EditError> {
    let document = parse(text)?;
    let mut found = Leaves::new();
    leaves(document.as_table(), &mut Vec::new(), text, &mut found);
    found.retain(|other, _| !other.iter().zip(path).all(|(a, b)| a == b));
    Ok(found)
}

fn leaves<'a>(
    table: &dyn TableLike,
    path: &mut Vec<String>,
    text: &'a str,
    found: &mut Leaves<'a>,
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
            found.insert(path.clone(), &text[span]);
        }
        path.pop();
    }
}
