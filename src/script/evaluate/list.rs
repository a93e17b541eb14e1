//! Methods of lists.

use super::Machine;
use super::value::{How, Outcome, Stop, Text, Value};
use std::rc::Rc;

/// The methods that lists have, for code that reads their names.
pub(super) const METHODS: [&str; 31] = [
    "at",
    "concat",
    "copyWithin",
    "entries",
    "every",
    "fill",
    "filter",
    "find",
    "findIndex",
    "flat",
    "flatMap",
    "forEach",
    "includes",
    "indexOf",
    "join",
    "keys",
    "lastIndexOf",
    "map",
    "pop",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "toString",
    "unshift",
    "values",
];

/// Longest list that grows.
const MAX_LIST: usize = 1 << 18;
/// Longest list that is sorted.
const MAX_SORTED: usize = 4096;

impl Machine {
    /// Calls a method of a list.
    pub(super) fn call_on_list(&mut self, list: &Value, name: &Rc<str>, arguments: Vec<Value>) -> Outcome {
        let length = self.heap.list(list).map_or(0, Vec::len);
        match &**name {
            "push" | "unshift" => self.added_to(list, name, arguments),
            "pop" => Ok(self.heap.list_mut(list).and_then(Vec::pop).unwrap_or(Value::Undefined)),
            "shift" => {
                self.spend(length / 16)?;
                let values = self.heap.list_mut(list).filter(|values| !values.is_empty());
                Ok(values.map_or(Value::Undefined, |values| values.remove(0)))
            }
            "join" => {
                let with = match arguments.first() {
                    None | Some(Value::Undefined) => Text::new(","),
                    Some(with) => self.text_of(with),
                };
                self.join_list(list, &with)
            }
            "toString" => self.join_list(list, &Text::new(",")),
            "reverse" => {
                self.spend(length / 16)?;
                if let Some(values) = self.heap.list_mut(list) {
                    values.reverse();
                    values.iter_mut().for_each(turned);
                }
                Ok(list.clone())
            }
            "slice" | "splice" => self.cut_list(list, name, arguments),
            "concat" => {
                let mut values = self.values(list)?;
                for argument in arguments {
                    let spreads = self.heap.list(&argument).is_some();
                    self.spread(spreads, argument, &mut values)?;
                }
                self.list(values)
            }
            "indexOf" | "lastIndexOf" | "includes" => self.place_of(list, name, &arguments),
            "sort" => self.sort(list, arguments.first()),
            "fill" => self.fill_list(list, &arguments),
            "at" => {
                let at = self.whole(&arguments, 0, 0.0).unwrap_or(f64::NAN);
                let at = if at < 0.0 { at + length as f64 } else { at };
                self.get(list, &Value::Number(at))
            }
            "flat" => self.flat(list),
            "keys" | "values" | "entries" if arguments.is_empty() => Ok(Value::text("[object Array Iterator]")),
            _ => self.call_with_each(list, name, &arguments),
        }
    }

    /// A copy of a list's values.
    fn values(&mut self, list: &Value) -> Result<Vec<Value>, Stop> {
        Ok(self.each(list, true)?.unwrap_or_default())
    }

    fn added_to(&mut self, list: &Value, name: &str, arguments: Vec<Value>) -> Outcome {
        let length = self.heap.list(list).map_or(0, Vec::len);
        self.make(arguments.len() * size_of::<Value>() + if name == "push" { 0 } else { length })?;
        if length + arguments.len() > MAX_LIST {
            self.cut("memory");
            return Ok(self.unknown());
        }
        let Some(values) = self.heap.list_mut(list) else { return Ok(Value::Undefined) };
        if name == "push" {
            values.extend(arguments);
        } else {
            values.splice(0..0, arguments);
        }
        Ok(Value::Number(values.len() as f64))
    }

    fn join_list(&mut self, list: &Value, with: &Text) -> Outcome {
        let values = self.values(list)?;
        let mut joined = self.joined(&values, with, 0);
        if with.is("%") {
            joined.how = joined.how | How::DELIMITED;
        }
        if with.is_empty() && joined.how.has(How::SPLIT) {
            joined.how = joined.how | How::NOISE;
        }
        joined.how = joined.how.whole() | How::JOINED;
        Ok(Value::Text(joined))
    }

    fn cut_list(&mut self, list: &Value, name: &str, mut arguments: Vec<Value>) -> Outcome {
        let values = self.values(list)?;
        let length = values.len();
        let (Some(from), Some(second)) = (self.whole(&arguments, 0, 0.0), self.whole(&arguments, 1, f64::INFINITY))
        else {
            return Ok(self.unknown());
        };
        let from = from_end(from, length);
        let to = if name == "slice" { from_end(second, length) } else { (from + second.max(0.0)).min(length as f64) };
        let (from, to) = (from as usize, to.max(from) as usize);
        let part = values.get(from..to).unwrap_or_default().to_vec();
        if name == "splice" {
            let new: Vec<Value> = if arguments.len() > 2 { arguments.split_off(2) } else { Vec::new() };
            self.make(new.len() * size_of::<Value>())?;
            if let Some(values) = self.heap.list_mut(list)
                && to <= values.len()
            {
                values.splice(from..to, new);
            }
        }
        self.list(part)
    }

    fn fill_list(&mut self, list: &Value, arguments: &[Value]) -> Outcome {
        let length = self.heap.list(list).map_or(0, Vec::len);
        self.spend(length / 6)?;
        let (Some(from), Some(to)) = (self.whole(arguments, 1, 0.0), self.whole(arguments, 2, f64::INFINITY)) else {
            return Ok(self.unknown());
        };
        let (from, to) = (from_end(from, length) as usize, from_end(to, length) as usize);
        let value = arguments.first().cloned().unwrap_or(Value::Undefined);
        if let Some(values) = self.heap.list_mut(list).and_then(|values| values.get_mut(from..to)) {
            values.fill(value);
        }
        Ok(list.clone())
    }

    fn place_of(&mut self, list: &Value, name: &str, arguments: &[Value]) -> Outcome {
        let values = self.values(list)?;
        let wanted = arguments.first().cloned().unwrap_or(Value::Undefined);
        self.spend(values.len() / 4)?;
        let mut found = None;
        for (at, value) in values.iter().enumerate() {
            match self.same(value, &wanted) {
                Some(true) if name == "lastIndexOf" => found = Some(at),
                Some(true) => {
                    found = Some(at);
                    break;
                }
                Some(false) => {}
                None => return Ok(self.unknown()),
            }
        }
        Ok(match name {
            "includes" => Value::Bool(found.is_some()),
            _ => Value::Number(found.map_or(-1.0, |at| at as f64)),
        })
    }

    fn flat(&mut self, list: &Value) -> Outcome {
        let mut flat = Vec::new();
        for value in self.values(list)? {
            let spreads = self.heap.list(&value).is_some();
            self.spread(spreads, value, &mut flat)?;
        }
        self.list(flat)
    }

    /// Sorts by text, or by a function; one that gives nothing known leaves the order.
    fn sort(&mut self, list: &Value, by: Option<&Value>) -> Outcome {
        let mut values = self.values(list)?;
        if values.len() > MAX_SORTED {
            return Ok(list.clone());
        }
        if let Some(by) = by.filter(|by| self.heap.closure(by).is_some()) {
            values = self.sorted_by(values, by)?;
        } else {
            let mut keyed: Vec<_> = values.into_iter().map(|value| (self.text_of(&value).units, value)).collect();
            // Texts that are alike to the end are compared to the end.
            let longest = keyed.iter().map(|(units, _)| units.len()).max().unwrap_or(0);
            self.spend(keyed.len().saturating_mul(4 + 12 * longest / 32))?;
            keyed.sort_by(|a, b| a.0.cmp(&b.0));
            values = keyed.into_iter().map(|(_, value)| value).collect();
        }
        if let Some(known) = self.heap.list_mut(list) {
            *known = values;
        }
        Ok(list.clone())
    }

    /// Sorts by insertion, so that a function that contradicts itself cannot do harm.
    fn sorted_by(&mut self, values: Vec<Value>, by: &Value) -> Result<Vec<Value>, Stop> {
        let mut sorted: Vec<Value> = Vec::with_capacity(values.len());
        for value in values {
            let (mut low, mut high) = (0, sorted.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                let other = sorted.get(middle).cloned().unwrap_or(Value::Undefined);
                let order = self.call(by, &Value::Undefined, vec![other, value.clone()])?;
                if self.number_of(&order).is_some_and(|order| order > 0.0) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            sorted.insert(low, value);
        }
        Ok(sorted)
    }

    /// The methods that call a function with each value.
    fn call_with_each(&mut self, list: &Value, name: &str, arguments: &[Value]) -> Outcome {
        let Some(function) = arguments.first().cloned() else { return Ok(self.unknown()) };
        let mut values = self.values(list)?;
        if name == "reduceRight" {
            values.reverse();
        }
        if name.starts_with("reduce") {
            return self.reduce(&function, values, arguments.get(1).cloned(), list);
        }
        let mut results = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            let given = vec![value.clone(), Value::Number(at as f64), list.clone()];
            let result = self.call(&function, &Value::Undefined, given)?;
            let truth = self.truth(&result);
            match name {
                "map" | "flatMap" => results.push(result),
                "filter" if truth != Some(false) => results.push(value.clone()),
                "find" if truth == Some(true) => return Ok(value.clone()),
                "findIndex" if truth == Some(true) => return Ok(Value::Number(at as f64)),
                "some" if truth == Some(true) => return Ok(Value::Bool(true)),
                "every" if truth == Some(false) => return Ok(Value::Bool(false)),
                _ => {}
            }
        }
        match name {
            "flatMap" => {
                let list = self.list(results)?;
                self.flat(&list)
            }
            "map" | "filter" => self.list(results),
            "findIndex" => Ok(Value::Number(-1.0)),
            "some" => Ok(Value::Bool(false)),
            "every" => Ok(Value::Bool(true)),
            "forEach" | "find" => Ok(Value::Undefined),
            _ => Ok(self.unknown()),
        }
    }

    fn reduce(&mut self, function: &Value, values: Vec<Value>, first: Option<Value>, list: &Value) -> Outcome {
        let skipped = usize::from(first.is_none());
        let mut values = values.into_iter();
        let Some(mut sum) = first.or_else(|| values.next()) else { return Ok(Value::Undefined) };
        for (at, value) in values.enumerate() {
            let given = vec![sum, value, Value::Number((at + skipped) as f64), list.clone()];
            sum = self.call(function, &Value::Undefined, given)?;
        }
        Ok(sum)
    }
}

/// A place of a list; a negative one is counted from the end.
fn from_end(at: f64, length: usize) -> f64 {
    let length = length as f64;
    if at < 0.0 { (length + at).max(0.0) } else { at.min(length) }
}

/// Marks a text of a list that was turned round.
fn turned(value: &mut Value) {
    if let Value::Text(text) = value
        && text.len() <= 2
    {
        text.how = text.how | How::REVERSED;
    }
}
