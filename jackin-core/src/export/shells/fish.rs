//! `set -gx` and `set -e` for `source` in fish.
//!
//! What a variable `X` was is kept in the global variable `__jackin_X`, which is not exported: `x`
//! or `u` for `set`, then its elements. Universal variables are never touched, since they are every
//! session's; fish cannot hide one from its children, so one that is to be removed is made empty.
//! A list of names, `__jackin_undo`, that is exported is somebody else's and not read.

use super::{Syntax, listed};
use crate::names::EnvName;

pub(super) const SYNTAX: Syntax = Syntax {
    keep,
    set,
    remove: |name| format!("set -e -g {name}; set -q -U -x {name}; and set -g -x {name} ''\n"),
    undo: r"set -q -g -x __jackin_undo; and set -e -g __jackin_undo
for __jackin in $__jackin_undo
  string match -q -r '^[A-Za-z_][A-Za-z0-9_]*$' -- $__jackin; or continue
  set -e -g $__jackin
  set -l kept __jackin_$__jackin
  set kept $$kept
  if set -q kept[1]
    set -l how $kept[1]
    set -e kept[1]
    set -g -$how $__jackin $kept
  end
  set -e -g __jackin_$__jackin
end
set -e __jackin
set -e -g __jackin_undo
",
    names_all: false,
};

fn keep(names: &[(&str, bool)]) -> String {
    let names = listed(names, str::to_owned, " ");
    format!(
        "set -q -g -x __jackin_undo; and set -e -g __jackin_undo
for __jackin in {names}
  contains -- $__jackin $__jackin_undo; and continue
  set -g -u -a __jackin_undo $__jackin
  set -e -g __jackin_$__jackin
  if set -q -g -x $__jackin; set -g -u __jackin_$__jackin x $$__jackin
  else if set -q -g $__jackin; set -g -u __jackin_$__jackin u $$__jackin; end
end
set -e __jackin
"
    )
}

fn set(name: &EnvName, value: &str) -> Result<String, &'static str> {
    let value = value.replace('\\', r"\\").replace('\'', r"\'");
    Ok(format!("set -g -x {name} '{value}'\n"))
}
