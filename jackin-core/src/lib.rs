//! Joins a coding agent with a model provider, for one process.
//!
//! A coding agent speaks one wire protocol to one endpoint; a provider serves one or more
//! protocols. This crate works out which environment variables an agent needs so that it uses the
//! chosen provider, which key goes with them, and what of the parent's environment must not reach
//! it. It is pure: text and data in, a plan out. It reads no file and no environment, starts no
//! process and opens no connection; whoever embeds it does that.
//!
//! ```text
//! layers ─┐
//! agent  ─┼─ resolve ─▶ ExecPlan ─ materialize ─▶ ReadyPlan ─ child_env ─▶ the agent's environment
//! provider┘   (pure)     (printable)  (reads secrets)  (never printable)
//! ```
//!
//! * [`EnvLayers`] holds what is configured: up to four scopes, the most specific wins, and every
//!   value knows its file and line. [`Config`] makes them from TOML text.
//! * A [`Registry`] holds the agents and the providers. An [`Agent`] says which slots it reads and
//!   how; a [`Provider`] says what it serves. A program can add its own of both.
//! * [`resolve()`] joins them into an [`ExecPlan`], which can be printed, compared and serialised.
//! * [`ExecPlan::materialize`] reads the secrets of that plan through a [`SecretSource`].
//! * [`child_env`] is the one place where the plan meets the parent's environment.
//! * [`ExecPlan::pure`] makes of a plan one whose agent inherits next to nothing.
//! * [`ExecPlan::detached`], [`ReadyPlan::in_container`] and [`ExecPlan::in_tab`] make of a plan
//!   another one, for an agent that starts in another environment than this.
//!
//! # Features
//!
//! * `edit` (off): `edit`, changes to a configuration's text, and bundles of gateways as changes.
//! * `export` (off): `export`, the environment of a plan as a script for a shell or as a file for
//!   another program.
//! * `proptest` (off): `strategies`, generated names, values and layers for property tests.
//!
//! # Example
//!
//! ```
//! use jackin_core::{
//!     Agent, Config, Document, NameOrigin, SecretError, SecretRef, SecretSource, Secret,
//!     child_env, choice, resolve,
//! };
//!
//! /// Where this program keeps its secrets.
//! struct Vault;
//!
//! impl SecretSource for Vault {
//!     fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
//!         match reference {
//!             SecretRef::Op(op) if op.uri() == "op://Work/zai/key" => Ok("sk-123".into()),
//!             other => Err(SecretError::new(format!("{other} is not in the vault"), None)),
//!         }
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "
//!     [env]
//!     ZAI_API_KEY = 'op://Work/zai/key'
//!     EDITOR = 'vi'
//! ";
//! let config = Config { global: Some(Document::global("config.toml", text)?), ..Config::default() };
//! let layers = config.layers(None)?;
//! let agent = layers.registry.agent("claude").expect("built in");
//! let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument)))?;
//! let plan = resolve(&layers, agent, provider)?;
//!
//! let parent = [("HOME", "/home/me"), ("ANTHROPIC_API_KEY", "another key")];
//! let parent = parent.map(|(name, value)| (name.into(), value.into()));
//! let child = child_env(&plan.materialize(&Vault)?, parent);
//! assert!(child.contains(&("HOME".into(), "/home/me".into())));
//! assert!(child.contains(&("EDITOR".into(), "vi".into())));
//! assert!(child.contains(&("ANTHROPIC_AUTH_TOKEN".into(), "sk-123".into())));
//! assert!(child.contains(&("ANTHROPIC_BASE_URL".into(), "https://api.z.ai/api/anthropic".into())));
//! assert!(!child.iter().any(|(name, _)| name == "ANTHROPIC_API_KEY"));
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod config;
#[cfg(feature = "edit")]
pub mod edit;
mod elsewhere;
mod error;
#[cfg(feature = "export")]
pub mod export;
mod join;
mod model;
mod names;
pub mod plan;
mod registry;
#[cfg(feature = "proptest")]
pub mod strategies;
mod value;

pub use crate::{
    config::{Config, ConfigError, Document, EnvLayer, EnvLayers, HostVar, guide},
    error::Error,
    join::{ResolveError, SelectError, choice, resolve},
    model::{Agent, Endpoint, Guard, KeyProblem, Mode, Protocol, Provider, Slot, Tier, check_key},
    names::{
        AgentId, EnvName, ErrorKind, NameError, ProviderId, RoleName, Scope, Source, Sourced,
        WorkspaceName,
    },
    plan::{ExecPlan, PlannedValue, PlannedVar, ReadyPlan, Reason, Removal, Vars, child_env},
    registry::{NameOrigin, Registry, RegistryError, Unknown},
    value::{EnvValue, MaterializeError, Secret, SecretError, SecretRef, SecretSource},
};

/// What an [`Agent`] is made of: bindings to protocols, variables, settings files, prompts.
pub mod agent {
    pub use crate::model::{
        AuthForward, OwnModels, PackageVersion, Prompt, PromptVar, ProtocolBinding, Redirect,
        RedirectMark, Scrub, Setting, SettingEffect, SettingKey, SettingsFile, SettingsPlace,
        Template, Var, VarSource, Version, VersionError,
    };
}

/// Other places than this process: tabs of a terminal multiplexer, and containers.
pub mod place {
    pub use crate::{
        elsewhere::{
            Container, ContainerTarget, KeptInside, Multiplexer, Runtime, Tab, TabMissingEnv,
        },
        names::{ContainerName, ImageName, MountDir},
    };
}

/// What a configuration says beside values: `[scrub]`, and the places that errors name.
pub mod settings {
    pub use crate::{
        config::{ConfigPlace, Isolation},
        names::EnvPattern,
    };
}

/// References to secrets, and why they could not be read.
pub mod secret {
    pub use crate::value::{CommandRef, FileRef, KeyringRef, OpRef, SecretFailure, ValueError};
}
