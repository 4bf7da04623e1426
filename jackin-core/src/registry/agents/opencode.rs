//! How OpenCode is told.

use std::borrow::Cow;

use super::{NO_ARGS, fixed, quoted, scrub, texts, var};
use crate::{
    model::{
        Guard, NAME_PREFIX, NativeVar, Protocol, ProtocolBinding, Redirect, RedirectMark, Scrub,
        Slot, Template, Var, VarSource,
    },
    names::EnvName,
};

/// Keeps the user's and a cloned repository's settings from sending a native launch, and its key or
/// stored login, to another host. Both of the vendor's services are there. Measured on OpenCode 1.18.33.
pub(super) static NATIVE_VARS: &[NativeVar] = &[NativeVar {
    name: EnvName::from_static("OPENCODE_CONFIG_CONTENT"),
    value: Cow::Borrowed(
        "{\"enabled_providers\":[\"opencode\",\"opencode-go\"],\"provider\":{\
         \"opencode\":{\"options\":{\"baseURL\":\"https://opencode.ai/zen/v1\"}},\
         \"opencode-go\":{\"options\":{\"baseURL\":\"https://opencode.ai/zen/go/v1\"}}}}",
    ),
}];

/// Measured on OpenCode 1.18.33.
pub(super) static BINDINGS: &[ProtocolBinding] =
    &[binding(Protocol::OpenaiChat), binding(Protocol::Anthropic)];

const fn binding(protocol: Protocol) -> ProtocolBinding {
    ProtocolBinding {
        protocol,
        slots: Cow::Borrowed(&[Slot::Main, Slot::SmallFast]),
        vars: Cow::Borrowed(OPENCODE_VARS),
        args: NO_ARGS,
        guard_args: NO_ARGS,
        guard_settings: Cow::Borrowed(&[]),
        kept_away: Cow::Borrowed(""),
        scrub: Cow::Borrowed(SCRUB),
        mark: Some(RedirectMark {
            variable: EnvName::from_static("OPENCODE_CONFIG_CONTENT"),
            contains: Cow::Borrowed(NAME_PREFIX),
        }),
    }
}

static SCRUB: &[Scrub] = &[
    scrub(
        "could name another endpoint, model or credential",
        texts![
            "ANTHROPIC_*",
            "OPENAI_*",
            "OPENCODE_AUTH_CONTENT",
            "OPENCODE_CONFIG_CONTENT",
            "OPENCODE_CONSOLE_TOKEN",
            "OPENCODE_MODELS_PATH",
            "OPENCODE_MODELS_URL",
            // Such as a directory of managed settings, which beat the inline ones.
            "OPENCODE_TEST_*",
        ],
    ),
    scrub(
        "would send the session or a login to another company",
        texts!["MODAL_PROXY_TOKEN", "OPENCODE_AUTO_SHARE"],
    ),
    scrub("would stop the agent before its first request", texts!["OPENCODE_WORKSPACE_ID"]),
    scrub("would let anybody in between read the key", texts!["NODE_TLS_REJECT_UNAUTHORIZED"]),
    // Another Bun program.
    scrub(
        "would print the key, or run code that can read it",
        texts!["BUN_CONFIG_VERBOSE_FETCH", "BUN_OPTIONS", "BUN_INSPECT*"],
    ),
];

static OPENCODE_VARS: &[Var] = &[
    Var::key_as_configured(),
    var("OPENCODE_CONFIG_CONTENT", VarSource::Text(Template(opencode_config)), Guard::Off),
    // A cloned repository's settings may name any variable, and a server to send it to, and nobody
    // is asked. The price is the project's own instructions.
    var("OPENCODE_DISABLE_PROJECT_CONFIG", fixed("1"), Guard::On),
    // The user's settings, or `run --share`, would post the conversation to opncd.ai.
    var("OPENCODE_DISABLE_SHARE", fixed("1"), Guard::On),
    // In place of the stored logins: one of the kind "wellknown" brings settings from its host, and
    // those may name any variable and a server to send it to.
    var("OPENCODE_AUTH_CONTENT", fixed("{}"), Guard::On),
];

/// Inline configuration, which beats the user's and is merged with it: hence a provider of a name
/// of its own, and the only one enabled.
fn opencode_config(redirect: &Redirect<'_>) -> String {
    let name = redirect.name();
    let (client, version) = match redirect.protocol {
        // This client leaves the version to the base URL.
        Protocol::Anthropic => ("@ai-sdk/anthropic", "/v1"),
        _ => ("@ai-sdk/openai-compatible", ""),
    };
    let (main, small) = (redirect.model(Slot::Main), redirect.model(Slot::SmallFast));
    // Without it, a long session is never compacted; 0 is a length of answer that is not known.
    let limit = redirect.endpoint.window.as_ref().map_or_else(String::new, |window| {
        format!(",\"limit\":{{\"context\":{},\"output\":0}}", window.value)
    });
    // With the id spelled out, a project's settings cannot name another model behind it.
    let mut models: Vec<_> = redirect
        .endpoint
        .models
        .values()
        .map(|model| format!("{0}:{{\"id\":{0}{limit}}}", quoted(&model.value)))
        .collect();
    models.sort_unstable();
    models.dedup();
    format!(
        "{{\"provider\":{{{}:{{\"npm\":{},\"name\":{},\"options\":{{\"baseURL\":{},\"apiKey\":{}}},\
         \"models\":{{{}}}}}}},\"model\":{},\"small_model\":{},\"enabled_providers\":[{}]}}",
        quoted(&name),
        quoted(client),
        quoted(&redirect.provider.label.value),
        quoted(&format!("{}{version}", redirect.base_url())),
        quoted(&format!("{{env:{}}}", redirect.provider.key.value)),
        models.join(","),
        quoted(&format!("{name}/{main}")),
        quoted(&format!("{name}/{small}")),
        quoted(&name),
    )
}
