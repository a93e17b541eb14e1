//! A look over the bytes that says which of the dearer questions need asking.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

const WORDS: [(&str, Hints); 89] = [
    ("p,a,c,k,e", Hints::ENCODED),
    ("fromCharCode", Hints::DECODES),
    ("fromCodePoint", Hints::DECODES),
    ("unescape", Hints::DECODES),
    ("decodeURI", Hints::DECODES),
    ("atob", Hints::DECODES),
    ("charCodeAt", Hints::DECODES),
    ("TextDecoder", Hints::DECODES),
    ("parseInt(", Hints::SHAPES),
    ("replace(/", Hints::SHAPES),
    ("split(", Hints::SHAPES),
    ("reverse(", Hints::SHAPES),
    ("eval(", Hints::RUNS),
    ("eval (", Hints::RUNS),
    ("eval;", Hints::RUNS),
    ("eval,", Hints::RUNS),
    ("eval\"", Hints::RUNS),
    ("eval'", Hints::RUNS),
    ("=eval", Hints::RUNS),
    ("= eval", Hints::RUNS),
    ("execScript", Hints::RUNS),
    ("Function(", Hints::RUNS),
    ("Function (", Hints::RUNS),
    ("constructor", Hints::SHAPES),
    ("setTimeout('", Hints::RUNS),
    ("setTimeout(\"", Hints::RUNS),
    ("]('", Hints::JOINS),
    ("](\"", Hints::JOINS),
    ("\"+\"", Hints::JOINS),
    ("'+'", Hints::JOINS),
    ("\" + \"", Hints::JOINS),
    ("' + '", Hints::JOINS),
    ("+=\"", Hints::JOINS),
    ("+='", Hints::JOINS),
    ("+= \"", Hints::JOINS),
    ("+= '", Hints::JOINS),
    ("\\x", Hints::ESCAPES),
    ("\\u00", Hints::ESCAPES),
    ("_0x", Hints::ESCAPES),
    ("&#", Hints::ESCAPES),
    ("base64,", Hints::SHAPES),
    ("write", Hints::MAKES),
    ("createElement", Hints::MAKES),
    ("innerHTML", Hints::MAKES),
    ("insertAdjacentHTML", Hints::MAKES),
    ("iframe", Hints::MAKES),
    ("IFRAME", Hints::MAKES),
    (".append", Hints::MAKES),
    (".prepend", Hints::MAKES),
    ("location", Hints::NAVIGATES),
    ("navigate(", Hints::NAVIGATES),
    (".open(", Hints::NAVIGATES),
    ("clipboard", Hints::REACHES),
    ("execCommand", Hints::REACHES),
    ("serviceWorker", Hints::REACHES),
    ("WebSocket", Hints::REACHES),
    ("XMLHttpRequest", Hints::REACHES),
    ("fetch(", Hints::REACHES),
    ("sendBeacon", Hints::REACHES),
    (".ajax", Hints::REACHES),
    ("new Image", Hints::REACHES),
    ("importScripts", Hints::REACHES),
    ("import(", Hints::REACHES),
    ("import \"", Hints::REACHES),
    ("import '", Hints::REACHES),
    ("from \"", Hints::REACHES),
    ("from '", Hints::REACHES),
    (".getScript", Hints::REACHES),
    (".getJSON", Hints::REACHES),
    ("Worker(", Hints::REACHES),
    ("cookie", Hints::SEES),
    ("userAgent", Hints::SEES),
    ("referrer", Hints::REFERRER),
    ("language", Hints::SEES),
    ("webdriver", Hints::SEES),
    (".value", Hints::SEES),
    ("://", Hints::NAMES),
    ("\"//", Hints::NAMES),
    ("'//", Hints::NAMES),
    ("checkout", Hints::PRECIOUS),
    ("onepage", Hints::PRECIOUS),
    ("payment", Hints::PRECIOUS),
    ("billing", Hints::PRECIOUS),
    ("cvv", Hints::PRECIOUS),
    ("cc_", Hints::PRECIOUS),
    ("card", Hints::PRECIOUS),
    ("eth_", Hints::PRECIOUS),
    ("powershell", Hints::PRECIOUS),
    ("mshta", Hints::PRECIOUS),
];

/// Escapes and mangled names in a script, from which on they are no chance.
const MANY_ESCAPES: u32 = 16;
/// Joins that cut words, from which on they are no chance.
const MANY_JOINS: u32 = 4;
/// Symbols in a run that has no letters.
const SYMBOL_RUN: u32 = 60;
/// Data in a run that is no word.
const DATA_RUN: u32 = 64;

/// What a script holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hints(u16);

impl Hints {
    /// An encoding that honest scripts have no use for.
    pub(super) const ENCODED: Self = Self(1);
    /// Something that decodes.
    const DECODES: Self = Self(1 << 1);
    /// Something that runs text.
    const RUNS: Self = Self(1 << 2);
    /// Pieces that are joined.
    const JOINS: Self = Self(1 << 3);
    /// Escaped letters, mangled names.
    const ESCAPES: Self = Self(1 << 4);
    /// Something that makes markup or elements.
    const MAKES: Self = Self(1 << 5);
    /// Something that goes elsewhere.
    const NAVIGATES: Self = Self(1 << 6);
    /// Something that reaches out.
    const REACHES: Self = Self(1 << 7);
    /// Something that looks at the visitor's browser.
    const SEES: Self = Self(1 << 8);
    /// Something that looks at the visitor, or where he came from.
    pub(super) const LOOKS: Self = Self(Self::SEES.0 | Self::REFERRER.0);
    /// An address.
    const NAMES: Self = Self(1 << 9);
    /// Something that changes texts, and stands in ordinary programs too.
    const SHAPES: Self = Self(1 << 11);
    /// Something that looks where the visitor came from.
    const REFERRER: Self = Self(1 << 12);
    /// Words of what is worth stealing or doing harm with.
    const PRECIOUS: Self = Self(1 << 13);
    /// Something decoded is run in the same breath: `eval(unescape(`.
    pub(super) const RUNS_DECODED: Self = Self(1 << 14);
    /// A long run of data.
    pub(super) const DATA: Self = Self(1 << 10);
    /// Anything that signs of encoding could hang on.
    pub(super) const CODED: Self =
        Self(Self::ENCODED.0 | Self::DECODES.0 | Self::SHAPES.0 | Self::JOINS.0 | Self::ESCAPES.0 | Self::DATA.0);

    /// Anything that acts.
    pub(super) const ACTS: Self = Self(Self::MAKES.0 | Self::NAVIGATES.0 | Self::REACHES.0 | Self::RUNS.0);
    /// Anything that literals are decoded by.
    pub(super) const LITERALS: Self = Self(Self::ENCODED.0 | Self::DECODES.0 | Self::ESCAPES.0);

    /// Looks over a script.
    pub(super) fn of(text: &str) -> Self {
        static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
            AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(WORDS.map(|word| word.0)).ok()
        });
        let mut hints = runs(text.as_bytes());
        let Some(finder) = FINDER.as_ref() else { return Self(u16::MAX) };
        let (mut escapes, mut joins) = (0_u32, 0_u32);
        for found in finder.find_iter(text) {
            let hint = WORDS.get(found.pattern().as_usize()).map_or(Self(0), |(_, hint)| *hint);
            hints = hints.and(hint);
            if matches!(hint, Self::RUNS | Self::MAKES) && decodes_at(text.as_bytes(), found.end()) {
                hints = hints.and(Self::ENCODED).and(Self::RUNS_DECODED);
            }
            escapes += u32::from(hint == Self::ESCAPES && hides_letter(text.as_bytes(), found.start()));
            joins += u32::from(hint == Self::JOINS && cuts_word(text.as_bytes(), found.start(), found.end()));
        }
        if escapes >= MANY_ESCAPES || joins >= MANY_JOINS {
            hints = hints.and(Self::ENCODED);
        }
        hints
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether something may be hidden that takes long to unfold.
    pub(super) const fn hides(self) -> bool {
        self.has(Self::ENCODED) || self.has(Self::DATA) || (self.has(Self::DECODES) && self.has(Self::RUNS))
    }

    /// Whether a piece of script of this length is followed as far as any: a small one that decodes and acts may stall first.
    pub(super) const fn is_followed_far(self, length: usize) -> bool {
        const SMALL: usize = 8 << 10;
        self.hides() || (length <= SMALL && self.has(Self::DECODES) && self.has(Self::ACTS))
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a piece of script of this length is worth a syntax tree.
    pub(super) const fn wants_tree(self, length: usize) -> bool {
        const SMALL: usize = 4 << 10;
        const MIDDLE: usize = 32 << 10;
        let acts =
            self.has(Self::MAKES) || self.has(Self::NAVIGATES) || self.has(Self::REACHES) || self.has(Self::RUNS);
        let decodes = self.has(Self::DECODES) && (self.has(Self::RUNS) || self.has(Self::DATA));
        let reaches = acts && self.has(Self::NAMES) && (self.has(Self::PRECIOUS) || self.has(Self::REFERRER));
        self.has(Self::ENCODED)
            || (length <= SMALL && (acts || self.has(Self::CODED)))
            || (length <= MIDDLE && (decodes || reaches))
    }
}

/// Whether a decoder is called right behind what runs or writes its outcome: `eval(unescape(…`.
fn decodes_at(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"(").unwrap_or(rest).trim_ascii_start();
    [&b"unescape"[..], b"String.from", b"atob", b"decodeURI"].iter().any(|decoder| rest.starts_with(decoder))
}

/// Whether a join stands between two letters: `'wri'+'te'`.
fn cuts_word(bytes: &[u8], start: usize, end: usize) -> bool {
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let joins = bytes.get(start).is_some_and(|byte| matches!(byte, b'"' | b'\''));
    joins && start.checked_sub(1).is_some_and(letter) && letter(end)
}

/// Whether an escape at this place stands for a letter or digit; mangled names and character references count too.
fn hides_letter(bytes: &[u8], at: usize) -> bool {
    let digits = match bytes.get(at..at + 2) {
        Some(b"\\x") => at + 2,
        Some(b"\\u") => at + 4,
        _ => return true,
    };
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    digit(digits).zip(digit(digits + 1)).is_some_and(|(high, low)| ((high * 16 + low) as u8).is_ascii_alphanumeric())
}

/// Long runs: of symbols without letters, of digits and letters without words.
fn runs(bytes: &[u8]) -> Hints {
    let (mut data, mut symbols, mut codes) = (0_u32, 0_u32, 0_u32);
    let (mut longest_data, mut longest_symbols) = (0, 0);
    for byte in bytes {
        let class = u32::from(CLASSES[usize::from(*byte)]);
        // Multiplied rather than asked: this loop sees every byte of every script.
        data = (data + 1) * (class & 1);
        symbols = (symbols + 1) * (class >> 1 & 1);
        // Codes may stand apart: `60, 105, 102`.
        codes = (codes + (class >> 2 & 1)) * u32::from(class & 12 != 0);
        longest_data = longest_data.max(data).max(codes);
        longest_symbols = longest_symbols.max(symbols);
    }
    let found = |found: bool, hint| if found { hint } else { Hints(0) };
    found(longest_data >= DATA_RUN, Hints::DATA).and(found(longest_symbols >= SYMBOL_RUN, Hints::ENCODED))
}

/// Bit 0: data, bit 1: symbols, bit 2: digits and commas, bit 3: what may stand between those.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        classes[at] = match byte {
            b'+' => 3,
            b'[' | b']' | b'(' | b')' | b'!' | b'{' | b'}' | b'$' => 2,
            b'/' | b'%' => 1,
            b',' => 5,
            b' ' | b'\n' | b'\r' | b'\t' => 8,
            _ if byte.is_ascii_digit() => 5,
            _ if byte.is_ascii_alphanumeric() => 1,
            _ => 0,
        };
        at += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_counts_wherever_it_ends() {
        for shift in 0..4 {
            let symbols = "[".repeat(shift) + &"+[]!".repeat(40);
            assert!(Hints::of(&symbols).has(Hints::ENCODED), "{shift}");
            let data = "a".repeat(shift) + &"+a/1".repeat(40);
            assert!(Hints::of(&data).has(Hints::DATA), "{shift}");
        }
        assert!(!Hints::of(&"[]()!{} ".repeat(99)).has(Hints::ENCODED));
    }
}
