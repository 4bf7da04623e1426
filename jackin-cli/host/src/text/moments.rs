//! How long a key is still good: the one place that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use jackin_core::ExecPlan;

/// Seconds since 1970 now; a clock before that counts as 1970.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// "expires in 4 h 12 min" or "expired 2 days ago", for a moment in seconds since 1970.
#[must_use]
pub fn words(expires_at: i64) -> String {
    let left = expires_at.saturating_sub(now());
    if left > 0 {
        format!("expires in {}", span(left))
    } else {
        format!("expired {} ago", span(left.saturating_neg()))
    }
}

/// Whether a moment, in seconds since 1970, has passed.
#[must_use]
pub fn is_over(expires_at: i64) -> bool {
    expires_at <= now()
}

/// Whether a moment, in seconds since 1970, comes within a day.
#[must_use]
pub fn is_near(expires_at: i64) -> bool {
    expires_at.saturating_sub(now()) < 24 * 3600
}

/// When the key of a plan ended, if it has.
#[must_use]
pub fn ended(plan: &ExecPlan) -> Option<i64> {
    let uses_key = plan.set.iter().any(|var| var.key.is_some());
    plan.expires_at.filter(|at| uses_key && is_over(*at))
}

/// What to say before a launch with a key that has ended; the provider has the last word.
#[must_use]
pub fn warning(plan: &ExecPlan) -> Option<String> {
    let expires_at = ended(plan)?;
    let advice = plan.expired.as_ref().map_or_else(String::new, |advice| format!("; {advice}"));
    Some(format!("the key for `{}` {}{advice}", plan.provider, words(expires_at)))
}

/// A number of seconds in words, rounded down: "4 h 12 min".
#[must_use]
pub fn span(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {} min", minutes % 60),
        (1, _) => "1 day".to_owned(),
        _ => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_rounded_down() {
        let spans = [0, 59, 60, 3599, 3600, 18000, 86399, 86400, 172_800].map(span);
        let words = [
            "0 min",
            "0 min",
            "1 min",
            "59 min",
            "1 h 0 min",
            "5 h 0 min",
            "23 h 59 min",
            "1 day",
            "2 days",
        ];
        assert_eq!(spans, words);
    }

    #[test]
    fn the_past_and_the_future() {
        assert_eq!(words(now() - 7200), "expired 2 h 0 min ago");
        assert!(words(now() + 7300).starts_with("expires in 2 h"));
        assert!(words(i64::MIN).starts_with("expired") && words(i64::MAX).starts_with("expires"));
    }
}
