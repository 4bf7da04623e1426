//! 1Password, through its own command line. The reference goes in as an argument, the secret comes
//! out on a pipe; it is in no argument and no file.

use std::{
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use jackin_core::{OpRef, SecretError, SecretString};

/// How long one reference may take: the user may have to unlock the vault.
pub(super) const LIMIT: Duration = Duration::from_secs(120);
/// The longest secret and the longest message that are read, in bytes.
const LONGEST_SECRET: u64 = 64 << 10;
const LONGEST_MESSAGE: u64 = 4 << 10;

pub(super) fn read(reference: &OpRef, limit: Duration) -> Result<SecretString, SecretError> {
    let program = which::which("op").map_err(|_| {
        let hint = "install 1Password CLI and sign in with `op signin`";
        SecretError::new("`op` is not on PATH", Some(hint.into()))
    })?;
    let mut command = Command::new(program);
    command.args(["read", "--no-newline"]);
    if let Some(account) = reference.account() {
        command.args(["--account", account]);
    }
    command.arg(reference.uri());
    run(command, limit)
}

fn run(mut command: Command, limit: Duration) -> Result<SecretString, SecretError> {
    let deadline = Instant::now() + limit;
    // Standard input is the agent's, and stays unread.
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = command.spawn();
    let mut child = started
        .map_err(|error| SecretError::new(format!("`op` cannot be started: {error}"), None))?;
    let secret = reader(child.stdout.take(), LONGEST_SECRET);
    let message = reader(child.stderr.take(), LONGEST_MESSAGE);
    let Some(status) = wait(&mut child, deadline) else {
        // It may end at this very moment; either way it is gone afterwards.
        let _ = child.kill();
        let _ = child.wait();
        let hint = "unlock 1Password and start again";
        let reason = format!("`op` gave no answer within {} s", limit.as_secs());
        return Err(SecretError::new(reason, Some(hint.into())));
    };
    if !status.success() {
        let message = receive(&message, deadline);
        let message = String::from_utf8_lossy(&message);
        return Err(SecretError::new(format!("`op` failed ({status}): {}", message.trim()), None));
    }
    let secret = receive(&secret, deadline);
    if secret.len() as u64 > LONGEST_SECRET {
        return Err(SecretError::new(
            format!("it is longer than {} KiB", LONGEST_SECRET >> 10),
            None,
        ));
    }
    let text = String::from_utf8(secret).map_err(|_| SecretError::new("it is not UTF-8", None))?;
    Ok(text.into())
}

/// Reads a pipe in the background, so that neither pipe can block the other: up to one byte more
/// than the limit is kept, the rest thrown away.
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

/// What a pipe held; nothing if a grandchild keeps it open past the deadline.
fn receive(pipe: &mpsc::Receiver<Vec<u8>>, deadline: Instant) -> Vec<u8> {
    pipe.recv_timeout(deadline.saturating_duration_since(Instant::now())).unwrap_or_default()
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use jackin_core::ExposeSecret;

    fn shell(script: &str, limit: Duration) -> Result<String, String> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let answer = run(command, limit);
        answer.map(|text| text.expose_secret().to_owned()).map_err(|error| error.reason)
    }

    const SOON: Duration = Duration::from_secs(20);

    #[test]
    fn there_is_time_to_unlock_the_vault() {
        assert_eq!(LIMIT.as_secs(), 120);
    }

    #[test]
    fn the_text_is_taken_as_it_is() {
        assert_eq!(shell("printf 'a b'", SOON).unwrap(), "a b");
    }

    #[test]
    fn a_failure_shows_the_message_and_not_the_output() {
        let error = shell("echo hunter2; echo 'not signed in' >&2; exit 3", SOON).unwrap_err();
        assert!(error.contains("not signed in") && error.contains('3'), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_flood_of_messages_is_cut() {
        let flood = "head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1";
        assert!(shell(flood, SOON).unwrap_err().len() < 5000);
        let flood = "head -c 1000000 /dev/zero | tr '\\0' x";
        assert!(shell(flood, SOON).unwrap_err().contains("longer"));
    }

    #[test]
    fn one_that_hangs_is_ended() {
        let started = Instant::now();
        let error = shell("exec sleep 600", Duration::from_millis(50)).unwrap_err();
        assert!(error.contains("no answer"), "{error}");
        assert!(started.elapsed() < SOON);
    }

    #[test]
    fn standard_input_is_left_alone() {
        assert_eq!(shell("cat", SOON).unwrap(), "");
    }
}
