//! Values that nobody thought of, the same ones in every run.

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree as _,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

/// What the values are made from.
pub(crate) const SEED: &[u8; 32] = b"jackin env --export, 1000 values";

/// What shells are known to trip on.
const FRAGMENTS: [&str; 44] = [
    "'",
    "\"",
    "`",
    "\\",
    "$",
    "${",
    "}",
    "$(",
    ")",
    "$HOME",
    "${HOME}",
    "$(touch pwned)",
    "`touch pwned`",
    "!",
    "!!",
    "!$",
    "%",
    "%s",
    "%25",
    "%%",
    "-n",
    "--",
    "-",
    "#",
    " #",
    "~",
    "~/x",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "&",
    "|",
    ";",
    "<",
    ">",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "  ",
    "\\n",
    "\\\\",
    "''",
];

/// So many values.
pub(crate) fn generated(count: usize) -> Vec<String> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, SEED);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let some = |of: BoxedStrategy<char>| vec(of, 0..60).prop_map(String::from_iter);
    let control = prop_oneof![1..=0x1fu32, Just(0x7fu32), 0x80..=0x9fu32];
    let value = prop_oneof![
        some(proptest::char::range('\u{1}', char::MAX).boxed()),
        some(proptest::char::range('\u{1}', '\u{7f}').boxed()),
        some(control.prop_filter_map("no NUL", char::from_u32).boxed()),
        vec(select(&FRAGMENTS[..]), 0..12).prop_map(|parts| parts.concat()),
        vec(prop_oneof![select(&FRAGMENTS[..]).prop_map(str::to_owned), "[ -~]{0,8}"], 1..8)
            .prop_map(|parts| parts.concat()),
    ];
    (0..count).map(|_| value.new_tree(&mut runner).unwrap().current()).collect()
}

/// Every character there is but NUL, in values of 100 KB.
pub(crate) fn all_characters() -> Vec<String> {
    let mut values = vec![String::new()];
    for c in '\u{1}'..=char::MAX {
        if values.last().unwrap().len() + c.len_utf8() > 100_000 {
            values.push(String::new());
        }
        values.last_mut().unwrap().push(c);
    }
    values
}
