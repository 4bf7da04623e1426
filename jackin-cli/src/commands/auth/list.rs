//! `jackin auth list`: which providers have a key, where it stands, and what may be shown of it.

use jackin_core::{EnvValue, Mode, SecretRef, Source};
use serde::Serialize;

use super::{Key, listed};
use jackin_host::{
    Ambient,
    text::{last_four, masked, moments},
};

use crate::{args::AuthList, failure::Failure, ui::report};

/// What `auth list --json` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Listing<'a> {
    /// The version of this layout.
    schema: u32,
    keys: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    provider: &'a str,
    label: &'a str,
    variable: &'a str,
    configured: bool,
    mode: Option<&'static str>,
    source: Option<&'a Source>,
    shadowed: &'a [Source],
    /// `literal`, or the kind of reference.
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a SecretRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_four: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// When the key ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

pub(super) fn run(args: &AuthList, ambient: &Ambient) -> Result<(), Failure> {
    let keys = listed(args.all, &args.list, ambient)?;
    if args.list.json {
        let rows: Vec<_> = keys.iter().map(row).collect();
        return report::json(&Listing { schema: 1, keys: rows });
    }
    let head = ["ID", "MODE", "KIND", "KEY", "NOTE", "EXPIRES", "SOURCE"].map(str::to_owned);
    let table: Vec<_> = std::iter::once(head).chain(keys.iter().map(line)).collect();
    report::text(&report::columns(&table))
}

fn row(key: &Key) -> Row<'_> {
    let Key { provider, found } = key;
    let value = found.as_ref().map(|found| &found.value);
    Row {
        provider: provider.id.as_str(),
        label: &provider.label.value,
        variable: provider.key.value.as_str(),
        configured: value.is_some_and(|value| !value.is_blank()),
        mode: provider.mode.as_ref().map(|mode| mode.value.as_str()),
        source: found.as_ref().map(|found| &found.source),
        shadowed: found.as_ref().map_or(&[], |found| &found.shadowed),
        kind: value.map(EnvValue::kind),
        reference: value.and_then(EnvValue::reference),
        last_four: value.and_then(last_four),
        note: found.as_ref().and_then(|found| found.note.as_deref()),
        expires_at: provider.expires_at,
    }
}

fn line(key: &Key) -> [String; 7] {
    let none = || "-".to_owned();
    let Key { provider, found } = key;
    let mode =
        provider.mode.as_ref().map(|mode| mode.value).or(found.as_ref().map(|_| Mode::ApiKey));
    let value = found.as_ref().map(|found| &found.value);
    [
        provider.id.to_string(),
        mode.map_or_else(none, |mode| mode.as_str().to_owned()),
        value.map_or_else(none, |value| value.kind().to_owned()),
        value.map_or_else(none, masked),
        found.as_ref().and_then(|found| found.note.clone()).unwrap_or_else(none),
        provider.expires_at.map_or_else(none, moments::words),
        found.as_ref().map_or_else(none, |found| found.source.to_string()),
    ]
}
