//! Families of injected scripts, each written anew from a seed in names, numbers, quotes, pieces, order and wrappers: what
//! holds for these cannot hang on a literal. Hosts are reserved for examples, and ends are inert.
//!
//! `FAMILY_SEEDS=200 cargo test --test detect families` makes more variants of each; the seeds of those that are missed are
//! printed.

#[path = "catalogue.rs"]
mod catalogue;

use crate::harness::{Outcome, inserted, outcome, scan_alone};
use catalogue::{FAMILIES, Family, Seed, clear, words};
use hinomi::model::Verdict;
use hinomi::monitor::Form;
use hinomi::script;

/// Variants of each family, and of those that take long to follow.
const VARIANTS: u64 = 8;
const FEW: u64 = 3;

fn variants(family: &Family) -> std::ops::Range<u64> {
    let wanted = std::env::var("FAMILY_SEEDS").ok().and_then(|count| count.parse().ok());
    0..wanted.unwrap_or(if family.name.starts_with("table") { FEW } else { VARIANTS })
}

/// A page around markup.
fn page(markup: &str) -> String {
    format!(
        "<!doctype html><html lang=ja><title>例示市</title><body><main><p>お知らせ</p></main>{markup}</body></html>"
    )
}

#[test]
fn every_variant_alarms_alone_and_in_an_approved_page() {
    let mut missed = Vec::new();
    for family in &FAMILIES {
        for number in variants(family) {
            let text = (family.make)(&mut Seed::new(number));
            let (whole, form) = if family.markup { (page(&text), Form::Page) } else { (text.clone(), Form::Script) };
            let verdict = scan_alone(&whole, form).1;
            if verdict != family.alone && (family.alone == Verdict::Alarm || verdict == Verdict::Unseen) {
                missed.push(format!("{} {number} alone: {verdict:?}\n{text}", family.name));
            }
            let snippet = if family.markup { text } else { format!("<script>{text}</script>") };
            let new = outcome(&inserted("hidden-frame", "</main>", &snippet));
            if new != Outcome::Alarm {
                missed.push(format!("{} {number} new: {new:?}", family.name));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

/// Whether an address of the generator stands in a text.
fn is_named(text: &str) -> bool {
    text.contains("bad.example/") || text.contains("//192.0.2.")
}

#[test]
fn decoders_are_followed_to_the_end() {
    for family in FAMILIES.iter().filter(|family| family.name.starts_with("table") || family.name == "symbols") {
        for number in variants(family) {
            let code = (family.make)(&mut Seed::new(number));
            let report = script::report(&code);
            assert!(report.urls.iter().any(|url| is_named(url)), "{} {number}: {report:#?}\n{code}", family.name);
            let hidden = family.name == "table" || !is_named(&code);
            assert!(hidden && report.cut.is_none(), "{} {number}: {:?}", family.name, report.cut);
        }
    }
}

#[test]
fn words_of_a_hidden_element_are_decoded() {
    for number in 0..VARIANTS * 2 {
        let markup = words::markup(&mut Seed::new(number));
        let findings = scan_alone(&page(&markup), Form::Page).0;
        let told = findings.iter().any(|finding| finding.decoded.as_deref().is_some_and(is_named));
        assert!(told, "{number}: {markup}\n{findings:#?}");
    }
}

#[test]
fn links_that_a_script_hides_are_told_when_they_are_new() {
    for number in 0..VARIANTS {
        let markup = clear::hidden_links(&mut Seed::new(number));
        let found = outcome(&inserted("hidden-frame", "</main>", &markup));
        assert_eq!(found, Outcome::Alarm, "{number}: {markup}");
    }
}
