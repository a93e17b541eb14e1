//! Any bytes give a page: non-empty, with sound subtree sizes and active items that point into it.
#![no_main]

use hinomi::model::NodeId;
use hinomi::parse::{Options, page};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let page = page(bytes, &Options::default());
    assert_eq!(page.nodes[0].size as usize, page.nodes.len());
    for id in page.ids().filter(|id| *id != NodeId::ROOT) {
        let parent = page.node(id).parent;
        let end = parent.0 + page.node(parent).size;
        assert!(parent < id && id.0 + page.node(id).size <= end);
    }
    assert!(page.active.iter().all(|item| item.node.index() < page.nodes.len()));
});
