//! `jackin workspace`: the workspaces, their files and their variables.

use std::{cell::RefCell, fs};

use jackin_core::{
    Document, Registry, WorkspaceName,
    edit::{self, TomlValue},
};
use serde::Serialize;

use jackin_host::{
    Ambient,
    os::{self, current_dir, read_file},
};

use crate::{
    args::{self, InWorkspace, Workspace, WorkspaceCreate, WorkspaceRemove, WorkspaceShow},
    commands::{config, values},
    failure::{FAILED, Failure, USAGE},
    scope_file::{Changed, ScopeFile, gone, keys, versions_kept},
    ui::report::{self, Report},
};

pub(super) fn run(asked: &Workspace, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    match asked {
        Workspace::List(args) => list(args.json, ambient),
        Workspace::Show(args) => show(args, ambient),
        Workspace::Create(args) => create(args, ambient, report),
        Workspace::Remove(args) => remove(args, ambient, report),
        Workspace::Env(values) => config::env(values, ambient, report, |scope: &InWorkspace| {
            target(&scope.workspace, scope.role.role.as_deref())
        }),
    }
}

fn target(workspace: &str, role: Option<&str>) -> args::Scope {
    args::Scope { workspace: Some(workspace.to_owned()), role: role.map(str::to_owned) }
}

#[derive(Serialize)]
struct Row {
    name: String,
    file: String,
    workdir: Option<String>,
    default_agent: Option<String>,
    default_provider: Option<String>,
    default_role: Option<String>,
}

impl Row {
    fn new(name: &WorkspaceName, file: String, document: &Document) -> Self {
        let text = |given: Option<&jackin_core::Sourced<String>>| given.map(|v| v.value.clone());
        Self {
            name: name.to_string(),
            file,
            workdir: document.workdir.clone(),
            default_agent: text(document.default_agent()),
            default_provider: text(document.default_provider()),
            default_role: document.default_role.as_ref().map(|role| role.value.to_string()),
        }
    }
}

fn list(json: bool, ambient: &Ambient) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for name in ambient.workspaces()? {
        let Some(file) = read_file(&ambient.file(Some(&name))?)? else { continue };
        let document = Document::workspace(file.name(), file.text())?;
        let document = document.checked(&Registry::built_in())?;
        rows.push(Row::new(&name, file.name().to_owned(), &document));
    }
    if json {
        return report::json(&serde_json::json!({ "schema": 1, "workspaces": rows }));
    }
    let none = || "-".to_owned();
    let mut table = vec![["NAME", "WORKDIR", "PROVIDER", "FILE"].map(str::to_owned)];
    table.extend(rows.into_iter().map(|row| {
        let (workdir, provider) = (row.workdir, row.default_provider);
        [row.name, workdir.unwrap_or_else(none), provider.unwrap_or_else(none), row.file]
    }));
    report::text(&report::columns(&table))
}

fn show(args: &WorkspaceShow, ambient: &Ambient) -> Result<(), Failure> {
    let own = ScopeFile::find(&target(&args.name, None), ambient)?;
    let (Some(name), Some(document)) = (&own.workspace, own.document(ambient)?) else {
        return Err(Failure::new(FAILED, format!("cannot read {}", own.file.display())));
    };
    let row = Row::new(name, own.file.display().to_string(), &document);
    let mut scopes = Vec::new();
    for (role, _) in document.layers() {
        let role = role.map(|role| role.as_str());
        let scope = ScopeFile::find(&target(&args.name, role), ambient)?;
        scopes.push((role, values::rows(&scope, ambient)?));
    }
    if args.json.json {
        let env: Vec<_> = scopes
            .into_iter()
            .map(|(role, env)| serde_json::json!({ "role": role, "env": env }))
            .collect();
        return report::json(&serde_json::json!({ "schema": 1, "workspace": row, "scopes": env }));
    }
    let head = [
        ("file", Some(row.file)),
        ("workdir", row.workdir),
        ("agent", row.default_agent),
        ("provider", row.default_provider),
        ("role", row.default_role),
    ];
    let head = head.map(|(what, value)| [what.to_owned(), value.unwrap_or_else(|| "-".into())]);
    let mut text = report::columns(&head);
    for (role, env) in scopes.into_iter().filter(|(_, env)| !env.is_empty()) {
        let role = role.map_or_else(String::new, |role| format!(" of role `{role}`"));
        text += &format!("\nenv{role}\n{}", values::table(&env));
    }
    report::text(&text)
}

fn create(args: &WorkspaceCreate, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    let name: WorkspaceName = args
        .name
        .parse()
        .map_err(|error: jackin_core::NameError| Failure::new(USAGE, error.to_string()))?;
    keys::check_name("workspace's name", name.as_str(), &Registry::built_in())?;
    let workdir = match &args.workdir {
        Some(dir) => {
            dir.to_str().map_or_else(|| dir.clone(), |dir| ambient.expanded(dir).into_owned())
        }
        None => current_dir()?,
    };
    let workdir = if workdir.is_absolute() { workdir } else { current_dir()?.join(workdir) };
    let workdir = std::path::absolute(workdir).ok();
    let workdir = workdir.and_then(|dir| dir.into_os_string().into_string().ok());
    let workdir = workdir.ok_or_else(|| {
        Failure::new(USAGE, "the workspace's directory has no name in UTF-8")
            .hint("name another one with `--workdir DIR`")
    })?;
    let file = ambient.file(Some(&name))?;
    let own = ScopeFile { workspace: Some(name.clone()), role: None, file: file.clone() };
    let changed = own.rewrite(ambient, |text| {
        if text.is_some() {
            let message = format!("workspace `{name}` is there already: {}", file.display());
            return Err(Failure::new(USAGE, message));
        }
        let workdir = TomlValue::string(&workdir);
        let text = edit::set("", &["workdir"], &workdir, None);
        text.map(Some).map_err(|error| Failure::new(FAILED, error.to_string()))
    })?;
    report.plain(&format!("created: workspace `{name}` for {workdir} ({})\n", file.display()));
    changed.tell(report);
    Ok(())
}

fn remove(args: &WorkspaceRemove, ambient: &Ambient, report: &Report) -> Result<(), Failure> {
    // Forced, one goes that cannot even be read.
    let mut there = ambient.workspaces()?.into_iter().filter(|_| args.force);
    let own = match there.find(|name| name.as_str() == args.name) {
        Some(name) => {
            ScopeFile { file: ambient.file(Some(&name))?, workspace: Some(name), role: None }
        }
        None => kept_for_nothing(&args.name, ambient)?,
    };
    let missing = RefCell::default();
    // Of a link, the link goes, and no key with it.
    let linked = fs::read_link(&own.file).ok();
    let written = os::remove(&own.file, versions_kept(ambient), |text| {
        let text = match text {
            Ok(text) => text,
            Err(_) if args.force => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        // Another writer may have been first.
        if !args.force {
            holds_nothing(&args.name, text)?;
        }
        if linked.is_none() {
            let document = own.parsed(text).ok();
            *missing.borrow_mut() = gone(document.as_ref(), None, &Registry::built_in());
        }
        Ok::<_, Failure>(())
    })?;
    let changed = Changed::new(written, missing.into_inner());
    report.plain(&format!("removed: workspace `{}` ({})\n", args.name, own.file.display()));
    if let Some(target) = linked {
        report.plain(&format!("that was a link: {} is there still\n", target.display()));
    }
    changed.tell(report);
    Ok(())
}

/// What a workspace with all it holds is removed by.
const FORCE: &str = "`--force` removes it with all it holds";

/// A workspace that can be read and holds nothing but its directory.
fn kept_for_nothing(name: &str, ambient: &Ambient) -> Result<ScopeFile, Failure> {
    let own =
        ScopeFile::find(&target(name, None), ambient).map_err(|failure| match failure.code {
            USAGE => failure,
            _ => failure.hint(FORCE),
        })?;
    let file = read_file(&own.file)?.unwrap_or_default();
    holds_nothing(name, file.text()).map(|()| own)
}

/// Fails for the text of a workspace that holds more than its directory.
fn holds_nothing(name: &str, text: &str) -> Result<(), Failure> {
    let mut more: Vec<_> = edit::keys(text).into_iter().map(|key| format!("`{key}`")).collect();
    more.retain(|key| key != "`workdir`");
    let rest = edit::unset(text, &["workdir"]).ok().flatten();
    let commented = edit::note(text, &["workdir"]).is_some();
    if more.is_empty() && (commented || !rest.as_deref().unwrap_or(text).trim().is_empty()) {
        more.push("comments".to_owned());
    }
    if more.is_empty() {
        return Ok(());
    }
    let message = format!("workspace `{name}` holds more than its directory: {}", more.join(", "));
    Err(Failure::new(USAGE, message).hint(FORCE))
}
