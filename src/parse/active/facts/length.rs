//! Numbers and lengths as styles write them.

/// The screen that is reckoned with, in pixels.
pub(super) const SCREEN: f32 = 1280.0;

/// Whether a length is a pixel or less.
pub(in crate::parse::active) fn is_tiny(value: &str) -> bool {
    let value = value.trim();
    !value.ends_with('%') && number(value).is_some_and(|n| (0.0..=1.0).contains(&n)) || number(value) == Some(0.0)
}

/// What stands inside a function such as `calc(…)`.
pub(super) fn inner(value: &str) -> &str {
    value.rsplit('(').next().unwrap_or_default().trim_start()
}

/// The number at the start of a value.
pub(super) fn number(value: &str) -> Option<f32> {
    let value = value.trim();
    let length = value.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+')).count();
    value.get(..length)?.parse().ok()
}

/// All numbers in a value, whatever stands between them.
pub(super) fn numbers(value: &str) -> impl Iterator<Item = f32> + '_ {
    value.split([',', ' ', ')', '/']).filter_map(number)
}

/// A length in pixels, roughly.
pub(super) fn pixels(value: &str) -> Option<f32> {
    let value = inner(value);
    let number = number(value)?;
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    Some(match unit.get(..2).unwrap_or(unit) {
        "vw" | "vh" | "vm" | "dv" | "sv" | "lv" => number * SCREEN / 100.0,
        "em" | "re" | "ch" => number * 16.0,
        "in" | "cm" => number * 40.0,
        _ if unit.starts_with('%') => number * 8.0,
        _ => number,
    })
}
