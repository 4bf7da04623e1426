//! `jackin run`: becomes the agent.

use std::ffi::OsString;

use jackin_core::{Agent, ExecPlan};
use jackin_host::{
    Ambient, HostError, Sources,
    launch::{self, Located, impostor, version},
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
    let container = container::asked(&args.inside, ambient)?;
    let (plan, found) = with_program(plan, agent, args.program, ambient);
    let plan = with_words(plan, words)?;
    if let Some(container) = container {
        // Which version is installed there is not known.
        let plan = plan::for_installed(plan, None)?;
        return container::enter(plan, &container, &args.show, ambient, report);
    }
    // A missing program must not cost a vault prompt.
    let mut found = (!sets_path(&plan)).then(|| found.unwrap_or_else(|| seek(&plan, ambient)));
    let mut plan = plan::for_installed(plan, found.as_ref())?;
    if args.show.dry_run || args.show.debug {
        (plan, found) = plan::with_machine(plan, found)?;
    }
    if is_only_shown(&plan, &args.show, ambient, report)? {
        return Ok(0);
    }
    let launch = Launch { plan: &plan, agent, install, show: &args.show, ambient, report };
    launch.start(found)
}

/// A launch that is decided.
struct Launch<'a> {
    plan: &'a ExecPlan,
    agent: &'a Agent,
    /// How to install the agent, where it is the program.
    install: Option<&'a str>,
    show: &'a Show,
    ambient: &'a Ambient,
    report: &'a Report,
}

impl Launch<'_> {
    /// Becomes the agent, in the file that was found for it.
    fn start(&self, found: plan::Found) -> Result<u8, Failure> {
        let Self { plan, ambient, report, .. } = *self;
        let counted = |found: Located| found.counted(plan, ambient.vars());
        let found = found.map(|found| found.and_then(counted)).transpose();
        let found = found.map_err(|error| match self.install {
            Some(_) => off_path(error, self.agent, ambient),
            None => with_install(error, None),
        })?;
        if !self.is_shown() {
            let warnings = launch::check_admin_files(plan)?;
            warnings.iter().for_each(|warning| report.warning(warning));
        }
        found.iter().for_each(|found| self.warn(found));
        let ready = plan.materialize(&Sources::new(ambient))?;
        ready.warnings().iter().for_each(|warning| report.warning(warning));
        let not_started = |error| with_install(error, self.install);
        let found = match found {
            Some(found) => found,
            None => launch::locate_for_child(&ready, ambient.vars())
                .inspect(|found| self.warn(found))
                .map_err(not_started)?,
        };
        title(plan, self.show, ambient, report);
        match launch::start(&ready, ambient.vars(), Some(found)).map_err(not_started)? {}
    }

    /// Whether the plan was shown, with its warnings.
    const fn is_shown(&self) -> bool {
        self.show.dry_run || self.show.debug
    }

    fn warn(&self, found: &Located) {
        let old = version::warning(self.plan, found, &self.agent.install);
        let own = if self.is_shown() { Vec::new() } else { found.warnings() };
        let impostor = impostor::warning(self.plan, found.file());
        own.iter().chain(&impostor).chain(&old).for_each(|warning| self.report.warning(warning));
    }
}

/// The program of a plan, on this process's PATH.
pub(super) fn seek(plan: &ExecPlan, ambient: &Ambient) -> Result<Located, HostError> {
    launch::seek(plan, ambient.vars(), ambient.var("PATH"))
}

/// Whether the agent gets another PATH than this process has.
pub(super) fn sets_path(plan: &ExecPlan) -> bool {
    plan.set.iter().any(|var| var.name.as_str() == "PATH")
}

/// The plan with the program that was asked for, if one was, and what was found of it.
fn with_program(
    plan: ExecPlan,
    agent: &Agent,
    program: Option<OsString>,
    ambient: &Ambient,
) -> (ExecPlan, plan::Found) {
    let Some(program) = program else { return (plan, None) };
    let plan = plan.with_program(program);
    let found = seek(&plan, ambient);
    let is_other = found.as_ref().is_ok_and(|found| !found.can_be(agent));
    (if is_other { plan.without_guard_args() } else { plan }, Some(found))
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
