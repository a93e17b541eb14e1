//! What words and tags in a text tell: code, markup that acts, addresses, ways to a page.

/// Whether a text is something a person or a browser reads, not binary data: at least nine in ten characters print.
pub(super) fn is_readable(text: &str) -> bool {
    let (mut all, mut odd) = (0_usize, 0_usize);
    for c in text.chars() {
        all += 1;
        odd +=
            usize::from((c.is_control() && !c.is_ascii_whitespace()) || matches!(c, '\u{80}'..='\u{ff}' | '\u{fffd}'));
    }
    all > 0 && odd * 10 <= all
}

/// Whether a text is code that acts in a browser, or markup that does.
pub(super) fn is_code(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let markup = ["<script", "<iframe", "<object", "<embed"].iter().any(|tag| lower.contains(tag));
    let calls =
        ["document.", "window.", "location", "navigator.", "createelement"].iter().any(|word| lower.contains(word));
    markup || (calls && lower.contains(['=', '(']))
}

/// Whether a text holds markup or code that can act, or an address.
pub(super) fn acts(text: &str) -> bool {
    const TELLING: [&str; 16] = [
        "<script",
        "<iframe",
        "<object",
        "<embed",
        "<frame",
        "<form",
        "<style",
        "document.",
        "window.",
        "location",
        "createelement",
        "eval(",
        "http://",
        "https://",
        "function",
        "unescape(",
    ];
    let lower = text.to_ascii_lowercase();
    TELLING.iter().any(|word| lower.contains(word))
}

/// Words that have no reason to stand in pieces.
const KEYWORDS: [&str; 13] = [
    "script",
    "iframe",
    "document",
    "write",
    "eval",
    "createelement",
    "fromcharcode",
    "unescape",
    "http",
    "src=",
    "appendchild",
    "useragent",
    "javascript",
];

/// Whether a keyword has these two letters side by side: without, none reaches across a seam between them.
pub(super) fn may_cross(left: u8, right: u8) -> bool {
    let pair = [left.to_ascii_lowercase(), right.to_ascii_lowercase()];
    KEYWORDS.iter().any(|keyword| keyword.as_bytes().windows(2).any(|near| near == pair))
}

/// Keywords that reach across a seam; `<scr'+'ipt` is how honest pages write a tag in a script.
pub(super) fn crossing(text: &str, seam: usize) -> Vec<&'static str> {
    let lower = text.to_ascii_lowercase();
    let tag = |at: usize| lower.get(..at).is_some_and(|before| before.ends_with(['<', '/']));
    let crosses = |keyword: &&str| {
        let mut places = lower.match_indices(*keyword);
        places.any(|(at, _)| at < seam && seam < at + keyword.len() && !(*keyword == "script" && tag(at)))
    };
    KEYWORDS.into_iter().filter(|keyword| crosses(keyword)).collect()
}

/// Whether a text holds a word that acts, or an address.
pub(super) fn names_an_act(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    KEYWORDS.iter().any(|keyword| lower.contains(keyword))
}

/// Whether a name is one of the ways to read or write a page.
pub(super) fn is_way(name: &str) -> bool {
    const WAYS: [&str; 50] = [
        "serialize",
        "ajax",
        "post",
        "getJSON",
        "getScript",
        "val",
        "each",
        "submit",
        "append",
        "attr",
        "html",
        "text",
        "createElement",
        "appendChild",
        "insertBefore",
        "getElementsByTagName",
        "getElementById",
        "querySelector",
        "querySelectorAll",
        "addEventListener",
        "attachEvent",
        "setAttribute",
        "getAttribute",
        "innerHTML",
        "outerHTML",
        "write",
        "writeln",
        "cookie",
        "location",
        "href",
        "src",
        "userAgent",
        "referrer",
        "hostname",
        "navigator",
        "document",
        "body",
        "head",
        "documentElement",
        "parentNode",
        "open",
        "send",
        "responseText",
        "onreadystatechange",
        "localStorage",
        "setItem",
        "getItem",
        "fromCharCode",
        "eval",
        "replace",
    ];
    WAYS.contains(&name)
}

/// Whether a name is one of the ways to change a page, to leave it, or to send something.
pub(super) fn is_acting_way(name: &str) -> bool {
    const LOOKING: [&str; 16] = [
        "getElementsByTagName",
        "getElementById",
        "querySelector",
        "querySelectorAll",
        "addEventListener",
        "attachEvent",
        "getAttribute",
        "userAgent",
        "referrer",
        "hostname",
        "navigator",
        "document",
        "body",
        "head",
        "documentElement",
        "parentNode",
    ];
    is_way(name) && !LOOKING.contains(&name)
}

/// Whether a text holds markup that acts.
pub(super) fn is_active_markup(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["<script", "<iframe", "<object", "<embed", "<frame", "<form", "<meta", "<style", " on"]
        .iter()
        .any(|tag| lower.contains(tag))
}

/// What a text holds as scripts: the contents of its `<script>` elements.
pub(super) fn scripts_in(text: &str) -> Vec<String> {
    const MAX_SCRIPTS: usize = 8;
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = lower.get(from..).and_then(|rest| rest.find("<script")).map(|at| from + at) {
        let Some(start) = lower.get(open..).and_then(|rest| rest.find('>')).map(|at| open + at + 1) else { break };
        let end = lower.get(start..).and_then(|rest| rest.find("</script")).map_or(lower.len(), |at| start + at);
        if let Some(script) = text.get(start..end).filter(|script| !script.trim().is_empty())
            && found.len() < MAX_SCRIPTS
        {
            found.push(script.to_owned());
        }
        from = end;
    }
    found
}

/// The addresses of scripts, frames and the like in markup.
pub(super) fn tag_addresses(markup: &str) -> Vec<String> {
    const MAX_ADDRESSES: usize = 32;
    let lower = markup.to_ascii_lowercase();
    let tags = ["<script", "<iframe", "<frame", "<object", "<embed", "<form"];
    let inner = tags.iter().flat_map(|tag| tags_of(&lower, tag));
    let addresses = inner.filter_map(|(from, to)| address(markup.get(from..to)?, lower.get(from..to)?));
    addresses.filter(|address| !address.is_empty()).take(MAX_ADDRESSES).collect()
}

/// Where the tags of a kind begin and end. One that is not closed ends where the next begins, which goes on with all that
/// this one held: many of them are looked through once.
fn tags_of<'a>(lower: &'a str, tag: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut starts = lower.match_indices(tag).map(|(at, _)| at).peekable();
    std::iter::from_fn(move || {
        let at = starts.next()?;
        let rest = lower.get(at..starts.peek().copied().unwrap_or(lower.len()))?;
        Some((at, at + rest.find('>').unwrap_or(rest.len())))
    })
}

/// The address in a tag, given as it is and in small letters.
fn address(tag: &str, lower: &str) -> Option<String> {
    ["src=", "data=", "action="].iter().find_map(|name| {
        let value = tag.get(lower.find(name)? + name.len()..)?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = value.trim_start_matches(['"', '\'']);
        Some(value.split(|c: char| Some(c) == quote || (quote.is_none() && c.is_whitespace())).next()?.to_owned())
    })
}

/// Character references (`&#104;`) that stand for ASCII letters and digits, and the text with all of them decoded.
pub(super) fn references(text: &str) -> (usize, String) {
    let mut out = String::with_capacity(text.len());
    let mut letters = 0;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        out.push_str(before);
        let (sign, radix) = if after.starts_with(['x', 'X']) { (1, 16) } else { (0, 10) };
        let digits = after.get(sign..).unwrap_or_default();
        let length = digits.bytes().take(8).take_while(|b| char::from(*b).is_digit(radix)).count();
        let number = u32::from_str_radix(&digits[..length], radix).ok();
        match number.and_then(char::from_u32) {
            Some(c) => {
                letters += usize::from(c.is_ascii_alphanumeric());
                out.push(c);
                rest = digits.get(length..).unwrap_or_default();
                rest = rest.strip_prefix(';').unwrap_or(rest);
            }
            None => {
                out.push_str("&#");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    (letters, out)
}
