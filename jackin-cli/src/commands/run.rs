//! `jackin run`: becomes the agent.

use std::ffi::OsString;

use jackin_core::{Agent, ExecPlan};
use jackin_host::{
    Ambient, Sources,
    launch::{self, Located, impostor, settings, version},
    text::moments,
};

use crate::{
    args::{Run, Show},
    commands::{container, layers, plan, tab, with_words, words},
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
    // How to install the agent is no help where something else was to be started.
    let install = args.program.is_none().then_some(&*agent.install);
    let plan = with_words(with_program(plan, agent, args.program, ambient), words)?;
    if let Some(container) = container::asked(&args.inside, ambient)? {
        return container::enter(plan, &container, &args.show, ambient, report);
    }
    // Nobody wants to unlock a vault for a program that is not there.
    let (plan, program) = located(plan, agent, install, args.show.dry_run, ambient)?;
    if is_only_shown(&plan, &args.show, ambient, report)? {
        return Ok(0);
    }
    if let Some(found) = &program {
        let impostor = impostor::warning(&plan, found.file());
        let old = version::warning(&plan, found.file(), &agent.install);
        impostor.iter().chain(&old).for_each(|warning| report.warning(warning));
    }
    let ready = plan.materialize(&Sources::new(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    title(&plan, &args.show, ambient, report);
    match launch::start(&ready, ambient.vars(), program)
        .map_err(|error| with_install(error, install))? {}
}

/// The plan with the program that was asked for, if one was.
fn with_program(
    plan: ExecPlan,
    agent: &Agent,
    program: Option<OsString>,
    ambient: &Ambient,
) -> ExecPlan {
    let Some(program) = program else { return plan };
    let plan = plan.with_program(program);
    match launch::can_be(agent, &plan.program, ambient.var("PATH")) {
        true => plan,
        false => plan.without_guard_args(),
    }
}

/// The plan's program where it can be found now, and the plan for its version.
fn located(
    plan: ExecPlan,
    agent: &Agent,
    install: Option<&str>,
    only_shown: bool,
    ambient: &Ambient,
) -> Result<(ExecPlan, Option<Located>), Failure> {
    if plan.set.iter().any(|var| var.name.as_str() == "PATH") {
        return Ok((plan, None));
    }
    let found = match launch::locate(&plan, ambient.vars(), ambient.var("PATH")) {
        Ok(found) => found,
        Err(_) if only_shown => return Ok((plan, None)),
        Err(error) if install.is_some() => return Err(off_path(error, agent, ambient)),
        Err(error) => return Err(with_install(error, None)),
    };
    let plan = match version::of(&plan, found.file()) {
        Some(version) => settings::for_version(plan, version)?,
        None => plan,
    };
    Ok((plan, Some(found)))
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
