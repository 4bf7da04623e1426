//! The conformance cases through the library alone: texts in, a plan or an error out.
#![expect(clippy::disallowed_methods, reason = "a test reads the fixtures")]

#[path = "../../fixtures/case.rs"]
mod case;

use case::{Case, Outcome};
use jackin_core::{
    Config, ConfigError, Document, EnvName, ErrorKind, HostVar, NameOrigin, ResolveError,
    SelectError, Unknown, WorkspaceName, choice, plan::ArgsError, resolve,
};

#[test]
fn the_library_gives_what_is_expected() {
    case::verify(outcome, |error| without_hint(&error).to_owned());
}

/// An error without its hint, which the program adds.
fn without_hint(error: &str) -> &str {
    error.split_once("\nhint: ").map_or(error, |(error, _)| error)
}

#[test]
fn each_kind_of_launch_removes_its_set() {
    case::verify_removals(outcome);
}

fn outcome(case: &Case) -> Outcome {
    planned(case).unwrap_or_else(|failure| failure)
}

/// What `jackin plan --json` prints, found as it does.
fn planned(case: &Case) -> Result<Outcome, Outcome> {
    let role = given(case, case.role.as_deref(), "JACKIN_ROLE");
    let layers = config(case)?.layers(role)?.with_environment(|name| host(case, name));
    let agent = case.agent.as_deref().map(|name| (name, NameOrigin::Argument));
    let agent = choice::select_agent(&layers, agent)?;
    let asked = given(case, case.provider.as_deref(), "JACKIN_PROVIDER");
    let named = choice::is_named(&layers, agent, asked.is_some());
    let provider = choice::select(&layers, agent, asked)?;
    let parent: Vec<_> = case.env.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let plan = resolve(&layers, agent, provider)?.warned_of_proxy(&parent);
    let plan = if case.pure { plan.pure() } else { plan };
    let plan = if named { plan.named(&parent) } else { plan.unnamed(&parent) };
    let plan = plan.with_args(case.args.iter().map(Into::into))?;
    let json = serde_json::to_string_pretty(&plan.redacted()).expect("a plan is plain data");
    Ok(Outcome { code: 0, stdout: json + "\n", stderr: String::new() })
}

fn config(case: &Case) -> Result<Config, Outcome> {
    let global = case.config.as_deref();
    let global =
        global.map(|text| Document::global(&Case::path("config.toml"), text)).transpose()?;
    let workspace = given(case, case.workspace.as_deref(), "JACKIN_WORKSPACE")
        .map(|(name, given)| workspace(case, name, given))
        .transpose()?;
    Ok(Config { global, workspace, ..Config::default() })
}

fn workspace(
    case: &Case,
    name: &str,
    given: NameOrigin,
) -> Result<(WorkspaceName, Document), Outcome> {
    if let (Ok(id), Some(text)) = (name.parse(), case.workspaces.get(name)) {
        let path = Case::path(&format!("workspaces/{name}.toml"));
        return Ok((id, Document::workspace(&path, text)?));
    }
    let known = case.workspaces.keys().map(String::as_str);
    Err(Unknown::new("workspace", name, given, known).into())
}

/// An argument beats its variable, and an empty variable counts as unset.
fn given<'a>(
    case: &'a Case,
    argument: Option<&'a str>,
    variable: &'static str,
) -> Option<(&'a str, NameOrigin)> {
    let set = || case.env.get(variable).filter(|value| !value.is_empty());
    let argument = argument.map(|text| (text, NameOrigin::Argument));
    argument.or_else(|| set().map(|text| (text.as_str(), NameOrigin::Variable(variable))))
}

fn host(case: &Case, name: &EnvName) -> HostVar {
    HostVar::of(name, case.env.get(name.as_str()).map(String::as_str))
}

macro_rules! outcome_from {
    ($($error:ty),*) => {
        $(impl From<$error> for Outcome {
            fn from(error: $error) -> Self {
                let usage = [ErrorKind::Usage, ErrorKind::Unsupported].contains(&error.kind());
                let code = if usage { 2 } else { 125 };
                Self { code, stdout: String::new(), stderr: format!("error: {error}\n") }
            }
        })*
    };
}

outcome_from!(ConfigError, ArgsError, ResolveError, SelectError, Unknown);
