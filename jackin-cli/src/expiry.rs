//! How long a key is still good, and when its allowance begins anew: the one place that looks at the
//! clock.

use std::time::{SystemTime, UNIX_EPOCH};

use jackin_core::ExecPlan;
use jiff::{Timestamp, tz::TimeZone};

const DAY: i64 = 86400;

/// Seconds since 1970; a clock before that counts as 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// "expires in 4 h 12 min" or "expired 2 days ago", for a moment in seconds since 1970.
pub(crate) fn words(expires_at: i64) -> String {
    let left = expires_at.saturating_sub(now());
    if left > 0 {
        format!("expires in {}", span(left))
    } else {
        format!("expired {} ago", span(left.saturating_neg()))
    }
}

/// Whether a moment, in seconds since 1970, has passed.
pub(crate) fn is_over(expires_at: i64) -> bool {
    expires_at <= now()
}

/// Whether a moment, in seconds since 1970, comes within a day.
pub(crate) fn is_near(expires_at: i64) -> bool {
    expires_at.saturating_sub(now()) < 24 * 3600
}

/// When the key of a plan ended, if it has.
pub(crate) fn ended(plan: &ExecPlan) -> Option<i64> {
    let uses_key = plan.set.iter().any(|var| var.key.is_some());
    plan.expires_at.filter(|at| uses_key && is_over(*at))
}

/// What to say before a launch with a key that has ended; the provider has the last word.
pub(crate) fn warning(plan: &ExecPlan) -> Option<String> {
    let expires_at = ended(plan)?;
    let advice = plan.expired.as_ref().map_or_else(String::new, |advice| format!("; {advice}"));
    Some(format!("the key for `{}` {}{advice}", plan.provider, words(expires_at)))
}

/// The next moment at which an allowance begins anew, in seconds since 1970: at 00:00 UTC, so many
/// days after Monday.
pub(crate) fn next(day: u8) -> i64 {
    next_after(now(), day)
}

fn next_after(now: i64, day: u8) -> i64 {
    let today = now.div_euclid(DAY);
    // 1970 began on a Thursday.
    let ahead = (i64::from(day) - (today + 3) - 1).rem_euclid(7) + 1;
    (today + ahead) * DAY
}

/// "begins anew Mon 2026-11-23 00:00 UTC (Mon 01:00 CET here), in 1 day", with the user's time zone if
/// that can be known.
pub(crate) fn resets(at: i64) -> String {
    resets_in(at, cfg!(feature = "zones").then(TimeZone::system))
}

fn resets_in(at: i64, zone: Option<TimeZone>) -> String {
    let moment = Timestamp::from_second(at).unwrap_or(Timestamp::MAX);
    let utc = moment.to_zoned(TimeZone::UTC).strftime("%a %Y-%m-%d %H:%M UTC");
    let here = zone.map_or_else(String::new, |zone| {
        format!(" ({} here)", moment.to_zoned(zone).strftime("%a %H:%M %Z"))
    });
    let left = span(at.saturating_sub(now()).max(0));
    format!("begins anew {utc}{here}, in {left}")
}

/// The end of a key that lives so many hours from its approval, in RFC 3339; nothing if that is no
/// moment.
pub(crate) fn end_of(approved: &str, hours: u64) -> Option<String> {
    let approved = match approved {
        "now" => Timestamp::from_second(now()).ok()?,
        text => text.parse().ok()?,
    };
    let seconds = i64::try_from(hours).ok()?.checked_mul(3600)?;
    let end = approved.as_second().checked_add(seconds)?;
    Some(Timestamp::from_second(end).ok()?.to_string())
}

fn span(seconds: i64) -> String {
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
    fn a_week_begins_on_its_day() {
        let second = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
        let monday = second("2026-11-23T00:00:00Z");
        for (now, next) in [
            ("2026-11-21T14:00:00Z", monday),
            ("2026-11-22T23:59:59Z", monday),
            ("2026-11-23T00:00:00Z", monday + 7 * DAY),
            ("2026-11-16T00:00:01Z", monday),
        ] {
            assert_eq!(next_after(second(now), 0), next, "{now}");
        }
        assert_eq!(next_after(monday, 6), second("2026-11-29T00:00:00Z"));
        assert_eq!(next_after(second("1969-12-31T12:00:00Z"), 3), 0);
    }

    #[test]
    fn a_moment_is_told_in_local_time_too() {
        let at = "2026-11-23T00:00:00Z".parse::<Timestamp>().unwrap().as_second();
        let west = TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").unwrap();
        let words = resets_in(at, Some(west));
        assert!(
            words.starts_with("begins anew Mon 2026-11-23 00:00 UTC (Sun 16:00 PST here), in "),
            "{words}"
        );
        let words = resets_in(at, None);
        assert!(words.starts_with("begins anew Mon 2026-11-23 00:00 UTC, in "), "{words}");
    }

    #[test]
    fn an_end_is_counted_from_the_approval() {
        let end = |approved| end_of(approved, 5);
        assert_eq!(end("2026-11-21T13:00:00Z").as_deref(), Some("2026-11-21T18:00:00Z"));
        assert_eq!(end("2026-11-21T13:00:00+01:00").as_deref(), Some("2026-11-21T17:00:00Z"));
        assert_eq!(
            [end("yesterday"), end("2026-11-21"), end_of("now", u64::MAX)],
            [None, None, None]
        );
        let now = end("now").unwrap().parse::<Timestamp>().unwrap().as_second() - now();
        assert!((5 * 3600 - 60..=5 * 3600).contains(&now), "{now}");
    }

    #[test]
    fn the_past_and_the_future() {
        assert_eq!(words(now() - 7200), "expired 2 h 0 min ago");
        assert!(words(now() + 7300).starts_with("expires in 2 h"));
        assert!(words(i64::MIN).starts_with("expired") && words(i64::MAX).starts_with("expires"));
    }
}
