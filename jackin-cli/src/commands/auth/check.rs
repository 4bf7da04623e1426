//! `jackin auth check`: reads every key for real and says which work, without showing them. Whether
//! a provider takes a key is the provider's to say: nothing is sent anywhere.

use jackin_core::{EnvValue, Provider, SecretError, SecretRef, SecretSource as _};
use serde::Serialize;

use super::{Found, Key, listed, provider};
use jackin_host::{Ambient, Sources};

use crate::{args::AuthCheck, commands::layers, failure::Failure, scope_file::keys, ui::report};

/// Some key does not work.
const BROKEN: u8 = 1;

#[derive(Serialize)]
struct Row {
    provider: String,
    variable: String,
    source: jackin_core::Source,
    kind: &'static str,
    works: bool,
    /// Why it does not, or what is unusual.
    problem: Option<String>,
    hint: Option<String>,
}

pub(super) fn run(args: &AuthCheck, ambient: &Ambient) -> Result<u8, Failure> {
    let here = layers(&args.list.place, ambient)?;
    let only = args.provider.as_deref().map(|id| provider(here.registry(), id)).transpose()?;
    let keys = listed(args.all, &args.list, ambient)?;
    let asked: Vec<(Provider, Found)> = keys
        .into_iter()
        .filter(|key| only.is_none_or(|only| only.id == key.provider.id))
        .filter_map(|Key { provider, found }| Some((provider, found?)))
        .collect();
    let mut references: Vec<&SecretRef> = Vec::new();
    for reference in asked.iter().filter_map(|(_, found)| found.value.reference()) {
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    let answers = Sources::new(ambient).read_all(&references);
    let rows: Vec<_> = asked
        .iter()
        .map(|(provider, found)| {
            let answer = match &found.value {
                EnvValue::Literal(text) => Ok(text.expose().into()),
                EnvValue::Reference(reference) => {
                    let at = references.iter().position(|known| *known == reference);
                    at.and_then(|at| answers.get(at))
                        .cloned()
                        .unwrap_or_else(|| Err(SecretError::new("the source gave no answer", None)))
                }
            };
            row(
                provider,
                found,
                answer.and_then(|key| keys::tried(here.registry(), provider, &key)),
            )
        })
        .collect();
    let broken = rows.iter().any(|row| !row.works);
    if let (Some(provider), []) = (only, &rows[..]) {
        let message =
            format!("no key for provider `{}`: `{}` is not set", provider.id, provider.key.value);
        let hint = format!("`jackin auth set {}` stores one", provider.id);
        return Err(Failure::new(BROKEN, message).hint(hint));
    }
    if args.list.json {
        report::json(&serde_json::json!({ "schema": 1, "checks": rows }))?;
    } else {
        report::text(&report::columns(&rows.iter().map(cells).collect::<Vec<_>>()))?;
    }
    Ok(if broken { BROKEN } else { 0 })
}

fn row(provider: &Provider, found: &Found, checked: Result<Option<String>, SecretError>) -> Row {
    let (works, problem, hint) = match checked {
        Ok(unusual) => (true, unusual, None),
        Err(error) => (false, Some(error.reason), error.hint),
    };
    Row {
        provider: provider.id.to_string(),
        variable: provider.key.value.to_string(),
        source: found.source.clone(),
        kind: found.value.kind(),
        works,
        problem,
        hint,
    }
}

fn cells(row: &Row) -> [String; 4] {
    let works = if row.works { "works" } else { "fails" };
    let problem = row.problem.as_ref().map_or_else(String::new, |problem| format!(": {problem}"));
    let problem = problem.replace('\n', " ");
    [row.provider.clone(), row.kind.to_owned(), row.source.to_string(), format!("{works}{problem}")]
}
