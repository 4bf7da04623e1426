//! `set-env` and `unset-env` for `eval` in Elvish.
//!
//! What the variables were is kept in `$jackin-undo`, a map of lists. `eval` can declare nothing that
//! outlives it, so that variable is the user's to declare; without it nothing can be undone.

use super::{Syntax, doubled, listed};
use crate::names::EnvName;

pub(super) const SYNTAX: Syntax = Syntax {
    keep,
    set: |name, value| Ok(set(name, value)),
    remove: |name| format!("unset-env {}\n", doubled(name)),
    undo: "for name [(keys $jackin-undo)] {
  if (eq $jackin-undo[$name] []) { unset-env $name } else { set-env $name $jackin-undo[$name][0] }
}
set jackin-undo = [&]
",
    names_all: true,
};

fn keep(names: &[(&str, bool)]) -> String {
    let names = listed(names, doubled, " ");
    let code = format!(
        "for name [{names}] {{
  if (not (has-key $jackin-undo $name)) {{
    set jackin-undo[$name] = [(if (has-env $name) {{ get-env $name }})]
  }}
}}"
    );
    // An exception here says that the variable is not declared.
    format!("set _ = ?(eval {})\n", doubled(&code))
}

fn set(name: &EnvName, value: &str) -> String {
    format!("set-env {name} {}\n", doubled(value))
}
