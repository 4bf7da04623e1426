//! What a session is called: by `jackin label`, and in the title of a real terminal.

use crate::{
    support::{Home, see},
    tmux::{Tmux, USUAL, home},
};

#[test]
fn labels_are_those_of_the_tables() {
    let keys = "ZAI_API_KEY = 'x'\nKIMI_CODE_API_KEY = 'x'\nMINIMAX_API_KEY = 'x'\n";
    for (keys, agent, provider, label) in [
        (keys, "claude", "anthropic", "Claude (Anthropic)"),
        (keys, "claude", "zai", "Claude (Z.AI)"),
        (keys, "claude", "kimi", "Claude (Kimi)"),
        (keys, "claude", "minimax", "Claude (MiniMax)"),
        (keys, "codex", "openai", "Codex (OpenAI)"),
        (keys, "codex", "minimax", "Codex (MiniMax)"),
        ("", "claude", "anthropic", "Claude"),
        ("ANTHROPIC_API_KEY = 'x'", "claude", "anthropic", "Claude"),
        ("", "codex", "openai", "Codex"),
        // A key that the agent cannot use is no other provider for it.
        ("ZAI_API_KEY = 'x'", "codex", "openai", "Codex"),
        ("MINIMAX_API_KEY = 'x'", "codex", "openai", "Codex (OpenAI)"),
    ] {
        let home = Home::with_config(&format!("[env]\n{keys}"));
        let seen = see(&mut home.jackin(["label", "--provider", provider, agent]));
        assert_eq!((seen.out.trim_end(), seen.err.as_str()), (label, ""), "{keys}");
    }
}

#[test]
#[ignore = "needs tmux; .ci/run runs it"]
fn the_title_is_the_label() {
    let home = home("[providers.zai]\nlabel = \"Z\u{202e}AI; 智谱\"\n[env]\nZAI_API_KEY = 'x'");
    let title = |command: &str| {
        let tmux = Tmux::start(&home, USUAL, &[]);
        tmux.enter("printf '\\033]2;before\\007'");
        tmux.enter(command);
        tmux.shows("exit 0\n$");
        tmux.variable("pane_title")
    };
    assert_eq!(title("try run --provider zai claude"), "Claude (Z\\u{202e}AI; 智谱)");
    assert_eq!(title("try run --provider anthropic claude"), "Claude (Anthropic)");
    assert_eq!(title("try run --no-title --provider zai claude"), "before");
    assert_eq!(title("try run --dry-run --provider zai claude"), "before");
    assert_eq!(title("TERM=dumb try run --provider zai claude"), "before");
    assert_eq!(title("try run --provider zai claude 2>err"), "before");
    let seen = see(&mut home.jackin(["run", "--provider", "zai", "claude"]));
    assert_eq!((seen.code, seen.err.as_str()), (Some(0), ""), "no terminal, no title");
}
