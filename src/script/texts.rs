//! What stands in a page for its scripts to read: the texts of elements with an id, where encoded code may hide.

use crate::model::Page;
use std::collections::HashMap;

/// Fewest bytes of a text that could hold code.
const LEAST: usize = 64;
/// Most nodes in an element of which the text is taken; a hidden text is no more than that.
const MOST_NODES: u32 = 64;
/// Most bytes of one text, and of all together.
const MOST_OF_ONE: usize = 64 << 10;
const MOST: usize = 256 << 10;

/// Texts by the id of their element.
#[derive(Debug, Default)]
pub(super) struct Texts(HashMap<String, String>);

impl Texts {
    /// Those of a page; the first element of an id counts, as in browsers.
    pub(super) fn of(page: &Page) -> Self {
        let (mut texts, mut left) = (HashMap::new(), MOST);
        for (node, element) in page.elements() {
            let fits = |id: &&str| id.len() <= 64 && page.node(node).size <= MOST_NODES && !texts.contains_key(*id);
            let Some(id) = element.attribute("id").filter(fits) else { continue };
            let text = page.text(node, MOST_OF_ONE.min(left));
            if text.len() >= LEAST {
                left -= text.len();
                texts.insert(id.to_owned(), text);
            }
        }
        Self(texts)
    }

    /// The text of the element with this id.
    pub(super) fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}
