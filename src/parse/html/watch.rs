//! Stands between tokenizer and tree builder: knows where in the source each tag stood, counts steps, and reads what is
//! nested beyond the limits flat, without the tree builder.

use super::super::Limits;
use super::sink::Limited;
use crate::model::Cut;
use ego_tree::NodeId;
use html5ever::interface::{NodeOrText, TreeSink, create_element};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{CharacterTokens, CommentToken, DoctypeToken, EndTag, ParseError, StartTag, Tag, TagToken};
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::TreeBuilder;
use html5ever::{LocalName, QualName, ns};
use std::cell::{Cell, RefCell};

/// How far the source had come when an element was made. The tree builder moves elements to where they belong; this
/// keeps where they stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in super::super) enum Phase {
    /// Before any doctype, `<html>`, `<head>` or `<body>`.
    #[default]
    Start,
    /// After the doctype, before `<html>` or `<head>`.
    AfterDoctype,
    /// After `<html>` or `<head>`.
    Head,
    /// After `</head>`.
    AfterHead,
    /// After `<body>`.
    Body,
    /// After `</body>` or `</html>`.
    AfterBody,
}

/// Landmarks that stood in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct Seen {
    /// A doctype after the start of the page.
    pub(in super::super) doctype: bool,
    /// `<html>` or `<head>`.
    pub(in super::super) head: bool,
    /// `<body>` or `<frameset>`.
    pub(in super::super) body: bool,
}

/// How the tokenizer reads on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Raw {
    /// Markup.
    #[default]
    No,
    /// Markup below SVG or MathML, where there are CDATA sections.
    Foreign,
    /// Raw text up to the end tag of this name.
    UpTo(LocalName),
    /// Raw text up to the end of the page.
    ToEnd,
}

/// The token sink.
pub(super) struct Watch {
    builder: TreeBuilder<NodeId, Limited>,
    limits: Limits,
    phase: Cell<Phase>,
    seen: Cell<Seen>,
    tokens: Cell<u64>,
    #[cfg(test)]
    tags: Cell<u64>,
    raw: RefCell<Raw>,
    /// The root of a fragment, when it is one that is read.
    fragment: Option<NodeId>,
    /// Where the rest is put when it is read flat: below which node, and where its text belongs.
    flat: Cell<Option<(NodeId, NodeId)>>,
}

impl Watch {
    /// For a page, or for a fragment with its root.
    pub(super) fn new(builder: TreeBuilder<NodeId, Limited>, limits: &Limits, fragment: Option<NodeId>) -> Self {
        Self {
            builder,
            limits: *limits,
            phase: Cell::default(),
            seen: Cell::default(),
            tokens: Cell::new(0),
            #[cfg(test)]
            tags: Cell::new(0),
            raw: RefCell::default(),
            fragment,
            flat: Cell::new(None),
        }
    }

    /// Tokens seen so far.
    pub(super) fn tokens(&self) -> u64 {
        self.tokens.get()
    }

    /// Tags seen so far.
    #[cfg(test)]
    pub(super) fn tags(&self) -> u64 {
        self.tags.get()
    }

    /// How the tokenizer reads on after the last token.
    pub(super) fn raw(&self) -> Raw {
        match &*self.raw.borrow() {
            Raw::No if self.adjusted_current_node_present_but_not_in_html_namespace() => Raw::Foreign,
            raw => raw.clone(),
        }
    }

    /// Whether nothing more is taken.
    pub(super) fn stopped(&self) -> bool {
        self.sink().full()
    }

    /// Notes a limit that was reached.
    pub(super) fn limit(&self, cut: Cut) {
        self.sink().limit(cut);
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.get()
    }

    pub(super) fn into_limited(self) -> Limited {
        self.builder.sink
    }

    fn sink(&self) -> &Limited {
        &self.builder.sink
    }

    /// Follows the landmarks of a page.
    fn follow(&self, token: &Token) {
        if self.fragment.is_some() {
            return;
        }
        let now = self.phase.get();
        let mut seen = self.seen.get();
        let next = match token {
            DoctypeToken(_) => {
                seen.doctype = true;
                now.max(Phase::AfterDoctype)
            }
            TagToken(tag) => match (tag.kind, &*tag.name) {
                (StartTag, "html" | "head") => {
                    seen.head |= now < Phase::AfterHead;
                    now.max(Phase::Head)
                }
                (EndTag, "head") => now.max(Phase::AfterHead),
                (StartTag, "body" | "frameset") => {
                    seen.body = true;
                    now.max(Phase::Body)
                }
                (EndTag, "body" | "html") => Phase::AfterBody,
                _ => return,
            },
            _ => return,
        };
        self.seen.set(seen);
        self.phase.set(next);
        self.sink().set_phase(next);
    }

    /// Counts the steps of a tag and goes over to reading flat when there are too many or the nesting is too deep.
    fn count(&self, tag: &Tag) {
        let depth = self.sink().depth();
        let steps = self.sink().step(8 + u64::from(depth));
        let cut = match () {
            () if tag.kind == StartTag && depth >= self.limits.depth => Cut::Depth,
            () if steps >= self.limits.steps => Cut::Steps,
            () => return,
        };
        self.limit(cut);
        let place = self.sink().parent();
        self.flat.set(Some((place, place)));
    }

    /// A tag with no more attributes than a tag may have.
    fn tag(&self, mut tag: Tag, line: u64) -> TokenSinkResult<NodeId> {
        self.tokens.set(self.tokens.get() + 1);
        #[cfg(test)]
        self.tags.set(self.tags.get() + 1);
        self.raw.replace(Raw::No);
        self.sink().count_tag(tag.attrs.len());
        if tag.attrs.len() > self.limits.attributes_of_tag {
            tag.attrs.truncate(self.limits.attributes_of_tag);
            self.limit(Cut::Attributes);
        }
        if self.stopped() {
            return TokenSinkResult::Continue;
        }
        if self.flat.get().is_none() {
            self.count(&tag);
        }
        let name = tag.name.clone();
        let result = match self.fragment.filter(|_| is_lost(&tag)) {
            Some(root) => self.found(root, tag, line),
            None => {
                let token = TagToken(tag);
                self.follow(&token);
                self.pass(token, line)
            }
        };
        match result {
            TokenSinkResult::RawData(_) => drop(self.raw.replace(Raw::UpTo(name))),
            TokenSinkResult::Plaintext => drop(self.raw.replace(Raw::ToEnd)),
            _ => {}
        }
        result
    }

    /// Gives a token to the tree builder, or reads it flat.
    fn pass(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        if self.stopped() {
            return TokenSinkResult::Continue;
        }
        match self.flat.get() {
            Some((place, text_place)) => self.flat_token(place, text_place, token, line),
            None => self.builder.process_token(token, line),
        }
    }

    /// Puts an element that the tree builder leaves out under the root of a fragment.
    fn found(&self, root: NodeId, tag: Tag, line: u64) -> TokenSinkResult<NodeId> {
        let sink = self.sink();
        sink.set_current_line(line);
        let element = create_element(sink, QualName::new(None, ns!(html), tag.name), tag.attrs);
        sink.append(&root, NodeOrText::AppendNode(element));
        TokenSinkResult::Continue
    }

    fn flat_token(&self, place: NodeId, text_place: NodeId, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        let sink = self.sink();
        sink.set_current_line(line);
        match token {
            TagToken(tag) if tag.kind == StartTag => return self.flat_tag(place, tag),
            TagToken(_) => self.flat.set(Some((place, place))),
            CharacterTokens(text) => sink.append(&text_place, NodeOrText::AppendText(text)),
            CommentToken(text) => sink.append(&place, NodeOrText::AppendNode(sink.create_comment(text))),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn flat_tag(&self, place: NodeId, tag: Tag) -> TokenSinkResult<NodeId> {
        let sink = self.sink();
        let result = match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            "noscript" if self.fragment.is_none() => TokenSinkResult::RawData(RawKind::Rawtext),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        };
        let element = create_element(sink, QualName::new(None, ns!(html), tag.name), tag.attrs);
        sink.append(&place, NodeOrText::AppendNode(element));
        let text_place = if matches!(result, TokenSinkResult::Continue) { place } else { element };
        self.flat.set(Some((place, text_place)));
        result
    }
}

/// Tags that mean nothing in a fragment, but would in the page of a visitor without scripting.
fn is_lost(tag: &Tag) -> bool {
    tag.kind == StartTag && matches!(&*tag.name, "frame" | "frameset" | "body" | "html")
}

impl TokenSink for Watch {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        match token {
            ParseError(_) => TokenSinkResult::Continue,
            TagToken(tag) => self.tag(tag, line),
            token => {
                self.tokens.set(self.tokens.get() + 1);
                self.follow(&token);
                self.pass(token, line)
            }
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.flat.get().is_none() && self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}
