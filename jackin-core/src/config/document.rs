//! Configuration text to layers, provider overrides and defaults. Files are the caller's business;
//! keys that jackin does not know are passed over.

use std::sync::Arc;

use crate::{
    config::{
        ConfigError, ConfigPlace, EnvEntry, EnvLayer, EnvLayers, Isolation, ProgramTable,
        ProviderTable, misplaced, providers,
        reader::{self, Entry, Table},
    },
    model::{AuthForward, Guard},
    names::{AgentId, EnvName, ProviderId, RoleName, Scope, Sourced, WorkspaceName},
    registry::{NameOrigin, Registry, Unknown},
    value::{CommandRef, EnvValue, FileRef, KeyringRef, OpRef, SecretRef, is_absolute},
};

/// One configuration file: `config.toml`, or `workspaces/<name>.toml`.
#[derive(Debug, Clone)]
pub struct Document {
    own: ScopeTable,
    /// In the order of the text.
    roles: Vec<(RoleName, ScopeTable)>,
    /// The directory of the workspace, as written.
    pub workdir: Option<String>,
    /// The role when none is asked for.
    pub default_role: Option<Sourced<RoleName>>,
    backup_keep: Option<usize>,
    reserved: Vec<ConfigPlace>,
}

/// What one scope sets.
#[derive(Debug, Clone)]
struct ScopeTable {
    env: EnvLayer,
    /// Most roles have none.
    settings: Option<Box<Settings>>,
}

/// What one scope sets beside variables.
#[derive(Debug, Clone)]
struct Settings {
    providers: Vec<ProviderTable>,
    guard: Option<Guard>,
    default_provider: Option<Sourced<String>>,
    default_agent: Option<Sourced<String>>,
    auth_forward: Vec<AgentTable>,
    programs: Vec<ProgramTable>,
    isolation: Isolation,
    /// Addresses of providers outside `[providers]`.
    misplaced: Vec<(ProviderId, ConfigError)>,
}

/// `[<agent>] auth_forward`. Whether there is such an agent is for the registry to say: other programs
/// use tables of other names.
#[derive(Debug, Clone)]
struct AgentTable {
    agent: AgentId,
    mode: Result<Sourced<AuthForward>, ConfigError>,
    place: ConfigPlace,
}

impl Document {
    /// Reads `config.toml`. `file` is how errors and plans name it. Its values are copied, so that the
    /// caller can wipe the text.
    ///
    /// # Errors
    /// Text that is not TOML, or known keys that hold something else than they can.
    pub fn global(file: &str, text: &str) -> Result<Self, ConfigError> {
        Self::read(file, text, Scope::Global, Scope::Role)
    }

    /// Reads `workspaces/<name>.toml`. `file` is how errors and plans name it.
    ///
    /// # Errors
    /// As for [`Document::global`].
    pub fn workspace(file: &str, text: &str) -> Result<Self, ConfigError> {
        Self::read(file, text, Scope::Workspace, Scope::WorkspaceRole)
    }

    /// Reads a workspace's file if its `workdir` is a requested one. Of any other file it checks no
    /// more than that it is TOML and that its `workdir` can be one.
    ///
    /// # Errors
    /// Text that is not TOML, and an unusable `workdir`; of a requested file, as for
    /// [`Document::global`].
    pub fn workspace_if(
        file: &str,
        text: &str,
        mut is_wanted: impl FnMut(&str) -> bool,
    ) -> Result<Option<Self>, ConfigError> {
        let file: Arc<str> = file.into();
        reader::with_root(&file, text, |root| {
            let workdir = root.parsed(WORKDIR, Scope::Workspace, read_workdir)?;
            let wanted = workdir.is_some_and(|workdir| is_wanted(&workdir.value));
            let read = || Self::read_root(root, &file, Scope::Workspace, Scope::WorkspaceRole);
            wanted.then(read).transpose()
        })
    }

    fn read(file: &str, text: &str, scope: Scope, role_scope: Scope) -> Result<Self, ConfigError> {
        let file: Arc<str> = file.into();
        reader::with_root(&file, text, |root| Self::read_root(root, &file, scope, role_scope))
    }

    fn read_root(
        root: &Table<'_>,
        file: &Arc<str>,
        scope: Scope,
        role_scope: Scope,
    ) -> Result<Self, ConfigError> {
        let mut reserved = Vec::new();
        let own = ScopeTable::read(root, scope, file, &mut reserved)?;
        let entries = root.table("roles")?.map_or_else(Vec::new, |roles| roles.entries());
        let mut roles = Vec::with_capacity(entries.len());
        for entry in entries {
            let name = entry.name()?;
            let table = ScopeTable::read(&entry.table()?, role_scope, file, &mut reserved)?;
            roles.push((name, table));
        }
        let default_role = root.get("default_role").map(|entry| {
            let role: RoleName =
                entry.str()?.parse().map_err(|error| entry.invalid(format!("is {error}")))?;
            Ok::<_, ConfigError>(Sourced::new(role, entry.source(scope)))
        });
        Ok(Self {
            own,
            roles,
            workdir: root.parsed(WORKDIR, scope, read_workdir)?.map(|dir| dir.value),
            default_role: default_role.transpose()?,
            backup_keep: read_backup_keep(root, scope)?,
            reserved,
        })
    }
}

impl Document {
    /// The provider when none is asked for, as this file says for every role.
    #[must_use]
    pub const fn default_provider(&self) -> Option<&Sourced<String>> {
        match &self.own.settings {
            Some(settings) => settings.default_provider.as_ref(),
            None => None,
        }
    }

    /// The agent when none is asked for, as this file says for every role.
    #[must_use]
    pub const fn default_agent(&self) -> Option<&Sourced<String>> {
        match &self.own.settings {
            Some(settings) => settings.default_agent.as_ref(),
            None => None,
        }
    }

    /// How many older versions of each file a program that changes the configuration is to keep:
    /// `[backup] keep`, which is for `config.toml` alone. Zero keeps none.
    #[must_use]
    pub const fn backup_keep(&self) -> Option<usize> {
        self.backup_keep
    }

    /// What each of its scopes sets: the file's own table, then every role's, by name.
    pub fn layers(&self) -> impl Iterator<Item = (Option<&RoleName>, &EnvLayer)> {
        let mut roles: Vec<_> =
            self.roles.iter().map(|(role, table)| (Some(role), &table.env)).collect();
        roles.sort_by_key(|(role, _)| *role);
        std::iter::once((None, &self.own.env)).chain(roles)
    }

    /// The roles that set more than variables, such as providers or a default.
    pub fn roles_with_settings(&self) -> impl Iterator<Item = &RoleName> {
        let roles = self.roles.iter().filter(|(_, table)| table.settings.is_some());
        roles.map(|(role, _)| role)
    }

    /// What counts for one role: the file's own table and that of the role, if it has one.
    #[must_use]
    pub fn of_role(&self, role: &RoleName) -> Self {
        let own = self.roles.iter().find(|(name, _)| name == role);
        Self {
            own: self.own.clone(),
            roles: own.cloned().into_iter().collect(),
            workdir: self.workdir.clone(),
            default_role: self.default_role.clone(),
            reserved: self.reserved.clone(),
            backup_keep: self.backup_keep,
        }
    }

    /// Checks what only a registry can tell: whether an agent can be used as the file says, and
    /// whether a provider's key variable has another use.
    ///
    /// # Errors
    /// The first value that cannot be used.
    pub fn check(&self, registry: &Registry) -> Result<(), ConfigError> {
        let tables = std::iter::once(&self.own).chain(self.roles.iter().map(|(_, table)| table));
        for settings in tables.filter_map(|table| table.settings.as_ref()) {
            for table in &settings.providers {
                table.check(registry)?;
            }
            for table in &settings.auth_forward {
                table.mode(registry)?;
            }
            for table in &settings.programs {
                table.check(registry)?;
            }
        }
        Ok(())
    }

    /// The same document, once it is [checked](Self::check).
    ///
    /// # Errors
    /// As for [`Document::check`].
    pub fn checked(self, registry: &Registry) -> Result<Self, ConfigError> {
        self.check(registry).map(|()| self)
    }

    /// The name of a role, if it has that.
    fn role(&self, name: &str) -> Option<&RoleName> {
        self.roles.iter().map(|(role, _)| role).find(|role| role.as_str() == name)
    }
}

impl ScopeTable {
    fn read(
        table: &Table<'_>,
        scope: Scope,
        file: &Arc<str>,
        reserved: &mut Vec<ConfigPlace>,
    ) -> Result<Self, ConfigError> {
        let env = table.table("env")?;
        let others = table.len() > usize::from(env.is_some());
        let entries = env.map_or_else(Vec::new, |env| env.entries());
        let mut values = Vec::with_capacity(entries.len());
        for entry in entries {
            let name: EnvName = entry.name()?;
            if name.is_reserved() {
                reserved.push(entry.place());
            } else {
                let value = read_value(&entry)?;
                values.push(EnvEntry { name, value, source: entry.source(scope) });
            }
        }
        let env = EnvLayer::of(scope, file.clone(), values);
        let settings = others.then(|| Settings::read(table, scope).map(Box::new)).transpose()?;
        Ok(Self { env, settings })
    }
}

impl Settings {
    fn read(table: &Table<'_>, scope: Scope) -> Result<Self, ConfigError> {
        Ok(Self {
            providers: ProviderTable::read_all(table, scope)?,
            guard: table.get("guard").map(|entry| read_guard(&entry)).transpose()?,
            default_provider: table.str("default_provider", scope)?,
            default_agent: table.str("default_agent", scope)?,
            auth_forward: read_auth_forward(table, scope),
            programs: ProgramTable::read_all(table, scope)?,
            isolation: Isolation::read(table, scope)?,
            misplaced: misplaced::outside_of_providers(table),
        })
    }
}

const VALUE: &str =
    "a string in quotes or a table with one of `text`, `op`, `command`, `file` and `keyring`";

fn read_value(entry: &Entry<'_>) -> Result<EnvValue, ConfigError> {
    match entry.as_table() {
        Some(table) => read_form(entry, &table),
        None => {
            let text = entry.str().map_err(|_| entry.wrong_type(VALUE))?;
            EnvValue::parse(text).map_err(|error| entry.invalid(error.to_string()))
        }
    }
}

/// The table forms: one key says where the value stands, or that it is the text as it is.
fn read_form(entry: &Entry<'_>, table: &Table<'_>) -> Result<EnvValue, ConfigError> {
    let forms = ["text", "op", "command", "file", "keyring"];
    let mut given = forms.into_iter().filter_map(|form| table.get(form));
    let (Some(form), None) = (given.next(), given.next()) else {
        return Err(entry.wrong_type(VALUE));
    };
    let reference = match form.key {
        "text" => {
            let literal = EnvValue::literal(form.str()?);
            return literal.map_err(|error| form.invalid(error.to_string()));
        }
        "op" => {
            let account = table.get("account").map(|account| account.str()).transpose()?;
            OpRef::new(form.str()?, account).map(SecretRef::Op)
        }
        "command" => CommandRef::new(form.strings()?).map(SecretRef::Command),
        "file" => FileRef::new(form.str()?).map(SecretRef::File),
        _ => KeyringRef::new(form.str()?).map(SecretRef::Keyring),
    };
    reference.map(EnvValue::Reference).map_err(|error| form.invalid(error.to_string()))
}

fn read_guard(entry: &Entry<'_>) -> Result<Guard, ConfigError> {
    let text = entry.str()?;
    let guard = Guard::ALL.into_iter().find(|guard| guard.as_str() == text);
    guard.ok_or_else(|| entry.wrong_type("\"off\", \"on\" or \"strict\""))
}

/// The directory of a workspace.
const WORKDIR: &str = "workdir";

/// A relative directory would be another one wherever the launcher is started.
fn is_workdir(dir: &str) -> bool {
    dir == "~" || dir.starts_with("~/") || is_absolute(dir)
}

fn read_workdir(entry: &Entry<'_>) -> Result<String, ConfigError> {
    let dir = entry.str()?;
    if is_workdir(dir) {
        Ok(dir.to_owned())
    } else {
        Err(entry.invalid("must be an absolute directory, or begin with ~/"))
    }
}

/// The most older versions that can be kept.
const MOST_VERSIONS: usize = 1000;

fn read_backup_keep(root: &Table<'_>, scope: Scope) -> Result<Option<usize>, ConfigError> {
    let backup = if scope == Scope::Global { root.get("backup") } else { None };
    // A table of that name without this key is another program's.
    let keep = backup.and_then(|backup| backup.as_table()).and_then(|table| table.get("keep"));
    keep.map(|entry| entry.count_to(MOST_VERSIONS)).transpose()
}

/// Every table that has an `auth_forward`.
fn read_auth_forward(table: &Table<'_>, scope: Scope) -> Vec<AgentTable> {
    let tables = table.entries().into_iter().filter_map(|entry| {
        let agent = entry.key.parse().ok()?;
        let mode = entry.as_table()?.get("auth_forward")?;
        let read = mode.str().and_then(|text| {
            let known = AuthForward::ALL.into_iter().find(|known| known.as_str() == text);
            let known = known.ok_or_else(|| mode.wrong_type(AuthForward::EXPECTED))?;
            Ok(Sourced::new(known, mode.source(scope)))
        });
        Some(AgentTable { agent, mode: read, place: mode.place() })
    });
    tables.collect()
}

impl AgentTable {
    /// The mode for the agent, if the registry has it and it can be used that way.
    fn mode(&self, registry: &Registry) -> Result<Option<&Sourced<AuthForward>>, ConfigError> {
        let Some(agent) = registry.agent(self.agent.as_str()) else { return Ok(None) };
        let mode = self.mode.as_ref().map_err(Clone::clone)?;
        if mode.value == AuthForward::OauthToken && agent.token.is_none() {
            let problem = format!("is not for {}, which takes no such token", agent.label);
            return Err(ConfigError::Invalid { place: self.place.clone(), problem });
        }
        Ok(Some(mode))
    }
}

/// The files of one launch, before a role is chosen.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The agents and providers that the program knows; the built-in ones by default.
    pub registry: Registry,
    /// `config.toml`, if there is one.
    pub global: Option<Document>,
    /// The workspace's name and file, if there is a workspace.
    pub workspace: Option<(WorkspaceName, Document)>,
}

impl Config {
    /// The layers for a role: the one asked for (and where it was), else the default one.
    ///
    /// # Errors
    /// An unknown role that was asked for; reserved names in any file, all at once; a provider whose
    /// key variable is another one's login. A provider that cannot be used otherwise stops only those
    /// who choose it: [`EnvLayers::refused`] lists them.
    pub fn layers(self, asked: Option<(&str, NameOrigin)>) -> Result<EnvLayers, ConfigError> {
        let reserved: Vec<_> = self.documents().flat_map(|doc| doc.reserved.clone()).collect();
        if !reserved.is_empty() {
            return Err(ConfigError::Reserved(reserved));
        }
        let default = self.documents().find_map(|document| document.default_role.as_ref());
        let default =
            default.map(|role| (role.value.as_str(), NameOrigin::Config(role.source.clone())));
        let role =
            asked.or(default).map(|(name, given)| self.known_role(name, given)).transpose()?;
        for document in self.documents() {
            document.check(&self.registry)?;
        }
        let Self { registry, global, workspace } = self;
        let (workspace, local) = workspace.unzip();
        // The least specific first, so that what comes later wins.
        let mut tables = Vec::new();
        let (mut others, mut dormant) = (Vec::new(), Vec::new());
        for document in [global, local].into_iter().flatten() {
            let Document { own, mut roles, .. } = document;
            tables.push(own);
            let at = roles.iter().position(|(name, _)| Some(name) == role.as_ref());
            tables.extend(at.map(|at| roles.swap_remove(at).1));
            dormant.reserve(roles.len());
            for (_, ScopeTable { env, settings }) in roles {
                others.extend(settings.into_iter().flat_map(|settings| settings.providers));
                dormant.push(env);
            }
        }
        let settings = tables.iter().filter_map(|table| table.settings.as_ref());
        let own = settings.flat_map(|settings| &settings.providers);
        let (merged, refused) = providers::merged(&registry, own, &others)?;
        let mut layers = EnvLayers::new(merged);
        layers.refused = refused;
        for ScopeTable { env, settings } in tables {
            layers = layers.with(env);
            let Some(settings) = settings else { continue };
            layers.guard = settings.guard.unwrap_or(layers.guard);
            Sourced::overlay(&mut layers.default_provider, settings.default_provider);
            Sourced::overlay(&mut layers.default_agent, settings.default_agent);
            for table in settings.auth_forward {
                let Some(mode) = table.mode(&registry)?.cloned() else { continue };
                let mut merged = layers.auth_forward.remove(&table.agent);
                Sourced::overlay(&mut merged, Some(mode));
                layers.auth_forward.extend(merged.map(|mode| (table.agent, mode)));
            }
            for ProgramTable { agent, program } in settings.programs {
                let mut merged = layers.programs.remove(&agent);
                Sourced::overlay(&mut merged, Some(program));
                layers.programs.extend(merged.map(|program| (agent, program)));
            }
            layers.isolation.add(settings.isolation);
            // Tables of such names that no provider has are other programs'.
            let known =
                |(id, _): &(ProviderId, _)| layers.registry().provider(id.as_str()).is_some();
            let misplaced: Vec<_> = settings.misplaced.into_iter().filter(known).collect();
            layers.refused.extend(misplaced);
        }
        layers.dormant = dormant;
        layers.workspace = workspace;
        layers.role = role;
        Ok(layers)
    }

    /// Whether some file defines a role.
    #[must_use]
    pub fn has_role(&self, role: &RoleName) -> bool {
        self.documents().any(|document| document.role(role.as_str()).is_some())
    }

    fn documents(&self) -> impl Iterator<Item = &Document> {
        let local = self.workspace.as_ref().map(|(_, document)| document);
        local.into_iter().chain(&self.global)
    }

    fn known_role(&self, name: &str, given: NameOrigin) -> Result<RoleName, Box<Unknown>> {
        let found = self.documents().find_map(|document| document.role(name));
        found.cloned().ok_or_else(|| {
            let known = self.documents().flat_map(|document| &document.roles);
            let mut known: Vec<_> = known.map(|(role, _)| role.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            Unknown::new("role", name, given, known).into()
        })
    }
}
