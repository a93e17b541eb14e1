//! Names, tags, mail addresses and URLs: what may stand in them.

use super::mistake::{Complaint, hidden_character, quoted};
use smol_str::SmolStr;
use url::Url;

/// Longest name or reason, in characters.
const MAX_NAME: usize = 200;
/// Longest tag, in characters.
const MAX_TAG: usize = 64;
/// Longest URL, in bytes.
const MAX_URL: usize = 2_048;
/// Longest mail address (RFC 5321, 4.5.3.1.3 without the angle brackets).
const MAX_MAIL: usize = 254;

/// A name or a reason: one line that is not empty.
pub(super) fn name(text: &str) -> Result<String, Complaint> {
    if text.trim().is_empty() {
        return Err(Complaint::new(["this is empty", "空です"], ["write a name", "名前を書いてください"]));
    }
    if text.chars().any(hidden_character) || text.chars().count() > MAX_NAME {
        return Err(Complaint::new(
            [
                format!("this has more than {MAX_NAME} characters or an invisible one"),
                format!("{MAX_NAME} 文字を超えるか、見えない文字を含んでいます"),
            ],
            ["write one short line", "短い一行で書いてください"],
        ));
    }
    Ok(text.trim().to_owned())
}

/// A tag: one word.
pub(super) fn tag(text: &str) -> Result<SmolStr, Complaint> {
    let bad = |c: char| c.is_whitespace() || hidden_character(c) || matches!(c, ',' | ';' | '"');
    if text.is_empty() || text.chars().any(bad) || text.chars().count() > MAX_TAG {
        let shown = quoted(text);
        return Err(Complaint::new(
            [format!("`{shown}` is no tag"), format!("`{shown}` はタグとして使えません")],
            [
                format!("write one word of at most {MAX_TAG} characters without spaces, commas, semicolons or quotes"),
                format!("空白・コンマ・セミコロン・引用符を含まない {MAX_TAG} 文字以内の一語にしてください"),
            ],
        ));
    }
    Ok(SmolStr::new(text))
}

/// A mail address: dot-atom, `@`, host name (RFC 5321, without quoted and literal forms, which only serve tricks).
pub(super) fn mail(text: &str) -> Result<String, Complaint> {
    if is_mail(text) {
        return Ok(text.to_owned());
    }
    let shown = quoted(text);
    Err(Complaint::new(
        [format!("`{shown}` is no mail address"), format!("`{shown}` はメールアドレスとして使えません")],
        [
            "write the bare address, such as \"web@city.example\"; a Japanese domain in its xn-- form",
            "\"web@city.example\" のようにアドレスだけを書いてください。日本語ドメインは xn-- の形で書きます",
        ],
    ))
}

fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |part: &str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        !part.is_empty() && part.bytes().all(fits)
    };
    let named = domain == "localhost" || (domain.contains('.') && !domain.ends_with(|c: char| c.is_ascii_digit()));
    text.len() <= MAX_MAIL
        && local.len() <= 64
        && local.split('.').all(atom)
        && named
        && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(fits) && !label.starts_with('-') && !label.ends_with('-')
}

/// The URL of a page: http or https, with a host, without user name, password and fragment.
pub(super) fn page_url(text: &str) -> Result<Url, Complaint> {
    let url = url(text, &["http", "https"])?;
    if url.fragment().is_some() {
        return Err(Complaint::new(
            ["the part after `#` never reaches the server", "# の後はサーバーに届きません"],
            ["take `#` and what follows out", "# から後を消してください"],
        ));
    }
    Ok(url)
}

/// A URL of one of some schemes, with a host and without user name and password. No message quotes the text.
pub(super) fn url(text: &str, schemes: &[&str]) -> Result<Url, Complaint> {
    if text.len() > MAX_URL || text.chars().any(|c| c.is_whitespace() || c == '\\' || hidden_character(c)) {
        return Err(bad_url(
            &format!("it has a space, a backslash or more than {MAX_URL} bytes"),
            &format!("空白や \\ を含むか、{MAX_URL} バイトを超えています"),
            schemes,
        ));
    }
    let url = Url::parse(text).map_err(|e| bad_url(&e.to_string(), "URL として読めません", schemes))?;
    // The parser forgives a missing slash; a person who wrote `http:/www` meant something else.
    let written = text.get(url.scheme().len()..).unwrap_or_default();
    if schemes.contains(&url.scheme()) && !written.starts_with("://") {
        return Err(bad_url("`://` is missing", "`://` がありません", schemes));
    }
    if !schemes.contains(&url.scheme()) {
        let scheme = quoted(url.scheme());
        return Err(bad_url(&format!("its scheme is `{scheme}`"), &format!("`{scheme}:` で始まっています"), schemes));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(bad_url("it has no host", "ホスト名がありません", schemes));
    }
    if has_userinfo(&url) {
        return Err(Complaint::new(
            ["a user name or password stands in this URL", "URL にユーザー名かパスワードが入っています"],
            [
                "take everything before `@` out; no secret belongs into this file",
                "@ より前を消してください。このファイルに秘密は書けません",
            ],
        ));
    }
    Ok(url)
}

/// Whether a user name or password stands in a URL.
pub(super) fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn bad_url(en: &str, ja: &str, schemes: &[&str]) -> Complaint {
    let first = schemes.last().copied().unwrap_or("https");
    let all = schemes.join(", ");
    Complaint::new(
        [format!("this URL cannot be used: {en}"), format!("この URL は使えません: {ja}")],
        [
            format!("write a full URL such as \"{first}://www.city.example\" (schemes: {all})"),
            format!("\"{first}://www.city.example\" のような完全な URL を書いてください (使える形式: {all})"),
        ],
    )
}

/// One of a few words.
pub(super) fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, Complaint> {
    choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let all = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let shown = quoted(text);
        Complaint::new(
            [format!("`{shown}` is not known here"), format!("`{shown}` はここでは使えません")],
            [format!("write one of {all}"), format!("{all} のどれかを書いてください")],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_hold_nothing_that_breaks_a_head() {
        for good in ["web@city.example", "a.b+c@x-y.example", "root@localhost", "web@xn--wgv71a.example"] {
            assert!(mail(good).is_ok(), "{good} was refused");
        }
        for bad in [
            "",
            "@",
            "a@",
            "@b.example",
            "a@b",
            "a b@c.example",
            "a@b.example\r\nBcc: x@y.example",
            "A <a@b.example>",
            "a@b..example",
            "a..b@c.example",
            "a@-b.example",
            "\"a\"@b.example",
            "a@[192.0.2.1]",
            "a@192.0.2.1",
            "a@日本.example",
            "a@b@c.example",
            "a,b@c.example",
        ] {
            assert!(mail(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn page_urls_are_plain() {
        for good in ["https://www.city.example/", "http://192.0.2.1:8080/a?b=c", "https://例え.example/"] {
            assert!(page_url(good).is_ok(), "{good} was refused");
        }
        for bad in [
            "",
            "www.city.example",
            "ftp://a.example/",
            "file:///etc/passwd",
            "https://u:p@a.example/",
            "https://u@a.example/",
            "https://a.example/#top",
            "https://a.example/\nb",
            "https:\\\\a.example/",
            "https:/a.example/",
            "https:a.example",
            "javascript:alert(1)",
            "https://",
            "data:text/html,x",
            "https://a b/",
        ] {
            assert!(page_url(bad).is_err(), "{bad:?} was taken");
        }
        let refused = page_url("https://user:hunter2@a.example/").expect_err("refused");
        assert!(!format!("{refused:?}").contains("hunter2"));
    }
}
