//! The canonical form of the two inline blocks that services write anew into every response.

use super::{TAKEN, token};
use std::borrow::Cow;

/// Members of Cloudflare's `__CF$cv$params` that hold a ray id and a time.
const CLOUDFLARE: &[&str] = &["r:'", "t:'", "r: '", "t: '"];

/// Members of New Relic's `NREUM.info` that hold durations and encoded attributes.
const NEW_RELIC: &[&str] = &[
    "\"queueTime\":",
    "\"applicationTime\":",
    "\"transactionName\":\"",
    "\"atts\":\"",
    "queueTime:",
    "applicationTime:",
];

/// Longest block, in bytes.
const LONGEST: usize = 4096;

/// A script with the per-request values of the known blocks taken out; any other script as it is.
pub(super) fn canonical(script: &str) -> Cow<'_, str> {
    if script.len() > LONGEST {
        return Cow::Borrowed(script);
    }
    let members = match () {
        () if script.contains("__CF$cv$params") => CLOUDFLARE,
        () if script.contains("NREUM.info") => NEW_RELIC,
        () => return Cow::Borrowed(script),
    };
    let mut text = script.to_owned();
    for member in members {
        take_out(&mut text, member);
    }
    Cow::Owned(text)
}

/// Replaces the value after each place of a member, when it is a number or token up to the quote or comma behind it.
fn take_out(text: &mut String, member: &str) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(member)) {
        let start = from + at;
        from = start + member.len();
        // A member begins where an object or another member ends: `host:'` is not `t:'`.
        if !text.get(..start).is_some_and(|before| before.ends_with(['{', ',', ' ', '\n', '\t'])) {
            continue;
        }
        let rest = text.get(from..).unwrap_or_default();
        let length = rest.find(['"', '\'', ',', '}', ';']).unwrap_or(rest.len());
        let value = rest.get(..length).unwrap_or_default();
        let number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        let host = value.contains(['.', ':', '/']);
        if number || (!host && token::is_token(value, 512)) {
            text.replace_range(from..from + length, if number { "0" } else { TAKEN });
        }
    }
}
