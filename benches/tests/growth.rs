//! What lists a configuration takes about as many instructions for each role and each provider, however
//! many there are. Instructions are counted: a machine that does other work changes nothing.
#![cfg(target_os = "linux")]

use std::io::{self, Write as _};

use jackin_benches::{Answer, KINDS, LISTS, build, count, stage::Stage};

/// How many of them there are first, and then ten times as many.
const FEW: usize = 20;

/// Ten times as many take ten times as long, and a little more where lists are sorted.
const MOST: u64 = 12;

#[test]
#[ignore = "needs valgrind"]
fn ten_times_as_much_takes_no_more_than_twelve_times_as_long() -> Answer<()> {
    let program = build::debug()?;
    let mut found = Vec::new();
    for (what, config) in KINDS {
        let stages = [FEW, 10 * FEW].map(|count| Stage::new(&config(count)));
        let [few, many] = stages;
        let (few, many) = (few?, many?);
        for words in LISTS {
            let [few, many] =
                [count::whole(&few, &program, words)?, count::whole(&many, &program, words)?];
            let line = format!("{words:?} with {what}: {few}, then {many} instructions");
            // Whatever reads this has gone away: nobody is left to tell.
            let _ = writeln!(io::stdout(), "{line}");
            if many > MOST * few {
                found.push(line);
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}
