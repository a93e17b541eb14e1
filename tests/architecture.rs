//! The floors of the house: who may import whom, where outside crates live, how long a file may be.
#![allow(clippy::disallowed_methods, reason = "it reads the sources")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules it may import, as in `docs/ARCHITECTURE.md`.
const FLOORS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model"]),
    ("net", &["model"]),
    ("fetch", &["model", "net"]),
    ("parse", &["model"]),
    ("diff", &["model"]),
    ("script", &["model"]),
    ("detect", &["model"]),
    ("learn", &["model"]),
    ("judge", &["model"]),
    ("store", &["model"]),
    ("notify", &["model", "net"]),
    ("monitor", &["model", "fetch", "parse", "diff", "script", "detect", "learn", "judge", "store", "notify"]),
    ("console", &["model", "store", "notify"]),
    ("demo", &["model"]),
    (
        "app",
        &[
            "model", "config", "net", "fetch", "parse", "diff", "script", "detect", "learn", "judge", "store",
            "notify", "monitor", "console", "demo",
        ],
    ),
    ("cli", &["app", "config", "model"]),
];

/// Outside crates that have one home.
const HOMES: &[(&str, &[&str])] = &[
    ("html5ever", &["src/parse/html.rs", "src/parse/html/"]),
    ("scraper", &["src/parse/"]),
    ("ego_tree", &["src/parse/"]),
    ("encoding_rs", &["src/parse/"]),
    ("chardetng", &["src/parse/"]),
    ("tree_sitter", &["src/script/"]),
    ("similar", &["src/diff/"]),
    ("rusqlite", &["src/store/"]),
    ("zstd", &["src/store/"]),
    ("reqwest", &["src/net/"]),
    ("rustls", &["src/net/", "src/app.rs", "src/app/"]),
    ("hickory_resolver", &["src/net/"]),
    ("x509_parser", &["src/net/"]),
    ("compression_codecs", &["src/fetch/decode.rs"]),
    ("psl", &["src/model/site.rs"]),
    ("sha2", &["src/model/digest.rs", "src/notify/webhook.rs"]),
    ("hmac", &["src/notify/webhook.rs"]),
    ("lettre", &["src/notify/mail.rs", "src/notify/mail/"]),
    ("minijinja", &["src/notify/"]),
    ("axum", &["src/console/", "src/app.rs", "src/app/", "src/demo/"]),
    ("prometheus_client", &["src/app.rs", "src/app/", "src/monitor/"]),
    ("toml", &["src/config/"]),
    ("toml_edit", &["src/config/"]),
    ("annotate_snippets", &["src/config/"]),
    ("csv", &["src/config/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
    ("clap_complete", &["src/cli/"]),
    ("comfy_table", &["src/cli/"]),
    ("indicatif", &["src/cli/"]),
    ("rustix", &["src/app/"]),
    ("anyhow", &["src/main.rs", "src/app.rs", "src/app/", "src/cli/"]),
];

/// Longest file in lines, tests beside the code included.
const MAX_LINES: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("folder").map(|e| e.expect("entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                let name = entry.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&entry).expect("source")));
            }
        }
    }
    found.sort();
    found
}

/// The module of a file under `src`; none for `lib.rs` and `main.rs`.
fn module(name: &str) -> Option<&str> {
    let first = name.strip_prefix("src/")?.split('/').next()?;
    let first = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(first, "lib" | "main")).then_some(first)
}

/// Lines of a source without comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.split("//").next().unwrap_or("")));
    lines.filter(|(_, line)| !line.trim().is_empty())
}

/// The modules of this crate that a line names by `crate::…`, also in a `crate::{a, b}` group of one line.
fn imports(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group.split(',').map(|part| word(part.trim()))),
            None => found.push(word(rest)),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// Whether a line names an outside crate as a path or an import.
fn names(line: &str, krate: &str) -> bool {
    let starts = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.');
    line.match_indices(&format!("{krate}::")).any(|(at, _)| starts(at)) || line.trim() == format!("use {krate};")
}

#[test]
fn modules_import_only_what_their_floor_allows() {
    let mut wrong = Vec::new();
    for (name, text) in sources(&root().join("src")) {
        let Some(own) = module(&name) else { continue };
        let Some((_, allowed)) = FLOORS.iter().find(|(floor, _)| *floor == own) else {
            wrong.push(format!("{name}: module '{own}' is on no floor"));
            continue;
        };
        for (line, code) in code(&text) {
            for import in imports(code).iter().filter(|import| *import != own && !allowed.contains(&import.as_str())) {
                wrong.push(format!("{name}:{line}: '{own}' may not import '{import}'"));
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the floors:\n{}", wrong.join("\n"));
}

#[test]
fn no_floor_imports_one_that_imports_it() {
    for (floor, allowed) in FLOORS {
        for below in *allowed {
            let (_, theirs) = FLOORS.iter().find(|(name, _)| name == below).expect("a floor below that is none");
            assert!(!theirs.contains(floor), "'{floor}' and '{below}' import each other");
        }
    }
}

#[test]
fn outside_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for (name, text) in sources(&root().join("src")) {
        for (krate, homes) in HOMES {
            let at_home = homes.iter().any(|home| name == *home || (home.ends_with('/') && name.starts_with(home)));
            let lines = code(&text).filter(|(_, line)| !at_home && names(line, krate));
            wrong.extend(lines.map(|(line, _)| format!("{name}:{line}: '{krate}' lives in {}", homes.join(", "))));
        }
    }
    assert!(wrong.is_empty(), "crates away from home:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_is_short_and_says_what_it_is_for() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests", "benches"] {
        let folder = root().join(folder);
        for (name, text) in if folder.is_dir() { sources(&folder) } else { Vec::new() } {
            let lines = text.lines().count();
            if lines > MAX_LINES {
                wrong.push(format!("{name}: {lines} lines, {MAX_LINES} at most: make it a folder with the same face"));
            }
            if !text.starts_with("//! ") {
                wrong.push(format!("{name}: opens with no `//!` sentence that says what it is for"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_crate_stands_on_a_floor() {
    let library = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let declared: BTreeSet<_> =
        library.lines().filter_map(|l| l.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let floors: BTreeSet<_> = FLOORS.iter().map(|(name, _)| *name).collect();
    let unknown: Vec<_> = declared.difference(&floors).collect();
    assert!(unknown.is_empty(), "modules without a floor: {unknown:?}");
}
