//! The configuration files: all of them read, every error said.

use std::{collections::BTreeSet, path::PathBuf};

use jackin_core::{
    Config, ConfigError, Document, EnvLayers, NameOrigin, Registry, RoleName, Unknown,
    WorkspaceName, choice,
};
use jackin_host::{
    Ambient,
    os::{TextFile, read_file, trusted},
};

use super::{Finding, misplaced};
use crate::failure::Failure;

/// A configuration file. It may hold secrets: there is no Debug.
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    pub(crate) workspace: Option<WorkspaceName>,
    pub(crate) file: TextFile,
    pub(crate) document: Result<Document, ConfigError>,
}

impl ConfigFile {
    /// The file and the line of something in it.
    pub(super) fn place_of(&self, span: Option<std::ops::Range<usize>>) -> String {
        let before = self.file.text().get(..span.map_or(0, |span| span.start)).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        format!("{}:{line}", self.path.display())
    }
}

/// Every file of the configuration, and what is wrong with those that cannot be read.
pub(super) fn read(ambient: &Ambient) -> Result<(Vec<ConfigFile>, Vec<Finding>), Failure> {
    let (files, failed) = files(ambient)?;
    Ok((files, failed.into_iter().map(finding).collect()))
}

fn files(ambient: &Ambient) -> Result<(Vec<ConfigFile>, Vec<Failure>), Failure> {
    let workspaces = ambient.workspaces()?.into_iter().map(Some);
    let (mut files, mut failed) = (Vec::new(), Vec::new());
    for workspace in std::iter::once(None).chain(workspaces) {
        let Ok(path) = ambient.file(workspace.as_ref()) else { continue };
        match trusted(&path).and_then(|()| read_file(&path)) {
            Err(error) => failed.push(error.into()),
            Ok(None) => {}
            Ok(Some(file)) => {
                let document = match workspace {
                    Some(_) => Document::workspace(file.name(), file.text()),
                    None => Document::global(file.name(), file.text()),
                };
                let document = document
                    .and_then(|document| document.check(&Registry::built_in()).map(|()| document));
                files.push(ConfigFile { path, workspace, file, document });
            }
        }
    }
    Ok((files, failed))
}

/// How many files there are, and every error in them: each file by itself, and every workspace and
/// role over `config.toml`; and settings that have no effect where they stand.
pub(crate) fn failures(ambient: &Ambient) -> Result<(usize, Vec<Failure>), Failure> {
    let (files, mut failed) = files(ambient)?;
    let count = files.len() + failed.len();
    failed.extend(of_files(&files));
    let layers = ambient.layers(None, None);
    let registry = layers.map_or_else(|_| Registry::built_in(), |layers| layers.registry().clone());
    let misplaced = files.iter().flat_map(|file| misplaced::in_file(file, &registry));
    failed.extend(misplaced.map(Finding::into_failure));
    Ok((count, failed))
}

fn of_files(files: &[ConfigFile]) -> Vec<Failure> {
    let mut failed: Vec<Failure> =
        files.iter().filter_map(|file| file.document.clone().err()).map(Failure::from).collect();
    let document = |file: &ConfigFile| file.document.clone().ok();
    let global = files.iter().find(|file| file.workspace.is_none());
    // What the workspaces lie over is wrong already.
    if global.is_some_and(|file| file.document.is_err()) {
        return failed;
    }
    let global = global.and_then(document);
    let local = files.iter().filter_map(|file| Some((file.workspace.clone()?, document(file)?)));
    for workspace in std::iter::once(None).chain(local.map(Some)) {
        let config = Config { global: global.clone(), workspace, ..Config::default() };
        for role in roles(&config) {
            match joined(of_role(&config, role.as_ref()), role.as_ref()) {
                Ok(refused) => failed.extend(refused),
                Err(failure) => failed.push(failure),
            }
        }
    }
    let mut seen = BTreeSet::new();
    failed.retain(|failure| seen.insert(failure.message.clone()));
    failed
}

/// The roles of a configuration that differ in more than variables, one of the others, and none.
fn roles(config: &Config) -> Vec<Option<RoleName>> {
    let documents = || config.global.iter().chain(config.workspace.as_ref().map(|(_, own)| own));
    let own: BTreeSet<_> = documents().flat_map(Document::roles_with_settings).collect();
    let mut roles = documents().flat_map(Document::layers).filter_map(|(role, _)| role);
    let other = roles.find(|role| !own.contains(role));
    std::iter::once(None).chain(other.into_iter().chain(own).cloned().map(Some)).collect()
}

/// What counts of a configuration for a role.
fn of_role(config: &Config, role: Option<&RoleName>) -> Config {
    let Some(role) = role else { return config.clone() };
    let local = config.workspace.as_ref();
    Config {
        global: config.global.as_ref().map(|global| global.of_role(role)),
        workspace: local.map(|(name, local)| (name.clone(), local.of_role(role))),
        ..Config::default()
    }
}

/// What is wrong with the files together, and with the defaults that they name; the providers that only
/// a launch which chooses them would refuse.
fn joined(config: Config, role: Option<&RoleName>) -> Result<Vec<Failure>, Failure> {
    let role = role.map(|role| (role.as_str(), NameOrigin::Argument));
    let layers: EnvLayers = config.layers(role)?;
    choice::select_agent(&layers, None)?;
    if let Some(default) = &layers.default_provider
        && layers.registry().provider(&default.value).is_none()
        && layers.refused().all(|(id, _)| id.as_str() != default.value)
    {
        let known = layers.registry().providers().iter().map(|provider| provider.id.as_str());
        let given = NameOrigin::Config(default.source.clone());
        return Err(Unknown::new("provider", &default.value, given, known).into());
    }
    Ok(layers.refused().map(|(_, why)| why.clone().into()).collect())
}

/// What is wrong in the files, or else with what was asked for.
pub(super) fn errors(files: &[ConfigFile], here: Option<&Failure>) -> Vec<Finding> {
    let found: Vec<_> = of_files(files).into_iter().map(finding).collect();
    match here {
        Some(failure) if found.is_empty() => {
            let mut found = Finding::problem("config", &failure.message);
            found.hint.clone_from(&failure.hint);
            vec![found]
        }
        _ => found,
    }
}

fn finding(failure: Failure) -> Finding {
    let mut found = Finding::problem("config", failure.message);
    found.hint = failure.hint;
    found
}
