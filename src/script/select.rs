//! Which parts of a script get a syntax tree: the statements at its top level that are worth one.

use super::prescan::Hints;
use super::syntax::MAX_SOURCE;
use super::tokens::{Kind, Tokens};
use std::borrow::Cow;

/// Up to this length a script that is worth a tree is taken whole, in bytes.
const WHOLE: usize = 32 << 10;
/// Statements up to this length come along with those that are worth a tree, in bytes: they may hold what is decoded.
const SHORT: usize = 2 << 10;

/// The part of a script that is worth a tree; none when nothing is. The flag says that something worth it was left out.
pub(super) fn worth_a_tree<'a>(tokens: &Tokens<'a>, hints: Hints) -> Option<(Cow<'a, str>, bool)> {
    let text = tokens.text;
    if text.len() <= WHOLE && hints.wants_tree(text.len()) {
        return Some((Cow::Borrowed(text), false));
    }
    let statements = statements(tokens);
    let worth: Vec<bool> = statements.iter().map(|part| Hints::of(part).wants_tree(part.len())).collect();
    if !worth.contains(&true) {
        return None;
    }
    let mut room = MAX_SOURCE;
    let mut left_out = false;
    let mut taken = vec![false; statements.len()];
    // What stands at the end was added last.
    for (at, part) in statements.iter().enumerate().rev().filter(|(at, _)| worth.get(*at) == Some(&true)) {
        if part.len() < room {
            room -= part.len() + 1;
            taken[at] = true;
        } else {
            left_out = true;
        }
    }
    for (at, part) in statements.iter().enumerate().rev().filter(|(_, part)| part.len() <= SHORT) {
        if !taken[at] && part.len() < room {
            room -= part.len() + 1;
            taken[at] = true;
        }
    }
    let mut selected = String::with_capacity(MAX_SOURCE - room);
    for (part, _) in statements.iter().zip(&taken).filter(|(_, taken)| **taken) {
        selected.push_str(part);
        selected.push('\n');
    }
    Some((Cow::Owned(selected), left_out))
}

/// The statements at the top level, in order.
fn statements<'a>(tokens: &Tokens<'a>) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut depth = 0_i32;
    let mut from = 0;
    for at in 0..tokens.len() {
        if tokens.kind(at) != Some(Kind::Mark) {
            continue;
        }
        match tokens.raw(at) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = (depth - 1).max(0),
            _ => {}
        }
        let ends = match tokens.raw(at) {
            ";" => true,
            "}" => begins(tokens, at + 1),
            _ => false,
        };
        if depth == 0 && ends {
            let next = tokens.start(at + 1);
            found.extend(tokens.text.get(from..next));
            from = next;
        }
    }
    found.extend(tokens.text.get(from..).filter(|rest| !rest.trim().is_empty()));
    found
}

/// Whether a token after a closing brace begins a statement.
fn begins(tokens: &Tokens, at: usize) -> bool {
    const GOES_ON: [&str; 8] = ["else", "catch", "finally", "while", "in", "of", "instanceof", "from"];
    match tokens.kind(at) {
        Some(Kind::Name) => !GOES_ON.contains(&tokens.raw(at)),
        Some(Kind::Mark) => matches!(tokens.raw(at), "!" | ";") && tokens.list.get(at).is_some_and(|token| token.fresh),
        _ => false,
    }
}
