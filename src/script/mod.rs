//! What a script would do, found without running it: signs of needless encoding, decoded layers, addresses, sinks.

mod beautify;
mod evaluate;
mod family;
mod layers;
mod memo;
mod noise;
mod prescan;
mod reach;
mod select;
mod shape;
mod signs;
mod state;
mod surroundings;
mod syntax;
mod text;
mod tokens;
mod words;

#[cfg(test)]
mod tests;

pub use beautify::{beautified, laid_out};

use crate::model::{
    ActiveItem, ActiveKind, Digest, InputKind, Layer, NodeId, Page, ScriptReport, ScriptSign, runs_unasked,
};
use evaluate::Record;
use prescan::Hints;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use surroundings::Surroundings;
use tokens::Tokens;

/// Longest script that is read, in bytes (and so in tokens); of a longer one the two ends, since what is added stands there.
const MAX_BYTES: usize = 2 << 20;
/// Longest script that has no honest reason to use up all steps, in bytes.
const STALLED: usize = 16 << 10;
/// Scripts in which every literal is looked at, in bytes.
const SHORT: usize = 16 << 10;
/// Most scripts of one page that are followed by their trees; the tokens of all are read.
const MAX_TREES: u32 = 512;
/// Most steps that following the scripts of one page takes.
const MAX_STEPS: u32 = 16_000_000;
/// Most decoded layers of one script.
const MAX_LAYERS: usize = 8;
/// Most bytes of decoded layers of one script.
const MAX_DECODED: usize = 256 << 10;

/// Reports on everything in a page that is script: inline scripts, event handlers, `javascript:` and executable `data:`
/// addresses, in document order; on the one script of a script file.
#[must_use]
pub fn reports(page: &Page) -> Vec<ScriptReport> {
    let context = Context::new(MAX_TREES, Some(page));
    let reports: Vec<_> = page.active.iter().filter_map(|item| of_item(item, &context)).collect();
    if page.kind == InputKind::Script && reports.is_empty() {
        let script = page.elements_named("script").map(|(id, _)| id).next().unwrap_or(NodeId::ROOT);
        return vec![at_node(report(&page.text(script, usize::MAX)), script)];
    }
    reports
}

/// What the scripts of a page share.
struct Context<'a> {
    /// How many may still be followed by their trees.
    trees: Cell<u32>,
    /// How many steps they may take together.
    steps: Cell<u32>,
    page: Option<&'a Page>,
    texts: OnceCell<Rc<Surroundings>>,
}

impl<'a> Context<'a> {
    fn new(trees: u32, page: Option<&'a Page>) -> Self {
        Self { trees: Cell::new(trees), steps: Cell::new(MAX_STEPS), page, texts: OnceCell::new() }
    }

    /// The steps that one more script may take; none when nothing is left for it.
    fn room_for(&self, script: &str, hints: Hints) -> Option<u32> {
        let trees = self.trees.get();
        self.trees.set(trees.saturating_sub(1));
        let left = self.steps.get();
        (trees > 0 && left > 0).then(|| evaluate::budget(script.len(), hints.is_followed_far(script.len())).min(left))
    }

    /// The report on a script that was read before, where it would be the same here; what it cost is charged.
    fn recall(&self, digest: Digest, length: usize) -> Option<ScriptReport> {
        let known = memo::recall(digest, length)?;
        if let Some(steps) = known.steps {
            let (trees, left) = (self.trees.get(), self.steps.get());
            if trees == 0
                || left == 0
                || left <= steps
                || !(known.asked.is_empty() || self.texts().has_none_of(&known.asked))
            {
                return None;
            }
            self.trees.set(trees - 1);
            self.steps.set(left - steps);
        }
        Some(known.report.clone())
    }

    /// Keeps a report that was made here from this budget, unless it depends on the page or on the scripts before it.
    fn keep(&self, length: usize, report: &ScriptReport, (trees, left): (u32, u32)) {
        let followed = trees > self.trees.get();
        let asked = if followed { self.texts().asked_in_vain() } else { Some(Vec::new()) };
        let steps = followed.then(|| left - self.steps.get());
        if let Some(asked) = asked.filter(|_| report.cut.as_deref() != Some("page")) {
            memo::keep(length, memo::Remembered { report: report.clone(), steps, asked });
        }
    }

    /// The same, for another script that asks for them.
    fn texts_anew(&self) -> Rc<Surroundings> {
        let texts = self.texts();
        texts.begin();
        texts
    }

    /// The texts of the page, found when they are first wanted.
    fn texts(&self) -> Rc<Surroundings> {
        Rc::clone(self.texts.get_or_init(|| Rc::new(self.page.map(Surroundings::of).unwrap_or_default())))
    }
}

/// The report on one active item; none when it is no script.
fn of_item(item: &ActiveItem, context: &Context) -> Option<ScriptReport> {
    let mut found = match item.kind {
        ActiveKind::InlineScript | ActiveKind::EventHandler => report_within(&item.value, context),
        ActiveKind::ScriptUrl => report_url(&item.value, context),
        _ => return None,
    };
    if item.attribute.as_deref().is_some_and(waits) {
        found.redirects.clear();
    }
    Some(at_node(found, item.node))
}

fn at_node(mut report: ScriptReport, node: NodeId) -> ScriptReport {
    report.node = Some(node);
    report
}

/// Whether the script in an attribute waits until the visitor does something.
fn waits(attribute: &str) -> bool {
    !runs_unasked(attribute)
}

/// A `javascript:` or `data:` address.
fn report_url(url: &str, context: &Context) -> ScriptReport {
    let cut = url.find(':').map_or(0, |at| at + 1);
    let (scheme, rest) = url.split_at(cut);
    if scheme.eq_ignore_ascii_case("data:") {
        let Some((how, text)) = layers::data_url(rest) else { return report("") };
        let mut found = report_within(&text, context);
        found.layers.insert(0, Layer { how: how.into(), text });
        found.layers.truncate(MAX_LAYERS);
        return found;
    }
    report_within(&text::percent(if scheme.eq_ignore_ascii_case("javascript:") { rest } else { url }), context)
}

/// Reports on one script.
#[must_use]
pub fn report(text: &str) -> ScriptReport {
    report_within(text, &Context::new(1, None))
}

/// The same, as one of those of a page.
fn report_within(text: &str, context: &Context) -> ScriptReport {
    let digest = Digest::of(text);
    if let Some(known) = context.recall(digest, text.len()) {
        return known;
    }
    let budget = (context.trees.get(), context.steps.get());
    let (read, longer) = ends(without_veil(text));
    let mut report = ScriptReport { digest, ..ScriptReport::default() };
    read_script(&read, !longer, context, &mut report);
    if longer && report.cut.as_deref() != Some("encoded") {
        report.cut.get_or_insert_with(|| "bytes".into());
    }
    report.sinks.sort_unstable();
    context.keep(text.len(), &report, budget);
    report
}

/// A script without the markup comment around it, where code follows the `<!--` on its line. To browsers that line is a
/// comment; but templates join lines, and what was made to look so deserves to be read.
fn without_veil(text: &str) -> &str {
    const CODE: [&str; 5] = ["eval(", "unescape(", "document.write", "fromCharCode", "function("];
    let Some(rest) = text.trim().strip_prefix("<!--") else { return text };
    let line = rest.lines().next().unwrap_or_default();
    if CODE.iter().any(|code| line.contains(code)) { rest.strip_suffix("-->").unwrap_or(rest) } else { text }
}

/// The text, or its two ends when it is longer than the limit.
fn ends(text: &str) -> (Cow<'_, str>, bool) {
    if text.len() <= MAX_BYTES {
        return (Cow::Borrowed(text), false);
    }
    let head = &text[..text.floor_char_boundary(MAX_BYTES / 2)];
    let tail = &text[text.ceil_char_boundary(text.len() - MAX_BYTES / 2)..];
    (Cow::Owned(format!("{head}\n{tail}")), true)
}

/// Reads a script: by its tokens, and by its syntax where something in it is worth that; then its layers by tokens.
fn read_script(script: &str, wants_shape: bool, context: &Context, report: &mut ScriptReport) {
    let tokens = Tokens::read(script);
    let hints = Hints::of(script);
    read_tokens(&tokens, hints, report);
    if let Some((worth, left_out)) = select::worth_a_tree(&tokens, hints) {
        if left_out {
            report.cut = Some("tree".into());
        }
        match context.room_for(&worth, hints).map(|steps| (steps, evaluate::run(&worth, steps, context.texts_anew()))) {
            Some((steps, Some(mut record))) => {
                // What is left of the page's steps was too little for this one.
                let far = hints.is_followed_far(worth.len());
                if record.cut == Some("steps") && steps < evaluate::budget(worth.len(), far) {
                    record.cut = Some("page");
                } else if record.cut == Some("steps") && far && worth.len() <= STALLED {
                    record.cut = Some("stalled");
                }
                context.steps.set(context.steps.get().saturating_sub(steps.saturating_sub(record.left)));
                merge(record, report);
            }
            Some((_, None)) => report.cut = Some("parser".into()),
            None => report.cut = Some("page".into()),
        }
    }
    // What is run as soon as it is decoded, and could not be, is let go by nobody.
    if hints.has(Hints::RUNS_DECODED) && matches!(report.cut.as_deref(), Some("tree" | "parser" | "steps" | "decoded"))
    {
        report.cut = Some("encoded".into());
    }
    let layers: Vec<String> = report.layers.iter().map(|layer| layer.text.clone()).collect();
    for layer in &layers {
        read_tokens(&Tokens::read(layer), Hints::of(layer), report);
        reach::urls_in(layer, &mut report.urls);
    }
    report.family = family::of(script, report).map(Into::into);
    if wants_shape {
        report.shape = shape::shape(&tokens).or_else(|| shape::careful(&tokens, report));
        report.state = state::state(&tokens);
    }
}

/// What the tokens of a script or layer tell.
fn read_tokens(tokens: &Tokens, hints: Hints, report: &mut ScriptReport) {
    let sinks = if hints.has(Hints::ACTS) { reach::sinks(tokens) } else { Vec::new() };
    reach::urls(tokens, &mut report.urls);
    let mut signs = signs::find(tokens, hints);
    if hints.has(Hints::DATA) || hints.has(Hints::CODED) && tokens.text.len() < SHORT {
        let (layers, sign) = layers::literals(tokens, &sinks);
        layers.into_iter().for_each(|layer| add_layer(layer, report));
        signs.extend(sign);
    }
    for sink in sinks {
        if !report.sinks.contains(&sink) {
            report.sinks.push(sink);
        }
    }
    if hints.has(Hints::ENCODED) {
        signs.extend(signs::symbol_run(tokens.text));
    }
    if hints.has(Hints::LOOKS) {
        signs.extend(signs::looks_then_acts(tokens));
    }
    signs.into_iter().for_each(|sign| add_sign(sign, report));
}

fn add_sign(sign: (ScriptSign, String), report: &mut ScriptReport) {
    if !report.signs.iter().any(|known| known.0 == sign.0) {
        report.signs.push(sign);
    }
}

fn add_layer(layer: Layer, report: &mut ScriptReport) {
    let size: usize = report.layers.iter().map(|layer| layer.text.len()).sum();
    let known = report.layers.iter().any(|known| known.text == layer.text);
    if known || layer.text.is_empty() {
        return;
    }
    if report.layers.len() < MAX_LAYERS && size + layer.text.len() <= MAX_DECODED {
        report.layers.push(layer);
    } else {
        report.cut.get_or_insert_with(|| "decoded".into());
    }
}

/// Takes over what following the script has found.
fn merge(record: Record, report: &mut ScriptReport) {
    let mut layers = record.layers;
    // What acts first: there is room for a few only.
    layers.sort_by_key(|layer| !words::acts(&layer.text));
    for layer in layers {
        add_layer(Layer { how: layer.how.into(), text: layer.text }, report);
    }
    record.signs.into_iter().for_each(|sign| add_sign(sign, report));
    for sink in record.sinks {
        if !report.sinks.contains(&sink) {
            report.sinks.push(sink);
        }
    }
    record.actions.iter().for_each(|action| reach::urls_in(&action.target, &mut report.urls));
    record.markup.iter().for_each(|markup| reach::urls_in(markup, &mut report.urls));
    report.redirects = record.redirects;
    report.looks = record.looks;
    report.actions = record.actions;
    report.markup = record.markup;
    report.elements = record.elements;
    if let Some(reason) = record.cut {
        report.cut = Some(reason.into());
    }
}
