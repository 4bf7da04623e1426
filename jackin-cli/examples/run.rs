//! All of `jackin run` in another tool: its configuration, its secrets, its exec. Here the agent is
//! Claude Code on whatever is configured: `cargo run -p jackin-cli --example run -- -p 'say hi'`.

use jackin_cli::{Ambient, Failure, Sources, launch};
use jackin_core::{choice, resolve};

fn main() -> Result<(), Failure> {
    let ambient = Ambient::read(None);
    let layers = ambient.layers(None, None)?;
    let agent = &layers.registry.agents()[0];
    let provider = choice::select(&layers, agent, None)?;
    let plan = resolve(&layers, agent, provider)?.with_args(std::env::args_os().skip(1));
    match launch(&plan.materialize(&Sources::new(&ambient))?, &ambient)? {}
}
