//! Any bytes under any declared content type are read, and read the same twice.
#![no_main]

use hinomi::parse::{Options, page};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (String, &[u8])| {
    let (declared, bytes) = input;
    let options = Options { content_type: Some(&declared), ..Options::default() };
    let (once, twice) = (page(bytes, &options), page(bytes, &options));
    assert_eq!(once.charset, twice.charset);
    assert!(!once.charset.used.is_empty());
});
