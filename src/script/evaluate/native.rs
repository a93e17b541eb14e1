//! The functions of the language that work on pure values.

use super::Machine;
use super::coerce::{in_radix, to_int32, to_uint32, to_whole};
use super::heap::Kind;
use super::value::{How, Outcome, Text, Value};
use crate::model::Sink;
use crate::script::text;
use std::rc::Rc;

/// Most places that `new Array(length)` makes.
const MAX_LENGTH: f64 = 100_000.0;

/// Most units of a text in which a number is looked for.
const MAX_DIGITS: usize = 1_024;

/// What is known of the language's constants.
pub(super) fn constant(path: &str) -> Option<Value> {
    Some(Value::Number(match path {
        "Math.PI" => std::f64::consts::PI,
        "Math.E" => std::f64::consts::E,
        "Math.LN2" => std::f64::consts::LN_2,
        "Number.MAX_SAFE_INTEGER" => 9_007_199_254_740_991.0,
        "Number.MAX_VALUE" => f64::MAX,
        "Number.POSITIVE_INFINITY" => f64::INFINITY,
        "Number.NaN" => f64::NAN,
        _ => return None,
    }))
}

impl Machine {
    /// Calls a function of the language by its name.
    pub(super) fn call_native(&mut self, path: &Rc<str>, arguments: Vec<Value>) -> Outcome {
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        match &**path {
            "eval" | "execScript" => self.call_eval(first),
            "Function" => self.make_function(&arguments),
            "unescape" | "decodeURIComponent" | "decodeURI" => self.decode(&first, &**path == "unescape"),
            "escape" | "encodeURIComponent" | "encodeURI" => self.encode(path, &first),
            "atob" => self.decode_base64(&first),
            "btoa" => self.encode_base64(&first),
            "parseInt" | "Number.parseInt" => {
                let radix = arguments.get(1).and_then(|radix| self.number_of(radix)).unwrap_or(0.0);
                let text = self.text_of(&first);
                self.charge(text.len().min(MAX_DIGITS) / 8);
                Ok(if text.is_whole() { Value::Number(parse_int(&text, radix)) } else { self.unknown() })
            }
            "parseFloat" | "Number.parseFloat" => {
                let text = self.text_of(&first);
                self.charge(text.len().min(MAX_DIGITS) / 8);
                Ok(if text.is_whole() {
                    Value::Number(parse_float(&text.part(0, MAX_DIGITS).read()))
                } else {
                    self.unknown()
                })
            }
            "isNaN" | "isFinite" | "Number.isNaN" | "Number.isInteger" => {
                let number = self.number_of(&first);
                let truth = number.map(|number| match &**path {
                    "isFinite" => number.is_finite(),
                    "Number.isInteger" => number.fract() == 0.0,
                    _ => number.is_nan(),
                });
                Ok(self.decided(truth))
            }
            "Number" => {
                let number = if arguments.is_empty() { Some(0.0) } else { self.number_of(&first) };
                Ok(number.map_or_else(|| self.unknown(), Value::Number))
            }
            "String" if arguments.is_empty() => Ok(Value::text("")),
            "String" => Ok(Value::Text(self.text_of(&first))),
            "Boolean" => {
                let truth = self.truth(&first);
                Ok(self.decided(truth))
            }
            "RegExp" => self.new_pattern(&first, arguments.get(1)),
            "String.fromCharCode" | "String.fromCodePoint" => {
                self.text_of_codes(&arguments, &**path != "String.fromCharCode")
            }
            _ => self.call_native_object(path, arguments, first),
        }
    }

    fn call_native_object(&mut self, path: &Rc<str>, arguments: Vec<Value>, first: Value) -> Outcome {
        if let Some(outcome) = self.call_on_bytes(path, &arguments) {
            return outcome;
        }
        match &**path {
            "Array" => self.new_list(arguments, &first),
            "Array.of" => self.list(arguments),
            "Array.from" => self.list_from(&first, arguments.get(1)),
            "Array.isArray" => Ok(Value::Bool(self.heap.list(&first).is_some())),
            "Object" if first.is_nothing() => self.new_object(),
            "Object" => Ok(first),
            "Object.create" | "Map" | "Set" | "Symbol" => self.new_object(),
            "Error" | "TypeError" => self.new_object(),
            "Object.keys" | "Object.values" | "Object.entries" => self.listed(path, &first),
            "Object.assign" => {
                for from in arguments.get(1..).unwrap_or_default() {
                    self.copy_fields(from, &first)?;
                }
                Ok(first)
            }
            "Object.freeze" | "Object.defineProperty" | "Object.seal" => {
                self.hand_over(&arguments, true);
                Ok(first)
            }
            "JSON.parse" => self.parse_json(&first),
            "Date" | "Date.now" | "Date.parse" | "Date.UTC" => {
                self.look_at("Date");
                Ok(Value::host("Date()"))
            }
            _ if path.starts_with("Math.") => Ok(self.mathematics(path.get(5..).unwrap_or_default(), &arguments)),
            _ => {
                self.hand_over(&arguments, true);
                Ok(self.unknown())
            }
        }
    }

    /// `eval`: the code is followed at once; what is no text is given back.
    fn call_eval(&mut self, first: Value) -> Outcome {
        match first {
            Value::Text(code) => self.run_text(&code, "eval"),
            // What comes from elsewhere is run.
            Value::Unknown | Value::Host(_) => {
                self.action(Sink::Eval, "eval", &Text::hole());
                Ok(self.unknown())
            }
            other => Ok(other),
        }
    }

    /// `Function(a, b, code)`.
    fn make_function(&mut self, arguments: &[Value]) -> Outcome {
        let texts: Vec<Text> = arguments.iter().map(|argument| self.text_of(argument)).collect();
        let Some((code, names)) = texts.split_last() else { return Ok(self.unknown()) };
        let names: Vec<String> = names.iter().map(|name| self.read(name)).collect();
        self.compile_function(&names.join(","), code)
    }

    fn decode(&mut self, value: &Value, units: bool) -> Outcome {
        let encoded = self.text_of(value);
        self.make(encoded.len() * 2)?;
        self.spend(encoded.len() / 2)?;
        if !encoded.units.contains(&u16::from(b'%')) {
            return Ok(Value::Text(encoded));
        }
        let decoded = if units {
            Text::of(text::unescape_units(&encoded.units))
        } else {
            Text::new(&text::percent(&encoded.read()))
        };
        let how = if needless(&encoded) { How::PERCENT } else { How::UNQUOTED };
        Ok(Value::Text(decoded.by(encoded.how | how)))
    }

    fn encode(&mut self, path: &str, value: &Value) -> Outcome {
        let plain = self.text_of(value);
        self.make(plain.len() * 6)?;
        self.spend(plain.len() * 2)?;
        if !plain.is_whole() {
            return Ok(Value::Text(plain));
        }
        let encoded = if path == "escape" {
            text::escape_units(&plain.units)
        } else {
            text::to_percent(&plain.read(), path == "encodeURI")
        };
        Ok(Value::Text(Text::new(&encoded).by(plain.how)))
    }

    fn decode_base64(&mut self, value: &Value) -> Outcome {
        let encoded = self.text_of(value);
        self.make(encoded.len() * 2)?;
        let decoded = encoded.is_whole().then(|| text::base64_bytes(&encoded.read())).flatten();
        Ok(match decoded {
            Some(bytes) => {
                Value::Text(Text::of(bytes.into_iter().map(u16::from).collect()).by(encoded.how | How::BASE64))
            }
            None => self.unknown(),
        })
    }

    fn encode_base64(&mut self, value: &Value) -> Outcome {
        let plain = self.text_of(value);
        self.make(plain.len() * 3)?;
        let bytes: Option<Vec<u8>> = plain.units.iter().map(|unit| u8::try_from(*unit).ok()).collect();
        Ok(match bytes.filter(|_| plain.is_whole()) {
            Some(bytes) => Value::text(&text::to_base64(&bytes)),
            None => self.unknown(),
        })
    }

    /// Character codes as text; a run of them is noted.
    fn text_of_codes(&mut self, codes: &[Value], points: bool) -> Outcome {
        self.make(codes.len() * 4)?;
        let mut units = Vec::with_capacity(codes.len());
        for code in codes {
            let Some(number) = self.number_of(code) else { return Ok(self.unknown()) };
            match char::from_u32(to_uint32(number)).filter(|_| points) {
                Some(point) => units.extend_from_slice(point.encode_utf16(&mut [0; 2])),
                None => units.push(to_uint32(number) as u16),
            }
        }
        let text = Text::of(units).by(How::CODES);
        self.run_of_codes(&text, codes.len());
        Ok(Value::Text(text))
    }

    pub(super) fn new_list(&mut self, arguments: Vec<Value>, first: &Value) -> Outcome {
        match first {
            Value::Number(length) if arguments.len() == 1 => {
                if !(0.0..=MAX_LENGTH).contains(length) {
                    return Ok(self.unknown());
                }
                self.list(vec![Value::Undefined; *length as usize])
            }
            Value::Unknown | Value::Host(_) if arguments.len() == 1 => Ok(self.unknown()),
            _ => self.list(arguments),
        }
    }

    pub(super) fn list_from(&mut self, from: &Value, with: Option<&Value>) -> Outcome {
        let Some(values) = self.each(from, true)? else { return Ok(self.unknown()) };
        let list = self.list(values)?;
        match with {
            Some(with) => self.call_on_list(&list, &Rc::from("map"), vec![with.clone()]),
            None => Ok(list),
        }
    }

    fn new_object(&mut self) -> Outcome {
        self.make(192)?;
        Ok(self.heap.add(Kind::Object))
    }

    fn listed(&mut self, path: &str, object: &Value) -> Outcome {
        let Some(keys) = self.each(object, false)? else { return Ok(self.unknown()) };
        let mut list = Vec::with_capacity(keys.len());
        for key in keys {
            let value = if path == "Object.keys" { Value::Undefined } else { self.get(object, &key)? };
            list.push(match path {
                "Object.keys" => key,
                "Object.values" => value,
                _ => self.list(vec![key, value])?,
            });
        }
        self.list(list)
    }

    fn mathematics(&mut self, name: &str, arguments: &[Value]) -> Value {
        let mut numbers = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match self.number_of(argument) {
                Some(number) => numbers.push(number),
                None => return self.unknown(),
            }
        }
        let a = numbers.first().copied().unwrap_or(f64::NAN);
        let b = numbers.get(1).copied().unwrap_or(f64::NAN);
        Value::Number(match name {
            "floor" => a.floor(),
            "ceil" => a.ceil(),
            "round" => (a + 0.5).floor(),
            "trunc" => a.trunc(),
            "abs" => a.abs(),
            "sqrt" => a.sqrt(),
            "pow" => a.powf(b),
            "sin" => a.sin(),
            "cos" => a.cos(),
            "tan" => a.tan(),
            "log" => a.ln(),
            "exp" => a.exp(),
            "sign" => {
                if a == 0.0 {
                    0.0
                } else {
                    a.signum()
                }
            }
            "imul" => f64::from(to_int32(a).wrapping_mul(to_int32(b))),
            "max" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            "min" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            _ => return self.unknown(),
        })
    }

    /// Methods of numbers.
    pub(super) fn call_on_number(&mut self, number: f64, name: &str, arguments: &[Value]) -> Value {
        let first = arguments.first().and_then(|first| self.number_of(first));
        match name {
            "toString" => {
                let radix = first.unwrap_or(10.0);
                if !(2.0..=36.0).contains(&radix) {
                    return self.unknown();
                }
                let text = Text::new(&in_radix(number, radix as u32));
                self.charge(text.len() / 2);
                let letters = radix > 16.0 && text.units.iter().any(|unit| (97..=122).contains(unit));
                Value::Text(if letters { text.by(How::COERCED) } else { text })
            }
            "toFixed" => {
                let digits = first.unwrap_or(0.0).clamp(0.0, 20.0) as usize;
                let text = format!("{number:.digits$}");
                self.charge(text.len() * 2);
                Value::text(&text)
            }
            "valueOf" => Value::Number(number),
            _ => self.unknown(),
        }
    }
}

/// Whether percent codes stand for letters, not only for marks that need it.
fn needless(encoded: &Text) -> bool {
    let digit = |unit: &u16| char::from_u32(u32::from(*unit)).and_then(|c| c.to_digit(16));
    let mut letters = 0;
    let mut codes = 0;
    for group in encoded.units.windows(3) {
        if let [37, high, low] = group
            && let (Some(high), Some(low)) = (digit(high), digit(low))
        {
            codes += 1;
            letters += usize::from(((high * 16 + low) as u8).is_ascii_alphanumeric());
        }
    }
    letters >= 4 && letters * 3 >= codes
}

/// `parseInt`.
fn parse_int(text: &Text, radix: f64) -> f64 {
    let text = text.part(0, MAX_DIGITS).read();
    let trimmed = text.trim_start();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let mut radix = to_whole(radix) as u32;
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).filter(|_| radix == 0 || radix == 16);
    let digits = hex.unwrap_or(digits);
    if radix == 0 {
        radix = if hex.is_some() { 16 } else { 10 };
    }
    if !(2..=36).contains(&radix) {
        return f64::NAN;
    }
    let mut number = None;
    for digit in digits.chars().map_while(|c| c.to_digit(radix)) {
        number = Some(number.unwrap_or(0.0) * f64::from(radix) + f64::from(digit));
    }
    number.map_or(f64::NAN, |number| if negative { -number } else { number })
}

/// `parseFloat`.
fn parse_float(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    for (at, c) in text.char_indices().take(64) {
        let fits = c.is_ascii_digit() || c == '.' || (at == 0 && matches!(c, '-' | '+')) || matches!(c, 'e' | 'E');
        if !fits {
            break;
        }
        end = at + 1;
    }
    let mut digits = text.get(..end).unwrap_or_default();
    while !digits.is_empty() {
        if let Ok(number) = digits.parse() {
            return number;
        }
        digits = digits.get(..digits.len() - 1).unwrap_or_default();
    }
    f64::NAN
}
