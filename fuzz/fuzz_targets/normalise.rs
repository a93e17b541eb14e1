//! Normalising a page twice is normalising it once: written down from its normalised tree and read again, it holds the
//! same. What is written down does not always read to the same shape (HTML cannot say every tree); then nothing is said.
#![no_main]

use hinomi::model::{Element, Namespace, NodeId, NodeKind, Page};
use hinomi::parse::{Options, page};
use libfuzzer_sys::fuzz_target;

const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta",
    "param", "source", "track", "wbr",
];
const RAW: &[&str] = &["script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"];

fuzz_target!(|bytes: &[u8]| {
    let options = Options { content_type: Some("text/html; charset=utf-8"), ..Options::default() };
    let once = page(bytes, &options);
    let twice = page(written(&once).as_bytes(), &options);
    if once.cut.is_none() && shape(&once) == shape(&twice) {
        for (first, second) in once.nodes.iter().zip(&twice.nodes) {
            let sayable = matches!(&first.kind, NodeKind::Element(_) | NodeKind::Text(_));
            assert!(!sayable || first.kind == second.kind, "{:?} became {:?}", first.kind, second.kind);
        }
    }
});

/// Names, places and the names of attributes, without any value.
fn shape(page: &Page) -> Vec<(String, u32, Namespace, Vec<String>)> {
    let of = |id: NodeId| {
        let element = page.element(id).cloned().unwrap_or_default();
        let names = element.attributes.iter().map(|(name, _)| name.to_string()).collect();
        (page.label(id).to_owned(), page.node(id).size, element.namespace, names)
    };
    page.ids().map(of).collect()
}

/// The markup of a page.
fn written(page: &Page) -> String {
    let mut out = String::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    for id in page.ids() {
        while open.last().is_some_and(|(end, _)| *end <= id.index()) {
            out.extend(open.pop().map(|(_, tag)| tag));
        }
        let node = page.node(id);
        match &node.kind {
            NodeKind::Document => {}
            NodeKind::Doctype(_) => out.push_str("<!doctype html>"),
            NodeKind::Comment(text) => out.extend(["<!--", text, "-->"]),
            NodeKind::Text(text) if page.element(node.parent).is_some_and(is_raw) => out.push_str(text),
            NodeKind::Text(text) => out.push_str(&escaped(text)),
            NodeKind::Element(element) => {
                out.extend(["<", &element.name]);
                for (name, value) in &element.attributes {
                    out.extend([" ", name, "=\"", &escaped(value), "\""]);
                }
                // The first line end in these is left out when they are read.
                let html = element.namespace == Namespace::Html;
                let eats = html && matches!(element.name.as_str(), "pre" | "textarea" | "listing");
                out.push_str(if eats { ">\n" } else { ">" });
                if !html || !VOID.contains(&element.name.as_str()) {
                    open.push((id.index() + node.size as usize, format!("</{}>", element.name)));
                }
            }
        }
    }
    out.extend(open.into_iter().rev().map(|(_, tag)| tag));
    out
}

fn is_raw(element: &Element) -> bool {
    element.namespace == Namespace::Html && RAW.contains(&element.name.as_str())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\r', "&#13;")
}
