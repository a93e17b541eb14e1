//! Whether an element is hidden from the visitor, and what a hidden element holds.

use super::super::lower;
use super::sheet::Sheet;
use super::urls::Urls;
use crate::model::{Element, Node, NodeKind};
use std::collections::BTreeSet;

/// Text from which on a hidden element counts, in bytes.
const MUCH_TEXT: usize = 1024;

/// How far off the screen something is hidden, in pixels.
const FAR: f32 = 100.0;

/// Whether an element hides itself and all below it.
pub(super) fn hides(element: &Element, sheet: &Sheet) -> bool {
    let frame = is_frame(element);
    element.attributes.iter().any(|(name, value)| match name.as_str() {
        "style" => hiding_style(value, frame),
        "hidden" => !value.eq_ignore_ascii_case("until-found"),
        "width" | "height" if frame => is_tiny(value),
        "width" | "height" => element.name == "marquee" && is_tiny(value),
        "class" => sheet.hides_class(&element.name, value),
        "id" => sheet.hides_id(&element.name, value),
        _ => false,
    })
}

/// Elements whose size alone hides them: what stands inside cannot stick out.
fn is_frame(element: &Element) -> bool {
    matches!(element.name.as_str(), "iframe" | "frame" | "object" | "embed" | "applet" | "portal" | "fencedframe")
}

fn is_tiny(value: &str) -> bool {
    let value = value.trim();
    !value.ends_with('%') && number(value).is_some_and(|n| (0.0..=1.0).contains(&n)) || number(value) == Some(0.0)
}

/// The number at the start of a value.
fn number(value: &str) -> Option<f32> {
    let value = value.trim();
    let length = value.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+')).count();
    value.get(..length)?.parse().ok()
}

/// A length in pixels, roughly.
fn pixels(value: &str) -> Option<f32> {
    let number = number(value)?;
    let unit = value.trim().trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    Some(match unit.get(..2).unwrap_or(unit) {
        "em" | "re" | "ch" | "vw" | "vh" => number * 16.0,
        "in" | "cm" => number * 40.0,
        _ if unit.starts_with('%') => number * 8.0,
        _ => number,
    })
}

/// Whether the declarations of a style hide their element; `frame` says that its size alone does.
pub(super) fn hiding_style(style: &str, frame: bool) -> bool {
    let style = lower(style);
    let mut small = 0;
    let (mut placed, mut far, mut clipped) = (false, false, false);
    for declaration in style.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim());
        let value = value.split('!').next().unwrap_or_default().trim();
        let hides = match name {
            "display" => value == "none",
            "visibility" => matches!(value, "hidden" | "collapse"),
            "content-visibility" => value == "hidden",
            "opacity" | "-moz-opacity" | "-khtml-opacity" => {
                number(value).is_some_and(|n| n <= 0.05 && !value.contains("%")) || value == "0%"
            }
            "filter" | "-ms-filter" => {
                value.contains("opacity(0)") || value.contains("opacity=0)") || value.contains("opacity(0%)")
            }
            "text-indent" | "margin-left" | "margin-top" => pixels(value).is_some_and(|n| n <= -FAR * 2.0),
            "font-size" => {
                number(value).is_some_and(|n| n <= 1.0) && !value.contains("em") && !value.contains('%')
                    || number(value) == Some(0.0)
            }
            "transform" => {
                value.contains("scale(0)") || value.contains("translate(-9") || value.contains("translatex(-9")
            }
            "clip-path" => value.contains("inset(50%") || value.contains("inset(100%") || value.contains("circle(0"),
            _ => false,
        };
        if hides {
            return true;
        }
        match name {
            "width" | "height" | "max-width" | "max-height" if is_tiny(value) => small += 1,
            "position" => placed = matches!(value, "absolute" | "fixed" | "relative"),
            "left" | "top" | "right" | "bottom" | "inset" => far |= pixels(value).is_some_and(|n| n <= -FAR),
            "overflow" | "overflow-x" | "overflow-y" => {
                clipped |= matches!(value, "hidden" | "clip" | "auto" | "scroll");
            }
            "clip" => clipped |= value.starts_with("rect(0") || value.starts_with("rect(1"),
            _ => {}
        }
    }
    (placed && far) || (small >= 1 && (frame || clipped)) || small >= 3
}

/// What a hidden element holds.
#[derive(Default)]
pub(super) struct Held {
    /// A frame or an object.
    pub(super) frames: bool,
    /// A form.
    pub(super) forms: bool,
    /// Hosts of off-site links.
    pub(super) hosts: BTreeSet<String>,
    /// Text, pieces joined by a space.
    pub(super) text: String,
    /// A kilobyte of text and more.
    pub(super) much_text: bool,
}

impl Held {
    /// What the nodes of a subtree hold.
    pub(super) fn of(nodes: &[Node], urls: &Urls) -> Self {
        let mut held = Self::default();
        let mut skip = 0;
        for (at, node) in nodes.iter().enumerate() {
            match &node.kind {
                NodeKind::Element(element) => {
                    held.element(element, urls);
                    if matches!(element.name.as_str(), "script" | "style" | "template") {
                        skip = skip.max(at + node.size as usize);
                    }
                }
                NodeKind::Text(text) if at >= skip => {
                    if !held.text.is_empty() {
                        held.text.push(' ');
                    }
                    held.text.push_str(text);
                }
                _ => {}
            }
        }
        held.much_text = held.text.len() >= MUCH_TEXT;
        held
    }

    fn element(&mut self, element: &Element, urls: &Urls) {
        match element.name.as_str() {
            "form" => self.forms = true,
            "a" | "area" => self.hosts.extend(element.attribute("href").and_then(|href| urls.foreign_host(href))),
            _ => self.frames |= is_frame(element),
        }
    }

    /// Whether it is anything of the active plane.
    pub(super) fn counts(&self) -> bool {
        self.frames || self.forms || self.much_text || !self.hosts.is_empty()
    }
}
