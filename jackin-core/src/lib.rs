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
//! * [`Agent`] and [`Catalog`] are the two tables. An agent says which slots it reads and how; a
//!   provider says what it serves.
//! * [`resolve()`] joins them into an [`ExecPlan`], which can be printed, compared and serialised.
//! * [`ExecPlan::materialize`] reads the secrets of that plan through a [`SecretSource`].
//! * [`child_env`] is the one place where the plan meets the parent's environment.
//! * [`ExecPlan::pure`] makes of a plan one whose agent inherits next to nothing.
//! * [`ExecPlan::detached`], [`ReadyPlan::in_container`] and [`ExecPlan::in_tab`] make of a plan
//!   another one, for an agent that starts in another environment than this.
//!
//! # Features
//!
//! * `proptest` (off): `strategies`, generated names, values and layers for property tests.
//!
//! # Example
//!
//! ```
//! use jackin_core::{
//!     Agent, Config, Document, Given, SecretError, SecretRef, SecretSource, SecretString,
//!     child_env, choice, resolve,
//! };
//!
//! /// Where this program keeps its secrets.
//! struct Vault;
//!
//! impl SecretSource for Vault {
//!     fn read(&self, reference: &SecretRef) -> Result<SecretString, SecretError> {
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
//! let agent = Agent::find("claude").expect("built in");
//! let provider = choice::select(&layers, agent, Some(("zai", Given::Argument)))?;
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
mod elsewhere;
mod join;
mod model;
mod names;
mod plan;
mod registry;
#[cfg(feature = "proptest")]
pub mod strategies;
mod value;

pub use secrecy::{ExposeSecret, SecretString};

pub use crate::{
    config::{
        Config, ConfigError, Document, EnvLayer, EnvLayers, HostVar, Isolation, Kept, Place, guide,
    },
    elsewhere::{Container, KeptInside, Multiplexer, NotInTab, Runtime, Tab, Which},
    join::{ResolveError, SelectError, choice, resolve},
    model::{
        Agent, Answer, AuthForward, Endpoint, Feed, Guard, KeyProblem, Mode, Prompt, Protocol,
        Provider, Redirect, Scrub, Setting, SettingKey, SettingsFile, SettingsPlace, Slot,
        SmallMap, Tier, Var, Version, Wiring, check_key,
    },
    names::{
        AgentId, ContainerName, EnvName, EnvPattern, ErrorKind, ImageName, MountDir, NameError,
        ProviderId, RoleName, Scope, Shadowed, Source, Sourced, WorkspaceName,
    },
    plan::{
        ExecPlan, PlannedValue, PlannedVar, ReadyPlan, Reason, RedactedPlan, RedactedVar, Removal,
        Vars, child_env, child_vars,
    },
    registry::{Catalog, Given, Unknown},
    value::{
        CommandRef, EnvValue, FileRef, KeyringRef, Literal, MaterializeError, OpRef, SecretError,
        SecretFailure, SecretRef, SecretSource, ValueError,
    },
};
