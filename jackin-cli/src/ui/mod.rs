//! What a person reads and types: words and tables on the terminal, prompts, lists to pick from. This
//! room decides nothing about agents, providers and keys.

pub(crate) mod input;
#[cfg(feature = "terminal")]
pub(crate) mod masked_input;
#[cfg(feature = "terminal")]
pub(crate) mod picker;
#[cfg(feature = "terminal")]
pub(crate) mod recent_picks;
pub(crate) mod report;
#[cfg(feature = "terminal")]
pub(crate) mod screen;
pub(crate) mod terminal;
pub(crate) mod waiting;
