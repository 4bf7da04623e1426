//! Starts Claude Code on Z.AI from a configuration text of one's own, without any other part of
//! jackin: `cargo run -p jackin-core --example embed -- -p 'say hi'`.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "an embedder acts")]

use std::{env, error::Error, process::Command};

use jackin_core::{
    Config, Document, NameOrigin, Secret, SecretError, SecretRef, SecretSource, child_env, choice,
    resolve,
};

/// Reads host variables; a tool of your own would ask its vault.
struct Host;

impl SecretSource for Host {
    fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        match reference {
            SecretRef::Host(name) => env::var(name.as_str())
                .map(Secret::from)
                .map_err(|_| SecretError::new("it is not set", None)),
            other => Err(SecretError::new(format!("{other} cannot be read here"), None)),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let text = "env = { ZAI_API_KEY = '$MY_ZAI_KEY' }";
    let config = Config { global: Some(Document::global("my.toml", text)?), ..Config::default() };
    let layers = config.layers(None)?;
    let agent = layers.registry().agent("claude").ok_or("no such agent")?;
    let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument)))?;
    let plan = resolve(&layers, agent, provider)?.with_args(env::args_os().skip(1))?;
    let ready = plan.materialize(&Host)?;
    let mut command = Command::new(&ready.plan().program);
    command.args(&ready.plan().args).env_clear().envs(child_env(&ready, env::vars_os()));
    command.status()?;
    Ok(())
}
