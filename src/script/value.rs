//! Values of folded expressions and the string methods that decoders use.

use regex::{NoExpand, Regex, RegexBuilder};

/// A value known without running anything.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(f64),
    List(Vec<Value>),
}

/// How a text was obtained, the most telling last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    Joined,
    Replaced,
    Reversed,
    Escapes,
    Hex,
    Base64,
    Unescape,
    CharCodes,
    NoiseReplace,
    DelimiterHex,
    Packer,
}

impl How {
    /// As a person says it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined literals",
            Self::Replaced => "replace",
            Self::Reversed => "reverse",
            Self::Escapes => "escapes",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Unescape => "unescape",
            Self::CharCodes => "fromCharCode",
            Self::NoiseReplace => "noise-replace",
            Self::DelimiterHex => "delimiter-hex",
            Self::Packer => "packer",
        }
    }
}

impl Value {
    /// As JavaScript's `String(value)` would say it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::List(list) => list.iter().map(Self::text).collect::<Vec<_>>().join(","),
        }
    }

    /// Bytes and parts that it holds: the price of copying it.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Number(_) => 8,
            Self::List(list) => list.iter().map(|value| value.size() + 8).sum(),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::List(_) => None,
        }
    }

    /// A character code.
    pub(super) fn code(&self) -> Option<char> {
        let number = self.number().filter(|n| (0.0..=65_535.0).contains(n))?;
        Some(char::from_u32(number as u32).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// An index as `value[index]` or `charAt`.
    pub(super) fn item(&self, index: &Self) -> Option<Self> {
        let index = index.number().filter(|n| *n >= 0.0)? as usize;
        match self {
            Self::Text(text) => text.chars().nth(index).map(|c| Self::Text(c.to_string())),
            Self::List(list) => list.get(index).cloned(),
            Self::Number(_) => None,
        }
    }
}

/// Most parts that a split yields.
const MAX_PARTS: usize = 65_536;

/// Calls a method whose arguments are known; none when it is not one that decoders use.
pub(super) fn call(this: &Value, method: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first();
    match (this, method) {
        (Value::Text(text), "split") => Some(split(text, &first?.text())),
        (Value::List(list), "reverse") => Some(Value::List(list.iter().rev().cloned().collect())),
        (Value::List(list), "join") => {
            let with = first.map_or_else(|| ",".to_owned(), Value::text);
            Some(Value::Text(list.iter().map(Value::text).collect::<Vec<_>>().join(&with)))
        }
        (Value::Text(text), "concat") => {
            Some(Value::Text(arguments.iter().fold(text.clone(), |all, next| all + &next.text())))
        }
        (Value::Text(text), "replace" | "replaceAll") => {
            let (from, to) = (first?.text(), arguments.get(1)?.text());
            Some(Value::Text(if method == "replace" { text.replacen(&from, &to, 1) } else { text.replace(&from, &to) }))
        }
        (Value::Text(_), "charAt") => this.item(first?),
        (Value::Text(text), "substring" | "slice") => slice(text, first?, arguments.get(1)),
        (Value::Text(text), "toLowerCase") => Some(Value::Text(text.to_lowercase())),
        (Value::Text(text), "toUpperCase") => Some(Value::Text(text.to_uppercase())),
        (Value::Text(_) | Value::List(_), "toString" | "valueOf") if first.is_none() => Some(this.clone()),
        (Value::Text(text), "trim") => Some(Value::Text(text.trim().to_owned())),
        _ => None,
    }
}

fn split(text: &str, at: &str) -> Value {
    let part = |piece: &str| Value::Text(piece.to_owned());
    Value::List(if at.is_empty() {
        text.chars().take(MAX_PARTS).map(|c| Value::Text(c.to_string())).collect()
    } else {
        text.split(at).take(MAX_PARTS).map(part).collect()
    })
}

fn slice(text: &str, from: &Value, to: Option<&Value>) -> Option<Value> {
    let from = from.number().filter(|n| *n >= 0.0)? as usize;
    let to = match to {
        Some(to) => to.number().filter(|n| *n >= 0.0)? as usize,
        None => usize::MAX,
    };
    Some(Value::Text(text.chars().skip(from).take(to.saturating_sub(from)).collect()))
}

/// A regular expression literal that a decoder replaces by.
pub(super) struct Pattern {
    regex: Regex,
    all: bool,
    /// It is an alternation of single symbols: `\!|\(|\$|@`.
    pub(super) noise: bool,
    /// It is one symbol.
    pub(super) delimiter: bool,
}

impl Pattern {
    /// Reads `/source/flags`; none when it is of a kind that is not understood.
    pub(super) fn read(raw: &str) -> Option<Self> {
        let end = raw.rfind('/').filter(|&end| end > 0)?;
        let (source, flags) = (raw.get(1..end)?, raw.get(end + 1..)?);
        if source.len() > 1000 {
            return None;
        }
        let regex = RegexBuilder::new(&source.replace("\\/", "/"))
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .size_limit(65_536)
            .dfa_size_limit(65_536)
            .build()
            .ok()?;
        let delimiter = is_symbol(source);
        Some(Self { regex, all: flags.contains('g'), noise: is_noise(source), delimiter })
    }

    /// The text with what matches replaced.
    pub(super) fn replace(&self, text: &str, with: &str) -> Option<String> {
        if with.contains('$') {
            return None;
        }
        let limit = usize::from(!self.all);
        Some(self.regex.replacen(text, limit, NoExpand(with)).into_owned())
    }
}

/// One symbol, escaped or not.
fn is_symbol(source: &str) -> bool {
    let mut chars = source.strip_prefix('\\').unwrap_or(source).chars();
    chars.next().is_some_and(|c| !c.is_alphanumeric()) && chars.next().is_none()
}

/// An alternation or a class of four and more single symbols (THREATS' G2).
fn is_noise(source: &str) -> bool {
    let source = source.strip_prefix('(').and_then(|s| s.strip_suffix(')')).unwrap_or(source);
    let parts = source.split('|').filter(|part| is_symbol(part)).count();
    parts >= 4 && parts * 10 >= source.split('|').count() * 8
}
