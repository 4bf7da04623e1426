//! `export` and `unset` for `eval` in bash, zsh and every POSIX shell, also with `set -eu`, with
//! `set -a`, and with the line breaks lost to `eval $(…)`.
//!
//! What a variable `X` was is kept in the shell variable `__jackin_X`, which is not exported: `x` or
//! `-` and the value, for one in the environment or one of the shell alone; nothing where unset.

use std::fmt::Write as _;

use super::Syntax;
use crate::names::EnvName;

pub(in crate::export) const SYNTAX: Syntax = Syntax {
    keep,
    set,
    remove: |name| format!("unset {name};\n"),
    undo: r##"eval "for __jackin in ${__jackin_undo-}; do
  eval \"case \\\$__jackin_\$__jackin in
    x*) export \$__jackin=\\\"\\\${__jackin_\$__jackin#x}\\\";;
    -*) unset \$__jackin; \$__jackin=\\\${__jackin_\$__jackin#-};;
    *) unset \$__jackin;;
  esac; unset __jackin_\$__jackin\";
done";
unset __jackin __jackin_undo;
"##,
    names_all: false,
};

fn keep(names: &[(&str, bool)]) -> String {
    // Under `set -a` they would be exported.
    let mut script = String::from("__jackin_set=$-; set +a;\n");
    for (exported, held) in [(true, r"x\$$__jackin"), (false, r"\${$__jackin+-\$$__jackin}")] {
        let names = names.iter().filter(|(_, known)| *known == exported);
        let names: Vec<_> = names.map(|(name, _)| *name).collect();
        if names.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(
            script,
            "for __jackin in {}; do eval \"[ \\\"\\${{__jackin_$__jackin+x}}\\\" ] || {{ \
             __jackin_$__jackin={held}; \
             __jackin_undo=\\\"\\${{__jackin_undo-}} $__jackin\\\"; }}\"; done;",
            names.join(" ")
        );
    }
    script + "case $__jackin_set in *a*) set -a;; esac; unset __jackin __jackin_set;\n"
}

fn set(name: &EnvName, value: &str) -> Result<String, &'static str> {
    let quoted = shlex::try_quote(value).map_err(|_| "holds a NUL")?;
    Ok(format!("export {name}={quoted};\n"))
}
