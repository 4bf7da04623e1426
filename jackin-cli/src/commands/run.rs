//! `jackin run`: becomes the agent.

use jackin_core::ExecPlan;
use jackin_host::{
    Ambient, Sources,
    launch::{self, version},
    text::moments,
};

use crate::{
    args::{Run, Show},
    commands::{container, layers, plan, tab, words},
    failure::{CANCELLED, Failure, off_path, with_install},
    ui::{
        report::{self, Report},
        terminal::can_draw,
    },
};

pub(super) fn run(mut args: Run, ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    // Nobody wants to choose for a tab that cannot be opened.
    let multiplexer = args.tab.then(|| tab::multiplexer(ambient)).transpose()?;
    let (name, words) = words(args.target.take());
    let layers = layers(&args.selection.place, ambient)?;
    #[cfg(feature = "terminal")]
    let chosen = super::choose::plan(&args, &layers, name.as_ref(), ambient, report)?;
    #[cfg(not(feature = "terminal"))]
    let chosen = Some(super::decided(&args.selection, &layers, name.as_ref(), ambient)?);
    let Some((plan, agent)) = chosen else { return Ok(CANCELLED) };
    if let Some(multiplexer) = multiplexer {
        return tab::open(multiplexer, plan, args, words, ambient, report);
    }
    let mut plan = plan.with_args(words)?;
    // How to install the agent is no help where something else was to be started.
    let mut install = Some(&*agent.install);
    if let Some(program) = args.program {
        plan = plan.with_program(program);
        if !launch::can_be(agent, &plan.program, ambient.var("PATH")) {
            plan = plan.without_guard_args();
        }
        install = None;
    }
    if let Some(container) = container::asked(&args.inside, ambient)? {
        return container::enter(plan, &container, &args.show, ambient, report);
    }
    if is_only_shown(&plan, &args.show, ambient, report)? {
        return Ok(0);
    }
    // Nobody wants to unlock a vault for a program that is not there.
    let mut program = None;
    if !plan.set.iter().any(|var| var.name.as_str() == "PATH") {
        let found =
            launch::locate(&plan, ambient.vars(), ambient.var("PATH")).map_err(|error| {
                match install {
                    Some(_) => off_path(error, agent, ambient),
                    None => with_install(error, None),
                }
            })?;
        if let Some(warning) = version::warning(&plan, found.file(), &agent.install) {
            report.warning(&warning);
        }
        program = Some(found);
    }
    let ready = plan.materialize(&Sources::new(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    title(&plan, &args.show, ambient, report);
    match launch::start(&ready, ambient.vars(), program)
        .map_err(|error| with_install(error, install))? {}
}

/// Names the terminal's window or tab.
pub(super) fn title(plan: &ExecPlan, show: &Show, ambient: &Ambient, report: &Report) {
    if !show.no_title && can_draw(ambient) {
        report.title(&plan.label);
    }
}

/// Says what comes before a launch: the plan where it is asked for, else what is worth a warning;
/// and whether that was all that is wanted.
pub(super) fn is_only_shown(
    plan: &ExecPlan,
    show: &Show,
    ambient: &Ambient,
    report: &Report,
) -> Result<bool, Failure> {
    if show.dry_run {
        report::text(&plan::text(plan, ambient))?;
        return Ok(true);
    }
    if show.debug {
        report.plain(&plan::text(plan, ambient));
    } else {
        plan.warnings.iter().for_each(|warning| report.warning(warning));
    }
    if let Some(warning) = moments::warning(plan) {
        report.warning(&warning);
    }
    Ok(false)
}
