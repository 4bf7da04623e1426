//! Telling a person what is waited for. This crate prints nothing of its own: the program that embeds it may
//! give it something to be told by, once. What a helper says then goes through here, so that neither is
//! written over the other.

use std::{
    io::{self, Write as _},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use crate::os::{ProcessGroup, Undo, undo};

/// How long is waited in silence.
const SILENCE: Duration = Duration::from_millis(300);

/// Shows what a program is waiting for, on a line of a terminal for example.
pub trait Waiting: Sync {
    /// Whether there is a terminal to show it on; asked where a helper is started.
    fn can_show(&self) -> bool;

    /// A helper of this name has been waited for so many whole seconds: first after 0.3 s, then with every
    /// further second. Of several at a time only one is told of.
    fn waits_for(&self, helper: &str, seconds: u64);

    /// What was told is not to be seen any more: the wait is over, the helper has something to say, or a
    /// signal ends the program.
    fn is_over(&self);
}

static TOLD: OnceLock<&'static dyn Waiting> = OnceLock::new();

/// What is on the terminal.
struct Screen {
    /// Whether one of the waits is told of.
    is_taken: bool,
    /// Whether it is to be seen.
    is_seen: bool,
    /// Whether a message is there whose line has not ended, which may be a question.
    is_asked: bool,
}

static SCREEN: Mutex<Screen> =
    Mutex::new(Screen { is_taken: false, is_seen: false, is_asked: false });

fn screen() -> MutexGuard<'static, Screen> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screen {
    fn clear(&mut self) {
        if let (true, Some(told)) = (std::mem::take(&mut self.is_seen), TOLD.get()) {
            told.is_over();
        }
    }
}

/// Has this told of every wait from now on; what was given first stays. What it shows is to be on standard
/// error, to which helpers' messages are passed on.
pub fn show_waiting(told: &'static dyn Waiting) {
    let _ = TOLD.set(told);
}

/// Whether anybody is told.
pub(super) fn is_told() -> bool {
    TOLD.get().is_some_and(|told| told.can_show())
}

/// Passes a message of a helper on to standard error.
pub(super) fn pass_on(message: &[u8]) {
    let mut screen = screen();
    screen.clear();
    // With standard error closed there is nobody to tell.
    let _ = io::stderr().write_all(message);
    screen.is_asked = !message.ends_with(b"\n");
}

/// One wait.
pub(super) struct Wait<'a> {
    helper: &'a str,
    since: Instant,
    /// The second that was told last.
    told: Option<u64>,
    /// Whether nobody is told: where the helper has used the terminal, that is not written to any more.
    is_silent: bool,
    undo: Option<Undo>,
}

impl<'a> Wait<'a> {
    /// A wait for a helper, from now on.
    pub(super) fn new(helper: &'a str) -> Self {
        let is_silent = !is_told();
        Self { helper, since: Instant::now(), told: None, is_silent, undo: None }
    }

    /// Tells of it when it is time, unless the helper may have something on the terminal.
    pub(super) fn goes_on(&mut self, group: &ProcessGroup) {
        let waited = self.since.elapsed();
        let Some(told) = TOLD.get().filter(|_| !self.is_silent && waited >= SILENCE) else {
            return;
        };
        let mut screen = screen();
        let is_mine = self.undo.is_some();
        let is_new = !screen.is_seen || self.told != Some(waited.as_secs());
        if screen.is_asked || !is_new || (screen.is_taken && !is_mine) {
            return;
        }
        if group.may_prompt() {
            // What is on that line now is the helper's.
            (self.is_silent, screen.is_seen) = (true, false);
            return;
        }
        if !is_mine {
            self.undo = Some(undo(|| told.is_over()));
        }
        self.told = Some(waited.as_secs());
        (screen.is_taken, screen.is_seen) = (true, true);
        told.waits_for(self.helper, waited.as_secs());
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.undo.take().is_some() {
            let mut screen = screen();
            screen.clear();
            screen.is_taken = false;
        }
    }
}
