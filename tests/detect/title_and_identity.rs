//! Rule `title-and-identity`: names, languages and addresses that turned.

use crate::harness::{check, compared, scanned, worst};
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
    for name in ["tampered-title", "tampered-icon", "tampered-untitled"] {
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
