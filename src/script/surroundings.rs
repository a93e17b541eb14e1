//! What a script finds in the page around it: the texts of elements that it can ask for by their ids.

use crate::model::{NodeKind, Page};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Shortest and longest text of an element that is worth asking for, in bytes.
const SHORTEST: usize = 16;
const LONGEST: usize = 256 << 10;

/// The texts of a page's elements by their ids.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    texts: HashMap<String, Rc<str>>,
    /// Ids that the script which is being read has asked for in vain.
    asked: RefCell<Vec<String>>,
    /// It has found one.
    found: Cell<bool>,
}

/// Most ids that are told apart; a script that asks for more depends on its page.
const MAX_ASKED: usize = 32;

impl Surroundings {
    /// The texts of elements that hold nothing but text: decoders keep what they decode in such.
    pub(super) fn of(page: &Page) -> Self {
        let mut texts = HashMap::new();
        for (node, element) in page.elements() {
            let Some(id) = element.attribute("id").filter(|id| is_plain(id)) else { continue };
            let only_text = page.children(node).all(|child| matches!(page.node(child).kind, NodeKind::Text(_)));
            if matches!(element.name.as_str(), "script" | "style") || !only_text {
                continue;
            }
            let text = page.text(node, LONGEST);
            if text.len() >= SHORTEST {
                texts.entry(id.to_owned()).or_insert_with(|| text.into());
            }
        }
        Self { texts, ..Self::default() }
    }

    /// The text of the element with an id.
    pub(super) fn text(&self, id: &str) -> Option<Rc<str>> {
        let text = self.texts.get(id).cloned();
        let mut asked = self.asked.borrow_mut();
        if text.is_some() || asked.len() >= MAX_ASKED {
            self.found.set(true);
        } else if is_plain(id) && !asked.iter().any(|known| known == id) {
            asked.push(id.to_owned());
        }
        text
    }

    /// Another script is read.
    pub(super) fn begin(&self) {
        self.asked.borrow_mut().clear();
        self.found.set(false);
    }

    /// What the script has asked for in vain; none when it found something, so that it depends on this page.
    pub(super) fn asked_in_vain(&self) -> Option<Vec<String>> {
        (!self.found.get()).then(|| self.asked.borrow().clone())
    }

    /// Whether none of these is here.
    pub(super) fn has_none_of(&self, ids: &[String]) -> bool {
        ids.iter().all(|id| !self.texts.contains_key(id))
    }
}

/// Whether an id can stand in the name of something of the browser.
fn is_plain(id: &str) -> bool {
    id.len() <= 40 && !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
