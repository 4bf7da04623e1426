//! The environment's table, `__xonsh__.env`, for `execx` in xonsh. Variables that xonsh takes for
//! its own settings or for paths are looked at again: one that it would pass on as another text is
//! an error there and not set.
//!
//! What the variables were is kept in an attribute of the session, `__xonsh__.jackin_undo`.

use serde_json::Value;

use super::{Syntax, listed};

pub(super) const SYNTAX: Syntax = Syntax {
    keep,
    set: |name, value| Ok(format!("__jackin_set(\"{name}\", {})\n", quoted(value))),
    remove: |name| format!("__xonsh__.env.pop({}, None)\n", quoted(name)),
    undo: r#"for __jackin, __jackin_was in __xonsh__.__dict__.pop("jackin_undo", {}).items():
    if __jackin_was is None:
        __xonsh__.env.pop(__jackin, None)
    else:
        __xonsh__.env[__jackin] = __jackin_was
"#,
    names_all: true,
};

fn keep(names: &[(&str, bool)]) -> String {
    let names = listed(names, quoted, ", ");
    format!(
        r#"def __jackin_keep(names):
    env = __xonsh__.env
    kept = __xonsh__.__dict__.setdefault("jackin_undo", {{}})
    for name in names:
        kept.setdefault(name, env[name] if env.is_manually_set(name) else None)
def __jackin_set(name, value):
    env = __xonsh__.env
    env[name] = value
    if env.detype().get(name) != value:
        env.pop(name)
        raise ValueError(name + ": xonsh would pass on another value")
__jackin_keep([{names}])
"#
    )
}

/// A string of JSON is one of Python.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
