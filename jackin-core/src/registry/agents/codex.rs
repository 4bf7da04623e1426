//! How Codex is told.

use super::{KEY_AS_CONFIGURED, quoted, scrub};
use crate::model::{Protocol, Redirect, Slot, Wiring};

/// Measured on Codex 0.169.0. Everything goes by `-c`, which beats the user's configuration and
/// profile, and yields to the user's own `-m`.
pub(super) static WIRINGS: &[Wiring] = &[Wiring {
    protocol: Protocol::OpenaiResponses,
    slots: &[Slot::Main],
    vars: &[KEY_AS_CONFIGURED],
    args: codex_args,
    scrub: &[
        scrub(
            "could name another endpoint or credential",
            &["OPENAI_*", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"],
        ),
        scrub("would have the tools run on another machine", &["CODEX_EXEC_SERVER_URL"]),
        scrub("would be sent to the provider as a header", &["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"]),
    ],
    mark: None,
}];

fn codex_args(redirect: &Redirect<'_>) -> Vec<String> {
    let (name, key) = (redirect.name(), &redirect.provider.key.value);
    let mut settings = vec![
        format!("model_provider={}", quoted(&name)),
        format!("model={}", quoted(redirect.model(Slot::Main))),
        format!(
            "model_providers.{name}={{name={},base_url={},env_key={},wire_api=\"responses\"}}",
            quoted(&redirect.provider.label.value),
            quoted(redirect.base_url()),
            quoted(key.as_str()),
        ),
        // What the agent runs inherits its environment, but for this.
        format!("shell_environment_policy.set.{key}=\"\""),
    ];
    let window = redirect.endpoint.window.as_ref();
    settings.extend(window.map(|window| format!("model_context_window={}", window.value)));
    settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]).collect()
}
