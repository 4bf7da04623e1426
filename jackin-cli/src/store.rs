//! Configuration files, written: whole or not at all, one writer at a time, for their owner's eyes.
//! What is written is somebody else's to decide; a file that cannot be understood is never touched.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use jackin_core::{
    Config, Document, EnvLayers, NameOrigin, Registry, RoleName, Scope, WorkspaceName,
    edit::{Change, EditError, apply, in_scope},
};

use crate::{
    ambient::{Ambient, read_file},
    args,
    failure::{FAILED, Failure, USAGE},
};

/// How long another writer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A scope whose values are kept in a file.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) workspace: Option<WorkspaceName>,
    pub(crate) role: Option<RoleName>,
    pub(crate) file: PathBuf,
}

impl Target {
    /// The scope that was asked for; a workspace must be there, a role may be new.
    pub(crate) fn find(place: &args::Scope, ambient: &Ambient) -> Result<Self, Failure> {
        let role = place.role.as_deref().map(str::parse).transpose();
        let role = role.map_err(|error| Failure::new(USAGE, format!("`--role`: {error}")))?;
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
            None => ambient.global(),
        }
    }

    /// The layers as they are for a launch in this scope; a role that is new counts for none.
    pub(crate) fn layers(&self, ambient: &Ambient) -> Result<EnvLayers, Failure> {
        let local = self.local(ambient)?;
        self.layered(Config { global: ambient.global()?, workspace: local, ..Config::default() })
    }

    /// The layers that this scope is made of and nothing narrower, such as a default role: with
    /// `config.toml`, or without where that cannot be read.
    #[cfg(feature = "terminal")]
    pub(crate) fn own_layers(&self, ambient: &Ambient, global: bool) -> Result<EnvLayers, Failure> {
        let mut workspace = self.local(ambient)?;
        let mut global = if global { ambient.global()? } else { None };
        let local = workspace.iter_mut().map(|(_, document)| document);
        local.chain(&mut global).for_each(|document| document.default_role = None);
        self.layered(Config { global, workspace, ..Config::default() })
    }

    fn local(&self, ambient: &Ambient) -> Result<Option<(WorkspaceName, Document)>, Failure> {
        let Some(name) = &self.workspace else { return Ok(None) };
        ambient.named_workspace(name.as_str(), NameOrigin::Argument).map(Some)
    }

    fn layered(&self, config: Config) -> Result<EnvLayers, Failure> {
        let role = self.role.as_ref().filter(|role| config.has_role(role));
        Ok(config.layers(role.map(|role| (role.as_str(), NameOrigin::Argument)))?)
    }

    /// Writes what the changes make of the file. Nothing is written if that is what it holds, or
    /// if jackin could not read it afterwards. It tells whether something was.
    pub(crate) fn change(&self, changes: &[Change<'_>]) -> Result<bool, Failure> {
        let shown = self.file.display().to_string();
        let parse = |text: &str| {
            let document = match self.workspace {
                Some(_) => Document::workspace(&shown, text),
                None => Document::global(&shown, text),
            };
            document?.check(&Registry::built_in())
        };
        rewrite(&self.file, |text| {
            let edited = apply(text, changes).map_err(|problem| match (problem, parse(text)) {
                (EditError::Syntax, Err(error)) => error.into(),
                (problem, _) => tangled(&shown, problem),
            })?;
            parse(&edited).map_err(|error| match parse(text) {
                Err(error) => error.into(),
                Ok(_) => Failure::new(USAGE, format!("this would be refused later: {error}"))
                    .hint("nothing was stored"),
            })?;
            Ok(edited)
        })
    }
}

fn tangled(file: &str, error: EditError) -> Failure {
    // A text that the configuration's reader takes and the editor's parser does not.
    let error = if error == EditError::Syntax { EditError::Tangled } else { error };
    Failure::new(FAILED, format!("cannot change {file}: {error}"))
        .hint("edit it by hand; nothing was written")
}

/// Writes what `edit` makes of a file's text, or of the empty one if there is no file. It tells
/// whether anything was written.
pub(crate) fn rewrite(
    path: &Path,
    edit: impl Fn(&str) -> Result<String, Failure>,
) -> Result<bool, Failure> {
    let edited = || {
        let text = read_file(path)?.map(|(_, text)| text).unwrap_or_default();
        let edited = edit(&text)?;
        Ok::<_, Failure>((edited != *text).then_some(edited))
    };
    // Where nothing is to be done, nothing is locked or made.
    if edited()?.is_none() {
        return Ok(false);
    }
    let failed = |error: io::Error| {
        Failure::new(FAILED, format!("cannot write {}: {error}", path.display()))
            .hint(what_helps(&error))
    };
    // A link is the user's way to keep the file elsewhere: what it leads to is replaced.
    let target = match path.is_symlink() {
        true => fs::canonicalize(path).map_err(failed)?,
        false => path.to_owned(),
    };
    let dir = target.parent().ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
    create_dir(dir).map_err(failed)?;
    let _lock = lock(dir)?;
    // Another writer may have been first.
    let Some(text) = edited()? else { return Ok(false) };
    replace(&target, text.as_bytes()).map_err(failed)?;
    Ok(true)
}

/// What to do about a file that could not be written.
fn what_helps(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "nothing was changed; make room, and try again"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "nothing was changed; you must be able to write in that directory"
        }
        _ => "nothing was changed",
    }
}

/// Writes a file that is nobody else's to write, in a directory that is made if need be.
#[cfg(feature = "terminal")]
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), create_dir)?;
    replace(path, bytes)
}

fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

/// The right to write in a directory, until dropped or until the process ends, however that happens.
fn lock(dir: &Path) -> Result<File, Failure> {
    let path = dir.join(".jackin.lock");
    let failed = |error: io::Error| {
        Failure::new(FAILED, format!("cannot lock {}: {error}", path.display()))
            .hint(what_helps(&error))
    };
    let file = private(File::options().create(true).truncate(false)).open(&path).map_err(failed)?;
    // The system wakes those who wait in turn; asking again and again would be a lottery.
    let (sender, receiver) = mpsc::channel();
    let waiting = thread::Builder::new().spawn(move || sender.send(file.lock().map(|()| file)));
    waiting.map_err(failed)?;
    match receiver.recv_timeout(PATIENCE) {
        Ok(locked) => locked.map_err(failed),
        Err(_) => {
            let message = format!("another program holds {} locked", path.display());
            Err(Failure::new(FAILED, message).hint("nothing was changed; try again"))
        }
    }
}

/// Puts a complete file in the place of another: whoever reads it, at whatever moment, and even
/// after a power failure, sees the old text or the new one.
fn replace(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = target.file_name().ok_or(io::ErrorKind::NotFound)?;
    let mut new = std::ffi::OsString::from(".");
    new.push(name);
    new.push(".jackin-new");
    let new = target.with_file_name(new);
    // One that a killed writer left; nobody else writes while the lock is held.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private(File::options().create_new(true)).open(&new)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| like(target, &file))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&new, target));
    if written.is_err() {
        // What went wrong is what counts.
        let _ = fs::remove_file(&new);
    }
    written.and_then(|()| sync_dir(target))
}

/// Options for a file that nobody but its owner may use.
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.write(true)
}

/// Keeps the owner, and the mode where that is stricter still. The group, which may do nothing with
/// the file, is kept where the writer may give it.
#[cfg(unix)]
fn like(target: &Path, file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    let old = match fs::metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        old => old?,
    };
    let new = file.metadata()?;
    if old.gid() != new.gid() {
        let _ = fchown(file, None, Some(old.gid()));
    }
    if old.uid() != new.uid() {
        fchown(file, Some(old.uid()), None)?;
    }
    file.set_permissions(fs::Permissions::from_mode(old.mode() & 0o600))
}

#[cfg(not(unix))]
fn like(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

/// A rename lasts once its directory is on the disk.
#[cfg(unix)]
fn sync_dir(target: &Path) -> io::Result<()> {
    target.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(not(unix))]
fn sync_dir(_: &Path) -> io::Result<()> {
    Ok(())
}
