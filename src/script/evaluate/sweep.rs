//! What is left when a script has ended: elements that were made, and decoded texts that lie about unused.

use super::Machine;
use super::element::ACTING;
use super::heap::Kind;
use super::record::{MAX_DECODED, MAX_ELEMENTS, MAX_LAYERS, MAX_TARGET};
use super::value::{How, Value};
use crate::model::Made;
use crate::script::words;
use smol_str::SmolStr;
use std::collections::HashSet;

impl Machine {
    /// At the end: elements that were made, and decoded texts that lie about unused.
    pub(super) fn sweep(&mut self) {
        self.sweep_elements();
        self.sweep_texts();
    }

    fn sweep_elements(&mut self) {
        let mut inner = HashSet::new();
        for item in self.heap.items() {
            if let Kind::Element(made) = &item.kind {
                inner.extend(made.children.iter().copied());
            }
        }
        let outer = (0..self.heap.len() as u32).filter(|place| !inner.contains(place));
        let mut outer: Vec<u32> = outer.filter(|place| self.heap.element(*place).is_some()).collect();
        // What acts comes first: nobody hides a frame behind many harmless elements.
        outer.sort_by_key(|place| !self.heap.element(*place).is_some_and(|made| ACTING.contains(&made.name.as_str())));
        if outer.len() > MAX_ELEMENTS {
            self.cut("elements");
        }
        for place in outer.into_iter().take(MAX_ELEMENTS) {
            let Some(made) = self.heap.element(place) else { continue };
            let markup = self.markup_of(place, 0);
            let made = Made {
                name: made.name.as_str().into(),
                attributes: made.attributes.iter().map(|(name, value)| (SmolStr::from(name), value.clone())).collect(),
                markup,
                placed: made.placed,
                after: made.after,
            };
            self.record.elements.push(made);
        }
    }

    /// An element as markup.
    fn markup_of(&self, place: u32, depth: u8) -> String {
        let Some(made) = self.heap.element(place).filter(|_| depth < 8) else { return String::new() };
        let mut markup = format!("<{}", made.name);
        for (name, value) in &made.attributes {
            markup.push_str(&format!(" {name}=\"{}\"", value.replace('"', "&quot;")));
        }
        markup.push('>');
        markup.push_str(&made.content);
        for child in &made.children {
            if markup.len() < MAX_TARGET * 4 {
                markup.push_str(&self.markup_of(*child, depth + 1));
            }
        }
        markup.push_str(&format!("</{}>", made.name));
        markup
    }

    /// Decoded texts in variables and lists that hold code, markup or addresses.
    fn sweep_texts(&mut self) {
        let mut found: Vec<(How, String)> = Vec::new();
        let mut bytes = 0;
        let globals = self.globals.iter().flatten();
        let locals = self.scopes.iter().flat_map(|scope| scope.names.iter().map(|(_, value)| value));
        let listed = self.heap.items().iter().flat_map(|item| match &item.kind {
            Kind::List(list) => list.as_slice(),
            _ => &[],
        });
        for value in globals.chain(locals).chain(listed) {
            let Value::Text(kept) = value else { continue };
            if !kept.how.is_encoded() || kept.len() < 8 || kept.len() > 65_536 || found.len() >= MAX_LAYERS {
                continue;
            }
            bytes += kept.len();
            if bytes > MAX_DECODED {
                break;
            }
            let shown = kept.shown();
            if words::acts(&shown) && words::is_readable(&shown) {
                found.push((kept.how, shown));
            }
        }
        for (how, shown) in found {
            self.record.layer(how.name(), shown);
        }
    }
}
