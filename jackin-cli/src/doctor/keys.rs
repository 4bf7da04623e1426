//! The keys: where they stand, whether they can be sent, when they end, and whether what they are
//! read from is there. Of references only those to variables are read, and no key is shown.

use jackin_core::{EnvName, EnvValue, SecretRef, Source};

use super::{ConfigFile, Finding, Seen};
use jackin_host::{Sources, text::moments};

use crate::failure::key_hint;

/// The names and the places of the keys that stand in a file itself.
pub(super) fn literals<'a>(seen: &Seen<'_>, file: &'a ConfigFile) -> Vec<(&'a EnvName, Source)> {
    let Ok(document) = &file.document else { return Vec::new() };
    let values = document.layers().flat_map(|(_, layer)| layer.entries());
    let literals = values.filter(|(name, value, _)| {
        seen.layers.registry().is_key(name) && value.reference().is_none() && !value.is_blank()
    });
    literals.map(|(name, _, source)| (name, source.clone())).collect()
}

/// Keys that stand in files.
pub(super) fn in_files(seen: &Seen<'_>) -> Vec<Finding> {
    let found = seen.files.iter().flat_map(|file| literals(seen, file));
    found
        .map(|(name, source)| {
            Finding::info("literal-key", format!("`{name}` stands in the file itself"))
                .at(source)
                .hint("the system's keyring or 1Password can keep it: `jackin auth set --help`")
        })
        .collect()
}

/// Keys that no provider can take, or that look like another one's.
pub(super) fn malformed(seen: &Seen<'_>) -> Vec<Finding> {
    let registry = seen.layers.registry();
    let configured = registry.providers().iter().filter_map(|provider| {
        let found = seen.layers.get(&provider.key.value)?;
        let key = match found.value {
            EnvValue::Literal(key) => key.expose(),
            EnvValue::Reference(SecretRef::Host(name)) => {
                seen.ambient.var(name.as_str())?.to_str()?
            }
            EnvValue::Reference(_) => return None,
        };
        let name = &provider.key.value;
        let finding = match registry.check_key(provider, key) {
            Ok(None) => return None,
            Ok(Some(unusual)) => Finding::info("key", format!("`{name}`: {unusual}")),
            Err(problem) => Finding::problem("key", format!("`{name}` {problem}")).hint(format!(
                "{}; `jackin auth set {}` stores another one",
                key_hint(&problem, &provider.id),
                provider.id
            )),
        };
        Some(finding.at(found.source))
    });
    configured.collect()
}

/// Values with something that a shell would have replaced and jackin does not.
pub(super) fn unexpanded(seen: &Seen<'_>) -> Vec<Finding> {
    let documents = seen.files.iter().filter_map(|file| file.document.as_ref().ok());
    let layers = documents.flat_map(|document| document.layers());
    let values = layers.flat_map(|(_, layer)| layer.entries());
    let findings = values.filter_map(|(name, value, source)| {
        let what = seen.layers.registry().unexpanded(name, value)?;
        Some(Finding::info("unexpanded", format!("`{name}` {what}")).at(source))
    });
    findings.map(|finding| finding.hint("write the whole path there")).collect()
}

/// Keys that have ended, or will within a day.
pub(super) fn ending(seen: &Seen<'_>) -> Vec<Finding> {
    let ending = seen.layers.registry().providers().iter().filter_map(|provider| {
        let at = provider.expires_at?;
        let found = seen.layers.get(&provider.key.value)?;
        let what = format!("`{}` {}", provider.key.value, moments::words(at));
        let finding = match (moments::is_over(at), moments::is_near(at)) {
            (true, _) => Finding::problem("expiry", what),
            (_, true) => Finding::info("expiry", what),
            _ => return None,
        };
        let hint = provider.expired.clone();
        Some(Finding { hint: hint.map(Into::into), ..finding.at(found.source) })
    });
    ending.collect()
}

/// References that count here and cannot be read, as far as that can be told without reading them.
pub(super) fn unreachable(seen: &Seen<'_>) -> Vec<Finding> {
    let sources = Sources::new(seen.ambient);
    let mut asked: Vec<&SecretRef> = Vec::new();
    let mut findings = Vec::new();
    for name in seen.layers.names() {
        let Some(found) = seen.layers.get(name) else { continue };
        let Some(reference) = found.value.reference() else { continue };
        if asked.contains(&reference) {
            continue;
        }
        asked.push(reference);
        if let Err(error) = sources.reach(reference) {
            let what = format!("`{name}` cannot be read from {reference}: {}", error.reason);
            let finding = Finding::problem("reference", what).at(found.source);
            findings.push(Finding { hint: error.hint, ..finding });
        }
    }
    findings
}
