//! Ids and names, scopes and sources, patterns of variable names, kinds of errors. This room knows
//! nothing of agents, providers or values, and keeps no text that it refuses.

mod kind;
mod name;
mod pattern;
mod scope;

pub use kind::ErrorKind;
pub use name::{
    AgentId, ContainerName, EnvName, EnvPattern, ImageName, MountDir, NameError, ProviderId,
    RoleName, WorkspaceName,
};
pub use pattern::same_name;
pub use scope::{Scope, Source, Sourced};
pub(crate) use {
    name::quoted,
    pattern::{FirstLetters, is_name, is_named, matches},
};
