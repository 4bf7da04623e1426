//! One scope and the file that holds its values: reading it, and changing it so that all else in it
//! stays. Changes that jackin could not read afterwards are refused.

mod changed;
pub(crate) mod keys;

pub(crate) use changed::{Changed, gone, versions_kept};

use std::{cell::RefCell, path::PathBuf};

use jackin_core::{
    Config, ConfigError, Document, EnvLayers, NameOrigin, Registry, RoleName, Scope, WorkspaceName,
    edit::{Change, EditError, apply, in_scope},
};
use jackin_host::{Ambient, os::rewrite};

use crate::{
    args,
    failure::{FAILED, Failure, USAGE},
};

/// A scope whose values are kept in a file.
#[derive(Debug)]
pub(crate) struct ScopeFile {
    pub(crate) workspace: Option<WorkspaceName>,
    pub(crate) role: Option<RoleName>,
    pub(crate) file: PathBuf,
}

impl ScopeFile {
    /// The scope that was asked for; a workspace must be there, a role may be new.
    pub(crate) fn find(place: &args::Scope, ambient: &Ambient) -> Result<Self, Failure> {
        let role = place.role.as_deref().map(str::parse).transpose();
        let role: Option<RoleName> =
            role.map_err(|error| Failure::new(USAGE, format!("`--role`: {error}")))?;
        role.iter()
            .try_for_each(|role| keys::check_name("role", role.as_str(), &Registry::built_in()))?;
        let workspace = match place.workspace.as_deref() {
            Some(name) => Some(ambient.named_workspace(name, NameOrigin::Argument)?.0),
            None => None,
        };
        let file = ambient.file(workspace.as_ref())?;
        Ok(Self { workspace, role, file })
    }

    /// Which layer it is.
    pub(crate) const fn scope(&self) -> Scope {
        match (&self.workspace, &self.role) {
            (Some(_), Some(_)) => Scope::WorkspaceRole,
            (Some(_), None) => Scope::Workspace,
            (None, Some(_)) => Scope::Role,
            (None, None) => Scope::Global,
        }
    }

    /// A path inside this scope, as the file's keys.
    pub(crate) fn path<'a>(&'a self, keys: &[&'a str]) -> Vec<&'a str> {
        in_scope(self.role.as_ref(), keys)
    }

    /// Where a variable's value stands.
    pub(crate) fn env<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.path(&["env", name])
    }

    /// For messages: the scope and its file.
    pub(crate) fn shown(&self) -> String {
        let role = self.role.as_ref().map_or_else(String::new, |role| format!(" `{role}`"));
        format!("{}{role}, {}", self.scope(), self.file.display())
    }

    /// What its file says, if there is one.
    pub(crate) fn document(&self, ambient: &Ambient) -> Result<Option<Document>, Failure> {
        match &self.workspace {
            Some(_) => Ok(self.local(ambient)?.map(|(_, document)| document)),
            None => Ok(ambient.global()?),
        }
    }

    /// The layers as they are for a launch in this scope; a role that is new counts for none.
    pub(crate) fn layers(&self, ambient: &Ambient) -> Result<EnvLayers, Failure> {
        let local = self.local(ambient)?;
        self.layered(Config { global: ambient.global()?, workspace: local, ..Config::default() })
    }

    /// The layers that this scope is made of and nothing narrower, such as a default role: with
    /// `config.toml`, or without where that cannot be read.
    pub(crate) fn own_layers(&self, ambient: &Ambient, global: bool) -> Result<EnvLayers, Failure> {
        let mut workspace = self.local(ambient)?;
        let mut global = if global { ambient.global()? } else { None };
        let local = workspace.iter_mut().map(|(_, document)| document);
        local.chain(&mut global).for_each(|document| document.default_role = None);
        self.layered(Config { global, workspace, ..Config::default() })
    }

    fn local(&self, ambient: &Ambient) -> Result<Option<(WorkspaceName, Document)>, Failure> {
        let Some(name) = &self.workspace else { return Ok(None) };
        Ok(Some(ambient.named_workspace(name.as_str(), NameOrigin::Argument)?))
    }

    fn layered(&self, config: Config) -> Result<EnvLayers, Failure> {
        let role = self.role.as_ref().filter(|role| config.has_role(role));
        Ok(config.layers(role.map(|role| (role.as_str(), NameOrigin::Argument)))?)
    }

    /// What its file would say with this text.
    pub(crate) fn parsed(&self, text: &str) -> Result<Document, ConfigError> {
        let shown = self.file.display().to_string();
        let document = match self.workspace {
            Some(_) => Document::workspace(&shown, text),
            None => Document::global(&shown, text),
        }?;
        document.check(&Registry::built_in())?;
        Ok(document)
    }

    /// Writes what the changes make of the file. Nothing is written if that is what it holds, or
    /// if jackin could not read it afterwards.
    pub(crate) fn change(
        &self,
        ambient: &Ambient,
        changes: &[Change<'_>],
    ) -> Result<Changed, Failure> {
        let shown = self.file.display().to_string();
        self.rewrite(ambient, |before| {
            let text = before.unwrap_or_default();
            let edited =
                apply(text, changes).map_err(|problem| match (problem, self.parsed(text)) {
                    (EditError::Syntax, Err(error)) => error.into(),
                    (problem, _) => tangled(&shown, problem),
                })?;
            self.parsed(&edited).map_err(|error| match self.parsed(text) {
                Err(error) => error.into(),
                Ok(_) => Failure::new(USAGE, format!("this would be refused later: {error}"))
                    .hint("nothing was stored"),
            })?;
            // What is empty need not be there.
            Ok(Some(edited).filter(|edited| !edited.is_empty() || before.is_some()))
        })
    }

    /// Writes what `edit` makes of the file's text, and finds the keys that are gone by that.
    pub(crate) fn rewrite(
        &self,
        ambient: &Ambient,
        edit: impl Fn(Option<&str>) -> Result<Option<String>, Failure>,
    ) -> Result<Changed, Failure> {
        let registry = self.layers(ambient).map(|layers| layers.registry().clone());
        let registry = registry.unwrap_or_else(|_| Registry::built_in());
        let missing = RefCell::default();
        let written = rewrite(&self.file, versions_kept(ambient), |text| {
            let edited = edit(text)?;
            let [before, after] =
                [text, edited.as_deref()].map(|text| text.and_then(|text| self.parsed(text).ok()));
            *missing.borrow_mut() = gone(before.as_ref(), after.as_ref(), &registry);
            Ok::<_, Failure>(edited)
        })?;
        Ok(Changed::new(written, missing.into_inner()))
    }
}

fn tangled(file: &str, error: EditError) -> Failure {
    // A text that the configuration's reader takes and the editor's parser does not.
    let error = if error == EditError::Syntax { EditError::Tangled } else { error };
    Failure::new(FAILED, format!("cannot change {file}: {error}"))
        .hint("edit it by hand; nothing was written")
}
