//! A gateway's bundle: its JSON, or the block of `export` lines that it is pasted as. Four variables
//! are taken from it; nothing is evaluated or run, and nothing is written here.

use jackin_core::{EnvName, SecretString};
use serde::Deserialize;

/// What a bundle says.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) base_url: String,
    pub(crate) key: SecretString,
    pub(crate) main: String,
    pub(crate) small_fast: String,
    pub(crate) expires_at: Option<String>,
    pub(crate) note: Option<String>,
}

/// Why a text is no bundle, in words that hold nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BundleError {
    pub(crate) reason: String,
    pub(crate) hint: Option<String>,
}

impl BundleError {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), hint: None }
    }
}

/// The JSON form, as gateways hand it out. Fields that are not needed are left out.
#[derive(Deserialize)]
struct Json {
    base_url: Option<String>,
    env_lines: Option<Lines>,
    copy_paste: Option<String>,
    expires_at: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    One(String),
    Many(Vec<String>),
}

const URL: &str = "ANTHROPIC_BASE_URL";
const KEY: &str = "ANTHROPIC_AUTH_TOKEN";
const MAIN: &str = "ANTHROPIC_MODEL";
const SMALL_FAST: &str = "ANTHROPIC_SMALL_FAST_MODEL";

impl Bundle {
    /// Reads either form. `request_token` is the variable of the token that asks for keys: where it
    /// stands in the text, the wrong thing was pasted.
    pub(crate) fn parse(text: &str, request_token: Option<&EnvName>) -> Result<Self, BundleError> {
        if !text.trim_start().starts_with('{') {
            return Self::from_lines(text, request_token);
        }
        // The parser's message can quote the text, and with it the key.
        let json: Json = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            BundleError::new(format!("it is not a bundle's JSON (line {line}, column {column})"))
        })?;
        let lines = match json.env_lines {
            Some(Lines::One(text)) => text,
            Some(Lines::Many(lines)) => lines.join("\n"),
            None => json
                .copy_paste
                .ok_or_else(|| BundleError::new("it has neither `env_lines` nor `copy_paste`"))?,
        };
        let bundle = Self::from_lines(&lines, request_token)?;
        match json.base_url {
            Some(url) if url.trim_end_matches('/') != bundle.base_url.trim_end_matches('/') => {
                Err(BundleError::new(format!("its `base_url` is not the one in its {URL}")))
            }
            _ => Ok(Self { expires_at: json.expires_at, note: json.note, ..bundle }),
        }
    }

    fn from_lines(text: &str, request_token: Option<&EnvName>) -> Result<Self, BundleError> {
        let mut found = [URL, KEY, MAIN, SMALL_FAST].map(|name| (name, None));
        for (at, line) in text.lines().enumerate() {
            let Some((name, value)) = assignment(line) else { continue };
            if request_token.is_some_and(|token| token.as_str() == name) {
                return Err(BundleError {
                    reason: format!("it holds `{name}`, the token that asks for keys"),
                    hint: Some("the key comes from whoever approves the request".into()),
                });
            }
            let Some((_, slot)) = found.iter_mut().find(|(known, _)| *known == name) else {
                continue;
            };
            let value = unquoted(value).ok_or_else(|| {
                BundleError::new(format!(
                    "line {}: the value of `{name}` is not plain text; nothing is evaluated here",
                    at + 1
                ))
            })?;
            if slot.replace(value).is_some_and(|before| slot.as_ref() != Some(&before)) {
                return Err(BundleError::new(format!("it gives two values for `{name}`")));
            }
        }
        let missing: Vec<_> =
            found.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        match found.map(|(_, value)| value) {
            [Some(base_url), Some(key), Some(main), Some(small_fast)] => Ok(Self {
                base_url,
                key: key.into(),
                main,
                small_fast,
                expires_at: None,
                note: None,
            }),
            _ => Err(BundleError::new(format!("it lacks {}", missing.join(", ")))),
        }
    }
}

/// The name and the rest of a line that assigns a variable.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let (name, value) = line.split_once('=')?;
    name.parse::<EnvName>().is_ok().then_some((name, value))
}

/// A shell word that stands for itself, quoted or not, before a comment; nothing for a word that a
/// shell would make something else of, and for a placeholder such as `<your key>`.
fn unquoted(value: &str) -> Option<String> {
    let (word, rest) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split_once(quote)?,
        _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
    };
    let rest = rest.trim_start_matches([' ', '\t', ';']);
    let plain = |c: char| !c.is_control() && !"$`\\\"'<>|&;(){}*?!".contains(c);
    (word.chars().all(plain) && (rest.is_empty() || rest.starts_with('#'))).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jackin_core::ExposeSecret as _;

    const BLOCK: &str = "export ANTHROPIC_BASE_URL=https://gateway.example.com/zai   # the gateway\n\
        export ANTHROPIC_AUTH_TOKEN='agt_123'\n\
        ANTHROPIC_MODEL=\"glm-4.6\";\n\
        export ANTHROPIC_SMALL_FAST_MODEL=glm-4.5-air\n\
        npm install -g @anthropic-ai/claude-code\nclaude\n";

    fn parse(text: &str) -> Result<Bundle, String> {
        let token = EnvName::from_static("FLOOR10_AGENT_TOKEN");
        Bundle::parse(text, Some(&token)).map_err(|error| error.reason)
    }

    fn assert_is_the_bundle(bundle: &Bundle) {
        assert_eq!(bundle.base_url, "https://gateway.example.com/zai");
        assert_eq!(bundle.key.expose_secret(), "agt_123");
        assert_eq!((&*bundle.main, &*bundle.small_fast), ("glm-4.6", "glm-4.5-air"));
    }

    #[test]
    fn a_pasted_block() {
        assert_is_the_bundle(&parse(BLOCK).unwrap());
        assert_is_the_bundle(&parse(&BLOCK.replace('\n', "\r\n")).unwrap());
    }

    #[test]
    fn the_json_of_a_workshop() {
        let lines: Vec<_> = BLOCK.lines().take(4).collect();
        for env_lines in [serde_json::json!(lines), serde_json::json!(lines.join("\n"))] {
            let mut json = serde_json::json!({
                "base_url": "https://gateway.example.com/zai/",
                "env_lines": env_lines,
                "install_line": "npm install -g @anthropic-ai/claude-code",
                "copy_paste": BLOCK,
                "expires_at": "2026-11-21T18:00:00Z",
                "note": "walk-in",
            });
            let bundle = parse(&json.to_string()).unwrap();
            assert_is_the_bundle(&bundle);
            assert_eq!(bundle.expires_at.as_deref(), Some("2026-11-21T18:00:00Z"));
            assert_eq!(bundle.note.as_deref(), Some("walk-in"));
            json.as_object_mut().unwrap().remove("env_lines");
            assert_is_the_bundle(&parse(&json.to_string()).unwrap());
            json["base_url"] = "https://elsewhere.example.com".into();
            assert!(parse(&json.to_string()).unwrap_err().contains("base_url"));
        }
    }

    #[test]
    fn nothing_is_evaluated() {
        for value in [
            "$(touch /tmp/x)",
            "`id`",
            "\"$HOME\"",
            "a;b",
            "a b",
            "'a'b",
            "\"a",
            "<your key>",
            "a\\b",
            "agt_1 && claude",
            "{a,b}",
            "*",
        ] {
            let text = BLOCK.replace("'agt_123'", value);
            let error = parse(&text).unwrap_err();
            assert!(error.contains("line 2") && error.contains("ANTHROPIC_AUTH_TOKEN"), "{error}");
        }
    }

    #[test]
    fn what_is_no_bundle_is_said_without_repeating_it() {
        for (text, said) in [
            ("", "lacks ANTHROPIC_BASE_URL, ANTHROPIC_AUTH_TOKEN"),
            ("agt_hunter2", "lacks"),
            ("{\"env_lines\": \"agt_hunter2", "JSON (line 1"),
            ("{\"env_lines\": 1}", "JSON"),
            ("{}", "neither"),
            ("export FLOOR10_AGENT_TOKEN=agt_hunter2", "asks for keys"),
            ("{\"env_lines\": [\"export FLOOR10_AGENT_TOKEN=agt_hunter2\"]}", "asks for keys"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(said) && !error.contains("hunter2"), "{text}: {error}");
        }
        let twice = format!("{BLOCK}export ANTHROPIC_AUTH_TOKEN=agt_hunter2");
        assert!(parse(&twice).unwrap_err().contains("two values"));
        assert!(parse(&format!("{BLOCK}{BLOCK}")).is_ok());
    }
}
