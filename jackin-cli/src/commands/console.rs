//! `jackin console`: the Auth screen, where somebody is there to see it.

use jackin_host::Ambient;

use crate::{
    console,
    failure::{Failure, USAGE},
    ui::{report::Report, terminal::can_ask},
};

pub(super) fn run(ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    if !can_ask(ambient) {
        let message =
            "the console needs a terminal, as standard input and stderr, that it can draw on";
        return Err(Failure::new(USAGE, message).hint("`jackin auth` does the same for scripts"));
    }
    console::run(ambient, report)
}
