//! `docs/rules.md` is made from the rules' doc comments and words; `UPDATE_DOCS=1` rewrites it.

use crate::completeness::root;
use hinomi::detect;
use hinomi::model::Rule;
use std::fmt::Write as _;
use std::fs;

/// The sections of a rule's doc comment, in their order.
const SECTIONS: [&str; 5] = ["What it finds", "Why it matters", "Example", "Known false alarms", "References"];

/// The doc comment of a rule's type, without its slashes.
fn comment(rule: &Rule) -> String {
    let name = rule.id.replace('-', "_");
    let file = root().join("src/detect").join(format!("{name}.rs"));
    let file = if file.is_file() { file } else { root().join("src/detect").join(&name).join("mod.rs") };
    let source = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let from = source.find("/// # What it finds").unwrap_or_else(|| panic!("{name}: no section 'What it finds'"));
    let lines = source[from..].lines().take_while(|line| line.starts_with("///"));
    let lines = lines.map(|line| line.trim_start_matches("///").strip_prefix(' ').unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The titles of the sections of a doc comment; lines of examples do not count.
fn sections(comment: &str) -> Vec<&str> {
    let mut inside = false;
    let lines = comment.lines().filter(|line| {
        inside ^= line.starts_with("```");
        !inside
    });
    lines.filter_map(|line| line.strip_prefix("# ")).collect()
}

fn page() -> String {
    let mut page = String::from(
        "# Rules\n\nWhat hinomi looks for. This page is made from the rules' own documentation (`UPDATE_DOCS=1 cargo test \
         --test detect`).\n\n| Rule | | |\n| --- | --- | --- |\n",
    );
    for rule in detect::rules() {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} |", rule.id, rule.title.en, rule.title.ja);
    }
    for rule in detect::rules() {
        let _ = write!(page, "\n## {}\n\n**{} · {}**\n\n", rule.id, rule.title.en, rule.title.ja);
        let _ = write!(page, "{}\n{}\n\n", rule.why.en, rule.why.ja);
        let _ = write!(page, "First step: {}\n最初の対応:{}\n", rule.first_step.en, rule.first_step.ja);
        if rule.id != "detector-failed" {
            let comment = comment(rule).replace("\n# ", "\n### ");
            let _ = write!(page, "\n##{comment}\n");
        }
    }
    page
}

#[test]
fn every_rule_is_documented_in_the_fixed_sections() {
    for rule in detect::rules().filter(|rule| rule.id != "detector-failed") {
        let comment = comment(rule);
        assert_eq!(sections(&comment), SECTIONS, "{}", rule.id);
        let empty = comment.split("# ").skip(1).find(|section| section.lines().filter(|l| !l.is_empty()).count() < 2);
        assert_eq!(empty, None, "{}: an empty section", rule.id);
    }
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    let file = root().join("docs/rules.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(root().join("docs")).expect("docs");
        fs::write(&file, &page).expect("docs/rules.md");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "docs/rules.md is out of date: run `UPDATE_DOCS=1 cargo test --test detect`");
}
