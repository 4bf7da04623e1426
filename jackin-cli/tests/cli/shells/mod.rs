//! `jackin env` through the real shells and readers: what they make of it is what was meant, to the
//! byte. `.ci/run` installs them all.

mod dotenv;
mod round_trip;
mod shell;
mod undo;
mod values;
