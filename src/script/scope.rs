//! Which parts of a script run by themselves: the top level, and functions that are called at once.

use super::tokens::{Kind, Tokens};
use std::collections::HashSet;

/// Calls that run the function they are given without a visitor doing anything.
const RUNNERS: [&str; 11] = [
    "setTimeout",
    "setInterval",
    "$",
    "jQuery",
    "ready",
    "requestAnimationFrame",
    "requestIdleCallback",
    "queueMicrotask",
    "then",
    "load",
    "onReady",
];
/// Events that come without a visitor doing anything.
const EVENTS: [&str; 6] = ["load", "DOMContentLoaded", "pageshow", "onload", "readystatechange", "ready"];
/// Words whose parentheses and braces make no function.
const BLOCKS: [&str; 7] = ["if", "for", "while", "switch", "catch", "with", "function"];

/// For each token, whether it runs by itself.
pub(super) fn running(tokens: &Tokens) -> Vec<bool> {
    let partners = partners(tokens);
    let mut called = HashSet::new();
    let mut running = Vec::new();
    for _ in 0..3 {
        running = pass(tokens, &partners, &called);
        let before = called.len();
        called.extend(calls(tokens, &running));
        if called.len() == before {
            break;
        }
    }
    running
}

/// For each bracket, its partner's index; 0 where there is none.
fn partners(tokens: &Tokens) -> Vec<u32> {
    let mut partners = vec![0; tokens.len()];
    let mut open: Vec<(u8, usize)> = Vec::new();
    for at in 0..tokens.len() {
        if !matches!(tokens.kind(at), Some(Kind::Mark)) {
            continue;
        }
        match tokens.raw(at).as_bytes() {
            [bracket @ (b'(' | b'{')] => open.push((*bracket, at)),
            [closing @ (b')' | b'}')] => {
                let wanted = if *closing == b')' { b'(' } else { b'{' };
                if let Some((_, from)) = open.pop_if(|(bracket, _)| *bracket == wanted) {
                    partners[from] = at as u32;
                    partners[at] = from as u32;
                }
            }
            _ => {}
        }
    }
    partners
}

fn pass(tokens: &Tokens, partners: &[u32], called: &HashSet<&str>) -> Vec<bool> {
    let mut running = vec![true; tokens.len()];
    let mut quiet_until = 0;
    for at in 0..tokens.len() {
        if at < quiet_until {
            running[at] = false;
        } else if tokens.is(at, "{")
            && let Some(start) = function_start(tokens, partners, at)
            && !runs(tokens, start, partners[at] as usize, called)
        {
            quiet_until = match partners[at] {
                0 => tokens.len(),
                close => close as usize + 1,
            };
        }
    }
    running
}

/// Where the function begins whose body opens at this brace; none when the brace opens a block or an object.
fn function_start(tokens: &Tokens, partners: &[u32], brace: usize) -> Option<usize> {
    let last = brace.checked_sub(1)?;
    if tokens.is(last, "=>") {
        let before = last.checked_sub(1)?;
        return Some(if tokens.is(before, ")") { partners[before] as usize } else { before });
    }
    if !tokens.is(last, ")") || partners[last] == 0 {
        return None;
    }
    let open = partners[last] as usize;
    let word = open.checked_sub(1)?;
    if tokens.is(word, "function") {
        return Some(word);
    }
    let named = tokens.kind(word) == Some(Kind::Name) && !BLOCKS.contains(&tokens.raw(word));
    named.then(|| if tokens.before(word) == "function" { word - 1 } else { word })
}

/// Whether the function from `start` to the brace at `end` is called at once.
fn runs(tokens: &Tokens, start: usize, end: usize, called: &HashSet<&str>) -> bool {
    let name = tokens.raw(start + 1);
    let before = tokens.before(start);
    let back = |count: usize| start.checked_sub(count).map_or("", |at| tokens.raw(at));
    let declared = tokens.is(start, "function") && tokens.kind(start + 1) == Some(Kind::Name);
    if declared && called.contains(name) {
        return true;
    }
    let by_itself = match before {
        "=" => ["onload", "onpageshow"].contains(&back(2)) || called.contains(back(2)),
        "(" => RUNNERS.contains(&back(2)),
        "," => {
            let event = start.checked_sub(2).and_then(|at| tokens.content(at));
            event.is_some_and(|event| EVENTS.contains(&event))
        }
        _ => false,
    };
    by_itself || is_invoked(tokens, end, before, declared)
}

/// `(function(){})()`, `(function(){}())`, `!function(){}()`, `.call(…)`.
fn is_invoked(tokens: &Tokens, end: usize, before: &str, declared: bool) -> bool {
    let statement = declared && matches!(before, "" | ";" | "}" | "{");
    match tokens.raw(end + 1) {
        "(" => !statement,
        ")" => before == "(" && matches!(tokens.raw(end + 2), "(" | "." | "["),
        "." => matches!(tokens.raw(end + 2), "call" | "apply"),
        _ => false,
    }
}

/// Names that are called, or handed to a runner, by code that runs.
fn calls<'a>(tokens: &Tokens<'a>, running: &[bool]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (at, runs) in running.iter().enumerate() {
        if !runs || tokens.kind(at) != Some(Kind::Name) {
            continue;
        }
        let called = tokens.is(at + 1, "(") && tokens.before(at) != "function";
        let handed = matches!(tokens.raw(at + 1), ")" | "," | ";" | "")
            && at >= 2
            && match tokens.before(at) {
                "(" => RUNNERS.contains(&tokens.raw(at - 2)),
                "=" => tokens.raw(at - 2).starts_with("onload"),
                "," => tokens.content(at - 2).is_some_and(|event| EVENTS.contains(&event)),
                _ => false,
            };
        if called || handed {
            found.push(tokens.raw(at));
        }
    }
    found
}
