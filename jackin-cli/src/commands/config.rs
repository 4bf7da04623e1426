//! `jackin config`: where the configuration is, and the variables of `config.toml`.

use crate::{
    ambient::Ambient,
    args::{self, Config, EnvValues, Role},
    commands::values::{self, Setting},
    report::{self, Failure, Report},
    store::Target,
};

pub(super) fn run(config: &Config, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    match config {
        Config::Path => report::text(&format!("{}\n", ambient.root_to_write()?.display())),
        Config::Env(values) => env(values, ambient, report, |scope: &Role| args::Scope {
            workspace: None,
            role: scope.role.clone(),
        }),
    }
}

/// What is asked of the variables of a scope.
pub(super) fn env<S: clap::Args>(
    asked: &EnvValues<S>,
    ambient: &Ambient,
    report: &Report,
    target: impl Fn(&S) -> args::Scope,
) -> Result<(), Failure> {
    let find = |scope: &S| Target::find(&target(scope), ambient);
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
        EnvValues::Unset(unset) => values::unset(&find(&unset.scope)?, &unset.name, report),
        EnvValues::List(list) => values::list(&find(&list.scope)?, ambient, list.json),
    }
}
