//! A tolerant, linear JavaScript tokenizer: any text gives tokens, none is refused.

use memchr::{memchr, memchr2, memchr3};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or keyword.
    Name,
    /// A number.
    Number,
    /// A string literal with its quotes.
    Text,
    /// A chunk of a template literal, with its delimiters.
    Template,
    /// A regular expression with its flags.
    Pattern,
    /// Punctuation.
    Mark,
}

/// One token, as a range of the script's bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// It is the first token of its line.
    pub(super) fresh: bool,
    start: u32,
    end: u32,
}

/// The tokens of a script.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    pub(super) text: &'a str,
    pub(super) list: Vec<Token>,
    /// It holds a conditional comment, which old browsers run.
    pub(super) conditional: bool,
}

impl<'a> Tokens<'a> {
    /// Reads a script of less than 4 GB; there are never more tokens than bytes.
    pub(super) fn read(text: &'a str) -> Self {
        let mut reader = Reader::new(text);
        reader.run();
        Self { text, list: reader.list, conditional: reader.conditional }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.list.get(at).map(|token| token.kind)
    }

    /// The source of a token; empty beyond the end.
    pub(super) fn raw(&self, at: usize) -> &'a str {
        self.list.get(at).and_then(|t| self.text.get(t.start as usize..t.end as usize)).unwrap_or("")
    }

    /// Where a token starts in the text; the text's length beyond the end.
    pub(super) fn start(&self, at: usize) -> usize {
        self.list.get(at).map_or(self.text.len(), |token| token.start as usize)
    }

    /// Whether a token is this punctuation or name.
    pub(super) fn is(&self, at: usize, source: &str) -> bool {
        self.raw(at) == source && matches!(self.kind(at), Some(Kind::Mark | Kind::Name))
    }

    /// Whether the tokens from here on are these.
    pub(super) fn are(&self, at: usize, sources: &[&str]) -> bool {
        sources.iter().enumerate().all(|(offset, source)| self.is(at + offset, source))
    }

    /// The source of the token before one; empty at the start.
    pub(super) fn before(&self, at: usize) -> &'a str {
        if at == 0 { "" } else { self.raw(at - 1) }
    }

    /// The raw content of a string literal, or of a template without substitutions.
    pub(super) fn content(&self, at: usize) -> Option<&'a str> {
        let raw = self.raw(at);
        match self.kind(at)? {
            Kind::Text => Some(unquote(raw)),
            Kind::Template if raw.len() > 1 && raw.starts_with('`') && raw.ends_with('`') => Some(unquote(raw)),
            _ => None,
        }
    }

    /// The name that a token stands for: an identifier, or the literal of a computed member (`window["eval"]`).
    pub(super) fn member(&self, at: usize) -> Option<&'a str> {
        match self.kind(at)? {
            Kind::Name => Some(self.raw(at)),
            Kind::Text if self.before(at) == "[" && self.is(at + 1, "]") => self.content(at),
            _ => None,
        }
    }

    /// The index after a member: past the name, or past the bracket of a computed one.
    pub(super) fn after_member(&self, at: usize) -> usize {
        if self.kind(at) == Some(Kind::Name) { at + 1 } else { at + 2 }
    }

    /// A piece of the source from one token to another, at most `limit` bytes.
    pub(super) fn piece(&self, from: usize, to: usize, limit: usize) -> &'a str {
        let start = self.start(from);
        let end = self.start(to).max(start).min(start.saturating_add(limit));
        self.text.get(start..self.text.floor_char_boundary(end)).unwrap_or("").trim_end()
    }
}

/// A literal without its quotes; the closing one may be missing.
fn unquote(raw: &str) -> &str {
    let Some(quote) = raw.chars().next() else { return raw };
    let inner = &raw[quote.len_utf8()..];
    inner.strip_suffix(quote).unwrap_or(inner)
}

/// Words after which a `/` opens a regular expression.
const BEFORE_PATTERN: [&str; 14] = [
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "throw",
    "new",
    "else",
    "do",
    "instanceof",
    "yield",
    "await",
];

/// The length of the mark at the start of some bytes.
fn mark_length(rest: &[u8]) -> usize {
    let at = |index: usize| rest.get(index).copied().unwrap_or(0);
    let (first, second, third) = (at(0), at(1), at(2));
    let grown = |length: usize| if at(length) == b'=' { length + 1 } else { length };
    match first {
        b'.' if second == b'.' && third == b'.' => 3,
        b'=' if second == b'>' => 2,
        b'=' | b'!' if second == b'=' => grown(2),
        b'?' if second == b'.' => 2,
        b'&' | b'|' | b'?' | b'*' if second == first => grown(2),
        b'<' if second == b'<' => grown(2),
        b'<' if matches!(second, b'/' | b'!') => 2,
        b'>' if second == b'>' && third == b'>' => grown(3),
        b'>' if second == b'>' => grown(2),
        b'+' | b'-' if second == first => 2,
        b'<' | b'>' | b'&' | b'|' | b'+' | b'-' | b'*' | b'/' | b'%' | b'^' => grown(1),
        _ => 1,
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    list: Vec<Token>,
    fresh: bool,
    /// Open braces; true for the `${` of a template.
    braces: Vec<bool>,
    /// Open parentheses; true after `if`, `while`, `for`, `with`.
    parentheses: Vec<bool>,
    /// The last closed parenthesis belonged to such a word.
    after_condition: bool,
    /// Bytes that may still be spent on looking for the end of a regular expression.
    fuel: usize,
    conditional: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        Self {
            bytes,
            at: 0,
            list: Vec::with_capacity(bytes.len() / 5),
            fresh: true,
            braces: Vec::new(),
            parentheses: Vec::new(),
            after_condition: false,
            fuel: bytes.len() * 4 + 65_536,
            conditional: false,
        }
    }

    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'\r' => {
                    self.fresh = true;
                    self.at += 1;
                }
                b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
                b'"' | b'\'' => self.string(byte),
                b'`' => self.template(),
                b'/' => self.slash(),
                b'0'..=b'9' => self.number(),
                b'.' if self.peek(1).is_some_and(|b| b.is_ascii_digit()) => self.number(),
                b'<' if self.bytes[self.at..].starts_with(b"<!--") => self.line_comment(),
                b'-' if self.fresh && self.bytes[self.at..].starts_with(b"-->") => self.line_comment(),
                _ if is_name(byte) => self.name(),
                _ => self.mark(byte),
            }
        }
    }

    fn peek(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.at + offset).copied()
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let end = end.min(self.bytes.len());
        self.list.push(Token { kind, fresh: self.fresh, start: self.at as u32, end: end as u32 });
        self.fresh = false;
        self.at = end;
    }

    /// A string ends at its quote, or at the end of the line where that is missing.
    fn string(&mut self, quote: u8) {
        let mut end = self.at + 1;
        while let Some(found) = self.bytes.get(end..).and_then(|rest| memchr3(quote, b'\\', b'\n', rest)) {
            end += found;
            match self.bytes[end] {
                b'\\' => end += if self.bytes[end..].starts_with(b"\\\r\n") { 3 } else { 2 },
                b'\n' => return self.push(Kind::Text, end),
                _ => return self.push(Kind::Text, end + 1),
            }
        }
        self.push(Kind::Text, self.bytes.len());
    }

    /// A chunk of a template: from its back-quote or a closing brace to the next back-quote or `${`.
    fn template(&mut self) {
        let mut end = self.at + 1;
        while let Some(found) = self.bytes.get(end..).and_then(|rest| memchr3(b'`', b'\\', b'$', rest)) {
            end += found;
            match self.bytes[end] {
                b'\\' => end += 2,
                b'`' => return self.push(Kind::Template, end + 1),
                _ if self.bytes.get(end + 1) == Some(&b'{') => {
                    self.braces.push(true);
                    return self.push(Kind::Template, end + 2);
                }
                _ => end += 1,
            }
        }
        self.push(Kind::Template, self.bytes.len());
    }

    fn slash(&mut self) {
        match self.peek(1) {
            Some(b'/') => self.line_comment(),
            Some(b'*') => self.block_comment(),
            _ => match self.pattern_end() {
                Some(end) => self.push(Kind::Pattern, end),
                None => self.mark(b'/'),
            },
        }
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let end = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.conditional |= rest[..end].starts_with(b"//@");
        self.at += end;
    }

    fn block_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let end = memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |found| found + 4);
        self.conditional |= rest.starts_with(b"/*@");
        self.fresh |= memchr(b'\n', &rest[..end]).is_some();
        self.at += end;
    }

    /// Where a regular expression that starts here ends, flags included; none when it is a division.
    fn pattern_end(&mut self) -> Option<usize> {
        if !self.may_start_pattern() {
            return None;
        }
        let mut in_class = false;
        let mut end = self.at + 1;
        loop {
            self.fuel = self.fuel.checked_sub(1)?;
            match *self.bytes.get(end)? {
                b'\n' | b'\r' => return None,
                b'\\' => end += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => break,
                _ => {}
            }
            end += 1;
        }
        let flags = self.bytes[end + 1..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        Some(end + 1 + flags)
    }

    fn may_start_pattern(&self) -> bool {
        let Some(last) = self.list.last() else { return true };
        let raw = &self.bytes[last.start as usize..last.end as usize];
        match last.kind {
            Kind::Name => BEFORE_PATTERN.iter().any(|word| word.as_bytes() == raw),
            Kind::Mark if raw == b")" => self.after_condition,
            Kind::Mark => !matches!(raw, b"]" | b"++" | b"--"),
            Kind::Template => raw.ends_with(b"${"),
            Kind::Number | Kind::Text | Kind::Pattern => false,
        }
    }

    fn number(&mut self) {
        let mut end = self.at + 1;
        while let Some(&byte) = self.bytes.get(end) {
            let sign = matches!(byte, b'+' | b'-')
                && matches!(self.bytes[end - 1], b'e' | b'E')
                && !self.bytes[self.at..].starts_with(b"0x");
            if !(byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_' || sign) {
                break;
            }
            end += 1;
        }
        self.push(Kind::Number, end);
    }

    fn name(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|&&byte| is_name(byte)).count();
        self.push(Kind::Name, self.at + length);
    }

    fn mark(&mut self, byte: u8) {
        match byte {
            b'(' => {
                let word = self.list.last().filter(|t| t.kind == Kind::Name);
                let word = word.map(|t| &self.bytes[t.start as usize..t.end as usize]);
                self.parentheses.push(matches!(word, Some(b"if" | b"while" | b"for" | b"with")));
            }
            b')' => self.after_condition = self.parentheses.pop().unwrap_or(false),
            b'{' => self.braces.push(false),
            b'}' if self.braces.pop() == Some(true) => return self.template(),
            _ => {}
        }
        if matches!(byte, b'(' | b')' | b'{' | b'}' | b'[' | b']' | b';' | b',' | b':') {
            return self.push(Kind::Mark, self.at + 1);
        }
        let length = mark_length(&self.bytes[self.at..]);
        self.push(Kind::Mark, self.at + length);
    }
}

/// Whether a byte belongs to a name; beyond ASCII everything does.
fn is_name(byte: u8) -> bool {
    NAMES[byte as usize]
}

static NAMES: [bool; 256] = {
    let mut names = [false; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        names[at] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'\\' | b'@' | b'#') || byte >= 0x80;
        at += 1;
    }
    names
};
