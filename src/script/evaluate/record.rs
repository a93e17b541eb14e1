//! What the evaluator notes: layers, markup, elements, addresses, signs, and what was looked at.

use super::Machine;
use super::value::{Done, HOLE, How, Text, Value};
use crate::model::{Action, Looks, Made, ScriptSign, Sink};
use crate::script::words;

/// Longest offending piece that is kept, in bytes.
const MAX_PIECE: usize = 240;
/// Most layers, actions, pieces of markup and elements that are noted.
pub(super) const MAX_LAYERS: usize = 24;
const MAX_ACTIONS: usize = 128;
/// Most of one kind on one host.
const MAX_ALIKE: usize = 64;
const MAX_REDIRECTS: usize = 32;
const MAX_MARKUP: usize = 64;
pub(super) const MAX_ELEMENTS: usize = 64;
/// Longest address or text of an action, in bytes; most bytes of markup and of layers.
pub(super) const MAX_TARGET: usize = 2048;
const MAX_WRITTEN: usize = 256 << 10;
pub(super) const MAX_DECODED: usize = 256 << 10;
/// Names that come out of an encoding, and out of a table of strings, from which on it is no chance.
const HIDDEN_NAMES: usize = 3;
const TABLED_NAMES: usize = 6;
/// Character codes in a run (THREATS' E2).
const MANY_CODES: usize = 20;

/// One decoded text.
#[derive(Debug)]
pub(in crate::script) struct Layer {
    pub(in crate::script) how: &'static str,
    pub(in crate::script) text: String,
}

/// The host of an address; empty for one on the page's own.
fn host_of(address: &str) -> &str {
    let rest = address.split_once("//").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#', ':', '…']).next().unwrap_or_default()
}

/// What was found in one script and its layers.
#[derive(Debug, Default)]
pub(in crate::script) struct Record {
    pub(in crate::script) layers: Vec<Layer>,
    pub(in crate::script) signs: Vec<(ScriptSign, String)>,
    pub(in crate::script) sinks: Vec<Sink>,
    pub(in crate::script) actions: Vec<Action>,
    pub(in crate::script) markup: Vec<String>,
    pub(in crate::script) elements: Vec<Made>,
    pub(in crate::script) redirects: Vec<String>,
    pub(in crate::script) looks: Looks,
    pub(in crate::script) cut: Option<&'static str>,
    /// The steps that are left over.
    pub(in crate::script) left: u32,
    /// The last markup is a stream that grows.
    streaming: bool,
    /// Markup that was searched for scripts already.
    searched: usize,
    decoded: usize,
    /// Keywords that were joined from pieces.
    split: Vec<&'static str>,
    /// Members of the browser whose names came out of an encoding, with where.
    hidden: Vec<(String, bool)>,
}

impl Record {
    /// The scripts in markup that was written since this was last asked.
    pub(super) fn written_scripts(&mut self) -> Vec<String> {
        let mut scripts = Vec::new();
        for markup in self.markup.iter().skip(self.searched) {
            scripts.extend(words::scripts_in(markup));
        }
        self.searched = self.markup.len();
        if !scripts.is_empty() {
            self.streaming = false;
        }
        scripts
    }

    /// Whether enough names are hidden, and one by which a page is changed or left among them: who only looks hides less.
    fn hides_names(&self) -> bool {
        let encoded = self.hidden.iter().filter(|(_, encoded)| *encoded).count();
        (encoded >= HIDDEN_NAMES || self.hidden.len() >= TABLED_NAMES)
            && self.hidden.iter().any(|(name, _)| words::is_acting_way(name))
    }

    pub(super) fn layer(&mut self, how: &'static str, text: String) {
        let known = self.layers.iter().any(|layer| layer.text == text);
        if known || text.trim().len() < 4 {
            return;
        }
        if self.layers.len() >= MAX_LAYERS || self.decoded + text.len() > MAX_DECODED {
            self.cut.get_or_insert("decoded");
            return;
        }
        self.decoded += text.len();
        self.layers.push(Layer { how, text });
    }
}

impl Machine {
    /// The source of what is being done, cut to length.
    pub(super) fn piece(&self) -> String {
        let source = self.tree.text(self.at);
        source.get(..source.floor_char_boundary(MAX_PIECE)).unwrap_or_default().to_owned()
    }

    /// Notes a sign, each kind once.
    pub(super) fn sign(&mut self, sign: ScriptSign, piece: &str) {
        if self.record.signs.iter().all(|(known, _)| *known != sign) {
            self.record.signs.push((sign, piece.to_owned()));
        }
    }

    pub(super) fn sink(&mut self, sink: Sink) {
        if !self.record.sinks.contains(&sink) {
            self.record.sinks.push(sink);
        }
    }

    /// Notes what would be done with an address or text.
    pub(super) fn action(&mut self, sink: Sink, by: &str, text: &Text) {
        self.sink(sink);
        self.charge(16 + self.record.actions.len() / 8);
        let shown = self.shown(text);
        let target = shown.get(..shown.floor_char_boundary(MAX_TARGET)).unwrap_or_default().trim().to_owned();
        // Letters that were picked one by one hide an address as well as any code does.
        let picked = text.how.has(How::PICKED) && sink != Sink::Clipboard && self.is_hidden_host(&target);
        let decoded = text.how.is_encoded() || picked;
        if decoded && target.len() > 4 {
            self.record.layer(text.how.name(), target.clone());
            if self.is_hidden_host(&target) && sink != Sink::Clipboard {
                let piece = self.piece();
                self.sign(ScriptSign::HiddenAddress, &piece);
                self.sign_of(text, &target);
            }
        }
        let action = Action { sink, by: by.into(), target, after: self.looks, waits: self.waits, decoded };
        let known = self
            .record
            .actions
            .iter()
            .any(|known| known.sink == action.sink && known.target == action.target && known.by == action.by);
        if !known {
            self.note_action(action);
        }
    }

    /// Keeps an action; where there is no room, the reason. Many of one kind on one host leave room for others.
    fn note_action(&mut self, action: Action) {
        let alike = |known: &&Action| known.sink == action.sink && host_of(&known.target) == host_of(&action.target);
        let actions = &self.record.actions;
        if actions.len() < MAX_ACTIONS && actions.iter().filter(alike).count() < MAX_ALIKE {
            self.record.actions.push(action);
        } else {
            self.cut(super::ACTIONS);
        }
    }

    /// Whether an address names a host that does not stand in the script in clear.
    fn is_hidden_host(&mut self, target: &str) -> bool {
        self.charge(self.own_length / 128);
        let host = host_of(target);
        host.len() > 3 && host.contains('.') && !self.tree.own(self.own_length).contains(host)
    }

    /// Notes that the page is left for an address.
    pub(super) fn redirect(&mut self, text: &Text, by: &str) {
        self.action(Sink::Navigate, by, text);
        if self.waits {
            return;
        }
        let shown = self.shown(text);
        let known = shown.split('…').next().unwrap_or_default().trim();
        let whole = known.len() == shown.trim().len();
        let host = known.split_once("//").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
        let known = known.get(..known.floor_char_boundary(MAX_TARGET)).unwrap_or_default().to_owned();
        let redirects = &mut self.record.redirects;
        if known.is_empty() || !(whole || host) || redirects.contains(&known) {
            return;
        }
        if redirects.len() < MAX_REDIRECTS {
            redirects.push(known);
        } else {
            self.cut(super::ACTIONS);
        }
    }

    /// Notes markup that would be written; a stream of `document.write` is one text.
    pub(super) fn write(&mut self, value: &Value, stream: bool) -> Done {
        self.sink(Sink::Write);
        let text = self.text_of(value);
        if text.is_empty() || text.units.iter().all(|unit| *unit == HOLE) {
            return Ok(());
        }
        let shown = self.shown(&text);
        self.make(shown.len())?;
        if self.again && self.record.markup.iter().any(|known| known.contains(&shown)) {
            return Ok(());
        }
        let written: usize = self.record.markup.iter().map(String::len).sum();
        if written + shown.len() > MAX_WRITTEN {
            self.cut("output");
            return Ok(());
        }
        if text.how.is_encoded() || text.how.has(How::UNQUOTED) {
            self.record.layer(text.how.name(), shown.clone());
            if text.how.is_encoded() && words::is_active_markup(&shown) {
                let piece = self.piece();
                self.sign(ScriptSign::DecodedCode, &piece);
                self.sign_of(&text, &shown);
            }
        }
        let after = self.looks;
        let record = &mut self.record;
        let count = record.markup.len();
        match record.markup.last_mut().filter(|_| stream && record.streaming) {
            Some(last) => {
                last.push_str(&shown);
                record.searched = record.searched.min(count - 1);
            }
            None if count < MAX_MARKUP => record.markup.push(shown.clone()),
            None => {
                record.cut.get_or_insert("markup");
            }
        }
        record.streaming = stream;
        for url in words::tag_addresses(&shown) {
            let action = Action {
                sink: Sink::Write,
                by: "markup".into(),
                target: url,
                after,
                waits: self.waits,
                decoded: text.how.is_encoded(),
            };
            if !self.record.actions.contains(&action) {
                self.note_action(action);
            }
        }
        Ok(())
    }

    /// Notes code that is run from text.
    pub(super) fn note_code(&mut self, code: &Text, shown: &str, by: &str) {
        let trivial = shown.len() < 24 && !words::acts(shown);
        if trivial {
            return;
        }
        let how = if code.how.is_none() { by } else { code.how.name() };
        let how: &'static str = if code.how.is_none() { literal_name(how) } else { code.how.name() };
        self.record.layer(how, shown.to_owned());
        if code.how.is_encoded() && (words::acts(shown) || shown.len() > 200) {
            let piece = self.piece();
            self.sign(ScriptSign::DecodedCode, &piece);
            self.sign_of(code, shown);
        }
    }

    /// The sign that goes with the way a text came about.
    fn sign_of(&mut self, text: &Text, shown: &str) {
        let piece = self.piece();
        if text.how.has(How::BASE64 | How::HEX) && shown.len() >= 32 {
            self.sign(ScriptSign::CodeAsData, &piece);
        }
        if text.how.has(How::CODES) && shown.len() >= MANY_CODES {
            self.sign(ScriptSign::CharCodes, &piece);
        }
        if text.how.has(How::NOISE) {
            self.sign(ScriptSign::NoiseReplace, &piece);
        }
        if text.how.has(How::DELIMITED) && text.how.has(How::PERCENT) {
            self.sign(ScriptSign::DelimiterHex, &piece);
        }
    }

    /// A run of character codes that turn out to act.
    pub(super) fn run_of_codes(&mut self, decoded: &Text, count: usize) {
        if count < MANY_CODES {
            return;
        }
        let shown = self.shown(decoded);
        if words::acts(&shown) && words::is_readable(&shown) {
            let piece = self.piece();
            self.sign(ScriptSign::CharCodes, &piece);
            self.record.layer(How::CODES.name(), shown);
        }
    }

    /// A keyword that exists only after joining two literals (THREATS' E4).
    pub(super) fn split_keyword(&mut self, left: &Text, right: &Text) {
        const REACH: usize = 13;
        let plain = |how: How| how.is_none() || how.whole() == How::JOINED;
        let letter =
            |unit: Option<&u16>| unit.and_then(|unit| u8::try_from(*unit).ok()).filter(u8::is_ascii_alphabetic);
        let (Some(last), Some(first)) = (letter(left.units.last()), letter(right.units.first())) else { return };
        if !plain(left.how) || !plain(right.how) || !words::may_cross(last, first) {
            return;
        }
        self.charge(14);
        let seam = left.len().min(REACH);
        let near = left.part(left.len() - seam, left.len()).read() + &right.part(0, REACH).read();
        for keyword in words::crossing(&near, seam) {
            if !self.record.split.contains(&keyword) {
                self.record.split.push(keyword);
            }
        }
        if self.record.split.len() >= 2 {
            let source = self.tree.text(self.at_sum);
            let piece = source.get(..source.floor_char_boundary(MAX_PIECE)).unwrap_or_default().to_owned();
            self.sign(ScriptSign::SplitKeywords, &piece);
        }
    }

    /// A member of the browser that is named by an encoded text.
    pub(super) fn hidden_name(&mut self, object: &Value, key: &Value, at: u32) {
        let Value::Text(name) = key else { return };
        let encoded = name.how.is_encoded() || name.how.has(How::TABLE);
        if !encoded || !(object.is_opaque() || self.is_element(object)) || name.len() > 40 {
            return;
        }
        self.charge(16);
        let name_text = name.read();
        if !words::is_way(&name_text) || self.record.hidden.iter().any(|(known, _)| *known == name_text) {
            return;
        }
        self.record.hidden.push((name_text, name.how.is_encoded()));
        if self.record.hides_names() {
            let source = self.tree.text(at);
            let piece = source.get(..source.floor_char_boundary(MAX_PIECE)).unwrap_or_default().to_owned();
            self.sign(ScriptSign::HiddenNames, &piece);
        }
    }

    /// The name of an acting element that came out of an encoding counts like a hidden member.
    pub(super) fn hidden_tag(&mut self, name: &Text) {
        let named = name.read();
        if name.how.is_encoded() && self.record.hidden.iter().all(|(known, _)| *known != named) {
            self.record.hidden.push((named, true));
        }
    }

    fn is_element(&self, value: &Value) -> bool {
        matches!(value, Value::Item(place) if self.is_opaque_item(*place))
    }
}

/// What runs a literal as code, as a layer's way.
fn literal_name(by: &str) -> &'static str {
    match by {
        "eval" => "eval",
        "Function" => "function",
        "setTimeout" => "timer",
        _ => "script",
    }
}
