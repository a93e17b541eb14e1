//! Which parts of a script get a syntax tree: the statements at its top level that are worth one.

use super::prescan::Hints;
use super::syntax::MAX_SOURCE;
use super::tokens::{Kind, Tokens};
use std::borrow::Cow;
use std::collections::HashSet;

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
    let mut taken = Taken { statements: &statements, taken: vec![false; statements.len()], room: MAX_SOURCE };
    let mut left_out = false;
    // What stands at the end was added last.
    for at in (0..statements.len()).rev().filter(|at| worth.get(*at) == Some(&true)) {
        left_out |= !taken.take(at);
    }
    // The data that they name may be long.
    let used = taken.words();
    for at in (0..statements.len()).rev() {
        if declared(statements.get(at).copied().unwrap_or_default()).is_some_and(|name| used.contains(name)) {
            left_out |= !taken.take(at);
        }
    }
    for at in (0..statements.len()).rev().filter(|at| statements.get(*at).is_some_and(|part| part.len() <= SHORT)) {
        taken.take(at);
    }
    let Taken { taken, room, .. } = taken;
    let mut selected = String::with_capacity(MAX_SOURCE - room);
    for (part, _) in statements.iter().zip(&taken).filter(|(_, taken)| **taken) {
        selected.push_str(part);
        selected.push('\n');
    }
    Some((Cow::Owned(selected), left_out))
}

/// The statements that are taken, and the room that is left for more.
struct Taken<'s, 'a> {
    statements: &'s [&'a str],
    taken: Vec<bool>,
    room: usize,
}

impl<'a> Taken<'_, 'a> {
    /// Takes a statement; false where there is no room for it.
    fn take(&mut self, at: usize) -> bool {
        let (Some(part), Some(taken)) = (self.statements.get(at), self.taken.get_mut(at)) else { return false };
        if !*taken && part.len() < self.room {
            self.room -= part.len() + 1;
            *taken = true;
        }
        *taken
    }

    /// The words of what was taken.
    fn words(&self) -> HashSet<&'a str> {
        let taken = self.statements.iter().zip(&self.taken).filter(|(_, taken)| **taken);
        taken.flat_map(|(part, _)| part.split(|c| !is_of_name(c))).collect()
    }
}

const fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

/// The name to which a statement gives a value first.
fn declared(statement: &str) -> Option<&str> {
    let statement = statement.trim_start();
    let keyword = ["var ", "let ", "const ", "function "].iter().find_map(|word| statement.strip_prefix(word));
    let rest = keyword.unwrap_or(statement).trim_start();
    let name = rest.split(|c| !is_of_name(c)).next().filter(|name| !name.is_empty())?;
    let gives = keyword.is_some() || rest[name.len()..].trim_start().starts_with('=');
    gives.then_some(name)
}

/// The statements at the top level, in order.
fn statements<'a>(tokens: &Tokens<'a>) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut depth = 0_i32;
    // Comments before a statement are no part of it.
    let mut from = tokens.start(0);
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
