//! All of `jackin run` in another tool: its configuration, its secrets, its exec. Here the agent is
//! Claude Code on whatever is configured: `cargo run -p jackin-host --example run -- -p 'say hi'`.

use std::error::Error;

use jackin_core::{choice, resolve};
use jackin_host::{Ambient, Sources, launch};

fn main() -> Result<(), Box<dyn Error>> {
    let ambient = Ambient::read(None);
    let layers = ambient.layers(None, None)?;
    let agent = &layers.registry().agents()[0];
    let provider = choice::select(&layers, agent, None)?;
    let plan = resolve(&layers, agent, provider)?.with_args(std::env::args_os().skip(1))?;
    match launch(&plan.materialize(&Sources::new(&ambient))?, &ambient)? {}
}
