//! Unpredictable moments: an attacker must not be able to guess when we look closely.

use std::time::Duration;

/// A random number from the operating system; should that ever fail, the one that is always careful (a full fetch).
#[must_use]
pub(super) fn random() -> u64 {
    getrandom::u64().unwrap_or(0)
}

/// `interval`, longer or shorter by up to a tenth.
#[must_use]
pub(super) fn jittered(interval: Duration, random: u64) -> Duration {
    let tenths = (random % 2001) as f64 / 10_000.0 - 0.1;
    interval.mul_f64(1.0 + tenths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_within_a_tenth() {
        let interval = Duration::from_secs(100);
        for random in [0, 1000, 2000, u64::MAX] {
            let jittered = jittered(interval, random).as_secs_f64();
            assert!((89.99..=110.01).contains(&jittered), "{jittered}");
        }
    }
}
