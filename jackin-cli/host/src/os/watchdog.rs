//! What ends a helper's process group when this process dies without a chance to do it, as by `kill -9`.
//!
//! It is a shell that leads the group and waits on a pipe that only this process holds: the system closes
//! it, however this process ends, and the shell then ends its own group. The other way, the system's signal
//! to the children of a dying process, is Linux's alone, reaches no grandchild and is only to be had by
//! unsafe code. Where there is no `/bin/sh`, helpers do without.
//!
//! Out of its reach is what has left the group, as by `setsid`; and on Windows there is none.

use std::{
    io,
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::os::helper::Container;

/// What is sent to the whole group at the terminal is not meant for it. A container is ended by its
/// runtime's client, `$1`: it is no child of the client, and goes on without it.
const SCRIPT: &str = "trap '' HUP INT QUIT TERM TSTP TTIN TTOU; read _; \
    if [ $# = 2 ]; then \"$1\" kill \"$2\"; \"$1\" rm -f \"$2\"; fi; kill -9 0";

/// How long ending a container may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// The leader of a group, until dropped.
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Starts one, with a group of its own, that ends this container too.
    ///
    /// # Errors
    /// The system's own.
    pub(super) fn start(container: Option<&Container<'_>>) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT, "sh"]).process_group(0);
        match container {
            Some(Container { client, name }) => shell.arg(client).arg(name),
            // It needs nothing of what this process has.
            None => shell.env_clear().current_dir("/"),
        };
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.spawn().map(Self)
    }

    /// Has it do its work, for a container that this process cannot end.
    pub(super) fn act(&mut self) {
        drop(self.0.stdin.take());
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Its number, which is the group's.
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Watchdog {
    /// It is ended with its group, or here where no helper was started.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
