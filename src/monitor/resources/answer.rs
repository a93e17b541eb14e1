//! What an answer says of something that a page loads. Pure.

use crate::fetch::classify::classify;
use crate::model::{Capture, Content, Head, Resource, ResourceKind, UnseenReason, Wanted};
use url::Url;

/// Most bytes of a `Content-Type` that are kept.
const LONGEST_TYPE: usize = 128;

/// What came, and how.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) content: Content,
    content_type: Option<String>,
    way: Vec<Url>,
}

impl Answer {
    /// Nothing, for this reason.
    pub(super) const fn unseen(reason: UnseenReason) -> Self {
        Self { content: Content::Unseen { reason }, content_type: None, way: Vec::new() }
    }

    /// This content, as the head says it came.
    pub(super) fn new(content: Content, head: &Head) -> Self {
        let cut = |value: &str| value.get(..value.floor_char_boundary(LONGEST_TYPE)).unwrap_or_default().to_owned();
        let way = head.hops.iter().map(|hop| without_fragment(&hop.location)).collect();
        Self { content, content_type: head.header("content-type").map(cut), way }
    }

    /// As it was remembered with a page.
    pub(super) fn of(resource: &Resource) -> Self {
        let Resource { content, ref content_type, ref way, .. } = *resource;
        Self { content, content_type: content_type.clone(), way: way.clone() }
    }

    /// The resource that this is the answer for.
    pub(super) fn on(self, wanted: Wanted, volatile: bool) -> Resource {
        let Self { content, content_type, way } = self;
        Resource { content_type, way, ..Resource::new(wanted, volatile, content) }
    }
}

fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// What came: its content, or why it cannot be told.
///
/// A 404 or a 410 is an answer: there is none; but a frame shows the document that comes with any status. A document that
/// comes in a script's place, as some hosts answer for what they do not have, is none either: no browser runs it.
pub(super) fn content(kind: ResourceKind, capture: &Capture) -> Result<Content, UnseenReason> {
    let status = capture.head.status;
    if capture.head.bad_certificate().is_some() {
        return Err(UnseenReason::TlsFailed);
    }
    let seen = Content::Seen { bytes: capture.sha256, state: capture.sha256, size: capture.body.len() as u64 };
    if kind == ResourceKind::Frame && (!capture.body.is_empty() || (200..=299).contains(&status)) {
        return Ok(seen);
    }
    if matches!(status, 404 | 410) {
        return Ok(Content::Absent { status });
    }
    // What a browser takes for a script, a style or a picture is no error page, whatever words stand in it.
    let is_taken = (200..=299).contains(&status) && kind != ResourceKind::Frame && !is_document(&capture.body);
    if let Some(reason) = classify(Some(&capture.head), &capture.body).filter(|_| !is_taken) {
        return Err(reason);
    }
    if kind == ResourceKind::Script && is_document(&capture.body) {
        return Ok(Content::Absent { status });
    }
    Ok(seen)
}

/// Whether the bytes are an HTML document, which is no script. A comment (`<!--`) may begin a script as well.
fn is_document(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    let begins = |tag: &[u8]| body.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag));
    begins(b"<!doctype") || begins(b"<html")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, Head, Persona};
    use jiff::Timestamp;

    fn capture(status: u16, body: &str) -> Capture {
        let url: url::Url = "https://www.city.example/a.js".parse().expect("URL");
        let head = Head {
            requested: url.clone(),
            final_url: url,
            status,
            headers: Vec::new(),
            hops: Vec::new(),
            remote: None,
            certificate: None,
        };
        let (body, at) = (body.as_bytes().to_vec(), Timestamp::UNIX_EPOCH);
        Capture { persona: Persona::Desktop, at, head, sha256: Digest::of(&body), body, transferred: 0 }
    }

    #[test]
    fn answers_are_told_apart() {
        let script = |status, body| content(ResourceKind::Script, &capture(status, body));
        assert!(matches!(script(200, "var a = 1;"), Ok(Content::Seen { size: 10, .. })));
        assert_eq!(script(404, "var a = 1;"), Ok(Content::Absent { status: 404 }));
        assert_eq!(script(500, "oops"), Err(UnseenReason::ErrorPage));
        assert_eq!(script(403, "no"), Err(UnseenReason::Blocked));
        let document = "\n<!DOCTYPE html><html><p>".to_owned() + &"お探しのページはありません。".repeat(200);
        assert_eq!(script(200, &document), Ok(Content::Absent { status: 200 }));
        assert!(matches!(script(200, "<!-- hide\nevil();\n//-->"), Ok(Content::Seen { .. })), "that still runs");
    }

    #[test]
    fn a_frame_shows_what_comes_with_an_error() {
        let frame = |status, body| content(ResourceKind::Frame, &capture(status, body));
        assert!(matches!(frame(404, "<p>Hacked by nobody</p>"), Ok(Content::Seen { .. })));
        assert!(matches!(frame(503, "<p>Hacked by nobody</p>"), Ok(Content::Seen { .. })));
        assert_eq!(frame(410, ""), Ok(Content::Absent { status: 410 }));
    }

    #[test]
    fn a_script_cannot_pass_itself_off_as_an_error_page() {
        let body = "/*<title>404 Not Found</title><h1>Not Found</h1><script>*/ evil();";
        let seen = content(ResourceKind::Script, &capture(200, body));
        assert!(matches!(seen, Ok(Content::Seen { .. })), "{seen:?}");
    }

    #[test]
    fn a_picture_is_taken_as_it_comes() {
        assert!(matches!(content(ResourceKind::Picture, &capture(200, "GIF89a")), Ok(Content::Seen { .. })));
        assert_eq!(content(ResourceKind::Picture, &capture(503, "")), Err(UnseenReason::ErrorPage));
    }
}
