//! Rule `wallet-or-chain-call`: calls to chains and wallets, and talk about them.

use crate::harness::{alarms, check, compared, names, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "wallet-or-chain-call";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn each_way_of_writing_alarms_against_a_baseline() {
    for name in ["tampered-call", "tampered-wallet", "tampered-coded"] {
        let found = compared(RULE, name);
        assert!(found.iter().any(|f| f.rule == RULE && alarms(f)), "{name}: {found:#?}");
    }
}

#[test]
fn a_first_snapshot_is_judged_alone() {
    for name in ["tampered-call", "tampered-wallet", "tampered-coded"] {
        let found = scanned(RULE, name);
        assert!(worst(&found, RULE) >= Some((Medium, Tentative)), "{name}: {found:#?}");
    }
    for name in names(RULE, "harmless").into_iter().chain(["baseline".to_owned()]) {
        assert!(worst(&scanned(RULE, &name), RULE) <= Some((Low, Certain)), "{name}");
    }
}
