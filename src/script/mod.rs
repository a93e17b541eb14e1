//! What a script would do, found without running it: signs of needless encoding, decoded layers, addresses, sinks.

mod fold;
mod layers;
mod packer;
mod prescan;
mod reach;
mod scope;
mod shape;
mod signs;
mod text;
mod tokens;
mod value;

#[cfg(test)]
mod tests;

use crate::model::{ActiveItem, ActiveKind, Digest, InputKind, Layer, NodeId, Page, ScriptReport, runs_unasked};
use layers::Decoded;
use prescan::Hints;
use std::borrow::Cow;
use std::collections::VecDeque;
use tokens::Tokens;

/// Longest script that is read, in bytes (and so in tokens); of a longer one the two ends, since what is added stands there.
const MAX_BYTES: usize = 2 << 20;
/// Most decoded layers of one script.
const MAX_LAYERS: usize = 6;
/// Most bytes of decoded layers of one script.
const MAX_DECODED: usize = 256 << 10;

/// Reports on everything in a page that is script: inline scripts, event handlers, `javascript:` and executable `data:`
/// addresses, in document order; on the one script of a script file.
#[must_use]
pub fn reports(page: &Page) -> Vec<ScriptReport> {
    let reports: Vec<_> = page.active.iter().filter_map(of_item).collect();
    if page.kind == InputKind::Script && reports.is_empty() {
        let script = page.elements_named("script").map(|(id, _)| id).next().unwrap_or(NodeId::ROOT);
        return vec![at_node(report(&page.text(script, usize::MAX)), script)];
    }
    reports
}

/// The report on one active item; none when it is no script.
fn of_item(item: &ActiveItem) -> Option<ScriptReport> {
    let mut found = match item.kind {
        ActiveKind::InlineScript => report(&item.value),
        ActiveKind::EventHandler => report(&item.value),
        ActiveKind::ScriptUrl => report_url(&item.value),
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
fn report_url(url: &str) -> ScriptReport {
    let cut = url.find(':').map_or(0, |at| at + 1);
    let (scheme, rest) = url.split_at(cut);
    if scheme.eq_ignore_ascii_case("data:") {
        let Some((how, text)) = layers::data_url(rest) else { return report("") };
        let mut found = report(&text);
        found.layers.insert(0, layer(how, text));
        found.layers.truncate(MAX_LAYERS);
        return found;
    }
    report(&text::percent(if scheme.eq_ignore_ascii_case("javascript:") { rest } else { url }))
}

/// Reports on one script.
#[must_use]
pub fn report(text: &str) -> ScriptReport {
    let (read, longer) = ends(text);
    let mut report = ScriptReport { digest: Digest::of(text), ..ScriptReport::default() };
    let mut queue: VecDeque<Cow<str>> = VecDeque::from([read]);
    let mut room = MAX_DECODED;
    let mut first = true;
    while let Some(script) = queue.pop_front() {
        let decoded = read_one(&script, first && !longer, &mut report);
        first = false;
        for found in decoded.found {
            if report.layers.len() >= MAX_LAYERS || found.text.is_empty() || found.text.len() > room {
                continue;
            }
            room -= found.text.len();
            queue.extend(scripts_in(&found.text).into_iter().map(Cow::Owned));
            report.layers.push(layer(found.how, found.text));
        }
    }
    if longer {
        report.cut = Some("bytes".into());
    }
    report.sinks.sort_unstable();
    report
}

fn layer(how: value::How, text: String) -> Layer {
    Layer { how: how.name().into(), text }
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

/// What a decoded text holds as scripts: the contents of its `<script>` elements, or all of it.
fn scripts_in(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut found = vec![text.to_owned()];
    let mut from = 0;
    while let Some(open) = lower[from..].find("<script").map(|at| from + at) {
        let Some(start) = lower[open..].find('>').map(|at| open + at + 1) else { break };
        let end = lower[start..].find("</script").map_or(lower.len(), |at| start + at);
        if !text[start..end].trim().is_empty() && found.len() < MAX_LAYERS {
            found.push(text[start..end].to_owned());
        }
        from = end;
    }
    found
}

/// Reads one script or layer into the report; returns what it decodes.
fn read_one(script: &str, wants_shape: bool, report: &mut ScriptReport) -> Decoded {
    let hints = Hints::of(script);
    let tokens = Tokens::read(script);
    let decoded = if hints.has(Hints::DECODE) { layers::decode(&tokens) } else { Decoded::default() };
    for sink in reach::sinks(&tokens) {
        if !report.sinks.contains(&sink) {
            report.sinks.push(sink);
        }
    }
    reach::urls(&tokens, &mut report.urls);
    decoded.found.iter().for_each(|found| reach::urls_in(&found.text, &mut report.urls));
    if hints.has(Hints::NAVIGATE) {
        report.redirects.extend(reach::redirects(&tokens));
    }
    let mut signs = if hints.has(Hints::DECODE) { signs::find(&tokens, &decoded) } else { Vec::new() };
    signs.extend(signs::symbol_run(script));
    if hints.has(Hints::LOOKS) {
        signs.extend(signs::looks_then_acts(&tokens));
    }
    for sign in signs {
        if !report.signs.iter().any(|known| known.0 == sign.0) {
            report.signs.push(sign);
        }
    }
    if wants_shape {
        report.shape = shape::shape(&tokens);
    }
    if decoded.spent {
        report.cut = Some("steps".into());
    }
    decoded
}
