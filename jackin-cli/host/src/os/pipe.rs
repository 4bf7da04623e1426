//! Pipes of a child process, read in the background so that none of them blocks another.

use std::{
    io::{self, Read},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use crate::os::{process_group::write_from_behind, waiting::pass_on};

/// Reads a pipe until it ends: up to one byte more than the limit is sent on. The rest is thrown away, or
/// else no longer read, so that a program that prints without end finds no reader, and ends.
pub(super) fn read(
    pipe: Option<impl Read + Send + 'static>,
    to: Sender<Vec<u8>>,
    limit: usize,
    to_the_end: bool,
) -> io::Result<()> {
    let reading = thread::Builder::new().spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let (mut left, mut part) = (limit.saturating_add(1), [0; 4 << 10]);
        // A pipe that breaks ends the text; the exit status tells whether that matters.
        while let Ok(read @ 1..) = pipe.read(&mut part) {
            let kept = read.min(left);
            left -= kept;
            // The receiver may have stopped waiting.
            let gone = kept > 0 && to.send(part[..kept].to_vec()).is_err();
            if gone || (left == 0 && !to_the_end) {
                return;
            }
        }
    });
    reading.map(drop)
}

/// Passes on to standard error what a pipe holds, as it comes. What is given back ends with the pipe.
pub(super) fn passed(pipe: Option<impl Read + Send + 'static>) -> io::Result<Receiver<()>> {
    let (until, ended) = channel();
    let reading = thread::Builder::new().spawn(move || {
        let (Some(mut pipe), mut part) = (pipe, [0; 4 << 10]) else { return };
        write_from_behind();
        while let Ok(read @ 1..) = pipe.read(&mut part) {
            pass_on(&part[..read]);
        }
        drop::<Sender<()>>(until);
    });
    reading.map(|_| ended)
}
