//! Reports on scripts that were read before, by the digest of the script: most scripts stand on a page for months, and many on
//! every page of a site.
//!
//! A report that is taken from here is the one that reading the script again would give: what it cost is charged all the
//! same, and what depended on the page around it, or on what other scripts left of the budget, is never kept.

use crate::model::{Digest, ScriptReport};
use moka::sync::Cache;
use std::sync::{Arc, LazyLock};

/// Most bytes of reports that are remembered.
const MAX_BYTES: u64 = 16 << 20;
/// Shortest script of which the report is remembered, in bytes; shorter ones are read as fast.
const SHORTEST: usize = 256;
/// What a report takes beside its texts, in bytes.
const PLAIN: usize = 512;

/// A report, and what it cost.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    pub(super) report: ScriptReport,
    /// Steps that following it took; none where it was not followed.
    pub(super) steps: Option<u32>,
    /// Ids of elements that it asked the page for, and that no page had on which it was read.
    pub(super) asked: Vec<String>,
}

static REPORTS: LazyLock<Cache<Digest, Arc<Remembered>>> =
    LazyLock::new(|| Cache::builder().max_capacity(MAX_BYTES).weigher(|_, one: &Arc<Remembered>| weight(one)).build());

/// The report on a script of this digest and length, when it was read before.
pub(super) fn recall(digest: Digest, length: usize) -> Option<Arc<Remembered>> {
    // Fuzzing holds that reading again gives the same.
    (length >= SHORTEST && !cfg!(fuzzing)).then(|| REPORTS.get(&digest))?
}

/// Remembers the report on a script of this length.
pub(super) fn keep(length: usize, remembered: Remembered) {
    if length >= SHORTEST {
        REPORTS.insert(remembered.report.digest, Arc::new(remembered));
    }
}

fn weight(one: &Remembered) -> u32 {
    let ScriptReport { signs, layers, urls, redirects, actions, markup, elements, .. } = &one.report;
    let texts = signs.iter().map(|(_, piece)| piece.len()).chain(layers.iter().map(|layer| layer.text.len()));
    let texts = texts.chain([urls, redirects, markup, &one.asked].into_iter().flatten().map(String::len));
    let texts = texts.chain(actions.iter().map(|action| action.target.len() + 64));
    let texts = texts.chain(elements.iter().map(|made| made.markup.len() + 64));
    let attributes = elements.iter().flat_map(|made| &made.attributes);
    let texts = texts.chain(attributes.map(|(name, value)| name.len() + value.len() + 24));
    let leaves = one.report.state.iter().flat_map(|state| &state.leaves).map(String::len);
    let all = texts.chain(leaves).map(|length| length + 24).sum::<usize>();
    u32::try_from(PLAIN + all).unwrap_or(u32::MAX)
}
