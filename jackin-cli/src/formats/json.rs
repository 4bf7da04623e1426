//! What is set and what is removed, schema 1: `{schema, set: {NAME: VALUE}, remove: [NAME]}`.

use std::{collections::BTreeMap, ffi::OsStr};

use serde_json::json;

use super::{Changes, pretty};
use crate::report::Failure;

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, Failure> {
    let set: BTreeMap<_, _> =
        changes.set.iter().map(|var| (var.name.as_str(), var.value)).collect();
    let remove: Vec<_> = changes.removed().filter_map(OsStr::to_str).collect();
    Ok(pretty(&json!({ "schema": 1, "set": set, "remove": remove })))
}
