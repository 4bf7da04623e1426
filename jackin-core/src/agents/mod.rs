//! The agents: the one place an agent is added. Of a provider it knows what every provider says of
//! itself, and its own native one.

mod settings;

use crate::{
    agent::{Agent, Feed, Guard, NAME_PREFIX, Prompt, Redirect, Scrub, Var, Version, Wiring},
    names::{AgentId, EnvName, ProviderId},
    provider::{Protocol, Slot},
};

/// All agents, the default first.
pub(crate) static AGENTS: &[Agent] = &[
    Agent {
        id: AgentId::from_static("claude"),
        label: "Claude",
        program: "claude",
        native: ProviderId::from_static("anthropic"),
        native_key: EnvName::from_static("ANTHROPIC_API_KEY"),
        token: Some(EnvName::from_static("CLAUDE_CODE_OAUTH_TOKEN")),
        other_keys: &[],
        own_models: Some(("claude-", &["--model", "--fallback-model"])),
        guarded_from: Some(("@anthropic-ai/claude-code", Version(2, 1, 198))),
        install: "npm install -g @anthropic-ai/claude-code",
        wirings: CLAUDE,
        settings: settings::CLAUDE,
        prompt: Some(Prompt {
            args: &["-p", "Reply with the word ok"],
            // It would be silent for three minutes about a key that is refused.
            vars: &[("CLAUDE_CODE_MAX_RETRIES", "0")],
        }),
        nesting: &[scrub(
            "belongs to the Claude Code session this was started from",
            &[
                "CLAUDECODE",
                "CLAUDE_PID",
                "CLAUDE_CODE_ENTRYPOINT",
                // Turns off the saving of transcripts.
                "CLAUDE_CODE_CHILD_SESSION",
                "CLAUDE_CODE_SESSION_ID",
                "CLAUDE_CODE_EXECPATH",
                "CLAUDE_CODE_MESSAGING_*",
                "CLAUDE_CODE_REMOTE_*",
                "CLAUDE_BG_*",
                "CLAUDE_BRIDGE_*",
                "CLAUDE_RUNNER_*",
                "CLAUDE_CODE_CHILD_NOTES_DIR",
                "CLAUDE_CODE_LAUNCHED_BY_SESSION_IDS",
                "CLAUDE_CODE_SESSION_ATTENDED",
                "CLAUDE_EFFORT",
                "CLAUDE_ENV_FILE",
                "CLAUDE_PROJECT_DIR",
            ],
        )],
    },
    Agent {
        id: AgentId::from_static("codex"),
        label: "Codex",
        program: "codex",
        native: ProviderId::from_static("openai"),
        native_key: EnvName::from_static("OPENAI_API_KEY"),
        token: None,
        other_keys: &[
            EnvName::from_static("CODEX_API_KEY"),
            EnvName::from_static("CODEX_ACCESS_TOKEN"),
        ],
        own_models: None,
        guarded_from: None,
        install: "npm install -g @openai/codex",
        wirings: CODEX,
        settings: settings::CODEX,
        prompt: prompt(&["exec", "--skip-git-repo-check", "Reply with the word ok"]),
        nesting: &[],
    },
    Agent {
        id: AgentId::from_static("opencode"),
        label: "OpenCode",
        program: "opencode",
        native: ProviderId::from_static("opencode"),
        native_key: EnvName::from_static("OPENCODE_API_KEY"),
        token: None,
        other_keys: &[],
        own_models: None,
        guarded_from: None,
        install: "npm install -g opencode-ai",
        wirings: OPENCODE,
        settings: settings::OPENCODE,
        prompt: prompt(&["run", "Reply with the word ok"]),
        nesting: &[],
    },
    Agent {
        id: AgentId::from_static("kimi"),
        label: "Kimi",
        program: "kimi",
        native: ProviderId::from_static("kimi"),
        native_key: EnvName::from_static("KIMI_MODEL_API_KEY"),
        token: None,
        other_keys: &[],
        own_models: None,
        guarded_from: None,
        install: "npm install -g @moonshot-ai/kimi-code",
        wirings: KIMI,
        settings: settings::KIMI,
        prompt: prompt(&["-p", "Reply with the word ok"]),
        nesting: &[],
    },
    Agent {
        id: AgentId::from_static("amp"),
        label: "Amp",
        program: "amp",
        native: ProviderId::from_static("amp"),
        native_key: EnvName::from_static("AMP_API_KEY"),
        token: None,
        other_keys: &[],
        own_models: None,
        guarded_from: None,
        install: "npm install -g @ampcode/cli",
        wirings: &[],
        settings: &[],
        prompt: None,
        nesting: &[],
    },
    Agent {
        id: AgentId::from_static("grok"),
        label: "Grok",
        program: "grok",
        native: ProviderId::from_static("xai"),
        native_key: EnvName::from_static("XAI_API_KEY"),
        token: None,
        other_keys: &[EnvName::from_static("GROK_DEPLOYMENT_KEY")],
        own_models: None,
        guarded_from: None,
        install: "npm install -g @xai-official/grok",
        wirings: &[],
        settings: &[],
        prompt: None,
        nesting: &[],
    },
];

const fn prompt(args: &'static [&'static str]) -> Option<Prompt> {
    Some(Prompt { args, vars: &[] })
}

const fn var(name: &'static str, feed: Feed, guard: Guard) -> Var {
    Var { name: Some(EnvName::from_static(name)), feed, guard }
}

/// The provider's key, in the variable in which it is configured.
const KEY_AS_CONFIGURED: Var = Var { name: None, feed: Feed::Key, guard: Guard::Off };

/// A text as both JSON and TOML write it; what may stand in a provider's fields holds no control
/// characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn no_args(_: &Redirect<'_>) -> Vec<String> {
    Vec::new()
}

const fn scrub(reason: &'static str, patterns: &'static [&'static str]) -> Scrub {
    Scrub { reason, patterns }
}

/// Measured on Claude Code 2.1.197 and 2.1.329 against a recording server.
static CLAUDE: &[Wiring] = &[Wiring {
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

/// Measured on Codex 0.169.0. Everything goes by `-c`, which beats the user's configuration and
/// profile, and yields to the user's own `-m`.
static CODEX: &[Wiring] = &[Wiring {
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

/// Measured on OpenCode 1.18.33.
static OPENCODE: &[Wiring] = &[
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

/// Measured on Kimi CLI 2.1.0.
static KIMI: &[Wiring] = &[
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
