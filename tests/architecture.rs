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
    ("signatures", &["model"]),
    ("store", &["model"]),
    ("notify", &["model", "net"]),
    ("monitor", &["model", "fetch", "parse", "diff", "script", "detect", "learn", "judge", "store", "notify"]),
    ("console", &["model", "store", "notify"]),
    ("demo", &["model"]),
    (
        "app",
        &[
            "model",
            "config",
            "net",
            "fetch",
            "parse",
            "diff",
            "script",
            "detect",
            "learn",
            "judge",
            "signatures",
            "store",
            "notify",
            "monitor",
            "console",
            "demo",
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
    ("tree_sitter", &["src/script/syntax/"]),
    ("tree_sitter_javascript", &["src/script/syntax/"]),
    ("moka", &["src/script/memo.rs"]),
    ("similar", &["src/diff/"]),
    ("yara_x", &["src/signatures/yara.rs", "src/signatures/yara/"]),
    ("rusqlite", &["src/store/"]),
    ("zstd", &["src/store/"]),
    ("reqwest", &["src/net/"]),
    ("hyper", &["src/net/"]),
    ("tower_layer", &["src/net/"]),
    ("tower_service", &["src/net/"]),
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
    ("toml", &["src/config/", "src/cli/japanese/"]),
    ("toml_edit", &["src/config/"]),
    ("annotate_snippets", &["src/config/"]),
    ("csv", &["src/config/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
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

/// A word or a sign of a source, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    line: usize,
    text: String,
}

/// The words and signs of a source without comments and literals.
fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = match skipped(rest) {
            0 if word > 0 => word,
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            skipped => skipped,
        };
        let (taken, after) = rest.split_at(length);
        if skipped(rest) == 0 {
            found.push(Token { line, text: taken.to_owned() });
        }
        line += taken.matches('\n').count();
        rest = after;
    }
    found
}

/// Length of the white space, comment or literal at the start of a text; 0 where none stands there.
fn skipped(text: &str) -> usize {
    let until = |from: usize, end: &str| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    let first = text.chars().next().unwrap_or(' ');
    let raw =
        text.trim_start_matches(['b', 'c']).strip_prefix('r').filter(|_| !text.starts_with('r') || text.len() > 1);
    if first.is_whitespace() {
        return first.len_utf8();
    }
    if text.starts_with("//") {
        return until(0, "\n");
    }
    if text.starts_with("/*") {
        return until(2, "*/");
    }
    if let Some(rest) = raw.filter(|rest| rest.trim_start_matches('#').starts_with('"')) {
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        return until(text.len() - rest.len() + hashes + 1, &format!("\"{}", "#".repeat(hashes)));
    }
    match text.trim_start_matches(['b', 'c']) {
        quoted if quoted.starts_with('"') && text.len() - quoted.len() < 2 => {
            text.len() - quoted.len() + quoted_length(quoted)
        }
        quoted if quoted.starts_with("'\\") => text.len() - quoted.len() + quoted_length(quoted),
        quoted if quoted.starts_with('\'') && quoted.chars().nth(2) == Some('\'') => {
            text.len() - quoted.len() + quoted.chars().take(3).map(char::len_utf8).sum::<usize>()
        }
        _ => 0,
    }
}

/// Length of a literal with its quotes, escapes read over.
fn quoted_length(text: &str) -> usize {
    let quote = text.as_bytes()[0];
    let mut at = 1;
    while at < text.len() && text.as_bytes()[at] != quote {
        at += if text.as_bytes()[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// All paths of a source with their lines. Those inside of this crate begin with `crate`: `self` and `super` are
/// resolved, groups are taken apart. `module` is where the source stands.
fn paths(text: &str, module: &[&str]) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(text);
    let is = |at: usize, wanted: &str| tokens.get(at).is_some_and(|token| token.text == wanted);
    let (mut found, mut here) = (Vec::new(), module.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>());
    let (mut depth, mut inline, mut at) = (0_usize, Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let mut raw = Vec::new();
        match token.text.as_str() {
            "mod" if is(at + 2, "{") => {
                here.push(tokens[at + 1].text.clone());
                inline.push(depth);
                at += 1;
            }
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if inline.last() == Some(&depth) {
                    inline.pop();
                    here.pop();
                }
            }
            "use" => at = tree(&tokens, at + 1, &[], &mut raw).max(at + 1) - 1,
            word if is(at + 1, "::") && word.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                at = tree(&tokens, at, &[], &mut raw).max(at + 1) - 1;
            }
            _ => {}
        }
        found.extend(raw.into_iter().map(|(line, path)| (line, resolved(path, &here))));
        at += 1;
    }
    found
}

/// Reads one path, or a group of them, and says where it ends.
fn tree(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<(usize, Vec<String>)>) -> usize {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    at = if tokens[at].text == "," { at + 1 } else { tree(tokens, at, &path, found).max(at + 1) };
                }
                return at + 1;
            }
            word if word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '*') => {
                path.push(word.to_owned());
                at += 1;
                if tokens.get(at).is_none_or(|token| token.text != "::") {
                    found.push((token.line, path));
                    return if tokens.get(at).is_some_and(|token| token.text == "as") { at + 2 } else { at };
                }
            }
            // `Vec::<T>`: the path ends before what is no part of it.
            _ => {
                found.push((token.line, path));
                return at;
            }
        }
    }
    at
}

/// A path from the root of the crate, where it leads into the crate at all.
fn resolved(path: Vec<String>, here: &[String]) -> Vec<String> {
    let mut base = here.to_vec();
    let up = path.iter().take_while(|part| *part == "super" || *part == "self").count();
    match path.first().map(String::as_str) {
        Some("super" | "self") => {
            path[..up].iter().filter(|part| *part == "super").for_each(|_| drop(base.pop()));
            [vec!["crate".to_owned()], base, path[up..].to_vec()].concat()
        }
        _ => path,
    }
}

/// Where a source under `src` stands in the tree of modules.
fn place(name: &str) -> Vec<&str> {
    let inside = name.strip_prefix("src/").unwrap_or(name).trim_end_matches(".rs");
    inside.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).collect()
}

/// The modules of this crate that a source names, with the lines.
fn imports(text: &str, name: &str) -> Vec<(usize, String)> {
    let inside = paths(text, &place(name)).into_iter().filter(|(_, path)| path.first().is_some_and(|p| p == "crate"));
    inside.filter_map(|(line, path)| Some((line, path.get(1).filter(|part| *part != "self")?.clone()))).collect()
}

#[test]
fn imports_are_found_however_they_are_written() {
    let found = |text: &str| {
        imports(text, "src/net/client.rs").into_iter().map(|(line, name)| format!("{line} {name}")).collect::<Vec<_>>()
    };
    assert_eq!(found("use crate::{\n    model::Words,\n    fetch::X,\n};"), ["2 model", "3 fetch"]);
    assert_eq!(
        found("use crate::{model::{self, Case}, store::{a::B, c}};"),
        ["1 model", "1 model", "1 store", "1 store"]
    );
    assert_eq!(found("use super::super::fetch::X;"), ["1 fetch"]);
    assert_eq!(found("use super::{super::{fetch::X, judge}, guard};"), ["1 fetch", "1 judge", "1 net"]);
    assert_eq!(found("fn f() { super::super::store::open(); crate::cli::main() }"), ["1 store", "1 cli"]);
    assert_eq!(found("mod tests {\n use super::super::super::app;\n}\nuse super::super::judge;"), ["2 app", "4 judge"]);
    assert_eq!(found("use self::inner::X; use super::guard;"), ["1 net", "1 net"]);
    assert_eq!(
        found("// crate::cli\n/* crate::cli */ let a = (\"crate::cli\", '\"', r#\"crate::cli\"#, b'x');"),
        [""; 0]
    );
    assert_eq!(found("fn f<'a>(x: &'a str) { '\\''; crate::demo::x() }"), ["1 demo"]);
    assert_eq!(found("use crate::fetch as other;"), ["1 fetch"]);
    let outside = |text: &str| paths(text, &["net"]).into_iter().map(|(_, path)| path[0].clone()).collect::<Vec<_>>();
    assert_eq!(outside("use {\n reqwest::Client,\n hyper as h,\n};"), ["reqwest", "hyper"]);
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
        let strange = |import: &String| import != own && !allowed.contains(&import.as_str());
        for (line, import) in imports(&text, &name).into_iter().filter(|(_, import)| strange(import)) {
            wrong.push(format!("{name}:{line}: '{own}' may not import '{import}'"));
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
        let named = paths(&text, &place(&name));
        for (krate, homes) in HOMES {
            let at_home = homes.iter().any(|home| name == *home || (home.ends_with('/') && name.starts_with(home)));
            let away = named.iter().filter(|(_, path)| !at_home && path.first().is_some_and(|first| first == krate));
            wrong.extend(away.map(|(line, _)| format!("{name}:{line}: '{krate}' lives in {}", homes.join(", "))));
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
