//! Places of a page into which attackers write.

/// Where something is put; on bytes, since pages are in many charsets and attacks are ASCII or follow the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    BeforeHtml,
    HeadStart,
    HeadEnd,
    BodyStart,
    Middle,
    BodyEnd,
    AfterHtml,
    /// At the end of a script of the page, of code without its tags.
    ScriptEnd,
}

pub(crate) const PLACES: [Place; 7] = [
    Place::BeforeHtml,
    Place::HeadStart,
    Place::HeadEnd,
    Place::BodyStart,
    Place::Middle,
    Place::BodyEnd,
    Place::AfterHtml,
];

/// The page with something at a place; none where it has no such place.
pub(crate) fn put(page: &[u8], place: Place, what: &str) -> Option<Vec<u8>> {
    let at = match place {
        Place::BeforeHtml => 0,
        Place::HeadStart => after_tag(page, "<head")?,
        Place::HeadEnd => last(page, "</head")?,
        Place::BodyStart => after_tag(page, "<body")?,
        Place::Middle => middle(page)?,
        Place::BodyEnd => last(page, "</body")?,
        Place::AfterHtml => page.len(),
        Place::ScriptEnd => script_end(page)?,
    };
    // Parsers drop a form in a form.
    if is_inside(page, at, "<!--", "-->") || (what.starts_with("<form") && is_inside(page, at, "<form", "</form")) {
        return None;
    }
    let mut put = Vec::with_capacity(page.len() + what.len() + 2);
    put.extend_from_slice(page.get(..at)?);
    put.push(b'\n');
    put.extend_from_slice(what.as_bytes());
    put.push(b'\n');
    put.extend_from_slice(page.get(at..)?);
    Some(put)
}

fn is_at(page: &[u8], at: usize, tag: &str) -> bool {
    page.get(at..at + tag.len()).is_some_and(|here| here.eq_ignore_ascii_case(tag.as_bytes()))
}

/// The first place of a tag from a place on.
pub(crate) fn find(page: &[u8], from: usize, tag: &str) -> Option<usize> {
    (from..page.len()).find(|at| is_at(page, *at, tag))
}

fn last(page: &[u8], tag: &str) -> Option<usize> {
    (0..page.len()).rev().find(|at| is_at(page, *at, tag))
}

/// Behind the start tag of this name (`<head`, not `<header`).
pub(crate) fn after_tag(page: &[u8], tag: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = find(page, from, tag)?;
        if page.get(at + tag.len()).is_some_and(|next| !next.is_ascii_alphanumeric()) {
            return Some(find(page, at, ">")? + 1);
        }
        from = at + 1;
    }
}

/// Behind a paragraph, list item or cell near the middle of the body.
fn middle(page: &[u8]) -> Option<usize> {
    let body = after_tag(page, "<body")?;
    let half = body + (page.len() - body) / 2;
    ["</p>", "</li>", "</div>"].iter().find_map(|tag| Some(find(page, half, tag)? + tag.len()))
}

/// Whether something is open at a place: what stands there is no markup, or is dropped.
pub(crate) fn is_inside(page: &[u8], at: usize, opens: &str, ends: &str) -> bool {
    let before = page.get(..at).unwrap_or_default();
    match (last(before, opens), last(before, ends)) {
        (Some(open), Some(end)) => open > end,
        (open, _) => open.is_some(),
    }
}

/// The end of the first inline script that holds code.
fn script_end(page: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let open = find(page, from, "<script")?;
        if is_inside(page, open, "<!--", "-->") {
            from = open + 1;
            continue;
        }
        let (start, end) = (find(page, open, ">")? + 1, find(page, open, "</script")?);
        let head = page.get(open..start)?.to_ascii_lowercase();
        let holds = |word: &str| head.windows(word.len()).any(|here| here == word.as_bytes());
        if !holds("src") && !holds("json") && !holds("template") && end > start + 20 {
            return Some(end);
        }
        from = end;
    }
}
