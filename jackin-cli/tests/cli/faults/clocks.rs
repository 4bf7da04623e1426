//! Clocks that are wrong.

use super::bounded;
use crate::support::{Home, JACKIN};

const GATEWAY: &str = "[env]\nGATEWAY_API_KEY = 'agt_x'\n[providers.gateway]\n\
    expires_at = 2026-11-21T00:00:00Z\n[providers.gateway.anthropic]\n\
    base_url = 'https://gateway.example.com'\nmodels = { main = 'm', small_fast = 's' }\n";

/// What the program sees as the time, by Debian's faketime.
fn at(home: &Home, time: &str, words: &str) -> crate::support::Seen {
    let mut command = home.program("faketime", ["-f", time, JACKIN]);
    bounded(command.args(words.split(' ')))
}

/// The key has not ended before the epoch, and long ago in the far future; the agent starts all the
/// same.
#[test]
#[ignore = "needs faketime; .ci/run runs it"]
fn before_the_epoch_and_in_the_far_future() {
    let home = Home::with_config(GATEWAY);
    home.script("bin/claude", "echo started");
    for (time, expires) in [
        ("1969-07-20 20:17:40", "expires in "),
        ("1901-12-13 00:00:00", "expires in "),
        ("1970-01-01 00:00:00", "expires in "),
        ("2038-01-19 03:14:08", "expired "),
        ("2106-02-07 06:28:16", "expired "),
        ("9999-12-31 23:59:59", "expired "),
    ] {
        let seen = at(&home, time, "run --provider gateway claude");
        assert_eq!((seen.code, seen.out.as_str()), (Some(0), "started\n"), "{time}: {}", seen.err);
        assert_eq!(seen.err.contains("expired"), expires == "expired ", "{time}: {}", seen.err);
        for words in ["providers", "plan --provider gateway", "doctor", "auth list"] {
            let seen = at(&home, time, words);
            assert!(matches!(seen.code, Some(0 | 1)), "{time} {words}: {}", seen.err);
            assert!(!seen.err.contains("panicked"), "{}", seen.err);
            if words != "doctor" {
                assert!(seen.out.contains(expires), "{time} {words}: {}", seen.out);
            }
        }
        assert_eq!(at(&home, time, "config env set EDITOR vi").code, Some(0), "{time}");
        assert_eq!(at(&home, time, "config env unset EDITOR").code, Some(0), "{time}");
    }
}
