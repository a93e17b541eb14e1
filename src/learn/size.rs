//! How large a page is: least and most of the present span of time and of the one before.

use super::LIFE;
use super::shelf::{Shelf, Sight};
use crate::model::{Detail, Extent, Page, Topic};

/// Most visible text that is measured, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// Takes note of the size.
pub(super) fn learn(shelf: &mut Shelf, page: &Page) {
    let (text, nodes) = (page.visible_text(MAX_TEXT).len() as u64, page.nodes.len() as u64);
    let this = Extent { text: (text, text), nodes: (nodes, nodes) };
    let at = shelf.at();
    let Some(detail) = shelf.touch(Topic::Size, Sight::default()) else { return };
    *detail = match *detail {
        Detail::Size { from, now, before } if at.duration_since(from) < LIFE => {
            Detail::Size { from, now: joined(now, this), before }
        }
        Detail::Size { now, .. } => Detail::Size { from: at, now: this, before: Some(now) },
        _ => Detail::Size { from: at, now: this, before: None },
    };
}

/// Both together.
pub(super) fn joined(a: Extent, b: Extent) -> Extent {
    let join = |a: (u64, u64), b: (u64, u64)| (a.0.min(b.0), a.1.max(b.1));
    Extent { text: join(a.text, b.text), nodes: join(a.nodes, b.nodes) }
}
