//! The process group of a program that is asked for a secret. It has the terminal while it runs, if
//! it may ask for a password there; nothing of the group outlives the question or the launcher.

use std::{
    io,
    process::{Child, Command},
};

use crate::signals::{self, Undo};

#[cfg(unix)]
mod system {
    use std::{fs::File, os::unix::process::CommandExt as _, sync::Arc};

    use nix::{
        sys::{
            signal::{SigSet, Signal, killpg},
            termios::{SetArg, Termios, tcgetattr, tcsetattr},
        },
        unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp},
    };

    use super::{Child, Command};

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
}

#[cfg(not(unix))]
mod system {
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
}

/// A running group.
pub(crate) struct Group {
    id: system::Id,
    terminal: Option<system::Terminal>,
    _undo: Undo,
}

impl Group {
    /// Starts a program in a group of its own.
    pub(crate) fn spawn(command: &mut Command, terminal: bool) -> io::Result<(Child, Self)> {
        system::separate(command);
        let terminal = system::Terminal::ours().filter(|_| terminal);
        let child = command.spawn()?;
        let id = system::of(&child);
        let lent = terminal.clone();
        let undo = signals::undo(move || {
            system::kill(id);
            lent.iter().for_each(|terminal| terminal.take_back());
        });
        terminal.iter().for_each(|terminal| terminal.lend(id));
        Ok((child, Self { id, terminal, _undo: undo }))
    }

    /// Ends what is left of it.
    pub(crate) fn end(self, child: &mut Child) {
        system::kill(self.id);
        // It may have ended by itself; either way it is gone afterwards.
        let _ = child.kill();
        let _ = child.wait();
        self.terminal.iter().for_each(|terminal| terminal.take_back());
    }
}
