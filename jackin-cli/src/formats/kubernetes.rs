//! A Secret for `kubectl apply`, which takes JSON as well as YAML. The values stand in `data`: of
//! `stringData`, what a later version leaves out would stay in the cluster.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, json};

use super::{Changes, pretty};
use crate::failure::Failure;

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, Failure> {
    let data =
        changes.set.iter().map(|var| (var.name.to_string(), STANDARD.encode(var.value).into()));
    Ok(pretty(&json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name(&changes.title) },
        "type": "Opaque",
        "data": data.collect::<Map<_, _>>(),
    })))
}

/// A name that Kubernetes takes: lower-case letters, digits and `-`, which does not end it.
fn name(title: &str) -> String {
    title.replace('_', "-").trim_end_matches('-').to_owned()
}
