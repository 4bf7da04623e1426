//! How Claude Code is told.

use super::{no_args, scrub, var};
use crate::model::{Feed, Guard, Protocol, Slot, Wiring};

/// Measured on Claude Code 2.1.197 and 2.1.329 against a recording server.
pub(super) static WIRINGS: &[Wiring] = &[Wiring {
    protocol: Protocol::Anthropic,
    slots: &Slot::ALL,
    args: no_args,
    vars: &[
        var("ANTHROPIC_AUTH_TOKEN", Feed::Key, Guard::Off),
        var("ANTHROPIC_BASE_URL", Feed::BaseUrl, Guard::Off),
        var("ANTHROPIC_DEFAULT_OPUS_MODEL", Feed::Tier(Slot::Opus), Guard::Off),
        var("ANTHROPIC_DEFAULT_SONNET_MODEL", Feed::Tier(Slot::Sonnet), Guard::Off),
        var("ANTHROPIC_DEFAULT_HAIKU_MODEL", Feed::Tier(Slot::Haiku), Guard::Off),
        // 50 minutes, as every provider's own guide sets it.
        var("API_TIMEOUT_MS", Feed::TimeoutMs(3_000_000), Guard::Off),
        var("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", Feed::Fixed("1"), Guard::Off),
        // The user's settings.json would win otherwise. Without a token it blocks the login.
        var("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", Feed::Fixed("1"), Guard::On),
        var("ANTHROPIC_MODEL", Feed::Tier(Slot::Main), Guard::Off),
        var("ANTHROPIC_DEFAULT_FABLE_MODEL", Feed::Tier(Slot::Fable), Guard::Off),
        var("ANTHROPIC_SMALL_FAST_MODEL", Feed::Tier(Slot::SmallFast), Guard::Off),
        // Counts only beside ANTHROPIC_MODEL; unknown models are taken for 1,000,000 tokens.
        var("CLAUDE_CODE_MAX_CONTEXT_TOKENS", Feed::Window, Guard::On),
        var("CLAUDE_CODE_SUBAGENT_MODEL_FORCE", Feed::Fixed("1"), Guard::Strict),
    ],
    scrub: &[
        scrub("could name another endpoint, model or credential", &["ANTHROPIC_*"]),
        scrub("could send the prompts to another cloud", &["CLAUDE_CODE_USE_*"]),
        scrub(
            "belongs to another cloud's login",
            &[
                "CLAUDE_CODE_SKIP_*_AUTH",
                "CLOUD_ML_REGION",
                "VERTEX_REGION_CLAUDE_*",
                "AWS_BEARER_TOKEN_BEDROCK",
            ],
        ),
        scrub(
            "could carry another login, or another endpoint for it",
            &[
                "_CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL",
                "CLAUDE_CODE_*OAUTH*",
                "CLAUDE_CODE_*_FILE_DESCRIPTOR",
                "CLAUDE_CODE_HOST_*",
                "CLAUDE_CODE_SESSION_ACCESS_TOKEN",
                "CLAUDE_CODE_API_BASE_URL",
                "CLAUDE_CODE_CLIENT_CERT*",
                "CLAUDE_CODE_CLIENT_KEY*",
            ],
        ),
        scrub(
            "could name a model that the provider does not serve",
            &[
                "CLAUDE_CODE_EXTRA_BODY",
                "CLAUDE_CODE_*SUBAGENT_MODEL*",
                "CLAUDE_CODE_AUTO_MODE_MODEL",
                "CLAUDE_CODE_BG_CLASSIFIER_MODEL",
                "CLAUDE_CODE_MAX_CONTEXT_TOKENS",
            ],
        ),
        scrub("would let anybody in between read the key", &["NODE_TLS_REJECT_UNAUTHORIZED"]),
        // The agent is a Bun program: these print every request with its key, or run code in it.
        scrub(
            "would print the key, or run code that can read it",
            &["BUN_CONFIG_VERBOSE_FETCH", "BUN_OPTIONS", "BUN_INSPECT*"],
        ),
        scrub(
            "would be sent to the provider as a header",
            &[
                "CLAUDE_AGENT_SDK_*",
                "CLAUDE_CODE_CONTAINER_ID",
                "CLAUDE_CODE_ADDITIONAL_PROTECTION",
                "CLAUDE_CODE_GATEWAY_HINT_HEADERS",
            ],
        ),
        scrub(
            "would stop the agent before its first request",
            &[
                "CLAUDE_CODE_CLIENT_DATA_URL",
                "CLAUDE_CODE_USER_DELEGATED_SESSION_DIRECT_API",
                "CLAUDE_CODE_CONFIG_PROBE",
                "CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE",
                "NODE_UNIQUE_ID",
            ],
        ),
    ],
    mark: Some(("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", "")),
}];
