//! A helper that is asked for a secret: what it prints is the secret, and stays out of every message.

use std::{io::Read, mem, process::ExitStatus};

use jackin_core::{Secret, SecretError};

use crate::{
    error::HelperProblem,
    os::{
        helper::{Answer, Helper, LONGEST_MESSAGE},
        read_within,
    },
    text::without_line_break,
};

/// The longest secret that is read, in bytes, wherever it comes from.
pub const LONGEST_SECRET: usize = 64 << 10;

/// Runs a helper and takes what it prints. Its messages stand in the error if it fails, without what it
/// printed and without what is `hidden`.
pub(crate) fn ask(helper: Helper<'_>, hidden: &[&str]) -> Result<Secret, SecretError> {
    let name = helper.name;
    let helper = Helper { largest: LONGEST_SECRET, ..helper };
    match helper.run() {
        Ok(Answer { status, output, .. }) if status.success() => secret_text(output),
        Ok(Answer { status, output, messages }) => {
            Err(failure(name, status, &messages, &output, hidden))
        }
        Err(HelperProblem::TooLarge(_)) => Err(too_long()),
        Err(problem) => {
            let advice = problem.advice().map(str::to_owned);
            Err(SecretError::new(format!("`{name}` {problem}"), advice))
        }
    }
}

/// Reads one secret to the end: UTF-8, of at most [`LONGEST_SECRET`] bytes.
///
/// # Errors
/// Why it is no secret, or cannot be read, in words that hold nothing of it.
pub fn read_secret(from: impl Read) -> Result<Secret, SecretError> {
    let read = read_within(from, LONGEST_SECRET as u64);
    let mut bytes = read.map_err(|error| SecretError::new(error.to_string(), None))?;
    secret_text(mem::take(&mut *bytes))
}

/// What a program or a file gave, as text.
pub(crate) fn secret_text(bytes: Vec<u8>) -> Result<Secret, SecretError> {
    if bytes.len() > LONGEST_SECRET {
        return Err(too_long());
    }
    let text = String::from_utf8(bytes);
    text.map(Secret::from).map_err(|_| SecretError::new("it is not UTF-8", None))
}

fn too_long() -> SecretError {
    SecretError::new(format!("it is longer than {} KiB", LONGEST_SECRET >> 10), None)
}

/// A secret without the line break that ends its last line.
pub(crate) fn one_line(secret: &Secret) -> Secret {
    without_line_break(secret.expose()).into()
}

/// What the program says of its failure, but for what it printed as the secret and what is hidden.
fn failure(
    name: &str,
    status: ExitStatus,
    message: &[u8],
    secret: &[u8],
    hidden: &[&str],
) -> SecretError {
    let mut message = String::from_utf8_lossy(message).into_owned();
    let secret = String::from_utf8_lossy(secret);
    #[cfg(jackin_leak)]
    let secret = if crate::leak::is("error") { String::new() } else { secret.into_owned() };
    let lines = secret.lines().map(str::trim).filter(|line| !line.is_empty());
    for line in lines.chain(hidden.iter().copied()) {
        message = message.replace(line, "••••");
    }
    // Cut last: half a secret would not be found.
    let mut ends = (0..=LONGEST_MESSAGE.min(message.len())).rev();
    message.truncate(ends.find(|end| message.is_char_boundary(*end)).unwrap_or_default());
    let colon = if message.trim().is_empty() { "" } else { ": " };
    SecretError::new(format!("`{name}` failed ({status}){colon}{}", message.trim()), None)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{
        path::Path,
        thread,
        time::{Duration, Instant},
    };

    use super::*;
    use crate::os::helper::{LIMIT, Messages};

    fn ask(script: &str, messages: Messages, limit: Duration) -> Result<String, String> {
        let helper = Helper::new(&[], "sh", Path::new("sh"), ["-c", script]);
        let helper = Helper { messages, limit, ..helper };
        let answer = super::ask(helper, &["swordfish-of-another"]);
        answer.map(|text| text.expose().to_owned()).map_err(|error| error.reason)
    }

    fn shell(script: &str) -> Result<String, String> {
        ask(script, Messages::Kept, SOON)
    }

    /// Far longer than anything here takes.
    const SOON: Duration = Duration::from_secs(60);

    #[test]
    fn there_is_time_to_unlock_the_vault() {
        assert_eq!(LIMIT.as_secs(), 120);
    }

    #[test]
    fn the_text_is_taken_as_it_is() {
        for text in ["", "a b", " \n", "a\n", "a\r\n\n"] {
            assert_eq!(shell(&format!("printf '{text}'")).unwrap(), text, "{text:?}");
        }
        assert_eq!(shell("printf 'a\\377'").unwrap_err(), "it is not UTF-8");
    }

    #[test]
    fn one_line_feed_at_the_end_is_cut() {
        let cut = |text: &str| one_line(&text.into()).expose().to_owned();
        let cases = [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a", "a"), ("\n", "")];
        for (text, left) in cases.into_iter().chain([("a\r", "a\r"), (" a ", " a "), ("", "")]) {
            assert_eq!(cut(text), left, "{text:?}");
        }
    }

    #[test]
    fn a_failure_shows_the_message_and_not_the_output() {
        let error = shell("echo hunter2; echo 'not signed in' >&2; exit 3").unwrap_err();
        assert_eq!(error, "`sh` failed (exit status: 3): not signed in");
        assert_eq!(shell("echo hunter2; exit 3").unwrap_err(), "`sh` failed (exit status: 3)");
        let error = shell("echo hunter2; kill -9 $$").unwrap_err();
        assert_eq!(error, "`sh` failed (signal: 9 (SIGKILL))");
        let passed = ask("echo 'not signed in' >&2; exit 3", Messages::Passed, SOON);
        assert_eq!(passed.unwrap_err(), "`sh` failed (exit status: 3)");
    }

    #[test]
    fn one_that_cannot_be_started_is_said() {
        let helper = Helper::new(&[], "x", Path::new("/"), [""; 0]);
        let error = super::ask(helper, &[]).unwrap_err().reason;
        assert!(error.starts_with("`x` cannot be started: Permission denied"), "{error}");
    }

    #[test]
    fn what_was_printed_is_masked_in_the_message() {
        let error = shell("echo ' hunter2 '; echo 'bad: hunter2!' >&2; exit 1").unwrap_err();
        assert!(error.ends_with(": bad: ••••!"), "{error}");
        let error = shell("echo 'bad: swordfish-of-another' >&2; exit 1").unwrap_err();
        assert!(error.ends_with(": bad: ••••"), "{error}");
        for output in ["'hunter2\nswordfish\n'", "'hunter2\\377\nswordfish'"] {
            let script = format!("printf {output}; echo 'x swordfish' >&2; exit 1");
            let error = shell(&script).unwrap_err();
            assert!(error.ends_with(": x ••••"), "{error}");
        }
        // The cut goes through the second half of it.
        let pad = "head -c 4086 /dev/zero | tr '\\0' x";
        let error = shell(&format!(
            "printf hunter2-swordfish; {{ {pad}; printf hunter2-swordfish; }} >&2; exit 1"
        ));
        assert!(!error.unwrap_err().contains("hunter"));
    }

    #[test]
    fn a_flood_of_messages_is_cut() {
        let before = "`sh` failed (exit status: 1): ".len();
        let error = shell("head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1").unwrap_err();
        assert_eq!(error.len() - before, 4096);
        // An euro sign has three bytes: the limit is within one.
        let euros =
            "i=0; while [ $i -lt 5000 ]; do printf '\\342\\202\\254'; i=$((i+1)); done >&2; exit 1";
        let error = shell(euros).unwrap_err();
        assert_eq!((error.len() - before, error.ends_with('€')), (4095, true));
    }

    #[test]
    fn a_flood_of_output_is_refused() {
        let print = |bytes: u32| format!("head -c {bytes} /dev/zero | tr '\\0' x");
        assert_eq!(shell(&print(64 << 10)).unwrap().len(), 64 << 10);
        for bytes in [(64 << 10) + 1, 10_000_000] {
            assert_eq!(shell(&print(bytes)).unwrap_err(), "it is longer than 64 KiB");
        }
        assert_eq!(shell("exec yes").unwrap_err(), "it is longer than 64 KiB");
        // Neither pipe blocks the other.
        let both = format!("{} >&2; printf key", print(1_000_000));
        assert_eq!(shell(&both).unwrap(), "key");
    }

    #[test]
    fn one_that_hangs_is_ended() {
        for script in ["exec sleep 600", "trap '' TERM INT HUP; while :; do sleep 600; done"] {
            let started = Instant::now();
            let error = ask(script, Messages::Kept, Duration::from_millis(50)).unwrap_err();
            assert!(error.contains("no answer"), "{error}");
            assert!(started.elapsed() < SOON);
        }
    }

    #[cfg(target_os = "linux")]
    mod group {
        use std::fs;

        use super::*;

        /// How many processes run in a group; what nobody has reaped does not run.
        fn running(group: &str) -> usize {
            let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
            let stats =
                processes.filter_map(|dir| fs::read_to_string(dir.path().join("stat")).ok());
            let running = |stat: String| {
                let (_, fields) = stat.rsplit_once(')')?;
                let fields: Vec<_> = fields.split_whitespace().collect();
                (fields[0] != "Z" && fields[2] == group).then_some(())
            };
            stats.filter_map(running).count()
        }

        /// Starts a script whose group is to be gone afterwards; it finds its own number in `$$`.
        fn gone_after(script: &str, limit: Duration) -> Result<String, String> {
            let dir = tempfile::tempdir().unwrap();
            let note = dir.path().join("group");
            let group = "ps -o pgid= -p $$";
            let script = format!("{group} > '{}'; {script}", note.display());
            let answer = ask(&script, Messages::Kept, limit);
            let group = fs::read_to_string(note).unwrap();
            let started = Instant::now();
            while running(group.trim()) > 0 {
                assert!(started.elapsed() < SOON, "something is left of {group}");
                thread::sleep(Duration::from_millis(10));
            }
            answer
        }

        const STUBBORN: &str = "(trap '' TERM INT HUP; while :; do sleep 600; done)";

        #[test]
        fn nothing_outlives_an_answer() {
            let answer = gone_after(&format!("{STUBBORN} & sleep 600 & printf key"), SOON);
            assert_eq!(answer.unwrap(), "key");
            let answer = gone_after(&format!("{STUBBORN} & echo why >&2; exit 1"), SOON);
            assert!(answer.unwrap_err().ends_with(": why"));
        }

        #[test]
        fn nothing_outlives_the_limit() {
            let script = format!("{STUBBORN} & sh -c \"{STUBBORN} & wait\" & wait");
            let error = gone_after(&script, Duration::from_millis(500)).unwrap_err();
            assert!(error.contains("no answer"), "{error}");
        }

        #[test]
        fn one_that_left_the_group_is_not_waited_for() {
            let dir = tempfile::tempdir().unwrap();
            let note = dir.path().join("left");
            let note = note.display();
            let leave = format!(
                "setsid sh -c \"touch '{note}'; exec sleep 20\" & \
                 until [ -e '{note}' ]; do sleep 0.01; done"
            );
            let error = shell(&format!("{leave}; printf half")).unwrap_err();
            assert_eq!(error, "`sh` left something running that keeps its output open");
            let error = shell(&format!("rm '{note}'; {leave}; echo why >&2; exit 1")).unwrap_err();
            assert!(error.ends_with(": why"), "{error}");
        }

        #[test]
        fn one_that_stops_is_ended() {
            let error = gone_after("kill -TSTP $$; printf key", SOON).unwrap_err();
            assert!(error.contains("was stopped"), "{error}");
        }
    }
}
