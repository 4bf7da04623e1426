//! A Secret for `kubectl apply`, which takes JSON as well as YAML. The values stand in `data`: of
//! `stringData`, what a later version leaves out would stay in the cluster.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{Changes, pretty};
use crate::report::Failure;

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, Failure> {
    let data = changes.set.iter().map(|var| (var.name.as_str(), STANDARD.encode(var.value)));
    Ok(pretty(&json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name(&changes.title) },
        "type": "Opaque",
        "data": data.collect::<BTreeMap<_, _>>(),
    })))
}

/// A name that Kubernetes takes: lower-case letters, digits and `-`, which does not end it.
fn name(title: &str) -> String {
    title.replace('_', "-").trim_end_matches('-').to_owned()
}
