//! What a launch will do, before and after its secrets are read, and what it does to an
//! environment. Nothing here starts a process; a plan never shows a secret.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    ffi::{OsStr, OsString},
};

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};

use crate::{
    error::{MaterializeError, SecretFailure},
    names::{AgentId, EnvName, ProviderId, RoleName, WorkspaceName},
    scope::Source,
    scrub::{RedirectSign, Removal},
    value::{EnvValue, SecretError, SecretRef, SecretSource, check_key},
};

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
    /// Its arguments. None holds a secret unless the user wrote one there.
    pub args: Vec<OsString>,
    /// The variables the agent gets.
    pub set: Vec<PlannedVar>,
    /// What it does not get from the parent's environment.
    pub remove: Vec<Removal>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// Keys of other providers: no inherited variable may hold one of them.
    pub(crate) foreign: Vec<EnvValue>,
    /// Variables that hold providers' keys in the parent: what they hold is a secret as well.
    pub(crate) key_names: Vec<EnvName>,
    /// What makes the removals marked [`Removal::if_redirected`] apply.
    pub(crate) signs: Vec<RedirectSign>,
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
    /// A value from the layers. Any of them may be a secret, so none is shown.
    Secret(EnvValue),
}

/// Why a variable is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Reason {
    /// It makes the agent use the provider.
    Redirect,
    /// It makes the redirect hold.
    Guard,
    /// The user configured it.
    Layer,
}

impl Reason {
    /// The name used in text and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Guard => "guard",
            Self::Layer => "layer",
        }
    }
}

impl ExecPlan {
    /// The same plan with these arguments for the agent after those of the plan.
    #[must_use]
    pub fn with_args(mut self, args: impl IntoIterator<Item = OsString>) -> Self {
        self.args.extend(args);
        self
    }

    /// The same plan with another program in the agent's place.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<OsString>) -> Self {
        self.program = program.into();
        self
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

    /// Reads the secrets of this plan, and only those, each once.
    ///
    /// # Errors
    /// Every reference that could not be read, and every key that is blank or cannot be sent: all
    /// of them in one error.
    pub fn materialize(&self, source: &impl SecretSource) -> Result<ReadyPlan, MaterializeError> {
        let references = self.references();
        let answers = source.read_all(&references);
        let mut set = Vec::with_capacity(self.set.len());
        let mut failures = Vec::new();
        for var in &self.set {
            let answer = match &var.value {
                PlannedValue::Plain(text) => Ok(text.as_ref().into()),
                PlannedValue::Secret(EnvValue::Literal(text)) => Ok(text.clone()),
                PlannedValue::Secret(EnvValue::Reference(reference)) => {
                    let at = references.iter().position(|known| *known == reference);
                    let answer = at.and_then(|at| answers.get(at)).cloned();
                    answer
                        .unwrap_or_else(|| Err(SecretError::new("the source gave no answer", None)))
                }
            };
            match answer.and_then(|text| var.check(text)) {
                Ok(text) => set.push((var.name.clone(), text)),
                Err(error) => failures.push(var.failure(error)),
            }
        }
        if !failures.is_empty() {
            return Err(MaterializeError { failures });
        }
        Ok(ReadyPlan { known: self.known(&set), set, plan: self.clone() })
    }

    /// The values that no inherited variable may hold.
    fn known(&self, set: &[(EnvName, SecretString)]) -> Vec<SecretString> {
        let own = self.set.iter().zip(set).filter(|(var, _)| var.is_surely_secret());
        let foreign = self.foreign.iter().filter_map(|value| match value {
            EnvValue::Literal(text) => Some(text),
            EnvValue::Reference(_) => None,
        });
        own.map(|(_, (_, text))| text).chain(foreign).cloned().collect()
    }

    /// The names in the parent's environment that the plan removes for what they are called.
    /// [`child_env`] leaves out these, and those that hold a known key.
    #[must_use]
    pub fn dropped<'a>(&self, parent: &'a [(OsString, OsString)]) -> BTreeSet<&'a OsString> {
        let redirected = parent.iter().any(|(name, value)| {
            let (name, value) = (name.as_encoded_bytes(), value.as_encoded_bytes());
            self.signs.iter().any(|sign| sign.shown_by(name, value))
        });
        let removed = |name: &OsString| {
            let mut removals =
                self.remove.iter().filter(|removal| redirected || !removal.if_redirected);
            removals.any(|removal| removal.covers(name.as_encoded_bytes()))
        };
        parent.iter().map(|(name, _)| name).filter(|name| removed(name)).collect()
    }

    /// The plan as data for people and programs.
    #[must_use]
    pub fn redacted(&self) -> RedactedPlan<'_> {
        RedactedPlan {
            schema: 1,
            agent: &self.agent,
            provider: &self.provider,
            label: &self.label,
            workspace: self.workspace.as_ref(),
            role: self.role.as_ref(),
            program: self.program.to_string_lossy(),
            args: self.args.iter().map(|arg| arg.to_string_lossy()).collect(),
            set: self.set.iter().map(PlannedVar::redacted).collect(),
            remove: &self.remove,
            warnings: &self.warnings,
        }
    }
}

impl Serialize for ExecPlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.redacted().serialize(serializer)
    }
}

impl PlannedVar {
    /// The reference that is read for it, if there is one.
    #[must_use]
    pub const fn reference(&self) -> Option<&SecretRef> {
        match &self.value {
            PlannedValue::Plain(_) => None,
            PlannedValue::Secret(value) => value.reference(),
        }
    }

    fn check(&self, text: SecretString) -> Result<SecretString, SecretError> {
        let hint = "the value there must be the key alone, on one line and without spaces";
        if self.key.is_some() {
            check_key(text.expose_secret())
                .map_err(|problem| SecretError::new(format!("it {problem}"), Some(hint.into())))?;
        } else if text.expose_secret().contains('\0') {
            return Err(SecretError::new("it holds a NUL, which no environment can carry", None));
        }
        Ok(text)
    }

    fn failure(&self, error: SecretError) -> SecretFailure {
        SecretFailure {
            variable: self.key.as_ref().unwrap_or(&self.name).clone(),
            source: self.source.clone(),
            reference: self.reference().cloned(),
            error,
        }
    }

    /// Whether its value would be out of place under any other name: a key, or what a password
    /// store holds. Of other literals and host variables nobody can say.
    const fn is_surely_secret(&self) -> bool {
        self.key.is_some() || matches!(self.reference(), Some(SecretRef::Op(_)))
    }

    fn redacted(&self) -> RedactedVar<'_> {
        let (value, reference) = match &self.value {
            PlannedValue::Plain(text) => (Some(text.as_ref()), None),
            PlannedValue::Secret(value) => (None, value.reference()),
        };
        RedactedVar {
            name: &self.name,
            value,
            secret: value.is_none(),
            reference,
            key: self.key.as_ref(),
            reason: self.reason,
            source: &self.source,
            shadowed: &self.shadowed,
        }
    }
}

/// A plan as `plan --json` prints it, schema 1.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct RedactedPlan<'a> {
    /// The version of this layout.
    pub schema: u32,
    /// The agent.
    pub agent: &'a AgentId,
    /// The provider.
    pub provider: &'a ProviderId,
    /// What to call the session.
    pub label: &'a str,
    /// The workspace, or null.
    pub workspace: Option<&'a WorkspaceName>,
    /// The role, or null.
    pub role: Option<&'a RoleName>,
    /// The program.
    pub program: Cow<'a, str>,
    /// Its arguments; bytes that are not UTF-8 are replaced here, not in the launch.
    pub args: Vec<Cow<'a, str>>,
    /// The variables the agent gets.
    pub set: Vec<RedactedVar<'a>>,
    /// What it does not get.
    pub remove: &'a [Removal],
    /// What the user should know.
    pub warnings: &'a [String],
}

/// A variable of a [`RedactedPlan`]: either `value`, or `secret: true`.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct RedactedVar<'a> {
    /// Its name.
    pub name: &'a EnvName,
    /// Its value, if anybody may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a str>,
    /// Whether the value is withheld.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// What a withheld value is read from at launch; none for a literal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<&'a SecretRef>,
    /// The configured variable that holds the key, where this one takes a provider's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'a EnvName>,
    /// Why it is set.
    pub reason: Reason,
    /// Where the value stands.
    pub source: &'a Source,
    /// Less specific places that give another one.
    pub shadowed: &'a [Source],
}

/// A plan with its secrets read, ready to become a process. It can be neither printed nor
/// serialised.
///
/// ```compile_fail,E0277
/// fn show(plan: &jackin_core::ReadyPlan) -> String {
///     format!("{plan:?}")
/// }
/// ```
pub struct ReadyPlan {
    plan: ExecPlan,
    set: Vec<(EnvName, SecretString)>,
    known: Vec<SecretString>,
}

impl ReadyPlan {
    /// The plan that was made ready.
    #[must_use]
    pub const fn plan(&self) -> &ExecPlan {
        &self.plan
    }
}

/// The child's whole environment: the parent's without what the plan removes, and what it sets.
/// The one place where the two meet.
///
/// Of the parent's variables these are left out: names that the plan removes or sets; values that
/// are a key this plan knows, or that a provider's key variable of the parent holds; second
/// entries of one name (the first is the one that programs read).
pub fn child_env(
    ready: &ReadyPlan,
    parent: impl IntoIterator<Item = (OsString, OsString)>,
) -> Vec<(OsString, OsString)> {
    let ReadyPlan { plan, set, known } = ready;
    let parent: Vec<_> = parent.into_iter().collect();
    let is_key = |name| {
        plan.key_names.iter().any(|key| comparable(key.as_str().as_ref()) == comparable(name))
    };
    let keys = parent.iter().filter(|(name, _)| is_key(name));
    let mut secrets: BTreeSet<&[u8]> = keys.map(|(_, value)| value.as_encoded_bytes()).collect();
    secrets.extend(known.iter().map(|text| text.expose_secret().as_bytes()));
    let is_secret = |value: &OsString| {
        let value = value.as_encoded_bytes().trim_ascii();
        !value.is_empty() && secrets.iter().any(|secret| secret.trim_ascii() == value)
    };
    let dropped = plan.dropped(&parent);
    let set_names: BTreeSet<_> =
        set.iter().map(|(name, _)| comparable(name.as_str().as_ref())).collect();
    let mut seen = BTreeSet::new();
    let inherited = parent.iter().filter(|(name, value)| {
        !set_names.contains(&comparable(name))
            && !dropped.contains(name)
            && !is_secret(value)
            && seen.insert(name)
    });
    let mut child: Vec<_> = inherited.cloned().collect();
    child
        .extend(set.iter().map(|(name, text)| (name.as_str().into(), text.expose_secret().into())));
    child
}

/// A name in the form in which the system compares it.
fn comparable(name: &OsStr) -> Cow<'_, OsStr> {
    if cfg!(windows) { name.to_ascii_uppercase().into() } else { name.into() }
}
