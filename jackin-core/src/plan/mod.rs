//! What a launch will do: the plan, the plan with its secrets read, and the environment that a child gets.
//! This room decides nothing about agents and providers, reads no environment and starts no process.

mod admin_settings;
mod args_error;
mod child_env;
mod exec_plan;
mod fate;
mod given_settings;
mod hand_over;
mod impostor;
mod inherit;
mod known_key;
mod known_secrets;
mod models;
mod of_version;
mod own_settings;
mod parent;
mod redacted;
mod removals;
mod stale_redirects;
mod user_settings;

pub use crate::names::same_name;
pub use admin_settings::SettingVerdict;
pub use args_error::ArgsError;
pub use child_env::{ChildValue, ChildVar, Vars, child_env, child_vars};
pub use exec_plan::{ExecPlan, PlannedValue, PlannedVar, ReadyPlan, Reason, ResolvedProgram};
pub use hand_over::{HandOverError, HandOverRemedy};
pub use inherit::InheritRule;
pub use own_settings::{LedAwayError, OwnSetting};
pub use redacted::{RedactedPlan, RedactedVar};
pub use removals::Removal;
pub use user_settings::{SettingsError, SettingsProblem};
pub(crate) use {
    child_env::{is_address_of, is_redirect_key_of, is_redirect_var_of},
    given_settings::GivenSettings,
    known_key::KnownKey,
    models::ServedModels,
    removals::{Launch, Removals},
    stale_redirects::StaleRedirects,
};
