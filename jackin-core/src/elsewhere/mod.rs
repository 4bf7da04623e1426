//! A plan for another place: a tab, a container, a machine that inherits nothing from here. This room
//! starts nothing and asks no runtime.

mod container;
mod detach;
mod tab;

pub use container::{Container, ContainerTarget, KeptInside, Runtime};
pub use tab::{Multiplexer, Tab, TabMissingEnv};
