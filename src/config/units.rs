//! Durations, sizes, times of day and address ranges as people write them, and back.

use super::mistake::{Complaint, quoted};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// Units of a duration with their milliseconds, longest first.
const UNITS: [(&str, u64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Units of a size with their bytes.
const SIZES: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

/// A duration such as `5m`, `90s`, `1h30m`, `500ms`: whole numbers with units `w d h m s ms`, longest unit first.
pub(super) fn duration(text: &str) -> Result<Duration, Complaint> {
    read_duration(text).ok_or_else(|| {
        let shown = quoted(text);
        Complaint::new(
            [format!("`{shown}` is no duration"), format!("`{shown}` は時間の長さとして読めません")],
            [
                "write whole numbers with units w, d, h, m, s or ms, such as \"5m\", \"90s\" or \"1h30m\"",
                "\"5m\"、\"90s\"、\"1h30m\" のように、整数と単位 (w, d, h, m, s, ms) で書いてください",
            ],
        )
    })
}

fn read_duration(text: &str) -> Option<Duration> {
    let (mut rest, mut total, mut units) = (text, 0_u64, &UNITS[..]);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let letters = tail.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(letters)?;
        let at = units.iter().position(|(name, _)| *name == unit)?;
        let (_, millis) = units.get(at)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*millis)?)?;
        units = units.get(at + 1..)?;
        rest = tail;
    }
    Some(Duration::from_millis(total))
}

/// A duration between two limits.
pub(super) fn duration_within(text: &str, least: Duration, most: Duration) -> Result<Duration, Complaint> {
    let found = duration(text)?;
    if (least..=most).contains(&found) {
        return Ok(found);
    }
    let (shown, least, most) = (quoted(text), duration_text(least), duration_text(most));
    Err(Complaint::new(
        [format!("{shown} is outside {least} to {most}"), format!("{shown} は {least}〜{most} の範囲にありません")],
        [format!("write from \"{least}\" to \"{most}\""), format!("\"{least}\" から \"{most}\" までで書いてください")],
    ))
}

/// A duration as hinomi writes it: `1h30m`, `500ms`, `0s`. Parts below a millisecond are cut off.
#[must_use]
pub fn duration_text(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    // Weeks are read, but days are what people expect to see.
    for (unit, millis) in UNITS.into_iter().skip(1) {
        if rest >= millis {
            text.push_str(&format!("{}{unit}", rest / millis));
            rest %= millis;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// A size such as `10MB` or `512KiB`, in bytes.
pub(super) fn size(text: &str) -> Result<u64, Complaint> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = SIZES.iter().find(|(name, _)| *name == unit.trim_start()).map(|(_, bytes)| *bytes);
    let bytes = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    bytes.ok_or_else(|| {
        let shown = quoted(text);
        Complaint::new(
            [format!("`{shown}` is no size"), format!("`{shown}` は大きさとして読めません")],
            [
                "write a whole number and a unit (B, kB, MB, GB, KiB, MiB, GiB), such as \"10MB\"",
                "\"10MB\" のように、整数と単位 (B, kB, MB, GB, KiB, MiB, GiB) で書いてください",
            ],
        )
    })
}

/// A size between two limits, in bytes.
pub(super) fn size_within(text: &str, least: u64, most: u64) -> Result<u64, Complaint> {
    let found = size(text)?;
    if (least..=most).contains(&found) {
        return Ok(found);
    }
    let (shown, least, most) = (quoted(text), size_text(least), size_text(most));
    Err(Complaint::new(
        [format!("{shown} is outside {least} to {most}"), format!("{shown} は {least}〜{most} の範囲にありません")],
        [format!("write from \"{least}\" to \"{most}\""), format!("\"{least}\" から \"{most}\" までで書いてください")],
    ))
}

fn size_text(bytes: u64) -> String {
    let fits = |(_, unit): &&(&str, u64)| bytes >= *unit && bytes.is_multiple_of(*unit);
    let largest = SIZES.iter().filter(fits).max_by_key(|(_, unit)| *unit);
    largest.map_or_else(|| format!("{bytes}B"), |(name, unit)| format!("{}{name}", bytes / unit))
}

/// A time of day, `09:00`.
pub(super) fn time_of_day(text: &str) -> Result<jiff::civil::Time, Complaint> {
    let parts = text.split_once(':').filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2);
    let number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i8>().ok()).flatten();
    let read = parts.and_then(|(hour, minute)| jiff::civil::Time::new(number(hour)?, number(minute)?, 0, 0).ok());
    read.ok_or_else(|| {
        let shown = quoted(text);
        Complaint::new(
            [format!("`{shown}` is no time of day"), format!("`{shown}` は時刻として読めません")],
            [
                "write hours and minutes of Japan time, such as \"09:00\"",
                "\"09:00\" のように日本時間の時と分で書いてください",
            ],
        )
    })
}

/// A range of addresses, `192.0.2.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// The first address.
    pub address: IpAddr,
    /// How many leading bits all addresses of the range share.
    pub prefix: u8,
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// A range of addresses in CIDR form; a single address is a range of one.
pub(super) fn address_range(text: &str) -> Result<AddressRange, Complaint> {
    let shown = quoted(text);
    let read = || {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u8>().ok()).flatten();
        let prefix = prefix.map_or(Some(bits), digits).filter(|prefix| *prefix <= bits)?;
        Some(AddressRange { address, prefix })
    };
    let range = read().ok_or_else(|| {
        Complaint::new(
            [format!("`{shown}` is no range of addresses"), format!("`{shown}` はアドレスの範囲として読めません")],
            [
                "write an address and a prefix, such as \"127.0.0.0/8\"",
                "\"127.0.0.0/8\" のようにアドレスと長さで書いてください",
            ],
        )
    })?;
    let first = AddressRange { address: first_address(range), ..range };
    if first == range {
        return Ok(range);
    }
    Err(Complaint::new(
        [
            format!("`{shown}` does not begin at the first address of its range"),
            format!("`{shown}` は範囲の先頭のアドレスではありません"),
        ],
        [format!("write \"{first}\""), format!("\"{first}\" と書いてください")],
    ))
}

fn first_address(range: AddressRange) -> IpAddr {
    match range.address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(range.prefix)).unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(range.prefix)).unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_alike() {
        for (text, millis) in
            [("5m", 300_000), ("90s", 90_000), ("1h30m", 5_400_000), ("500ms", 500), ("1w1ms", 604_800_001)]
        {
            assert_eq!(duration(text).map(|d| d.as_millis()), Ok(millis), "{text}");
            let again = duration_text(duration(text).expect("read"));
            assert_eq!(duration(&again).map(|d| d.as_millis()), Ok(millis), "{text} → {again}");
        }
        assert_eq!(duration_text(Duration::from_secs(5400)), "1h30m");
        assert_eq!(duration_text(Duration::ZERO), "0s");
        for bad in [
            "",
            "5",
            "m",
            "5 m",
            "-5m",
            "1.5h",
            "30m1h",
            "5m5m",
            "5M",
            "５分",
            "99999999999999999999h",
            "9999999999999999w",
        ] {
            assert!(duration(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn sizes_are_decimal_unless_they_say_otherwise() {
        for (text, bytes) in [("10MB", 10_000_000), ("512KiB", 524_288), ("1 GB", 1_000_000_000), ("7B", 7)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for bad in ["", "10", "MB", "-1MB", "10mb", "1.5MB", "99999999999999GB"] {
            assert!(size(bad).is_err(), "{bad:?} was taken");
        }
        assert_eq!(size_text(1 << 20), "1MiB");
    }

    #[test]
    fn ranges_begin_at_their_first_address() {
        for good in ["127.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "::/0", "fd00::/8", "::1"] {
            assert!(address_range(good).is_ok(), "{good} was refused");
        }
        for bad in ["127.0.0.1/8", "127.0.0.0/33", "127.1/8", "fd00::1/8", "localhost", "10.0.0.0/", "10.0.0.0/+8", ""]
        {
            assert!(address_range(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn times_of_day_have_two_digits_each() {
        assert_eq!(time_of_day("09:05"), Ok(jiff::civil::time(9, 5, 0, 0)));
        for bad in ["9:00", "24:00", "09:60", "0900", "-9:00", "+9:00"] {
            assert!(time_of_day(bad).is_err(), "{bad:?} was taken");
        }
    }
}
