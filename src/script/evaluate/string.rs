//! Methods of texts.

use super::Machine;
use super::coerce::to_whole;
use super::value::{HOLE, How, Outcome, Text, Value};

/// Longest text that `repeat` and `padStart` make, in units.
const MAX_REPEATED: f64 = 1_000_000.0;

impl Machine {
    /// Calls a method of a text.
    pub(super) fn call_on_text(&mut self, text: &Text, name: &str, arguments: &[Value]) -> Outcome {
        if !matches!(name, "charAt" | "at" | "charCodeAt" | "codePointAt") {
            self.spend(text.len() / 64)?;
        }
        match name {
            "charAt" | "at" | "charCodeAt" | "codePointAt" => Ok(self.character(text, name, arguments)),
            "substr" | "substring" | "slice" => {
                self.make(text.len() * 2)?;
                Ok(self.cut_out(text, name, arguments))
            }
            "split" => self.split(text, arguments),
            "replace" | "replaceAll" => self.replace(text, arguments, name == "replaceAll"),
            "match" | "matchAll" | "search" => self.match_pattern(text, name, arguments),
            "indexOf" | "lastIndexOf" | "includes" | "startsWith" | "endsWith" => {
                Ok(self.look_for(text, name, arguments))
            }
            "concat" => {
                let mut joined = Value::Text(text.clone());
                for argument in arguments {
                    let added = Value::Text(self.text_of(argument));
                    joined = self.add(joined, added)?;
                }
                Ok(joined)
            }
            "toString" | "valueOf" | "normalize" => Ok(Value::Text(text.clone())),
            "toUpperCase" | "toLocaleUpperCase" => self.mapped(text, str::to_uppercase),
            "toLowerCase" | "toLocaleLowerCase" => self.mapped(text, str::to_lowercase),
            "trim" => self.mapped(text, |text| text.trim().to_owned()),
            "trimStart" | "trimLeft" => self.mapped(text, |text| text.trim_start().to_owned()),
            "trimEnd" | "trimRight" => self.mapped(text, |text| text.trim_end().to_owned()),
            "repeat" | "padStart" | "padEnd" => self.repeated(text, name, arguments),
            _ => self.wrapped(text, name, arguments),
        }
    }

    fn mapped(&mut self, text: &Text, map: impl Fn(&str) -> String) -> Outcome {
        self.make(text.len() * 2)?;
        let read = self.read(text);
        Ok(Value::Text(Text::new(&map(&read)).by(text.how)))
    }

    /// An argument as a whole number; `default` where there is none, nothing where it is not known.
    pub(super) fn whole(&mut self, arguments: &[Value], at: usize, default: f64) -> Option<f64> {
        match arguments.get(at) {
            None | Some(Value::Undefined) => Some(default),
            Some(value) => self.number_of(value).map(to_whole),
        }
    }

    fn character(&mut self, text: &Text, name: &str, arguments: &[Value]) -> Value {
        let Some(mut at) = self.whole(arguments, 0, 0.0) else { return self.unknown() };
        if name == "at" && at < 0.0 {
            at += text.len() as f64;
        }
        let unit = (at >= 0.0).then(|| text.units.get(at as usize)).flatten().copied();
        if unit == Some(HOLE) && !text.is_whole() {
            return self.unknown();
        }
        match (name, unit) {
            ("charAt" | "at", Some(unit)) => {
                Value::Text(Text { units: self.single(unit), how: text.how | How::PICKED })
            }
            ("charAt", None) => Value::text(""),
            ("charCodeAt", Some(unit)) => Value::Number(f64::from(unit)),
            ("charCodeAt", None) => Value::Number(f64::NAN),
            ("codePointAt", Some(unit)) => {
                let tail = text.units.get(at as usize..).unwrap_or_default().iter().copied();
                let point = char::decode_utf16(tail).next().and_then(Result::ok);
                Value::Number(f64::from(point.map_or(u32::from(unit), u32::from)))
            }
            _ => Value::Undefined,
        }
    }

    fn cut_out(&mut self, text: &Text, name: &str, arguments: &[Value]) -> Value {
        let length = text.len() as f64;
        let (Some(from), Some(to)) = (self.whole(arguments, 0, 0.0), self.whole(arguments, 1, f64::INFINITY)) else {
            return self.unknown();
        };
        let from_end = |at: f64| if at < 0.0 { (length + at).max(0.0) } else { at.min(length) };
        let (from, to) = match name {
            "substr" => (from_end(from), (from_end(from) + to.max(0.0)).min(length)),
            "slice" => (from_end(from), from_end(to)),
            _ => {
                let (a, b) = (from.clamp(0.0, length), to.clamp(0.0, length));
                (a.min(b), a.max(b))
            }
        };
        let part = text.part(from as usize, to.max(from) as usize);
        Value::Text(if part.len() < text.len() { part.by(How::PICKED) } else { part })
    }

    fn split(&mut self, text: &Text, arguments: &[Value]) -> Outcome {
        self.make(text.len() * 2)?;
        let limit = self.whole(arguments, 1, f64::INFINITY).unwrap_or(f64::INFINITY);
        let by = match arguments.first() {
            None | Some(Value::Undefined) => return self.list(vec![Value::Text(text.clone())]),
            Some(by) if self.heap.pattern(by).is_some() => return self.split_by_pattern(text, by),
            Some(by) => self.text_of(by),
        };
        if !by.is_whole() {
            return Ok(self.unknown());
        }
        self.make(count_of(&text.units, &by.units) * PART)?;
        let mut parts = split_units(&text.units, &by.units);
        parts.truncate(limit.max(0.0) as usize);
        // A mark that stands between many parts may be noise.
        let how = if !by.is_empty() && parts.len() > NOISY { text.how | How::SPLIT } else { text.how };
        let list = parts.into_iter().map(|part| Value::Text(Text::of(part.to_vec()).by(how))).collect();
        self.list(list)
    }

    fn look_for(&mut self, text: &Text, name: &str, arguments: &[Value]) -> Value {
        let Some(wanted) = arguments.first() else { return Value::Undefined };
        let wanted = self.text_of(wanted);
        let from = self.whole(arguments, 1, 0.0);
        let (true, true, Some(from)) = (text.is_whole(), wanted.is_whole(), from) else { return self.unknown() };
        // Longer ones are looked for unit by unit.
        self.charge(text.len() / if wanted.len() > SHORT { 8 } else { 32 });
        let units = &text.units;
        let from = (from.max(0.0) as usize).min(units.len());
        let place = match name {
            "lastIndexOf" => find_last(units, &wanted.units),
            "startsWith" => return Value::Bool(units.get(from..).is_some_and(|rest| rest.starts_with(&wanted.units))),
            "endsWith" => return Value::Bool(units.ends_with(&wanted.units)),
            _ => find(units.get(from..).unwrap_or_default(), &wanted.units).map(|at| at + from),
        };
        match name {
            "includes" => Value::Bool(place.is_some()),
            _ => Value::Number(place.map_or(-1.0, |at| at as f64)),
        }
    }

    fn repeated(&mut self, text: &Text, name: &str, arguments: &[Value]) -> Outcome {
        let Some(count) = self.whole(arguments, 0, 0.0) else { return Ok(self.unknown()) };
        let length = text.len() as f64;
        let made = if name == "repeat" { count * length } else { count };
        if !(0.0..=MAX_REPEATED).contains(&made) {
            self.cut("memory");
            return Ok(self.unknown());
        }
        self.make(made as usize * 2)?;
        if name == "repeat" {
            return Ok(Value::Text(Text::of(text.units.repeat(count as usize)).by(text.how)));
        }
        let filler = match arguments.get(1) {
            Some(filler) => self.text_of(filler),
            None => Text::new(" "),
        };
        let wanted = (count - length).max(0.0) as usize;
        let fill = filler.units.iter().copied().cycle().take(if filler.is_empty() { 0 } else { wanted });
        let units = if name == "padStart" {
            fill.chain(text.units.iter().copied()).collect()
        } else {
            text.units.iter().copied().chain(fill).collect()
        };
        Ok(Value::Text(Text::of(units).by(text.how)))
    }

    /// The old methods that put a tag around a text, from which code without letters takes its marks.
    fn wrapped(&mut self, text: &Text, name: &str, arguments: &[Value]) -> Outcome {
        let (tag, attribute) = match name {
            "italics" => ("i", ""),
            "bold" => ("b", ""),
            "big" => ("big", ""),
            "small" => ("small", ""),
            "sub" => ("sub", ""),
            "sup" => ("sup", ""),
            "fontcolor" => ("font", "color"),
            "fontsize" => ("font", "size"),
            "link" => ("a", "href"),
            "anchor" => ("a", "name"),
            _ => return Ok(self.unknown()),
        };
        let inner = self.read(text);
        self.make(inner.len() * 2 + 64)?;
        let open = if attribute.is_empty() {
            format!("<{tag}>")
        } else {
            let value = self.string_of(arguments.first().unwrap_or(&Value::Undefined)).replace('"', "&quot;");
            self.make(value.len() * 2)?;
            format!("<{tag} {attribute}=\"{value}\">")
        };
        Ok(Value::Text(Text::new(&format!("{open}{inner}</{tag}>")).by(How::NAMED)))
    }
}

/// Most parts of a text between which a mark is no noise.
const NOISY: usize = 3;

/// Longest run of units that is looked for plainly.
const SHORT: usize = 8;

/// The first place of one run of units in another, in linear time.
pub(super) fn find(units: &[u16], wanted: &[u16]) -> Option<usize> {
    if wanted.len() > SHORT {
        return find_long(units.iter().copied(), wanted);
    }
    let Some(first) = wanted.first() else { return Some(0) };
    let mut from = 0;
    while let Some(at) = units.get(from..)?.iter().position(|unit| unit == first) {
        if units.get(from + at..)?.starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

fn find_last(units: &[u16], wanted: &[u16]) -> Option<usize> {
    let last = units.len().checked_sub(wanted.len())?;
    if wanted.len() > SHORT {
        let backwards: Vec<u16> = wanted.iter().rev().copied().collect();
        return find_long(units.iter().rev().copied(), &backwards).map(|at| last - at);
    }
    (0..=last).rev().find(|at| units.get(*at..).is_some_and(|u| u.starts_with(wanted)))
}

/// Knuth, Morris and Pratt's search: a plain one takes a step for each unit of both at each place, and scripts are hostile.
fn find_long(units: impl Iterator<Item = u16>, wanted: &[u16]) -> Option<usize> {
    let mut borders = vec![0_usize; wanted.len()];
    let mut fits = 0;
    for at in 1..wanted.len() {
        fits = extended(wanted, &borders, fits, *wanted.get(at)?);
        *borders.get_mut(at)? = fits;
    }
    fits = 0;
    for (at, unit) in units.enumerate() {
        fits = extended(wanted, &borders, fits, unit);
        if fits == wanted.len() {
            return Some(at + 1 - fits);
        }
    }
    None
}

/// How many units of what is wanted fit after one more.
fn extended(wanted: &[u16], borders: &[usize], mut fits: usize, unit: u16) -> usize {
    while fits > 0 && wanted.get(fits) != Some(&unit) {
        fits = borders.get(fits - 1).copied().unwrap_or(0);
    }
    fits + usize::from(wanted.get(fits) == Some(&unit))
}

/// Bytes that a part of a text takes.
const PART: usize = 96;

/// How many parts a separator makes at most.
fn count_of(units: &[u16], by: &[u16]) -> usize {
    match by.first() {
        None => units.len(),
        Some(first) => 1 + units.iter().filter(|unit| *unit == first).count(),
    }
}

/// The parts between the places of a separator; every unit by itself where that is empty.
pub(super) fn split_units<'a>(units: &'a [u16], by: &[u16]) -> Vec<&'a [u16]> {
    if by.is_empty() {
        return units.chunks(1).collect();
    }
    let mut parts = Vec::new();
    let mut rest = units;
    while let Some(at) = find(rest, by) {
        parts.push(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + by.len()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}
