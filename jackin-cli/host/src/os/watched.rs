//! A program that runs while its output is read: in a process group of its own, for a limited time, with
//! nothing on its standard input.

use std::{
    io,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::os::{ProcessGroup, helper::LAST_WORDS, pipe, waiting::Wait};

/// How much output is kept, in bytes.
const LONGEST_OUTPUT: usize = 64 << 10;

/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(20);

/// How a program ended, and what it printed on both streams, in the order in which it came.
#[derive(Debug)]
#[non_exhaustive]
pub struct Watched {
    /// Its exit code, `-1` where a signal ended it; `None` where it was ended here.
    pub code: Option<i32>,
    /// Its output, up to 64 KiB; bytes that are not UTF-8 are replaced.
    pub output: String,
}

/// Runs a program until it ends, for as long as the limit, or until `is_enough` is true of its output;
/// it then has two seconds to say more.
///
/// # Errors
/// The system's own, where the program cannot be started or read.
pub fn watch(
    mut command: Command,
    limit: Duration,
    is_enough: impl Fn(&str) -> bool,
) -> io::Result<Watched> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, group) = ProcessGroup::spawn(&mut command, false, None)?;
    let (sender, receiver) = mpsc::channel();
    let readers = pipe::read(child.stdout.take(), sender.clone(), usize::MAX, true)
        .and_then(|()| pipe::read(child.stderr.take(), sender, usize::MAX, true));
    let mut output = Output { receiver, kept: Vec::new() };
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    let mut wait = Wait::new(&name);
    let mut code = None;
    let (mut deadline, mut enough) = (Instant::now() + limit, false);
    while readers.is_ok() && Instant::now() < deadline {
        if let Ok(Some(status)) = child.try_wait() {
            code = Some(status.code().unwrap_or(-1));
            break;
        }
        output.take();
        if !enough && is_enough(&output.text()) {
            enough = true;
            deadline = deadline.min(Instant::now() + LAST_WORDS);
        }
        wait.goes_on(&group);
        thread::sleep(POLL);
    }
    group.end(&mut child, true);
    readers?;
    // What has left the group may hold a pipe open for as long as it likes.
    let deadline = Instant::now() + LAST_WORDS;
    while !output.take() && Instant::now() < deadline {
        thread::sleep(POLL);
    }
    Ok(Watched { code, output: output.text() })
}

/// What came out of the pipes so far.
struct Output {
    receiver: mpsc::Receiver<Vec<u8>>,
    kept: Vec<u8>,
}

impl Output {
    /// Takes what has come; true once nothing more can come.
    fn take(&mut self) -> bool {
        loop {
            match self.receiver.try_recv() {
                Ok(part) => {
                    let room = LONGEST_OUTPUT.saturating_sub(self.kept.len());
                    self.kept.extend(&part[..part.len().min(room)]);
                }
                Err(error) => return error == mpsc::TryRecvError::Disconnected,
            }
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }
}
