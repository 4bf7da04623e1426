//! `jackin doctor`: what may be wrong here, and whether an agent gets an answer from a provider.

use std::{fmt::Write as _, time::Duration};

use jackin_core::{NameOrigin, choice, resolve};
use serde::Serialize;

use jackin_host::Ambient;

use crate::{
    args::Doctor,
    commands::layers,
    doctor::{
        Cause, Examined, Finding, Installed, Pair, Severity, Verdict, examine, smoke::attempt,
    },
    failure::Failure,
    ui::report,
};

/// Something is wrong.
const WRONG: u8 = 1;

pub(super) fn run(args: &Doctor, ambient: &Ambient) -> Result<u8, Failure> {
    match args.smoke.as_deref() {
        Some([agent, provider]) => smoke(agent, provider, args, ambient),
        _ => everything(args, ambient),
    }
}

/// What `doctor --json` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Listing {
    /// The version of this layout.
    schema: u32,
    #[serde(flatten)]
    examined: Examined,
    /// How many of the findings are problems.
    problems: usize,
}

fn everything(args: &Doctor, ambient: &Ambient) -> Result<u8, Failure> {
    let examined = examine(&args.list.place, ambient)?;
    let is_problem = |finding: &&Finding| finding.severity == Severity::Problem;
    let problems = examined.findings.iter().filter(is_problem).count();
    if args.list.json {
        report::json(&Listing { schema: 1, examined, problems })?;
    } else {
        report::text(&text(&examined, problems))?;
    }
    Ok(if problems > 0 { WRONG } else { 0 })
}

fn text(examined: &Examined, problems: usize) -> String {
    let rows: Vec<_> = examined.agents.iter().map(row).collect();
    let mut text = report::columns(&rows);
    for finding in &examined.findings {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{}: {}\n", finding.severity.as_str(), finding.what);
        for (word, said) in [("at", &finding.place), ("hint", &finding.hint)] {
            if let Some(said) = said {
                let _ = writeln!(text, "  {word}: {said}");
            }
        }
    }
    let found = match problems {
        0 => "no problem found".to_owned(),
        1 => "1 problem found".to_owned(),
        _ => format!("{problems} problems found"),
    };
    text + "\n" + &found + "\n"
}

fn row(found: &Installed) -> [String; 4] {
    let guard = match found.guard_holds {
        Some(true) => "the guard holds",
        Some(false) => "too old for the guard",
        None if found.path.is_some() && !found.agent.bindings.is_empty() => "version unknown",
        None => "",
    };
    let path = found.path.as_ref().map(|path| path.display().to_string());
    [
        found.agent.id.to_string(),
        found.version.clone().unwrap_or_else(|| "-".into()),
        path.unwrap_or_else(|| format!("not on PATH: {}", found.agent.install)),
        guard.into(),
    ]
}

/// What `doctor --smoke --json` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Smoke {
    /// The version of this layout.
    schema: u32,
    agent: String,
    provider: String,
    works: bool,
    /// `works`, a status of HTTP, `unreachable`, `timed-out` or `failed`.
    result: String,
    /// What it may come from, the most likely first.
    causes: Vec<Cause>,
    /// What the agent printed, its secrets masked.
    output: String,
}

fn smoke(agent: &str, provider: &str, args: &Doctor, ambient: &Ambient) -> Result<u8, Failure> {
    let layers = layers(&args.list.place, ambient)?;
    let agent = choice::select_agent(&layers, Some((agent, NameOrigin::Argument)))?;
    let provider = choice::select(&layers, agent, Some((provider, NameOrigin::Argument)))?;
    let plan = resolve(&layers, agent, provider)?;
    let limit = Duration::from_secs(args.timeout);
    let tried = attempt(plan.clone(), agent, ambient, limit)?;
    let works = tried.verdict == Verdict::Works;
    let smoke = Smoke {
        schema: 1,
        agent: agent.id.to_string(),
        provider: provider.id.to_string(),
        works,
        result: tried.verdict.name(),
        causes: Pair { agent, provider, plan: &plan }.causes(tried.verdict),
        output: tried.output,
    };
    if args.list.json {
        report::json(&smoke)?;
    } else {
        report::text(&smoke.text())?;
    }
    Ok(if works { 0 } else { WRONG })
}

impl Smoke {
    fn text(&self) -> String {
        let mut text = format!("{} on {}: {}\n", self.agent, self.provider, self.result);
        for (number, Cause { cause, next }) in (1..).zip(&self.causes) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n{number}. {cause}\n   next: {next}\n");
        }
        if !self.works && !self.output.trim().is_empty() {
            let lines = self.output.trim().lines().map(|line| format!("  {line}\n"));
            let _ = write!(text, "\nit printed\n{}", lines.collect::<String>());
        }
        text
    }
}
