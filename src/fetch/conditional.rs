//! Full or conditional: full fetches come at moments that a compromised host cannot foresee.

/// Never more conditional fetches in a row than this: the twelfth fetch is full.
const MOST_IN_A_ROW: u32 = 11;

/// Chance of a full fetch each time, of 2^64. With `p` = 0.139 and the limit of twelve, the mean distance between full
/// fetches is (1 − (1 − p)^12) / p = 6.0.
const CHANCE: u64 = (0.139 * 18_446_744_073_709_551_616.0) as u64;

/// Whether the next fetch must be full, after `since_full` conditional ones since the last full one. `random` must be
/// fresh and uniform over all values. Confirmations do not ask: they are always full.
#[must_use]
pub const fn must_be_full(since_full: u32, random: u64) -> bool {
    since_full >= MOST_IN_A_ROW || random < CHANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator (SplitMix64), so that the test is the same each time.
    fn random(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    #[test]
    fn on_average_every_sixth_and_never_later_than_the_twelfth() {
        let (mut state, mut since, mut full, mut longest) = (7, 0, 0_u32, 0);
        const FETCHES: u32 = 600_000;
        for _ in 0..FETCHES {
            if must_be_full(since, random(&mut state)) {
                (longest, since, full) = (longest.max(since + 1), 0, full + 1);
            } else {
                since += 1;
            }
        }
        let mean = f64::from(FETCHES) / f64::from(full);
        assert!((5.9..6.1).contains(&mean), "{mean}");
        assert_eq!(longest, 12);
    }

    #[test]
    fn the_limit_does_not_depend_on_luck() {
        assert!(must_be_full(11, u64::MAX) && must_be_full(u32::MAX, u64::MAX));
        assert!(!must_be_full(10, u64::MAX));
        assert!(must_be_full(0, 0), "any fetch may be full, the very next one too");
    }
}
