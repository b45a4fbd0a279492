//! When to renew and when to try again. Pure: times are arguments, in milliseconds on the boot clock.

use crate::contract::AppError;

/// Two renewals of one application are at least this far apart.
pub const APART_MS: i64 = 5_000;
/// The longest sleep between two looks at the clocks.
pub const LONGEST_SLEEP_MS: i64 = 15_000;
/// At most this many renewals are under way at once.
pub const AT_ONCE: usize = 4;
/// Wall and boot clock may drift apart by this much between two looks before it counts as a changed clock.
pub const CLOCK_STEP_MS: i64 = 5_000;

/// The renewal margin in milliseconds: what was set, or 10 % of the life but at least 5 s and at most
/// 60 s; never over half the life.
#[must_use]
pub fn margin(life_ms: i64, set_seconds: Option<u32>) -> i64 {
    let wanted = match set_seconds {
        Some(seconds) => i64::from(seconds) * 1_000,
        None => (life_ms / 10).clamp(5_000, 60_000),
    };
    wanted.min(life_ms / 2).max(0)
}

/// When to renew a token that arrived at `received` and lives `life_ms`.
///
/// `spread` (any number, for instance from ids) makes it earlier by up to 10 % of the margin, so that many
/// tokens of one age are not all renewed in the same second.
#[must_use]
pub fn renew_at(received: i64, life_ms: i64, set_seconds: Option<u32>, spread: u64) -> i64 {
    let margin = margin(life_ms, set_seconds);
    let jitter = i64::try_from(spread % 1_000).unwrap_or(0) * (margin / 10) / 1_000;
    received.saturating_add(life_ms - margin - jitter).max(received.saturating_add(APART_MS))
}

/// Whether trying again later can help, with nobody doing anything.
#[must_use]
pub fn is_transient(error: &AppError) -> bool {
    matches!(
        error,
        AppError::HostNotFound { .. }
            | AppError::ConnectionRefused { .. }
            | AppError::Unreachable { .. }
            | AppError::TimedOut { .. }
            | AppError::ConnectionClosed { .. }
            | AppError::RateLimited { .. }
            | AppError::ServerUnavailable { .. }
            | AppError::Proxy { .. }
            | AppError::KeychainTimedOut
    )
}

/// How long to wait before try number `tries + 1`, in milliseconds; `tries` counts the failures so far,
/// from 1.
///
/// 1, 2, 4 … s: up to 15 s where nobody could be reached (a returning network must be noticed soon), up to
/// 300 s for a server that is there and struggles. `Retry-After` wins.
#[must_use]
pub fn back_off(error: &AppError, tries: u32, spread: u64) -> i64 {
    if let AppError::RateLimited { retry_after_seconds: Some(seconds), .. } = error {
        return i64::from(*seconds).max(1) * 1_000;
    }
    let longest = match error {
        AppError::HostNotFound { .. } | AppError::ConnectionRefused { .. } | AppError::Unreachable { .. } => {
            15_000
        }
        _ => 300_000,
    };
    let wait = (1_000_i64 << tries.saturating_sub(1).min(20)).min(longest);
    // Up to 10 % earlier, never later: the longest wait stays a promise.
    wait - i64::try_from(spread % 1_000).unwrap_or(0) * (wait / 10) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_follows_the_life() {
        for (life_s, set, margin_s) in [
            (3_600, None, 60.0),
            (300, None, 30.0),
            (20, None, 5.0),
            (8, None, 4.0),
            (1, None, 0.5),
            (3_600, Some(300), 300.0),
            (100, Some(300), 50.0),
            (0, None, 0.0),
        ] {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let got = margin(life_s * 1_000, set) as f64 / 1_000.0;
            assert!((got - margin_s).abs() < 1e-9, "{life_s} {set:?}: {got}");
        }
    }

    #[test]
    fn jitter_makes_it_earlier_by_at_most_a_tenth_of_the_margin() {
        for spread in [0, 1, 499, 500, 999, 1_000, u64::MAX] {
            let at = renew_at(0, 3_600_000, None, spread);
            assert!((3_534_000..=3_540_000).contains(&at), "{at}");
        }
    }

    #[test]
    fn f_srv_11_a_life_of_one_second_is_renewed_no_sooner_than_after_five() {
        assert_eq!(renew_at(7, 1_000, None, 0), 5_007);
    }

    #[test]
    fn f_clk_11_ten_years_and_more_do_not_overflow() {
        assert!(renew_at(i64::MAX - 10, 315_360_000_000, None, 3) > 0);
    }

    #[test]
    fn an_unreachable_server_is_tried_again_within_fifteen_seconds() {
        let refused = AppError::ConnectionRefused { address: String::new() };
        let waits: Vec<_> = (1..8).map(|tries| back_off(&refused, tries, 0) / 1_000).collect();
        assert_eq!(waits, [1, 2, 4, 8, 15, 15, 15]);
    }

    #[test]
    fn a_struggling_server_is_left_alone_for_up_to_five_minutes() {
        let late = AppError::TimedOut { stage: String::new(), seconds: 30, address: String::new() };
        assert_eq!(back_off(&late, 4, 0), 8_000);
        assert_eq!(back_off(&late, 400, 0), 300_000);
        assert!(back_off(&late, 400, 999) >= 270_000);
    }

    #[test]
    fn f_srv_20_retry_after_wins() {
        let server = crate::oauth::refusal::server_words(
            crate::contract::Stage::Token,
            &url::Url::parse("https://id.example").unwrap(),
            &crate::oauth::http::HttpResponse {
                status: 429,
                content_type: None,
                location: None,
                www_authenticate: None,
                retry_after_seconds: Some(120),
                content_encoding: None,
                clock_offset_ms: None,
                duration_ms: 0,
                body: Vec::new(),
            },
        );
        let limited = AppError::RateLimited { retry_after_seconds: Some(120), server };
        assert_eq!(back_off(&limited, 1, 500), 120_000);
    }
}
