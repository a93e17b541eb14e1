//! Text → scraper's tree, through html5ever with limits: linear in the input whatever its nesting or attributes.

mod careful;
mod sink;
#[cfg(test)]
mod tests;
mod watch;

use super::Limits;
use crate::model::Cut;
use html5ever::buffer_queue::BufferQueue;
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

/// Parses a text as a browser without scripting would, so that `<noscript>` holds elements.
pub(super) fn parse(text: &str, limits: &Limits) -> Parsed {
    let run = Run::new(limits);
    if run.feed_by_size(text) {
        return run.finish();
    }
    // A long comment or value, or a tag with very many attributes, for which the tokenizer needs quadratic time. The
    // second way knows where each tag begins and shortens such a tag.
    let run = Run::new(limits);
    run.feed_by_tags(text, limits.attributes_of_tag);
    run.finish()
}

/// One run of tokenizer, watch, tree builder and tree.
struct Run {
    tokenizer: Tokenizer<Watch>,
    queue: BufferQueue,
}

impl Run {
    fn new(limits: &Limits) -> Self {
        let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
        let watch = Watch::new(TreeBuilder::new(Limited::new(limits), options), limits);
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

    fn feed_by_tags(&self, text: &str, most: usize) {
        let mut pieces = careful::Pieces::new(text, most);
        while let Some(piece) = pieces.next(self.watch().raw()) {
            if self.watch().stopped() {
                return;
            }
            self.feed(piece);
        }
        if pieces.shortened() {
            self.watch().limit(Cut::Attributes);
        }
    }

    fn finish(self) -> Parsed {
        self.tokenizer.end();
        let watch = self.tokenizer.sink;
        let seen = watch.seen();
        let (html, facts, cut) = watch.into_limited().into_parts();
        Parsed { html, facts, seen, cut }
    }
}

/// How many attributes could begin in a piece of a tag.
fn separators(piece: &str) -> usize {
    piece.bytes().filter(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'')).count()
}
