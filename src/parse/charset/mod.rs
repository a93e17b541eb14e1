//! Bytes → text: byte order mark, header, `<meta>` and guess are weighed against what the bytes really are.
//!
//! Browsers believe the declarations in order. Japanese pages contradict themselves so often that hinomi believes the
//! bytes first: text that is valid UTF-8 is UTF-8, and a sole declaration counts when the text decodes under it. The slow
//! guess is made only when nothing is declared, the declarations contradict each other, or the text does not decode.
//! ISO-2022-JP is the exception: it decides what is markup, so its declaration is believed as browsers do.

mod prescan;
#[cfg(test)]
mod tests;

use crate::model::CharsetFacts;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memmem;
use smol_str::SmolStr;
use std::borrow::Cow;

/// Bytes given to the guess; it reads some 10 MB a second.
const GUESSED: usize = 64 << 10;

/// Bytes of which the shape is looked at.
const LOOKED_AT: usize = 64 << 10;

/// A decoded page.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) facts: CharsetFacts,
}

/// Decodes a page; `cut` says that the bytes end in the middle.
pub(super) fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>, cut: bool) -> Decoded<'a> {
    let bom = Encoding::for_bom(bytes);
    let body = bom.and_then(|(_, length)| bytes.get(length..)).unwrap_or(bytes);
    let bom = bom.map(|(encoding, _)| encoding);
    let header = content_type.and_then(prescan::header);
    let meta = if bom.is_some_and(|b| b != UTF_8) { None } else { prescan::meta(body) };
    let mut choice = Choice { body, cut, header, meta, guess: None };
    let (used, text, replaced) = choice.choose(bom);
    let name = |encoding: &'static Encoding| SmolStr::new_static(encoding.name());
    let facts = CharsetFacts {
        used: name(used),
        bom: bom.map(name),
        header: header.map(name),
        meta: meta.map(name),
        guess: choice.guess.map(name),
        replaced,
    };
    Decoded { text, facts }
}

type Read<'a> = (&'static Encoding, Cow<'a, str>, u32);

struct Choice<'a> {
    body: &'a [u8],
    cut: bool,
    header: Option<&'static Encoding>,
    meta: Option<&'static Encoding>,
    guess: Option<&'static Encoding>,
}

impl<'a> Choice<'a> {
    fn choose(&mut self, bom: Option<&'static Encoding>) -> Read<'a> {
        if let Some(wide) = bom.filter(|b| *b != UTF_8).or_else(|| utf_16(self.body)) {
            return self.read(wide);
        }
        if let Some(read) = self.header.filter(|_| bom.is_none()).and_then(|header| self.read_wide(header)) {
            return read;
        }
        let declared = [bom, self.header.filter(|e| !is_utf_16(e)), self.meta];
        let believed = declared.into_iter().flatten().next();
        // What is text under this charset may be markup under any other: as browsers read it, whatever else it may be.
        if believed == Some(ISO_2022_JP) && memchr::memchr(0x1B, self.body).is_some() {
            return self.read(ISO_2022_JP);
        }
        if let Some(text) = self.valid_utf_8() {
            return self.choose_ascii_compatible(text, believed);
        }
        let mut candidates: Vec<&'static Encoding> = Vec::new();
        for encoding in declared.into_iter().flatten() {
            if !candidates.contains(&encoding) {
                candidates.push(encoding);
            }
        }
        if let [only] = candidates[..]
            && let Some(read) = self.read_declared(only)
        {
            return read;
        }
        self.guess_among(&candidates)
    }

    /// The text under a header that says UTF-16, when it decodes cleanly and holds markup.
    fn read_wide(&self, header: &'static Encoding) -> Option<Read<'a>> {
        let read = is_utf_16(&header).then(|| self.read(header))?;
        let mut pairs = read.1.as_bytes().windows(2);
        let markup = pairs.any(|pair| pair[0] == b'<' && (pair[1].is_ascii_alphabetic() || pair[1] == b'!'));
        (markup && read.2 == 0).then_some(read)
    }

    /// The text when it is valid UTF-8 (or ASCII) to its end, but for a character that a cut left incomplete.
    fn valid_utf_8(&self) -> Option<&'a str> {
        match std::str::from_utf8(self.body) {
            Ok(text) => Some(text),
            Err(error) if self.cut && error.error_len().is_none() => {
                std::str::from_utf8(self.body.get(..error.valid_up_to())?).ok()
            }
            Err(_) => None,
        }
    }

    /// Valid UTF-8 is UTF-8 whatever is declared: by chance other charsets never give it for more than a few
    /// characters. Pure ASCII keeps its declaration; without one it may be ISO-2022-JP.
    fn choose_ascii_compatible(&mut self, text: &'a str, declared: Option<&'static Encoding>) -> Read<'a> {
        let multi_byte = text.bytes().filter(|b| *b >= 0xC0).take(3).count();
        if multi_byte == 0 {
            if declared.is_none() && is_iso_2022_jp(self.body) {
                self.guess = Some(ISO_2022_JP);
                return self.read(ISO_2022_JP);
            }
        } else if let Some(other) = declared.filter(|d| multi_byte < 3 && *d != UTF_8)
            && let Some(read) = self.read_declared(other)
        {
            return read;
        }
        let ascii = declared.filter(|d| multi_byte == 0 && d.is_ascii_compatible());
        if declared.is_none() || (ascii.is_none() && declared != Some(UTF_8)) {
            self.guess = Some(UTF_8);
        }
        (ascii.unwrap_or(UTF_8), Cow::Borrowed(text), 0)
    }

    /// Weighs the declared charsets and the statistical guess by what the text reads like under each.
    fn guess_among(&mut self, declared: &[&'static Encoding]) -> Read<'a> {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        let head = self.body.get(..GUESSED);
        detector.feed(head.unwrap_or(self.body), head.is_none() && !self.cut);
        let guess = detector.guess(Some(b"jp"), Utf8Detection::Allow);
        self.guess = Some(guess);
        let mut tried: Vec<&'static Encoding> = vec![guess];
        tried.extend(declared.iter().filter(|e| **e != guess));
        // The guess is first: it wins a tie, unless it is not Japanese and something was declared.
        let mut best: Option<(u64, Read<'a>)> = None;
        for encoding in tried {
            let read = self.read(encoding);
            let mut score = badness(&read);
            if encoding == guess && !declared.contains(&guess) && !declared.is_empty() && !is_japanese(guess) {
                score += 10;
            }
            if best.as_ref().is_none_or(|(least, _)| score < *least) {
                best = Some((score, read));
            }
        }
        best.map_or_else(|| self.read(UTF_8), |(_, read)| read)
    }

    fn read(&self, encoding: &'static Encoding) -> Read<'a> {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length(self.body.len()).unwrap_or(self.body.len());
        let mut text = String::with_capacity(room);
        let (_, _, errors) = decoder.decode_to_string(self.body, &mut text, !self.cut);
        let replaced = if errors { memmem::find_iter(text.as_bytes(), "\u{FFFD}").count() } else { 0 };
        (encoding, Cow::Owned(text), u32::try_from(replaced).unwrap_or(u32::MAX))
    }

    /// The text under the only charset that is declared, when it decodes under it. Another charset is taken only
    /// where the text is Japanese under that one beyond doubt: Latin and Chinese charsets decode nearly anything.
    fn read_declared(&mut self, encoding: &'static Encoding) -> Option<Read<'a>> {
        if encoding == UTF_8 {
            return self.read_mostly_utf_8();
        }
        let read = self.read(encoding);
        if read.2 > 0 && share(&read.1, |c| c == '\u{FFFD}') > 20 {
            return None;
        }
        let Some(other) = self.plainly_other(encoding, &read.1) else { return Some(read) };
        self.guess = Some(other);
        Some(self.read(other))
    }

    /// The charset under which a text is Japanese beyond doubt although another is declared, under which it is not.
    fn plainly_other(&self, declared: &'static Encoding, text: &str) -> Option<&'static Encoding> {
        // In the Chinese charsets kana stand where they stand in EUC-JP: there they are no sign.
        if is_full_of_kana(text) && ![GBK, GB18030].contains(&declared) {
            return None;
        }
        let body = self.body.get(..LOOKED_AT).unwrap_or(self.body);
        let plain = |encoding: &&'static Encoding| {
            let head = Choice { body, cut: true, header: None, meta: None, guess: None };
            let (_, text, replaced) = head.read(encoding);
            replaced == 0 && is_full_of_kana(&text)
        };
        [SHIFT_JIS, EUC_JP].into_iter().filter(|other| *other != declared).find(plain)
    }

    /// UTF-8 with a few broken characters is still UTF-8.
    fn read_mostly_utf_8(&self) -> Option<Read<'a>> {
        let read = self.read(UTF_8);
        (badness(&read) <= 50).then_some(read)
    }
}

fn is_utf_16(encoding: &&'static Encoding) -> bool {
    *encoding == UTF_16LE || *encoding == UTF_16BE
}

fn is_japanese(encoding: &'static Encoding) -> bool {
    [UTF_8, SHIFT_JIS, EUC_JP, ISO_2022_JP].contains(&encoding)
}

/// UTF-16 without a mark: the page begins with ASCII, and markup leaves many bytes of one parity zero, none of the other.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..512).unwrap_or(bytes);
    let encoding = match head {
        [1..0x80, 0, 1..0x80, 0, ..] => UTF_16LE,
        [0, 1..0x80, 0, 1..0x80, ..] => UTF_16BE,
        _ => return None,
    };
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (many, few) = if encoding == UTF_16LE { (zeros(1), zeros(0)) } else { (zeros(0), zeros(1)) };
    (many * 16 >= head.len() && few * 50 <= head.len() && !holds_tags(bytes)).then_some(encoding)
}

/// Whether bytes hold a tag in ASCII: to a browser that does not take them for UTF-16 it is one.
fn holds_tags(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'<', bytes).any(|at| {
        let name = bytes.get(at + 1..).unwrap_or_default();
        let length = name.iter().take(64).take_while(|b| b.is_ascii_alphanumeric()).count();
        let ends = name.get(length).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'));
        length > 0 && ends
    })
}

/// Whether ASCII bytes are Japanese text in ISO-2022-JP although nothing says so. Strict, since it changes what is
/// markup: the switched stretches are whole pairs on one line, and hold kana as Japanese does.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let (mut pairs, mut kana) = (0_usize, 0_usize);
    let mut rest = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    while let Some(at) = memchr::memchr(0x1B, rest) {
        let after = rest.get(at + 1..).unwrap_or_default();
        rest = after.get(2..).unwrap_or_default();
        if !matches!(after, [b'$', b'@' | b'B', ..]) {
            continue;
        }
        let stretch = rest.get(..memchr::memchr(0x1B, rest).unwrap_or(rest.len())).unwrap_or_default();
        if !stretch.len().is_multiple_of(2) || !stretch.iter().all(|b| (0x21..=0x7E).contains(b)) {
            return false;
        }
        pairs += stretch.len() / 2;
        kana += stretch.chunks_exact(2).filter(|pair| matches!(pair, [0x24 | 0x25, _])).count();
    }
    pairs >= 8 && kana * 5 >= pairs
}

/// Thousandths of the characters beyond ASCII, at the beginning of a text, that are of a kind.
fn share(text: &str, is: impl Fn(char) -> bool) -> usize {
    let head = text.get(..text.floor_char_boundary(LOOKED_AT.min(text.len()))).unwrap_or_default();
    let (mut beyond, mut found) = (0, 0);
    for c in head.chars().filter(|c| !c.is_ascii()) {
        beyond += 1;
        found += usize::from(is(c));
    }
    found * 1000 / beyond.max(1)
}

/// Whether a text holds kana as Japanese does: a fifth of its characters.
fn is_full_of_kana(text: &str) -> bool {
    share(text, |c| ('\u{3041}'..='\u{30FF}').contains(&c)) >= 200
        && text.chars().filter(|c| !c.is_ascii()).take(8).count() == 8
}

/// How little a text reads like text, in thousandths of its characters beyond ASCII: what could not be read, what no
/// page holds (half-width katakana in bulk, controls, private use), and rare characters.
fn badness((_, text, _): &Read) -> u64 {
    let (mut beyond, mut broken, mut odd) = (0_u64, 0_u64, 0_u64);
    let end = text.floor_char_boundary(LOOKED_AT.min(text.len()));
    for c in text.get(..end).unwrap_or_default().chars().filter(|c| !c.is_ascii()) {
        beyond += 1;
        match c {
            '\u{FFFD}' => broken += 1,
            '\u{80}'..='\u{9F}' | '\u{E000}'..='\u{F8FF}' => odd += 2,
            '\u{FF61}'..='\u{FF9F}' => odd += 1,
            _ => {}
        }
    }
    // Some half-width katakana is normal.
    let odd = odd.saturating_sub(beyond / 5);
    (broken * 1000 + odd * 500) / beyond.max(1)
}
