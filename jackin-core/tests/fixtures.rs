//! The conformance cases through the library alone: files in, a plan or an error out. With
//! `JACKIN_BLESS=1` it writes what it got as what is expected; read that before you believe it.
#![expect(clippy::disallowed_methods, reason = "a test reads the fixtures")]

#[path = "../../fixtures/case.rs"]
mod case;

use std::{env, fs, path::PathBuf};

use case::{Case, Outcome, ROOT, Request};
use jackin_core::{
    Config, ConfigError, Document, EnvName, ErrorKind, HostVar, NameOrigin, ResolveError,
    SelectError, Unknown, WorkspaceName, choice, resolve,
};

#[test]
fn the_library_gives_what_is_expected() {
    if env::var("JACKIN_BLESS").is_ok_and(|value| value == "1") {
        case::all().iter().flatten().for_each(bless);
    }
    case::verify(outcome, |error| without_hint(&error));
}

/// An error without its hint, which the program adds to the library's words.
fn without_hint(error: &str) -> String {
    error
        .split_inclusive("\n\nhint: ")
        .next()
        .unwrap_or(error)
        .trim_end_matches("\nhint: ")
        .to_owned()
}

fn outcome(case: &Case) -> Outcome {
    plan(case).unwrap_or_else(|failure| failure)
}

/// What `jackin plan --json` prints, worked out the way it does.
fn plan(case: &Case) -> Result<Outcome, Outcome> {
    let request = &case.request;
    let role = asked(request, request.role.as_deref(), "JACKIN_ROLE");
    let layers = config(case)?.layers(role)?.with_environment(|name| host(request, name));
    let agent = request.agent.as_deref().map(|name| (name, NameOrigin::Argument));
    let agent = choice::select_agent(&layers, agent)?;
    let provider = asked(request, request.provider.as_deref(), "JACKIN_PROVIDER");
    let provider = choice::select(&layers, agent, provider)?;
    let plan = resolve(&layers, agent, provider)?;
    let plan = if request.pure { plan.pure() } else { plan };
    let plan = plan.with_args(request.args.iter().map(Into::into));
    let json = serde_json::to_string_pretty(&plan.redacted()).expect("a plan is plain data");
    Ok(Outcome { code: 0, stdout: json + "\n", stderr: String::new() })
}

fn config(case: &Case) -> Result<Config, Outcome> {
    let global = case
        .read("config.toml")
        .map(|text| Document::global(&format!("{}/config.toml", case.dir()), &text))
        .transpose()?;
    let request = &case.request;
    let workspace = asked(request, request.workspace.as_deref(), "JACKIN_WORKSPACE")
        .map(|(name, given)| workspace(case, name, given))
        .transpose()?;
    Ok(Config { global, workspace, ..Config::default() })
}

fn workspace(
    case: &Case,
    name: &str,
    given: NameOrigin,
) -> Result<(WorkspaceName, Document), Outcome> {
    let file = format!("workspaces/{name}.toml");
    if let (Ok(name), Some(text)) = (name.parse(), case.read(&file)) {
        return Ok((name, Document::workspace(&format!("{}/{file}", case.dir()), &text)?));
    }
    let dir = fs::read_dir(format!("{ROOT}/{}/workspaces", case.dir()));
    let files = dir.into_iter().flatten().map(|entry| entry.expect("it can be listed").path());
    let stem = |file: PathBuf| file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let mut known: Vec<_> = files.filter_map(stem).collect();
    known.sort_unstable();
    Err(Unknown::new("workspace", name, given, known.iter().map(String::as_str)).into())
}

/// An argument beats its variable, and an empty variable is none.
fn asked<'a>(
    request: &'a Request,
    argument: Option<&'a str>,
    variable: &'static str,
) -> Option<(&'a str, NameOrigin)> {
    let set = || request.env.get(variable).filter(|value| !value.is_empty());
    let argument = argument.map(|text| (text, NameOrigin::Argument));
    argument.or_else(|| set().map(|text| (text.as_str(), NameOrigin::Variable(variable))))
}

fn host(request: &Request, name: &EnvName) -> HostVar {
    match request.env.get(name.as_str()) {
        None => HostVar::Unset,
        Some(value) if value.trim_ascii().is_empty() => HostVar::Blank,
        Some(_) => HostVar::Set,
    }
}

macro_rules! outcome_from {
    ($($error:ty),*) => {
        $(impl From<$error> for Outcome {
            fn from(error: $error) -> Self {
                let code = if error.kind() == ErrorKind::Usage { 2 } else { 125 };
                Self { code, stdout: String::new(), stderr: format!("error: {error}\n") }
            }
        })*
    };
}

outcome_from!(ConfigError, ResolveError, SelectError, Unknown);

/// Writes what the library gives; the exit code stays in the request, where a person put it.
fn bless(case: &Case) {
    let Outcome { code, stdout, stderr } = outcome(case);
    let (file, text, other) = match code {
        0 => ("expected.json", stdout, "expected.err"),
        // The program's hint stays if the error does.
        _ => {
            let old = case.read("expected.err").unwrap_or_default();
            let same = without_hint(&old) == stderr;
            ("expected.err", if same { old } else { stderr }, "expected.json")
        }
    };
    let path = |file: &str| format!("{ROOT}/{}/{file}", case.dir());
    fs::write(path(file), text).expect("the fixtures can be written");
    if case.read(other).is_some() {
        fs::remove_file(path(other)).expect("the fixtures can be written");
    }
}
