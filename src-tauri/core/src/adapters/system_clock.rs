//! The only place that reads the clocks.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::ports::{Clock, Now};

/// The clocks of this computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl SystemClock {
    /// Unix milliseconds. A command that ends at once needs no more.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    pub fn wall(self) -> i64 {
        unix_millis(SystemTime::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now { wall: self.wall(), boot: boot_millis() }
    }
}

/// Unix milliseconds of a point in time, negative before 1970 (a dead battery sets clocks back that far),
/// never more than an `i64` holds.
pub(super) fn unix_millis(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
    }
}

/// `CLOCK_BOOTTIME` runs on while the computer sleeps; `CLOCK_MONOTONIC`, which `Instant` reads, does not
/// on Linux. On macOS it is the other way round: there `CLOCK_MONOTONIC` includes sleep, and `Instant`
/// reads `CLOCK_UPTIME_RAW`, which stops.
#[cfg(unix)]
fn boot_millis() -> i64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(SINCE_BOOT);
    time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000)
}

/// Windows' performance counter, which `Instant` reads, runs on while the computer sleeps.
#[cfg(not(unix))]
fn boot_millis() -> i64 {
    use std::sync::LazyLock;
    use std::time::Instant;

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the boot clock")]
    static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
    i64::try_from(FIRST.elapsed().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn f_clk_2_a_clock_before_1970_is_negative_and_does_not_panic() {
        assert_eq!(unix_millis(UNIX_EPOCH - Duration::from_millis(1_500)), -1_500);
        assert_eq!(unix_millis(UNIX_EPOCH), 0);
        assert_eq!(unix_millis(UNIX_EPOCH + Duration::from_millis(1_500)), 1_500);
    }

    #[test]
    fn both_clocks_run_forward() {
        let earlier = SystemClock.now();
        let later = SystemClock.now();
        assert!(earlier.boot > 0 && later.boot >= earlier.boot);
        assert!(later.wall > 1_700_000_000_000, "this computer's clock is far off: {}", later.wall);
    }
}
