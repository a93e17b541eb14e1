//! Scopes: names with their values, found from the inside out.

use super::Machine;
use super::value::Value;
use crate::script::syntax::Symbol;

/// The global scope.
pub(super) const TOP: u32 = 0;

/// Names that the language gives to functions and objects of its own.
const NATIVES: [&str; 35] = [
    "eval",
    "execScript",
    "Function",
    "unescape",
    "escape",
    "decodeURI",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "atob",
    "btoa",
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "Number",
    "String",
    "Boolean",
    "Array",
    "Object",
    "RegExp",
    "Math",
    "JSON",
    "Date",
    "Symbol",
    "Error",
    "TypeError",
    "Uint8Array",
    "Uint16Array",
    "Uint32Array",
    "Map",
    "Set",
    "TextDecoder",
    "TextEncoder",
    "Uint8ClampedArray",
];

/// Whether a global name is the language's own.
pub(super) fn is_native(name: &str) -> bool {
    NATIVES.contains(&name)
}

/// One scope of a function that was entered.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) names: Vec<(Symbol, Value)>,
    pub(super) parent: u32,
    pub(super) this: Value,
    /// What the function was given, and the list of it once somebody asks for `arguments`.
    pub(super) given: Vec<Value>,
    pub(super) arguments: Option<Value>,
    pub(super) callee: Value,
    /// It takes `this` and `arguments` from around it.
    pub(super) arrow: bool,
    /// It is that of a block.
    pub(super) block: bool,
}

impl Scope {
    pub(super) fn top() -> Self {
        Self {
            names: Vec::new(),
            parent: TOP,
            this: Value::host("window"),
            given: Vec::new(),
            arguments: None,
            callee: Value::Undefined,
            arrow: false,
            block: false,
        }
    }
}

impl Machine {
    /// Makes a name known in a scope, where it is not yet.
    pub(super) fn declare(&mut self, symbol: Symbol, scope: u32, value: Value) {
        if scope == TOP {
            let known = self.global(symbol);
            if known.is_none() {
                *known = Some(value);
            }
        } else if let Some(scope) = self.scopes.get_mut(scope as usize) {
            self.steps = self.steps.saturating_sub(scope.names.len() as u32 / 16);
            if self.steps > 0 && scope.names.iter().all(|(known, _)| *known != symbol) {
                scope.names.push((symbol, value));
            }
        }
    }

    pub(super) fn global(&mut self, symbol: Symbol) -> &mut Option<Value> {
        let at = symbol as usize;
        if self.globals.len() <= at {
            self.globals.resize_with(at + 1, || None);
        }
        &mut self.globals[at]
    }

    /// The scope and place of a name outside the global scope.
    fn find(&mut self, symbol: Symbol, from: u32) -> Option<&mut Value> {
        let mut at = from;
        let (mut looked, mut found) = (0, None);
        while at != TOP && found.is_none() {
            let scope = self.scopes.get(at as usize)?;
            looked += scope.names.len();
            found = scope.names.iter().position(|(known, _)| *known == symbol).map(|place| (at, place));
            at = scope.parent;
        }
        self.steps = self.steps.saturating_sub(looked as u32 / 16);
        let (scope, place) = found?;
        self.scopes.get_mut(scope as usize)?.names.get_mut(place).map(|(_, value)| value)
    }

    /// The value of a name of the script.
    pub(super) fn lookup(&mut self, symbol: Symbol, from: u32) -> Option<Value> {
        if let Some(value) = self.find(symbol, from) {
            return Some(value.clone());
        }
        self.global(symbol).clone()
    }

    /// Gives a name a value; one that is nowhere declared becomes global.
    pub(super) fn assign(&mut self, symbol: Symbol, from: u32, value: Value) {
        match self.find(symbol, from) {
            Some(known) => *known = value,
            None => *self.global(symbol) = Some(value),
        }
    }

    /// Takes the value of a name out, so that it can be grown in place; it must be assigned again.
    pub(super) fn take(&mut self, symbol: Symbol, from: u32) -> Option<Value> {
        if let Some(known) = self.find(symbol, from) {
            return Some(std::mem::replace(known, Value::Undefined));
        }
        self.global(symbol).as_mut().map(|known| std::mem::replace(known, Value::Undefined))
    }

    /// The value of a name: the script's, the language's, or the browser's.
    pub(super) fn name(&mut self, symbol: Symbol, from: u32) -> Value {
        if let Some(value) = self.lookup(symbol, from) {
            return value;
        }
        if let Some(Some(native)) = self.natives.get(symbol as usize) {
            return native.clone();
        }
        let name = self.tree.name(symbol);
        if &*name == "arguments" {
            return self.arguments(from);
        }
        let value = self.host_name(&name);
        if let Value::Native(_) = value {
            let at = symbol as usize;
            if self.natives.len() <= at {
                self.natives.resize(at + 1, None);
            }
            self.natives[at] = Some(value.clone());
        }
        value
    }

    /// What a global name means where the script gives it no value.
    pub(super) fn host_name(&mut self, name: &str) -> Value {
        match name {
            "undefined" => Value::Undefined,
            "NaN" => Value::Number(f64::NAN),
            "Infinity" => Value::Number(f64::INFINITY),
            _ => self.host_member(super::host::WINDOW, name),
        }
    }

    /// The nearest scope that is no arrow function's.
    fn own(&self, from: u32) -> u32 {
        let mut at = from;
        while let Some(scope) = self.scopes.get(at as usize).filter(|scope| scope.arrow) {
            at = scope.parent;
        }
        at
    }

    /// The `arguments` of the function around, made when they are first asked for.
    fn arguments(&mut self, from: u32) -> Value {
        let own = self.own(from);
        let Some(scope) = self.scopes.get(own as usize).filter(|_| own != TOP) else { return Value::Unknown };
        if let Some(list) = &scope.arguments {
            return list.clone();
        }
        let (given, callee) = (scope.given.clone(), scope.callee.clone());
        let Ok(list) = self.list(given) else { return Value::Unknown };
        if self.set_field(&list, "callee", callee).is_err() {
            return Value::Unknown;
        }
        if let Some(scope) = self.scopes.get_mut(own as usize) {
            scope.arguments = Some(list.clone());
        }
        list
    }

    /// The `this` of the function around.
    pub(super) fn this(&self, scope: u32) -> Value {
        self.scopes.get(self.own(scope) as usize).map_or(Value::Unknown, |scope| scope.this.clone())
    }

    /// A new scope inside another.
    pub(super) fn enter(&mut self, scope: Scope) -> u32 {
        self.scopes.push(scope);
        (self.scopes.len() - 1) as u32
    }
}
