//! A plan as data for people and programs. What may be a secret is not in it.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::{
    names::{AgentId, EnvName, ProviderId, RoleName, Source, WorkspaceName},
    plan::{ExecPlan, InheritRule, PlannedValue, PlannedVar, Reason, Removal, ResolvedProgram},
    value::SecretRef,
};

impl ExecPlan {
    /// The plan as data for people and programs.
    #[must_use]
    pub fn redacted(&self) -> RedactedPlan<'_> {
        let args = self.shown_args();
        let guard_args = args.get(self.guard_args.clone()).unwrap_or_default().to_vec();
        RedactedPlan {
            schema: 1,
            agent: &self.agent,
            provider: &self.provider,
            label: &self.label,
            workspace: self.workspace.as_ref(),
            role: self.role.as_ref(),
            program: self.program.to_string_lossy(),
            program_source: self.program_source.as_ref(),
            resolved: self.resolved.as_ref(),
            args,
            guard_args,
            set: self.set.iter().map(PlannedVar::redacted).collect(),
            remove: self.removals(),
            keep: self.kept(),
            expires_at: self.expires_at,
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
    fn redacted(&self) -> RedactedVar<'_> {
        let (value, reference) = match &self.value {
            PlannedValue::Plain(text) | PlannedValue::Added(text) => (Some(text.as_ref()), None),
            PlannedValue::Secret(value) => (None, value.reference()),
        };
        RedactedVar {
            name: &self.name,
            value,
            added: matches!(self.value, PlannedValue::Added(_)),
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
    /// Where the configuration names the program, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_source: Option<&'a Source>,
    /// The file that is executed in the program's place, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved: Option<&'a ResolvedProgram>,
    /// Its arguments; bytes that are not UTF-8 are replaced here, not in the launch.
    pub args: Vec<Cow<'a, str>>,
    /// Those of the arguments that the guard adds, so that the redirect holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guard_args: Vec<Cow<'a, str>>,
    /// The variables the agent gets.
    pub set: Vec<RedactedVar<'a>>,
    /// What it does not get.
    pub remove: Vec<Removal>,
    /// Where the plan is pure, all that it may inherit; else that is whatever is not removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<Vec<InheritRule>>,
    /// When the key ends, in seconds since 1970, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// What the user should know.
    pub warnings: &'a [String],
}

/// A variable of a [`RedactedPlan`]: either `value`, or `secret: true`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RedactedVar<'a> {
    /// Its name.
    pub name: &'a EnvName,
    /// Its value, if anybody may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a str>,
    /// Whether the value is added to the list that the agent inherits under that name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub added: bool,
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
