//! The process group of a program that is asked for a secret. It has the terminal while it runs, if
//! it may ask for a password there; nothing of the group outlives the question or the launcher.

use std::{
    io,
    process::{Child, Command},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::os::signals::{self, Undo};

#[cfg(unix)]
mod system {
    use std::{
        fs::File,
        os::unix::process::{CommandExt as _, ExitStatusExt as _},
        process::ExitStatus,
        sync::Arc,
    };

    use nix::{
        sys::{
            signal::{SigSet, Signal, killpg},
            termios::{SetArg, Termios, tcgetattr, tcsetattr},
        },
        unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp},
    };

    use super::{Child, Command, signals};

    /// The number of a process group.
    pub(super) type Id = Pid;

    /// The terminal of this program, if it is in the foreground there, and its settings.
    #[derive(Clone)]
    pub(super) struct Terminal {
        file: Arc<File>,
        settings: Termios,
    }

    impl Terminal {
        pub(super) fn ours() -> Option<Self> {
            let file = File::options().read(true).write(true).open("/dev/tty").ok()?;
            let settings = tcgetattr(&file).ok()?;
            (tcgetpgrp(&file) == Ok(getpgrp())).then(|| Self { file: Arc::new(file), settings })
        }

        /// Lends the terminal to a group, which may have been stopped for wanting it too early.
        pub(super) fn lend(&self, group: Id) {
            if tcsetpgrp(&self.file, group).is_ok() {
                let _ = killpg(group, Signal::SIGCONT);
            }
        }

        /// Takes the terminal back, with its settings. Whoever is in the background is stopped for
        /// that, unless the signal is blocked.
        pub(super) fn take_back(&self) {
            let mut stop = SigSet::empty();
            stop.add(Signal::SIGTTOU);
            let blocked = stop.thread_block();
            let _ = tcsetpgrp(&self.file, getpgrp());
            let _ = tcsetattr(&self.file, SetArg::TCSANOW, &self.settings);
            if blocked.is_ok() {
                let _ = stop.thread_unblock();
            }
        }
    }

    pub(super) fn separate(command: &mut Command) {
        command.process_group(0);
    }

    pub(super) fn of(child: &Child) -> Id {
        Pid::from_raw(child.id().cast_signed())
    }

    /// Ends every process of a group; one that has none is as good.
    pub(super) fn kill(group: Id) {
        let _ = killpg(group, Signal::SIGKILL);
    }

    /// Whether the first process of a group is stopped; only Linux tells without reaping it.
    #[cfg(target_os = "linux")]
    pub(super) fn is_stopped(group: Id) -> bool {
        use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
        let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        matches!(waitid(Id::Pid(group), flags), Ok(WaitStatus::Stopped(..)))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn is_stopped(_: Id) -> bool {
        false
    }

    /// Ends the launcher like a program that was interrupted at the terminal, as shells do.
    pub(super) fn follow(status: ExitStatus) {
        // Programs that catch an interrupt say so by this code.
        let told = (status.code() == Some(130)).then_some(Signal::SIGINT as i32);
        let interrupt = [Signal::SIGINT as i32, Signal::SIGQUIT as i32];
        let signal = status.signal().filter(|signal| interrupt.contains(signal));
        if let Some(signal) = signal.or(told) {
            signals::end_by(signal);
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::process::ExitStatus;

    use super::{Child, Command};

    pub(super) type Id = u32;

    /// There is nothing to lend: a console is shared.
    #[derive(Clone)]
    pub(super) struct Terminal;

    impl Terminal {
        pub(super) fn ours() -> Option<Self> {
            None
        }

        pub(super) fn lend(&self, _: Id) {}

        pub(super) fn take_back(&self) {}
    }

    pub(super) fn separate(_: &mut Command) {}

    pub(super) fn of(child: &Child) -> Id {
        child.id()
    }

    /// The program itself is ended by its handle.
    pub(super) fn kill(_: Id) {}

    pub(super) fn is_stopped(_: Id) -> bool {
        false
    }

    pub(super) fn follow(_: ExitStatus) {}
}

/// A running group.
pub struct ProcessGroup {
    id: system::Id,
    terminal: Option<system::Terminal>,
    _undo: Undo,
}

impl ProcessGroup {
    /// Starts a program in a group of its own; whether it may have the terminal.
    ///
    /// # Errors
    /// The system's own.
    pub fn spawn(command: &mut Command, terminal: bool) -> io::Result<(Child, Self)> {
        system::separate(command);
        let terminal = system::Terminal::ours().filter(|_| terminal);
        let (started, lent) = (Arc::new(Mutex::new(None)), terminal.clone());
        // Held while the program starts: a signal that comes meanwhile waits for the group.
        let mut starting = lock(&started);
        let undo = signals::undo({
            let started = started.clone();
            move || {
                lock(&started).iter().for_each(|group| system::kill(*group));
                lent.iter().for_each(|terminal| terminal.take_back());
            }
        });
        let child = command.spawn();
        *starting = child.as_ref().ok().map(system::of);
        drop(starting);
        let child = child?;
        let id = system::of(&child);
        terminal.iter().for_each(|terminal| terminal.lend(id));
        Ok((child, Self { id, terminal, _undo: undo }))
    }

    /// Whether it waits for somebody to continue it: after Ctrl-Z, or for a terminal that it has
    /// not got.
    pub fn is_stopped(&self) -> bool {
        system::is_stopped(self.id)
    }

    /// Ends what is left of it; and the launcher, if the user interrupted it.
    pub fn end(self, child: &mut Child) {
        system::kill(self.id);
        // It may have ended by itself; either way it is gone afterwards.
        let _ = child.kill();
        let status = child.wait();
        self.terminal.iter().for_each(|terminal| terminal.take_back());
        let lent = self.terminal.is_some();
        drop(self);
        if let (true, Ok(status)) = (lent, status) {
            system::follow(status);
        }
    }
}

fn lock(started: &Mutex<Option<system::Id>>) -> MutexGuard<'_, Option<system::Id>> {
    started.lock().unwrap_or_else(PoisonError::into_inner)
}
