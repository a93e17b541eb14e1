//! One indicator as people write it, defanged or not, to what it names.

use crate::model::{IndicatorKind, Words, is_public_suffix, words};
use std::net::IpAddr;
use url::{Host, Position, Url};

/// Longest value that is taken, in bytes.
const LONGEST: usize = 2 << 10;
/// Longest note that is kept, in bytes.
const LONGEST_NOTE: usize = 200;

/// What a value names.
///
/// # Errors
/// Why it names nothing that could be looked for.
pub(super) fn read(raw: &str) -> Result<(IndicatorKind, String), Words> {
    let text = refanged(raw.trim().trim_matches(['"', '\'', '`']));
    let text = text.trim_end_matches('.');
    if text.is_empty() || text.len() > LONGEST || text.contains(char::is_whitespace) {
        return Err(nothing(raw));
    }
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok((IndicatorKind::Sha256, text.to_ascii_lowercase()));
    }
    if let Ok(address) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return of_address(address);
    }
    if is_range(text) {
        return Err(words!(
            "'{text}' is a range of addresses, which is not looked for; write the addresses one by one",
            "「{text}」はアドレスの範囲であり、照合できません。アドレスを1つずつ書いてください"
        ));
    }
    match text.contains("://") || text.contains('/') {
        true => place(text),
        false => host(text),
    }
}

/// Whether a text is a range of addresses: `203.0.113.0/24`.
fn is_range(text: &str) -> bool {
    let short = |bits: &str| (1..=3).contains(&bits.len()) && bits.bytes().all(|byte| byte.is_ascii_digit());
    text.rsplit_once('/').is_some_and(|(address, bits)| short(bits) && address.parse::<IpAddr>().is_ok())
}

/// Written harmless by people, whole again.
fn refanged(text: &str) -> String {
    let text = text.replace("[.]", ".").replace("(.)", ".").replace("{.}", ".").replace("[dot]", ".");
    let text = text.replace("[:]", ":").replace("[://]", "://").replace("[/]", "/").replace("[@]", "@");
    let scheme = |from: &str, to: &str| {
        text.get(..from.len())
            .filter(|head| head.eq_ignore_ascii_case(from))
            .map(|_| format!("{to}{}", &text[from.len()..]))
    };
    let known = [("hxxps", "https"), ("hxxp", "http"), ("meow", "http"), ("h**p", "http")];
    known.into_iter().find_map(|(from, to)| scheme(from, to)).unwrap_or_else(|| text.clone())
}

fn nothing(raw: &str) -> Words {
    let shown = shown(raw);
    words!(
        "'{shown}' is no host, URL, address or SHA-256",
        "「{shown}」は、ホスト名・URL・アドレス・SHA-256のいずれでもありません"
    )
}

fn no_url(text: &str) -> Words {
    let shown = shown(text);
    words!("'{shown}' is no URL that could be looked for", "「{shown}」は、探せるURLではありません")
}

fn of_address(address: IpAddr) -> Result<(IndicatorKind, String), Words> {
    let odd = address.is_loopback() || address.is_unspecified() || address.is_multicast();
    if odd {
        return Err(words!(
            "{address} is no address of a host elsewhere",
            "{address} は外部のホストのアドレスではありません"
        ));
    }
    Ok((IndicatorKind::Address, address.to_string()))
}

fn host(text: &str) -> Result<(IndicatorKind, String), Words> {
    // Lists of ad blockers and certificates write names with a star before them.
    let name = text.trim_start_matches("*.").trim_start_matches('.');
    let (name, port) = name.rsplit_once(':').unwrap_or((name, ""));
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = Host::parse(name).ok().filter(|_| is_port);
    match parsed {
        Some(Host::Domain(domain)) => named(domain),
        // As people write one: a bare number is none, though browsers take it for one.
        Some(Host::Ipv4(address)) if name == address.to_string() => of_address(address.into()),
        Some(Host::Ipv6(address)) => of_address(address.into()),
        Some(Host::Ipv4(_)) | None => Err(nothing(text)),
    }
}

fn named(domain: String) -> Result<(IndicatorKind, String), Words> {
    if !domain.contains('.') || is_public_suffix(&domain) {
        return Err(words!(
            "'{domain}' belongs to everybody below it: name a domain that somebody registered",
            "「{domain}」は配下の全員のものです。誰かが登録したドメインを書いてください"
        ));
    }
    Ok((IndicatorKind::Host, domain))
}

fn place(text: &str) -> Result<(IndicatorKind, String), Words> {
    let absolute =
        if text.contains("://") { text.to_owned() } else { format!("http://{}", text.trim_start_matches('/')) };
    let url = Url::parse(&absolute)
        .ok()
        .filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https" | "ftp" | "ws" | "wss"));
    let Some(url) = url else { return Err(no_url(text)) };
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    Ok((IndicatorKind::Url, format!("{host}{}", &url[Position::AfterHost..Position::AfterQuery])))
}

/// A raw value in a message.
fn shown(raw: &str) -> String {
    raw.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// What a source says, short and on one line.
pub(super) fn note(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim();
    line[..line.floor_char_boundary(LONGEST_NOTE)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use IndicatorKind::{Address, Host, Sha256, Url};

    #[test]
    fn people_write_them_in_many_ways() {
        let digest = "A".repeat(64);
        let cases = [
            ("evil.example", Host, "evil.example"),
            ("  EVIL[.]example. ", Host, "evil.example"),
            ("*.evil.example", Host, "evil.example"),
            ("evil.example:8080", Host, "evil.example"),
            ("悪い.example", Host, "xn--u9jwf0f.example"),
            ("hxxps://evil[.]example/a/b.js?x=1#y", Url, "evil.example/a/b.js?x=1"),
            ("evil.example/kit/", Url, "evil.example/kit/"),
            ("http://evil.example:8080/x", Url, "evil.example:8080/x"),
            ("192.0.2.7", Address, "192.0.2.7"),
            ("192[.]0[.]2[.]7", Address, "192.0.2.7"),
            ("2001:db8::1", Address, "2001:db8::1"),
            (digest.as_str(), Sha256, &"a".repeat(64)),
        ];
        for (raw, kind, value) in cases {
            let (found, text) = read(raw).unwrap_or_else(|why| panic!("{raw}: {}", why.en));
            assert_eq!(found, kind, "{raw}");
            if !raw.contains("悪い") {
                assert_eq!(text, value, "{raw}");
            } else {
                assert!(text.starts_with("xn--"), "{text}");
            }
        }
    }

    #[test]
    fn what_would_hit_everybody_or_nothing_is_refused() {
        for raw in [
            "",
            "com",
            "lg.jp",
            "co.jp",
            "localhost",
            "127.0.0.1",
            "0.0.0.0",
            "two words",
            "mailto:x@y.example",
            "javascript://x",
        ] {
            assert!(read(raw).is_err(), "{raw}");
        }
        assert!(read(&"a".repeat(10_000)).is_err());
    }
}
