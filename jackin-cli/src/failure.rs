//! Why a command ends: the exit code, the message, and the hint. The library's errors are data; the
//! hints here name the commands, options and configuration keys that mend them.

use std::fmt;

use jackin_core::{
    Agent, ConfigError, ErrorKind, KeyProblem, MaterializeError, NameOrigin, ProviderId,
    ResolveError, Scope, SelectError, Unknown,
    export::ExportError,
    place::{KeptInside, TabMissingEnv},
    plan::{
        ArgsError, HandOverError, HandOverRemedy, LedAwayError, SettingsError, SettingsProblem,
    },
};
use jackin_host::{Ambient, HostError, HostErrorKind, ReadProblem, launch};

/// jackin itself failed.
pub(crate) const FAILED: u8 = 125;
/// The agent is there and cannot be executed.
pub(crate) const NOT_EXECUTABLE: u8 = 126;
/// The agent was not found.
pub(crate) const NOT_FOUND: u8 = 127;
/// The user cancelled.
pub(crate) const CANCELLED: u8 = 130;
/// The command line, or a variable that stands for it, is wrong.
pub(crate) const USAGE: u8 = 2;

/// What to do about a shim that leads to no program.
pub(crate) const SHIM_HINT: &str = "name the program behind it with `--program PATH`, or keep its path \
    as `[agents.ID] program`; `guard = \"off\"` starts the shim";

/// Why a command ended, for the user and for the exit code. It never holds a secret.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The exit code of `jackin`.
    pub(crate) code: u8,
    /// What kind of failure it is; stable, for programs.
    pub(crate) kind: &'static str,
    /// What is wrong, and where.
    pub(crate) message: String,
    /// What the user can do.
    pub(crate) hint: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Self {
        let kind = match code {
            USAGE => ErrorKind::Usage.as_str(),
            NOT_EXECUTABLE => "not-executable",
            NOT_FOUND => "not-found",
            CANCELLED => "cancelled",
            _ => "failed",
        };
        Self { code, kind, message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a hint more.
    fn also(self, hint: &str) -> Self {
        let both = self.hint.as_ref().map_or(hint.into(), |first| format!("{first}; {hint}"));
        self.hint(both)
    }

    fn of(kind: ErrorKind, error: &dyn std::error::Error, hint: Option<String>) -> Self {
        let code = match kind {
            // An agent and a provider that cannot be joined are a mistake on the command line.
            ErrorKind::Usage | ErrorKind::Unsupported => USAGE,
            _ => FAILED,
        };
        Self { code, kind: kind.as_str(), message: error.to_string(), hint }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let hint = match &error {
            ConfigError::Syntax { .. } => {
                Some("check the quotes and brackets there, and that no key is given twice".into())
            }
            ConfigError::Reserved(_) => Some(
                "`JACKIN`, `JACKIN_*`, `DOCKER_HOST`, `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH` and \
                 `TESTCONTAINERS_HOST_OVERRIDE` belong to the launcher: remove these lines"
                    .into(),
            ),
            ConfigError::Incomplete { provider, .. } => Some(format!(
                "a provider of your own needs at least `[providers.{provider}] key = \"VARIABLE\"` \
                 and a protocol table"
            )),
            ConfigError::Insecure { provider, .. } => Some(format!(
                "use https, or accept that anybody on the way reads the key with \
                 `insecure = true` under `[providers.{provider}]`"
            )),
            ConfigError::Misplaced { .. } => Some(
                "move it to the table of a protocol, as in `[providers.ID.anthropic] base_url`, or \
                 remove it"
                    .into(),
            ),
            ConfigError::Unknown(unknown) => unknown_hint(unknown),
            _ => None,
        };
        Self::of(error.kind(), &error, hint)
    }
}

impl From<SelectError> for Failure {
    fn from(error: SelectError) -> Self {
        let error = match error {
            SelectError::Provider(error) => return (*error).into(),
            error => error,
        };
        let hint = match &error {
            SelectError::Unknown(unknown) => unknown_hint(unknown),
            SelectError::Undecided { choices, .. } => Some(format!(
                "choose one, for example with `--provider {}`, or set `default_provider`",
                choices.last().map_or("ID", ProviderId::as_str)
            )),
            SelectError::Ignored { .. } => {
                Some("remove that line, or choose another provider".into())
            }
            SelectError::NoChoice { agent } => {
                Some(format!("`jackin providers --agent {agent}` shows why"))
            }
            _ => None,
        };
        Self::of(error.kind(), &error, hint)
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        let hint = error.advice().or_else(|| host_hint(&error).map(str::to_owned));
        let message = match &error {
            // The library knows only that it was an argument.
            HostError::MissingConfigDir { named: NameOrigin::Argument, .. } => {
                format!("{error} (from `--config-dir`)")
            }
            _ => error.to_string(),
        };
        match error {
            HostError::Config(error) => error.into(),
            HostError::Unknown(unknown) => (*unknown).into(),
            HostError::Discovery(error) => {
                Self::from(error).also("`--workspace NAME` looks at that workspace alone")
            }
            error => Self { hint, ..Self::new(host_code(error.kind()), message) },
        }
    }
}

const fn host_code(kind: HostErrorKind) -> u8 {
    match kind {
        HostErrorKind::Usage => USAGE,
        HostErrorKind::NotFound => NOT_FOUND,
        HostErrorKind::NotExecutable => NOT_EXECUTABLE,
        _ => FAILED,
    }
}

/// What to type, where the library has no advice.
const fn host_hint(error: &HostError) -> Option<&'static str> {
    match error {
        HostError::Read { problem: ReadProblem::System(_), .. } => {
            Some("`ls -ld` shows what stands there; `--config-dir DIR` names another directory")
        }
        HostError::NoConfigDir { .. } => Some("name one with `--config-dir DIR`"),
        HostError::Loop { .. } => Some(
            "name the agent itself with `--program PATH`; if these are agents inside one another, \
             `unset JACKIN_LAUNCHES` counts anew",
        ),
        HostError::Shim { .. } => Some(SHIM_HINT),
        HostError::AdminSettings { .. } => {
            Some("ask the administrator to change it; `guard = \"off\"` starts the agent as it is")
        }
        HostError::TwoWorkspaces { .. } => Some("choose with `--workspace NAME`"),
        _ => None,
    }
}

/// The failure to find an agent that is installed where PATH does not lead.
pub(crate) fn off_path(error: HostError, agent: &Agent, ambient: &Ambient) -> Failure {
    let there = matches!(error, HostError::NotOnPath { .. })
        .then(|| launch::installed_off_path(agent, ambient.vars()))
        .flatten();
    let Some(file) = there else { return with_install(error, Some(&agent.install)) };
    let file = file.display();
    let mut failure = Failure::from(error);
    failure.message += &format!(", but installed: {file}");
    failure.hint(format!(
        "`--program {file}` starts it once; `[agents.{id}]` with `program = \"{file}\"` in the \
         configuration keeps it",
        id = agent.id,
    ))
}

/// What to do about a text that is no key of a provider, where one is given or tried.
pub(crate) fn key_hint(problem: &KeyProblem, provider: &ProviderId) -> String {
    match problem {
        KeyProblem::Bound(owner) | KeyProblem::Foreign(owner) => {
            format!("`jackin auth set {owner}` stores it; `{provider}` needs a key of its own")
        }
        _ => problem.advice().to_owned(),
    }
}

/// The failure to find or start an agent, with how to install it.
pub(crate) fn with_install(error: HostError, install: Option<&str>) -> Failure {
    let is_missing = matches!(error, HostError::NotOnPath { .. } | HostError::OnlySelf { .. });
    let other = match &error {
        HostError::Impostor { agent, .. } => Some(agent.clone()),
        _ => None,
    };
    let failure = Failure::from(error);
    if let Some(agent) = other {
        let install = install.map(|install| format!("install the agent with `{install}`, or "));
        return failure.hint(format!(
            "{}name it with `--program PATH`, or for good with `program` in `[agents.{agent}]`; \
             `guard = \"off\"` starts this one",
            install.unwrap_or_default()
        ));
    }
    match install.filter(|_| is_missing) {
        Some(install) => {
            failure.hint(format!("install it with `{install}`, or name another with `--program`"))
        }
        None => failure,
    }
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        let error = match error {
            ResolveError::Provider(error) => return (*error).into(),
            error => error,
        };
        let hint = match &error {
            // The token of a login is no provider's key, and is set like any other variable.
            ResolveError::MissingKey { variable, is_login: true, .. } => Some(format!(
                "`jackin config env set {variable}` stores one, or export `{variable}`"
            )),
            ResolveError::MissingKey { provider, native: Some(native), .. } => Some(format!(
                "`jackin auth set {provider}` stores one, or choose `--provider {native}`"
            )),
            ResolveError::MissingKey { provider, variable, .. } => {
                Some(format!("`jackin auth set {provider}` stores one, or export `{variable}`"))
            }
            ResolveError::BadKey { problem: KeyProblem::Blank, variable, native, at, .. } => {
                let keyless = native.as_ref();
                let keyless = keyless.map(|native| format!("; `--provider {native}` needs no key"));
                let keyless = keyless.unwrap_or_default();
                Some(match at.scope {
                    Scope::Environment => format!("export the key as `{variable}`{keyless}"),
                    _ => format!("put the key there, or remove the line{keyless}"),
                })
            }
            ResolveError::BadKey { problem: KeyProblem::Bound(owner), .. } => Some(format!(
                "choose `--provider {owner}`, or give your own one `extends = \"{owner}\"`"
            )),
            ResolveError::BadKey { problem: KeyProblem::Foreign(owner), provider, .. } => {
                Some(format!(
                    "choose `--provider {owner}`, or store a key of this one with `jackin auth set \
                     {provider}`; a provider of your own takes any key"
                ))
            }
            ResolveError::BadKey { problem, .. } => Some(problem.advice().into()),
            ResolveError::NotServed { .. } => {
                Some("`jackin providers` shows what each one serves".into())
            }
            ResolveError::Missing { provider, protocol, .. } => {
                Some(format!("set them under `[providers.{provider}.{protocol}]`"))
            }
            _ => None,
        };
        Self::of(error.kind(), &error, hint)
    }
}

impl From<Unknown> for Failure {
    fn from(error: Unknown) -> Self {
        Self::of(error.kind(), &error, unknown_hint(&error))
    }
}

/// The closest known name, else all of them.
pub(crate) fn unknown_hint(unknown: &Unknown) -> Option<String> {
    Some(match (&unknown.suggestion, unknown.known.is_empty()) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, false) => format!("there are: {}", unknown.known.join(", ")),
        (None, true) => format!("no {} is configured", unknown.what),
    })
}

impl From<MaterializeError> for Failure {
    fn from(error: MaterializeError) -> Self {
        let hint = error.failures.iter().find_map(|failure| failure.error.hint.clone());
        Self::of(error.kind(), &error, hint)
    }
}

impl From<KeptInside> for Failure {
    fn from(error: KeptInside) -> Self {
        let hint = "a secret of the runtime is not overridden: start the container without it";
        Self::of(error.kind(), &error, Some(hint.into()))
    }
}

impl From<HandOverError> for Failure {
    fn from(error: HandOverError) -> Self {
        let remedy = match &error.remedy {
            HandOverRemedy::Instead(instead) => instead.to_string(),
            HandOverRemedy::Set(variable) => format!(
                "store one with `openssl rand -hex 16 | jackin config env set {variable} --stdin`, or \
                 export `{variable}`"
            ),
            _ => "choose other arguments".into(),
        };
        let hint = format!("{remedy}; `guard = \"off\"` lets it through");
        Self::of(error.kind(), &error, Some(hint))
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        let option = &error.option;
        let hint = match error.problem {
            SettingsProblem::HoldsKey => {
                "remove the key from that file: jackin gives the agent the provider's".to_owned()
            }
            SettingsProblem::Unclear => {
                format!("put a word that is no option before `--`, or leave `{option}` out")
            }
            _ => {
                format!("mend it, or leave `{option}` out; `guard = \"off\"` passes it on as it is")
            }
        };
        Self::of(error.kind(), &error, Some(hint))
    }
}

impl From<LedAwayError> for Failure {
    fn from(error: LedAwayError) -> Self {
        let hint = format!("remove it there; `guard = \"off\"` lets `{}` follow it", error.agent);
        Self::of(error.kind(), &error, Some(hint))
    }
}

impl From<ArgsError> for Failure {
    fn from(error: ArgsError) -> Self {
        match error {
            ArgsError::HandOver(error) => error.into(),
            ArgsError::Settings(error) => error.into(),
            ArgsError::LedAway(error) => error.into(),
            error => Self::of(error.kind(), &error, None),
        }
    }
}

impl From<TabMissingEnv> for Failure {
    fn from(error: TabMissingEnv) -> Self {
        let hint = "its environment is the multiplexer's: put the value under `[env]` in \
            config.toml, as it is or as an `op://` reference, or start without `--tab`";
        Self::of(error.kind(), &error, Some(hint.into()))
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::of(error.kind(), &error, None)
    }
}
