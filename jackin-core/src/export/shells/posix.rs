//! `export` and `unset` for `eval` in bash, zsh and every POSIX shell, also with `set -eu`, with
//! `set -a`, and with the line breaks lost to `eval $(…)`.
//!
//! What a variable `X` was is kept in the shell variable `__jackin_X`, which is not exported: `x` or
//! `-` and the value, for one in the environment or one of the shell alone; nothing where unset. The list
//! of the names is `__jackin_undo`, each after a `/`. One that is exported is somebody else's and not read.
//!
//! All that happens without `set -a`, under which dash would even export what is unset.
//!
//! The patterns begin with a path below a file, so that none names a file where `eval $(…)` expands them.

use std::fmt::Write as _;

use super::Syntax;
use crate::names::EnvName;

pub(in crate::export) const SYNTAX: Syntax = Syntax {
    keep,
    set,
    remove: |name| format!("unset {name};\n"),
    undo: r#"__jackin_set=$-; set +a;
case /dev/null/$(export -p) in /dev/null/*__jackin_undo=*) unset __jackin_undo;; esac;
while [ "${__jackin_undo-}" ]; do
  __jackin=${__jackin_undo##*/};
  __jackin_undo=${__jackin_undo%"$__jackin"}; __jackin_undo=${__jackin_undo%/};
  case /dev/null/$__jackin in
    /dev/null/|/dev/null/[0-9]*|/dev/null/*[!A-Za-z0-9_]*) ;;
    /dev/null/*) eval "case /dev/null/\${__jackin_$__jackin-} in
      /dev/null/x*) export $__jackin=\"\${__jackin_$__jackin#x}\";;
      /dev/null/-*) unset $__jackin; $__jackin=\${__jackin_$__jackin#-};;
      /dev/null/*) unset $__jackin;;
    esac; unset __jackin_$__jackin";;
  esac;
done;
unset __jackin __jackin_undo;
case /dev/null/$__jackin_set in /dev/null/*a*) set -a;; esac; unset __jackin_set;
"#,
    names_all: false,
};

fn keep(names: &[(&str, bool)]) -> String {
    // Under `set -a` they would be exported.
    let mut script = String::from(
        "__jackin_set=$-; set +a;\n\
         case /dev/null/$(export -p) in /dev/null/*__jackin_undo=*) unset __jackin_undo;; esac;\n",
    );
    for (exported, held) in [(true, r"x\$$__jackin"), (false, r"\${$__jackin+-\$$__jackin}")] {
        let names = names.iter().filter(|(_, known)| *known == exported);
        let names: Vec<_> = names.map(|(name, _)| *name).collect();
        if names.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(
            script,
            "for __jackin in {}; do case /dev/null/${{__jackin_undo-}}/ in \
             /dev/null/*/$__jackin/*) ;; \
             /dev/null/*) eval \"unset __jackin_$__jackin; __jackin_$__jackin={held}\"; \
             __jackin_undo=${{__jackin_undo-}}/$__jackin;; esac; done;",
            names.join(" ")
        );
    }
    script
        + "case /dev/null/$__jackin_set in /dev/null/*a*) set -a;; esac; unset __jackin __jackin_set;\n"
}

fn set(name: &EnvName, value: &str) -> Result<String, &'static str> {
    let quoted = shlex::try_quote(value).map_err(|_| "holds a NUL")?;
    Ok(format!("export {name}={quoted};\n"))
}
