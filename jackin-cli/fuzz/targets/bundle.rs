//! A gateway's bundle: whatever the text is, nothing of it is said; what is read can be written
//! again as lines and as JSON, and is the same.
#![no_main]

use jackin_core::{EnvName, edit::import::Bundle};
use jackin_fuzz::{assert_hidden, planted, scripts::posix};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 4] =
    ["ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_MODEL", "ANTHROPIC_SMALL_FAST_MODEL"];

/// The URL, the key and the two models of a bundle, or the words of the refusal.
fn bundle(text: &str, request_token: &EnvName) -> Result<[String; 4], String> {
    let mut bundle =
        Bundle::parse(text, Some(request_token)).map_err(|error| format!("{error:?} {error}"))?;
    // A model or a note may hold the same text; what is shown must not depend on the key.
    let shown = format!("{bundle:?}");
    let key = std::mem::replace(&mut bundle.key, "".into());
    assert_eq!(format!("{bundle:?}"), shown);
    let Bundle { base_url, main, small_fast, .. } = bundle;
    Ok([base_url, key.expose().to_owned(), main, small_fast])
}

fuzz_target!(|text: &str| {
    let Some(text) = planted(text) else { return };
    let token = EnvName::from_static("FLOOR10_AGENT_TOKEN");
    let values = match bundle(&text, &token) {
        Ok(values) => values,
        Err(said) => return assert_hidden(&said),
    };
    for value in &values {
        assert!(!value.contains(['$', '`', '"', '\'', '\\', '<', '>', '|', '&', ';']), "{value:?}");
        assert!(!value.chars().any(char::is_control), "{value:?}");
        // What stands in the text is what a shell would have read.
        assert!(text.contains(value.as_str()) || text.contains('\\'), "{value:?}");
        assert_eq!(posix(&format!("'{value}'")), Some((value.clone(), "")));
    }
    let lines: Vec<_> =
        NAMES.iter().zip(&values).map(|(name, value)| format!("export {name}='{value}'")).collect();
    assert_eq!(bundle(&lines.join("\n"), &token).as_ref(), Ok(&values));
    let json = serde_json::json!({ "base_url": values[0], "env_lines": lines });
    assert_eq!(bundle(&json.to_string(), &token).as_ref(), Ok(&values));
});
