//! How Claude Code is told.

use std::borrow::Cow;

use super::{NO_ARGS, fixed, scrub, texts, var};
use crate::{
    model::{
        GivenSetting, GivenValue, Guard, ProjectTools, Protocol, ProtocolBinding, RedirectMark,
        SettingsOption, Slot, Template, Text, VarSource, Version,
    },
    names::EnvName,
};

/// Behind any argument these are a prompt, or are refused; measured on 2.1.198 and 2.1.332.
pub(super) static FIRST_WORDS: &[Text] = texts![
    "daemon",
    "remote-control",
    "rc",
    "respawn",
    "stop",
    "kill",
    "attach",
    "logs",
    "rm",
    "self-hosted-runner",
];

pub(super) const SETTINGS_OPTION: SettingsOption = SettingsOption {
    name: Cow::Borrowed("--settings"),
    // In `-p`, a cloned repository's servers need no consent, and their texts name variables.
    project_tools: Some(ProjectTools {
        file: Cow::Borrowed(".mcp.json"),
        table: Cow::Borrowed("mcpServers"),
        closed_by: Cow::Borrowed("disabledMcpjsonServers"),
        safe_from: Version::new(2, 1, 257),
    }),
};

/// Settings on the command line beat the files of the user and the project. Measured on 2.1.198, 2.1.252,
/// 2.1.257 and 2.1.332.
static GUARD_SETTINGS: &[GivenSetting] = &[
    GivenSetting::new(Cow::Borrowed("availableModels"), GivenValue::Models),
    GivenSetting::emptied("env.CLAUDE_CODE_EXTRA_BODY"),
    GivenSetting::emptied("env.ANTHROPIC_BETAS"),
    GivenSetting::emptied("env.CLAUDE_AGENT_SDK_CLIENT_APP"),
    GivenSetting::emptied("env.CLAUDE_AGENT_SDK_VERSION"),
    GivenSetting::emptied("env.CLAUDE_CODE_ADDITIONAL_PROTECTION"),
    GivenSetting::emptied("env.CLAUDE_CODE_GATEWAY_HINT_HEADERS"),
    // These stop the agent before its first request.
    GivenSetting::emptied("env.CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE"),
    GivenSetting::emptied("env.CLAUDE_CODE_CLIENT_DATA_URL"),
    // A project's own settings could send the prompts to its host.
    GivenSetting::emptied("env.CLAUDE_CODE_ENABLE_TELEMETRY").until(Version::new(2, 1, 282)),
    // Before every fetch it would ask Anthropic about the host.
    GivenSetting::new(Cow::Borrowed("skipWebFetchPreflight"), GivenValue::Yes),
];

/// Measured on Claude Code 2.1.197 and 2.1.329 against a recording server.
pub(super) static BINDINGS: &[ProtocolBinding] = &[ProtocolBinding {
    protocol: Protocol::Anthropic,
    slots: Cow::Borrowed(&Slot::ALL),
    args: NO_ARGS,
    // In panes of tmux, team-mates would take tmux's environment. Accepted from 2.1.112 on at least.
    guard_args: Template(|_| {
        // With room for the settings.
        let mut args = Vec::with_capacity(4);
        args.extend(["--teammate-mode".into(), "in-process".into()]);
        args
    }),
    guard_settings: Cow::Borrowed(GUARD_SETTINGS),
    kept_away: Cow::Borrowed(
        "models, headers and telemetry of the agent's own settings, and panes of tmux",
    ),
    vars: Cow::Borrowed(&[
        var("ANTHROPIC_AUTH_TOKEN", VarSource::Key, Guard::Off),
        var("ANTHROPIC_BASE_URL", VarSource::BaseUrl, Guard::Off),
        var("ANTHROPIC_DEFAULT_OPUS_MODEL", VarSource::Tier(Slot::Opus), Guard::Off),
        var("ANTHROPIC_DEFAULT_SONNET_MODEL", VarSource::Tier(Slot::Sonnet), Guard::Off),
        var("ANTHROPIC_DEFAULT_HAIKU_MODEL", VarSource::Tier(Slot::Haiku), Guard::Off),
        // 50 minutes, as every provider's own guide sets it.
        var("API_TIMEOUT_MS", VarSource::TimeoutMs(3_000_000), Guard::Off),
        var("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", fixed("1"), Guard::Off),
        // The user's settings.json would win otherwise. Without a token it blocks the login.
        var("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST", fixed("1"), Guard::On),
        // `/bg` and the agents view would move the session to a service that another launch may have
        // started.
        var("CLAUDE_CODE_DISABLE_AGENT_VIEW", fixed("1"), Guard::On),
        var("ANTHROPIC_MODEL", VarSource::Tier(Slot::Main), Guard::Off),
        var("ANTHROPIC_DEFAULT_FABLE_MODEL", VarSource::Tier(Slot::Fable), Guard::Off),
        var("ANTHROPIC_SMALL_FAST_MODEL", VarSource::Tier(Slot::SmallFast), Guard::Off),
        // Counts only beside ANTHROPIC_MODEL; unknown models are taken for 1,000,000 tokens.
        var("CLAUDE_CODE_MAX_CONTEXT_TOKENS", VarSource::Window, Guard::On),
        var("CLAUDE_CODE_SUBAGENT_MODEL_FORCE", fixed("1"), Guard::Strict),
    ]),
    scrub: Cow::Borrowed(&[
        scrub("could name another endpoint, model or credential", texts!["ANTHROPIC_*"]),
        scrub("could send the prompts to another cloud", texts!["CLAUDE_CODE_USE_*"]),
        scrub(
            "belongs to another cloud's login",
            texts![
                "CLAUDE_CODE_SKIP_*_AUTH",
                "CLOUD_ML_REGION",
                "VERTEX_REGION_CLAUDE_*",
                "AWS_BEARER_TOKEN_BEDROCK",
            ],
        ),
        scrub(
            "could carry another login, or another endpoint for it",
            texts![
                "_CLAUDE_CODE_ASSUME_FIRST_PARTY_BASE_URL",
                "CLAUDE_CODE_*OAUTH*",
                "CLAUDE_CODE_*_FILE_DESCRIPTOR",
                "CLAUDE_CODE_HOST_*",
                "CLAUDE_CODE_SESSION_ACCESS_TOKEN",
                "CLAUDE_CODE_API_BASE_URL",
                "CLAUDE_CODE_CLIENT_CERT*",
                "CLAUDE_CODE_CLIENT_KEY*",
                "CLAUDE_API_KEY",
                "CLAUDE_CODE_GATEWAY_TOKEN",
                "CLAUDE_CODE_HFI_BEARER_TOKEN",
                "CLAUDE_CODE_ARTIFACTS_API_TOKEN",
                "CLAUDE_CODE_MEMORY_API_TOKEN",
                "CLAUDE_TRUSTED_DEVICE_TOKEN",
                "AGENT_PROXY_*",
            ],
        ),
        scrub(
            "could name a model that the provider does not serve",
            texts![
                "CLAUDE_CODE_EXTRA_BODY",
                "CLAUDE_CODE_*SUBAGENT_MODEL*",
                "CLAUDE_CODE_AUTO_MODE_MODEL",
                "CLAUDE_CODE_BG_CLASSIFIER_MODEL",
                "CLAUDE_CODE_MAX_CONTEXT_TOKENS",
            ],
        ),
        scrub("would let anybody in between read the key", texts!["NODE_TLS_REJECT_UNAUTHORIZED"]),
        // The agent is a Bun program: these print every request with its key, or run code in it.
        scrub(
            "would print the key, or run code that can read it",
            texts!["BUN_CONFIG_VERBOSE_FETCH", "BUN_OPTIONS", "BUN_INSPECT*"],
        ),
        scrub(
            "would be sent to the provider as a header",
            texts![
                "CLAUDE_AGENT_SDK_*",
                "CLAUDE_CODE_CONTAINER_ID",
                "CLAUDE_CODE_ADDITIONAL_PROTECTION",
                "CLAUDE_CODE_GATEWAY_HINT_HEADERS",
            ],
        ),
        scrub("would be put into the prompt", texts!["CLAUDE_COWORK_*"]),
        scrub(
            "would stop the agent before its first request",
            texts![
                "CLAUDE_CODE_CLIENT_DATA_URL",
                "CLAUDE_CODE_USER_DELEGATED_SESSION_DIRECT_API",
                "CLAUDE_CODE_CONFIG_PROBE",
                "CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE",
                "NODE_UNIQUE_ID",
            ],
        ),
    ]),
    mark: Some(RedirectMark {
        variable: EnvName::from_static("CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"),
        contains: Cow::Borrowed(""),
    }),
}];
