//! What is taken out, what stays, and that twice is once.

use super::*;
use crate::model::Namespace;
use proptest::prelude::*;

fn with(name: &str, attributes: &[(&str, &str)]) -> Element {
    let attributes = attributes.iter().map(|(k, v)| (SmolStr::new(k), (*v).to_owned())).collect();
    let mut made = Element { name: SmolStr::new(name), namespace: Namespace::Html, attributes };
    element(&mut made);
    made
}

fn one(name: &str, key: &str, value: &str) -> String {
    with(name, &[(key, value)]).attribute(key).unwrap_or_default().to_owned()
}

#[test]
fn tokens_of_hidden_fields_go() {
    let field = |name: &str, value: &str| {
        let made = with("input", &[("type", "hidden"), ("name", name), ("value", value)]);
        made.attribute("value").map(str::to_owned).unwrap_or_default()
    };
    for (name, value) in [
        ("csrf_token", "d41d8cd98f00b204e9800998ecf8427e"),
        ("authenticity_token", "Zm9vYmFyYmF6+/9xYz0123456789abcdefABCDEF=="),
        ("__RequestVerificationToken", "CfDJ8Nq1xZ-abc_def0123456789"),
        ("_wpnonce", "0a1b2c3d4e"),
        ("__VIEWSTATE", "/wEPDwUKLTE2MTY2ODcyMmRk"),
        ("javax.faces.ViewState", "-1234567890123456789:1234567890123456789"),
        ("org.apache.struts.taglib.html.TOKEN", "0123456789abcdef0123456789abcdef"),
    ] {
        assert_eq!(field(name, value), "*", "{name}");
    }
    assert_eq!(field("page", "d41d8cd98f00b204e9800998ecf8427e").len(), 32);
    for hidden in [
        "javascript:alert(1)",
        "hacked by nobody",
        "<script>",
        "http://evil.example/?12",
        "https://evil66.example/x",
        "//evil66.example/x12",
        "evil66.example",
        "evil66.example:8080",
        "192.168.12.34",
        "/redirect/evil66/x12",
        "Admin12/Redirect/to/evil66/now1",
        "data:text/html;12",
    ] {
        assert_eq!(field("csrf_token", hidden), hidden);
    }
    for name in ["session_token_return", "csrf_token_url", "ticketEndpoint"] {
        assert_eq!(field(name, "0123456789abcdef"), "0123456789abcdef", "{name}");
    }
}

#[test]
fn a_token_keeps_the_class_of_its_length() {
    let field = |length: usize| {
        let value = "aB3".repeat(length / 3 + 1);
        let made = with("input", &[("type", "hidden"), ("name", "ticket"), ("value", &value[..length])]);
        made.attribute("value").map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(field(32), field(40));
    let classes = [32, 200, 2_000, 20_000, 480_000].map(field);
    assert_eq!(classes.iter().collect::<std::collections::BTreeSet<_>>().len(), 5);
    assert!(classes.iter().all(|class| class.len() <= 2), "{classes:?}");
}

#[test]
fn addresses_are_never_taken_for_tokens() {
    for (name, key, value) in [
        ("div", "data-ticket-url", "https://evil66.example/x"),
        ("div", "data-token", "https://evil66.example/x"),
        ("div", "data-token", "evil66.example/x12"),
        ("div", "data-csrf-endpoint", "0123456789abcdef"),
        ("div", "data-token-src", "0123456789abcdef"),
        ("a", "href", "/redirect?sid=https://evil66.example/"),
        ("a", "href", "/redirect?sid=evil66.example"),
        ("a", "href", "/view?h=0123456789abcdef"),
        ("img", "src", "/img.php?m=6666"),
        ("img", "src", "/view?h=0123456789abcdef"),
        ("img", "src", "/view?20240101"),
        ("script", "nonce", "https://evil66.example/x"),
    ] {
        assert_eq!(one(name, key, value), value, "{name} {key}");
    }
    let meta = with("meta", &[("name", "csrf-token-endpoint"), ("content", "0123456789abcdef")]);
    assert_eq!(meta.attribute("content"), Some("0123456789abcdef"));
}

#[test]
fn tokens_of_many_frameworks_go() {
    for token in [
        "7c2d4e5f.PVFtX3k2a1JxVGdOd0hWb0s.S2x3MnBqUlFvVXlUa0hOZ1E9",
        "globalToken~9d0c0b5a4e1f~4fb6aa01",
        "1763900000:0123456789abcdef0123456789abcdef",
        "Zm9vYmFyYmF6+/9xYz0123456789abcdefABCDEF==",
        "qZx81kLm/Tt0pQ9sVb2/aaB4+cYd7eFg",
        "MTczMTU1MDAwMC4w",
    ] {
        let made = with("input", &[("type", "hidden"), ("name", "csrf_token"), ("value", token)]);
        assert_eq!(made.attribute("value"), Some("*"), "{token}");
    }
}

#[test]
fn metas_and_nonces_go() {
    let meta = with("meta", &[("name", "csrf-token"), ("content", "Zm9vYmFy0123456789==")]);
    assert_eq!(meta.attribute("content"), Some("*"));
    let refresh = [("http-equiv", "refresh"), ("name", "csrf-token"), ("content", "0123456789")];
    assert_eq!(with("meta", &refresh).attribute("content"), Some("0123456789"));
    assert_eq!(with("script", &[("nonce", "r4nd0mN0nce=")]).attribute("nonce"), None);
    assert_eq!(with("script", &[("nonce", "say it")]).attribute("nonce"), Some("say it"));
}

#[test]
fn own_style_sheets_lose_what_refreshes_them_and_foreign_ones_keep_it() {
    let link = |rel: &str, href: &str| {
        with("link", &[("rel", rel), ("href", href)]).attribute("href").map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(link("stylesheet", "/css/style.css?v=1763900000123"), "/css/style.css?v=*");
    assert_eq!(link("shortcut icon", "favicon.ico?20260101"), "favicon.ico?*");
    for (rel, href) in [
        ("stylesheet", "https://cdn.example/style.css?v=20260101"),
        ("stylesheet", "//cdn.example/style.css?v=20260101"),
        ("stylesheet", "\\\\cdn.example/style.css?v=20260101"),
        ("stylesheet", "/css/style.php?theme=20260101"),
        ("preload", "/app.js?v=20260101"),
        ("stylesheet preload", "/app.css?v=20260101"),
        ("manifest", "/site.webmanifest?v=20260101"),
        ("alternate", "/feed?v=20260101"),
        ("canonical", "/?v=20260101"),
    ] {
        assert_eq!(link(rel, href), href, "{rel}");
    }
}

#[test]
fn urls_of_content_lose_noise_and_active_ones_keep_their_query() {
    assert_eq!(one("a", "href", "/a;jsessionid=0123456789ABCDEF.node1?x=1"), "/a;jsessionid=*?x=1");
    assert_eq!(one("a", "href", "/a?x=1&PHPSESSID=0123456789abcdef#top"), "/a?x=1&PHPSESSID=*#top");
    assert_eq!(one("a", "href", "/watch?v=12345678"), "/watch?v=12345678");
    assert_eq!(one("img", "src", "/logo.png?v=20240101"), "/logo.png?v=*");
    assert_eq!(one("img", "src", "/logo.png?20240101"), "/logo.png?*");
    assert_eq!(one("img", "src", "/logo.png?id=20240101"), "/logo.png?id=20240101");
    assert_eq!(
        one("form", "action", "/go;jsessionid=0123456789ABCDEF?sid=0123456789abcdef"),
        "/go;jsessionid=*?sid=0123456789abcdef"
    );
    for (name, key) in [("script", "src"), ("iframe", "src"), ("link", "href"), ("embed", "src"), ("object", "data")] {
        let url = "/a;jsessionid=0123456789ABCDEF?v=20240101&PHPSESSID=0123456789abcdef";
        assert_eq!(one(name, key, url), url);
    }
    for url in [
        "javascript:go('?sid=0123456789abcdef')",
        "java\tscript:go('?sid=0123456789abcdef')",
        "data:text/html,?sid=0123456789abcdef",
    ] {
        assert_eq!(one("a", "href", url), url);
    }
}

#[test]
fn protected_mail_reads_the_same_under_every_key() {
    let hidden = |key: u8| -> String {
        std::iter::once(key).chain("info@city.example".bytes().map(|b| b ^ key)).map(|b| format!("{b:02x}")).collect()
    };
    for key in [0x00, 0x17, 0xA5] {
        assert_eq!(one("span", "data-cfemail", &hidden(key)), "info@city.example");
        let href = format!("/cdn-cgi/l/email-protection#{}", hidden(key));
        assert_eq!(one("a", "href", &href), "/cdn-cgi/l/email-protection#info@city.example");
    }
    assert_eq!(one("span", "data-cfemail", "deadbeefdeadbeef"), "deadbeefdeadbeef");
}

#[test]
fn order_and_white_space_do_not_count() {
    assert_eq!(with("p", &[("id", "a"), ("class", " b  a b ")]), with("p", &[("class", "a b"), ("id", "a")]));
    assert_eq!(text("\n  a \t b　c\u{a0}", TextKind::Plain).as_deref(), Some("a b　c\u{a0}"));
    assert_eq!(text(" \n ", TextKind::Plain), None);
    assert_eq!(text(" a\n b", TextKind::Kept).as_deref(), Some(" a\n b"));
}

#[test]
fn comments_lose_their_times_only() {
    assert_eq!(
        comment(" generated 2024-01-02 03:04:05 in 0.123 seconds "),
        comment(" generated 2025-11-12 13:14:15 in 7.9 seconds ")
    );
    assert_eq!(comment(" column 2 of 3 "), " column 2 of 3 ");
    assert_eq!(comment("[if lt IE 9]> generated 12:13:14"), "[if lt IE 9]> generated 12:13:14");
}

#[test]
fn known_inline_blocks_have_one_form() {
    let cloudflare = |r: &str, t: &str| {
        let script = format!("(function(){{window['__CF$cv$params']={{r:'{r}',t:'{t}'}};a.src='/cdn-cgi/x.js'}})();");
        text(&script, TextKind::Script)
    };
    assert_eq!(cloudflare("8f0123456789abcd", "MTczMTU1MDAwMC4w"), cloudflare("8e9876543210fedc", "MTgzMTU3MDEyMC4x"));
    assert_ne!(cloudflare("8f0123456789abcd", "MTczMTU1MDAwMC4w"), cloudflare("'+alert(1)+'", "MTczMTU1MDAwMC4w"));
    let relic = |time: u32| {
        text(
            &format!("window.NREUM||(NREUM={{}});NREUM.info={{\"beacon\":\"b.example\",\"queueTime\":{time}}}"),
            TextKind::Script,
        )
    };
    assert_eq!(relic(1), relic(731));
    assert_eq!(text("var v = 12345678;", TextKind::Script).as_deref(), Some("var v = 12345678;"));
}

proptest! {
    #[test]
    fn twice_is_once(
        name in "a|img|form|input|meta|script|span|td",
        attributes in proptest::collection::vec(
            ("href|src|action|class|value|content|name|type|nonce|data-cfemail|data-token|id",
             "([a-z]{0,4}:)?[/a-z]{0,5}(;jsessionid=[0-9A-F]{0,20})?(\\?[a-z]{0,3}=?[0-9a-f&;=vsid]{0,30})?(#[0-9a-f]{0,12})?|hidden|csrf_token|[ a-c]{0,9}|[0-9a-f]{8,24}"),
            0..6),
        words in "[ \t\n\u{3000}a-c0-9:/.-]{0,40}( generated)?",
    ) {
        let pairs: Vec<(&str, &str)> = attributes.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let once = with(&name, &pairs);
        let mut twice = once.clone();
        element(&mut twice);
        prop_assert_eq!(&once, &twice);
        for kind in [TextKind::Plain, TextKind::Kept, TextKind::Script] {
            let once = text(&words, kind);
            prop_assert_eq!(once.as_deref().and_then(|t| text(t, kind)), once.clone());
        }
        prop_assert_eq!(comment(&comment(&words)), comment(&words));
    }
}
