//! The one runner of helpers: programs that are asked something. Each has nothing on its standard input, a
//! limit of time and of size, a mark against recursion, and a process group of which nothing is left
//! afterwards, however the wait for it ends.

use std::{
    ffi::OsStr,
    io,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use jackin_core::plan::Vars;

use crate::{
    error::{HelperProblem, HostError},
    os::{
        self, ProcessGroup, pipe, process_group, question_chain,
        waiting::{self, Wait},
    },
};

/// How long one answer may take where the user may have to unlock something.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);
/// The longest message of a helper that is kept, in bytes.
pub(super) const LONGEST_MESSAGE: usize = 4 << 10;
/// How long a pipe is read on when the program has ended.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(2);

/// The same for messages that are passed on: a daemon that it has started may keep the pipe for good.
const LAST_MESSAGES: Duration = Duration::from_millis(200);
/// How long a program may take that has nothing to unlock.
const SOON: Duration = Duration::from_secs(10);

/// What becomes of a helper's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Messages {
    /// They go where the launcher's go.
    Passed,
    /// They are kept for an error, if it fails.
    Kept,
    /// They are discarded.
    Dropped,
}

/// A helper, and how it is asked.
pub(crate) struct Helper<'a> {
    /// The variables that led here, which hold the marks of other helpers.
    pub(crate) vars: &'a Vars,
    /// How errors name it.
    pub(crate) name: &'a str,
    pub(crate) command: Command,
    pub(crate) messages: Messages,
    pub(crate) limit: Duration,
    /// How much it may print, in bytes.
    pub(crate) largest: usize,
    /// Whether it may use the terminal, to ask for a password.
    pub(crate) terminal: bool,
    /// What it starts that is no child of it.
    pub(crate) container: Option<Container<'a>>,
}

/// A container that is ended where its client gives no answer.
#[cfg_attr(not(unix), expect(dead_code, reason = "there is no watchdog"))]
pub(crate) struct Container<'a> {
    /// The client's file.
    pub(crate) client: &'a Path,
    pub(crate) name: &'a str,
}

/// How a helper ended, and what it printed.
pub(crate) struct Answer {
    pub(crate) status: ExitStatus,
    pub(crate) output: Vec<u8>,
    /// More than [`LONGEST_MESSAGE`]: what it printed has to be found in it.
    pub(crate) messages: Vec<u8>,
}

impl<'a> Helper<'a> {
    /// A helper that is asked something plain: it does not get the terminal.
    pub(crate) fn new(
        vars: &'a Vars,
        name: &'a str,
        program: &Path,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Self {
        let mut command = Command::new(program);
        command.args(args);
        let (messages, largest) = (Messages::Dropped, 64 << 10);
        Self {
            vars,
            name,
            command,
            messages,
            limit: LIMIT,
            largest,
            terminal: false,
            container: None,
        }
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Result<Answer, HelperProblem> {
        let deadline = Instant::now() + self.limit;
        question_chain::mark(&mut self.command, self.vars, self.name)
            .map_err(HelperProblem::Recursion)?;
        let messages = match self.messages {
            Messages::Passed if !waiting::is_told() => Stdio::inherit(),
            Messages::Passed | Messages::Kept => Stdio::piped(),
            Messages::Dropped => Stdio::null(),
        };
        // Standard input is the agent's, and stays unread.
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(messages);
        let container = self.container.as_ref();
        let (child, group) = ProcessGroup::spawn(&mut self.command, self.terminal, container)
            .map_err(HelperProblem::NotStarted)?;
        let wait = Wait::new(self.name);
        let mut running = match Running::new(child, self.largest, self.messages) {
            Ok(running) => running,
            Err((mut child, error)) => {
                group.end(&mut child, false);
                return Err(HelperProblem::NotHeard(error));
            }
        };
        let status = running.wait(&group, wait, deadline, self.limit);
        // A client that an interrupt has ended says so by a code of its own.
        let has_answered = status.as_ref().is_ok_and(ExitStatus::success);
        group.end(&mut running.child, has_answered);
        let status = status?;
        let is_whole = running.output.take_last();
        running.messages.take_passed();
        running.output.check()?;
        if status.success() && !is_whole {
            return Err(HelperProblem::LeftOpen);
        }
        // Messages of a program that went well are not shown.
        if !status.success() {
            running.messages.take_kept();
        }
        let Running { output, messages, .. } = running;
        Ok(Answer { status, output: output.bytes, messages: messages.bytes() })
    }
}

/// Whether a program on PATH says yes by its exit code; without a word.
///
/// # Errors
/// [`HostError::Helper`]: it is not there, or gives no answer within ten seconds.
pub fn says_yes(
    vars: &Vars,
    program: &str,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<bool, HostError> {
    let failed = |problem| HostError::Helper { name: program.to_owned(), problem };
    let file = os::program(vars, program.as_ref());
    let file = file
        .ok_or_else(|| failed(HelperProblem::NotStarted(io::Error::other("it is not on PATH"))))?;
    let helper = Helper { limit: SOON, ..Helper::new(vars, program, &file, args) };
    helper.run().map(|answer| answer.status.success()).map_err(failed)
}

/// Starts a program that goes on when this one ends, such as a browser, in a process group of its own. It
/// is neither waited for nor listened to.
///
/// # Errors
/// The system's own; that it led back to the same question.
pub fn start_detached(vars: &Vars, command: &mut Command) -> io::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    question_chain::mark(command, vars, &name)
        .map_err(|chain| io::Error::other(HelperProblem::Recursion(chain)))?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    process_group::spawn_detached(command)
}

/// A helper that runs, and its pipes.
struct Running {
    child: Child,
    output: Pipe,
    messages: MessagePipe,
}

/// Where its messages go.
enum MessagePipe {
    Kept(Pipe),
    /// This one ends when the last is passed on.
    Passed(mpsc::Receiver<()>),
}

impl MessagePipe {
    fn take_kept(&mut self) {
        if let Self::Kept(pipe) = self {
            pipe.take_last();
        }
    }

    fn take_passed(&self) {
        if let Self::Passed(ended) = self {
            let _ = ended.recv_timeout(LAST_MESSAGES);
        }
    }

    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Kept(pipe) => pipe.bytes,
            Self::Passed(_) => Vec::new(),
        }
    }
}

impl Running {
    /// Reads its pipes in the background.
    fn new(
        mut child: Child,
        largest: usize,
        messages: Messages,
    ) -> Result<Self, (Child, io::Error)> {
        let output = Pipe::new(child.stdout.take(), largest, false);
        let pipe = child.stderr.take();
        let messages = match messages {
            Messages::Passed => pipe::passed(pipe).map(MessagePipe::Passed),
            // A text of that size is looked for in them.
            _ => Pipe::new(pipe, LONGEST_MESSAGE + largest, true).map(MessagePipe::Kept),
        };
        match (output, messages) {
            (Ok(output), Ok(messages)) => Ok(Self { child, output, messages }),
            (Err(error), _) | (_, Err(error)) => Err((child, error)),
        }
    }

    fn wait(
        &mut self,
        group: &ProcessGroup,
        mut wait: Wait<'_>,
        deadline: Instant,
        limit: Duration,
    ) -> Result<ExitStatus, HelperProblem> {
        loop {
            if let Some(status) = self.child.try_wait().map_err(HelperProblem::NotKnown)? {
                return Ok(status);
            }
            self.output.take();
            self.output.check()?;
            if group.is_stopped(&self.child) {
                return Err(HelperProblem::Stopped);
            }
            if Instant::now() >= deadline {
                return Err(HelperProblem::Late(limit));
            }
            wait.goes_on(group);
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// What comes out of a pipe.
struct Pipe {
    parts: mpsc::Receiver<Vec<u8>>,
    bytes: Vec<u8>,
    largest: usize,
}

impl Pipe {
    fn new(
        from: Option<impl io::Read + Send + 'static>,
        largest: usize,
        to_the_end: bool,
    ) -> io::Result<Self> {
        let (sender, parts) = mpsc::channel();
        pipe::read(from, sender, largest, to_the_end)?;
        Ok(Self { parts, bytes: Vec::new(), largest })
    }

    /// Takes what has come.
    fn take(&mut self) {
        self.bytes.extend(self.parts.try_iter().flatten());
    }

    /// Takes the rest, and tells whether that was all: what has left the group may still hold the pipe.
    fn take_last(&mut self) -> bool {
        let deadline = Instant::now() + LAST_WORDS;
        loop {
            match self.parts.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(part) => self.bytes.extend(part),
                Err(error) => return error == mpsc::RecvTimeoutError::Disconnected,
            }
        }
    }

    fn check(&self) -> Result<(), HelperProblem> {
        match self.bytes.len() > self.largest {
            true => Err(HelperProblem::TooLarge(self.largest as u64)),
            false => Ok(()),
        }
    }
}
