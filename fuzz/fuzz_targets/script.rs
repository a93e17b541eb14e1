//! Any text gives a report within its budgets, the same one twice.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let report = hinomi::script::report(text);
    assert!(report.layers.iter().map(|layer| layer.text.len()).sum::<usize>() <= 1 << 20);
    assert_eq!(report, hinomi::script::report(text));
});
