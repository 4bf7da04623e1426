//! A gateway's bundle: its JSON, or the block of `export` lines that it is pasted as. This module
//! takes four variables from it; it evaluates and runs nothing, and repeats nothing of a text that it
//! refuses.
//!
//! ```
//! use jackin_core::{Registry, edit::{apply, import::Bundle}};
//!
//! let text = "export ANTHROPIC_BASE_URL=https://gateway.example.com/zai   # the gateway
//! export ANTHROPIC_AUTH_TOKEN='agt_123'
//! export ANTHROPIC_MODEL=glm-4.6
//! export ANTHROPIC_SMALL_FAST_MODEL=glm-4.5-air";
//! let registry = Registry::built_in();
//! let gateway = registry.provider("gateway").expect("built in");
//! let bundle = Bundle::parse(text, gateway.request_token.as_ref())?;
//! bundle.check(gateway, &registry)?;
//! let text = apply("", &bundle.changes(gateway, None, Some("a workshop")))?;
//! assert!(text.starts_with("[env]\nGATEWAY_API_KEY = \"agt_123\" # a workshop\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::Deserialize;

use super::{Change, TomlValue, in_scope};
use crate::{
    model::{Protocol, Provider},
    names::{EnvName, ErrorKind, RoleName},
    registry::Registry,
    value::Secret,
};

/// The contents of a gateway's bundle.
#[derive(Debug)]
#[non_exhaustive]
pub struct Bundle {
    /// Where the gateway is.
    pub base_url: String,
    /// The key.
    pub key: Secret,
    /// The model for most requests.
    pub main: String,
    /// The model for small requests.
    pub small_fast: String,
    /// When the key ends, if the bundle says so.
    pub expires_at: Option<String>,
    /// The gateway's note, on one line.
    pub note: Option<String>,
}

/// Why a text is not a bundle, or not one that can be used. It repeats no value of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It begins like JSON and is not a bundle's.
    #[error("it is not a bundle's JSON (line {line}, column {column})")]
    Json {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
    /// Its JSON has no lines that set variables.
    #[error("it has neither `env_lines` nor `copy_paste`")]
    NoLines,
    /// Its JSON has another URL than its lines.
    #[error("its `base_url` is not the one in its {URL}")]
    TwoUrls,
    /// It holds the token that asks for keys, not a key.
    #[error("it holds `{0}`, the token that asks for keys")]
    RequestToken(EnvName),
    /// A value that a shell would evaluate, or a placeholder.
    #[error("line {line}: the value of `{variable}` is not plain text; nothing is evaluated here")]
    NotPlain {
        /// The line, counted from 1.
        line: usize,
        /// The variable.
        variable: &'static str,
    },
    /// A variable with two values.
    #[error("it gives two values for `{0}`")]
    TwoValues(&'static str),
    /// It lacks these variables.
    #[error("it lacks {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// The provider's key cannot be sent to its URL; why, as the end of a sentence.
    #[error("its base URL {0}")]
    BaseUrl(String),
    /// It names a model of an agent's own provider, which begins so.
    #[error("it names a model that begins with `{0}`, which the gateway does not serve")]
    NativeModel(String),
    /// It has a key where a model belongs, which would be shown.
    #[error("what it gives as a model looks like a key")]
    KeyAsModel,
}

impl BundleError {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Import
    }
}

/// The JSON form, as gateways hand it out, without the fields that are not needed.
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

impl Json {
    fn parse(text: &str) -> Result<Self, BundleError> {
        // The parser's message can quote the text, and with it the key.
        serde_json::from_str(text)
            .map_err(|error| BundleError::Json { line: error.line(), column: error.column() })
    }

    fn lines(&mut self) -> Result<String, BundleError> {
        match self.env_lines.take() {
            Some(Lines::One(text)) => Ok(text),
            Some(Lines::Many(lines)) => Ok(lines.join("\n")),
            None => self.copy_paste.take().ok_or(BundleError::NoLines),
        }
    }
}

const URL: &str = "ANTHROPIC_BASE_URL";
const KEY: &str = "ANTHROPIC_AUTH_TOKEN";
const MAIN: &str = "ANTHROPIC_MODEL";
const SMALL_FAST: &str = "ANTHROPIC_SMALL_FAST_MODEL";

impl Bundle {
    /// Reads either form. `request_token` is the variable of the token that asks for keys: a text
    /// that holds it is not a bundle.
    ///
    /// # Errors
    /// A text that is not a bundle.
    pub fn parse(text: &str, request_token: Option<&EnvName>) -> Result<Self, BundleError> {
        if !text.trim_start().starts_with('{') {
            return Self::from_lines(text, request_token);
        }
        let mut json = Json::parse(text)?;
        let bundle = Self::from_lines(&json.lines()?, request_token)?;
        match json.base_url {
            Some(url) if url.trim_end_matches('/') != bundle.base_url.trim_end_matches('/') => {
                Err(BundleError::TwoUrls)
            }
            _ => {
                let note = json.note.as_deref().map(one_line);
                Ok(Self { expires_at: json.expires_at, note, ..bundle })
            }
        }
    }

    fn from_lines(text: &str, request_token: Option<&EnvName>) -> Result<Self, BundleError> {
        let mut found = [URL, KEY, MAIN, SMALL_FAST].map(|name| (name, None));
        for (line, text) in (1..).zip(text.lines()) {
            let Some((name, value)) = assignment(text) else { continue };
            if let Some(token) = request_token.filter(|token| token.as_str() == name) {
                return Err(BundleError::RequestToken(token.clone()));
            }
            let slot = found.iter_mut().find(|(variable, _)| *variable == name);
            let Some((variable, slot)) = slot else { continue };
            let value = unquoted(value).ok_or(BundleError::NotPlain { line, variable })?;
            if slot.replace(value).is_some_and(|before| slot.as_ref() != Some(&before)) {
                return Err(BundleError::TwoValues(variable));
            }
        }
        let missing = found.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name);
        let missing = missing.collect();
        match found.map(|(_, value)| value) {
            [Some(base_url), Some(key), Some(main), Some(small_fast)] => {
                let (key, expires_at, note) = (key.into(), None, None);
                Ok(Self { base_url, key, main, small_fast, expires_at, note })
            }
            _ => Err(BundleError::Missing(missing)),
        }
    }

    /// Refuses what can only fail, or worse: a host that is not the gateway's, and models that the
    /// agents ask their own provider for.
    ///
    /// # Errors
    /// Why the bundle cannot be used for this provider.
    pub fn check(&self, provider: &Provider, registry: &Registry) -> Result<(), BundleError> {
        registry.check_url(provider, &self.base_url).map_err(BundleError::BaseUrl)?;
        let models = [&self.main, &self.small_fast];
        for own in registry.agents().iter().filter_map(|agent| agent.own_models.as_ref()) {
            // A router's name for it, as in `anthropic/claude-…`, is that model all the same.
            let is_native = |model: &&String| {
                let name = model.rsplit('/').next().unwrap_or(model);
                name.to_ascii_lowercase().starts_with(&*own.prefix)
            };
            if models.iter().any(is_native) {
                return Err(BundleError::NativeModel(own.prefix.to_string()));
            }
        }
        // A model's name is shown where a key never is.
        let providers = registry.providers().iter();
        let mut prefixes =
            providers.flat_map(|provider| provider.key_prefixes.iter().map(|prefix| &**prefix));
        if prefixes.any(|prefix| models.iter().any(|model| model.starts_with(prefix))) {
            return Err(BundleError::KeyAsModel);
        }
        Ok(())
    }

    /// What the bundle changes in a configuration, for every role or for one: the key with a note,
    /// the end of the key, the URL and the models. The provider's `mode` goes.
    #[must_use]
    pub fn changes<'a>(
        &self,
        provider: &'a Provider,
        role: Option<&'a RoleName>,
        note: Option<&'a str>,
    ) -> Vec<Change<'a>> {
        let own = |keys: &[&'static str]| {
            in_scope(role, &[&["providers", provider.id.as_str()], keys].concat())
        };
        let set = |path, value| Change::Set { path, value, note: None };
        let string = |text: &String| TomlValue::string(text);
        let models = [("main", string(&self.main)), ("small_fast", string(&self.small_fast))];
        let key = TomlValue::literal(self.key.expose());
        let variable = in_scope(role, &["env", provider.key.value.as_str()]);
        let (protocol, ends) = (Protocol::Anthropic.as_str(), own(&["expires_at"]));
        vec![
            Change::Set { path: variable, value: key, note },
            match &self.expires_at {
                Some(at) => set(ends, string(at)),
                None => Change::Unset { path: ends },
            },
            Change::Unset { path: own(&["mode"]) },
            set(own(&[protocol, "base_url"]), string(&self.base_url)),
            set(own(&[protocol, "models"]), TomlValue::table(models)),
        ]
    }
}

/// A note as a comment can hold it.
fn one_line(note: &str) -> String {
    let words = note.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The name and the rest of a line that assigns a variable.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let (name, value) = line.split_once('=')?;
    name.parse::<EnvName>().is_ok().then_some((name, value))
}

/// A shell word that means itself, quoted or not, before a comment; nothing for a word that a shell
/// would evaluate, and for a placeholder such as `<your key>`.
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

    const BLOCK: &str = "export ANTHROPIC_BASE_URL=https://gateway.example.com/zai   # the gateway\n\
        export ANTHROPIC_AUTH_TOKEN='agt_123'\n\
        ANTHROPIC_MODEL=\"glm-4.6\";\n\
        export ANTHROPIC_SMALL_FAST_MODEL=glm-4.5-air\n\
        npm install -g @anthropic-ai/claude-code\nclaude\n";

    fn parse(text: &str) -> Result<Bundle, String> {
        let token = EnvName::from_static("FLOOR10_AGENT_TOKEN");
        Bundle::parse(text, Some(&token)).map_err(|error| error.to_string())
    }

    fn assert_is_the_bundle(bundle: &Bundle) {
        assert_eq!(bundle.base_url, "https://gateway.example.com/zai");
        assert_eq!(bundle.key.expose(), "agt_123");
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
