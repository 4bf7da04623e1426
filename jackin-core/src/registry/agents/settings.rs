//! The agents' own settings that could fight a redirect: part of their table.

use crate::model::{
    Answer::{self, Effective, Guarded, Overridden},
    Setting,
    SettingKey::{Named, Variables},
    SettingsFile,
    SettingsPlace::{self, Project, User, Variable},
};

const fn named(key: &'static str, answer: Answer) -> Setting {
    Setting { key: Named(key), answer }
}

/// Measured on Claude Code 2.1.329.
pub(super) const CLAUDE: &[SettingsFile] = &[
    SettingsFile { place: claude_home(".claude", "settings.json"), settings: CLAUDE_SETTINGS },
    SettingsFile { place: Project(".claude/settings.json"), settings: CLAUDE_SETTINGS },
    SettingsFile { place: Project(".claude/settings.local.json"), settings: CLAUDE_SETTINGS },
    SettingsFile {
        place: claude_home("", ".claude.json"),
        settings: &[named("primaryApiKey", Guarded)],
    },
];

const CLAUDE_SETTINGS: &[Setting] = &[
    named("env.CLAUDE_CODE_EXTRA_BODY", Effective("can change the body of every request")),
    named("env.ANTHROPIC_BETAS", Effective("adds a header to every request")),
    Setting { key: Variables("env"), answer: Guarded },
    named("apiKeyHelper", Guarded),
    named("model", Guarded),
];

const fn claude_home(usual: &'static str, file: &'static str) -> SettingsPlace {
    User { variable: Some("CLAUDE_CONFIG_DIR"), usual, file }
}

/// Measured on Codex 0.169.0.
pub(super) const CODEX: &[SettingsFile] = &[SettingsFile {
    place: User { variable: Some("CODEX_HOME"), usual: ".codex", file: "config.toml" },
    settings: &[
        named("profile", Effective("stops the agent before its first request")),
        named("model_providers.jackin-*", Effective("is merged with what jackin sets")),
        named("model_provider", Overridden),
        named("model", Overridden),
    ],
}];

/// Measured on OpenCode 1.18.33.
pub(super) const OPENCODE: &[SettingsFile] = &[
    SettingsFile { place: opencode_home("opencode/opencode.json"), settings: OPENCODE_SETTINGS },
    SettingsFile { place: opencode_home("opencode/opencode.jsonc"), settings: OPENCODE_SETTINGS },
    SettingsFile { place: Variable("OPENCODE_CONFIG"), settings: OPENCODE_SETTINGS },
    SettingsFile { place: Project("opencode.json"), settings: OPENCODE_PROJECT },
    SettingsFile { place: Project("opencode.jsonc"), settings: OPENCODE_PROJECT },
    SettingsFile { place: Project(".opencode/opencode.json"), settings: OPENCODE_PROJECT },
];

const OPENCODE_SETTINGS: &[Setting] = &[
    named("provider.jackin-*", Effective("is merged with what jackin sets")),
    named("agent.*.model", Effective("stops the agent before its first request")),
    named("provider.*", Overridden),
    named("model", Overridden),
    named("small_model", Overridden),
    named("enabled_providers", Overridden),
];

const OPENCODE_PROJECT: &[Setting] = &[
    named("provider.*", Guarded),
    named("agent.*.model", Guarded),
    named("mcp.*", Guarded),
    named("model", Guarded),
    named("small_model", Guarded),
    named("enabled_providers", Guarded),
];

const fn opencode_home(file: &'static str) -> SettingsPlace {
    User { variable: Some("XDG_CONFIG_HOME"), usual: ".config", file }
}

/// Measured on Kimi CLI 2.1.0.
pub(super) const KIMI: &[SettingsFile] = &[SettingsFile {
    place: User { variable: None, usual: ".kimi-code", file: "config.toml" },
    settings: &[named("default_model", Overridden)],
}];
