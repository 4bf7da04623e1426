//! The order of the rooms: each uses the rooms above it and none below.
#![expect(clippy::disallowed_methods, reason = "a test reads the source")]

#[path = "../../fixtures/layering.rs"]
mod layering;

use std::path::Path;

/// From the top; the README of the house is ARCHITECTURE.md.
const ROOMS: [&str; 12] = [
    "names",
    "value",
    "model",
    "registry",
    "config",
    "plan",
    "join",
    "elsewhere",
    "export",
    "edit",
    // One type for all errors.
    "error",
    // For the property tests of embedders.
    "strategies",
];

#[test]
fn rooms_use_only_the_rooms_above_them() {
    layering::check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &ROOMS);
}

#[test]
fn every_way_to_use_a_room_is_seen() {
    let text = "use crate::{\n    a::{B, c::{D, E}},\n    f,\n    g::*,\n};\nuse crate::h::I;\n\
                // crate::comment\nfn x() { crate::j::k(); mycrate::no(); }\n\
                #[cfg(test)]\nmod tests {\n use crate::t;\n}\n";
    let used = layering::used_rooms(text);
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["a", "f", "g", "h", "j"]);
}
