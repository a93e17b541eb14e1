//! A first bounded folder: the values of string expressions over tokens, with nothing run.

mod names;

use super::text;
use super::tokens::{Kind, Tokens};
use super::value::{self, How, Pattern, Value};
use names::{Constant, constants};
use std::collections::HashMap;

/// Deepest nesting of expressions.
const MAX_DEPTH: u8 = 24;
/// Longest value in bytes.
const MAX_VALUE: usize = 262_144;
/// Most different regular expressions that are compiled for one script.
const MAX_PATTERNS: usize = 32;

/// The value of an expression, with what it took.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) text: String,
    /// The token after the expression.
    pub(super) next: usize,
    /// The most telling of the decoders used.
    pub(super) how: Option<How>,
    /// Where in the text literals were joined.
    pub(super) seams: Vec<usize>,
}

/// Folds expressions of one script.
pub(super) struct Folder<'t, 'a> {
    tokens: &'t Tokens<'a>,
    constants: HashMap<&'a str, Constant>,
    patterns: HashMap<&'a str, Option<Pattern>>,
    how: Option<How>,
    seams: Vec<usize>,
    /// Steps left.
    fuel: usize,
}

impl<'t, 'a> Folder<'t, 'a> {
    pub(super) fn new(tokens: &'t Tokens<'a>) -> Self {
        Self {
            tokens,
            constants: constants(tokens),
            patterns: HashMap::new(),
            how: None,
            seams: Vec::new(),
            fuel: 200_000 + tokens.text.len() * 8,
        }
    }

    /// Whether the steps ran out.
    pub(super) const fn is_spent(&self) -> bool {
        self.fuel == 0
    }

    /// Whether a name is assigned once with a value that may be known.
    pub(super) fn is_constant(&self, name: &str) -> bool {
        self.constants.contains_key(name)
    }

    /// The value of the expression at a token.
    pub(super) fn evaluate(&mut self, at: usize) -> Option<Folded> {
        self.how = None;
        self.seams.clear();
        let (value, next) = self.sum(at, 0)?;
        let text = match value {
            Value::Text(text) => text,
            Value::List(list) => self.codes(&list)?,
            Value::Number(_) => return None,
        };
        Some(Folded { text, next, how: self.how, seams: std::mem::take(&mut self.seams) })
    }

    /// The texts of the list at a token.
    pub(super) fn words(&mut self, at: usize) -> Option<Vec<String>> {
        match self.sum(at, 0)? {
            (Value::List(list), _) => Some(list.iter().map(Value::text).collect()),
            _ => None,
        }
    }

    /// A list of twenty and more character codes as text (THREATS' E2).
    fn codes(&mut self, list: &[Value]) -> Option<String> {
        if list.len() < 20 || !list.iter().all(|v| matches!(v, Value::Number(_) | Value::Text(_))) {
            return None;
        }
        let codes: Vec<char> = list.iter().filter_map(Value::code).collect();
        let printing = codes.iter().filter(|&&c| matches!(u32::from(c), 9..=126)).count();
        if codes.len() != list.len() || printing * 100 < list.len() * 95 {
            return None;
        }
        self.used(How::CharCodes);
        Some(codes.into_iter().collect())
    }

    fn used(&mut self, how: How) {
        self.how = self.how.max(Some(how));
    }

    fn spend(&mut self, steps: usize) -> Option<()> {
        self.fuel = self.fuel.saturating_sub(steps);
        (self.fuel > 0).then_some(())
    }

    /// `a + b + …`; stops before the first term that is not known.
    fn sum(&mut self, at: usize, depth: u8) -> Option<(Value, usize)> {
        let (mut left, mut next) = self.term(at, depth)?;
        while self.tokens.is(next, "+") || self.tokens.is(next, "-") {
            let minus = self.tokens.is(next, "-");
            let mark = self.seams.len();
            let Some((right, after)) = self.term(next + 1, depth) else { break };
            let before = if let Value::Text(text) = &left { text.len() } else { 0 };
            self.seams.iter_mut().skip(mark).for_each(|seam| *seam += before);
            left = match (left, right) {
                (Value::Number(a), Value::Number(b)) => Value::Number(if minus { a - b } else { a + b }),
                (Value::Number(_) | Value::List(_) | Value::Text(_), _) if minus => return None,
                (left, right) => Value::Text(self.join(left, &right)?),
            };
            next = after;
        }
        Some((left, next))
    }

    fn join(&mut self, left: Value, right: &Value) -> Option<String> {
        let mut text = if let Value::Text(text) = left { text } else { left.text() };
        let right = right.text();
        self.spend(1 + right.len() / 16)?;
        if text.len() + right.len() > MAX_VALUE {
            return None;
        }
        self.seams.push(text.len());
        text.push_str(&right);
        Some(text)
    }

    /// A primary with the member calls that follow it.
    fn term(&mut self, at: usize, depth: u8) -> Option<(Value, usize)> {
        self.spend(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        let (mut value, mut next) = self.primary(at, depth + 1)?;
        loop {
            let member = if self.tokens.is(next, ".") || self.tokens.is(next, "?.") {
                next + 1
            } else if self.tokens.is(next, "[") {
                match self.index(&value, next, depth)? {
                    Some(found) => {
                        (value, next) = found;
                        continue;
                    }
                    None => next + 1,
                }
            } else if self.tokens.is(next, "(") {
                return None;
            } else {
                return Some((value, next));
            };
            (value, next) = self.method(&value, member, depth)?;
        }
    }

    /// `value[expression]`; `Some(None)` for a computed member name.
    fn index(&mut self, value: &Value, at: usize, depth: u8) -> Option<Option<(Value, usize)>> {
        if self.tokens.member(at + 1).is_some() && self.tokens.kind(at + 1) == Some(Kind::Text) {
            return Some(None);
        }
        let (index, next) = self.sum(at + 1, depth + 1)?;
        let next = self.tokens.is(next, "]").then_some(next + 1)?;
        self.spend(1 + value.size() / 16)?;
        Some(Some((value.item(&index)?, next)))
    }

    /// `.method(arguments)` where the name stands at `at`.
    fn method(&mut self, value: &Value, at: usize, depth: u8) -> Option<(Value, usize)> {
        let name = self.tokens.member(at)?;
        let open = self.tokens.after_member(at);
        if !self.tokens.is(open, "(") {
            return None;
        }
        self.spend(1 + value.size() / 16)?;
        if self.tokens.kind(open + 1) == Some(Kind::Pattern) {
            return self.replace(value, name, open + 1, depth);
        }
        let (arguments, next) = self.list(open + 1, ")", depth + 1)?;
        let result = value::call(value, name, &arguments)?;
        match name {
            "reverse" => self.used(How::Reversed),
            "replace" | "replaceAll" => self.used(How::Replaced),
            "join" if arguments.first().is_some_and(|with| with.text() == "%") => self.used(How::DelimiterHex),
            _ => {}
        }
        (result.size() <= MAX_VALUE * 4).then_some((result, next))
    }

    /// `.replace(/pattern/, text)` or `.split(/pattern/)`, the pattern standing at `at`.
    fn replace(&mut self, value: &Value, name: &str, at: usize, depth: u8) -> Option<(Value, usize)> {
        let Value::Text(text) = value else { return None };
        if !matches!(name, "replace" | "replaceAll") || !self.tokens.is(at + 1, ",") {
            return None;
        }
        let (with, next) = self.sum(at + 2, depth + 1)?;
        let next = self.tokens.is(next, ")").then_some(next + 1)?;
        let with = with.text();
        let raw = self.tokens.raw(at);
        if !self.patterns.contains_key(raw) && self.patterns.len() < MAX_PATTERNS {
            self.patterns.insert(raw, Pattern::read(raw));
        }
        let pattern = self.patterns.get(raw)?.as_ref()?;
        let how = match with.as_str() {
            "" if pattern.noise => How::NoiseReplace,
            "%" if pattern.delimiter => How::DelimiterHex,
            _ => How::Replaced,
        };
        let text = pattern.replace(text, &with).filter(|text| text.len() <= MAX_VALUE)?;
        self.used(how);
        Some((Value::Text(text), next))
    }

    /// Expressions up to a closing mark.
    fn list(&mut self, at: usize, close: &str, depth: u8) -> Option<(Vec<Value>, usize)> {
        let mut list = Vec::new();
        let mut next = at;
        while !self.tokens.is(next, close) {
            let (value, after) = self.sum(next, depth)?;
            list.push(value);
            next = match self.tokens.raw(after) {
                "," => after + 1,
                raw if raw == close => after,
                _ => return None,
            };
        }
        Some((list, next + 1))
    }

    fn primary(&mut self, at: usize, depth: u8) -> Option<(Value, usize)> {
        match self.tokens.kind(at)? {
            Kind::Text | Kind::Template => self.literal(at),
            Kind::Number => Some((Value::Number(number(self.tokens.raw(at))?), at + 1)),
            Kind::Name => self.name(at, depth),
            Kind::Mark if self.tokens.is(at, "(") => {
                let (value, next) = self.sum(at + 1, depth)?;
                self.tokens.is(next, ")").then_some((value, next + 1))
            }
            Kind::Mark if self.tokens.is(at, "[") => {
                let (list, next) = self.list(at + 1, "]", depth)?;
                Some((Value::List(list), next))
            }
            Kind::Mark | Kind::Pattern => None,
        }
    }

    fn literal(&mut self, at: usize) -> Option<(Value, usize)> {
        let raw = self.tokens.content(at)?;
        self.spend(1 + raw.len() / 16)?;
        if raw.len() > MAX_VALUE {
            return None;
        }
        if super::signs::escaped_letters(raw) >= 8 {
            self.used(How::Escapes);
        }
        Some((Value::Text(text::cook(raw)), at + 1))
    }

    /// A known function, a constant, or either behind `window.`.
    fn name(&mut self, at: usize, depth: u8) -> Option<(Value, usize)> {
        let name = self.tokens.member(at)?;
        let next = self.tokens.after_member(at);
        match name {
            "window" | "self" | "top" | "globalThis" | "this" if self.tokens.is(next, ".") => {
                (self.tokens.kind(next + 1)? == Kind::Name).then(|| self.name(next + 1, depth))?
            }
            "new" if self.tokens.is(next, "Array") => self.name(next, depth),
            "unescape" | "decodeURIComponent" | "decodeURI" => self.decoded(next, How::Unescape, depth),
            "atob" => self.decoded(next, How::Base64, depth),
            "Array" if self.tokens.is(next, "(") => {
                let (list, next) = self.list(next + 1, ")", depth)?;
                Some((Value::List(list), next))
            }
            "String" if self.tokens.is(next, ".") || self.tokens.is(next, "[") => self.char_codes(next + 1, depth),
            _ => Some((self.constant(name, depth)?, next)),
        }
    }

    fn decoded(&mut self, open: usize, how: How, depth: u8) -> Option<(Value, usize)> {
        let (arguments, next) = self.arguments(open, depth)?;
        let encoded = arguments.first()?.text();
        self.spend(1 + encoded.len() / 8)?;
        let decoded = if how == How::Base64 { text::base64(&encoded)? } else { text::percent(&encoded) };
        if decoded != encoded {
            self.used(how);
        }
        Some((Value::Text(decoded), next))
    }

    /// `String.fromCharCode(…)` or `.apply(null, […])`, the member standing at `at`.
    fn char_codes(&mut self, at: usize, depth: u8) -> Option<(Value, usize)> {
        if !matches!(self.tokens.member(at)?, "fromCharCode" | "fromCodePoint") {
            return None;
        }
        let mut open = self.tokens.after_member(at);
        let applied = self.tokens.are(open, &[".", "apply", "("]);
        if applied {
            let comma = (open + 3..open + 7).find(|&at| self.tokens.is(at, ","))?;
            open = comma;
        } else if !self.tokens.is(open, "(") {
            return None;
        }
        let (mut codes, next) = self.list(open + 1, ")", depth)?;
        if applied && let Some(Value::List(list)) = codes.pop() {
            codes = list;
        }
        self.spend(codes.len())?;
        self.used(How::CharCodes);
        Some((Value::Text(codes.iter().map(Value::code).collect::<Option<String>>()?), next))
    }

    fn arguments(&mut self, open: usize, depth: u8) -> Option<(Vec<Value>, usize)> {
        if !self.tokens.is(open, "(") {
            return None;
        }
        self.list(open + 1, ")", depth)
    }
}

/// A number literal.
fn number(raw: &str) -> Option<f64> {
    let clean = raw.replace('_', "");
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).ok().map(|n| n as f64);
    match clean.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => radix(&clean[2..], 16),
        Some("0o") => radix(&clean[2..], 8),
        Some("0b") => radix(&clean[2..], 2),
        _ => clean.parse().ok(),
    }
}
