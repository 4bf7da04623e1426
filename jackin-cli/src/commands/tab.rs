//! `jackin run --tab`: has the multiplexer open a tab, in which jackin runs again with what was
//! decided here. No secret is read for it.

use std::ffi::OsString;

use jackin_core::{
    ExecPlan,
    place::{Multiplexer, Tab},
};
use jackin_host::{
    Ambient, Sources,
    launch::{self, Located},
    os::{current_dir, own_program},
};

use crate::{
    args::Run,
    commands::run::is_only_shown,
    failure::{Failure, USAGE},
    ui::report::Report,
};

/// What decides in a tab that was not said there: all of it is said in arguments.
const DECIDERS: [&str; 4] =
    ["JACKIN_CONFIG_DIR", "JACKIN_PROVIDER", "JACKIN_WORKSPACE", "JACKIN_ROLE"];

pub(super) fn open(
    multiplexer: Multiplexer,
    plan: ExecPlan,
    args: Run,
    words: impl Iterator<Item = OsString>,
    ambient: &Ambient,
    report: &Report,
) -> Result<u8, Failure> {
    let show = args.show;
    let options = [(args.selection.pure, "--pure"), (show.no_title, "--no-title")];
    let command = command(&plan, args.program, options, words, ambient)?;
    let dir = text(current_dir()?.into())?;
    let plan = plan.detached(ambient.vars()).in_tab(&Tab { multiplexer, dir, command })?;
    if is_only_shown(&plan, &show, ambient, report)? {
        return Ok(0);
    }
    let program = launch::find(&plan.program, ambient.var("PATH"))?;
    match launch::start(
        &plan.materialize(&Sources::new(ambient))?,
        ambient.vars(),
        Some(Located::client(program)),
    )? {}
}

/// The multiplexer that this terminal belongs to.
pub(super) fn multiplexer(ambient: &Ambient) -> Result<Multiplexer, Failure> {
    let marks = [("TMUX", Multiplexer::Tmux), ("ZELLIJ", Multiplexer::Zellij)];
    let here = |mark: &str| ambient.var(mark).is_some_and(|value| !value.is_empty());
    marks.into_iter().find(|(mark, _)| here(mark)).map(|(_, multiplexer)| multiplexer).ok_or_else(
        || {
            Failure::new(USAGE, "`--tab` works inside tmux and zellij, and this is neither")
                .hint("start one of them first, or leave `--tab` out")
        },
    )
}

/// jackin again, with everything that was decided here.
fn command(
    plan: &ExecPlan,
    program: Option<OsString>,
    options: [(bool, &str); 2],
    words: impl Iterator<Item = OsString>,
    ambient: &Ambient,
) -> Result<Vec<String>, Failure> {
    let option = |name: &str, value: OsString| {
        let mut option = OsString::from(format!("{name}="));
        option.push(value);
        option
    };
    let mut command = vec![OsString::from("env")];
    command.extend(DECIDERS.iter().flat_map(|name| ["-u".into(), name.into()]));
    // The agent, and what interprets it, are those that are found here.
    command.extend(ambient.var("PATH").map(|path| option("PATH", path.into())));
    command.push(own_program()?.into());
    command.extend(ambient.config_dir().map(|dir| option("--config-dir", dir.into())));
    command.extend(["run".into(), option("--provider", plan.provider.as_str().into())]);
    let workspace = plan.workspace.as_ref().map(|name| option("--workspace", name.as_str().into()));
    let role = plan.role.as_ref().map(|name| option("--role", name.as_str().into()));
    command.extend(workspace.into_iter().chain(role));
    command
        .extend(options.into_iter().filter(|(asked, _)| *asked).map(|(_, option)| option.into()));
    command.extend(program.map(|program| option("--program", program)));
    command.push(plan.agent.as_str().into());
    command.extend(words);
    command.into_iter().map(text).collect()
}

fn text(word: OsString) -> Result<String, Failure> {
    let message = "a tab cannot be given a path or an argument that is not UTF-8";
    word.into_string().map_err(|_| Failure::new(USAGE, message))
}
