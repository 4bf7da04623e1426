//! Starts a coding agent on a chosen model provider, for one process: what to set in its environment,
//! what to remove, and why.
//!
//! A coding agent speaks one wire protocol to one endpoint; a provider serves one or more protocols.
//! This crate joins the two. It finds the key in scoped layers, works out the agent's variables and
//! arguments, and decides which variables of the parent must not reach the agent. It is pure: it
//! reads no file, no environment and no clock, starts no process and opens no connection. The program
//! that embeds it does that.
//!
//! ```text
//! layers ─┐
//! agent  ─┼─ resolve ─▶ ExecPlan ─ materialize ─▶ ReadyPlan ─ child_env ─▶ the agent's environment
//! provider┘   (pure)     (printable)  (reads secrets)  (never printable)
//! ```
//!
//! | step | what to use |
//! |---|---|
//! | What is configured | [`Config`] reads TOML text; [`EnvLayers`] holds up to four scopes, and the most specific wins. Every value knows its file and line. |
//! | Which agents and providers there are | [`Registry`] holds the built-in ones and those that a program adds: [`Agent`], [`Provider`]. |
//! | Which provider to use | [`choice::select`], or [`choice::choices`] for a picker |
//! | What a launch will do | [`resolve()`] gives an [`ExecPlan`]; print it with [`ExecPlan::redacted`] |
//! | Reading its secrets | [`ExecPlan::materialize`] with a [`SecretSource`], or [`ExecPlan::references`] and [`ExecPlan::with_secrets`] for asynchronous programs |
//! | The agent's environment | [`child_env`], the one place where a plan meets the parent's environment |
//! | Another place than this process | [`ExecPlan::detached`], [`ReadyPlan::in_container`], [`ExecPlan::in_tab`] |
//!
//! Errors are data: each has a `kind()`, [`Error`] holds any of them, and none shows a secret.
//!
//! # Features
//!
//! All are off by default.
//!
//! * `edit`: changes to a configuration's text, and gateways' bundles as such changes.
//! * `export`: the environment of a plan as a script for a shell, or as a file for another program.
//! * `proptest`: generated names, values and layers for property tests.
//! * `schemars`: JSON Schemas of plans.
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
//! let agent = layers.registry().agent("claude").expect("built in");
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
        AuthForward, GivenSetting, GivenValue, HandOver, HandOverFate, Impostor, NativeEffect,
        NativeVar, Outlet, OwnModels, PackageVersion, ProjectTools, Prompt, PromptVar,
        ProtocolBinding, Redirect, RedirectMark, Scrub, Setting, SettingEffect, SettingKey,
        SettingsFile, SettingsOption, SettingsPlace, SystemDir, Template, Var, VarSource, Version,
        VersionError, Words,
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
