//! What a launch will do, before and after its secrets are read, and what it does to an
//! environment. Nothing here starts a process; a plan never shows a secret.

use std::{borrow::Cow, collections::BTreeMap, ffi::OsString, ops::Range};

use serde::Serialize;

use crate::{
    config::Isolation,
    model::{Agent, Guard, KeyShape, PackageVersion, Text},
    names::{AgentId, EnvName, ProviderId, RoleName, Source, WorkspaceName},
    plan::{ArgsError, GivenSettings, KnownKey, Removal, Removals, ServedModels, StaleRedirects},
    value::{
        EnvValue, MaterializeError, Secret, SecretError, SecretFailure, SecretRef, SecretSource,
        has_nul,
    },
};

/// The shortest key, in bytes, that is looked for in the plan's own arguments, where shorter ones may be words.
const SHORTEST_KEY: usize = 15;

/// What a launch will do. It can be printed, compared and serialised: its secrets stay hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecPlan {
    /// The agent.
    pub agent: AgentId,
    /// The provider.
    pub provider: ProviderId,
    /// What to call the session, for example `Claude (Z.AI)`.
    pub label: String,
    /// The workspace, if there is one.
    pub workspace: Option<WorkspaceName>,
    /// The role, if there is one.
    pub role: Option<RoleName>,
    /// The program: a name to be found on `PATH`, or a path.
    pub program: OsString,
    /// Where the configuration names the program, if it does; it may then begin with `~/`.
    pub program_source: Option<Source>,
    /// The file that is executed in the program's place, where that is known and another one.
    pub resolved: Option<ResolvedProgram>,
    /// How much is set beyond the bare redirect.
    pub guard: Guard,
    /// Its arguments. None holds a secret unless the user wrote one there.
    pub args: Vec<OsString>,
    /// Which of the arguments the guard adds. Those before them are the plan's own as well, and those after
    /// them are the user's words.
    pub(crate) guard_args: Range<usize>,
    /// The settings among those, if the agent takes settings in an argument.
    pub(crate) given: Option<GivenSettings>,
    /// What those arguments keep away, as the end of a sentence.
    pub(crate) kept_away: Text,
    /// The variables the agent gets.
    pub set: Vec<PlannedVar>,
    /// What it does not get from the parent's environment.
    pub(crate) removals: Removals,
    /// When the key ends, in seconds since 1970, where that is known.
    pub expires_at: Option<i64>,
    /// What to do when it has ended.
    pub expired: Option<Cow<'static, str>>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// The variable in which the provider's key is configured.
    pub(crate) key: EnvName,
    /// Every configured key, this provider's and shadowed ones too: no inherited variable may hold
    /// one of them.
    pub(crate) known: Vec<KnownKey>,
    /// The variable that is inherited as it is, whatever it holds.
    pub(crate) inherited: Option<EnvName>,
    /// Variables of the layers that are not passed on.
    pub(crate) held_back: Vec<EnvName>,
    /// Whether the agent finds a key in its environment.
    pub(crate) has_key: bool,
    /// Exported variables that an argument may need. One that does sets it.
    pub(crate) exported: Vec<PlannedVar>,
    /// Variables that must not turn out to be blank.
    pub(crate) required: Vec<EnvName>,
    /// What the key must look like.
    pub(crate) shape: KeyShape,
    /// The models that the provider serves, where the agent's own names would be foreign there.
    pub(crate) served: Option<ServedModels>,
    /// The package of the agent, and the version from which on this plan's guard holds.
    pub guarded_from: Option<PackageVersion>,
    /// What makes the removals marked [`Removal::if_redirected`] apply.
    pub(crate) stale: StaleRedirects,
    /// What the user says about inheriting.
    pub(crate) isolation: Isolation,
    /// Whether the process is a client that starts the agent elsewhere. It needs what it finds here,
    /// and the agent gets none of that.
    pub(crate) is_client: bool,
    /// Variables that cross a client's environment under another name, which comes first.
    pub(crate) renamed: Vec<(EnvName, EnvName)>,
}

/// The file that a launch executes in the place of the program that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ResolvedProgram {
    /// Its path, for people.
    pub program: String,
    /// Why this one.
    pub reason: String,
}

impl ResolvedProgram {
    /// A program, and why it is this one.
    #[must_use]
    pub const fn new(program: String, reason: String) -> Self {
        Self { program, reason }
    }
}

/// A variable of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedVar {
    /// Its name.
    pub name: EnvName,
    /// What it will hold.
    pub value: PlannedValue,
    /// Why it is set.
    pub reason: Reason,
    /// The configured variable that holds the key, where this one takes a provider's key.
    pub key: Option<EnvName>,
    /// Where the value stands.
    pub source: Source,
    /// Less specific places that give another one.
    pub shadowed: Vec<Source>,
}

/// What a variable of a plan will hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlannedValue {
    /// A text that anybody may see: a URL, a model, a number.
    Plain(Cow<'static, str>),
    /// A text that anybody may see, added to the list that the child inherits under that name.
    Added(Cow<'static, str>),
    /// A value from the layers. Any of them may be a secret, so none is shown.
    Secret(EnvValue),
}

/// Why a variable is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Reason {
    /// It makes the agent use the provider.
    Redirect,
    /// It makes the redirect hold.
    Guard,
    /// The user configured it.
    Layer,
    /// `[scrub] pass` names it, so the agent finds a provider's key under its own name.
    Passed,
}

impl Reason {
    /// The name used in text and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Guard => "guard",
            Self::Layer => "layer",
            Self::Passed => "passed",
        }
    }
}

impl ExecPlan {
    /// The agent's entry in the registry.
    pub(crate) fn agent_entry(&self) -> &Agent {
        self.removals.agent()
    }

    /// Whether it sends the agent to another endpoint than the agent's own.
    #[must_use]
    pub const fn is_redirect(&self) -> bool {
        self.inherited.is_none()
    }

    /// The same plan with these arguments for the agent after those of the plan.
    ///
    /// # Errors
    /// Arguments that hand the session on to a process which does not have the plan's environment;
    /// settings for the agent that cannot be joined with the plan's own, such as a file
    /// ([`settings_file`](Self::settings_file)).
    pub fn with_args(self, args: impl IntoIterator<Item = OsString>) -> Result<Self, ArgsError> {
        self.with_args_and_settings(args, None)
    }

    /// The same as [`with_args`](Self::with_args), with the text of the file of settings that these
    /// arguments name.
    ///
    /// # Errors
    /// Those of [`with_args`](Self::with_args).
    pub fn with_args_and_settings(
        mut self,
        args: impl IntoIterator<Item = OsString>,
        file: Option<&str>,
    ) -> Result<Self, ArgsError> {
        let mut args: Vec<_> = args.into_iter().collect();
        // A script that led back to jackin passes on what the first launch added.
        if args.starts_with(&self.args) {
            args.drain(..self.args.len());
        }
        self.check_hand_overs(&args)?;
        if self.comes_first(&args) {
            self = self.without_guard_args();
        }
        self.check_own_settings(&args, file)?;
        self.take_settings(&mut args, file)?;
        if let Some(served) = &self.served {
            self.warnings.extend(
                served
                    .foreign(&args)
                    .map(|model| format!("`{model}` is no model that `{}` serves", self.provider)),
            );
        }
        self.args.extend(args);
        Ok(self)
    }

    /// Whether the first of these words is one that the agent knows in the first place alone.
    pub(crate) fn comes_first(&self, words: &[OsString]) -> bool {
        let known = &self.agent_entry().first_words;
        words.first().is_some_and(|first| known.iter().any(|known| first == &**known))
    }

    /// Notes that the arguments have moved behind those of another program.
    pub(crate) fn move_args(&mut self, by: usize) {
        self.guard_args = self.guard_args.start + by..self.guard_args.end + by;
        if let Some(given) = &mut self.given {
            given.at += by;
        }
    }

    /// Whether a value is read from a variable that holds another provider's key.
    pub(crate) fn reads_foreign_key(&self, value: &EnvValue) -> bool {
        let Some(SecretRef::Host(host)) = value.reference() else { return false };
        self.removals.foreign(host, &self.key) == Some(true)
    }

    /// The same plan with another program in the agent's place.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<OsString>) -> Self {
        self.program = program.into();
        self.program_source = None;
        self
    }

    /// The same plan for a program that cannot be the agent, such as one that prints its environment:
    /// without the arguments that the guard adds, which mean nothing to it.
    #[must_use]
    pub fn without_guard_args(mut self) -> Self {
        let start = self.guard_args.start;
        self.args.drain(std::mem::replace(&mut self.guard_args, start..start));
        self.given = None;
        self
    }

    /// What an environment without the plan's arguments does not keep away, as the end of a sentence.
    #[must_use]
    pub fn kept_by_arguments(&self) -> Option<&str> {
        Some(&*self.kept_away).filter(|what| !what.is_empty() && !self.guard_args.is_empty())
    }

    /// The same plan with what was found out about the program's file.
    #[must_use]
    pub fn with_resolved(mut self, resolved: Option<ResolvedProgram>) -> Self {
        self.resolved = resolved;
        self
    }

    /// Whether a variable of this name can steer the agent or carry a login of it, so that a script
    /// which sets it changes what the plan says.
    #[must_use]
    pub fn is_steered_by(&self, name: &str) -> bool {
        self.agent_entry().is_steered_by(name)
    }

    /// What the agent does not get from the parent's environment.
    #[must_use]
    pub fn removals(&self) -> Vec<Removal> {
        let is_passed = |removal: &Removal| {
            let mut passed = self.set.iter().filter(|var| var.reason == Reason::Passed);
            passed.any(|var| var.name.as_str() == removal.pattern)
        };
        let all = self.isolation.removals().chain(self.removals.list());
        all.filter(|removal| !is_passed(removal)).collect()
    }

    /// The distinct references this plan has to read, in its order.
    #[must_use]
    pub fn references(&self) -> Vec<&SecretRef> {
        let mut references: Vec<&SecretRef> = Vec::new();
        for reference in self.set.iter().filter_map(PlannedVar::reference) {
            if !references.contains(&reference) {
                references.push(reference);
            }
        }
        references
    }

    /// Makes the plan ready with secrets that the program has read itself, for example all at once
    /// or asynchronously. [`references`](Self::references) lists what to read.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use jackin_core::{Config, Document, Secret, resolve};
    ///
    /// let text = "env = { ZAI_API_KEY = 'op://Work/zai/key' }";
    /// let global = Some(Document::global("config.toml", text)?);
    /// let layers = Config { global, ..Config::default() }.layers(None)?;
    /// let (claude, zai) = (layers.registry().agent("claude"), layers.registry().provider("zai"));
    /// let plan = resolve(&layers, claude.expect("built in"), zai.expect("built in"))?;
    /// let secrets: BTreeMap<_, _> = plan
    ///     .references()
    ///     .into_iter()
    ///     .map(|reference| (reference.clone(), Secret::from("sk-123")))
    ///     .collect();
    /// let ready = plan.with_secrets(&secrets)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As for [`materialize`](Self::materialize); a reference that the map does not hold counts as
    /// one that could not be read.
    pub fn with_secrets(
        &self,
        secrets: &BTreeMap<SecretRef, Secret>,
    ) -> Result<ReadyPlan<'_>, MaterializeError> {
        self.materialize(&Given(secrets))
    }

    /// Reads the secrets of this plan, and only those, each once.
    ///
    /// # Errors
    /// Every reference that could not be read, and every key that is blank or cannot be sent: all
    /// of them in one error.
    pub fn materialize(
        &self,
        source: &impl SecretSource,
    ) -> Result<ReadyPlan<'_>, MaterializeError> {
        let references = self.references();
        let answers = source.read_all(&references);
        let answer = |reference| {
            let at = references.iter().position(|known| *known == reference);
            let answer = at.and_then(|at| answers.get(at)).cloned();
            answer.unwrap_or_else(|| Err(SecretError::new("the source gave no answer", None)))
        };
        let mut read = Vec::with_capacity(self.set.len());
        let mut failures = Vec::new();
        let mut warnings = Vec::new();
        for var in &self.set {
            let answer = var.reference().map(answer).transpose();
            let required = self.required.contains(&var.name);
            match answer
                .and_then(|text| Ok((var.check(&self.shape, required, text.as_ref())?, text)))
            {
                Ok((_, text)) if self.shows(var, text.as_ref()) => {
                    failures.push(var.failure(SecretError::new(
                        "it is also in an argument of the agent, which every user of this machine can see",
                        Some("remove it from the label, the URL, the models and the settings".into()),
                    )));
                }
                Ok((warning, text)) => {
                    // What is wrong with a literal has been said by the plan.
                    warnings.extend(warning.filter(|_| text.is_some()));
                    read.push(text);
                }
                Err(error) => failures.push(var.failure(error)),
            }
        }
        if !failures.is_empty() {
            return Err(MaterializeError { failures });
        }
        Ok(ReadyPlan { read, warnings, plan: Cow::Borrowed(self) })
    }
}

impl ExecPlan {
    /// Whether an argument of the plan's own holds the secret of a variable.
    fn shows(&self, var: &PlannedVar, read: Option<&Secret>) -> bool {
        let own = self.args.get(..self.guard_args.end).unwrap_or(&self.args);
        let text = var.text(read).trim();
        // Shorter ones are words, such as the `lm-studio` that a local server asks for.
        var.key.is_some()
            && text.len() >= SHORTEST_KEY
            && own.iter().any(|arg| arg.to_string_lossy().contains(text))
    }
}

/// Secrets that a program has read before.
struct Given<'a>(&'a BTreeMap<SecretRef, Secret>);

impl SecretSource for Given<'_> {
    fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        let missing = || SecretError::new("no secret was given for it", None);
        self.0.get(reference).cloned().ok_or_else(missing)
    }
}

impl PlannedVar {
    /// The reference that is read for it, if there is one.
    #[must_use]
    pub const fn reference(&self) -> Option<&SecretRef> {
        match &self.value {
            PlannedValue::Plain(_) | PlannedValue::Added(_) => None,
            PlannedValue::Secret(value) => value.reference(),
        }
    }

    /// What it will hold, with what was read for it if it is a reference.
    fn text<'a>(&'a self, read: Option<&'a Secret>) -> &'a str {
        match &self.value {
            PlannedValue::Plain(text) | PlannedValue::Added(text) => text,
            PlannedValue::Secret(EnvValue::Literal(text)) => text.expose(),
            PlannedValue::Secret(EnvValue::Reference(_)) => read.map_or("", Secret::expose),
        }
    }

    fn check(
        &self,
        shape: &KeyShape,
        required: bool,
        read: Option<&Secret>,
    ) -> Result<Option<String>, SecretError> {
        let text = self.text(read);
        if self.key.is_some() {
            return shape.check(text).map_err(|problem| {
                SecretError::new(format!("it {problem}"), Some(problem.advice().into()))
            });
        }
        if required && text.trim().is_empty() {
            return Err(SecretError::new("it is blank, and these arguments need it", None));
        }
        if has_nul(text) {
            return Err(SecretError::new("it holds a NUL, which no environment can carry", None));
        }
        Ok(None)
    }

    fn failure(&self, error: SecretError) -> SecretFailure {
        SecretFailure {
            variable: self.key.as_ref().unwrap_or(&self.name).clone(),
            source: self.source.clone(),
            reference: self.reference().cloned(),
            error,
        }
    }

    /// Whether its value would be out of place under any other name: a key, or what is kept
    /// outside the configuration. Of other literals and host variables nobody can say.
    pub(crate) const fn is_surely_secret(&self) -> bool {
        let stored =
            matches!(self.reference(), Some(reference) if !matches!(reference, SecretRef::Host(_)));
        self.key.is_some() || stored
    }
}

/// A plan with its secrets read, ready to become a process. It can be neither printed nor
/// serialised.
///
/// ```compile_fail,E0277
/// fn show(plan: &jackin_core::ReadyPlan<'_>) -> String {
///     format!("{plan:?}")
/// }
/// ```
pub struct ReadyPlan<'a> {
    plan: Cow<'a, ExecPlan>,
    /// For each variable what was read for it, if it is a reference.
    read: Vec<Option<Secret>>,
    warnings: Vec<String>,
}

impl ReadyPlan<'_> {
    /// The plan that was made ready.
    #[must_use]
    pub fn plan(&self) -> &ExecPlan {
        &self.plan
    }

    /// The same, independent of the plan that it was made of, so that it can be kept.
    #[must_use]
    pub fn into_owned(self) -> ReadyPlan<'static> {
        self.map_plan(|plan| plan)
    }

    /// The same secrets under a plan that sets the same variables.
    pub(crate) fn map_plan(self, change: impl FnOnce(ExecPlan) -> ExecPlan) -> ReadyPlan<'static> {
        let Self { plan, read, warnings } = self;
        ReadyPlan { plan: Cow::Owned(change(plan.into_owned())), read, warnings }
    }

    /// The variables with what they will hold, in the plan's order.
    pub(crate) fn set(&self) -> impl Iterator<Item = (&PlannedVar, &str)> {
        self.plan.set.iter().zip(&self.read).map(|(var, read)| (var, var.text(read.as_ref())))
    }

    /// What the user should know of the keys that were read, beyond the plan's own warnings.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
