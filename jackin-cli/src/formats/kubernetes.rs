//! A Secret for `kubectl apply`, which takes JSON as well as YAML. The values stand in `data`: of
//! `stringData`, what a later version leaves out would stay in the cluster.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jackin_core::ExecPlan;
use serde_json::json;

use super::Changes;
use crate::report::{FAILED, Failure};

pub(super) fn write(changes: &Changes<'_>) -> Result<Vec<u8>, Failure> {
    let data = changes
        .set
        .iter()
        .map(|(name, value)| (name.as_str(), STANDARD.encode(value.as_encoded_bytes())));
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name(changes.plan) },
        "type": "Opaque",
        "data": data.collect::<BTreeMap<_, _>>(),
    });
    let text = serde_json::to_vec_pretty(&secret);
    let mut text =
        text.map_err(|error| Failure::new(FAILED, format!("cannot write JSON: {error}")))?;
    text.push(b'\n');
    Ok(text)
}

/// A name that Kubernetes takes: lower-case letters, digits and `-`, which does not end it.
fn name(plan: &ExecPlan) -> String {
    let name = format!("jackin-{}-{}", plan.agent, plan.provider).replace('_', "-");
    name.trim_end_matches('-').to_owned()
}
