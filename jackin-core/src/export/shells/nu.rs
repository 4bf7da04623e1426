//! `$env` and `hide-env` for `source` in Nushell, which evaluates no text of its own making.
//!
//! What the variables were is kept in a record, `$env.__jackin_undo`: programs are given only the
//! variables that are text. One that is text is somebody else's and not read.

use super::Syntax;
use crate::names::EnvName;

pub(super) const SYNTAX: Syntax = Syntax {
    keep,
    set: |name, value| Ok(set(name, value)),
    remove: |name| format!("hide-env --ignore-errors {}\n", quoted(name)),
    undo: "for it in ($env.__jackin_undo? | if ($in | describe | str starts-with record) { $in } else { {} } | transpose name value) {
  if $it.value == null { hide-env --ignore-errors $it.name } else { load-env {$it.name: $it.value} }
}
hide-env --ignore-errors __jackin_undo
",
    names_all: true,
};

fn keep(names: &[(&str, bool)]) -> String {
    let held =
        names.iter().map(|(name, _)| quoted(name)).map(|name| format!("{name}: $env.{name}?"));
    let held = held.collect::<Vec<_>>().join(", ");
    format!(
        "$env.__jackin_undo = {{{held}}} | merge ($env.__jackin_undo? | \
         if ($in | describe | str starts-with record) {{ $in }} else {{ {{}} }})\n"
    )
}

fn set(name: &EnvName, value: &str) -> String {
    format!("$env.{name} = {}\n", quoted(value))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}
