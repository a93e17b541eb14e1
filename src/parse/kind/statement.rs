//! Tells whether a text begins with a statement of JavaScript, as prose and markup never do.

/// Bytes of a bracket that are looked through for its end.
const NEAR: usize = 4 << 10;
/// Signs in a row that no prose holds: scripts written without letters.
const RUN: usize = 40;

/// Whether a text begins with a statement: a declaration, a call with code or a literal, an assignment, a control
/// structure, or a run of signs. Comments before it are read over.
pub(super) fn begins(text: &str) -> bool {
    let text = after_comments(text);
    if is_run(text) {
        return true;
    }
    let bare = text.trim_start_matches([';', '!', '+', '~', '-', ' ']);
    match bare.chars().next() {
        Some('(') => begins_bracket(bare),
        Some('[') => end_of(bare).is_some_and(|end| continues_value(bare.get(end..).unwrap_or_default())),
        Some('"' | '\'') => begins_literal(bare),
        Some(first) if is_word(first) && !first.is_ascii_digit() => begins_word(bare),
        _ => false,
    }
}

/// The text behind white space and comments, markup's own signs for them too.
fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let after = if rest.starts_with("//") || rest.starts_with("<!--") {
            rest.split_once('\n').map_or("", |(_, after)| after)
        } else if rest.starts_with("/*") {
            rest.split_once("*/").map_or("", |(_, after)| after)
        } else {
            return rest;
        };
        rest = after.trim_start();
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || (!c.is_ascii() && c.is_alphabetic())
}

/// A name at the start of a text, and what follows it.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !is_word(c)).unwrap_or(text.len()))
}

/// Brackets and operators without letters, as in `[][(![]+[])[+[]]…`.
fn is_run(text: &str) -> bool {
    let run = text.get(..RUN).unwrap_or_default();
    let signs =
        |c: char| matches!(c, '[' | ']' | '(' | ')' | '!' | '+' | '{' | '}' | '$' | '_' | '=' | '~' | '"' | '.');
    !run.is_empty() && run.chars().all(signs) && run.contains('[') && run.contains(['!', '(', '{'])
}

/// `(function…`, `(() => …`, `(a, b) => …`, and calls in brackets.
fn begins_bracket(text: &str) -> bool {
    let inner = text.trim_start_matches('(').trim_start();
    let after = end_of(text).map(|end| text.get(end..).unwrap_or_default().trim_start());
    let arrow = inner.split_once(')').is_some_and(|(parameters, rest)| {
        parameters.len() < 200 && !parameters.contains(['.', '"']) && rest.trim_start().starts_with("=>")
    });
    arrow || after.is_some_and(|after| after.starts_with("=>")) || begins_word(inner)
}

/// `"use strict"`, and literals that something is done with.
fn begins_literal(text: &str) -> bool {
    if ["\"use strict\"", "'use strict'"].iter().any(|directive| text.starts_with(directive)) {
        return true;
    }
    end_of(text).is_some_and(|end| continues_value(text.get(end..).unwrap_or_default()))
}

/// `.name(` or `[…` behind a value.
fn continues_value(text: &str) -> bool {
    match text.strip_prefix('.') {
        Some(rest) => matches!(word(rest), (name, after) if !name.is_empty() && after.starts_with('(')),
        None => text.starts_with("['") || text.starts_with("[\""),
    }
}

fn begins_word(text: &str) -> bool {
    let (first, rest) = word(text);
    let spaced = rest.trim_start();
    match first {
        "function" => {
            spaced.trim_start_matches('*').trim_start().starts_with(|c| c == '(' || is_word(c)) && spaced.contains('(')
        }
        "async" => spaced.starts_with("function") || spaced.starts_with('('),
        "var" => declares(spaced, &['=', ';', ',']) || word(spaced).1.trim().is_empty() && !word(spaced).0.is_empty(),
        "let" | "const" => declares(spaced, &['=', ';']),
        "if" | "for" | "while" | "switch" | "with" if spaced.starts_with('(') => {
            let after = end_of(spaced).and_then(|end| spaced.get(end..)).map(str::trim_start);
            after.is_some_and(|after| after.starts_with('{') || begins(after))
        }
        "try" | "do" => spaced.starts_with('{'),
        "import" => spaced.starts_with(['{', '"', '\'', '*']) || spaced.contains(" from "),
        "export" => ["default", "const", "function", "class", "{", "*"].iter().any(|next| spaced.starts_with(next)),
        "class" => word(spaced).1.trim_start().starts_with('{') || word(spaced).1.trim_start().starts_with("extends "),
        "new" | "await" | "void" | "typeof" | "delete" | "throw" => spaced != rest && begins_chain(spaced),
        _ => begins_chain(text),
    }
}

/// A name, or a pattern in brackets, and one of the signs that may follow.
fn declares(text: &str, signs: &[char]) -> bool {
    let after = match text.chars().next() {
        Some('{' | '[') => end_of(text).and_then(|end| text.get(end..)).unwrap_or_default(),
        _ => match word(text) {
            ("", _) => "",
            (_, after) => after,
        },
    };
    after.trim_start().starts_with(signs)
}

/// `a.b[c]` with what is done to it: called with code or a literal, or assigned.
fn begins_chain(text: &str) -> bool {
    let (mut first, mut rest) = word(text);
    while !first.is_empty() || rest.starts_with('[') {
        if let Some(after) = rest.strip_prefix('.') {
            (first, rest) = word(after);
        } else if rest.starts_with('[') {
            let Some(end) = end_of(rest) else { return false };
            (first, rest) = ("]", rest.get(end..).unwrap_or_default());
        } else {
            return rest.strip_prefix('(').map_or_else(|| is_assigned(rest.trim_start()), |_| is_called(rest));
        }
    }
    false
}

/// `= value`, `+= value`, `=> …`, `&& …`, `|| …`.
fn is_assigned(text: &str) -> bool {
    if text.starts_with("=>") {
        return true;
    }
    if text.starts_with("&&") || text.starts_with("||") {
        return text.contains(['(', '=']) && begins_value(text.get(2..).unwrap_or_default());
    }
    let text = text.trim_start_matches(['+', '|', '?']);
    let Some(value) = text.strip_prefix('=').filter(|value| !value.starts_with('=')) else { return false };
    let value = value.trim_start();
    let ends = value.get(..value.floor_char_boundary(NEAR)).unwrap_or_default().contains(';');
    value.starts_with(['"', '\'', '`', '[', '{']) || (ends && begins_value(value))
}

/// `(…)` as code writes it: with a literal, a function, names without words between them.
fn is_called(text: &str) -> bool {
    let inner = text.get(1..).unwrap_or_default().trim_start();
    let after = end_of(text).and_then(|end| text.get(end..));
    let closed = after.is_none_or(|after| {
        let after = after.trim_start_matches([' ', '\t']);
        after.is_empty() || after.starts_with([';', '.', ',', ')', '(', '[', '\n', '\r', '&', '|', '?'])
    });
    let strong = inner.starts_with(['"', '\'', '`', '{', '[', '!', '(']) || inner.starts_with("function");
    closed && (strong || after.is_some_and(|after| after.starts_with(';')) || begins_code(inner))
}

/// The inside of a call: names with what only code does to them.
fn begins_code(text: &str) -> bool {
    let (name, rest) = word(text);
    !name.is_empty()
        && name.is_ascii()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && (rest.starts_with(['(', '[', '.']) || rest.starts_with(")(") || rest.trim() == ")")
}

fn begins_value(text: &str) -> bool {
    text.trim_start().starts_with(|c: char| is_word(c) || matches!(c, '"' | '\'' | '[' | '{' | '(' | '!' | '-' | '/'))
}

/// Where the bracket or literal at the start of a text ends, if it ends nearby.
fn end_of(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut quote, mut at) = (0_usize, None, 0);
    while let Some(&byte) = bytes.get(at).filter(|_| at < NEAR) {
        match (byte, quote) {
            (b'\\', Some(_)) => at += 1,
            (_, Some(open)) if byte == open => {
                quote = None;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (_, Some(_)) => {}
            (b'"' | b'\'' | b'`', None) => quote = Some(byte),
            (b'(' | b'[' | b'{', None) => depth += 1,
            (b')' | b']' | b'}', None) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_known() {
        for text in [
            "eval(unescape('%3C%69%66'))",
            "eval(String.fromCharCode(118,97,114))",
            "[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]+(![]+[])[+!+[]]]",
            "document.documentElement.className = 'js';",
            "_uacct = \"UA-1-1\";",
            "window.a=window.a||{};",
            "if (top != self) top.location = self.location;",
            "try{\nf(1);\n} catch(e) {}",
            "//<![CDATA[\nSys.Forms._initialize('a', [], 90);\n//]]>",
            "(()=>{a()})()",
            "!function(){}()",
            "var a;",
            "(a,b)=>a",
            "['a','b'].forEach(f)",
            "'use strict'",
            "f(x);",
        ] {
            assert!(begins(text), "{text}");
        }
    }

    #[test]
    fn prose_is_none() {
        for text in [
            "Hacked by nobody (greetz)",
            "TEL(03-1234-5678)\n",
            "Hello(world of pages)",
            "for (example) this one",
            "let us, then, go",
            "お知らせ(重要)",
            "[1,2]",
            "{\"a\":1}",
            "Name = John",
            "+-----+-----+-----+-----+-----+-----+-----+-----+",
            "x",
            "",
            "function of the office",
            "(c) 2024 City",
            "new York",
        ] {
            assert!(!begins(text), "{text}");
        }
    }
}
