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
use std::fmt::Write as _;

/// Most bytes of elements that are kept.
const MAX_SWEPT: usize = 256 << 10;

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
        let mut room = MAX_SWEPT;
        for place in outer.into_iter().take(MAX_ELEMENTS) {
            let Some(made) = self.heap.element(place) else { continue };
            let mut markup = String::new();
            self.mark_up(place, 0, &mut markup, room);
            let taken =
                markup.len() + made.attributes.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
            let Some(left) = room.checked_sub(taken) else {
                self.cut("elements");
                return;
            };
            room = left;
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

    /// An element as markup; it ends soon after the room does.
    fn mark_up(&self, place: u32, depth: u8, markup: &mut String, room: usize) {
        let Some(made) = self.heap.element(place).filter(|_| depth < 8 && markup.len() <= room) else { return };
        let _ = write!(markup, "<{}", made.name);
        for (name, value) in &made.attributes {
            if markup.len() <= room {
                let _ = write!(markup, " {name}=\"{}\"", value.replace('"', "&quot;"));
            }
        }
        markup.push('>');
        markup.push_str(&made.content);
        for child in &made.children {
            if markup.len() < MAX_TARGET * 4 {
                self.mark_up(*child, depth + 1, markup, room);
            }
        }
        let _ = write!(markup, "</{}>", made.name);
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
