//! Which conditions hold on a desktop: a wide screen, a mouse, light colours, scripts.

/// The screen that is reckoned with, in pixels.
const WIDTH: f32 = 1280.0;
const HEIGHT: f32 = 720.0;

/// Whether the rules inside an at-rule hold.
pub(super) fn rule_holds(prelude: &str) -> bool {
    let prelude = prelude.to_ascii_lowercase();
    let name = prelude.split(|c: char| c.is_ascii_whitespace() || c == '(').next().unwrap_or_default();
    let condition = prelude.get(name.len()..).unwrap_or_default();
    match name {
        "@media" => holds(condition),
        "@layer" | "@scope" => true,
        "@supports" => !condition.trim_start().starts_with("not"),
        _ => false,
    }
}

/// Whether one of a list of media queries holds.
pub(super) fn holds(queries: &str) -> bool {
    let queries = queries.to_ascii_lowercase();
    queries.trim().is_empty()
        || queries.split(',').any(|query| {
            let query = query.trim();
            match query.strip_prefix("not ") {
                Some(rest) => !one_holds(rest),
                None => one_holds(query.strip_prefix("only ").unwrap_or(query)),
            }
        })
}

fn one_holds(query: &str) -> bool {
    query.split(" and ").all(|part| {
        let part = part.trim();
        match part.strip_prefix('(') {
            None => matches!(part, "all" | "screen" | ""),
            Some(feature) => feature_holds(feature.trim_end_matches(')')),
        }
    })
}

/// Whether a feature holds; one that is not known does.
fn feature_holds(feature: &str) -> bool {
    const OTHERS: [&str; 14] = [
        "print",
        "portrait",
        "dark",
        "reduce",
        "none",
        "coarse",
        "monochrome",
        "standalone",
        "fullscreen",
        "active",
        "inverted",
        "interlace",
        "slow",
        "more",
    ];
    let Some((name, value)) = feature.split_once(':') else { return range_holds(feature) };
    let (name, value) = (name.trim(), value.trim());
    let size = length(value);
    match (name, size) {
        ("min-width" | "min-device-width", Some(size)) => size <= WIDTH,
        ("max-width" | "max-device-width", Some(size)) => size >= WIDTH,
        ("min-height" | "min-device-height", Some(size)) => size <= HEIGHT,
        ("max-height" | "max-device-height", Some(size)) => size >= HEIGHT,
        ("width" | "device-width" | "height" | "device-height", _) => false,
        (_, Some(size)) if name.ends_with("pixel-ratio") => !name.contains("min-") || size <= 1.0,
        _ => !OTHERS.contains(&value),
    }
}

/// Whether a range such as `width >= 1px` or `1px < width` holds; one that is not known does.
fn range_holds(feature: &str) -> bool {
    let wide = if feature.contains("width") { WIDTH } else { HEIGHT };
    if !(feature.contains("width") || feature.contains("height")) {
        return !feature.contains("monochrome");
    }
    let parts: Vec<&str> = feature.split(['<', '>', '=']).filter(|part| !part.trim().is_empty()).collect();
    let less = feature.contains('<');
    let number_first = parts.first().and_then(|part| length(part)).is_some();
    parts.iter().filter_map(|part| length(part)).enumerate().all(|(at, size)| {
        // In `a < width < b` the first number is the lower bound and the second the upper one.
        let lower = if number_first && at == 0 { less } else { !less };
        if lower { size <= wide } else { size >= wide }
    })
}

/// A length in pixels.
fn length(value: &str) -> Option<f32> {
    let value = value.trim();
    let end = value.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let number: f32 = value.get(..end)?.parse().ok()?;
    let unit = value.get(end..).unwrap_or_default();
    Some(if unit.starts_with("em") || unit.starts_with("rem") { number * 16.0 } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn desktops_are_reckoned_with() {
        for query in [
            "",
            "screen",
            "all",
            "only screen and (min-width: 768px)",
            "(min-width:1px)",
            "print, screen",
            "(width>=1px)",
            "not print",
            "(max-width:9999px)",
            "(orientation:landscape)",
            "(hover:hover)",
            "(min-width:48em)",
            "(1px<=width<=5000px)",
        ] {
            assert!(holds(query), "{query}");
        }
        for query in [
            "print",
            "(max-width:767px)",
            "screen and (max-width: 640px)",
            "not screen",
            "(prefers-color-scheme:dark)",
            "(orientation: portrait)",
            "(hover:none)",
            "(width<600px)",
            "speech",
            "(prefers-reduced-motion: reduce)",
            "(min-width: 2000px)",
        ] {
            assert!(!holds(query), "{query}");
        }
        assert!(rule_holds("@supports (display:grid)") && !rule_holds("@keyframes x") && !rule_holds("@font-face"));
    }
}
