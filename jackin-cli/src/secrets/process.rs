//! A program that is asked for a secret: no shell, nothing on its standard input, a limit of time
//! and of size. It runs in a process group of its own, of which nothing is left afterwards.

use std::{
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use jackin_core::{ExposeSecret as _, SecretError, SecretString};

use crate::group::Group;

/// How long one answer may take: the user may have to unlock something.
pub(super) const LIMIT: Duration = Duration::from_secs(120);
/// The longest secret that is read, in bytes; also of a file.
pub(super) const LONGEST_SECRET: u64 = 64 << 10;
/// The longest message of a program that is shown, in bytes.
const LONGEST_MESSAGE: u64 = 4 << 10;

/// What becomes of a program's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Messages {
    /// They go where the launcher's go.
    Passed,
    /// They stand in the error if it fails.
    Kept,
}

/// A program, and how it is asked.
pub(super) struct Question<'a> {
    pub(super) command: Command,
    /// How errors name it.
    pub(super) name: &'a str,
    pub(super) messages: Messages,
    pub(super) limit: Duration,
    /// Whether it may use the terminal, to ask for a password.
    pub(super) terminal: bool,
}

impl Question<'_> {
    /// Runs the program and takes what it prints.
    pub(super) fn ask(mut self) -> Result<SecretString, SecretError> {
        let deadline = Instant::now() + self.limit;
        let messages = match self.messages {
            Messages::Passed => Stdio::inherit(),
            Messages::Kept => Stdio::piped(),
        };
        // Standard input is the agent's, and stays unread.
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(messages);
        let name = self.name;
        let (mut child, group) =
            Group::spawn(&mut self.command, self.terminal).map_err(|error| {
                SecretError::new(format!("`{name}` cannot be started: {error}"), None)
            })?;
        let secret = reader(child.stdout.take(), LONGEST_SECRET);
        let message = reader(child.stderr.take(), LONGEST_MESSAGE);
        let status = wait(&mut child, deadline);
        group.end(&mut child);
        let secret = secret.recv().unwrap_or_default();
        match status {
            None => Err(SecretError::new(
                format!("`{name}` gave no answer within {} s", self.limit.as_secs()),
                Some("unlock what it asks for, and start again".into()),
            )),
            Some(status) if status.success() => text(secret),
            Some(status) => {
                let message = message.recv().unwrap_or_default();
                Err(failure(name, status, &message, &text(secret).unwrap_or_default()))
            }
        }
    }
}

/// What a program or a file gave, as text.
pub(super) fn text(bytes: Vec<u8>) -> Result<SecretString, SecretError> {
    if bytes.len() as u64 > LONGEST_SECRET {
        let limit = LONGEST_SECRET >> 10;
        return Err(SecretError::new(format!("it is longer than {limit} KiB"), None));
    }
    let text = String::from_utf8(bytes);
    text.map(SecretString::from).map_err(|_| SecretError::new("it is not UTF-8", None))
}

/// A secret without the line feed that ends the last line of a text.
pub(super) fn without_line_feed(secret: &SecretString) -> SecretString {
    let text = secret.expose_secret();
    text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line)).into()
}

/// What the program says of its failure, but for what it printed as the secret.
fn failure(name: &str, status: ExitStatus, message: &[u8], secret: &SecretString) -> SecretError {
    let message = String::from_utf8_lossy(&message[..message.len().min(LONGEST_MESSAGE as usize)]);
    let secret = secret.expose_secret().trim();
    let message = match secret.is_empty() {
        true => message.into_owned(),
        false => message.replace(secret, "••••"),
    };
    let colon = if message.trim().is_empty() { "" } else { ": " };
    SecretError::new(format!("`{name}` failed ({status}){colon}{}", message.trim()), None)
}

/// Reads a pipe in the background, so that neither pipe can block the other: up to one byte more
/// than the limit is kept, the rest thrown away. It ends when the last of the group has gone.
fn reader(pipe: Option<impl Read + Send + 'static>, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut kept = Vec::new();
        // A pipe that breaks ends the text; the exit status tells whether that matters.
        let _ = pipe.by_ref().take(limit + 1).read_to_end(&mut kept);
        let _ = io::copy(&mut pipe, &mut io::sink());
        // Nobody may be waiting any more.
        let _ = sender.send(kept);
    });
    receiver
}

fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}
