//! Whether an answer is the page at all, or a challenge, a block or an error in its place. Pure: it takes values.
//!
//! What such an answer holds is examined all the same: a defacement may be served with 503, or carry a challenge's
//! markers. So this says only what the answer is when nothing in it looks like an attack.

mod markers;
mod text;

use crate::model::{Head, UnseenReason};
use jiff::Timestamp;
use markers::{Found, find};
use std::time::Duration;
use text::Sketch;

/// Bodies longer than this are no interstitial: with status 200 they count as the page itself.
const MAX_INTERSTITIAL: usize = 16 << 10;
/// Most of an error answer's body that is looked at.
const MAX_ERROR_BODY: usize = 256 << 10;
/// Visible characters below which a page with a challenge's markers is nothing but the challenge.
const CHALLENGE_TEXT: usize = 400;
/// Visible characters below which a page with a filter's words is nothing but the refusal.
const BLOCK_TEXT: usize = 900;
/// Visible characters below which a page that calls itself an error is one.
const ERROR_TEXT: usize = 700;
/// A page with more links than this is a page.
const MAX_LINKS: usize = 3;
/// No host is believed when it asks for more patience than this.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Why this answer is not the page; none when it is. A version without a head, as in a history, came with status 200.
#[must_use]
pub fn classify(head: Option<&Head>, body: &[u8]) -> Option<UnseenReason> {
    let Some(head) = head else { return instead_of_page(body) };
    if markers::challenged_by_header(head) {
        return Some(UnseenReason::Challenge);
    }
    match head.status {
        200..=299 => instead_of_page(body),
        status => Some(error_answer(head, status, body)),
    }
}

/// When a host asks us to come again (`Retry-After`, in seconds or as a date), a day at most.
#[must_use]
pub fn retry_after(head: &Head, now: Timestamp) -> Option<Duration> {
    let value = head.header("retry-after")?.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
            Duration::try_from(at.duration_since(now)).unwrap_or_default()
        }
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

/// An answer with an error status.
fn error_answer(head: &Head, status: u16, body: &[u8]) -> UnseenReason {
    let body = body.get(..MAX_ERROR_BODY).unwrap_or(body);
    let found = find(body);
    let filters = matches!(status, 401 | 403 | 405 | 406 | 407 | 429 | 451 | 503);
    if filters && (found.challenge || found.captcha) {
        return UnseenReason::Challenge;
    }
    if found.challenge && Sketch::of(body).is_shorter_than(CHALLENGE_TEXT) {
        return UnseenReason::Challenge;
    }
    match status {
        429 => UnseenReason::Overloaded,
        503 if head.header("retry-after").is_some() && !found.block => UnseenReason::Overloaded,
        401 | 403 | 406 | 451 => UnseenReason::Blocked,
        _ if found.block => UnseenReason::Blocked,
        _ => UnseenReason::ErrorPage,
    }
}

/// A body with status 2xx that may stand in the page's place: short, with few links, without pictures, and with the words
/// of one. Words in comments do not count, and neither does a page of pictures: whoever replaced the page could have
/// written them, to be taken for something that stands in its place for a moment.
fn instead_of_page(body: &[u8]) -> Option<UnseenReason> {
    if body.len() > MAX_INTERSTITIAL {
        return None;
    }
    if body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii().is_empty() {
        return Some(UnseenReason::EmptyPage);
    }
    let sketch = Sketch::of(body);
    if sketch.frameset || sketch.links > MAX_LINKS || sketch.pictures > 0 {
        return None;
    }
    let found = find(&text::without_comments(body));
    let Found { challenge, captcha, block, waiting, .. } = found;
    if (challenge || (captcha && waiting)) && sketch.is_shorter_than(CHALLENGE_TEXT) {
        return Some(UnseenReason::Challenge);
    }
    if block && sketch.is_shorter_than(BLOCK_TEXT) {
        return Some(UnseenReason::Blocked);
    }
    let error = markers::is_error_title(&sketch.title) || (found.error && sketch.is_shorter_than(ERROR_TEXT / 4));
    (error && sketch.is_shorter_than(ERROR_TEXT)).then_some(UnseenReason::ErrorPage)
}

#[cfg(test)]
mod tests;
