//! Calls: of the script's functions, of the language's, and of the browser's, which do nothing but are noted.

use super::Machine;
use super::heap::{Bound, Kind as Item};
use super::target::Key;
use super::value::{Outcome, Stop, Value};
use crate::script::syntax::{Field, Id, Kind};
use std::rc::Rc;

impl Machine {
    pub(super) fn call_expression(&mut self, id: Id, scope: u32) -> Outcome {
        let Some(callee) = self.tree.child(id, Field::Function) else { return Ok(self.unknown()) };
        match self.tree.kind(callee) {
            Kind::Member | Kind::Subscript => {
                let (object, key) = self.member_parts(callee, scope)?;
                let arguments = self.arguments_of(id, scope)?;
                self.at = id;
                self.call_member(&object, &key, arguments)
            }
            Kind::Import => {
                let arguments = self.arguments_of(id, scope)?;
                self.at = id;
                self.call_host(&Rc::from("import"), &arguments)
            }
            _ => {
                let function = self.evaluate(callee, scope)?;
                let arguments = self.arguments_of(id, scope)?;
                self.at = id;
                self.call(&function, &Value::Undefined, arguments)
            }
        }
    }

    fn arguments_of(&mut self, id: Id, scope: u32) -> Result<Vec<Value>, Stop> {
        let mut list = Vec::new();
        let Some(arguments) = self.tree.child(id, Field::Arguments) else { return Ok(list) };
        if self.tree.kind(arguments) == Kind::Template {
            list.push(self.evaluate(arguments, scope)?);
            return Ok(list);
        }
        for at in 0..self.tree.count(arguments) {
            if let Some(child) = self.tree.nth(arguments, at) {
                let value = self.evaluate(child, scope)?;
                self.spread(self.tree.kind(child) == Kind::Spread, value, &mut list)?;
            }
        }
        Ok(list)
    }

    /// Calls a value. A call that leads to itself without an expression between counts as deep too.
    pub(super) fn call(&mut self, function: &Value, this: &Value, arguments: Vec<Value>) -> Outcome {
        if self.depth >= super::MAX_DEPTH {
            self.cut("depth");
            return Ok(self.unknown());
        }
        self.depth += 1;
        let outcome = self.call_value(function, this, arguments);
        self.depth -= 1;
        outcome
    }

    fn call_value(&mut self, function: &Value, this: &Value, arguments: Vec<Value>) -> Outcome {
        match function {
            Value::Item(_) => match self.heap.bound(function).cloned() {
                Some(mut bound) => {
                    self.make((bound.arguments.len() + arguments.len()) * size_of::<Value>())?;
                    bound.arguments.extend(arguments);
                    self.call(&bound.function, &bound.this, bound.arguments)
                }
                None => self.call_closure(function, this, &arguments),
            },
            Value::Native(path) => self.call_native(path, arguments),
            Value::Method(method) => {
                let receiver = if this.is_nothing() { &method.0 } else { this };
                self.call_method(&receiver.clone(), &method.1, arguments)
            }
            Value::Host(path) => self.call_host(path, &arguments),
            _ => {
                self.hand_over(&arguments, true);
                Ok(self.unknown())
            }
        }
    }

    /// `object[key](…)`.
    pub(super) fn call_member(&mut self, object: &Value, key: &Key, arguments: Vec<Value>) -> Outcome {
        let key = match key {
            Key::Name(name) => return self.call_method(object, name, arguments),
            Key::Value(key) => key,
        };
        if let Value::Number(_) = key {
            let function = self.get(object, key)?;
            return self.call(&function, object, arguments);
        }
        let name = self.text_of(key);
        if !name.is_whole() {
            self.hand_over(&arguments, true);
            return Ok(self.unknown());
        }
        let name: Rc<str> = self.read(&name).into();
        self.call_method(object, &name, arguments)
    }

    /// `object.name(…)`.
    pub(super) fn call_method(&mut self, object: &Value, name: &Rc<str>, arguments: Vec<Value>) -> Outcome {
        self.spend(1)?;
        if let Value::Item(place) = object
            && let Some(function) = self.heap.field(*place, name).cloned()
        {
            return self.call(&function, object, arguments);
        }
        if let Some(function) = self.added_method(object, name) {
            return self.call(&function, object, arguments);
        }
        if &**name == "constructor" && !object.is_opaque() {
            let function = self.get_named(object, name)?;
            return self.call(&function, &Value::Undefined, arguments);
        }
        if matches!(&**name, "call" | "apply" | "bind") {
            return self.rebound(object, name, arguments);
        }
        match object {
            Value::Text(text) => self.call_on_text(&text.clone(), name, &arguments),
            Value::Number(number) => Ok(self.call_on_number(*number, name, &arguments)),
            Value::Item(place) => self.call_on_item(*place, object, name, arguments),
            Value::Native(path) => {
                self.charge(3);
                self.call_native(&Rc::from(format!("{path}.{name}")), arguments)
            }
            Value::Host(path) => {
                let path = self.host_path(path, name);
                if let Some(function) = self.window_function(&path) {
                    return self.call(&function, object, arguments);
                }
                self.call_host(&path, &arguments)
            }
            Value::Unknown | Value::Undefined | Value::Null => {
                let path = self.host_path(super::host::NAMELESS, name);
                self.call_host(&path, &arguments)
            }
            Value::Bool(_) | Value::Method(_) => Ok(match &**name {
                "toString" | "valueOf" => Value::Text(self.text_of(object)),
                _ => self.unknown(),
            }),
        }
    }

    /// A method that the script added to a class of the language.
    fn added_method(&self, object: &Value, name: &str) -> Option<Value> {
        if self.extended.is_empty() {
            return None;
        }
        let class = match object {
            Value::Text(_) => "String",
            Value::Number(_) => "Number",
            Value::Item(_) if self.heap.list(object).is_some() => "Array",
            Value::Item(_) if self.heap.closure(object).is_some() => "Function",
            Value::Native(path) => path,
            _ => "Object",
        };
        let own = format!("{class}.{name}");
        let shared = format!("{class}.prototype.{name}");
        self.extended.get(&own).or_else(|| self.extended.get(&shared)).cloned()
    }

    /// `call`, `apply` and `bind` of a function.
    fn rebound(&mut self, function: &Value, name: &str, mut arguments: Vec<Value>) -> Outcome {
        if name == "bind" && arguments.iter().all(Value::is_nothing) {
            return Ok(function.clone());
        }
        let this = if arguments.is_empty() { Value::Undefined } else { arguments.remove(0) };
        if name == "bind" {
            self.make(192 + arguments.len() * size_of::<Value>())?;
            let bound = Bound { function: function.clone(), this, arguments, entered: false };
            return Ok(self.heap.add(Item::Bound(Box::new(bound))));
        }
        if name == "apply" {
            let list = arguments.into_iter().next().unwrap_or(Value::Undefined);
            arguments = match self.each(&list, true)? {
                Some(values) => values,
                None => vec![Value::Unknown],
            };
        }
        self.call(function, &this, arguments)
    }

    fn call_on_item(&mut self, place: u32, object: &Value, name: &Rc<str>, arguments: Vec<Value>) -> Outcome {
        match self.heap.get(place).map(|item| &item.kind) {
            Some(Item::List(_)) => self.call_on_list(object, name, arguments),
            Some(Item::Pattern(_)) => self.call_on_pattern(place, name, &arguments),
            Some(Item::Element(_)) => self.call_on_element(place, name, &arguments),
            Some(Item::Object | Item::Function(_)) => self.call_on_object(object, name, &arguments),
            _ => Ok(self.unknown()),
        }
    }

    /// Functions that somebody unknown gets may be called by them later.
    pub(super) fn hand_over(&mut self, arguments: &[Value], waits: bool) {
        for argument in arguments {
            let bound = self.heap.bound(argument).is_some_and(|bound| !bound.entered);
            if bound || self.heap.closure(argument).is_some_and(|(_, closure)| !closure.entered) {
                self.put_off(argument.clone(), waits);
            }
        }
    }

    /// Keeps a function for later.
    pub(super) fn put_off(&mut self, function: Value, waits: bool) {
        const MAX_LATER: usize = 512;
        if self.later.len() < MAX_LATER {
            self.later.push_back((super::Later::Function(function), waits || self.waits));
        } else {
            self.cut("functions");
        }
    }

    pub(super) fn new_expression(&mut self, id: Id, scope: u32) -> Outcome {
        let Some(constructor) = self.tree.child(id, Field::Constructor) else { return Ok(self.unknown()) };
        let function = self.evaluate(constructor, scope)?;
        let arguments = self.arguments_of(id, scope)?;
        self.at = id;
        match &function {
            Value::Item(_) if self.heap.closure(&function).is_some() => self.construct(&function, &arguments),
            Value::Native(path) => self.call_native(path, arguments),
            Value::Host(path) => self.construct_host(&path.clone(), &arguments),
            _ => {
                self.hand_over(&arguments, true);
                Ok(self.unknown())
            }
        }
    }
}
