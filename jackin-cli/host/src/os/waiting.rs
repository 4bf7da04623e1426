//! Telling a person what is waited for. This crate prints nothing: the program that embeds it may give it
//! something to be told by, once.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use crate::os::{ProcessGroup, Undo, undo};

/// How long is waited in silence.
const SILENCE: Duration = Duration::from_millis(300);

/// Shows what a program is waiting for, on a terminal for example.
pub trait Waiting: Sync {
    /// A helper of this name has been waited for so many whole seconds: first after 0.3 s, then with every
    /// further second. Of several at a time only one is told of.
    fn waits_for(&self, helper: &str, seconds: u64);

    /// The wait that was told of is over. Also before a signal ends the program.
    fn is_over(&self);
}

static TOLD: OnceLock<&'static dyn Waiting> = OnceLock::new();

/// The name of the one wait that is shown.
static SHOWN: Mutex<bool> = Mutex::new(false);

/// Has this told of every wait from now on; what was given first stays.
pub fn show_waiting(told: &'static dyn Waiting) {
    let _ = TOLD.set(told);
}

/// One wait.
pub(super) struct Wait<'a> {
    helper: &'a str,
    since: Instant,
    /// The second that was told last.
    told: Option<u64>,
    /// Whether the helper may be writing to the terminal.
    is_silent: bool,
    undo: Option<Undo>,
}

impl<'a> Wait<'a> {
    /// A wait for a helper, which is never told of where its messages go straight to the terminal.
    pub(super) fn new(helper: &'a str, is_silent: bool) -> Self {
        Self { helper, since: Instant::now(), told: None, is_silent, undo: None }
    }

    /// Tells of it when it is time, unless the helper may have something on the terminal.
    pub(super) fn goes_on(&mut self, group: &ProcessGroup) {
        let Some(told) = TOLD.get().filter(|_| !self.is_silent) else { return };
        let waited = self.since.elapsed();
        let seconds = waited.as_secs();
        if waited < SILENCE || self.told == Some(seconds) {
            return;
        }
        if group.may_prompt() {
            // What is on that line now is the helper's.
            self.is_silent = true;
            return;
        }
        if self.told.is_none() {
            if std::mem::replace(&mut *shown(), true) {
                return;
            }
            self.undo = Some(undo(|| told.is_over()));
        }
        self.told = Some(seconds);
        told.waits_for(self.helper, seconds);
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.told.is_none() {
            return;
        }
        drop(self.undo.take());
        if let Some(told) = TOLD.get().filter(|_| !self.is_silent) {
            told.is_over();
        }
        *shown() = false;
    }
}

fn shown() -> std::sync::MutexGuard<'static, bool> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}
