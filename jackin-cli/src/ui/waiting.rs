//! One line on the terminal that says which helper is waited for, and is gone afterwards.

use std::{
    env,
    io::{self, Write as _},
};

use jackin_host::{
    os::{Waiting, show_waiting},
    text::visible,
};

use crate::ui::terminal::is_drawable;

/// How much of a helper's name is shown, in characters.
const LONGEST_NAME: usize = 40;

/// Erases the line that the cursor is in.
const ERASE: &str = "\r\x1b[K";

/// The line on stderr.
struct Line;

/// Has waits shown, if stderr is a terminal that can draw.
pub(crate) fn show() {
    show_waiting(&Line);
}

impl Waiting for Line {
    fn can_show(&self) -> bool {
        is_drawable(env::var_os("TERM").as_deref())
    }

    fn waits_for(&self, helper: &str, seconds: u64) {
        let line = line(helper, seconds);
        // On a narrow terminal it is cut, not wrapped: what is erased is one line.
        print(&format!("{ERASE}\x1b[?7l{line} \x1b[?7h"));
    }

    fn is_over(&self) {
        print(ERASE);
    }
}

fn line(helper: &str, seconds: u64) -> String {
    let name: String = visible(helper).replace('\n', " ").chars().take(LONGEST_NAME).collect();
    match seconds {
        0 => format!("waiting for `{name}`"),
        seconds => format!("waiting for `{name}` ({seconds} s)"),
    }
}

fn print(text: &str) {
    // With stderr closed there is nobody to tell.
    let _ = io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_helper_and_the_seconds() {
        assert_eq!(line("op", 0), "waiting for `op`");
        assert_eq!(line("op", 3), "waiting for `op` (3 s)");
        let odd = line("a\x1b[2J\nb", 12);
        assert!(!odd.contains(['\x1b', '\n']) && odd.ends_with("` (12 s)"), "{odd}");
        assert!(line(&"x".repeat(10_000), 100_000).chars().count() < 80);
    }
}
