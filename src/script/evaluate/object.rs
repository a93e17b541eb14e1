//! Methods of objects and functions, and data that stands as JSON.

use super::Machine;
use super::heap::Kind;
use super::value::{Done, Outcome, Value};

/// Longest text that is read as JSON, in units.
const MAX_JSON: usize = 65_536;

impl Machine {
    /// Calls a method that every object has.
    pub(super) fn call_on_object(&mut self, object: &Value, name: &str, arguments: &[Value]) -> Outcome {
        let key = arguments.first().cloned().unwrap_or(Value::Undefined);
        match name {
            "hasOwnProperty" => {
                let key = self.string_of(&key);
                let Value::Item(place) = object else { return Ok(self.unknown()) };
                let known = self.heap.get(*place).is_some_and(|item| item.fields.get(&key).is_some());
                Ok(Value::Bool(known))
            }
            "toString" => Ok(Value::Text(self.text_of(object))),
            "valueOf" => Ok(object.clone()),
            _ => {
                self.hand_over(arguments, true);
                Ok(self.unknown())
            }
        }
    }

    /// Gives an object the fields of another.
    pub(super) fn copy_fields(&mut self, from: &Value, to: &Value) -> Done {
        if !matches!(from, Value::Item(_)) {
            return Ok(());
        }
        for key in self.each(from, false)?.unwrap_or_default() {
            let value = self.get(from, &key)?;
            let name = self.string_of(&key);
            self.set_field(to, &name, value)?;
        }
        Ok(())
    }

    /// `JSON.parse`.
    pub(super) fn parse_json(&mut self, value: &Value) -> Outcome {
        let text = self.text_of(value);
        if !text.is_whole() || text.len() > MAX_JSON {
            return Ok(self.unknown());
        }
        let read = self.read(&text);
        self.make(read.len() * 4)?;
        match serde_json::from_str(&read) {
            Ok(json) => self.of_json(json),
            Err(_) => Ok(self.unknown()),
        }
    }

    /// JSON as a value; the reader itself bounds its depth.
    fn of_json(&mut self, json: serde_json::Value) -> Outcome {
        Ok(match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(truth) => Value::Bool(truth),
            serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => Value::text(&text),
            serde_json::Value::Array(values) => {
                let mut list = Vec::with_capacity(values.len());
                for value in values {
                    list.push(self.of_json(value)?);
                }
                self.list(list)?
            }
            serde_json::Value::Object(fields) => {
                let object = self.heap.add(Kind::Object);
                for (name, value) in fields {
                    let value = self.of_json(value)?;
                    self.set_field(&object, &name, value)?;
                }
                object
            }
        })
    }
}
