//! Job control, in a real terminal under an interactive shell.

use super::{KEYS, home};
use crate::tmux::{Tmux, USUAL};

const AGENT: &str = "echo $$ > pid; echo ready; read -r line; echo \"got $line\"; exit 42";
const JACKIN: &str = "jackin run --no-title --provider zai claude";

/// Stopped, listed, brought back, stopped again, sent behind and waited for: the shell sees one job
/// with its own name, as it does of the agent itself.
#[test]
#[ignore = "needs tmux and bash; .ci/run runs it"]
fn the_shell_controls_it_as_a_job() {
    for key in [KEYS[0], KEYS[3], KEYS[5]] {
        let home = home(key, AGENT);
        let tmux = Tmux::start(&home, USUAL, &[]);
        tmux.enter("exec bash --norc --noprofile -i");
        for (program, name) in [(JACKIN, JACKIN), ("claude", "claude")] {
            tmux.enter("PS1='$ '; clear");
            tmux.shows("$");
            tmux.enter(program);
            tmux.shows("ready");
            tmux.press(&["C-z"]);
            let screen = tmux.shows("Stopped");
            assert!(screen.contains(name), "{screen}");
            tmux.enter(
                "clear; echo state $(sed 's/.*) //' /proc/$(cat pid)/stat | cut -d' ' -f1); jobs",
            );
            let screen = tmux.shows("Stopped");
            assert!(screen.contains("state T") && screen.contains("[1]+"), "{screen}");
            tmux.enter("clear; fg");
            tmux.shows(name);
            tmux.press(&["C-z"]);
            tmux.shows("Stopped");
            // It reads, so behind the shell it stops again instead of taking what is typed.
            tmux.enter("clear; bg; sleep 0.3; jobs");
            tmux.shows("Stopped");
            tmux.enter("clear; fg");
            tmux.shows(name);
            tmux.enter("words");
            tmux.shows("got words");
            tmux.enter("echo code $?; jobs; echo none");
            let screen = tmux.shows("none");
            assert!(screen.contains("code 42\nnone"), "{screen}");
        }
    }
}

/// An interrupt is the agent's: the launcher is no process beside it that could die of it.
#[test]
#[ignore = "needs tmux and bash; .ci/run runs it"]
fn an_interrupt_is_the_agents() {
    for key in [KEYS[0], KEYS[5]] {
        let home =
            home(key, "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.1; done");
        let tmux = Tmux::start(&home, USUAL, &[]);
        tmux.enter("exec bash --norc --noprofile -i");
        tmux.enter("PS1='$ '; clear");
        tmux.enter(JACKIN);
        tmux.shows("ready");
        tmux.press(&["C-c"]);
        tmux.shows("caught");
        tmux.enter("echo code $?");
        tmux.shows("code 9");
    }
}
