//! The values that the evaluator knows: pure data, functions of the script, and opaque host values with a name.

use std::fmt;
use std::ops::BitOr;
use std::rc::Rc;

/// Stands in a string for a part that is not known (the object replacement character).
pub(super) const HOLE: u16 = 0xfffc;

/// How a string came about: a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::script) struct How(u32);

impl How {
    pub(in crate::script) const NONE: Self = Self(0);
    /// Joined from pieces.
    pub(in crate::script) const JOINED: Self = Self(1);
    /// Many letters of a literal were `\xNN` or `\uNNNN`.
    pub(in crate::script) const ESCAPES: Self = Self(1 << 1);
    /// `unescape`, `decodeURIComponent`.
    pub(in crate::script) const PERCENT: Self = Self(1 << 2);
    /// `String.fromCharCode`.
    pub(in crate::script) const CODES: Self = Self(1 << 3);
    /// `atob`.
    pub(in crate::script) const BASE64: Self = Self(1 << 4);
    /// Something was replaced.
    pub(in crate::script) const REPLACED: Self = Self(1 << 5);
    /// Noise was taken out.
    pub(in crate::script) const NOISE: Self = Self(1 << 6);
    /// A list or string was turned round.
    pub(in crate::script) const REVERSED: Self = Self(1 << 7);
    /// Another symbol was made the `%` of percent codes.
    pub(in crate::script) const DELIMITED: Self = Self(1 << 8);
    /// Character codes were shifted or XORed.
    pub(in crate::script) const SHIFTED: Self = Self(1 << 9);
    /// Letters picked out of the texts of booleans, lists and functions (JSFuck).
    pub(in crate::script) const COERCED: Self = Self(1 << 10);
    /// Put together from the places of a list or string.
    pub(in crate::script) const PICKED: Self = Self(1 << 11);
    /// Dean Edwards' packer.
    pub(in crate::script) const PACKED: Self = Self(1 << 12);
    /// Hexadecimal digits.
    pub(in crate::script) const HEX: Self = Self(1 << 13);
    /// Given back by a function of the script that took a number or a coded text: a table of strings.
    pub(in crate::script) const TABLE: Self = Self(1 << 14);

    /// Percent codes that stand for marks, not for letters.
    pub(in crate::script) const UNQUOTED: Self = Self(1 << 15);

    /// The text of a boolean, list or function.
    pub(in crate::script) const NAMED: Self = Self(1 << 16);

    /// A part of a text that was split at a mark.
    pub(in crate::script) const SPLIT: Self = Self(1 << 17);

    /// Ways that hide letters, other than splitting and replacing.
    const ENCODED: Self = Self(
        Self::ESCAPES.0
            | Self::PERCENT.0
            | Self::CODES.0
            | Self::BASE64.0
            | Self::NOISE.0
            | Self::REVERSED.0
            | Self::DELIMITED.0
            | Self::COERCED.0
            | Self::PACKED.0
            | Self::HEX.0,
    );

    pub(in crate::script) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it is a literal, or a part of one.
    pub(in crate::script) const fn is_none(self) -> bool {
        self.whole().0 == 0
    }

    /// The same, but for being a part.
    pub(in crate::script) const fn whole(self) -> Self {
        Self(self.0 & !Self::SPLIT.0)
    }

    /// Whether letters were hidden by an encoding.
    pub(in crate::script) const fn is_encoded(self) -> bool {
        self.has(Self::ENCODED)
    }

    /// The most telling way, as a person says it.
    pub(in crate::script) const fn name(self) -> &'static str {
        const NAMES: [(How, &str); 16] = [
            (How::PACKED, "packer"),
            (How::COERCED, "symbols"),
            (How::NOISE, "noise-replace"),
            (How::DELIMITED, "delimiter-hex"),
            (How::SHIFTED, "shifted"),
            (How::BASE64, "base64"),
            (How::HEX, "hex"),
            (How::CODES, "fromCharCode"),
            (How::PERCENT, "unescape"),
            (How::REVERSED, "reverse"),
            (How::ESCAPES, "escapes"),
            (How::TABLE, "string-table"),
            (How::REPLACED, "replace"),
            (How::PICKED, "picked"),
            (How::UNQUOTED, "unescape"),
            (How::JOINED, "joined"),
        ];
        let mut at = 0;
        while at < NAMES.len() {
            if self.has(NAMES[at].0) {
                return NAMES[at].1;
            }
            at += 1;
        }
        "literal"
    }
}

impl BitOr for How {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A JavaScript string: UTF-16, with how it came about.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) units: Rc<Vec<u16>>,
    pub(super) how: How,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        Self::of(text.encode_utf16().collect())
    }

    pub(super) fn of(units: Vec<u16>) -> Self {
        Self { units: Rc::new(units), how: How::NONE }
    }

    pub(super) fn hole() -> Self {
        Self::of(vec![HOLE])
    }

    /// The same text, come about in this way too.
    pub(super) fn by(mut self, how: How) -> Self {
        self.how = self.how | how;
        self
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Whether all of it is known; of a long one that is taken for granted.
    pub(super) fn is_whole(&self) -> bool {
        self.units.len() > 4096 || !self.units.contains(&HOLE)
    }

    /// As Rust text; lone surrogates become the replacement character.
    pub(super) fn read(&self) -> String {
        if self.units.iter().all(|unit| *unit < 0x80) {
            return self.units.iter().map(|unit| char::from(*unit as u8)).collect();
        }
        String::from_utf16_lossy(&self.units)
    }

    /// For a person: what is not known is `…`.
    pub(super) fn shown(&self) -> String {
        self.read().replace('\u{fffc}', "…")
    }

    /// Whether it is this ASCII text.
    pub(super) fn is(&self, other: &str) -> bool {
        self.units.len() == other.len()
            && self.units.iter().zip(other.bytes()).all(|(unit, byte)| *unit == u16::from(byte))
    }

    /// A part, by units; what is out of range is left out.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let to = to.min(self.units.len());
        let units = self.units.get(from.min(to)..to).unwrap_or_default().to_vec();
        Self { units: Rc::new(units), how: self.how }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shown())
    }
}

/// An index into the heap.
pub(super) type Place = u32;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Text),
    /// A list, object, function, pattern or element on the heap.
    Item(Place),
    /// A function or object of the language by its name: `String`, `String.fromCharCode`, `Math`.
    Native(Rc<str>),
    /// A method that was read off a value, by its name.
    Method(Rc<(Self, Rc<str>)>),
    /// Something of the browser by its name: `document.body`.
    Host(Rc<str>),
    Unknown,
}

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Text::new(text))
    }

    pub(super) fn native(name: &str) -> Self {
        Self::Native(name.into())
    }

    pub(super) fn host(name: &str) -> Self {
        Self::Host(name.into())
    }

    /// Whether nothing is known of its content.
    pub(super) const fn is_opaque(&self) -> bool {
        matches!(self, Self::Host(_) | Self::Unknown)
    }

    pub(super) const fn is_nothing(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }
}

/// Why the evaluation of an expression or statement ended early.
#[derive(Debug, Clone)]
pub(super) enum Stop {
    /// `throw`.
    Thrown(Value),
    /// `return`.
    Returned(Value),
    /// `break`, `continue`, with a label where one is named (0: none).
    Broken(u32),
    Continued(u32),
    /// The budget is spent.
    Spent,
}

/// The outcome of an expression.
pub(super) type Outcome = Result<Value, Stop>;
/// The outcome of a statement.
pub(super) type Done = Result<(), Stop>;
