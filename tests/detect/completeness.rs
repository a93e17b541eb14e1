//! A rule is complete: file, registration, test module, fixtures and documentation.

use crate::harness;
use hinomi::detect;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Files beside the rules in `src/detect/`.
const NOT_RULES: [&str; 4] = ["mod", "tests", "support", "data"];

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The modules in a folder, by name; `a.rs` and `a/` are one.
fn modules(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).expect("folder").map(|entry| entry.expect("entry").file_name());
    let names = entries.map(|name| name.into_string().expect("name"));
    names.map(|name| name.strip_suffix(".rs").unwrap_or(&name).to_owned()).collect()
}

/// The registered rules, as file names. The rule for failed detectors lives in the framework.
fn registered() -> BTreeSet<String> {
    let ids = detect::rules().map(|rule| rule.id).filter(|id| *id != "detector-failed");
    ids.map(|id| id.replace('-', "_")).collect()
}

#[test]
fn every_file_is_registered_and_every_registration_has_its_file() {
    let files: BTreeSet<_> = modules("src/detect").into_iter().filter(|name| !NOT_RULES.contains(&&**name)).collect();
    assert_eq!(files, registered());
}

#[test]
fn every_rule_has_its_tests_and_no_tests_are_left_over() {
    let helpers = ["main", "harness", "remembered", "signatures", "completeness", "documentation", "families"];
    let tests: BTreeSet<_> = modules("tests/detect").into_iter().filter(|name| !helpers.contains(&&**name)).collect();
    assert_eq!(tests, registered());
    let main = fs::read_to_string(root().join("tests/detect/main.rs")).expect("main.rs");
    for name in tests {
        assert!(main.contains(&format!("mod {name};")), "tests/detect/{name}.rs is not run");
    }
}

#[test]
fn every_rule_has_its_fixtures_and_no_fixtures_are_left_over() {
    let fixtures: BTreeSet<_> = modules("fixtures/detect").iter().map(|name| name.replace('-', "_")).collect();
    assert_eq!(fixtures, registered());
    for name in registered() {
        let rule = name.replace('_', "-");
        for prefixes in [&["baseline"][..], &["tampered", "review"], &["harmless"]] {
            let there = prefixes.iter().any(|prefix| !harness::names(&rule, prefix).is_empty());
            assert!(there, "{rule}: no {} fixture", prefixes.join(" or "));
        }
    }
}
