//! What fields and attributes with per-request tokens are called.

/// Longest name of such a field, in bytes.
const LONGEST: usize = 64;

/// Names, and last words of names, that say token, lower-case and without what joins words.
const TOKENS: &[&str] = &[
    "token",
    "csrf",
    "xsrf",
    "nonce",
    "wpnonce",
    "ticket",
    "viewstate",
    "eventvalidation",
    "previouspage",
    "antiforgery",
    "authenticitytoken",
    "requestverificationtoken",
    "csrftoken",
    "xsrftoken",
    "csrfmiddlewaretoken",
    "csrfname",
    "csrfvalue",
    "csrfkey",
    "csrftestname",
    "strutstoken",
    "strutstokenname",
    "formtoken",
    "formbuildid",
    "formkey",
    "securitytoken",
    "sessiontoken",
    "sesstoken",
    "pagetoken",
    "posttoken",
    "requesttoken",
    "onetimetoken",
    "transactionid",
    "transactiontoken",
    "sessid",
    "phpsessid",
    "jsessionid",
    "sessionid",
    "ethnatoken",
    "ethnacsrf",
    "utoken",
    "ptoken",
    "tokenid",
    "tokenkey",
    "uniqid",
    "uniqueid",
    "requestid",
    "timestamp",
];

/// Last words that say token only together with one of [`BESIDE`].
const ALONE: &[&str] = &["token", "ticket"];

/// Words that stand beside a token without saying that it is anything else.
const BESIDE: &[&str] = &[
    "apache",
    "authenticity",
    "cake",
    "ccm",
    "ci",
    "csrf",
    "ethna",
    "faces",
    "form",
    "fuel",
    "g",
    "global",
    "html",
    "javax",
    "laravel",
    "middleware",
    "one",
    "org",
    "page",
    "post",
    "request",
    "requested",
    "security",
    "sess",
    "session",
    "struts",
    "taglib",
    "time",
    "transaction",
    "verification",
    "wp",
    "x",
    "xoops",
    "xsrf",
    "yii",
];

/// Words of names that say that a value leads somewhere or does something, whatever else they say.
const LEADS: &[&str] = &[
    "url", "uri", "urls", "href", "src", "link", "links", "endpoint", "host", "domain", "path", "action", "api",
    "return", "redirect", "next", "goto", "back", "target", "callback", "location", "origin", "referer", "referrer",
    "site", "server", "script", "code", "html5", "file", "image", "img",
];

/// Whether a field of this name holds a per-request token. Names are read word by word: `session_token` is one,
/// `session_token_return` and `csrf-token-endpoint` are not.
pub(super) fn is_token(name: &str) -> bool {
    if name.len() > LONGEST || name.len() < 4 {
        return false;
    }
    let mut words = words(name);
    words.retain(|word| word != "data");
    if words.iter().any(|word| LEADS.contains(&word.as_str())) {
        return false;
    }
    let named = |words: &[String]| TOKENS.contains(&words.concat().as_str());
    // The longest end that is a name; what stands before it may only say which token it is.
    (0..words.len()).any(|from| words.get(from..).is_some_and(named) && fits(&words, from))
}

/// Whether the words before the name at `from` leave it a token.
fn fits(words: &[String], from: usize) -> bool {
    let (before, name) = words.split_at(from);
    let weak = name.len() == 1 && name.iter().any(|word| ALONE.contains(&word.as_str()));
    let known = |word: &String| BESIDE.contains(&word.as_str()) || TOKENS.contains(&word.as_str());
    let says_more = before.iter().any(|word| matches!(word.as_str(), "csrf" | "xsrf"));
    !weak || says_more || before.iter().all(known)
}

/// The words of a name, lower-case: parted by signs, digits and the capitals of camel case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for c in name.chars() {
        let begins = !previous.is_ascii_alphabetic() || (previous.is_ascii_lowercase() && c.is_ascii_uppercase());
        if c.is_ascii_alphabetic() {
            match words.last_mut() {
                Some(word) if !begins => word.push(c.to_ascii_lowercase()),
                _ => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        previous = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tokens() {
        for name in [
            "csrf_token",
            "authenticity_token",
            "__RequestVerificationToken",
            "_wpnonce",
            "__VIEWSTATE",
            "__VIEWSTATE1",
            "__EVENTVALIDATION",
            "javax.faces.ViewState",
            "org.apache.struts.taglib.html.TOKEN",
            "csrfmiddlewaretoken",
            "form_build_id",
            "YII_CSRF_TOKEN",
            "_csrfToken",
            "csrf-token",
            "data-csrf-token",
            "mycity_csrf_token",
            "csrf_test_name",
            "_TRANSACTION_TOKEN",
            "XOOPS_G_TICKET",
            "ccm_token",
            "token",
            "timestamp",
            "PHPSESSID",
        ] {
            assert!(is_token(name), "{name}");
        }
    }

    #[test]
    fn names_that_say_more() {
        for name in [
            "session_token_return",
            "csrf-token-endpoint",
            "data-ticket-url",
            "csrf-param",
            "data-ticket-src",
            "tokenUrl",
            "token_host",
            "csrf_token_redirect",
            "map-token",
            "event-ticket",
            "page",
            "announce",
            "viewstatement",
        ] {
            assert!(!is_token(name), "{name}");
        }
    }
}
