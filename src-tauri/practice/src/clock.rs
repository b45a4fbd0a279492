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

/// Year and month of a moment, for the names of keys. (Howard Hinnant's days-to-civil.)
pub(crate) fn year_and_month(unix_seconds: i64) -> (i64, i64) {
    let days = unix_seconds.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month)
}

#[cfg(test)]
mod tests {
    use super::year_and_month;

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
}
