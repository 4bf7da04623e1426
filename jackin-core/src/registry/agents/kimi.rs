//! How Kimi CLI is told.

use super::{no_args, scrub, var};
use crate::model::{Feed, Guard, Protocol, Redirect, Slot, Var, Wiring};

/// Measured on Kimi CLI 2.1.0.
pub(super) static WIRINGS: &[Wiring] = &[
    Wiring { protocol: Protocol::OpenaiChat, ..KIMI_EITHER },
    Wiring { protocol: Protocol::Anthropic, ..KIMI_EITHER },
];

const KIMI_EITHER: Wiring = Wiring {
    protocol: Protocol::OpenaiChat,
    slots: &[Slot::Main],
    vars: KIMI_VARS,
    args: no_args,
    scrub: &[
        scrub(
            "could name another endpoint, model or credential",
            &[
                "ANTHROPIC_*",
                "KIMI_API_KEY",
                "KIMI_BASE_URL",
                "KIMI_CODE_BASE_URL",
                "KIMI_CODE_CUSTOM_HEADERS",
                "KIMI_CODE_OAUTH_HOST",
                "KIMI_MODEL_*",
                "KIMI_OAUTH_HOST",
                "KIMI_SECONDARY_*",
                // The client sends the organisation and the project that stand there.
                "OPENAI_*",
            ],
        ),
        scrub("would let anybody in between read the key", &["NODE_TLS_REJECT_UNAUTHORIZED"]),
    ],
    mark: None,
};

static KIMI_VARS: &[Var] = &[
    var("KIMI_MODEL_NAME", Feed::Model(Slot::Main), Guard::Off),
    var("KIMI_MODEL_API_KEY", Feed::Key, Guard::Off),
    // Without it the key would go to the general platform.
    var("KIMI_MODEL_BASE_URL", Feed::BaseUrl, Guard::Off),
    var("KIMI_MODEL_PROVIDER_TYPE", Feed::Text(kimi_dialect), Guard::Off),
    // Unknown models are taken for 262,144 tokens.
    var("KIMI_MODEL_MAX_CONTEXT_SIZE", Feed::Window, Guard::On),
    var("KIMI_DISABLE_TELEMETRY", Feed::Fixed("1"), Guard::On),
    var("KIMI_CODE_NO_AUTO_UPDATE", Feed::Fixed("1"), Guard::On),
];

/// The agent's own provider has extensions to the protocol; all others have the plain one.
fn kimi_dialect(redirect: &Redirect<'_>) -> String {
    match redirect.protocol {
        Protocol::Anthropic => "anthropic",
        _ if redirect.provider.id.as_str() == "kimi" => "kimi",
        _ => "openai",
    }
    .to_owned()
}
