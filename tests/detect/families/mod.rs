//! Families of injected scripts, each written anew from a seed in names, numbers, quotes, pieces, order and wrappers: what
//! holds for these cannot hang on a literal. Hosts are reserved for examples, and ends are inert.

mod seed;
mod symbols;
mod tables;
mod words;

use crate::harness::{Outcome, inserted, outcome, scan_alone};
use hinomi::model::Verdict;
use hinomi::monitor::Form;
use hinomi::script;
use seed::Seed;
use tables::Coding;

/// Variants of each family.
const VARIANTS: u64 = 12;

/// What a script names in the end.
fn reached(script: &str) -> String {
    format!("{:#?}", script::report(script))
}

#[test]
fn a_table_of_strings_is_followed_to_the_end() {
    for (coding, name) in [(Coding::Plain, "plain"), (Coding::Base64, "base64"), (Coding::Rc4, "rc4")] {
        for number in 0..VARIANTS {
            let code = tables::script(&mut Seed::new(number), coding);
            let report = script::report(&code);
            let there =
                report.actions.iter().any(|a| a.target.contains("bad.example/") || a.target.contains("//192.0.2."));
            assert!(there, "{name} {number}: {code}\n{}", reached(&code));
        }
    }
}

#[test]
fn code_without_letters_is_followed_to_the_end() {
    for number in 0..VARIANTS {
        let code = symbols::script(&mut Seed::new(number));
        let report = script::report(&code);
        let there = report.urls.iter().any(|a| a.contains("bad.example/") || a.contains("//192.0.2."));
        assert!(there, "{number} ({} bytes): {:#?}", code.len(), report.layers);
    }
}

/// A page around markup.
fn page(markup: &str) -> String {
    format!(
        "<!doctype html><html lang=ja><title>例示市</title><body><main><p>お知らせ</p></main>{markup}</body></html>"
    )
}

#[test]
fn words_of_a_hidden_element_are_decoded() {
    for number in 0..VARIANTS * 3 {
        let markup = words::markup(&mut Seed::new(number));
        let (findings, verdict) = scan_alone(&page(&markup), Form::Page);
        let there = findings
            .iter()
            .any(|f| f.decoded.as_ref().is_some_and(|d| d.contains("bad.example/") || d.contains("//192.0.2.")));
        assert!(there && verdict == Verdict::Alarm, "{number}: {verdict:?} {markup}\n{findings:#?}");
        assert_eq!(outcome(&inserted("hidden-frame", "</main>", &markup)), Outcome::Alarm, "{number}: {markup}");
    }
}
