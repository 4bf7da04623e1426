//! How OpenCode is told.

use super::{KEY_AS_CONFIGURED, no_args, quoted, scrub, var};
use crate::model::{Feed, Guard, NAME_PREFIX, Protocol, Redirect, Slot, Var, Wiring};

/// Measured on OpenCode 1.18.33.
pub(super) static WIRINGS: &[Wiring] = &[
    Wiring { protocol: Protocol::OpenaiChat, ..OPENCODE_EITHER },
    Wiring { protocol: Protocol::Anthropic, ..OPENCODE_EITHER },
];

const OPENCODE_EITHER: Wiring = Wiring {
    protocol: Protocol::OpenaiChat,
    slots: &[Slot::Main, Slot::SmallFast],
    vars: OPENCODE_VARS,
    args: no_args,
    scrub: &[
        scrub(
            "could name another endpoint, model or credential",
            &[
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
        scrub("would stop the agent before its first request", &["OPENCODE_WORKSPACE_ID"]),
        scrub("would let anybody in between read the key", &["NODE_TLS_REJECT_UNAUTHORIZED"]),
        // Another Bun program.
        scrub(
            "would print the key, or run code that can read it",
            &["BUN_CONFIG_VERBOSE_FETCH", "BUN_OPTIONS", "BUN_INSPECT*"],
        ),
    ],
    mark: Some(("OPENCODE_CONFIG_CONTENT", NAME_PREFIX)),
};

static OPENCODE_VARS: &[Var] = &[
    KEY_AS_CONFIGURED,
    var("OPENCODE_CONFIG_CONTENT", Feed::Text(opencode_config), Guard::Off),
    // A cloned repository's settings may name any variable, and a server to send it to, and nobody
    // is asked. The price is the project's own instructions.
    var("OPENCODE_DISABLE_PROJECT_CONFIG", Feed::Fixed("1"), Guard::On),
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
