//! A look over the bytes that says which of the dearer questions need asking.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

const WORDS: [(&str, Hints); 30] = [
    ("unescape", Hints::DECODE),
    ("decodeURI", Hints::DECODE),
    ("fromCharCode", Hints::DECODE),
    ("fromCodePoint", Hints::DECODE),
    ("atob", Hints::DECODE),
    ("\\x", Hints::DECODE),
    ("\\u00", Hints::DECODE),
    ("replace(/", Hints::DECODE),
    ("]('", Hints::DECODE),
    ("](\"", Hints::DECODE),
    ("split(", Hints::DECODE),
    ("reverse(", Hints::DECODE),
    ("\"+\"", Hints::DECODE),
    ("'+'", Hints::DECODE),
    ("\" + \"", Hints::DECODE),
    ("' + '", Hints::DECODE),
    ("+=\"", Hints::DECODE),
    ("+='", Hints::DECODE),
    ("+= \"", Hints::DECODE),
    ("+= '", Hints::DECODE),
    ("base64,", Hints::DECODE),
    ("p,a,c,k,e", Hints::DECODE),
    ("location", Hints::NAVIGATE),
    ("navigate(", Hints::NAVIGATE),
    (".open(", Hints::NAVIGATE),
    ("cookie", Hints::LOOKS),
    ("userAgent", Hints::LOOKS),
    ("referrer", Hints::LOOKS),
    ("language", Hints::LOOKS),
    ("webdriver", Hints::LOOKS),
];

/// Which words a script holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hints(u8);

impl Hints {
    /// Something that decodes or joins.
    pub(super) const DECODE: Self = Self(1);
    /// Something that goes elsewhere.
    pub(super) const NAVIGATE: Self = Self(2);
    /// Something that looks at the visitor.
    pub(super) const LOOKS: Self = Self(4);
    const ALL: Self = Self(7);

    /// Looks over a script.
    pub(super) fn of(text: &str) -> Self {
        static FINDER: LazyLock<Option<AhoCorasick>> =
            LazyLock::new(|| AhoCorasick::new(WORDS.iter().map(|(word, _)| word)).ok());
        let Some(finder) = FINDER.as_ref() else { return Self::ALL };
        let mut hints = if has_long_run(text.as_bytes()) { Self::DECODE } else { Self(0) };
        for found in finder.find_iter(text) {
            hints = hints.and(WORDS[found.pattern().as_usize()].1);
            if hints == Self::ALL {
                break;
            }
        }
        hints
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whether 64 and more bytes stand together that are only digits, letters of an encoding, commas: data of some kind.
fn has_long_run(bytes: &[u8]) -> bool {
    let mut run = 0_u32;
    bytes.iter().any(|&byte| {
        let data = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b',' | b'%');
        run = if data { run + 1 } else { 0 };
        run >= 64
    })
}
