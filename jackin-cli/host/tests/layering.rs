//! The order of the rooms: each uses the rooms above it and none below.
#![expect(clippy::disallowed_methods, reason = "a test reads the source")]

#[path = "../../../fixtures/layering.rs"]
mod layering;

use std::path::Path;

/// From the top; jackin-core/ARCHITECTURE.md describes them.
const ROOMS: [&str; 7] = [
    // One type for all errors.
    "error", // Leaks on purpose, which only the test of the leak sweep compiles.
    "leak", "text", "os", "keys", "place", "launch",
];

#[test]
fn rooms_use_only_the_rooms_above_them() {
    layering::check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &ROOMS);
}
