//! Times as people in Japan read them; stored times are UTC.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// Japan's time zone, which has had no summer time since 1951.
pub const JAPAN: TimeZone = TimeZone::fixed(Offset::constant(9));

/// A time in Japan.
#[must_use]
pub fn japan(at: Timestamp) -> Zoned {
    at.to_zoned(JAPAN)
}

/// To the second, as tables and terminals show it.
#[must_use]
pub fn japan_time(at: Timestamp) -> String {
    japan(at).strftime("%Y-%m-%d %H:%M:%S JST").to_string()
}

/// The day alone.
#[must_use]
pub fn japan_day(at: Timestamp) -> String {
    japan(at).strftime("%Y-%m-%d").to_string()
}
