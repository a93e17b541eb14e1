//! Expressions: literals, names, the operators that choose, and the way to all others.

use super::Machine;
use super::heap::Kind as Item;
use super::value::{How, Outcome, Text, Value};
use crate::script::syntax::{Field, Id, Kind};
use crate::script::{signs, text};
use std::rc::Rc;

/// Longest literal that is kept as a name, in units.
const MAX_NAME: usize = 64;

/// A literal's value, and its text as a name where it is one.
#[derive(Debug)]
pub(super) struct Literal {
    value: Value,
    name: Option<Rc<str>>,
}

impl Machine {
    /// The value of an expression. What lies too deep is not known.
    pub(super) fn evaluate(&mut self, id: Id, scope: u32) -> Outcome {
        self.spend(1)?;
        if self.depth >= super::MAX_DEPTH {
            self.cut("depth");
            return Ok(self.unknown());
        }
        self.depth += 1;
        let outcome = self.expression(id, scope);
        self.depth -= 1;
        outcome
    }

    fn expression(&mut self, id: Id, scope: u32) -> Outcome {
        match self.tree.kind(id) {
            Kind::Text | Kind::Number | Kind::Pattern => self.literal(id),
            Kind::Name => {
                let symbol = self.tree.symbol_of(id);
                Ok(self.name(symbol, scope))
            }
            Kind::True => Ok(Value::Bool(true)),
            Kind::False => Ok(Value::Bool(false)),
            Kind::Null => Ok(Value::Null),
            Kind::Undefined => Ok(Value::Undefined),
            Kind::This => Ok(self.this(scope)),
            Kind::Binary => self.binary(id, scope),
            Kind::Unary => self.unary(id, scope),
            Kind::Update => self.update(id, scope),
            Kind::Assignment => self.assignment(id, scope),
            Kind::Augmented => self.augmented(id, scope),
            Kind::Member | Kind::Subscript => self.member(id, scope),
            Kind::Call => self.call_expression(id, scope),
            _ => self.compound(id, scope),
        }
    }

    fn compound(&mut self, id: Id, scope: u32) -> Outcome {
        match self.tree.kind(id) {
            Kind::New => self.new_expression(id, scope),
            Kind::Declaration | Kind::Function | Kind::Arrow => self.closure(id, scope),
            Kind::Template => self.template(id, scope),
            Kind::Ternary => self.ternary(id, scope),
            Kind::Sequence => self.sequence(id, scope),
            Kind::Array => self.array(id, scope),
            Kind::Object => self.object(id, scope),
            Kind::Await | Kind::Through | Kind::Spread | Kind::Computed | Kind::Substitution => self.inner(id, scope),
            _ => {
                self.sequence(id, scope)?;
                Ok(self.unknown())
            }
        }
    }

    fn inner(&mut self, id: Id, scope: u32) -> Outcome {
        match self.tree.nth(id, 0) {
            Some(inner) => self.evaluate(inner, scope),
            None => Ok(Value::Undefined),
        }
    }

    /// All children, in order; the value of the last.
    fn sequence(&mut self, id: Id, scope: u32) -> Outcome {
        let mut last = Value::Undefined;
        for at in 0..self.tree.count(id) {
            if let Some(child) = self.tree.nth(id, at).filter(|child| self.tree.kind(*child) != Kind::Property) {
                last = match self.tree.kind(child) {
                    Kind::Block | Kind::Variables | Kind::Expression => {
                        self.execute(child, scope)?;
                        Value::Undefined
                    }
                    _ => self.evaluate(child, scope)?,
                };
            }
        }
        Ok(last)
    }

    fn literal(&mut self, id: Id) -> Outcome {
        if self.tree.kind(id) == Kind::Pattern {
            let raw = self.tree.text(id).to_owned();
            return self.pattern_literal(&raw);
        }
        if let Some(Some(known)) = self.literals.get(id as usize) {
            return Ok(known.value.clone());
        }
        let raw = self.tree.text(id);
        let value = match self.tree.kind(id) {
            Kind::Number => super::coerce::number_literal(raw).map_or(Value::Unknown, Value::Number),
            _ => Value::Text(cooked(unquoted(raw))),
        };
        let name = match &value {
            Value::Text(text) if text.how.is_none() && text.len() <= MAX_NAME => Some(text.read().into()),
            _ => None,
        };
        self.make(raw_size(&value))?;
        self.keep(id, Literal { value: value.clone(), name });
        Ok(value)
    }

    fn keep(&mut self, id: Id, literal: Literal) {
        let at = id as usize;
        if self.literals.len() <= at {
            self.literals.resize_with(at + 1, || None);
        }
        self.literals[at] = Some(literal);
    }

    /// The name that a literal without escapes gives to a member: `a['name']`.
    pub(super) fn literal_name(&mut self, id: Id) -> Result<Option<Rc<str>>, super::value::Stop> {
        if self.tree.kind(id) != Kind::Text {
            return Ok(None);
        }
        self.spend(1)?;
        self.literal(id)?;
        Ok(self.literals.get(id as usize).and_then(|known| known.as_ref()?.name.clone()))
    }

    fn template(&mut self, id: Id, scope: u32) -> Outcome {
        let (mut from, end) = self.tree.range(id);
        (from, _) = (from + 1, end);
        let mut joined = Value::text("");
        let mut parts = Vec::new();
        for at in 0..self.tree.count(id) {
            let Some(child) = self.tree.nth(id, at).filter(|id| self.tree.kind(*id) == Kind::Substitution) else {
                continue;
            };
            let (start, after) = self.tree.range(child);
            parts.push((self.tree.between(from, start).to_owned(), Some(child)));
            from = after;
        }
        parts.push((self.tree.between(from, end.saturating_sub(1)).to_owned(), None));
        for (literal, substitution) in parts {
            joined = self.add(joined, Value::Text(cooked(&literal)))?;
            if let Some(substitution) = substitution {
                let value = self.inner(substitution, scope)?;
                let text = Value::Text(self.text_of(&value));
                joined = self.add(joined, text)?;
            }
        }
        Ok(joined)
    }

    /// Takes the way that is known; else both, and the value of the first that is known.
    fn ternary(&mut self, id: Id, scope: u32) -> Outcome {
        let Some(condition) = self.tree.child(id, Field::Condition) else { return Ok(Value::Unknown) };
        let value = self.evaluate(condition, scope)?;
        let (yes, no) = (self.tree.child(id, Field::Consequence), self.tree.child(id, Field::Alternative));
        let (Some(yes), Some(no)) = (yes, no) else { return Ok(Value::Unknown) };
        match self.truth(&value) {
            Some(true) => self.evaluate(yes, scope),
            Some(false) => self.evaluate(no, scope),
            None => {
                let first = self.guessed(yes, scope)?;
                let second = self.guessed(no, scope)?;
                Ok(if first.is_opaque() || first.is_nothing() { second } else { first })
            }
        }
    }

    /// The value of an expression that may not be reached.
    pub(super) fn guessed(&mut self, id: Id, scope: u32) -> Outcome {
        let mut value = Value::Unknown;
        self.guess(|machine| {
            value = machine.evaluate(id, scope)?;
            Ok(())
        })?;
        Ok(value)
    }

    fn array(&mut self, id: Id, scope: u32) -> Outcome {
        let mut list = Vec::with_capacity(self.tree.count(id));
        for at in 0..self.tree.count(id) {
            if let Some(child) = self.tree.nth(id, at) {
                let holes = self.holes_before(id, at);
                list.resize(list.len() + holes, Value::Undefined);
                let value = self.evaluate(child, scope)?;
                self.spread(self.tree.kind(child) == Kind::Spread, value, &mut list)?;
            }
        }
        self.list(list)
    }

    /// How many places of a list are left empty before one of those that are written: `[,a,,b]`.
    pub(super) fn holes_before(&mut self, list: Id, at: usize) -> usize {
        let end = |at: usize| self.tree.nth(list, at).map(|id| self.tree.range(id).1);
        let from = at.checked_sub(1).map_or_else(|| Some(self.tree.range(list).0 + 1), end);
        let to = self.tree.nth(list, at).map(|id| self.tree.range(id).0);
        let (Some(from), Some(to)) = (from, to) else { return 0 };
        self.charge(to.saturating_sub(from) as usize / 16);
        let between = self.tree.between(from, to);
        let commas = between.bytes().filter(|byte| *byte == b',').count();
        // A comment may hold commas of its own.
        if between.contains('/') { 0 } else { commas.saturating_sub(usize::from(at > 0)) }
    }

    /// Adds a value, or what is in it when it is spread out.
    pub(super) fn spread(&mut self, spread: bool, value: Value, list: &mut Vec<Value>) -> super::value::Done {
        if !spread {
            list.push(value);
            return Ok(());
        }
        match self.each(&value, true)? {
            Some(values) => list.extend(values),
            None => list.push(Value::Unknown),
        }
        Ok(())
    }

    /// A new list.
    pub(super) fn list(&mut self, list: Vec<Value>) -> Outcome {
        self.make(192 + list.len() * size_of::<Value>())?;
        Ok(self.heap.add(Item::List(list)))
    }

    fn object(&mut self, id: Id, scope: u32) -> Outcome {
        self.make(192)?;
        let object = self.heap.add(Item::Object);
        for at in 0..self.tree.count(id) {
            let Some(child) = self.tree.nth(id, at) else { continue };
            let (key, value) = match self.tree.kind(child) {
                Kind::Pair => self.pair(child, scope)?,
                Kind::Name => {
                    let symbol = self.tree.symbol_of(child);
                    (self.tree.name(symbol), self.name(symbol, scope))
                }
                Kind::Function => {
                    let name = self.tree.child(child, Field::Name).map_or(0, |name| self.tree.symbol_of(name));
                    (self.tree.name(name), self.closure(child, scope)?)
                }
                Kind::Spread => {
                    let from = self.inner(child, scope)?;
                    self.copy_fields(&from, &object)?;
                    continue;
                }
                _ => continue,
            };
            self.set_field(&object, &key, value)?;
        }
        Ok(object)
    }

    fn pair(&mut self, id: Id, scope: u32) -> Result<(Rc<str>, Value), super::value::Stop> {
        let key = match self.tree.child(id, Field::Key) {
            Some(key) if self.tree.kind(key) == Kind::Property => self.tree.name(self.tree.symbol_of(key)),
            Some(key) => {
                let value = self.evaluate(key, scope)?;
                self.string_of(&value).into()
            }
            None => "".into(),
        };
        let value = match self.tree.child(id, Field::Value) {
            Some(value) => self.evaluate(value, scope)?,
            None => Value::Unknown,
        };
        Ok((key, value))
    }
}

fn raw_size(value: &Value) -> usize {
    if let Value::Text(text) = value { 32 + text.len() * 2 } else { 8 }
}

/// A literal without its quotes.
fn unquoted(raw: &str) -> &str {
    let Some(quote @ ('"' | '\'' | '`')) = raw.chars().next() else { return raw };
    let inner = raw.get(1..).unwrap_or_default();
    inner.strip_suffix(quote).unwrap_or(inner)
}

/// The value of a literal's content; one with many escaped letters says so.
fn cooked(raw: &str) -> Text {
    if !raw.contains('\\') {
        return Text::new(raw);
    }
    let escapes = signs::escaped_letters(raw);
    let how = if escapes >= 4 && escapes * 8 >= raw.len() { How::ESCAPES } else { How::NONE };
    Text::of(text::cook_units(raw)).by(how)
}
