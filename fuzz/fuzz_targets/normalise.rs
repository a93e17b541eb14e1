//! The order of attributes and of classes never shows in a digest, whatever the values are.
#![no_main]

use hinomi::parse::{Options, page};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|values: (String, String, String)| {
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;");
    let (a, b, c) = (quoted(&values.0), quoted(&values.1), quoted(&values.2));
    let one = format!("<body><a class=\"x y\" href=\"{a}\" title=\"{b}\" data-c=\"{c}\">t</a>");
    let two = format!("<body><a data-c=\"{c}\" title=\"{b}\"  href=\"{a}\" class=\"y  x\">t</a>");
    let options = Options { content_type: Some("text/html; charset=utf-8"), ..Options::default() };
    let digest = |text: &str| page(text.as_bytes(), &options).digest();
    assert_eq!(digest(&one), digest(&two));
});
