//! The environment of a plan as text for other programs: one small module for each format. What a
//! format cannot hold is refused, what it cannot say is said on stderr.

mod docker;
mod kubernetes;
mod posix;

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
};

use jackin_core::{EnvName, ExecPlan, Vars};

use crate::{
    args::Format,
    commands,
    report::{FAILED, Failure, Report},
};

/// What a child's environment adds to its parent's, and what it leaves out.
pub(crate) struct Changes<'a> {
    plan: &'a ExecPlan,
    set: Vec<(&'a EnvName, &'a OsStr)>,
    remove: Vec<&'a OsString>,
}

impl<'a> Changes<'a> {
    /// The changes from a parent to its child by this plan.
    pub(crate) fn between(parent: &'a Vars, child: &'a Vars, plan: &'a ExecPlan) -> Self {
        let set = plan.set.iter().filter_map(|var| {
            let (_, value) = child.iter().rev().find(|(name, _)| *name == *var.name.as_str())?;
            Some((&var.name, value.as_os_str()))
        });
        let names = |env: &'a Vars| env.iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
        let remove = names(parent).difference(&names(child)).copied().collect();
        Self { plan, set: set.collect(), remove }
    }

    /// Whether a variable is among those that are set.
    pub(crate) fn sets(&self, name: &EnvName) -> bool {
        self.set.iter().any(|(set, _)| *set == name)
    }

    /// The changes in a format; without one, for `eval` in a POSIX shell.
    pub(crate) fn write(
        &self,
        format: Option<Format>,
        report: &Report,
    ) -> Result<Vec<u8>, Failure> {
        if format.is_some() {
            report.warning(&format!(
                "this format removes nothing; what it is given to should not have these itself\n{}",
                commands::removals(self.plan).trim_end()
            ));
        }
        match format {
            None => Ok(posix::write(self, report)),
            Some(Format::Docker) => docker::write(self),
            Some(Format::K8sSecret) => kubernetes::write(self),
        }
    }
}

/// A variable whose value a format cannot hold; the value is not repeated.
fn refused(name: &EnvName, format: &str, problem: &str) -> Failure {
    Failure::new(FAILED, format!("`{name}` cannot stand in {format}: its value {problem}"))
}
