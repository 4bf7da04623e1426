//! Values that must not be arguments: from standard input, or typed where nobody reads along.

use std::{io, mem};

use jackin_core::Secret;
use jackin_host::{Ambient, os::read_within};

use crate::{
    failure::{FAILED, Failure, USAGE},
    ui::terminal::can_ask,
};

/// The longest value that is taken, in bytes.
const LONGEST: u64 = 64 << 10;

/// How a value gets here where nobody is asked.
const HOW: &str = match cfg!(feature = "terminal") {
    true => "give it on standard input, with `--stdin`",
    false => "this build of jackin cannot ask: give it on standard input, with `--stdin`",
};

/// A value from standard input, if that is asked for, or from the person at the terminal.
pub(crate) fn secret(prompt: &str, stdin: bool, ambient: &Ambient) -> Result<Secret, Failure> {
    if stdin {
        return piped();
    }
    match can_ask(ambient) {
        #[cfg(feature = "terminal")]
        true => super::masked_input::typed(prompt),
        _ => Err(Failure::new(USAGE, format!("nobody is there to be asked: {prompt}")).hint(HOW)),
    }
}

/// All of standard input, without the line feed that ends its last line.
pub(crate) fn piped() -> Result<Secret, Failure> {
    let read = read_within(io::stdin().lock(), LONGEST);
    let mut bytes =
        read.map_err(|error| Failure::new(FAILED, format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > LONGEST {
        let limit = LONGEST >> 10;
        return Err(Failure::new(USAGE, format!("standard input is longer than {limit} KiB")));
    }
    let text = String::from_utf8(mem::take(&mut *bytes));
    let text = text.map_err(|_| Failure::new(USAGE, "standard input is not UTF-8"))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).into())
}
