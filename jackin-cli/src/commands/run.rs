//! `jackin run`: becomes the agent.

use crate::{
    ambient::Ambient,
    args::Run,
    commands::{choose, plan, words},
    expiry, launch,
    report::{self, CANCELLED, Failure, Report},
    secrets::Sources,
    terminal::can_draw,
    version,
};

pub(super) fn run(mut args: Run, ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    let (name, words) = words(args.target.take());
    let chosen = choose::plan(&args, name.as_ref(), ambient, report)?;
    let Some((plan, agent)) = chosen else { return Ok(CANCELLED) };
    let mut plan = plan.with_args(words);
    // How to install the agent is no help where something else was to be started.
    let mut install = Some(agent.install);
    if let Some(program) = args.program {
        plan = plan.with_program(program);
        install = None;
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
    if let Some(warning) = expiry::warning(&plan) {
        report.warning(&warning);
    }
    // Nobody wants to unlock a vault for a program that is not there.
    let mut program = None;
    if !plan.set.iter().any(|var| var.name.as_str() == "PATH") {
        let found = launch::find(&plan.program, ambient.var("PATH"), install)?;
        if let Some(warning) = version::warning(&plan, &found, agent.install) {
            report.warning(&warning);
        }
        program = Some(found);
    }
    let ready = plan.materialize(&Sources(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    if !args.no_title && can_draw(ambient) {
        report.title(&plan.label);
    }
    launch::launch(&ready, ambient, program, install)
}
