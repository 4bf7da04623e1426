//! When a member's allowance begins anew, and when a key that was approved for some hours ends.

use jackin_host::text::moments::{now, span};
use jiff::{Timestamp, tz::TimeZone};

const DAY: i64 = 86400;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
