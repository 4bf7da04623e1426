//! `jackin run --in` and `--image`: the agent inside a container, through the runtime's own client.
//! What the container's own environment holds is asked of the container.

use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    time::Duration,
};

use jackin_core::{
    ExecPlan,
    place::{Container, ContainerName, ContainerTarget, MountDir, Runtime},
};
use jackin_host::{
    Ambient, HostError, HostErrorKind, Sources, launch,
    os::current_dir,
    place::{ClientAnswer, ClientQuestion, ask_client},
    text::moments,
};

use crate::{
    args::{Inside, Show, Spot},
    commands::run::{is_only_shown, title},
    failure::{FAILED, Failure, USAGE},
    ui::report::Report,
};

/// How long a container that runs may take to tell its environment.
const RUNNING_LIMIT: Duration = Duration::from_secs(120);
/// The same of a fresh one, whose image the client may have to fetch first.
const FRESH_LIMIT: Duration = Duration::from_secs(600);

/// The container that was asked for.
pub(super) fn asked(inside: &Inside, ambient: &Ambient) -> Result<Option<Container>, Failure> {
    let Some(which) = which(inside)? else { return Ok(None) };
    let runtime = inside.running.as_ref().map(|spot| spot.runtime);
    let runtime = runtime.unwrap_or_else(|| installed(ambient));
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    Ok(Some(Container { runtime, which, terminal }))
}

fn which(inside: &Inside) -> Result<Option<ContainerTarget>, Failure> {
    let named = inside.running.as_ref().and_then(|spot| spot.name.clone());
    let bad = |message: String, hint: String| Err(Failure::new(USAGE, message).hint(hint));
    match (named, &inside.image, &inside.running) {
        (None, None, None) => Ok(None),
        (None, Some(image), _) => {
            Ok(Some(ContainerTarget::Fresh { image: image.clone(), dir: here()? }))
        }
        (Some(name), None, _) => Ok(Some(ContainerTarget::Running(name))),
        (None, None, Some(Spot { runtime, .. })) => bad(
            format!("`--in {runtime}` names no container"),
            format!("name one with `--in {runtime}:NAME`, or an image with `--image`"),
        ),
        (Some(name), Some(_), _) => bad(
            format!("`{name}` runs already and is not made of an image"),
            "`--image` makes a fresh container; `--in docker` or `--in podman` says by what".into(),
        ),
    }
}

/// Becomes the runtime's client, which starts the agent in the container.
pub(super) fn enter(
    plan: ExecPlan,
    container: &Container,
    show: &Show,
    ambient: &Ambient,
    report: &Report,
) -> Result<u8, Failure> {
    let plan = plan.detached(ambient.vars()).through_client();
    let client = client(container.runtime, ambient).map_err(|error| match error.kind() {
        HostErrorKind::NotFound => {
            Failure::from(error).hint("`--in` and `--image` need the client of Docker or of Podman")
        }
        _ => error.into(),
    })?;
    let name = question_name()?;
    let is_fresh = matches!(container.which, ContainerTarget::Fresh { .. });
    let question = ClientQuestion {
        client: &client,
        args: plan.question(container, &name),
        starts: is_fresh.then_some(&name),
        limit: if is_fresh { FRESH_LIMIT } else { RUNNING_LIMIT },
    };
    let inside = match ask_client(ambient.vars(), question)? {
        ClientAnswer::Variables(vars) => plan.found_inside(vars)?,
        ClientAnswer::Failed(code) => {
            return Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED));
        }
        _ => return Ok(FAILED),
    };
    if is_only_shown(&plan.clone().in_container(container, &inside), show, ambient, report)? {
        return Ok(0);
    }
    let ready = plan.materialize(&Sources::new(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    title(&plan, show, ambient, report);
    let ready = ready.in_container(container, &inside, ambient.vars());
    match launch::start(&ready, ambient.vars(), Some(launch::Located::client(client)))? {}
}

/// The name of a fresh container that is asked for its environment, of this process alone.
fn question_name() -> Result<ContainerName, Failure> {
    let name = format!("jackin-{}-{}", std::process::id(), moments::now());
    name.parse().map_err(|_| Failure::new(FAILED, format!("`{name}` names no container")))
}

fn client(runtime: Runtime, ambient: &Ambient) -> Result<PathBuf, HostError> {
    launch::find(runtime.as_str().as_ref(), ambient.var("PATH"))
}

/// The first runtime that is there, else the first.
fn installed(ambient: &Ambient) -> Runtime {
    let mut all = Runtime::ALL.into_iter();
    all.find(|runtime| client(*runtime, ambient).is_ok()).unwrap_or(Runtime::ALL[0])
}

fn here() -> Result<MountDir, Failure> {
    let here = current_dir()?;
    let dir = here.to_str().map(str::parse::<MountDir>);
    dir.and_then(Result::ok).ok_or_else(|| {
        let message = format!("{} cannot be mounted in a container", here.display());
        Failure::new(FAILED, message).hint("the path of a mount is UTF-8 without `,` and `\"`")
    })
}
