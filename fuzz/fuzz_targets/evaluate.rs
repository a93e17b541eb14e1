//! Any text that is followed as a script ends within its budgets, with the same record twice.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // A short script that runs text is always followed.
    let script = format!("eval('');{}", text.get(..text.floor_char_boundary(4_000)).unwrap_or(text));
    let report = hinomi::script::report(&script);
    assert!(report.actions.len() <= 128 && report.markup.iter().map(String::len).sum::<usize>() <= 1 << 20);
    assert_eq!(report, hinomi::script::report(&script));
});
