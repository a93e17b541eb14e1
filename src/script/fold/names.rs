//! What names stand for: values that are assigned once, and decoders whose argument is known in part.

use super::super::text;
use super::super::tokens::{Kind, Tokens};
use super::super::value::{How, Value};
use super::{Folded, Folder};
use std::collections::HashMap;

/// Where a name gets its only values.
pub(super) struct Constant {
    /// Tokens at which the assigned expressions start: one `=`, then only `+=`.
    starts: Vec<usize>,
    known: Option<Option<Value>>,
}

impl Folder<'_, '_> {
    /// The value of a name that is assigned once (and then only added to).
    pub(super) fn constant(&mut self, name: &str, depth: u8) -> Option<Value> {
        let constant = self.constants.get_mut(name)?;
        if let Some(known) = &constant.known {
            let value = known.clone()?;
            self.spend(1 + value.size() / 16)?;
            return Some(value);
        }
        constant.known = Some(None);
        let starts = std::mem::take(&mut constant.starts);
        let value = self.assigned(&starts, depth);
        if let Some(constant) = self.constants.get_mut(name) {
            constant.known = Some(value.clone());
        }
        value
    }

    fn assigned(&mut self, starts: &[usize], depth: u8) -> Option<Value> {
        let (mut value, next) = self.sum(*starts.first()?, depth + 1).or_else(|| self.choice(*starts.first()?))?;
        if !self.ends(next) {
            return None;
        }
        for &start in starts.get(1..)? {
            let (more, next) = self.sum(start, depth + 1)?;
            if !self.ends(next) {
                return None;
            }
            value = Value::Text(self.join(value, &more)?);
        }
        Some(value)
    }

    /// Whether an assigned expression ends here.
    fn ends(&self, at: usize) -> bool {
        matches!(self.tokens.raw(at), ";" | "," | "}" | ")" | "")
            || self.tokens.list.get(at).is_some_and(|token| token.fresh && token.kind == Kind::Name)
    }

    /// The first branch of `(condition ? "a" : "b")`: one of the values that may stand there.
    fn choice(&mut self, at: usize) -> Option<(Value, usize)> {
        let question = (at..at + 16).find(|&at| self.tokens.is(at, "?"))?;
        let (value, mut next) = self.literal(question + 1)?;
        self.tokens.is(next, ":").then_some(())?;
        self.literal(next + 1)?;
        next += 2;
        while self.tokens.is(next, ")") {
            next += 1;
        }
        Some((value, next))
    }

    /// What a decoder at `at` makes of the parts of its argument that are known; the others stand as `…`.
    pub(in crate::script) fn partly(&mut self, at: usize) -> Option<Folded> {
        let name = self.tokens.member(at)?;
        let open = self.tokens.after_member(at);
        if !matches!(name, "unescape" | "decodeURIComponent" | "decodeURI") || !self.tokens.is(open, "(") {
            return None;
        }
        let (mut next, mut encoded, mut nested) = (open + 1, String::new(), 0_u32);
        while next < open + 200 && !(nested == 0 && self.tokens.is(next, ")")) {
            self.spend(1)?;
            match self.tokens.raw(next) {
                "(" => nested += 1,
                ")" => nested -= 1,
                _ => {}
            }
            match (self.tokens.kind(next)?, nested) {
                (Kind::Text, _) => encoded.push_str(&text::cook(self.tokens.content(next)?)),
                (Kind::Name, 0) if !self.tokens.is(next + 1, ".") && self.tokens.before(next) != "." => {
                    let known = self.constant(self.tokens.raw(next), 0).map(|value| value.text());
                    encoded.push_str(known.as_deref().unwrap_or("…"));
                }
                _ => {}
            }
            next += 1;
        }
        let text = text::percent(&encoded);
        (text != encoded).then_some(Folded { text, next, how: Some(How::Unescape), seams: Vec::new() })
    }
}

/// Names with one `=` and then only `+=`, in the order of the text.
pub(super) fn constants<'a>(tokens: &Tokens<'a>) -> HashMap<&'a str, Constant> {
    let mut found: HashMap<&str, Option<Constant>> = HashMap::new();
    for at in 0..tokens.len() {
        if tokens.kind(at) != Some(Kind::Name) || matches!(tokens.before(at), "." | "?.") {
            continue;
        }
        let name = tokens.raw(at);
        match tokens.raw(at + 1) {
            "=" => {
                let first = Constant { starts: vec![at + 2], known: None };
                found.entry(name).and_modify(|constant| *constant = None).or_insert(Some(first));
            }
            "+=" => match found.get_mut(name) {
                Some(Some(constant)) => constant.starts.push(at + 2),
                _ => drop(found.insert(name, None)),
            },
            "-=" | "*=" | "|=" | "++" | "--" | "^=" => drop(found.insert(name, None)),
            _ => {}
        }
    }
    found.into_iter().filter_map(|(name, constant)| Some((name, constant?))).collect()
}
