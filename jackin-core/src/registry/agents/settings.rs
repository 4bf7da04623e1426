//! The agents' own settings that could fight a redirect: part of their table.

use std::borrow::Cow;

use crate::model::{
    NativeEffect::{self, Elsewhere},
    Outlet, Setting,
    SettingEffect::{self, Diverts, Effective, Guarded, Overridden},
    SettingKey::{Named, Variables},
    SettingsFile,
    SettingsPlace::{self, Project, System, User, Variable},
    SystemDir,
};

const fn named(key: &'static str, effect: SettingEffect) -> Setting {
    Setting::new(Named(Cow::Borrowed(key)), effect)
}

/// One that matters to native launches, too, but with these values.
const fn native(
    key: &'static str,
    effect: SettingEffect,
    native: NativeEffect,
    unless: &'static str,
) -> Setting {
    Setting { key: Named(Cow::Borrowed(key)), effect, native, own_values: Cow::Borrowed(unless) }
}

/// Measured on Claude Code 2.1.198 and 2.1.332.
pub(super) static CLAUDE: &[SettingsFile] = &[
    SettingsFile {
        place: claude_home(".claude", "settings.json"),
        settings: Cow::Borrowed(CLAUDE_SETTINGS),
    },
    SettingsFile {
        place: Project(Cow::Borrowed(".claude/settings.json")),
        settings: Cow::Borrowed(CLAUDE_SETTINGS),
    },
    SettingsFile {
        place: Project(Cow::Borrowed(".claude/settings.local.json")),
        settings: Cow::Borrowed(CLAUDE_SETTINGS),
    },
    SettingsFile {
        place: claude_home("", ".claude.json"),
        settings: Cow::Borrowed(&[named("primaryApiKey", Guarded)]),
    },
    SettingsFile {
        place: claude_system("managed-settings.json"),
        settings: Cow::Borrowed(CLAUDE_SYSTEM),
    },
    SettingsFile {
        place: claude_system("managed-settings.d/*.json"),
        settings: Cow::Borrowed(CLAUDE_SYSTEM),
    },
];

/// Measured on Claude Code 2.1.198, 2.1.250 and 2.1.332: the guard holds against administrators too.
static CLAUDE_SYSTEM: &[Setting] = &[
    named(
        "env.CLAUDE_CODE_EXTRA_BODY",
        Effective(Cow::Borrowed("can change the body of every request")),
    ),
    named("env.ANTHROPIC_BETAS", Effective(Cow::Borrowed("adds a header to every request"))),
    named("env.ANTHROPIC_BASE_URL", Guarded).with_native(Elsewhere),
    named("env.CLAUDE_CODE_USE_*", Guarded).with_native(Elsewhere),
    Setting::new(Variables(Cow::Borrowed("env")), Guarded),
    named("apiKeyHelper", Guarded),
    named("model", Guarded),
];

const fn claude_system(file: &'static str) -> SettingsPlace {
    let dir = SystemDir::new(
        Cow::Borrowed("/etc/claude-code"),
        Cow::Borrowed("/Library/Application Support/ClaudeCode"),
        Cow::Borrowed(r"C:\Program Files\ClaudeCode"),
    );
    System { dir, file: Cow::Borrowed(file) }
}

static CLAUDE_SETTINGS: &[Setting] = &[
    // The agent joins the lists of all its files with the one on the command line.
    named(
        "availableModels",
        Effective(Cow::Borrowed(
            "lets agents and skills use models that the provider may not serve",
        )),
    ),
    named("env.CLAUDE_COWORK_*", Effective(Cow::Borrowed("is put into the prompt"))),
    named(
        "env.CLAUDE_CODE_MAX_CONTEXT_TOKENS",
        Effective(Cow::Borrowed("sets the context window in place of the provider's")),
    ),
    named("env.ANTHROPIC_BASE_URL", Guarded).with_native(NativeEffect::Overridden),
    named("env.CLAUDE_CODE_USE_*", Guarded).with_native(NativeEffect::Overridden),
    Setting::new(Variables(Cow::Borrowed("env")), Guarded).with_native(NativeEffect::Beside),
    named("apiKeyHelper", Guarded).with_native(NativeEffect::Beside),
    named("model", Guarded).with_native(NativeEffect::Beside),
];

const fn outlet(key: &'static str, value: Option<&'static str>, sends: &'static str) -> Outlet {
    let value = match value {
        Some(value) => Some(Cow::Borrowed(value)),
        None => None,
    };
    Outlet { key: Cow::Borrowed(key), value, sends: Cow::Borrowed(sends) }
}

/// Measured on Claude Code 2.1.332, where no guard holds them off.
pub(super) static CLAUDE_OUTLETS: &[Outlet] = &[
    outlet("hooks.*.hooks.type", Some("http"), "prompts or tool input to the URL of a hook"),
    outlet("env.OTEL_LOG_USER_PROMPTS", None, "prompts to the telemetry host"),
    outlet("env.OTEL_LOG_RAW_API_BODIES", None, "whole requests to the telemetry host"),
    outlet("env.OTEL_LOG_TOOL_DETAILS", None, "tool input to the telemetry host"),
];

const fn claude_home(usual: &'static str, file: &'static str) -> SettingsPlace {
    User {
        variable: Some(Cow::Borrowed("CLAUDE_CONFIG_DIR")),
        usual: Cow::Borrowed(usual),
        file: Cow::Borrowed(file),
    }
}

/// Measured on Codex 0.155.0 and 0.171.0.
pub(super) static CODEX: &[SettingsFile] = &[
    SettingsFile {
        place: User {
            variable: Some(Cow::Borrowed("CODEX_HOME")),
            usual: Cow::Borrowed(".codex"),
            file: Cow::Borrowed("config.toml"),
        },
        settings: Cow::Borrowed(&[
            named("profile", Effective(Cow::Borrowed(STOPS))),
            named("model_providers.jackin-*", Effective(Cow::Borrowed(MERGED))),
            named("review_model", Guarded),
            named("analytics", Guarded),
            named("plugins", Guarded),
            named("model_provider", Overridden).with_native(NativeEffect::Overridden),
            // Whoever gets its requests gets the stored login, too.
            named("openai_base_url", Guarded).with_native(NativeEffect::Overridden),
            named("chatgpt_base_url", Guarded).with_native(NativeEffect::Overridden),
            named("model", Overridden),
        ]),
    },
    // Beats every argument.
    SettingsFile {
        place: codex_system("managed_config.toml"),
        settings: Cow::Borrowed(&[
            named(
                "model_provider",
                Diverts(Cow::Borrowed("sends the prompts to another provider")),
            )
            .with_native(Elsewhere),
            named("model_providers.jackin-*", Diverts(Cow::Borrowed(MERGED_ELSEWHERE))),
            named("openai_base_url", Overridden).with_native(Elsewhere),
            named("profile", Effective(Cow::Borrowed(STOPS))),
            named("model", Effective(Cow::Borrowed("asks the provider for another model"))),
        ]),
    },
    // Does so from some version after 0.155.0.
    SettingsFile {
        place: codex_system("requirements.toml"),
        settings: Cow::Borrowed(&[
            named(
                "model_provider",
                Diverts(Cow::Borrowed("sends the prompts to another provider")),
            )
            .with_native(Elsewhere),
            named("model_providers.jackin-*", Effective(Cow::Borrowed(STOPS))),
        ]),
    },
    // Yields to arguments.
    SettingsFile {
        place: codex_system("config.toml"),
        settings: Cow::Borrowed(&[
            named("model_providers.jackin-*", Effective(Cow::Borrowed(MERGED))),
            named("profile", Effective(Cow::Borrowed(STOPS))),
            named("model_provider", Overridden).with_native(NativeEffect::Overridden),
            named("openai_base_url", Overridden).with_native(NativeEffect::Overridden),
            named("model", Overridden),
        ]),
    },
];

const STOPS: &str = "stops the agent before its first request";
const MERGED: &str = "is merged with what jackin sets";
const MERGED_ELSEWHERE: &str =
    "is merged with what jackin sets, and can send the key to another address";

const fn codex_system(file: &'static str) -> SettingsPlace {
    const DIR: &str = "/etc/codex";
    let dir = SystemDir::new(Cow::Borrowed(DIR), Cow::Borrowed(DIR), Cow::Borrowed(""));
    System { dir, file: Cow::Borrowed(file) }
}

/// Measured on OpenCode 1.18.33.
pub(super) static OPENCODE: &[SettingsFile] = &[
    SettingsFile {
        place: opencode_home("opencode/opencode.json"),
        settings: Cow::Borrowed(OPENCODE_SETTINGS),
    },
    SettingsFile {
        place: opencode_home("opencode/opencode.jsonc"),
        settings: Cow::Borrowed(OPENCODE_SETTINGS),
    },
    SettingsFile {
        place: Variable(Cow::Borrowed("OPENCODE_CONFIG")),
        settings: Cow::Borrowed(OPENCODE_SETTINGS),
    },
    SettingsFile {
        place: opencode_dir("opencode.json"),
        settings: Cow::Borrowed(OPENCODE_SETTINGS),
    },
    SettingsFile {
        place: opencode_dir("opencode.jsonc"),
        settings: Cow::Borrowed(OPENCODE_SETTINGS),
    },
    SettingsFile {
        place: Project(Cow::Borrowed("opencode.json")),
        settings: Cow::Borrowed(OPENCODE_PROJECT),
    },
    SettingsFile {
        place: Project(Cow::Borrowed("opencode.jsonc")),
        settings: Cow::Borrowed(OPENCODE_PROJECT),
    },
    SettingsFile {
        place: Project(Cow::Borrowed(".opencode/opencode.json")),
        settings: Cow::Borrowed(OPENCODE_PROJECT),
    },
    SettingsFile {
        place: opencode_system("opencode.json"),
        settings: Cow::Borrowed(OPENCODE_SYSTEM),
    },
    SettingsFile {
        place: opencode_system("opencode.jsonc"),
        settings: Cow::Borrowed(OPENCODE_SYSTEM),
    },
];

/// They beat the inline configuration. Measured on OpenCode 1.17.11 and 1.18.33.
static OPENCODE_SYSTEM: &[Setting] = &[
    named("provider.jackin-*", Diverts(Cow::Borrowed(MERGED_ELSEWHERE))),
    named(
        "enabled_providers",
        Diverts(Cow::Borrowed("leaves other providers than the chosen one to the agent")),
    ),
    named("disabled_providers", Effective(Cow::Borrowed(STOPS))),
    named("model", Effective(Cow::Borrowed(STOPS))),
    named("agent.*.model", Effective(Cow::Borrowed(STOPS))),
    named("share", Guarded),
    named("provider.*", Overridden),
    named("small_model", Overridden),
];

const fn opencode_system(file: &'static str) -> SettingsPlace {
    let dir = SystemDir::new(
        Cow::Borrowed("/etc/opencode"),
        Cow::Borrowed("/Library/Application Support/opencode"),
        Cow::Borrowed(r"C:\ProgramData\opencode"),
    );
    System { dir, file: Cow::Borrowed(file) }
}

static OPENCODE_SETTINGS: &[Setting] = &[
    named("provider.jackin-*", Effective(Cow::Borrowed(MERGED))),
    named("agent.*.model", Effective(Cow::Borrowed(STOPS))),
    named("share", Guarded),
    named("provider.opencode*.baseURL", Overridden).with_native(NativeEffect::Overridden),
    named("provider.opencode*.api", Overridden).with_native(NativeEffect::Overridden),
    named("provider.*", Overridden),
    native("model", Overridden, NativeEffect::Overridden, "opencode/*"),
    native("small_model", Overridden, NativeEffect::Overridden, "opencode/*"),
    named("enabled_providers", Overridden),
];

static OPENCODE_PROJECT: &[Setting] = &[
    named("provider.opencode*.baseURL", Guarded).with_native(NativeEffect::Overridden),
    named("provider.opencode*.api", Guarded).with_native(NativeEffect::Overridden),
    named("provider.*", Guarded),
    named("agent.*.model", Guarded),
    named("mcp.*", Guarded),
    native("model", Guarded, NativeEffect::Overridden, "opencode/*"),
    native("small_model", Guarded, NativeEffect::Overridden, "opencode/*"),
    named("enabled_providers", Guarded),
];

const fn opencode_dir(file: &'static str) -> SettingsPlace {
    User {
        variable: Some(Cow::Borrowed("OPENCODE_CONFIG_DIR")),
        usual: Cow::Borrowed(".opencode"),
        file: Cow::Borrowed(file),
    }
}

const fn opencode_home(file: &'static str) -> SettingsPlace {
    User {
        variable: Some(Cow::Borrowed("XDG_CONFIG_HOME")),
        usual: Cow::Borrowed(".config"),
        file: Cow::Borrowed(file),
    }
}

/// Measured on Kimi CLI 2.1.0.
pub(super) static KIMI: &[SettingsFile] = &[SettingsFile {
    place: User {
        variable: Some(Cow::Borrowed("KIMI_CODE_HOME")),
        usual: Cow::Borrowed(".kimi-code"),
        file: Cow::Borrowed("config.toml"),
    },
    settings: Cow::Borrowed(&[
        // The name that the agent gives to what comes by its variables.
        named(
            "providers.__kimi_env__",
            Effective(Cow::Borrowed("is merged with what jackin sets, headers among it")),
        ),
        native("default_model", Overridden, Elsewhere, "kimi-code/*"),
        native("providers.managed:kimi-code.base_url", Overridden, Elsewhere, ""),
        native("models.kimi-code/*.base_url", Overridden, Elsewhere, ""),
        native("models.kimi-code/*.provider", Overridden, Elsewhere, "managed:kimi-code"),
    ]),
}];
