//! The order of the rooms: each uses the rooms above it and none below.
#![expect(clippy::disallowed_methods, reason = "a test reads the source")]

#[path = "../../fixtures/layering.rs"]
mod layering;

use std::path::Path;

/// From the top; jackin-core/ARCHITECTURE.md describes them.
const ROOMS: [&str; 12] = [
    "failure",
    "ui",
    "schema",
    "args",
    "mcp",
    "allowance",
    "scope_file",
    "console",
    "doctor",
    "complete",
    "commands",
    // The door of the fuzz targets.
    "fuzzing",
];

#[test]
fn rooms_use_only_the_rooms_above_them() {
    layering::check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &ROOMS);
}
