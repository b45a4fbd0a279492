//! The one place that reads the clock.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Answers "what time is it", in Unix seconds. A parameter, so that tests can move time.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The computer's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        let now = SystemTime::now();
        // A clock set before 1970 is shown as 1970: tokens then look expired, which is true enough.
        now.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    })
}

/// Year and month of a moment, for the names of keys.
pub(crate) fn year_and_month(unix_seconds: i64) -> (i64, i64) {
    let (year, month, _) = date(unix_seconds);
    (year, month)
}

/// A moment as `2026-11-24T09:30:00Z`. Unknown (contract 4.7): whether ScaiKey writes `Z`, and fractions of seconds.
pub(crate) fn iso_8601(unix_seconds: i64) -> String {
    let (year, month, day) = date(unix_seconds);
    let second = unix_seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a moment. (Howard Hinnant's days-to-civil.)
fn date(unix_seconds: i64) -> (i64, i64, i64) {
    let days = unix_seconds.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{iso_8601, year_and_month};

    #[test]
    fn months_of_known_moments() {
        for (unix_seconds, expected) in [
            (0, (1970, 1)),
            (-1, (1969, 12)),
            (951_782_400, (2000, 2)), // 29 February 2000
            (951_868_800, (2000, 3)),
            (1_798_761_599, (2026, 12)),
            (1_798_761_600, (2027, 1)),
        ] {
            assert_eq!(year_and_month(unix_seconds), expected, "{unix_seconds}");
        }
    }

    #[test]
    fn moments_as_text() {
        for (unix_seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
        ] {
            assert_eq!(iso_8601(unix_seconds), expected);
        }
    }
}
