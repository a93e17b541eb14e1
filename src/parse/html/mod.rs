//! Text → scraper's tree, through html5ever with limits: linear in the input whatever its nesting or attributes.

mod careful;
mod sink;
#[cfg(test)]
mod tests;
mod watch;

use super::Limits;
use crate::model::Cut;
use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::{NodeOrText, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use scraper::Html;
use sink::Limited;
use watch::Watch;

pub(super) use sink::{Fact, index};
pub(super) use watch::{Phase, Seen};

/// Piece by piece the text is fed in, in bytes.
const PIECE: usize = 4096;

/// Most places in a construct without end where an attribute could begin, before it is looked at closely.
const SEPARATORS: usize = 4096;

/// What the HTML parser made of a text.
pub(super) struct Parsed {
    /// The tree.
    pub(super) html: Html,
    /// What is known about each element and comment, by its [`index`] in the tree.
    pub(super) facts: Vec<Fact>,
    /// Which landmarks of a page stood in the source.
    pub(super) seen: Seen,
    /// Why the text was not read to its end, or not in full.
    pub(super) cut: Option<Cut>,
}

impl Parsed {
    /// Depth of the deepest element.
    pub(super) fn deepest(&self) -> u64 {
        self.facts.iter().map(Fact::depth).max().unwrap_or_default()
    }
}

/// Parses a text as a browser with scripting does, so that `<noscript>` ends at its first end tag whatever stands
/// before it; what it holds for visitors without scripting is parsed by itself and put under it.
pub(super) fn parse(text: &str, limits: &Limits) -> Parsed {
    let page = || Run::new(Watch::new(TreeBuilder::new(Limited::new(limits), options(true)), limits, None));
    let mut run = page();
    if !run.feed_by_size(text) {
        // A long comment or value, or a tag with very many attributes, for which the tokenizer needs quadratic time.
        // The second way knows where each tag begins and shortens such a tag.
        run = page();
        run.feed_by_tags(text, limits.attributes_of_tag);
    }
    let watch = run.end();
    let seen = watch.seen();
    let (html, facts, cut) = noscripts(watch.into_limited(), limits).into_parts();
    Parsed { html, facts, seen, cut }
}

/// Puts under each `<noscript>` what its raw text means without scripting.
fn noscripts(mut sink: Limited, limits: &Limits) -> Limited {
    for (element, text) in sink.take_noscripts() {
        if sink.full() {
            break;
        }
        sink.begin_fragment(element);
        let builder = TreeBuilder::new_for_fragment(sink, element, None, options(false));
        let root = builder.sink.fragment_root();
        let run = Run::new(Watch::new(builder, limits, Some(root)));
        let open = run.feed_by_tags(&text, limits.attributes_of_tag);
        sink = run.end().into_limited();
        if let Some(open) = open {
            // A tag without its end makes no element, but means much to a visitor without scripting.
            sink.append(&root, NodeOrText::AppendText(StrTendril::from_slice(open)));
        }
        sink.end_fragment(root, element);
    }
    sink
}

fn options(scripting_enabled: bool) -> TreeBuilderOpts {
    TreeBuilderOpts { scripting_enabled, ..TreeBuilderOpts::default() }
}

/// One run of tokenizer, watch, tree builder and tree.
struct Run {
    tokenizer: Tokenizer<Watch>,
    queue: BufferQueue,
}

impl Run {
    fn new(watch: Watch) -> Self {
        Self { tokenizer: Tokenizer::new(watch, TokenizerOpts::default()), queue: BufferQueue::default() }
    }

    fn watch(&self) -> &Watch {
        &self.tokenizer.sink
    }

    fn feed(&self, piece: &str) {
        self.queue.push_back(StrTendril::from_slice(piece));
        // The tokenizer stops after each script and each declared charset; neither concerns us.
        while !matches!(self.tokenizer.feed(&self.queue), html5ever::TokenizerResult::Done) {}
    }

    /// Feeds the text piece by piece; false when a construct without end may be a tag with very many attributes.
    fn feed_by_size(&self, text: &str) -> bool {
        let mut rest = text;
        let mut pending = 0;
        while !rest.is_empty() && !self.watch().stopped() {
            let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE.min(rest.len())));
            let before = self.watch().tokens();
            self.feed(piece);
            pending = if self.watch().tokens() == before { pending + separators(piece) } else { 0 };
            if pending > SEPARATORS {
                return false;
            }
            rest = after;
        }
        true
    }

    /// Feeds the text construct by construct; gives back a tag without its end in which it ends.
    fn feed_by_tags<'t>(&self, text: &'t str, most: usize) -> Option<&'t str> {
        let mut pieces = careful::Pieces::new(text, most);
        let mut last = "";
        while let Some(piece) = pieces.next(&self.watch().raw()) {
            if self.watch().stopped() {
                return None;
            }
            self.feed(piece);
            last = piece;
        }
        if pieces.shortened() {
            self.watch().limit(Cut::Attributes);
        }
        Some(last).filter(|last| last.starts_with('<') && !last.ends_with('>') && !last.starts_with("<!"))
    }

    fn end(self) -> Watch {
        self.tokenizer.end();
        self.tokenizer.sink
    }
}

/// How many attributes could begin in a piece of a tag.
fn separators(piece: &str) -> usize {
    piece.bytes().filter(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'')).count()
}
