//! A Secret for `kubectl apply`, which takes JSON as well as YAML. The values are in `data`, since
//! the cluster would keep a value of `stringData` that a later version leaves out.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, json};

use super::{Changes, pretty};

pub(super) fn write(changes: &Changes<'_>) -> Vec<u8> {
    let data =
        changes.set.iter().map(|var| (var.name.to_string(), STANDARD.encode(&*var.value).into()));
    pretty(&json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name(&changes.title) },
        "type": "Opaque",
        "data": data.collect::<Map<_, _>>(),
    }))
}

/// A name that Kubernetes takes: lower-case letters, digits and `-`, which does not end it.
fn name(title: &str) -> String {
    title.replace('_', "-").trim_end_matches('-').to_owned()
}
