//! Whether there is a terminal, with somebody at it.

use std::io::{self, IsTerminal as _};

use jackin_host::Ambient;

/// Whether stderr is a terminal that understands more than plain text.
pub(crate) fn can_draw(ambient: &Ambient) -> bool {
    io::stderr().is_terminal() && ambient.var("TERM").is_none_or(|term| term != "dumb")
}

/// Whether somebody is there to be asked, by a build that can ask.
pub(crate) fn can_ask(ambient: &Ambient) -> bool {
    cfg!(feature = "terminal") && io::stdin().is_terminal() && can_draw(ambient)
}
