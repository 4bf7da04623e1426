//! `jackin run`: becomes the agent.

use crate::{
    ambient::Ambient,
    args::Run,
    commands::{plan, plan_for_target},
    launch,
    report::{self, Failure, Report},
    secrets::Sources,
};

pub(super) fn run(args: Run, ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    let (mut plan, agent) = plan_for_target(&args.selection, args.target, ambient)?;
    if let Some(program) = args.program {
        plan = plan.with_program(program);
    }
    if args.dry_run {
        report::text(&plan::text(&plan, ambient))?;
        return Ok(0);
    }
    if args.debug {
        report.plain(&plan::text(&plan, ambient));
    } else {
        plan.warnings.iter().for_each(|warning| report.warning(warning));
    }
    let ready = plan.materialize(&Sources(ambient))?;
    launch::launch(&ready, ambient, agent.install)
}
