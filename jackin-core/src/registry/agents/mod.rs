//! The agents: the one place an agent is added. Of a provider it knows what every provider says of
//! itself, and its own native one.

mod claude;
mod codex;
mod kimi;
mod opencode;
mod settings;

use crate::{
    model::{Agent, Feed, Guard, Prompt, Redirect, Scrub, Var, Version},
    names::{AgentId, EnvName, ProviderId},
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
        wirings: claude::WIRINGS,
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
        wirings: codex::WIRINGS,
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
        wirings: opencode::WIRINGS,
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
        wirings: kimi::WIRINGS,
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

/// Names, under the reason that they share.
pub(crate) const fn scrub(reason: &'static str, patterns: &'static [&'static str]) -> Scrub {
    Scrub { reason, patterns }
}
