//! Operators, with the language's own rules for mixed kinds of values.

use super::Machine;
use super::coerce::{to_int32, to_uint32};
use super::value::{HOLE, How, Outcome, Text, Value};
use crate::script::syntax::{Field, Id, Kind};
use std::rc::Rc;

/// Longest text that grows by joining, in units.
const MAX_TEXT: usize = 4 << 20;

impl Machine {
    /// A chain of binary operators, from its innermost left operand outwards.
    pub(super) fn binary(&mut self, id: Id, scope: u32) -> Outcome {
        let mut chain = Vec::new();
        let mut left = self.tree.child(id, Field::Left);
        while let Some(inner) = left.filter(|inner| self.tree.kind(*inner) == Kind::Binary) {
            self.spend(1)?;
            chain.push(inner);
            left = self.tree.child(inner, Field::Left);
        }
        let Some(first) = left else { return Ok(Value::Unknown) };
        let mut value = self.evaluate(first, scope)?;
        while let Some(inner) = chain.pop() {
            value = self.one(inner, value, scope)?;
        }
        self.one(id, value, scope)
    }

    /// One operator, its left operand known already.
    fn one(&mut self, id: Id, left: Value, scope: u32) -> Outcome {
        let Some(right) = self.tree.child(id, Field::Right) else { return Ok(Value::Unknown) };
        let (operator, takes) = self.operator_of(id);
        if let Some(takes) = takes {
            return self.logical(takes, left, right, scope);
        }
        let right = self.evaluate(right, scope)?;
        self.at_sum = id;
        self.combine(operator, left, right)
    }

    /// The operator of an expression, read once for each sign.
    pub(super) fn operator_of(&mut self, id: Id) -> (Operator, Option<Takes>) {
        let Some(sign) = self.tree.child(id, Field::Operator) else { return (Operator::Unknown, None) };
        let symbol = self.tree.symbol_of(sign) as usize;
        if let Some(Some(known)) = self.operators.get(symbol) {
            return *known;
        }
        let text = self.tree.text(sign);
        let found = (Operator::of(text), takes_right(text));
        if self.operators.len() <= symbol {
            self.operators.resize(symbol + 1, None);
        }
        self.operators[symbol] = Some(found);
        found
    }

    /// `&&`, `||`, `??`: the right operand only where it is wanted; where that is not known, both.
    pub(super) fn logical(&mut self, takes: Takes, left: Value, right: Id, scope: u32) -> Outcome {
        let wants = match takes {
            Takes::True => self.truth(&left),
            Takes::False => self.truth(&left).map(|truth| !truth),
            Takes::Nothing if left.is_opaque() => None,
            Takes::Nothing => Some(left.is_nothing()),
        };
        match wants {
            Some(true) => self.evaluate(right, scope),
            Some(false) => Ok(left),
            None => {
                let right = self.guessed(right, scope)?;
                Ok(match takes {
                    Takes::True if right.is_nothing() => left,
                    Takes::True => right,
                    _ if right.is_opaque() || right.is_nothing() => left,
                    _ => right,
                })
            }
        }
    }

    /// What an operator makes of two values.
    pub(super) fn combine(&mut self, operator: Operator, left: Value, right: Value) -> Outcome {
        use Operator::*;
        match operator {
            Add => self.add(left, right),
            Equal | NotEqual => {
                let equal = self.equal(&left, &right);
                Ok(self.decided(equal.map(|equal| equal == (operator == Equal))))
            }
            Same | NotSame => {
                let same = self.same(&left, &right);
                Ok(self.decided(same.map(|same| same == (operator == Same))))
            }
            Less | More | AtMost | AtLeast => {
                let order = self.order(&left, &right);
                Ok(self.decided(order.map(|order| order.is_some_and(|order| operator.fits(order)))))
            }
            In => {
                let name = self.string_of(&left);
                let known = match &right {
                    Value::Item(place) if !self.is_opaque_item(*place) => {
                        let by_place = name.parse::<usize>().ok();
                        let listed = by_place.zip(self.heap.list(&right)).is_some_and(|(at, list)| at < list.len());
                        Some(listed || self.heap.field(*place, &name).is_some())
                    }
                    _ => None,
                };
                Ok(self.decided(known))
            }
            InstanceOf | Unknown => Ok(self.unknown()),
            _ => self.arithmetic(operator, &left, &right),
        }
    }

    /// A truth value that may not be known.
    pub(super) fn decided(&mut self, truth: Option<bool>) -> Value {
        truth.map_or_else(|| self.unknown(), Value::Bool)
    }

    fn arithmetic(&mut self, operator: Operator, left: &Value, right: &Value) -> Outcome {
        let (Some(a), Some(b)) = (self.number_of(left), self.number_of(right)) else { return Ok(self.unknown()) };
        Ok(calculated(operator, a, b).map_or_else(|| self.unknown(), Value::Number))
    }

    /// `+`: numbers are added, all else is joined as text.
    pub(super) fn add(&mut self, left: Value, right: Value) -> Outcome {
        let (left, right) = (self.primitive(left), self.primitive(right));
        if let (Value::Text(a), Value::Text(b)) = (&left, &right)
            && (a.is_empty() || b.is_empty())
        {
            let how = a.how | b.how;
            return Ok(Value::Text(if a.is_empty() { b.clone() } else { a.clone() }.by(how)));
        }
        let joins = matches!(left, Value::Text(_)) || matches!(right, Value::Text(_));
        if !joins {
            return match (self.number_of(&left), self.number_of(&right)) {
                (Some(a), Some(b)) => Ok(Value::Number(a + b)),
                _ => Ok(self.unknown()),
            };
        }
        let right = self.text_of(&right);
        let left = if let Value::Text(text) = left { text } else { self.text_of(&left) };
        self.join(left, &right)
    }

    /// Joins two texts; the left one grows in place when nobody else holds it.
    fn join(&mut self, mut left: Text, right: &Text) -> Outcome {
        self.split_keyword(&left, right);
        if left.len() + right.len() > MAX_TEXT {
            self.room = 0;
        }
        let how = left.how | right.how | How::JOINED;
        let hole = right.units.as_slice() == [HOLE] && left.units.last() == Some(&HOLE);
        match Rc::get_mut(&mut left.units) {
            _ if hole => {}
            Some(units) => {
                self.make(right.len() * 2)?;
                units.extend_from_slice(&right.units);
            }
            None => {
                self.make((left.len() + right.len()) * 2)?;
                let mut units = Vec::with_capacity(left.len() + right.len() * 2);
                units.extend_from_slice(&left.units);
                units.extend_from_slice(&right.units);
                left.units = Rc::new(units);
            }
        }
        left.how = how;
        Ok(Value::Text(left))
    }

    pub(super) fn unary(&mut self, id: Id, scope: u32) -> Outcome {
        let Some(argument) = self.tree.child(id, Field::Argument) else { return Ok(Value::Unknown) };
        let operator = self.tree.child(id, Field::Operator).map_or("", |id| self.tree.text(id)).to_owned();
        let value = self.evaluate(argument, scope)?;
        match operator.as_str() {
            "!" => {
                let truth = self.truth(&value).map(|truth| !truth);
                Ok(self.decided(truth))
            }
            "typeof" => Ok(self.type_of(&value)),
            "void" => Ok(Value::Undefined),
            "delete" => {
                self.delete(argument, scope)?;
                Ok(Value::Bool(true))
            }
            sign => {
                let Some(number) = self.number_of(&value) else { return Ok(self.unknown()) };
                Ok(Value::Number(match sign {
                    "-" => -number,
                    "~" => f64::from(!to_int32(number)),
                    _ => number,
                }))
            }
        }
    }

    fn type_of(&mut self, value: &Value) -> Value {
        Value::text(match value {
            Value::Undefined => "undefined",
            Value::Null => "object",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::Text(_) => "string",
            Value::Method(_) => "function",
            Value::Native(name) if matches!(&**name, "Math" | "JSON") || name.ends_with("prototype") => "object",
            Value::Native(_) => "function",
            Value::Item(_) if self.heap.is_function(value) => "function",
            Value::Item(_) => "object",
            Value::Host(name) => match super::host::type_of(name) {
                Some(known) => known,
                None => return self.unknown(),
            },
            Value::Unknown => return self.unknown(),
        })
    }

    /// How two values compare; the inner none when one is not a number.
    fn order(&mut self, left: &Value, right: &Value) -> Option<Option<std::cmp::Ordering>> {
        if let (Value::Text(a), Value::Text(b)) = (left, right) {
            self.charge(a.len().min(b.len()) / 32);
            return (a.is_whole() && b.is_whole()).then(|| Some(a.units.cmp(&b.units)));
        }
        Some(self.number_of(left)?.partial_cmp(&self.number_of(right)?))
    }

    /// `===`.
    pub(super) fn same(&mut self, left: &Value, right: &Value) -> Option<bool> {
        match (left, right) {
            (Value::Unknown | Value::Host(_), _) | (_, Value::Unknown | Value::Host(_)) => None,
            (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => Some(true),
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::Number(a), Value::Number(b)) => Some(a == b),
            (Value::Text(a), Value::Text(b)) => {
                self.charge(if a.len() == b.len() { a.len() / 32 } else { 0 });
                (a.is_whole() && b.is_whole()).then(|| a.units == b.units)
            }
            (Value::Item(a), Value::Item(b)) => Some(a == b),
            (Value::Native(a), Value::Native(b)) => Some(a == b),
            (Value::Method(a), Value::Method(b)) => Some(a.1 == b.1),
            _ => Some(false),
        }
    }

    /// `==`.
    pub(super) fn equal(&mut self, left: &Value, right: &Value) -> Option<bool> {
        if left.is_nothing() && right.is_nothing() {
            return Some(true);
        }
        if left.is_nothing() || right.is_nothing() {
            return (!left.is_opaque() && !right.is_opaque()).then_some(false);
        }
        if std::mem::discriminant(left) == std::mem::discriminant(right) || left.is_opaque() || right.is_opaque() {
            return self.same(left, right);
        }
        let (left, right) = (self.primitive(left.clone()), self.primitive(right.clone()));
        if let (Value::Text(_), Value::Text(_)) = (&left, &right) {
            return self.same(&left, &right);
        }
        Some(self.number_of(&left)? == self.number_of(&right)?)
    }

    /// `x++`, `--x`.
    pub(super) fn update(&mut self, id: Id, scope: u32) -> Outcome {
        let Some(argument) = self.tree.child(id, Field::Argument) else { return Ok(Value::Unknown) };
        let operator = self.tree.child(id, Field::Operator);
        let grows = operator.is_some_and(|id| self.tree.text(id) == "++");
        let before = operator.is_some_and(|id| self.tree.range(id).0 < self.tree.range(argument).0);
        let old = self.evaluate(argument, scope)?;
        let Some(old) = self.number_of(&old) else {
            let unknown = self.unknown();
            self.bind(argument, unknown, scope, false)?;
            return Ok(Value::Unknown);
        };
        let new = if grows { old + 1.0 } else { old - 1.0 };
        self.bind(argument, Value::Number(new), scope, false)?;
        Ok(Value::Number(if before { new } else { old }))
    }
}

/// When an operator that chooses takes its right operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    True,
    False,
    Nothing,
}

/// When an operator takes its right operand; none for one that always does.
pub(super) fn takes_right(operator: &str) -> Option<Takes> {
    match operator {
        "&&" | "&&=" => Some(Takes::True),
        "||" | "||=" => Some(Takes::False),
        "??" | "??=" => Some(Takes::Nothing),
        _ => None,
    }
}

/// What a calculating operator other than `+` makes of two numbers; none for all others.
pub(super) fn calculated(operator: Operator, a: f64, b: f64) -> Option<f64> {
    use Operator::*;
    Some(match operator {
        Subtract => a - b,
        Multiply => a * b,
        Divide => a / b,
        Remainder => a % b,
        Power => a.powf(b),
        BitAnd => f64::from(to_int32(a) & to_int32(b)),
        BitOr => f64::from(to_int32(a) | to_int32(b)),
        BitXor => f64::from(to_int32(a) ^ to_int32(b)),
        ShiftLeft => f64::from(to_int32(a) << (to_uint32(b) & 31)),
        ShiftRight => f64::from(to_int32(a) >> (to_uint32(b) & 31)),
        ShiftUnsigned => f64::from(to_uint32(a) >> (to_uint32(b) & 31)),
        _ => return None,
    })
}

/// An operator of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    ShiftUnsigned,
    Equal,
    NotEqual,
    Same,
    NotSame,
    Less,
    More,
    AtMost,
    AtLeast,
    In,
    InstanceOf,
    Unknown,
}

impl Operator {
    /// By its sign, also in an assignment (`+=`).
    pub(super) fn of(sign: &str) -> Self {
        use Operator::*;
        match sign {
            "+" | "+=" => Add,
            "-" | "-=" => Subtract,
            "*" | "*=" => Multiply,
            "/" | "/=" => Divide,
            "%" | "%=" => Remainder,
            "**" | "**=" => Power,
            "&" | "&=" => BitAnd,
            "|" | "|=" => BitOr,
            "^" | "^=" => BitXor,
            "<<" | "<<=" => ShiftLeft,
            ">>" | ">>=" => ShiftRight,
            ">>>" | ">>>=" => ShiftUnsigned,
            "==" => Equal,
            "!=" => NotEqual,
            "===" => Same,
            "!==" => NotSame,
            "<" => Less,
            ">" => More,
            "<=" => AtMost,
            ">=" => AtLeast,
            "in" => In,
            "instanceof" => InstanceOf,
            _ => Unknown,
        }
    }

    pub(super) fn fits(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::More => order.is_gt(),
            Self::AtMost => order.is_le(),
            _ => order.is_ge(),
        }
    }
}
