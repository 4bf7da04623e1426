//! What an agent's output says of how its prompt ended, and what that may come from, the most likely
//! first. No agent's or provider's name counts here; what is special about one stands in its data.

use jackin_core::{Agent, Endpoint, ExecPlan, PlannedVar, Protocol, Provider};
use serde::Serialize;

use jackin_host::text::moments;

/// How a prompt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// With an answer.
    Works,
    /// With this status of HTTP.
    Refused(u16),
    /// Nobody was reached.
    Unreachable,
    /// Not within the limit.
    TimedOut,
    /// In some other way.
    Failed,
}

/// What may be the matter, and the next step.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Cause {
    pub(crate) cause: String,
    pub(crate) next: String,
}

/// What agents and their HTTP clients say when nobody was reached.
const UNREACHABLE: [&str; 10] = [
    "econnrefused",
    "enotfound",
    "eai_again",
    "econnreset",
    "etimedout",
    "connectionrefused",
    "unable to connect",
    "connection error",
    "error sending request",
    "certificate",
];

const LATER: &str = "try again later, or choose another provider with `--provider`";
const NETWORK: &str =
    "the network, a proxy (`HTTPS_PROXY`, `ALL_PROXY`) or a firewall is in the way";
const PROBE: &str = "see whether `curl` gets an answer from there";

impl Verdict {
    /// What an exit code and the output of a prompt say; without a code the agent was ended.
    pub(crate) fn of(code: Option<i32>, output: &str) -> Self {
        let lower = output.to_ascii_lowercase();
        match (code, Self::refused(output)) {
            (Some(0), _) => Self::Works,
            (_, Some(status)) => Self::Refused(status),
            _ if UNREACHABLE.iter().any(|words| lower.contains(words)) => Self::Unreachable,
            (None, None) => Self::TimedOut,
            (Some(_), None) => Self::Failed,
        }
    }

    /// The status of HTTP in a line that speaks of a failure.
    pub(crate) fn refused(output: &str) -> Option<u16> {
        let failing = |line: &&str| {
            let line = line.to_ascii_lowercase();
            ["error", "status", "rejected", "unauthorized", "forbidden"]
                .iter()
                .any(|word| line.contains(word))
        };
        let words = output.lines().filter(failing).flat_map(|line| {
            line.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != ':')
        });
        let mut statuses = words.filter_map(|word| word.trim_matches([':', '.']).parse().ok());
        statuses.find(|status| matches!(status, 400 | 401 | 403 | 404 | 429 | 500..=599))
    }

    /// The name used in text and in JSON.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Works => "works".to_owned(),
            Self::Refused(status) => status.to_string(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::TimedOut => "timed-out".to_owned(),
            Self::Failed => "failed".to_owned(),
        }
    }
}

/// What was tried.
pub(crate) struct Pair<'a> {
    pub(crate) agent: &'a Agent,
    pub(crate) provider: &'a Provider,
    pub(crate) plan: &'a ExecPlan,
}

fn cause(cause: impl Into<String>, next: impl Into<String>) -> Cause {
    Cause { cause: cause.into(), next: next.into() }
}

impl Pair<'_> {
    /// What a verdict may come from, the most likely first.
    pub(crate) fn causes(&self, verdict: Verdict) -> Vec<Cause> {
        let one = |what: &str, next: &str| Some(cause(what, next));
        let causes = match verdict {
            Verdict::Works => Vec::new(),
            Verdict::Refused(401) => vec![self.ended(), self.base_url(), Some(self.key())],
            Verdict::Refused(403) => {
                let cap = one("the plan or the key is over its cap", "look at your usage there");
                vec![self.models(), cap, Some(self.window())]
            }
            Verdict::Refused(429) => {
                vec![one("too many requests at a time, or this period's quota is used up", LATER)]
            }
            Verdict::Refused(500..) => vec![one("the provider has a problem of its own", LATER)],
            Verdict::Refused(_) => vec![self.base_url(), self.models()],
            Verdict::Unreachable => vec![self.base_url(), one(NETWORK, PROBE)],
            Verdict::TimedOut => {
                let slow = one("the provider is slow", "try again with a longer `--timeout`");
                vec![slow, self.base_url(), one(NETWORK, PROBE)]
            }
            Verdict::Failed => vec![one("the agent failed by itself", "read what it printed")],
        };
        causes.into_iter().flatten().collect()
    }

    /// The endpoint that is used.
    fn endpoint(&self) -> Option<(Protocol, &Endpoint)> {
        self.key_var()?;
        let protocols = self.agent.bindings.iter().map(|wiring| wiring.protocol);
        protocols.into_iter().find_map(|protocol| {
            self.provider.endpoint(protocol).map(|endpoint| (protocol, endpoint))
        })
    }

    fn key_var(&self) -> Option<&PlannedVar> {
        self.plan.set.iter().find(|var| var.key.is_some())
    }

    fn base_url(&self) -> Option<Cause> {
        let (protocol, endpoint) = self.endpoint()?;
        let url = endpoint.base_url.as_ref()?;
        let id = &self.provider.id;
        let guide = self.provider.source.as_deref().unwrap_or("the provider's own guide");
        Some(cause(
            format!("the base URL is wrong: {} ({})", url.value, url.source),
            format!("compare it with {guide}; `[providers.{id}.{protocol}] base_url` changes it"),
        ))
    }

    fn key(&self) -> Cause {
        match self.key_var() {
            Some(PlannedVar { key: Some(key), source, .. }) => {
                cause(format!("the key is wrong or was revoked: `{key}` ({source})"), self.renew())
            }
            _ => {
                let next = format!("start `{}` by itself, and log in", self.agent.program);
                cause("the agent's own login has ended", next)
            }
        }
    }

    fn ended(&self) -> Option<Cause> {
        let at = self.plan.expires_at.filter(|at| moments::is_over(*at))?;
        Some(cause(format!("the key {}", moments::words(at)), self.renew()))
    }

    fn window(&self) -> Cause {
        let passed = || cause("the window in which the key may be used has passed", self.renew());
        self.ended().unwrap_or_else(passed)
    }

    fn renew(&self) -> String {
        let set = format!("`jackin auth set {}` stores another key", self.provider.id);
        self.provider.expired.as_ref().map_or(set.clone(), |advice| format!("{advice}; {set}"))
    }

    fn models(&self) -> Option<Cause> {
        let (protocol, endpoint) = self.endpoint()?;
        let mut models: Vec<_> = endpoint.models().map(|(_, model)| &*model.value).collect();
        models.sort_unstable();
        models.dedup();
        Some(cause(
            format!("a model name is not allowed: {}", models.join(", ")),
            format!("`[providers.{}.{protocol}.models]` names others", self.provider.id),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_off_a_line_that_speaks_of_a_failure() {
        for (output, status) in [
            ("Failed to authenticate. API Error: 401 nope", Some(401)),
            ("API Error: Request rejected (429) · nope", Some(429)),
            ("unexpected status 403 Forbidden: x, url: http://127.0.0.1:4010/v1", Some(403)),
            ("stream error: 500 Internal Server Error", Some(500)),
            ("tokens used\n401", None),
            ("error: read 1401 of 4030 bytes in 429ms", None),
            ("error at http://127.0.0.1:503/", None),
        ] {
            assert_eq!(Verdict::refused(output), status, "{output}");
        }
    }

    #[test]
    fn an_answer_counts_whatever_it_says() {
        assert_eq!(Verdict::of(Some(0), "error 401"), Verdict::Works);
        assert_eq!(Verdict::of(None, "API Error: 401"), Verdict::Refused(401));
        assert_eq!(Verdict::of(Some(1), "ECONNREFUSED"), Verdict::Unreachable);
        assert_eq!(Verdict::of(None, ""), Verdict::TimedOut);
        assert_eq!(Verdict::of(Some(1), "no"), Verdict::Failed);
    }
}
