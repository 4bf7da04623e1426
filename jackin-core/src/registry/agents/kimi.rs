//! How Kimi CLI is told.

use std::borrow::Cow;

use super::{NO_ARGS, fixed, scrub, texts, var};
use crate::model::{
    Guard, Impostor, Protocol, ProtocolBinding, Redirect, Scrub, Slot, Template, Var, VarSource,
};

/// Measured on kimi-cli 1.40.0, 1.48.0 and 1.52.0, whose scripts import it.
pub(super) static IMPOSTORS: &[Impostor] = &[Impostor {
    name: Cow::Borrowed("kimi-cli from PyPI"),
    mark: Cow::Borrowed("from kimi_cli."),
    because: Cow::Borrowed("it asks the provider of its own settings, with the key there"),
}];

/// Measured on Kimi CLI 2.1.0.
pub(super) static BINDINGS: &[ProtocolBinding] =
    &[binding(Protocol::OpenaiChat), binding(Protocol::Anthropic)];

const fn binding(protocol: Protocol) -> ProtocolBinding {
    ProtocolBinding {
        protocol,
        slots: Cow::Borrowed(&[Slot::Main]),
        vars: Cow::Borrowed(KIMI_VARS),
        args: NO_ARGS,
        guard_args: NO_ARGS,
        guard_settings: Cow::Borrowed(&[]),
        kept_away: Cow::Borrowed(""),
        scrub: Cow::Borrowed(SCRUB),
        mark: None,
    }
}

static SCRUB: &[Scrub] = &[
    scrub(
        "could name another endpoint, model or credential",
        texts![
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
    scrub("would send what the agent looks up to another service", texts!["KIMI_WEB_*"]),
    scrub("would let anybody in between read the key", texts!["NODE_TLS_REJECT_UNAUTHORIZED"]),
];

static KIMI_VARS: &[Var] = &[
    var("KIMI_MODEL_NAME", VarSource::Model(Slot::Main), Guard::Off),
    var("KIMI_MODEL_API_KEY", VarSource::Key, Guard::Off),
    // Without it the key would go to the general platform.
    var("KIMI_MODEL_BASE_URL", VarSource::BaseUrl, Guard::Off),
    var("KIMI_MODEL_PROVIDER_TYPE", VarSource::Text(Template(kimi_dialect)), Guard::Off),
    // Unknown models are taken for 262,144 tokens.
    var("KIMI_MODEL_MAX_CONTEXT_SIZE", VarSource::Window, Guard::On),
    var("KIMI_DISABLE_TELEMETRY", fixed("1"), Guard::On),
    var("KIMI_CODE_NO_AUTO_UPDATE", fixed("1"), Guard::On),
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
