//! Whether there is a terminal, with somebody at it.

use std::{
    ffi::OsStr,
    io::{self, IsTerminal as _},
};

use jackin_host::Ambient;

/// Whether stderr is a terminal that understands more than plain text.
pub(crate) fn can_draw(ambient: &Ambient) -> bool {
    is_drawable(ambient.var("TERM"))
}

/// The same, of a terminal of this kind.
pub(crate) fn is_drawable(kind: Option<&OsStr>) -> bool {
    io::stderr().is_terminal() && kind.is_none_or(|kind| kind != "dumb")
}

/// Whether somebody is there to be asked, by a build that can ask.
pub(crate) fn can_ask(ambient: &Ambient) -> bool {
    cfg!(feature = "terminal") && io::stdin().is_terminal() && can_draw(ambient)
}
