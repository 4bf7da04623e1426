//! The process group of a helper. It has the terminal while it runs, if
//! it may ask for a password there; nothing of the group outlives the question or the launcher.

use std::{
    io,
    process::{Child, Command},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::os::{
    helper::Container,
    signals::{self, Undo},
};

#[cfg(unix)]
mod system {
    #[cfg(target_os = "linux")]
    use std::{fs, path::Path};
    use std::{
        fs::File,
        os::unix::process::{CommandExt as _, ExitStatusExt as _},
        process::ExitStatus,
        sync::Arc,
    };

    use nix::{
        sys::{
            signal::{SigSet, Signal, killpg},
            termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr},
        },
        unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp},
    };

    use super::{Child, Command, signals};
    #[cfg(target_os = "linux")]
    use crate::os::process_text;
    pub(super) use crate::os::watchdog::Watchdog;

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

        /// Whether a group that it is lent to may have something on it: a program there has the terminal
        /// open, or another, as a dialog for a password, has changed its settings. Where programs in the
        /// background are stopped for writing, this one would be.
        pub(super) fn is_used_by(&self, group: Id) -> bool {
            self.settings.local_flags.contains(LocalFlags::TOSTOP)
                || !tcgetattr(&self.file).is_ok_and(|now| is_same(&now, &self.settings))
                || holds_terminal(group)
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

    /// How many control characters every system sets.
    const CHARS: usize = 17;

    /// Whether a terminal is set alike. Beyond what is compared, the structure may hold what no system sets.
    fn is_same(one: &Termios, other: &Termios) -> bool {
        let flags = |termios: &Termios| {
            (termios.input_flags, termios.output_flags, termios.control_flags, termios.local_flags)
        };
        let chars = |termios: &Termios| {
            termios.control_chars.iter().take(CHARS).copied().collect::<Vec<_>>()
        };
        flags(one) == flags(other) && chars(one) == chars(other)
    }

    /// Has a program start in the group of a watchdog, or in one of its own where there is none.
    pub(super) fn separate(command: &mut Command, watchdog: Option<&Watchdog>) {
        command.process_group(watchdog.map_or(0, |watchdog| watchdog.id().cast_signed()));
    }

    /// Lets this thread write to a terminal that is lent, also where that stops programs in the background.
    pub(in crate::os) fn write_from_behind() {
        let mut stop = SigSet::empty();
        stop.add(Signal::SIGTTOU);
        let _ = stop.thread_block();
    }

    pub(super) fn of(child: &Child, watchdog: Option<&Watchdog>) -> Id {
        let leader = watchdog.map_or_else(|| child.id(), Watchdog::id);
        Pid::from_raw(leader.cast_signed())
    }

    /// Ends every process of a group; one that has none is as good.
    pub(super) fn kill(group: Id) {
        let _ = killpg(group, Signal::SIGKILL);
    }

    /// Whether a program is stopped; only Linux tells without reaping it.
    #[cfg(target_os = "linux")]
    pub(super) fn is_stopped(child: &Child) -> bool {
        use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
        let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        matches!(waitid(Id::Pid(of(child, None)), flags), Ok(WaitStatus::Stopped(..)))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn is_stopped(_: &Child) -> bool {
        false
    }

    /// Whether a process of a group has a terminal open; only Linux tells.
    #[cfg(target_os = "linux")]
    fn holds_terminal(group: Id) -> bool {
        let is_terminal = |file: &Path| file.starts_with("/dev/pts") || is_named_tty(file);
        let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let mut members = processes.map(|entry| entry.path()).filter(|dir| {
            let stat = process_text(&dir.join("stat"));
            // Behind the name come the state, the parent and the group.
            let stat = stat.as_deref().and_then(|stat| stat.rsplit_once(')'));
            stat.and_then(|(_, fields)| fields.split_whitespace().nth(2)?.parse().ok())
                == Some(group.as_raw())
        });
        members.any(|dir| {
            let files = fs::read_dir(dir.join("fd")).into_iter().flatten().filter_map(Result::ok);
            files.filter_map(|file| fs::read_link(file.path()).ok()).any(|file| is_terminal(&file))
        })
    }

    #[cfg(target_os = "linux")]
    fn is_named_tty(file: &Path) -> bool {
        file.to_str().is_some_and(|file| file.starts_with("/dev/tty"))
    }

    #[cfg(not(target_os = "linux"))]
    fn holds_terminal(_: Id) -> bool {
        true
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
    use std::{io, process::ExitStatus};

    use super::{Child, Command, Container};

    pub(super) type Id = u32;

    /// There is nothing to lend: a console is shared.
    #[derive(Clone)]
    pub(super) struct Terminal;

    impl Terminal {
        pub(super) fn ours() -> Option<Self> {
            None
        }

        pub(super) fn is_used_by(&self, _: Id) -> bool {
            true
        }

        pub(super) fn lend(&self, _: Id) {}

        pub(super) fn take_back(&self) {}
    }

    /// There is none.
    pub(super) enum Watchdog {}

    impl Watchdog {
        pub(super) fn start(_: Option<&Container<'_>>) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(super) fn act(&mut self) {}
    }

    pub(super) fn separate(_: &mut Command, _: Option<&Watchdog>) {}

    pub(in crate::os) fn write_from_behind() {}

    pub(super) fn of(child: &Child, _: Option<&Watchdog>) -> Id {
        child.id()
    }

    /// The program itself is ended by its handle.
    pub(super) fn kill(_: Id) {}

    pub(super) fn is_stopped(_: &Child) -> bool {
        false
    }

    pub(super) fn follow(_: ExitStatus) {}
}

/// A running group.
pub(crate) struct ProcessGroup {
    id: system::Id,
    terminal: Option<system::Terminal>,
    /// Whether this program was in the foreground of its terminal.
    is_in_foreground: bool,
    watchdog: Option<system::Watchdog>,
    /// Whether the watchdog has more to end than the group.
    is_left_to_it: bool,
    _undo: Undo,
}

impl ProcessGroup {
    /// Starts a program in a group of its own; whether it may have the terminal.
    ///
    /// # Errors
    /// The system's own.
    pub(super) fn spawn(
        command: &mut Command,
        terminal: bool,
        container: Option<&Container<'_>>,
    ) -> io::Result<(Child, Self)> {
        // Without one it is ended all the same, unless this process is ended by force.
        let watchdog = system::Watchdog::start(container).ok();
        let is_left_to_it = container.is_some() && watchdog.is_some();
        system::separate(command, watchdog.as_ref());
        let ours = system::Terminal::ours();
        let is_in_foreground = ours.is_some();
        let terminal = ours.filter(|_| terminal);
        let (started, lent) = (Arc::new(Mutex::new(None)), terminal.clone());
        // Held while the program starts: a signal that comes meanwhile waits for the group.
        let mut starting = lock(&started);
        let undo = signals::undo({
            let started = started.clone();
            move || {
                // The end of this process tells the watchdog.
                if !is_left_to_it {
                    lock(&started).iter().for_each(|group| system::kill(*group));
                }
                lent.iter().for_each(|terminal| terminal.take_back());
            }
        });
        let child = command.spawn();
        let id = child.as_ref().ok().map(|child| system::of(child, watchdog.as_ref()));
        *starting = id;
        drop(starting);
        let (child, id) =
            child.and_then(|child| Ok((child, id.ok_or(io::ErrorKind::NotFound)?)))?;
        terminal.iter().for_each(|terminal| terminal.lend(id));
        Ok((child, Self { id, terminal, is_in_foreground, watchdog, is_left_to_it, _undo: undo }))
    }

    /// Whether it waits for somebody to continue it: after Ctrl-Z, or for a terminal that it has
    /// not got.
    pub(super) fn is_stopped(&self, child: &Child) -> bool {
        system::is_stopped(child)
    }

    /// Whether somebody else may have something on the terminal that must not be written over: the helper, or
    /// the shell that has put this program in the background.
    pub(super) fn may_prompt(&self) -> bool {
        !self.is_in_foreground
            || self.terminal.as_ref().is_some_and(|terminal| terminal.is_used_by(self.id))
    }

    /// Ends what is left of it; and the launcher, if the user interrupted it. What gave no answer may have
    /// left a container, too.
    pub(super) fn end(mut self, child: &mut Child, has_answered: bool) {
        if let (true, Some(watchdog)) = (self.is_left_to_it && !has_answered, &mut self.watchdog) {
            watchdog.act();
        }
        system::kill(self.id);
        // It may have ended by itself; either way it is gone afterwards.
        let _ = child.kill();
        let status = child.wait();
        drop(self.watchdog.take());
        self.terminal.iter().for_each(|terminal| terminal.take_back());
        let lent = self.terminal.is_some();
        drop(self);
        if let (true, Ok(status)) = (lent, status) {
            system::follow(status);
        }
    }
}

/// Starts a program in a group of its own, to go on alone.
///
/// # Errors
/// The system's own.
pub(super) fn spawn_detached(command: &mut Command) -> io::Result<()> {
    system::separate(command, None);
    command.spawn().map(drop)
}

pub(super) use system::write_from_behind;

fn lock(started: &Mutex<Option<system::Id>>) -> MutexGuard<'_, Option<system::Id>> {
    started.lock().unwrap_or_else(PoisonError::into_inner)
}
