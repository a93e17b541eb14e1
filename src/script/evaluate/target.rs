//! What values are assigned to: names, members, patterns.

use super::Machine;
use super::heap::Kind as Item;
use super::operator::Operator;
use super::value::{Done, Outcome, Value};
use crate::script::syntax::{Field, Id, Kind};
use std::rc::Rc;

/// The key of a member: a name that stands in the source, or what an expression gave.
#[derive(Debug)]
pub(super) enum Key {
    Name(Rc<str>),
    Value(Value),
}

impl Machine {
    /// Gives a value to what stands on the left of an assignment or declaration.
    pub(super) fn bind(&mut self, target: Id, value: Value, scope: u32, declares: bool) -> Done {
        match self.tree.kind(target) {
            Kind::Name => {
                let symbol = self.tree.symbol_of(target);
                if declares {
                    self.declare(symbol, scope, Value::Undefined);
                } else if self.is_browser_target(symbol, scope) {
                    let name = self.tree.name(symbol);
                    return self.set_host(super::host::WINDOW, &name, &value);
                }
                self.assign(symbol, scope, value);
                Ok(())
            }
            Kind::Member | Kind::Subscript => {
                let (object, key) = self.member_parts(target, scope)?;
                self.set(&object, &key, value)
            }
            Kind::Assignment => self.bind_default(target, value, scope, declares),
            Kind::Array => self.bind_list(target, &value, scope, declares),
            Kind::Object => self.bind_fields(target, &value, scope, declares),
            Kind::Variables | Kind::Variable => match self.tree.nth(target, 0) {
                Some(inner) => self.bind(inner, value, scope, declares),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Whether an assignment to a name that the script does not declare goes to the browser: `location = …`.
    fn is_browser_target(&mut self, symbol: u32, scope: u32) -> bool {
        let name = self.tree.name_of(symbol);
        (matches!(name, "location" | "name") || name.starts_with("on")) && self.lookup(symbol, scope).is_none()
    }

    fn bind_default(&mut self, target: Id, value: Value, scope: u32, declares: bool) -> Done {
        let (Some(left), Some(right)) = (self.tree.nth(target, 0), self.tree.child(target, Field::Right)) else {
            return Ok(());
        };
        let value =
            if matches!(value, Value::Undefined | Value::Unknown) { self.evaluate(right, scope)? } else { value };
        self.bind(left, value, scope, declares)
    }

    fn bind_list(&mut self, target: Id, value: &Value, scope: u32, declares: bool) -> Done {
        let values = self.each(value, true)?;
        let mut holes = 0;
        for at in 0..self.tree.count(target) {
            let Some(child) = self.tree.nth(target, at) else { continue };
            holes += self.holes_before(target, at);
            let at = at + holes;
            let item = match &values {
                Some(values) => values.get(at).cloned().unwrap_or(Value::Undefined),
                None => Value::Unknown,
            };
            self.bind(child, item, scope, declares)?;
        }
        Ok(())
    }

    fn bind_fields(&mut self, target: Id, value: &Value, scope: u32, declares: bool) -> Done {
        for at in 0..self.tree.count(target) {
            let Some(child) = self.tree.nth(target, at) else { continue };
            let (key, inner) = match self.tree.kind(child) {
                Kind::Pair => (self.tree.child(child, Field::Key), self.tree.child(child, Field::Value)),
                Kind::Assignment => (self.tree.nth(child, 0), Some(child)),
                _ => (Some(child), Some(child)),
            };
            let (Some(key), Some(inner)) = (key, inner) else { continue };
            let name = self.tree.name(self.tree.symbol_of(key));
            let field = self.get(value, &Value::text(&name))?;
            self.bind(inner, field, scope, declares)?;
        }
        Ok(())
    }

    /// The object and the key of a member expression.
    pub(super) fn member_parts(&mut self, id: Id, scope: u32) -> Result<(Value, Key), super::value::Stop> {
        let object = match self.tree.child(id, Field::Object) {
            Some(object) => self.evaluate(object, scope)?,
            None => Value::Unknown,
        };
        let key = match (self.tree.child(id, Field::Property), self.tree.child(id, Field::Index)) {
            (Some(property), _) => Key::Name(self.tree.name(self.tree.symbol_of(property))),
            (None, Some(index)) => match self.literal_name(index)? {
                Some(name) => Key::Name(name),
                None => {
                    let key = self.evaluate(index, scope)?;
                    self.hidden_name(&object, &key, index);
                    Key::Value(key)
                }
            },
            (None, None) => Key::Value(Value::Unknown),
        };
        Ok((object, key))
    }

    /// A member expression's value.
    pub(super) fn member(&mut self, id: Id, scope: u32) -> Outcome {
        match self.member_parts(id, scope)? {
            (object, Key::Name(name)) => {
                self.spend(1)?;
                self.get_named(&object, &name)
            }
            (object, Key::Value(key)) => self.get(&object, &key),
        }
    }

    pub(super) fn assignment(&mut self, id: Id, scope: u32) -> Outcome {
        let (left, right) = (self.tree.child(id, Field::Left), self.tree.child(id, Field::Right));
        let (Some(left), Some(right)) = (left, right) else { return Ok(Value::Unknown) };
        self.at = id;
        if let Some(grown) = self.grown(left, right, scope)? {
            return Ok(grown);
        }
        let value = self.evaluate(right, scope)?;
        self.at = id;
        self.bind(left, value.clone(), scope, false)?;
        Ok(value)
    }

    /// `x = x + a`: the text in `x` grows in place.
    fn grown(&mut self, left: Id, right: Id, scope: u32) -> Result<Option<Value>, super::value::Stop> {
        if self.tree.kind(left) != Kind::Name || self.tree.kind(right) != Kind::Binary {
            return Ok(None);
        }
        let operand = self.tree.child(right, Field::Left).filter(|id| self.tree.kind(*id) == Kind::Name);
        let same = operand.is_some_and(|id| self.tree.symbol_of(id) == self.tree.symbol_of(left));
        let adds = self.tree.child(right, Field::Operator).is_some_and(|id| self.tree.text(id) == "+");
        let Some(added) = self.tree.child(right, Field::Right).filter(|_| same && adds) else { return Ok(None) };
        self.grow(left, added, scope).map(Some)
    }

    /// Adds to the value of a name; a text that nobody else holds grows in place.
    fn grow(&mut self, name: Id, added: Id, scope: u32) -> Outcome {
        let symbol = self.tree.symbol_of(name);
        let before = self.name(symbol, scope);
        let added = self.evaluate(added, scope)?;
        let old = match (before, self.take(symbol, scope)) {
            // Unless what was added has changed it: one holder less.
            (Value::Text(before), Some(Value::Text(now))) if Rc::ptr_eq(&before.units, &now.units) => {
                drop(before);
                Value::Text(now)
            }
            (before, _) => before,
        };
        self.at_sum = name;
        self.charge(3);
        let sum = self.add(old, added)?;
        self.assign(symbol, scope, sum.clone());
        Ok(sum)
    }

    pub(super) fn augmented(&mut self, id: Id, scope: u32) -> Outcome {
        let (left, right) = (self.tree.child(id, Field::Left), self.tree.child(id, Field::Right));
        let (Some(left), Some(right)) = (left, right) else { return Ok(Value::Unknown) };
        let (operator, takes) = self.operator_of(id);
        self.at = id;
        if operator == Operator::Add && self.tree.kind(left) == Kind::Name && !self.is_name_of_browser(left, scope) {
            return self.grow(left, right, scope);
        }
        let old = self.evaluate(left, scope)?;
        let value = match takes {
            Some(takes) => self.logical(takes, old, right, scope)?,
            None => {
                let added = self.evaluate(right, scope)?;
                self.at = id;
                self.combine(operator, old, added)?
            }
        };
        self.bind(left, value.clone(), scope, false)?;
        Ok(value)
    }

    fn is_name_of_browser(&mut self, name: Id, scope: u32) -> bool {
        let symbol = self.tree.symbol_of(name);
        self.is_browser_target(symbol, scope)
    }

    /// `object[key] = value`.
    pub(super) fn set(&mut self, object: &Value, key: &Key, value: Value) -> Done {
        let name: Rc<str> = match key {
            Key::Name(name) => Rc::clone(name),
            Key::Value(Value::Number(at)) if self.heap.list(object).is_some() => {
                return self.set_at(object, *at, value);
            }
            Key::Value(key) => self.string_of(key).into(),
        };
        match object {
            Value::Item(place) => match self.heap.get(*place).map(|item| &item.kind) {
                Some(Item::Element(_)) => self.set_on_element(*place, &name, &value),
                Some(Item::Style(element)) => {
                    let element = *element;
                    self.set_style(element, &name, &value);
                    Ok(())
                }
                _ => self.set_field(object, &name, value),
            },
            Value::Native(path) => {
                self.extend(format!("{path}.{name}"), value)?;
                Ok(())
            }
            Value::Host(path) => {
                let path = path.clone();
                self.set_host(&path, &name, &value)
            }
            Value::Unknown => self.set_host(super::host::NAMELESS, &name, &value),
            _ => Ok(()),
        }
    }

    /// Keeps what the script added to something of the language or the browser.
    pub(super) fn extend(&mut self, path: String, value: Value) -> Done {
        self.make(96 + path.len())?;
        self.calls_changed |= path.ends_with("fromCharCode") || path.ends_with("charCodeAt");
        self.extended.insert(path, value);
        Ok(())
    }

    /// Sets a named field of an item; of a list also its places and length.
    pub(super) fn set_field(&mut self, object: &Value, name: &str, value: Value) -> Done {
        self.make(128 + name.len())?;
        self.charge(8);
        if self.heap.list(object).is_some() {
            if let Ok(at) = name.parse::<u32>() {
                return self.set_at(object, f64::from(at), value);
            }
            if let ("length", Value::Number(length), Some(list)) = (name, &value, self.heap.list_mut(object)) {
                list.truncate(*length as usize);
                return Ok(());
            }
        }
        let Value::Item(place) = object else { return Ok(()) };
        self.house(&value, *place);
        if let Some(item) = self.heap.get_mut(*place) {
            item.fields.set(name, value);
        }
        Ok(())
    }

    /// A function becomes the method of the first plain object that holds it.
    fn house(&mut self, function: &Value, place: u32) {
        if let Value::Item(inner) = function
            && self.heap.get(place).is_some_and(|item| matches!(item.kind, Item::Object))
            && let Some(Item::Function(closure)) = self.heap.get_mut(*inner).map(|item| &mut item.kind)
        {
            closure.home.get_or_insert(place);
        }
    }

    fn set_at(&mut self, object: &Value, at: f64, value: Value) -> Done {
        let length = self.heap.list(object).map_or(0, Vec::len);
        if !(0.0..=100_000.0).contains(&at) || at.fract() != 0.0 {
            return Ok(());
        }
        let at = at as usize;
        self.make(size_of::<Value>() * (at + 1).saturating_sub(length))?;
        if let Some(list) = self.heap.list_mut(object) {
            if list.len() <= at {
                list.resize(at + 1, Value::Undefined);
            }
            if let Some(place) = list.get_mut(at) {
                *place = value;
            }
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, id: Id, scope: u32) -> Done {
        if !matches!(self.tree.kind(id), Kind::Member | Kind::Subscript) {
            return Ok(());
        }
        let (object, key) = self.member_parts(id, scope)?;
        let name: Rc<str> = match key {
            Key::Name(name) => name,
            Key::Value(key) => self.string_of(&key).into(),
        };
        if let Value::Item(place) = object
            && let Some(item) = self.heap.get_mut(place)
        {
            let count = item.fields.names().len();
            item.fields.remove(&name);
            self.charge(count / 8);
        }
        Ok(())
    }
}
