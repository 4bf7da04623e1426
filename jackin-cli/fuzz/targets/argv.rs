//! The command line: what follows the agent's name is the agent's, byte for byte, and a refusal
//! repeats no word that could be a key.
#![no_main]

use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};

use jackin_cli::fuzzing::arguments;
use jackin_fuzz::{SENTINEL, assert_hidden};
use libfuzzer_sys::fuzz_target;

/// The words of an input, which are separated as in `/proc/<pid>/cmdline`.
fn words(data: &[u8]) -> Vec<OsString> {
    let words = data.split(|byte| *byte == 0).map(|word| match std::str::from_utf8(word) {
        Ok(word) => word.replace("sentinel", SENTINEL).into(),
        Err(_) => OsString::from_vec(word.to_vec()),
    });
    std::iter::once("jackin".into()).chain(words).collect()
}

fuzz_target!(|data: &[u8]| {
    let words = words(data);
    match arguments(&words) {
        Ok(target) => assert!(words.ends_with(&target), "{words:?}: {target:?}"),
        Err(said) => assert_hidden(&said),
    }
});
