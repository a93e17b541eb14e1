//! What lives on the evaluator's heap, and its fields; all of it goes when the evaluator goes.

use super::value::{Place, Value};
use crate::script::syntax::Id;
use std::collections::HashMap;
use std::rc::Rc;

/// Named fields, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Fields {
    values: HashMap<Rc<str>, Value>,
    order: Vec<Rc<str>>,
}

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        if let Some(known) = self.values.get_mut(name) {
            *known = value;
            return;
        }
        let name: Rc<str> = name.into();
        self.order.push(Rc::clone(&name));
        self.values.insert(name, value);
    }

    pub(super) fn remove(&mut self, name: &str) {
        if self.values.remove(name).is_some() {
            self.order.retain(|known| **known != *name);
        }
    }

    pub(super) fn names(&self) -> &[Rc<str>] {
        &self.order
    }
}

/// A function of the script.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closure {
    pub(super) node: Id,
    /// The scope it was made in.
    pub(super) scope: u32,
    /// It has been entered.
    pub(super) entered: bool,
    /// The object whose method it is.
    pub(super) home: Option<Place>,
}

/// A regular expression.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub(super) source: Rc<str>,
    pub(super) global: bool,
    /// None where the pattern cannot be translated.
    pub(super) regex: Option<Rc<regex::Regex>>,
    /// Where the next `exec` of a global one starts, in units.
    pub(super) next: usize,
}

/// An element that the script made.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    /// Markup or script put into it.
    pub(super) content: String,
    pub(super) children: Vec<Place>,
    /// It was put into the page or another element.
    pub(super) placed: bool,
    /// What was known of the visitor when it got its address.
    pub(super) after: crate::model::Looks,
}

/// What `bind` gives.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) function: Value,
    pub(super) this: Value,
    pub(super) arguments: Vec<Value>,
    /// It was run by itself.
    pub(super) entered: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    Object,
    List(Vec<Value>),
    Function(Closure),
    Pattern(Pattern),
    Element(Box<Made>),
    /// The style of an element.
    Style(Place),
    /// A function with its `this` and its first arguments.
    Bound(Box<Bound>),
}

#[derive(Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) fields: Fields,
    /// The object whose fields it has too.
    pub(super) parent: Option<Place>,
}

#[derive(Debug, Default)]
pub(super) struct Heap {
    items: Vec<Item>,
}

impl Heap {
    pub(super) fn add(&mut self, kind: Kind) -> Value {
        let place = self.items.len() as Place;
        self.items.push(Item { kind, fields: Fields::default(), parent: None });
        Value::Item(place)
    }

    pub(super) fn get(&self, place: Place) -> Option<&Item> {
        self.items.get(place as usize)
    }

    pub(super) fn get_mut(&mut self, place: Place) -> Option<&mut Item> {
        self.items.get_mut(place as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    pub(super) fn list(&self, value: &Value) -> Option<&Vec<Value>> {
        let Value::Item(place) = value else { return None };
        match &self.get(*place)?.kind {
            Kind::List(list) => Some(list),
            _ => None,
        }
    }

    pub(super) fn list_mut(&mut self, value: &Value) -> Option<&mut Vec<Value>> {
        let Value::Item(place) = value else { return None };
        match &mut self.get_mut(*place)?.kind {
            Kind::List(list) => Some(list),
            _ => None,
        }
    }

    pub(super) fn closure(&self, value: &Value) -> Option<(Place, Closure)> {
        let Value::Item(place) = value else { return None };
        match self.get(*place)?.kind {
            Kind::Function(closure) => Some((*place, closure)),
            _ => None,
        }
    }

    pub(super) fn bound(&self, value: &Value) -> Option<&Bound> {
        let Value::Item(place) = value else { return None };
        match &self.get(*place)?.kind {
            Kind::Bound(bound) => Some(bound),
            _ => None,
        }
    }

    /// Marks a bound function as run by itself; false when it is none, or was run before.
    pub(super) fn enter_bound(&mut self, value: &Value) -> bool {
        let Value::Item(place) = value else { return false };
        match self.get_mut(*place).map(|item| &mut item.kind) {
            Some(Kind::Bound(bound)) => !std::mem::replace(&mut bound.entered, true),
            _ => false,
        }
    }

    /// Whether a value is a function of the script, bound or not.
    pub(super) fn is_function(&self, value: &Value) -> bool {
        self.closure(value).is_some() || self.bound(value).is_some()
    }

    pub(super) fn pattern(&self, value: &Value) -> Option<(Place, &Pattern)> {
        let Value::Item(place) = value else { return None };
        match &self.get(*place)?.kind {
            Kind::Pattern(pattern) => Some((*place, pattern)),
            _ => None,
        }
    }

    pub(super) fn element(&self, place: Place) -> Option<&Made> {
        match &self.get(place)?.kind {
            Kind::Element(made) => Some(made),
            _ => None,
        }
    }

    pub(super) fn element_mut(&mut self, place: Place) -> Option<&mut Made> {
        match &mut self.get_mut(place)?.kind {
            Kind::Element(made) => Some(made),
            _ => None,
        }
    }

    /// A field of an item or of those it has its fields from.
    pub(super) fn field(&self, place: Place, name: &str) -> Option<&Value> {
        let mut at = Some(place);
        for _ in 0..8 {
            let item = self.get(at?)?;
            if let Some(value) = item.fields.get(name) {
                return Some(value);
            }
            at = item.parent;
        }
        None
    }
}
