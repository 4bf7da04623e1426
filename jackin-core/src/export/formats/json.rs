//! What is set and what is removed, schema 1: `{schema, set: {NAME: VALUE}, remove: [NAME]}`.

use std::ffi::OsStr;

use serde_json::{Map, json};

use super::{Changes, pretty};

pub(super) fn write(changes: &Changes<'_>) -> Vec<u8> {
    let set: Map<_, _> =
        changes.set.iter().map(|var| (var.name.to_string(), (&*var.value).into())).collect();
    let remove: Vec<_> = changes.removed().filter_map(OsStr::to_str).collect();
    pretty(&json!({ "schema": 1, "set": set, "remove": remove }))
}
