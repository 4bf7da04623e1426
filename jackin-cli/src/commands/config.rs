//! `jackin config`: where the configuration is, and the variables of `config.toml`.

use jackin_host::Ambient;

use crate::{
    args::{self, Config, EnvValues, Role},
    commands::{
        undo,
        values::{self, Setting},
    },
    doctor,
    failure::Failure,
    scope_file::ScopeFile,
    ui::report::{self, Report},
};

pub(super) fn run(config: &Config, ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    match config {
        Config::Path => report::text(&format!("{}\n", ambient.root_to_write()?.display()))?,
        Config::Check => return check(ambient, report),
        Config::Schema { of } => report::data(of.text().as_bytes())?,
        Config::Undo(asked) => undo::run(asked, ambient, report)?,
        Config::Env(values) => env(values, ambient, report, |scope: &Role| args::Scope {
            workspace: None,
            role: scope.role.clone(),
        })?,
    }
    Ok(0)
}

/// Reads every file, and says every error.
fn check(ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    let (files, failures) = doctor::failures(ambient)?;
    failures.iter().for_each(|failure| report.failure(failure));
    if failures.is_empty() {
        let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        report.plain(&format!("{files}, no error\n"));
    }
    Ok(failures.first().map_or(0, |failure| failure.code))
}

/// What is asked of the variables of a scope.
pub(super) fn env<S: clap::Args>(
    asked: &EnvValues<S>,
    ambient: &Ambient,
    report: &Report,
    target: impl Fn(&S) -> args::Scope,
) -> Result<(), Failure> {
    let find = |scope: &S| ScopeFile::find(&target(scope), ambient);
    match asked {
        EnvValues::Set(set) => {
            let setting = Setting {
                name: &set.name,
                value: set.value.as_deref(),
                secret: set.secret,
                literal: set.literal,
                stdin: set.stdin,
            };
            values::set(&find(&set.scope)?, &setting, ambient, report)
        }
        EnvValues::Unset(unset) => {
            values::unset(&find(&unset.scope)?, &unset.name, ambient, report)
        }
        EnvValues::List(list) => values::list(&find(&list.scope)?, ambient, list.json),
    }
}
