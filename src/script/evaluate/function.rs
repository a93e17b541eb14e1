//! The script's own functions: made, entered, constructed.

use super::Machine;
use super::heap::{Closure, Kind as Item};
use super::scope::Scope;
use super::value::{Done, How, Outcome, Stop, Value};
use crate::script::syntax::{Field, Id, Kind};

/// Longest text that a table of strings is asked by, in units.
const MAX_TABLE_KEY: usize = 12;

impl Machine {
    /// A function with the scope it was made in.
    pub(super) fn closure(&mut self, id: Id, scope: u32) -> Outcome {
        self.make(192)?;
        self.functions += 1;
        Ok(self.heap.add(Item::Function(Closure { node: id, scope, entered: false, home: None })))
    }

    pub(super) fn parameter_count(&self, node: Id) -> usize {
        match self.tree.child(node, Field::Parameters) {
            Some(list) if self.tree.kind(list) == Kind::Parameters => self.tree.count(list),
            Some(_) => 1,
            None => 0,
        }
    }

    /// Enters a function of the script.
    pub(super) fn call_closure(&mut self, function: &Value, this: &Value, arguments: &[Value]) -> Outcome {
        let Some((place, closure)) = self.heap.closure(function) else { return Ok(self.unknown()) };
        if self.calls >= super::MAX_CALLS || self.depth >= super::MAX_DEPTH {
            self.cut("depth");
            return Ok(self.unknown());
        }
        if let Some(Item::Function(closure)) = self.heap.get_mut(place).map(|item| &mut item.kind) {
            closure.entered = true;
        }
        self.make(224 + std::mem::size_of_val(arguments))?;
        let asks = asks_a_table(arguments);
        let scope = self.scope_of(function, closure, this, arguments);
        self.parameters(closure.node, arguments, scope)?;
        self.calls += 1;
        self.returns.push(None);
        let left = std::mem::take(&mut self.may_have_left);
        let outcome = self.body(closure.node, scope);
        self.may_have_left = left;
        let guessed = self.returns.pop().flatten();
        self.calls -= 1;
        let value = outcome?;
        let value = match guessed {
            Some(guessed) if value.is_nothing() || value.is_opaque() => guessed,
            _ => value,
        };
        Ok(match value {
            Value::Text(text) if asks => Value::Text(text.by(How::TABLE)),
            other => other,
        })
    }

    /// A scope for a call.
    fn scope_of(&mut self, function: &Value, closure: Closure, this: &Value, arguments: &[Value]) -> u32 {
        let kind = self.tree.kind(closure.node);
        let this = if this.is_nothing() { Value::host("window") } else { this.clone() };
        let mut names = Vec::new();
        let name = self.tree.child(closure.node, Field::Name).filter(|name| self.tree.kind(*name) == Kind::Name);
        if let Some(name) = name.filter(|_| kind == Kind::Function) {
            names.push((self.tree.symbol_of(name), function.clone()));
        }
        self.enter(Scope {
            names,
            parent: closure.scope,
            this,
            given: arguments.to_vec(),
            arguments: None,
            callee: function.clone(),
            arrow: kind == Kind::Arrow,
            block: false,
        })
    }

    fn parameters(&mut self, node: Id, arguments: &[Value], scope: u32) -> Done {
        let Some(list) = self.tree.child(node, Field::Parameters) else { return Ok(()) };
        if self.tree.kind(list) != Kind::Parameters {
            let value = arguments.first().cloned().unwrap_or(Value::Undefined);
            return self.bind(list, value, scope, true);
        }
        for at in 0..self.tree.count(list) {
            let Some(parameter) = self.tree.nth(list, at) else { continue };
            if self.tree.kind(parameter) == Kind::Spread {
                let rest = self.list(arguments.get(at..).unwrap_or_default().to_vec())?;
                if let Some(name) = self.tree.nth(parameter, 0) {
                    self.bind(name, rest, scope, true)?;
                }
                continue;
            }
            let value = arguments.get(at).cloned().unwrap_or(Value::Undefined);
            self.bind(parameter, value, scope, true)?;
        }
        Ok(())
    }

    fn body(&mut self, node: Id, scope: u32) -> Outcome {
        let Some(body) = self.tree.child(node, Field::Body) else { return Ok(Value::Undefined) };
        if self.tree.kind(body) != Kind::Block {
            return self.evaluate(body, scope);
        }
        self.hoist(body, scope)?;
        match self.statements(body, scope) {
            Ok(()) => Ok(Value::Undefined),
            Err(Stop::Returned(value)) => Ok(value),
            Err(Stop::Broken(_) | Stop::Continued(_)) => Ok(Value::Undefined),
            Err(stop) => Err(stop),
        }
    }

    /// `new Function(…)` of the script's own.
    pub(super) fn construct(&mut self, function: &Value, arguments: &[Value]) -> Outcome {
        let prototype = self.get(function, &Value::text("prototype"))?;
        self.make(192)?;
        let object = self.heap.add(Item::Object);
        if let (Value::Item(place), Value::Item(parent)) = (&object, &prototype)
            && let Some(item) = self.heap.get_mut(*place)
        {
            item.parent = Some(*parent);
        }
        let given = self.call_closure(function, &object, arguments)?;
        Ok(if let Value::Item(_) = given { given } else { object })
    }
}

/// Whether a call looks like a question to a table of strings: by a number, or a short coded text.
fn asks_a_table(arguments: &[Value]) -> bool {
    match arguments.first() {
        Some(Value::Number(_)) => true,
        Some(Value::Text(text)) => text.len() <= MAX_TABLE_KEY && text.read().starts_with("0x"),
        _ => false,
    }
}
