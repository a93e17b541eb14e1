//! Reading members: of texts, lists, objects, the language's own and the browser's.

use super::Machine;
use super::heap::Kind;
use super::value::{How, Outcome, Stop, Text, Value};
use std::rc::Rc;

/// Most values that a loop or a spread goes over.
const MAX_EACH: usize = 65_536;

impl Machine {
    /// `object[key]`.
    pub(super) fn get(&mut self, object: &Value, key: &Value) -> Outcome {
        self.spend(1)?;
        match (object, key) {
            (Value::Text(text), Value::Number(at)) => return Ok(self.unit(text, *at)),
            (Value::Item(_), Value::Number(at)) if self.heap.list(object).is_some() => {
                return Ok(self.at(object, *at));
            }
            (Value::Host(path), Value::Number(_) | Value::Unknown) if &**path == super::host::SCRIPTS => {
                return Ok(Value::host(super::host::OWN_SCRIPT));
            }
            (Value::Unknown | Value::Host(_), Value::Number(_)) | (_, Value::Unknown) => return Ok(self.unknown()),
            _ => {}
        }
        let name = self.text_of(key);
        if !name.is_whole() {
            return Ok(self.unknown());
        }
        self.charge(name.len() / 16);
        let name: Rc<str> = self.read(&name).into();
        self.get_named(object, &name)
    }

    /// A text's character at a place.
    fn unit(&mut self, text: &Text, at: f64) -> Value {
        if at.fract() != 0.0 || at < 0.0 {
            return Value::Undefined;
        }
        match text.units.get(at as usize) {
            Some(unit) => {
                let how = if text.how.has(How::NAMED) { How::COERCED } else { text.how | How::PICKED };
                Value::Text(Text { units: self.single(*unit), how })
            }
            None if text.is_whole() => Value::Undefined,
            None => self.unknown(),
        }
    }

    /// One unit as a text; most are made once.
    pub(super) fn single(&mut self, unit: u16) -> Rc<Vec<u16>> {
        match self.singles.get_mut(usize::from(unit)) {
            Some(kept) => Rc::clone(kept.get_or_insert_with(|| Rc::new(vec![unit]))),
            None => Rc::new(vec![unit]),
        }
    }

    /// A list's value at a place.
    fn at(&self, list: &Value, at: f64) -> Value {
        let place = (at >= 0.0 && at.fract() == 0.0).then_some(at as usize);
        let found = place.and_then(|at| self.heap.list(list)?.get(at));
        match found {
            Some(value) => value.clone(),
            None => Value::Undefined,
        }
    }

    /// `object.name`.
    pub(super) fn get_named(&mut self, object: &Value, name: &Rc<str>) -> Outcome {
        match object {
            Value::Text(text) => Ok(self.of_text(text, object, name)),
            Value::Number(_) | Value::Bool(_) => Ok(self.of_plain(object, name)),
            Value::Item(place) => self.of_item(*place, object, name),
            Value::Native(path) => Ok(self.of_native(path, name)),
            Value::Method(method) => Ok(match &**name {
                "name" => Value::text(&method.1),
                "constructor" => Value::native("Function"),
                _ => method_of(object, name),
            }),
            Value::Host(path) => {
                let path = path.clone();
                Ok(self.host_member(&path, name))
            }
            Value::Unknown | Value::Undefined | Value::Null => {
                self.unknowns += 1;
                Ok(self.host_member(super::host::NAMELESS, name))
            }
        }
    }

    fn of_text(&mut self, text: &Text, object: &Value, name: &Rc<str>) -> Value {
        match &**name {
            "length" if text.is_whole() => Value::Number(text.len() as f64),
            "length" => self.unknown(),
            "constructor" => Value::native("String"),
            _ => match name.parse::<u32>() {
                Ok(at) => self.unit(text, f64::from(at)),
                Err(_) => method_of(object, name),
            },
        }
    }

    fn of_plain(&mut self, object: &Value, name: &Rc<str>) -> Value {
        match &**name {
            "constructor" => Value::native(if let Value::Bool(_) = object { "Boolean" } else { "Number" }),
            _ => method_of(object, name),
        }
    }

    fn of_item(&mut self, place: u32, object: &Value, name: &Rc<str>) -> Outcome {
        if let Some(value) = self.heap.field(place, name) {
            return Ok(value.clone());
        }
        let Some(item) = self.heap.get(place) else { return Ok(Value::Undefined) };
        Ok(match (&item.kind, &**name) {
            (Kind::List(list), "length") => Value::Number(list.len() as f64),
            (Kind::List(list), _) if name.parse::<usize>().is_ok() => {
                name.parse::<usize>().ok().and_then(|at| list.get(at).cloned()).unwrap_or(Value::Undefined)
            }
            (Kind::List(_), "constructor") => Value::native("Array"),
            (Kind::List(_), _) => self.known_method(object, name, &super::list::METHODS, "Array"),
            (Kind::Function(_), "prototype") => {
                let prototype = self.heap.add(Kind::Object);
                self.set_field(object, "prototype", prototype.clone())?;
                prototype
            }
            (Kind::Function(closure), "length") => Value::Number(self.parameter_count(closure.node) as f64),
            (Kind::Function(_), "constructor") => Value::native("Function"),
            (Kind::Function(_), _) => {
                self.known_method(object, name, &["call", "apply", "bind", "toString", "hasOwnProperty"], "Function")
            }
            (Kind::Pattern(pattern), "source") => Value::text(&pattern.source.clone()),
            (Kind::Pattern(pattern), "lastIndex") => Value::Number(pattern.next as f64),
            (Kind::Pattern(_), "constructor") => Value::native("RegExp"),
            (Kind::Pattern(_), _) => method_of(object, name),
            (Kind::Object, "constructor") => Value::native("Object"),
            (Kind::Object, _) => self.known_method(object, name, &["hasOwnProperty", "toString", "valueOf"], "Object"),
            (Kind::Element(_), _) => self.of_element(place, object, name),
            (Kind::Style(_), _) => self.unknown(),
            (Kind::Bound(_), "constructor") => Value::native("Function"),
            (Kind::Bound(_), _) => self.known_method(object, name, &["call", "apply", "bind", "toString"], "Function"),
        })
    }

    /// A method of the language, or one that the script added to it; else nothing.
    fn known_method(&self, object: &Value, name: &Rc<str>, known: &[&str], class: &str) -> Value {
        let added = self.extended.contains_key(&format!("{class}.prototype.{name}"));
        if added || known.contains(&&**name) { method_of(object, name) } else { Value::Undefined }
    }

    fn of_native(&mut self, path: &Rc<str>, name: &Rc<str>) -> Value {
        let whole = format!("{path}.{name}");
        if let Some(value) = self.extended.get(&whole) {
            return value.clone();
        }
        match &**name {
            "name" => Value::text(path),
            "constructor" => Value::native("Function"),
            "call" | "apply" | "bind" | "toString" => method_of(&Value::Native(Rc::clone(path)), name),
            _ => super::native::constant(&whole).unwrap_or_else(|| Value::native(&whole)),
        }
    }

    /// What a loop or a spread goes over: values, or keys; none when that is not known.
    pub(super) fn each(&mut self, over: &Value, of: bool) -> Result<Option<Vec<Value>>, Stop> {
        let count = match over {
            Value::Text(text) => text.len(),
            _ => self.heap.list(over).map_or(0, Vec::len),
        };
        self.make(count * size_of::<Value>())?;
        if count > MAX_EACH {
            self.cut("memory");
            return Ok(None);
        }
        Ok(match over {
            Value::Text(text) if of => Some((0..text.len()).map(|at| self.unit(text, at as f64)).collect()),
            Value::Text(text) => Some((0..text.len()).map(|at| Value::text(&at.to_string())).collect()),
            Value::Undefined | Value::Null => Some(Vec::new()),
            Value::Item(place) => self.each_of_item(*place, over, of),
            _ => None,
        })
    }

    fn each_of_item(&mut self, place: u32, over: &Value, of: bool) -> Option<Vec<Value>> {
        if let Some(list) = self.heap.list(over) {
            return Some(if of {
                list.clone()
            } else {
                (0..list.len()).map(|at| Value::text(&at.to_string())).collect()
            });
        }
        let item = self.heap.get(place)?;
        (matches!(item.kind, Kind::Object) && !of)
            .then(|| item.fields.names().iter().map(|name| Value::text(name)).collect())
    }
}

/// A method read off a value.
pub(super) fn method_of(object: &Value, name: &Rc<str>) -> Value {
    Value::Method(Rc::new((object.clone(), Rc::clone(name))))
}
