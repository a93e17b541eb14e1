//! `replace` and `replaceAll`, with texts and functions, and the signs of noise that is taken out.

use super::Machine;
use super::heap::Pattern;
use super::pattern::Match;
use super::value::{How, Outcome, Stop, Text, Value};
use crate::model::ScriptSign;
use crate::script::words;

/// Most replacements of one call.
const MAX_REPLACED: usize = 20_000;
/// Pieces of noise that are taken out of a text, from which on it is noise.
const NOISE: usize = 3;

impl Machine {
    pub(super) fn replace(&mut self, text: &Text, arguments: &[Value], all: bool) -> Outcome {
        let (Some(what), Some(with)) = (arguments.first(), arguments.get(1)) else {
            return Ok(Value::Text(text.clone()));
        };
        let Some(found) = self.places(text, what, all)? else { return Ok(self.unknown()) };
        if found.is_empty() {
            return Ok(Value::Text(text.clone()));
        }
        let result = self.replaced(text, &found, with)?;
        let removed = result.is_empty() || found.len() >= NOISE;
        self.judge_replacement(text, result, with, found.len(), removed)
    }

    /// Where what is to be replaced stands; none when it is not known.
    fn places(&mut self, text: &Text, what: &Value, all: bool) -> Result<Option<Vec<Match>>, Stop> {
        if let Some((_, pattern)) = self.heap.pattern(what) {
            let pattern: Pattern = pattern.clone();
            let most = if pattern.global { MAX_REPLACED } else { 1 };
            return self.matches(&pattern, text, 0, most);
        }
        let wanted = self.text_of(what);
        if !wanted.is_whole() || what.is_opaque() {
            return Ok(None);
        }
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = super::string::find(text.units.get(from..).unwrap_or_default(), &wanted.units) {
            let (start, end) = (from + at, from + at + wanted.len());
            found.push(Match { start, end, groups: vec![Some((start, end))] });
            from = end.max(start + 1);
            if !all || found.len() >= MAX_REPLACED {
                break;
            }
        }
        self.make(found.len() * 64)?;
        Ok(Some(found))
    }

    fn replaced(&mut self, text: &Text, found: &[Match], with: &Value) -> Result<Text, Stop> {
        let template = self.template_of(with);
        let mut units = Vec::with_capacity(text.len());
        let mut how = text.how;
        let mut from = 0;
        for found in found {
            units.extend_from_slice(text.units.get(from..found.start).unwrap_or_default());
            let size = units.len();
            match &template {
                Some(template) => {
                    how = how | template.how;
                    expand(template, text, found, &mut units, size + self.room / 2 + 1);
                }
                None => {
                    let value = self.replacement(text, found, with)?;
                    how = how | value.how;
                    units.extend_from_slice(&value.units);
                }
            }
            self.make((units.len() - size) * 2 + 8)?;
            from = found.end;
        }
        let rest = text.units.get(from..).unwrap_or_default();
        self.make(rest.len() * 2)?;
        units.extend_from_slice(rest);
        Ok(Text::of(units).by(how | How::REPLACED))
    }

    /// What stands in for a match when it is a text; none when it is a function.
    fn template_of(&mut self, with: &Value) -> Option<Text> {
        match with {
            Value::Item(_) if self.heap.closure(with).is_some() => None,
            Value::Native(_) | Value::Method(_) => None,
            other => Some(self.text_of(other)),
        }
    }

    /// What a function gives for a match.
    fn replacement(&mut self, text: &Text, found: &Match, with: &Value) -> Result<Text, Stop> {
        let mut arguments: Vec<Value> = Vec::with_capacity(found.groups.len() + 2);
        for group in &found.groups {
            arguments.push(match group {
                Some((from, to)) => Value::Text(text.part(*from, *to)),
                None => Value::Undefined,
            });
        }
        arguments.push(Value::Number(found.start as f64));
        arguments.push(Value::Text(text.clone()));
        let value = self.call(with, &Value::Undefined, arguments)?;
        Ok(self.text_of(&value))
    }

    /// Says what kind of replacement it was, and notes noise that hid something.
    fn judge_replacement(&mut self, text: &Text, result: Text, with: &Value, count: usize, many: bool) -> Outcome {
        let Value::Text(with) = with else { return Ok(Value::Text(result)) };
        if with.is("%") && count >= NOISE {
            return Ok(Value::Text(result.by(How::DELIMITED)));
        }
        if with.is_empty() && many && self.is_noise(text, &result)? {
            let piece = self.piece();
            self.sign(ScriptSign::NoiseReplace, &piece);
            return Ok(Value::Text(result.by(How::NOISE)));
        }
        Ok(Value::Text(result))
    }

    /// Whether what was taken out hid a word that acts.
    fn is_noise(&mut self, text: &Text, result: &Text) -> Result<bool, Stop> {
        self.make(text.len() * 4)?;
        let result = result.read();
        Ok(words::names_an_act(&result) && !words::names_an_act(&text.read()))
    }
}

/// A replacement text with its `$1`, `$&` and `$$`; it ends soon after `most` units, which are more than may be made.
fn expand(template: &Text, text: &Text, found: &Match, units: &mut Vec<u16>, most: usize) {
    let mut rest = template.units.as_slice();
    while let Some((first, after)) = rest.split_first().filter(|_| units.len() < most) {
        let next = after.first().and_then(|unit| u8::try_from(*unit).ok());
        let group = match next.filter(|_| *first == u16::from(b'$')) {
            Some(b'$') => {
                units.push(*first);
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            Some(b'&') => 0,
            Some(digit @ b'1'..=b'9') => usize::from(digit - b'0'),
            _ => usize::MAX,
        };
        let Some(group) = found.groups.get(group) else {
            units.push(*first);
            rest = after;
            continue;
        };
        if let Some((from, to)) = group {
            units.extend_from_slice(text.units.get(*from..*to).unwrap_or_default());
        }
        rest = after.get(1..).unwrap_or_default();
    }
}
