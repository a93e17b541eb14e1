//! Takes per-request noise out of elements and text: tokens, session ids, cache-busters, orders, white space.
//!
//! Nothing that can act is taken out, and nothing an attacker could hide in: a value is replaced only where its name
//! says token and its shape is that of one, and its length class stays. The query of an active URL is never touched. Normalising twice is
//! normalising once.

mod name;
mod scripts;
#[cfg(test)]
mod tests;
mod token;
mod urls;

use crate::model::Element;
use smol_str::SmolStr;

/// What stands for a value that was taken out.
const TAKEN: &str = "*";

/// How the text inside an element is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TextKind {
    /// White space is collapsed and trimmed.
    #[default]
    Plain,
    /// White space counts.
    Kept,
    /// Text of `style` and the like: as it is.
    Raw,
    /// Text of `script`.
    Script,
}

/// How the text inside an element is treated, given how it is treated around it.
pub(super) fn text_kind(element: &Element, around: TextKind) -> TextKind {
    match element.name.as_str() {
        "script" => TextKind::Script,
        "style" | "xmp" | "plaintext" | "noembed" | "noframes" => TextKind::Raw,
        "pre" | "textarea" | "listing" => TextKind::Kept,
        _ if around == TextKind::Kept => TextKind::Kept,
        _ => TextKind::Plain,
    }
}

/// Normalised text; none when nothing is left.
pub(super) fn text(text: &str, kind: TextKind) -> Option<String> {
    match kind {
        TextKind::Plain => collapse(text),
        TextKind::Kept | TextKind::Raw => (!text.is_empty()).then(|| text.to_owned()),
        TextKind::Script => (!text.is_empty()).then(|| scripts::canonical(text).into_owned()),
    }
}

/// White space collapsed to single spaces and trimmed.
fn collapse(text: &str) -> Option<String> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return None;
    }
    let collapsed = text.bytes().zip(text.bytes().skip(1)).all(|(a, b)| !needs_collapse(a, b));
    if collapsed {
        return Some(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Some(out)
}

/// Whether a byte is white space that is no single space.
fn needs_collapse(byte: u8, next: u8) -> bool {
    byte <= b' ' && byte.is_ascii_whitespace() && (byte != b' ' || next.is_ascii_whitespace())
}

/// A comment with its build times and counts taken out. Conditional comments stay as they are.
pub(super) fn comment(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if !text.bytes().any(|b| b.is_ascii_digit()) || lower.contains("[if") || !token::tells_time(&lower) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut in_number = false;
    for c in text.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !in_number {
            out.push('0');
        }
        in_number = c.is_ascii_digit();
    }
    out
}

/// Normalises an element's attributes and sorts them by name.
pub(super) fn element(element: &mut Element) {
    let name = element.name.clone();
    let token_field = is_token_field(element);
    let dress = is_own_dress(element);
    for (key, value) in &mut element.attributes {
        if dress && key == "href" {
            urls::resource(value);
        }
        attribute(&name, key, value, token_field);
    }
    element.attributes.retain(|(key, value)| !(key == "nonce" && token::is_token(value, 256)));
    let sorted = element.attributes.is_sorted_by(|a, b| a.0 < b.0);
    if !sorted {
        // Stable: of attributes with one name the first counts, as in browsers.
        element.attributes.sort_by(|a, b| a.0.cmp(&b.0));
        element.attributes.dedup_by(|a, b| a.0 == b.0);
    }
}

fn attribute(element: &str, key: &SmolStr, value: &mut String, token_field: bool) {
    match key.as_str() {
        "class" => classes(value),
        "href" if matches!(element, "a" | "area") => urls::link(value),
        "src" | "poster" | "background" | "data-src" | "data-original" | "data-lazy-src" if is_resource(element) => {
            urls::resource(value);
        }
        "action" if element == "form" => urls::path_session(value),
        "data-cfemail" => urls::protected_mail(value),
        "value" | "content" if token_field && token::is_field_value(value) => *value = token::taken(value).to_owned(),
        key if key.starts_with("data-") && token::is_token(value, 512) && token::is_token_name(key) => {
            *value = token::taken(value).to_owned();
        }
        _ => {}
    }
}

/// Elements whose URL shows something and can do nothing.
fn is_resource(element: &str) -> bool {
    matches!(element, "img" | "source" | "video" | "audio" | "track" | "input" | "body" | "table" | "td" | "div")
}

/// A `link` to nothing but a style sheet or an icon under the page's own address: what such URLs are refreshed with is
/// noise. A host of its own in the address keeps it as it is; so does any other relation.
fn is_own_dress(element: &Element) -> bool {
    const DRESS: [&str; 5] = ["stylesheet", "icon", "shortcut", "apple-touch-icon", "alternate"];
    let named = |relation: &str| DRESS.iter().any(|dress| relation.eq_ignore_ascii_case(dress));
    let is = |key: &str, fits: &dyn Fn(&str) -> bool| element.attribute(key).is_some_and(fits);
    element.name == "link"
        && is("rel", &|rel| {
            rel.split_ascii_whitespace().all(named) && !rel.trim_ascii().eq_ignore_ascii_case("alternate")
        })
        && is("href", &|href| !href.contains([':', '\\']) && !href.trim_ascii_start().starts_with("//"))
}

/// A hidden input or a `meta` whose name says that it holds a token.
fn is_token_field(element: &Element) -> bool {
    let named = |key: &str| element.attribute(key).is_some_and(token::is_token_name);
    match element.name.as_str() {
        "input" => {
            element.attribute("type").is_some_and(|t| t.eq_ignore_ascii_case("hidden"))
                && (named("name") || named("id"))
        }
        "meta" => named("name") && element.attribute("http-equiv").is_none(),
        _ => false,
    }
}

/// Classes in order, each once.
fn classes(value: &mut String) {
    let simple = !value.bytes().any(|b| b.is_ascii_whitespace());
    if simple {
        return;
    }
    let mut names: Vec<&str> = value.split_ascii_whitespace().collect();
    names.sort_unstable();
    names.dedup();
    *value = names.join(" ");
}
