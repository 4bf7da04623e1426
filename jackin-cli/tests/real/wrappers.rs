//! The real agents are no scripts that change variables, and no shims.

use super::{claude, codex, kimi, opencode, stage::Stage};

#[test]
#[ignore = "needs npm and the real agents; .ci/run runs it"]
fn no_real_agent_is_taken_for_a_wrapper_or_a_shim() {
    for agent in [&claude::CLAUDE, &codex::CODEX, &kimi::CLI, &opencode::OPENCODE] {
        let stage = Stage::new(agent);
        let provider = agent.ways[0].provider.id;
        let outcome = stage.run(stage.jackin(provider, &["--version"]));
        assert_eq!((outcome.code, &*outcome.stderr), (Some(0), ""), "{}", agent.id);
    }
}
