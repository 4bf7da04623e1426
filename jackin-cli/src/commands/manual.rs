//! `jackin completions` and `jackin man`: the command line's definition in other forms.

use std::fs;

use clap::CommandFactory as _;

use crate::{
    args::{Arguments, Completions, Man},
    complete,
    failure::{FAILED, Failure},
    ui::report,
};

pub(super) fn completions(args: &Completions) -> Result<(), Failure> {
    report::data(&complete::script(args.shell)?)
}

/// Every page, one for each command.
#[expect(
    clippy::disallowed_methods,
    reason = "pages for a package, which hold nothing of the user's"
)]
pub(super) fn man(args: &Man) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(FAILED, format!("cannot write to {}: {error}", args.dir.display()))
    };
    fs::create_dir_all(&args.dir).map_err(failed)?;
    clap_mangen::generate_to(Arguments::command(), &args.dir).map_err(failed)
}
