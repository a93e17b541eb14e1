//! Rule `missing-integrity`: advice about pinned files of other sites.

use crate::harness::{Outcome, check, compared, outcome, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "missing-integrity";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn it_is_advice_and_makes_no_verdict() {
    let found = compared(RULE, "review-pinned");
    assert_eq!(worst(&found, RULE), Some((Low, Certain)));
    let alone: Vec<_> = found.into_iter().filter(|finding| finding.rule == RULE).collect();
    assert_eq!(outcome(&alone), Outcome::Quiet);
}

#[test]
fn a_digest_or_a_loader_needs_none() {
    for name in ["harmless-digest", "harmless-loader", "baseline"] {
        assert_eq!(worst(&compared(RULE, name), RULE), None, "{name}");
    }
}
