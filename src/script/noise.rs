//! What each request makes anew in the literals of scripts: times, digests, UUIDs, tokens. It can act on nobody.

use super::shape::{is_date, is_named, tells};
use super::text;
use super::tokens::{Kind, Tokens};
use super::words::is_readable;

/// Fewest characters of a run of letters and digits that is taken for a token inside of a text.
const MIN_TOKEN: usize = 32;
/// Fewest hexadecimal digits of one.
const MIN_DIGEST: usize = 16;

/// A literal without what each request makes anew: a time anywhere; a digest or token as a whole where its name says so or
/// in a selector of elements; inside a longer text anywhere. None when it holds nothing of that.
pub(super) fn left_out(tokens: &Tokens, at: usize) -> Option<String> {
    match tokens.kind(at)? {
        Kind::Number => is_time(tokens.raw(at)).then(String::new),
        Kind::Text => {
            let content = tokens.content(at)?;
            let selects = |text: &str| text.starts_with(['#', '.']) && !text.contains('/');
            let joined = tokens.before(at) == "+" && tokens.content(at.saturating_sub(2)).is_some_and(selects);
            let whole = is_digest(content) || is_ticket(content) || (is_run(content) && uuid(content).is_none());
            match is_time(content) || is_stamp(content) || (whole && (joined || is_named(tokens, at))) {
                true => Some(String::new()),
                false if whole => None,
                false => without(content),
            }
        }
        Kind::Name | Kind::Template | Kind::Pattern | Kind::Mark => None,
    }
}

/// A text without the digests and tokens in it, an address of the site itself without the times in its query; none when there
/// are none. In other addresses nothing is left out.
pub(super) fn without(content: &str) -> Option<String> {
    if content.starts_with('/') && !content.contains('<') {
        return without_times(content);
    }
    if content.len() < MIN_DIGEST || content.contains("//") {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_+/=".contains(c);
    let (mut rest, mut left, mut found) = (content, String::new(), false);
    while !rest.is_empty() {
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (run, tail) =
            rest.split_at(if length == 0 { rest.chars().next().map_or(1, char::len_utf8) } else { length });
        let kept = run_without(run);
        found |= kept.is_some();
        left.push_str(kept.as_deref().unwrap_or(run));
        rest = tail;
    }
    found.then(|| if is_written_date(&left) { String::new() } else { left })
}

/// Whether nothing is left of a text but a date, as in `,27 Mar 2020 05:15:05 -0000`.
fn is_written_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let fits =
        |word: &str| word.bytes().all(|b| b.is_ascii_digit()) || MONTHS.contains(&word.to_ascii_lowercase().as_str());
    text.is_ascii() && text.len() <= 40 && words.all(fits)
}

/// A run of letters, digits and their marks without a token; none when there is none in it.
fn run_without(run: &str) -> Option<String> {
    if let Some(at) = uuid(run) {
        return Some([&run[..at], "-", &run[at + 36..]].concat());
    }
    let digest = run.strip_prefix("0x").unwrap_or(run);
    let is_digest = |text: &str| text.len() >= MIN_DIGEST && is_digest(text);
    match run.rsplit_once(['-', '_', '=']) {
        _ if is_digest(digest) => Some(String::new()),
        Some((name, digest)) if is_digest(digest) => Some(name.to_owned()),
        _ => (run.len() >= MIN_TOKEN && is_run(run)).then(String::new),
    }
}

/// Where a UUID stands in a run.
fn uuid(run: &str) -> Option<usize> {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let fits = |at: &usize| {
        let text = &run[*at..at + 36];
        text.split('-').map(str::len).eq(GROUPS) && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    };
    (0..(run.len() + 1).checked_sub(36)?.min(256)).find(fits)
}

/// An address of the site itself without the times and counters in its query; none when there are none.
fn without_times(path: &str) -> Option<String> {
    let (path, query) = path.split_once('?').filter(|_| !path.starts_with("//"))?;
    let is_count = |value: &str| {
        let digits = value.trim_start_matches('-');
        (1..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let is_stamp = |name: &str| matches!(name, "t" | "_" | "ts" | "v" | "ver" | "time" | "rnd" | "rand" | "cb");
    let mut found = false;
    let kept = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_stamp(name) && is_count(value) => {
            found = true;
            name
        }
        _ => pair,
    });
    let kept: Vec<&str> = kept.collect();
    found.then(|| [path, "?", &kept.join("&")].concat())
}

/// A signed ticket, as JOSE writes it (RFC 7515, 7516): base64url of `{"`, then three or five parts with dots between them.
fn is_ticket(content: &str) -> bool {
    let parts = content.split('.').count();
    let coded = content.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    content.starts_with("eyJ") && matches!(parts, 3 | 5) && coded
}

/// Letters of both cases and digits without any order, that decode to no text.
fn is_run(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.bytes().any(|b| kind(&b));
    let coded = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+/=".contains(&b));
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let begins =
        text.starts_with('/') || ["pk_", "sk_", "rk_", "0x", "bc1"].iter().any(|purse| text.starts_with(purse));
    (20..=4096).contains(&text.len()) && coded && mixed && !begins && !tells(text)
}

/// A time in seconds or milliseconds since 1970.
fn is_time(number: &str) -> bool {
    let time =
        |digits: usize| number.len() == digits && number.get(..2).is_some_and(|first| ("14".."22").contains(&first));
    number.bytes().all(|b| b.is_ascii_digit()) && (time(10) || time(13))
}

/// A date with a time.
fn is_stamp(content: &str) -> bool {
    content.len() >= 16 && content.contains(':') && content.contains(['-', '/']) && is_date(content)
}

/// Hexadecimal digits with numbers and letters among them, also in the groups of a UUID, that decode to no text.
pub(super) fn is_digest(text: &str) -> bool {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let coded = digits.bytes().all(|b| b.is_ascii_hexdigit());
    let mixed = digits.bytes().any(|b| b.is_ascii_digit()) && digits.bytes().any(|b| b.is_ascii_alphabetic());
    coded && mixed && (8..=128).contains(&digits.len()) && !text::hex(&digits).is_some_and(|s| is_readable(&s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_makes_anew_is_left_out_of_texts() {
        for (text, left) in [
            ("searchFieldb5dee991-68e3-4139-a5cd-f31c6edc9cea", "searchField-"),
            ("#e b5dee991-68e3-4139-a5cd-f31c6edc9cea .x", "#e - .x"),
            ("CssLink-5a533b119c014192b4e38418f169fa1e", "CssLink"),
            ("0x7091474FA9D0D8FAE03953CF22183E65623D8E07B1226444,27 Mar 2020 05:14:05 -0000", ""),
            ("<input value=\"sFUkFdUNEoXvIDNuldAwUz3EAEDZwq6iphMAghk23l_nqZ1mX5XB6_\">", "<input value=\"\">"),
            ("/style/menu.xsl?t=-3155763367&x=1", "/style/menu.xsl?t&x=1"),
        ] {
            assert_eq!(without(text).as_deref(), Some(left), "{text}");
        }
    }

    #[test]
    fn what_could_act_stays() {
        for text in [
            "https://a.example/5a533b119c014192b4e38418f169fa1e",
            "//a.example/?t=1714521600",
            "/go?to=123456",
            "/go?t=evil.example",
            "<b>3c7363726970743e616c657274283129</b>",
            "key aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYS5qcz94PTE x",
            "pay pk_live_51AbCdEf0123456789abcdefGHIJ now",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq X1",
            "words without anything of the kind in them",
        ] {
            assert_eq!(without(text), None, "{text}");
        }
    }
}
