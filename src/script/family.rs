//! What make of encoding a script is, where that is known by the way it is built.

use crate::model::{ScriptReport, ScriptSign};

/// The family, by the signs that only its tool leaves behind.
pub(super) fn of(script: &str, report: &ScriptReport) -> Option<&'static str> {
    let has = |sign: ScriptSign| report.signs.iter().any(|(known, _)| *known == sign);
    let by = |how: &str| report.layers.iter().any(|layer| layer.how == how);
    if has(ScriptSign::DelimiterHex) {
        Some("Gumblar")
    } else if has(ScriptSign::NoiseReplace) && report.urls.iter().any(|url| url.contains(":8080")) {
        Some("8080")
    } else if has(ScriptSign::SymbolRun) || by("symbols") {
        Some("JSFuck")
    } else if has(ScriptSign::Packed) {
        Some("Dean Edwards' packer")
    } else if has(ScriptSign::HiddenNames) && script.contains("_0x") {
        Some("obfuscator.io")
    } else {
        None
    }
}
