//! Scripts that only state data (`window.__STATE__ = {…}`): what in the data could act, and the script without the data.

mod plain;

use super::noise;
use super::shape::is_acting;
use super::text;
use super::tokens::{Kind, Tokens};
use crate::model::{DigestBuilder, ScriptState};
use plain::{fingerprint, hosts, is_plain};
use std::collections::HashSet;

/// Deepest nesting of data that is read.
const MAX_DEPTH: usize = 64;
/// Most different leaves of one script; one with more states nothing.
const MAX_LEAVES: usize = 512;
/// Most leaves that are noted on the way.
const MAX_NOTED: usize = 16 << 10;
/// Words in keys under which the address of a host stands.
const HOSTS: [&str; 7] = ["host", "server", "ip", "addr", "endpoint", "url", "uri"];

/// What a script states; none when it does more than that.
///
/// Objects, arrays and the frame `(function(a,b){return {…}}(1,2))` around them, as frameworks write them, are data. What
/// stands around is code: it is kept token by token, and when it could turn data into action, the script states nothing.
pub(super) fn state(tokens: &Tokens) -> Option<ScriptState> {
    if tokens.conditional {
        return None;
    }
    let mut reader = Reader { tokens, leaves: Vec::new(), names: HashSet::new() };
    // Most scripts state nothing: what is hashed is gathered first.
    let (mut code, mut at, mut data) = (Vec::new(), 0, 0_usize);
    while at < tokens.len() {
        if let Some(after) = reader.data(at) {
            code.push("{}");
            (at, data) = (after, data + 1);
            continue;
        }
        if is_acting(tokens, at) {
            return None;
        }
        code.push(tokens.raw(at));
        at += 1;
    }
    if data == 0 {
        return None;
    }
    // A leaf that was not noted could be anything.
    if reader.leaves.len() > MAX_NOTED {
        return None;
    }
    let mut leaves = reader.leaves;
    leaves.sort_unstable();
    leaves.dedup();
    (leaves.len() <= MAX_LEAVES).then(|| {
        let mut digest = DigestBuilder::new("script state");
        for part in code {
            digest.part(part);
        }
        ScriptState { code: digest.finish(), leaves }
    })
}

/// Reads data, and notes what in it is not plain.
struct Reader<'t, 'a> {
    tokens: &'t Tokens<'a>,
    leaves: Vec<String>,
    /// Names of what the frame around the data hands in.
    names: HashSet<&'a str>,
}

impl<'a> Reader<'_, 'a> {
    /// Where the data ends that begins here, where a value stands; none when there is none.
    fn data(&mut self, at: usize) -> Option<usize> {
        let before = self.tokens.before(at);
        let placed = matches!(before, "=" | "(" | "," | ":" | "return");
        if !placed || !matches!(self.tokens.raw(at), "{" | "[" | "(" | "function") {
            return None;
        }
        let kept = self.leaves.len();
        self.names.clear();
        let end = match self.tokens.raw(at) {
            "{" | "[" => self.container(at, 0),
            _ => self.framed(at),
        };
        if end.is_none() {
            self.leaves.truncate(kept);
        }
        end
    }

    /// `(function(a,b){return {…}}(1,2))`, also with the call outside.
    fn framed(&mut self, at: usize) -> Option<usize> {
        let open = self.tokens.is(at, "(");
        let mut at = at + usize::from(open);
        if !self.tokens.are(at, &["function", "("]) {
            return None;
        }
        at = self.parameters(at + 2)?;
        at = self.expect(at, "{")?;
        while !self.tokens.is(at, "return") {
            at = self.assignment(at)?;
        }
        at = self.value(at + 1, 0)?;
        at += usize::from(self.tokens.is(at, ";"));
        at = self.expect(at, "}")?;
        let inside = open && self.tokens.is(at, "(");
        if open && !inside {
            at = self.expect(at, ")")?;
        }
        at = self.list(self.expect(at, "(")?, ")", 0)?;
        if inside { self.expect(at, ")") } else { Some(at) }
    }

    /// `a.b=1;` and `a[0]=1;`, of something that is handed in.
    fn assignment(&mut self, at: usize) -> Option<usize> {
        let mut at = self.name(at)?;
        loop {
            match self.tokens.raw(at) {
                "." if self.tokens.kind(at + 1) == Some(Kind::Name) => at += 2,
                "[" if matches!(self.tokens.kind(at + 1), Some(Kind::Number | Kind::Text)) => {
                    at = self.expect(at + 2, "]")?;
                }
                "=" => {
                    let end = self.value(at + 1, 0)?;
                    return self.expect(end, ";");
                }
                _ => return None,
            }
        }
    }

    fn parameters(&mut self, mut at: usize) -> Option<usize> {
        while self.tokens.kind(at) == Some(Kind::Name) {
            self.names.insert(self.tokens.raw(at));
            at += 1;
            at += usize::from(self.tokens.is(at, ","));
        }
        self.expect(at, ")")
    }

    fn expect(&self, at: usize, mark: &str) -> Option<usize> {
        self.tokens.is(at, mark).then_some(at + 1)
    }

    fn value(&mut self, at: usize, depth: usize) -> Option<usize> {
        match self.tokens.kind(at)? {
            Kind::Text | Kind::Template => {
                self.leaf(&text::cook(self.tokens.content(at)?));
                Some(at + 1)
            }
            Kind::Number => {
                self.number(at);
                Some(at + 1)
            }
            Kind::Name if self.tokens.raw(at) == "new" => self.made(at, depth),
            Kind::Name => self.name(at),
            Kind::Mark => match self.tokens.raw(at) {
                "{" | "[" => self.container(at, depth),
                "-" | "!" | "+" if self.tokens.kind(at + 1) == Some(Kind::Number) => self.value(at + 1, depth),
                _ => None,
            },
            Kind::Pattern => None,
        }
    }

    /// A constant, or something that is handed in.
    fn name(&self, at: usize) -> Option<usize> {
        let name = self.tokens.raw(at);
        match name {
            "true" | "false" | "null" | "undefined" | "NaN" | "Infinity" => Some(at + 1),
            "void" if self.tokens.raw(at + 1) == "0" => Some(at + 2),
            "Array" if self.tokens.kind(at + 2) == Some(Kind::Number) => {
                self.expect(self.expect(at + 1, "(")? + 1, ")")
            }
            _ => self.names.contains(name).then_some(at + 1),
        }
    }

    /// `new Map([…])` and its kind.
    fn made(&mut self, at: usize, depth: usize) -> Option<usize> {
        let known = matches!(self.tokens.raw(at + 1), "Map" | "Set" | "Date");
        let open = self.expect(at + 2, "(").filter(|_| known && depth < MAX_DEPTH)?;
        self.list(open, ")", depth + 1)
    }

    fn container(&mut self, at: usize, depth: usize) -> Option<usize> {
        if depth >= MAX_DEPTH {
            return None;
        }
        match self.tokens.raw(at) {
            "[" => self.list(at + 1, "]", depth + 1),
            _ => self.object(at + 1, depth + 1),
        }
    }

    /// Values and commas up to a mark; holes are allowed.
    fn list(&mut self, mut at: usize, end: &str, depth: usize) -> Option<usize> {
        loop {
            if self.tokens.is(at, end) {
                return Some(at + 1);
            }
            if self.tokens.is(at, ",") {
                at += 1;
                continue;
            }
            at = self.value(at, depth)?;
            if !self.tokens.is(at, ",") && !self.tokens.is(at, end) {
                return None;
            }
        }
    }

    fn object(&mut self, mut at: usize, depth: usize) -> Option<usize> {
        loop {
            if self.tokens.is(at, "}") {
                return Some(at + 1);
            }
            match self.tokens.kind(at)? {
                Kind::Name | Kind::Number => {}
                // A name that is an address may be one of what is loaded.
                Kind::Text => self.key(&text::cook(self.tokens.content(at)?)),
                Kind::Template | Kind::Pattern | Kind::Mark => return None,
            }
            at = self.value(self.expect(at + 1, ":")?, depth)?;
            at += usize::from(self.tokens.is(at, ",") && !self.tokens.is(at + 1, ","));
        }
    }

    fn key(&mut self, key: &str) {
        if key.contains("//") || key.contains('<') || key.contains('.') && !key.contains('/') {
            self.leaf(key);
        }
    }

    /// A number is plain but where it may stand for a host.
    fn number(&mut self, at: usize) {
        let key = self.tokens.content(at.saturating_sub(2)).unwrap_or_else(|| self.tokens.raw(at.saturating_sub(2)));
        let names_host =
            self.tokens.before(at) == ":" && HOSTS.iter().any(|word| key.to_ascii_lowercase().contains(word));
        if names_host && self.tokens.raw(at).len() > 5 && self.leaves.len() <= MAX_NOTED {
            self.leaves.push(self.tokens.raw(at).to_owned());
        }
    }

    fn leaf(&mut self, text: &str) {
        let rest = noise::without(text);
        let text = rest.as_deref().unwrap_or(text);
        if self.leaves.len() > MAX_NOTED || is_plain(text) {
            return;
        }
        match hosts(text) {
            Some(hosts) => self.leaves.extend(hosts.into_iter().map(|host| format!("//{host}"))),
            None => self.leaves.push(fingerprint(text)),
        }
    }
}
