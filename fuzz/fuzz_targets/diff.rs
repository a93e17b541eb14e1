//! Two pages: nothing differs from itself, and the edit script turns the old page into the new one.
#![no_main]

use hinomi::diff::{apply, compare, script};
use hinomi::model::{Signed, Version};
use hinomi::parse::{Options, page};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (old, new) = (page(input.0, &Options::default()), page(input.1, &Options::default()));
    let signed = Signed::nothing();
    let version =
        |page| Version { page, head: None, scripts: &[], url: None, resources: &[], signed, approved_at: None };
    assert!(compare(version(&old), version(&old)).is_empty());
    let _ = compare(version(&old), version(&new));
    let Ok(nodes) = apply(&old, &script(&old, &new)) else { panic!("the edit script does not apply") };
    assert!(nodes.iter().map(|node| &node.kind).eq(new.nodes.iter().map(|node| &node.kind)));
});
