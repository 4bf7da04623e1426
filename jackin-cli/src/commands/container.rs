//! `jackin run --in` and `--image`: the agent inside a container, through the runtime's own client.
//! What the container's own environment holds is asked of the container.

use std::{
    ffi::OsString,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use jackin_core::{
    ExecPlan,
    place::{Container, ContainerTarget, MountDir, Runtime},
};

use crate::{
    ambient::Ambient,
    args::{Inside, Show, Spot},
    commands::run::{is_only_shown, title},
    failure::{FAILED, Failure, NOT_EXECUTABLE, NOT_FOUND, USAGE},
    launch,
    report::Report,
    secrets::Sources,
};

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
    let plan = plan.detached(&ambient.vars).through_client();
    let client = client(container.runtime, ambient).map_err(|failure| match failure.code {
        NOT_FOUND => failure.hint("`--in` and `--image` need the client of Docker or of Podman"),
        _ => failure,
    })?;
    let inside = match answer(&client, plan.question(container))? {
        Ok(answer) => plan.found_inside(answer)?,
        // The client has said why.
        Err(code) => return Ok(code),
    };
    if is_only_shown(&plan.clone().in_container(container, &inside), show, ambient, report)? {
        return Ok(0);
    }
    let ready = plan.materialize(&Sources::new(ambient))?;
    ready.warnings().iter().for_each(|warning| report.warning(warning));
    title(&plan, show, ambient, report);
    let ready = ready.in_container(container, &inside, &ambient.vars);
    match launch::start(&ready, ambient, Some(client), None)? {}
}

fn client(runtime: Runtime, ambient: &Ambient) -> Result<PathBuf, Failure> {
    launch::find(runtime.as_str().as_ref(), ambient.var("PATH"), None)
}

/// The first runtime that is there, else the first.
fn installed(ambient: &Ambient) -> Runtime {
    let mut all = Runtime::ALL.into_iter();
    all.find(|runtime| client(*runtime, ambient).is_ok()).unwrap_or(Runtime::ALL[0])
}

fn here() -> Result<MountDir, Failure> {
    let here = Ambient::here()?;
    let dir = here.to_str().map(str::parse::<MountDir>);
    dir.and_then(Result::ok).ok_or_else(|| {
        let message = format!("{} cannot be mounted in a container", here.display());
        Failure::new(FAILED, message).hint("the path of a mount is UTF-8 without `,` and `\"`")
    })
}

/// The client's answer, or its exit code.
fn answer(
    client: &Path,
    question: Vec<OsString>,
) -> Result<Result<Vec<(OsString, OsString)>, u8>, Failure> {
    let mut command = Command::new(client);
    command.args(question).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| {
        Failure::new(NOT_EXECUTABLE, format!("cannot execute {}: {error}", client.display()))
    })?;
    if !output.status.success() {
        let code = output.status.code().and_then(|code| u8::try_from(code).ok());
        return Ok(Err(code.unwrap_or(FAILED)));
    }
    let entries = output.stdout.split(|byte| *byte == 0);
    let pairs = entries.filter_map(|entry| {
        let at = entry.iter().position(|byte| *byte == b'=')?;
        Some((os_string(&entry[..at]), os_string(&entry[at + 1..])))
    });
    Ok(Ok(pairs.collect()))
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
