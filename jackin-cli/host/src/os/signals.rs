//! What is undone before a signal ends the program: programs that were asked for secrets are ended,
//! the terminal is put back. Nothing is caught before there is something to undo.

/// Something to be undone, until dropped.
#[must_use]
pub struct Undo(#[cfg_attr(not(unix), expect(dead_code, reason = "nothing is caught"))] u64);

#[cfg(unix)]
pub(crate) use caught::end_by;
#[cfg(unix)]
pub use caught::undo;

#[cfg(unix)]
mod caught {
    use std::{
        collections::BTreeMap,
        sync::{Arc, Mutex, MutexGuard, Once, PoisonError, mpsc},
        thread,
    };

    use signal_hook::{
        consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM},
        flag,
        iterator::Signals,
        low_level,
    };

    use super::Undo;
    use crate::os::process_text;

    type Step = Box<dyn Fn() + Send>;

    static STEPS: Mutex<BTreeMap<u64, Step>> = Mutex::new(BTreeMap::new());
    static WATCH: Once = Once::new();

    fn steps() -> MutexGuard<'static, BTreeMap<u64, Step>> {
        STEPS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does this before a signal ends the program, the latest first.
    pub fn undo(step: impl Fn() + Send + 'static) -> Undo {
        WATCH.call_once(watch);
        let mut steps = steps();
        let id = steps.last_key_value().map_or(0, |(last, _)| last + 1);
        steps.insert(id, Box::new(step));
        Undo(id)
    }

    impl Drop for Undo {
        fn drop(&mut self) {
            steps().remove(&self.0);
        }
    }

    /// A thread, since neither a wait for a key nor one for a program is interrupted. It lasts until
    /// the agent takes over, which finds every signal as it was.
    fn watch() {
        let ignored = ignored();
        let deadly = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
        // The system would reap programs that are asked for secrets before they can be waited for.
        // The agent then finds it as usual; nobody could tell it to be ignored again.
        if ignored & (1 << (SIGCHLD - 1)) != 0 {
            let _ = flag::register(SIGCHLD, Arc::default());
        }
        let caught = deadly.into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let (sender, receiver) = mpsc::channel::<Signals>();
        // Who listens comes first: a signal that is caught and not heard would not end the program.
        let listening = thread::Builder::new().spawn(move || {
            let Ok(mut signals) = receiver.recv() else { return };
            signals.forever().for_each(end_by);
        });
        // Without them the program still ends, only less tidily.
        if listening.is_ok()
            && let Ok(signals) = Signals::new(caught)
        {
            let _ = sender.send(signals);
        }
    }

    /// Undoes everything and ends the program by this signal.
    pub(crate) fn end_by(signal: i32) {
        // Held to the end: whoever would start something now waits for ever.
        let steps = steps();
        steps.values().rev().for_each(|step| step());
        let _ = low_level::emulate_default_handler(signal);
    }

    /// The signals that are ignored, as under `nohup`, and must stay so for the agent. Only Linux
    /// tells without unsafe code.
    fn ignored() -> u64 {
        let status = process_text("/proc/self/status".as_ref()).unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }
}

/// Does nothing: here signals end programs together.
#[cfg(not(unix))]
pub fn undo(_: impl Fn() + Send + 'static) -> Undo {
    Undo(0)
}
