//! Regular expressions: the language's patterns in the words of a matcher whose time is linear.

use super::Machine;
use super::heap::{Kind, Pattern};
use super::value::{Outcome, Text, Value};
use regex::{Regex, RegexBuilder};
use std::rc::Rc;

/// Longest pattern that is translated, in bytes, and most of them.
const MAX_SOURCE: usize = 4096;
const MAX_PATTERNS: usize = 200;
/// Most memory of one compiled pattern, in bytes.
const MAX_COMPILED: usize = 1 << 18;
/// Steps that compiling a pattern counts for.
const COMPILING: usize = 600;
/// The weight up to which a pattern is light.
const LIGHT: usize = 2_048;
/// Most matches of one call.
const MAX_MATCHES: usize = 20_000;

/// A pattern's source and flags.
pub(super) type Key = (Rc<str>, Rc<str>);

impl Machine {
    /// A literal with its slashes and flags.
    pub(super) fn pattern_literal(&mut self, raw: &str) -> Outcome {
        let end = raw.rfind('/').unwrap_or(0);
        let source = raw.get(1..end.max(1)).unwrap_or_default();
        let flags = raw.get(end + 1..).unwrap_or_default();
        self.make_pattern(source, flags)
    }

    /// `new RegExp(source, flags)`.
    pub(super) fn new_pattern(&mut self, source: &Value, flags: Option<&Value>) -> Outcome {
        if let Some((_, pattern)) = self.heap.pattern(source) {
            let source = Rc::clone(&pattern.source);
            return self.make_pattern(&source, "g");
        }
        let source = if source.is_nothing() { Text::new("(?:)") } else { self.text_of(source) };
        let flags = match flags {
            Some(flags) if !flags.is_nothing() => self.string_of(flags),
            _ => String::new(),
        };
        if !source.is_whole() {
            return Ok(self.unknown());
        }
        let source = self.read(&source);
        self.make_pattern(&source, &flags)
    }

    fn make_pattern(&mut self, source: &str, flags: &str) -> Outcome {
        self.make(96 + source.len())?;
        let key = (Rc::from(source), Rc::from(flags));
        let regex = match self.patterns.get(&key) {
            Some(known) => known.clone(),
            None if self.patterns.len() >= MAX_PATTERNS || (is_word(source).is_some() && !flags.contains('i')) => None,
            None => {
                self.spend(COMPILING + 2 * weight(source))?;
                let compiled = compile(source, flags).map(Rc::new);
                self.patterns.insert(key, compiled.clone());
                compiled
            }
        };
        let pattern = Pattern { source: source.into(), global: flags.contains('g'), regex, next: 0 };
        Ok(self.heap.add(Kind::Pattern(pattern)))
    }

    /// `exec` and `test`.
    pub(super) fn call_on_pattern(&mut self, place: u32, name: &str, arguments: &[Value]) -> Outcome {
        let text = self.text_of(arguments.first().unwrap_or(&Value::Undefined));
        let Some((_, pattern)) = self.heap.pattern(&Value::Item(place)) else { return Ok(self.unknown()) };
        let (pattern, start) = (pattern.clone(), pattern.next);
        match name {
            "exec" | "test" => {}
            "toString" => return Ok(Value::text(&format!("/{}/", pattern.source))),
            _ => return Ok(self.unknown()),
        }
        if !text.is_whole() {
            return Ok(self.unknown());
        }
        let start = if pattern.global { start } else { 0 };
        let Some(found) = self.matches(&pattern, &text, start, 1)? else { return Ok(self.unknown()) };
        let next = found.first().map_or(0, |found| found.end.max(found.start + 1));
        if let Some(Kind::Pattern(kept)) = self.heap.get_mut(place).map(|item| &mut item.kind) {
            kept.next = next;
        }
        match (name, found.into_iter().next()) {
            ("test", found) => Ok(Value::Bool(found.is_some())),
            (_, None) => Ok(Value::Null),
            (_, Some(found)) => self.match_value(&text, &found),
        }
    }

    /// A match as the language gives it: a list of groups with an index.
    fn match_value(&mut self, text: &Text, found: &Match) -> Outcome {
        let groups = found.groups.iter().map(|group| match group {
            Some((from, to)) => Value::Text(text.part(*from, *to)),
            None => Value::Undefined,
        });
        let list = groups.collect();
        let list = self.list(list)?;
        self.set_field(&list, "index", Value::Number(found.start as f64))?;
        Ok(list)
    }

    /// `match`, `matchAll` and `search` of a text.
    pub(super) fn match_pattern(&mut self, text: &Text, name: &str, arguments: &[Value]) -> Outcome {
        let value = arguments.first().cloned().unwrap_or(Value::Undefined);
        let value = if self.heap.pattern(&value).is_some() { value } else { self.new_pattern(&value, None)? };
        let Some((_, pattern)) = self.heap.pattern(&value) else { return Ok(self.unknown()) };
        let pattern = pattern.clone();
        if !text.is_whole() {
            return Ok(self.unknown());
        }
        let all = pattern.global && name != "search";
        let most = if all { MAX_MATCHES } else { 1 };
        let Some(found) = self.matches(&pattern, text, 0, most)? else { return Ok(self.unknown()) };
        match (name, found.first()) {
            ("search", first) => Ok(Value::Number(first.map_or(-1.0, |found| found.start as f64))),
            (_, None) => Ok(Value::Null),
            ("match", Some(first)) if !all => self.match_value(text, first),
            ("match", _) => {
                let list = found.iter().map(|found| Value::Text(text.part(found.start, found.end))).collect();
                self.list(list)
            }
            _ => {
                let mut list = Vec::with_capacity(found.len());
                for found in &found {
                    list.push(self.match_value(text, found)?);
                }
                self.list(list)
            }
        }
    }

    /// `split` by a pattern.
    pub(super) fn split_by_pattern(&mut self, text: &Text, by: &Value) -> Outcome {
        let Some((_, pattern)) = self.heap.pattern(by) else { return Ok(self.unknown()) };
        let pattern = pattern.clone();
        if !text.is_whole() {
            return Ok(self.unknown());
        }
        let Some(found) = self.matches(&pattern, text, 0, MAX_MATCHES)? else { return Ok(self.unknown()) };
        let mut list = Vec::with_capacity(found.len() + 1);
        let mut from = 0;
        for found in found.iter().filter(|found| found.end > 0 && found.start < text.len()) {
            list.push(Value::Text(text.part(from, found.start)));
            from = found.end;
        }
        list.push(Value::Text(text.part(from, text.len())));
        self.list(list)
    }

    /// The places where a pattern fits, in units; none when it cannot be translated.
    pub(super) fn matches(
        &mut self,
        pattern: &Pattern,
        text: &Text,
        start: usize,
        most: usize,
    ) -> Result<Option<Vec<Match>>, super::value::Stop> {
        self.make(text.len())?;
        if let Some(word) = is_word(&pattern.source).filter(|_| pattern.regex.is_none()) {
            return Ok(Some(words(text, word, start, most)));
        }
        let Some(regex) = &pattern.regex else { return Ok(None) };
        // A light one takes a state a unit, a heavy one as many as it unfolds to.
        let weight = weight(&pattern.source);
        self.spend(text.len() / 32 + if weight > LIGHT { text.len().saturating_mul(weight) / 128 } else { 0 })?;
        let read = text.read();
        let plain = read.len() == text.len();
        let count = |from: usize, to: usize| match plain {
            true => to.saturating_sub(from),
            false => read.get(from..to).map_or(0, |between| between.encode_utf16().count()),
        };
        // Matches come in order: each is counted from the one before.
        let (mut byte, mut unit) = (0, 0);
        let mut found = Vec::new();
        for captures in regex.captures_iter(&read) {
            let Some(whole) = captures.get(0) else { break };
            unit += count(byte, whole.start());
            byte = whole.start();
            if unit < start {
                continue;
            }
            let units = |at: usize| unit + count(byte, at);
            let groups = captures.iter().map(|group| group.map(|group| (units(group.start()), units(group.end()))));
            let groups: Vec<_> = groups.collect();
            found.push(Match { start: unit, end: units(whole.end()), groups });
            if found.len() >= most {
                break;
            }
        }
        self.make(found.len() * 96)?;
        self.spend(found.len() * 6)?;
        Ok(Some(found))
    }
}

/// How large a pattern unfolds to: its length, for each repetition in it by as many.
fn weight(source: &str) -> usize {
    let counts = source.split('{').skip(1).filter_map(|rest| {
        let inner = rest.split('}').next()?;
        inner.split(',').filter_map(|count| count.parse::<usize>().ok()).max()
    });
    counts.fold(source.len(), |all, count| all.saturating_mul(count.max(1))).min(1 << 20)
}

/// One place where a pattern fits, in units; group 0 is the whole.
#[derive(Debug)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) groups: Vec<Option<(usize, usize)>>,
}

/// The word of a pattern that is one word between two word boundaries: packers have hundreds of them.
fn is_word(source: &str) -> Option<&str> {
    let word = source.strip_prefix("\\b")?.strip_suffix("\\b")?;
    let plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain.then_some(word)
}

fn words(text: &Text, word: &str, start: usize, most: usize) -> Vec<Match> {
    let wanted: Vec<u16> = word.bytes().map(u16::from).collect();
    let in_word = |at: Option<&u16>| {
        at.and_then(|unit| u8::try_from(*unit).ok()).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let mut found = Vec::new();
    let mut from = start;
    while let Some(at) = super::string::find(text.units.get(from..).unwrap_or_default(), &wanted).map(|at| at + from) {
        let end = at + wanted.len();
        let before = at.checked_sub(1).and_then(|at| text.units.get(at));
        if !in_word(before) && !in_word(text.units.get(end)) {
            found.push(Match { start: at, end, groups: vec![Some((at, end))] });
            if found.len() >= most {
                break;
            }
        }
        from = at + 1;
    }
    found
}

fn compile(source: &str, flags: &str) -> Option<Regex> {
    if source.len() > MAX_SOURCE {
        return None;
    }
    RegexBuilder::new(&translate(source)?)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(40)
        .build()
        .ok()
}

/// A pattern in the matcher's own syntax; none for what it does not have: looking around, going back to groups.
fn translate(source: &str) -> Option<String> {
    let mut out = String::with_capacity(source.len() + 16);
    let mut in_class = false;
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '\\' => length = escape(rest, in_class, &mut out)?,
            '[' if in_class => out.push_str("\\["),
            '[' => {
                let (open, taken) = if rest.starts_with("[^]") {
                    ("[\\s\\S]", 3)
                } else if rest.starts_with("[]") {
                    ("[^\\s\\S]", 2)
                } else {
                    ("[", 1)
                };
                in_class = taken == 1;
                length = taken;
                out.push_str(open);
            }
            ']' => {
                out.push_str(if in_class { "]" } else { "\\]" });
                in_class = false;
            }
            // In a class of words it is no range.
            '-' if in_class
                && (out.ends_with('_') || out.ends_with("0-9"))
                && rest.len() > 1
                && !rest.starts_with("-]") =>
            {
                out.push_str("\\-");
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            '(' if !in_class && ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| rest.starts_with(look)) => {
                return None;
            }
            '{' if !in_class && !is_repetition(rest) => out.push_str("\\{"),
            '}' if !in_class && !out.ends_with(|c: char| c.is_ascii_digit() || c == ',') => out.push_str("\\}"),
            _ => out.push(c),
        }
        rest = rest.get(length..)?;
    }
    Some(out)
}

fn is_repetition(rest: &str) -> bool {
    let inner = rest.get(1..).and_then(|rest| rest.split_once('}')).map_or("", |(inner, _)| inner);
    inner.starts_with(|c: char| c.is_ascii_digit()) && inner.bytes().all(|b| b.is_ascii_digit() || b == b',')
}

/// Translates an escape; gives its length.
fn escape(rest: &str, in_class: bool, out: &mut String) -> Option<usize> {
    let c = rest.chars().nth(1)?;
    let hex = |from: usize, count: usize| {
        rest.get(from..from + count).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    match c {
        'd' => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
        'w' => out.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        'W' if !in_class => out.push_str("[^0-9A-Za-z_]"),
        'b' if !in_class => out.push_str("(?-u:\\b)"),
        'b' => out.push_str("\\x08"),
        'D' | 'W' | 's' | 'S' | 'n' | 'r' | 't' | 'f' | 'v' => {
            out.push('\\');
            out.push(c);
        }
        '0' => out.push_str("\\x00"),
        '1'..='9' | 'B' | 'c' | 'k' | 'p' | 'P' => return None,
        'x' | 'u' => {
            let count = if c == 'x' { 2 } else { 4 };
            let Some(digits) = hex(2, count) else {
                out.push(c);
                return Some(2);
            };
            out.push_str(&format!("\\x{{{digits}}}"));
            return Some(2 + count);
        }
        _ => {
            if c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '/' | '_') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    Some(1 + c.len_utf8())
}
