//! Rule `title-and-identity`: names, languages and addresses that turned.

use crate::harness::{Outcome, approved_with, check, compared, outcome, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "title-and-identity";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn addresses_of_strangers_and_spam_are_high() {
    for name in ["tampered-canonical", "tampered-og", "tampered-slot", "tampered-lang"] {
        assert_eq!(worst(&compared(RULE, name), RULE), Some((High, Firm)), "{name}");
    }
    for name in ["review-title", "review-icon", "review-untitled"] {
        assert_eq!(worst(&compared(RULE, name), RULE), Some((Medium, Firm)), "{name}");
    }
}

#[test]
fn old_and_new_are_shown() {
    let found = compared(RULE, "tampered-slot");
    let told = found.iter().find(|f| f.rule == RULE).expect("a finding");
    assert_eq!(told.evidence, "例示市 公式ホームページ → 例示市 | Slot Gacor Maxwin");
    assert_eq!(worst(&scanned(RULE, "tampered-slot"), RULE), None);
}

#[test]
fn an_ending_in_common_relates_nobody() {
    let old = "<link rel=\"icon\" href=\"https://www.city.shibukawa.tokyo.jp/a.ico\">";
    let found = |host: &str| {
        approved_with(RULE, old, "</head>", &format!("<meta property=\"og:url\" content=\"https://{host}/\">"))
    };
    assert_eq!(outcome(&found("casino-slot.tokyo")), Outcome::Alarm);
    assert_eq!(outcome(&found("shibukawa-kanko.invalid")), Outcome::Review);
}
