//! Programs that are called like the agent and are another one, which the plan's redirect does not hold.
//! Nothing is started to tell them: the beginning of the file says it.

use std::path::Path;

use jackin_core::{ExecPlan, Guard, agent::Impostor};

use super::program_file::ProgramFile;
use crate::error::HostError;

/// Which of these programs a file is.
#[must_use]
pub fn find<'a>(known: &'a [Impostor], file: &Path) -> Option<&'a Impostor> {
    // A launch reads no more files than it must.
    let program = (!known.is_empty()).then(|| ProgramFile::open(file))?;
    known.iter().find(|known| known.begins(program.head()))
}

/// What to say before a launch of such a program, which the guard would refuse if it were on.
#[must_use]
pub fn warning(plan: &ExecPlan, file: &Path) -> Option<String> {
    error(plan, file).map(|error| error.to_string())
}

/// Refuses such a program, unless the guard is off.
pub(super) fn refuse(plan: &ExecPlan, file: &Path) -> Result<(), HostError> {
    match error(plan, file) {
        Some(error) if plan.guard > Guard::Off => Err(error),
        _ => Ok(()),
    }
}

fn error(plan: &ExecPlan, file: &Path) -> Option<HostError> {
    let Impostor { name, because, .. } = find(plan.impostors(), file)?;
    let (file, agent) = (file.to_owned(), plan.agent.clone());
    Some(HostError::Impostor { file, agent, name: name.clone(), because: because.clone() })
}
