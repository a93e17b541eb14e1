//! From one kind of value to another, as the language does it.

use super::Machine;
use super::heap::Kind;
use super::value::{How, Text, Value};

/// Longest list that is turned into text, in items of all nested lists.
const MAX_JOINED: usize = 65_536;
/// Units of a text that are read for a step.
const READ_PER_STEP: usize = 16;
/// Deepest nesting of lists that are turned into text.
const MAX_NESTED: u8 = 8;

impl Machine {
    /// Whether a value counts as true; none when that is not known.
    pub(super) fn truth(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Undefined | Value::Null => Some(false),
            Value::Bool(known) => Some(*known),
            Value::Number(number) => Some(*number != 0.0 && !number.is_nan()),
            Value::Text(text) if text.is_whole() => Some(!text.is_empty()),
            Value::Text(text) => (text.len() > 1).then_some(true),
            Value::Host(name) => super::host::truth(name),
            Value::Unknown => None,
            Value::Item(_) | Value::Native(_) | Value::Method(_) => Some(true),
        }
    }

    /// A value as a number; none when it is not known.
    pub(super) fn number_of(&mut self, value: &Value) -> Option<f64> {
        match value {
            Value::Undefined => Some(f64::NAN),
            Value::Null => Some(0.0),
            Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
            Value::Number(number) => Some(*number),
            Value::Text(text) if text.is_whole() => {
                let read = self.read(text);
                Some(text_number(&read))
            }
            Value::Item(_) | Value::Native(_) | Value::Method(_) => {
                let primitive = self.primitive(value.clone());
                if let Value::Item(_) = primitive { None } else { self.number_of(&primitive) }
            }
            Value::Text(_) | Value::Host(_) | Value::Unknown => None,
        }
    }

    /// What an object counts as where no object can stand: its text, or what its `valueOf` gives.
    pub(super) fn primitive(&mut self, value: Value) -> Value {
        match value {
            Value::Item(place) => {
                for name in ["valueOf", "toString"] {
                    if let Some(function) = self.heap.field(place, name).cloned()
                        && self.heap.closure(&function).is_some()
                        && let Ok(primitive) = self.call(&function, &value, Vec::new())
                        && !matches!(primitive, Value::Item(_))
                    {
                        return primitive;
                    }
                }
                if self.is_opaque_item(place) { Value::Unknown } else { Value::Text(self.text_of(&value)) }
            }
            Value::Native(_) | Value::Method(_) => Value::Text(self.text_of(&value)),
            other => other,
        }
    }

    /// Whether an item has no text of its own: elements.
    pub(super) fn is_opaque_item(&self, place: u32) -> bool {
        self.heap.get(place).is_some_and(|item| matches!(item.kind, Kind::Element(_) | Kind::Style(_)))
    }

    /// A value as text; what is not known of it is a hole.
    pub(super) fn text_of(&mut self, value: &Value) -> Text {
        self.nested_text(value, 0)
    }

    /// A text as Rust text. Reading costs steps by its length; once they are spent nothing is read, and the next step ends it.
    pub(super) fn read(&mut self, text: &Text) -> String {
        self.charge(text.len() / READ_PER_STEP);
        if self.steps == 0 { String::new() } else { text.read() }
    }

    /// The same for a person: what is not known is `…`.
    pub(super) fn shown(&mut self, text: &Text) -> String {
        self.charge(text.len() / READ_PER_STEP);
        if self.steps == 0 { String::new() } else { text.shown() }
    }

    /// A value as Rust text.
    pub(super) fn string_of(&mut self, value: &Value) -> String {
        let text = self.text_of(value);
        self.read(&text)
    }

    fn nested_text(&mut self, value: &Value, depth: u8) -> Text {
        let plain = |text: &str| Text::new(text).by(How::NAMED);
        match value {
            Value::Text(text) => text.clone(),
            Value::Number(number) => {
                self.charge(6);
                Text::new(&number_text(*number))
            }
            Value::Undefined => plain("undefined"),
            Value::Null => plain("null"),
            Value::Bool(truth) => plain(if *truth { "true" } else { "false" }),
            Value::Native(name) => match &**name {
                "Math" | "JSON" => plain(&format!("[object {name}]")),
                _ => plain(&format!("function {}() {{ [native code] }}", name.rsplit('.').next().unwrap_or(name))),
            },
            Value::Method(method) => plain(&format!("function {}() {{ [native code] }}", method.1)),
            Value::Item(place) => self.item_text(*place, depth),
            Value::Host(_) | Value::Unknown => {
                self.unknowns += 1;
                Text::hole()
            }
        }
    }

    fn item_text(&mut self, place: u32, depth: u8) -> Text {
        match self.heap.get(place).map(|item| &item.kind) {
            Some(Kind::List(list)) => {
                let list = list.clone();
                self.joined(&list, &Text::new(","), depth)
            }
            Some(Kind::Function(closure)) => {
                let text = Text::new(self.tree.text(closure.node));
                if self.make(text.len() * 2).is_err() { Text::hole() } else { text }
            }
            Some(Kind::Pattern(pattern)) => Text::new(&format!("/{}/", pattern.source)),
            Some(Kind::Object) => Text::new("[object Object]").by(How::NAMED),
            _ => Text::hole(),
        }
    }

    /// The items of a list as one text.
    pub(super) fn joined(&mut self, list: &[Value], with: &Text, depth: u8) -> Text {
        if list.len() > MAX_JOINED || depth > MAX_NESTED {
            self.cut("memory");
            return Text::hole();
        }
        let mut units = Vec::new();
        let mut how = with.how;
        for (at, value) in list.iter().enumerate() {
            // Separators between nothing cost as much as any other text.
            if at > 0 && self.make(with.len() * 2).is_err() {
                return Text::hole();
            }
            if at > 0 {
                units.extend_from_slice(&with.units);
            }
            if value.is_nothing() {
                continue;
            }
            let text = self.nested_text(value, depth + 1);
            if self.make(text.len() * 2).is_err() {
                return Text::hole();
            }
            units.extend_from_slice(&text.units);
            how = how | text.how;
        }
        // An empty list joined to something is how code without letters makes its text.
        let how = if list.is_empty() { how | How::NAMED } else { how };
        Text::of(units).by(how)
    }
}

/// `ToInt32`.
pub(super) fn to_int32(number: f64) -> i32 {
    to_uint32(number) as i32
}

/// `ToUint32`: modulo 2^32.
pub(super) fn to_uint32(number: f64) -> u32 {
    if number.is_finite() { number.trunc().rem_euclid(4_294_967_296.0) as u32 } else { 0 }
}

/// A whole number from an argument: not a number counts as nought.
pub(super) fn to_whole(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number.trunc() }
}

/// A number literal of the source.
pub(super) fn number_literal(raw: &str) -> Option<f64> {
    let clean = raw.replace('_', "").to_ascii_lowercase();
    let clean = clean.strip_suffix('n').unwrap_or(&clean);
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).ok().map(|n| n as f64);
    match clean.get(..2) {
        Some("0x") => radix(clean.get(2..)?, 16),
        Some("0o") => radix(clean.get(2..)?, 8),
        Some("0b") => radix(clean.get(2..)?, 2),
        _ if clean.len() > 1 && clean.starts_with('0') && clean.bytes().all(|b| matches!(b, b'0'..=b'7')) => {
            radix(clean, 8)
        }
        _ => clean.parse().ok(),
    }
}

/// A text as a number: `Number(text)`.
fn text_number(text: &str) -> f64 {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ if ["0x", "0o", "0b"].iter().any(|start| lower.starts_with(start)) => {
            number_literal(text).unwrap_or(f64::NAN)
        }
        _ if text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) => {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// A number as text: `String(number)`.
pub(super) fn number_text(number: f64) -> String {
    let size = number.abs();
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        format!("{number}")
    } else {
        let text = format!("{number:e}");
        if text.contains("e-") { text } else { text.replace('e', "e+") }
    }
}

/// A number in another base: `number.toString(radix)`.
pub(super) fn in_radix(number: f64, radix: u32) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    if !number.is_finite() || radix == 10 {
        return number_text(number);
    }
    let base = f64::from(radix);
    let (mut whole, mut rest) = (number.abs().trunc(), number.abs().fract());
    let digit = |value: f64| char::from(DIGITS.get(value as usize).copied().unwrap_or(b'0'));
    let mut text: Vec<char> = Vec::new();
    while whole >= 1.0 && text.len() < 1100 {
        text.push(digit(whole % base));
        whole = (whole / base).trunc();
    }
    if text.is_empty() {
        text.push('0');
    }
    if number < 0.0 {
        text.push('-');
    }
    text.reverse();
    if rest > 0.0 {
        text.push('.');
        for _ in 0..(52.0 / base.log2()).ceil() as usize {
            rest *= base;
            text.push(digit(rest.trunc()));
            rest = rest.fract();
            if rest == 0.0 {
                break;
            }
        }
    }
    text.into_iter().collect()
}
