//! What a script can reach, by its tokens: sinks and addresses.

use super::text;
use super::tokens::{Kind, Tokens};
use crate::model::Sink;

/// Most addresses that are kept of one script.
pub(super) const MAX_URLS: usize = 256;
/// Longest address in bytes.
const MAX_URL: usize = 2048;

/// The sinks that a script uses, each once, in their order.
pub(super) fn sinks(tokens: &Tokens) -> Vec<Sink> {
    let mut found: Vec<Sink> = Vec::new();
    for at in 0..tokens.len() {
        if let Some(sink) = sink(tokens, at)
            && !found.contains(&sink)
        {
            found.push(sink);
        }
    }
    found.sort_unstable();
    found
}

/// Elements that act when they are made.
const ACTING: [&str; 8] = ["script", "iframe", "frame", "object", "embed", "form", "base", "meta"];

fn sink(tokens: &Tokens, at: usize) -> Option<Sink> {
    // No sink has a shorter name.
    if tokens.raw(at).len() < 4 {
        return None;
    }
    let name = tokens.member(at)?;
    let next = tokens.after_member(at);
    let is_call = tokens.is(next, "(");
    let is_set = tokens.is(next, "=") || tokens.is(next, "+=");
    match name {
        "eval" | "execScript" | "Function" if is_call && tokens.before(at) != "function" => Some(Sink::Eval),
        "setTimeout" | "setInterval" if is_call && tokens.content(next + 1).is_some() => Some(Sink::Eval),
        "write" | "writeln" if is_call && at >= 2 && tokens.is(at - 2, "document") => Some(Sink::Write),
        "innerHTML" | "outerHTML" | "srcdoc" if is_set => Some(Sink::Write),
        "insertAdjacentHTML" | "createContextualFragment" if is_call => Some(Sink::Write),
        "createElement" if is_call => creates(tokens, next + 1).then_some(Sink::Element),
        "fetch" if is_call && (tokens.before(at) != "." || is_of_window(tokens, at)) => Some(Sink::Network),
        "sendBeacon" if is_call => Some(Sink::Network),
        "ajax" | "getJSON" | "getScript" if is_call && tokens.before(at) == "." => Some(Sink::Network),
        "import" if tokens.before(at) != "." && (is_call || imports(tokens, at)) => Some(Sink::Network),
        "XMLHttpRequest" | "WebSocket" | "EventSource" if is_made(tokens, at) => Some(Sink::Network),
        "serviceWorker" if tokens.are(next, &[".", "register"]) => Some(Sink::ServiceWorker),
        "writeText" if is_call => Some(Sink::Clipboard),
        "execCommand" if is_call && tokens.content(next + 1) == Some("copy") => Some(Sink::Clipboard),
        "location" => navigation(tokens, at).map(|_| Sink::Navigate),
        _ => None,
    }
}

/// Whether a member is one of the window itself: `window.fetch`.
fn is_of_window(tokens: &Tokens, at: usize) -> bool {
    at >= 2
        && tokens.before(at) == "."
        && matches!(tokens.raw(at - 2), "window" | "self" | "globalThis" | "top" | "parent")
}

/// `new X` and `new window.X`.
fn is_made(tokens: &Tokens, at: usize) -> bool {
    tokens.before(at) == "new" || (is_of_window(tokens, at) && tokens.before(at - 2) == "new")
}

/// Whether an `import` takes in a module by its address: `import "…"`, `import x from "…"`.
fn imports(tokens: &Tokens, at: usize) -> bool {
    tokens.content(at + 1).is_some()
        || (at + 2..at + 40)
            .find(|near| tokens.is(*near, "from"))
            .is_some_and(|from| tokens.content(from + 1).is_some())
}

/// Whether the argument of `createElement` names something that acts, or is not known.
fn creates(tokens: &Tokens, argument: usize) -> bool {
    match tokens.content(argument) {
        Some(name) if tokens.is(argument + 1, ")") => ACTING.contains(&text::cook(name).to_ascii_lowercase().as_str()),
        _ => true,
    }
}

/// Where the expression starts that `location` is set to or called with.
pub(super) fn navigation(tokens: &Tokens, at: usize) -> Option<usize> {
    if tokens.member(at)? != "location" || matches!(tokens.before(at), "var" | "let" | "const" | "function") {
        return None;
    }
    let mut next = tokens.after_member(at);
    if tokens.is(next, "=") {
        return Some(next + 1);
    }
    next += 1;
    let member = tokens.member(next)?;
    let after = tokens.after_member(next);
    match member {
        "href" if tokens.is(after, "=") => Some(after + 1),
        "replace" | "assign" if tokens.is(after, "(") => Some(after + 1),
        _ => None,
    }
}

/// The addresses in the literals of a script.
pub(super) fn urls(tokens: &Tokens, found: &mut Vec<String>) {
    for at in 0..tokens.len() {
        if found.len() >= MAX_URLS {
            return;
        }
        if !matches!(tokens.kind(at), Some(Kind::Text | Kind::Template)) {
            continue;
        }
        let raw = tokens.raw(at);
        if raw.contains('\\') {
            urls_in(&text::cook(raw), found);
        } else if raw.len() > 4 {
            urls_in(raw, found);
        }
    }
}

/// The absolute and protocol-relative addresses in a text.
pub(super) fn urls_in(text: &str, found: &mut Vec<String>) {
    for slashes in memchr::memmem::find_iter(text.as_bytes(), b"//") {
        if found.len() >= MAX_URLS {
            return;
        }
        let Some(start) = url_start(text, slashes) else { continue };
        let rest = &text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || "\"'`<>\\(){}".contains(c)).unwrap_or(rest.len());
        let url = &rest[..rest.floor_char_boundary(end.min(MAX_URL))];
        if !found.iter().any(|known| known == url) {
            found.push(url.to_owned());
        }
    }
}

/// Where the address starts whose `//` stands here; none when it is a comment, a path or no host.
fn url_start(text: &str, slashes: usize) -> Option<usize> {
    let host = text[slashes + 2..].split(['/', '?', '#', '"', '\'', ' ', '\\', '<', '>', '`']).next()?;
    let plausible = host.len() >= 4
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:@".contains(&b) || b >= 0x80);
    if !plausible {
        return None;
    }
    let before = &text[..slashes];
    for scheme in ["https:", "http:", "wss:", "ws:"] {
        let cut = before.len().checked_sub(scheme.len());
        if let Some(cut) = cut.filter(|&cut| before.get(cut..).is_some_and(|s| s.eq_ignore_ascii_case(scheme))) {
            return Some(cut);
        }
    }
    before.chars().next_back().is_none_or(|c| "\"'`=(, ".contains(c)).then_some(slashes)
}
