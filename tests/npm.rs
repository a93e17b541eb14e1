//! The published benign side: no script of popular packages alarms. `.ci/npm` brings them; without them this says so.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "it looks for files and runs the program")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages that `.ci/npm` brings, at least.
const PACKAGES: usize = 40;

/// The folder that `.ci/npm` fills; none where it has not run.
fn packages() -> Option<PathBuf> {
    let folder = std::env::var_os("HINOMI_NPM").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/npm/node_modules"),
        |folder| PathBuf::from(folder).join("node_modules"),
    );
    folder.is_dir().then_some(folder)
}

#[test]
fn no_script_of_popular_packages_alarms() {
    let Some(folder) = packages() else {
        assert!(std::env::var_os("CI").is_none(), "target/npm is missing: run .ci/npm");
        println!("skipped: no packages in target/npm; `.ci/npm` brings them");
        return;
    };
    let named = std::fs::read_dir(&folder).expect("the folder").count();
    assert!(named >= PACKAGES, "{named} packages only: run .ci/npm again");
    let empty = tempfile::tempdir().expect("a folder");
    let mut scan = Command::new(assert_cmd::cargo::cargo_bin!("hinomi"));
    let output = scan.current_dir(empty.path()).args(["scan", "--json"]).arg(&folder).output().expect("hinomi");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let scripts: Vec<&Value> = lines.iter().filter(|line| line["kind"] == "script").collect();
    assert!(scripts.len() > 500, "{} scripts only", scripts.len());
    let alarms: Vec<_> = lines.iter().filter(|line| line["verdict"] == "alarm").map(|line| &line["input"]).collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}
