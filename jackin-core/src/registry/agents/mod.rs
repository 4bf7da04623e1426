//! The built-in agents: the one place to add one. An agent's table knows what every provider says about
//! itself, and the agent's own native provider.

mod claude;
mod codex;
mod hand_overs;
mod kimi;
mod opencode;
mod settings;

use std::borrow::Cow;

use crate::{
    model::{
        Agent, Guard, OwnModels, PackageVersion, Prompt, PromptVar, Scrub, Template, Text, Var,
        VarSource, Version,
    },
    names::{AgentId, EnvName, ProviderId},
};

/// Texts as a static list.
macro_rules! texts {
    ($($text:literal),* $(,)?) => { &[$(::std::borrow::Cow::Borrowed($text)),*] };
}
use texts;

/// All built-in agents, the default first.
pub(crate) static AGENTS: &[Agent] = &[
    Agent {
        id: AgentId::from_static("claude"),
        label: Cow::Borrowed("Claude"),
        program: Cow::Borrowed("claude"),
        native: ProviderId::from_static("anthropic"),
        native_key: EnvName::from_static("ANTHROPIC_API_KEY"),
        token: Some(EnvName::from_static("CLAUDE_CODE_OAUTH_TOKEN")),
        other_keys: Cow::Borrowed(&[]),
        own_models: Some(OwnModels {
            prefix: Cow::Borrowed("claude-"),
            options: Cow::Borrowed(texts!["--model", "--fallback-model"]),
        }),
        guarded_from: Some(PackageVersion {
            package: Cow::Borrowed("@anthropic-ai/claude-code"),
            version: Version::new(2, 1, 198),
        }),
        install: Cow::Borrowed("npm install -g @anthropic-ai/claude-code"),
        install_dirs: Cow::Borrowed(texts![".claude/local"]),
        bindings: Cow::Borrowed(claude::BINDINGS),
        settings: Cow::Borrowed(settings::CLAUDE),
        outlets: Cow::Borrowed(settings::CLAUDE_OUTLETS),
        prompt: Some(Prompt {
            args: Cow::Borrowed(texts!["-p", "Reply with the word ok"]),
            // It would be silent for three minutes about a key that is refused.
            vars: Cow::Borrowed(&[PromptVar {
                name: EnvName::from_static("CLAUDE_CODE_MAX_RETRIES"),
                value: Cow::Borrowed("0"),
            }]),
        }),
        nesting: Cow::Borrowed(&[scrub(
            "belongs to the Claude Code session this was started from",
            texts![
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
        )]),
        detours: Cow::Borrowed(&[scrub(
            "sends the prompts to another cloud",
            texts!["CLAUDE_CODE_USE_*"],
        )]),
        native_args: Cow::Borrowed(&[]),
        native_vars: Cow::Borrowed(&[]),
        hand_overs: Cow::Borrowed(hand_overs::CLAUDE),
        valued_options: Cow::Borrowed(texts!["--model", "--settings", "-w", "--worktree"]),
        first_words: Cow::Borrowed(claude::FIRST_WORDS),
        uses_any_key: false,
        settings_option: Some(claude::SETTINGS_OPTION),
        impostors: Cow::Borrowed(&[]),
    },
    Agent {
        id: AgentId::from_static("codex"),
        label: Cow::Borrowed("Codex"),
        program: Cow::Borrowed("codex"),
        native: ProviderId::from_static("openai"),
        native_key: EnvName::from_static("OPENAI_API_KEY"),
        token: None,
        other_keys: Cow::Borrowed(&[
            EnvName::from_static("CODEX_API_KEY"),
            EnvName::from_static("CODEX_ACCESS_TOKEN"),
        ]),
        own_models: None,
        guarded_from: None,
        install: Cow::Borrowed("npm install -g @openai/codex"),
        install_dirs: Cow::Borrowed(&[]),
        bindings: Cow::Borrowed(codex::BINDINGS),
        settings: Cow::Borrowed(settings::CODEX),
        outlets: Cow::Borrowed(&[]),
        prompt: prompt(texts!["exec", "--skip-git-repo-check", "Reply with the word ok"]),
        nesting: Cow::Borrowed(&[]),
        detours: Cow::Borrowed(&[]),
        native_args: Cow::Borrowed(codex::NATIVE_ARGS),
        native_vars: Cow::Borrowed(&[]),
        hand_overs: Cow::Borrowed(hand_overs::CODEX),
        valued_options: Cow::Borrowed(texts!["-c", "--config", "-m", "--model"]),
        first_words: Cow::Borrowed(&[]),
        uses_any_key: false,
        settings_option: None,
        impostors: Cow::Borrowed(&[]),
    },
    Agent {
        id: AgentId::from_static("opencode"),
        label: Cow::Borrowed("OpenCode"),
        program: Cow::Borrowed("opencode"),
        native: ProviderId::from_static("opencode"),
        native_key: EnvName::from_static("OPENCODE_API_KEY"),
        token: None,
        other_keys: Cow::Borrowed(&[]),
        own_models: None,
        guarded_from: None,
        install: Cow::Borrowed("npm install -g opencode-ai"),
        // From opencode.ai/install.
        install_dirs: Cow::Borrowed(texts![".opencode/bin"]),
        bindings: Cow::Borrowed(opencode::BINDINGS),
        settings: Cow::Borrowed(settings::OPENCODE),
        outlets: Cow::Borrowed(&[]),
        prompt: prompt(texts!["run", "Reply with the word ok"]),
        nesting: Cow::Borrowed(&[]),
        detours: Cow::Borrowed(&[]),
        native_args: Cow::Borrowed(&[]),
        native_vars: Cow::Borrowed(opencode::NATIVE_VARS),
        hand_overs: Cow::Borrowed(hand_overs::OPENCODE),
        valued_options: Cow::Borrowed(&[]),
        first_words: Cow::Borrowed(&[]),
        uses_any_key: true,
        settings_option: None,
        impostors: Cow::Borrowed(&[]),
    },
    Agent {
        id: AgentId::from_static("kimi"),
        label: Cow::Borrowed("Kimi"),
        program: Cow::Borrowed("kimi"),
        native: ProviderId::from_static("kimi"),
        native_key: EnvName::from_static("KIMI_MODEL_API_KEY"),
        token: None,
        other_keys: Cow::Borrowed(&[]),
        own_models: None,
        guarded_from: None,
        install: Cow::Borrowed("npm install -g @moonshot-ai/kimi-code"),
        // The package itself names it. The older program from PyPI is installed by uv, in ~/.local/bin.
        install_dirs: Cow::Borrowed(texts![".kimi-code/bin"]),
        bindings: Cow::Borrowed(kimi::BINDINGS),
        settings: Cow::Borrowed(settings::KIMI),
        outlets: Cow::Borrowed(&[]),
        prompt: prompt(texts!["-p", "Reply with the word ok"]),
        nesting: Cow::Borrowed(&[]),
        detours: Cow::Borrowed(&[]),
        native_args: Cow::Borrowed(&[]),
        native_vars: Cow::Borrowed(&[]),
        hand_overs: Cow::Borrowed(hand_overs::KIMI),
        valued_options: Cow::Borrowed(&[]),
        first_words: Cow::Borrowed(&[]),
        uses_any_key: false,
        settings_option: None,
        impostors: Cow::Borrowed(kimi::IMPOSTORS),
    },
    Agent {
        id: AgentId::from_static("amp"),
        label: Cow::Borrowed("Amp"),
        program: Cow::Borrowed("amp"),
        native: ProviderId::from_static("amp"),
        native_key: EnvName::from_static("AMP_API_KEY"),
        token: None,
        other_keys: Cow::Borrowed(&[]),
        own_models: None,
        guarded_from: None,
        install: Cow::Borrowed("npm install -g @ampcode/cli"),
        // Its installer's own directory could not be read; a link in ~/.local/bin leads there.
        install_dirs: Cow::Borrowed(&[]),
        bindings: Cow::Borrowed(&[]),
        settings: Cow::Borrowed(&[]),
        outlets: Cow::Borrowed(&[]),
        prompt: None,
        nesting: Cow::Borrowed(&[]),
        detours: Cow::Borrowed(&[]),
        native_args: Cow::Borrowed(&[]),
        native_vars: Cow::Borrowed(&[]),
        hand_overs: Cow::Borrowed(&[]),
        valued_options: Cow::Borrowed(&[]),
        first_words: Cow::Borrowed(&[]),
        uses_any_key: false,
        settings_option: None,
        impostors: Cow::Borrowed(&[]),
    },
    Agent {
        id: AgentId::from_static("grok"),
        label: Cow::Borrowed("Grok"),
        program: Cow::Borrowed("grok"),
        native: ProviderId::from_static("xai"),
        native_key: EnvName::from_static("XAI_API_KEY"),
        token: None,
        other_keys: Cow::Borrowed(&[EnvName::from_static("GROK_DEPLOYMENT_KEY")]),
        own_models: None,
        guarded_from: None,
        install: Cow::Borrowed("npm install -g @xai-official/grok"),
        // From the package's bin/postinstall.js.
        install_dirs: Cow::Borrowed(texts![".grok/bin"]),
        bindings: Cow::Borrowed(&[]),
        settings: Cow::Borrowed(&[]),
        outlets: Cow::Borrowed(&[]),
        prompt: None,
        nesting: Cow::Borrowed(&[]),
        detours: Cow::Borrowed(&[]),
        native_args: Cow::Borrowed(&[]),
        native_vars: Cow::Borrowed(&[]),
        hand_overs: Cow::Borrowed(&[]),
        valued_options: Cow::Borrowed(&[]),
        first_words: Cow::Borrowed(&[]),
        uses_any_key: false,
        settings_option: None,
        impostors: Cow::Borrowed(&[]),
    },
];

const fn prompt(args: &'static [Text]) -> Option<Prompt> {
    Some(Prompt { args: Cow::Borrowed(args), vars: Cow::Borrowed(&[]) })
}

const fn var(name: &'static str, source: VarSource, guard: Guard) -> Var {
    Var::new(EnvName::from_static(name), source).from_guard(guard)
}

const fn fixed(text: &'static str) -> VarSource {
    VarSource::Fixed(Cow::Borrowed(text))
}

/// A text in quotes, as both JSON and TOML write it. A provider's fields hold no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// For a binding without arguments.
const NO_ARGS: Template<Vec<String>> = Template(|_| Vec::new());

/// Names, under the reason that they share.
const fn scrub(reason: &'static str, patterns: &'static [Text]) -> Scrub {
    Scrub { reason: Cow::Borrowed(reason), patterns: Cow::Borrowed(patterns) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SettingEffect;

    #[test]
    fn a_guard_is_one_of_the_package_that_is_installed() {
        for agent in AGENTS {
            let guarded = agent.guarded_from.as_ref().map(|needed| &*needed.package);
            assert!(guarded.is_none_or(|package| package == agent.package()), "{}", agent.id);
        }
    }

    #[test]
    fn what_would_be_merged_with_our_own_names_is_known() {
        for (agent, table) in [("codex", "model_providers"), ("opencode", "provider")] {
            let agent = AGENTS.iter().find(|known| known.id.as_str() == agent).unwrap();
            let key = format!("{table}.{}zai", crate::model::NAME_PREFIX);
            let setting = agent.settings[0].setting(agent, &key).unwrap();
            assert!(matches!(setting.effect, SettingEffect::Effective(_)), "{}", agent.id);
        }
    }

    #[test]
    fn the_first_of_two_settings_that_match_wins() {
        let effect = |agent: &str, key: &str| {
            let agent = AGENTS.iter().find(|known| known.id.as_str() == agent).unwrap();
            agent.settings[0].setting(agent, key).map(|setting| setting.effect.clone())
        };
        let own = effect("opencode", "provider.jackin-zai");
        assert!(matches!(own, Some(SettingEffect::Effective(_))));
        assert_eq!(effect("claude", "env.CLAUDE_CODE_EXTRA_BODY"), Some(SettingEffect::Guarded));
        let cloud = effect("claude", "env.CLAUDE_CODE_USE_BEDROCK");
        assert_eq!(cloud, Some(SettingEffect::Guarded));
        assert_eq!(effect("claude", "env"), None);
        assert_eq!(effect("opencode", "provider.mine"), Some(SettingEffect::Overridden));
    }
}
