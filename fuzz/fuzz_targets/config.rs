//! Any text gives settings and a registry, or mistakes that can be shown to a person.
#![no_main]

use hinomi::config::{Surroundings, parse_settings, parse_targets};
use hinomi::model::Language;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|text: &str| {
    if let Err(mistakes) = parse_targets(text, "targets.toml", &hinomi::parse::check_mask) {
        assert!(!mistakes.render(Language::Japanese, false).is_empty());
    }
    let (env, file) = (|_: &str| None, |_: &Path| Err("none".to_owned()));
    let around = Surroundings { folder: Path::new(""), env: &env, file: &file };
    if let Err(mistakes) = parse_settings(text, "hinomi.toml", &around) {
        assert!(!mistakes.render(Language::English, true).is_empty());
    }
});
