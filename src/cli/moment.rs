//! Reads moments as people type them.

use crate::app::Fault;
use crate::model::{JAPAN, words};
use jiff::Timestamp;
use jiff::civil::DateTime;

/// A moment: RFC 3339, or as tables show it, in Japan time.
pub(super) fn moment(text: &str) -> Result<Timestamp, Fault> {
    let japan = || text.trim_end_matches("JST").trim().parse::<DateTime>().ok()?.to_zoned(JAPAN).ok();
    text.parse().ok().or_else(|| japan().map(|zoned| zoned.timestamp())).ok_or_else(|| {
        Fault::new(words!(
            "'{text}' is no moment; write 2026-04-01T09:00+09:00, or 2026-04-01 09:00 for Japan time",
            "「{text}」は日時ではありません。2026-04-01 09:00（日本時間）、または 2026-04-01T09:00+09:00 のように書いてください"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_shown() {
        let at = |text: &str| moment(text).ok().map(|at| at.to_string());
        let nine = Some("2026-04-01T00:00:00Z".to_owned());
        for text in ["2026-04-01T09:00+09:00", "2026-04-01 09:00", "2026-04-01 09:00:00 JST", "2026-04-01T00:00:00Z"] {
            assert_eq!(at(text), nine, "{text}");
        }
        assert_eq!(at("2026-04-01"), Some("2026-03-31T15:00:00Z".to_owned()));
        assert_eq!((at("yesterday"), at("JST"), at("")), (None, None, None));
    }
}
