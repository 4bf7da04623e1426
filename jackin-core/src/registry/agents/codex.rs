//! How Codex is told.

use std::borrow::Cow;

use super::{quoted, scrub, texts, var};
use crate::model::{Guard, Protocol, ProtocolBinding, Redirect, Slot, Template, Text, VarSource};

/// The variable that holds the key. Codex sets what the user's `~/.codex/.env` says over its environment,
/// but for names that begin with `CODEX_`: the key of that file would be sent in place of this one.
const KEY: &str = "CODEX_JACKIN_KEY";

/// Keep the user's settings from sending a native launch elsewhere, and both of its logins where they
/// belong: an empty URL of the first kind is the one that goes with the login. Measured on Codex 0.155.0 to
/// 0.171.0, with subcommands, too.
pub(super) static NATIVE_ARGS: &[Text] = texts![
    "-c",
    "model_provider=\"openai\"",
    "-c",
    "openai_base_url=\"\"",
    "-c",
    "chatgpt_base_url=\"https://chatgpt.com/backend-api/\"",
];

/// Measured on Codex 0.155.0 to 0.171.0. Everything goes by `-c`, which beats the user's configuration and
/// profile, and yields to the user's own `-m`.
pub(super) static BINDINGS: &[ProtocolBinding] = &[ProtocolBinding {
    protocol: Protocol::OpenaiResponses,
    slots: Cow::Borrowed(&[Slot::Main]),
    vars: Cow::Borrowed(&[var(KEY, VarSource::Key, Guard::Off)]),
    args: Template(codex_args),
    guard_args: Template(codex_guard),
    guard_settings: Cow::Borrowed(&[]),
    kept_away: Cow::Borrowed("other models, analytics, plugins and a stored login"),
    scrub: Cow::Borrowed(&[
        scrub(
            "could name another endpoint or credential",
            texts!["OPENAI_*", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"],
        ),
        scrub("would have the tools run on another machine", texts!["CODEX_EXEC_SERVER_URL"]),
        scrub(
            "would be sent to the provider as a header",
            texts!["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"],
        ),
    ]),
    mark: None,
}];

fn codex_args(redirect: &Redirect<'_>) -> Vec<String> {
    let name = redirect.name();
    let mut settings = vec![
        format!("model_provider={}", quoted(&name)),
        format!("model={}", quoted(redirect.model(Slot::Main))),
        format!(
            "model_providers.{name}={{name={},base_url={},env_key={},wire_api=\"responses\"}}",
            quoted(&redirect.provider.label.value),
            quoted(redirect.base_url()),
            quoted(KEY),
        ),
        // What the agent runs inherits its environment, but for this.
        format!("shell_environment_policy.set.{KEY}=\"\""),
    ];
    let window = redirect.endpoint.window.as_ref();
    settings.extend(window.map(|window| format!("model_context_window={}", window.value)));
    each_with_c(settings)
}

/// The least that keeps it from asking any other host, with a stored login and without one, and from
/// asking the provider for a model that it does not serve.
fn codex_guard(redirect: &Redirect<'_>) -> Vec<String> {
    each_with_c(vec![
        format!("review_model={}", quoted(redirect.model(Slot::Main))),
        "analytics.enabled=false".to_owned(),
        // It would fetch its list of plugins from three hosts. The price is the user's plugins.
        "features.plugins=false".to_owned(),
        // It leaves the stored login unread, which would be sent to chatgpt.com.
        "cli_auth_credentials_store=\"ephemeral\"".to_owned(),
    ])
}

fn each_with_c(settings: Vec<String>) -> Vec<String> {
    settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]).collect()
}
