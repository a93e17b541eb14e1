//! The example `accuracy` counts what hinomi says of histories and of attacks written into them.

use crate::support::pages;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The example. A whole `cargo test` builds it beside the tests, one of these tests alone does not.
fn example() -> &'static Path {
    static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(|| {
        let own = std::env::current_exe().expect("a test's path");
        let example = own.parent().and_then(Path::parent).expect("a target folder").join("examples/accuracy");
        if !example.is_file() {
            let mut cargo = Command::new(env!("CARGO"));
            let built = cargo.args(["build", "--quiet", "--locked", "--offline", "--example", "accuracy"]).status();
            assert!(built.expect("cargo").success(), "the example builds");
        }
        example
    });
    &EXAMPLE
}

fn run(arguments: &[&str]) -> Output {
    Command::new(example()).args(arguments).output().expect("the example")
}

#[test]
fn a_quiet_history_is_counted_and_attacks_in_it_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("histories/city");
    std::fs::create_dir_all(&page).expect("a folder");
    for (number, text) in [pages::ordinary(), pages::updated(), pages::ordinary()].iter().enumerate() {
        std::fs::write(page.join(format!("{:04}.html", number + 1)), text).expect("a version");
    }
    let out = folder.path().join("accuracy.md");
    let (histories, report) = (folder.path().join("histories"), out.display().to_string());
    let ran = run(&["--seed", "7", "--out", &report, "--misses", &histories.display().to_string()]);
    assert!(ran.status.success(), "{ran:?}");
    let text = std::fs::read_to_string(&out).expect("a report");
    for row in ["| pages | 1 |", "| versions | 3 |", "| later versions | 2 |", "| alarms | 0 |", "| reviews | 0 |"] {
        assert!(text.contains(row), "{row} in:\n{text}");
    }
    for class in ["page replaced", "hidden-frame", "family gumblar", "off-site-refresh"] {
        let row = text.lines().find(|line| line.starts_with(&format!("| {class} |"))).unwrap_or_default();
        assert!(row.contains("| 100.00 % | 0 | 0 | 0 |"), "{class}: '{row}' in:\n{text}");
    }
    let missed = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(!missed.lines().any(|line| line.starts_with("routine\t")), "{missed}");
}

#[test]
fn a_missing_folder_is_said_and_no_failure() {
    let ran = run(&["/nowhere/histories"]);
    assert!(ran.status.success() && String::from_utf8_lossy(&ran.stdout).starts_with("skipped: "), "{ran:?}");
    assert_eq!(run(&["--colour"]).status.code(), Some(2));
}
