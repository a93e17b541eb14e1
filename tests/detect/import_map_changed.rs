//! Rule `import-map-changed`: what is new waits, what is strange alarms.

use crate::harness::{check, compared, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "import-map-changed";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_stranger_is_worse_than_another_file() {
    assert_eq!(worst(&compared(RULE, "review-file"), RULE), Some((Medium, Firm)));
    assert_eq!(worst(&compared(RULE, "tampered-host"), RULE), Some((High, Firm)));
    assert_eq!(worst(&compared(RULE, "tampered-data"), RULE), Some((High, Firm)));
    assert_eq!(worst(&scanned(RULE, "baseline"), RULE), None);
}
