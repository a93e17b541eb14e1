//! What acts, where it leads and where it stands.

use super::super::{Options, page};
use crate::model::{ActiveItem, ActiveKind, Page, Position};
use url::Url;

fn at(url: &str, html: &str) -> Page {
    let url = Url::parse(url).expect("url");
    page(html.as_bytes(), &Options { url: Some(&url), ..Options::default() })
}

fn read(html: &str) -> Page {
    at("https://www.city.example/a/index.html", html)
}

fn kinds(html: &str) -> Vec<(ActiveKind, String)> {
    read(html).active.into_iter().map(|item| (item.kind, item.value)).collect()
}

fn only(html: &str) -> ActiveItem {
    let mut active = read(html).active;
    assert_eq!(active.len(), 1, "{html}: {active:?}");
    active.remove(0)
}

#[test]
fn each_kind_is_found() {
    use ActiveKind::*;
    let cases: &[(&str, ActiveKind, &str)] = &[
        ("<script>a()</script>", InlineScript, "a()"),
        ("<script src=b.js?v=1></script>", LinkedScript, "https://www.city.example/a/b.js?v=1"),
        ("<script type=module src=//CDN.example/x></script>", LinkedScript, "https://cdn.example/x"),
        ("<script language=JavaScript1.2>a()</script>", InlineScript, "a()"),
        ("<svg><script xlink:href=/x.js></script></svg>", LinkedScript, "https://www.city.example/x.js"),
        ("<iframe src='https://evil.example/?a=1'></iframe>", Frame, "https://evil.example/?a=1"),
        ("<iframe srcdoc='<p>x'></iframe>", Frame, "<p>x"),
        ("<frameset><frame src=menu.html>", Frame, "https://www.city.example/a/menu.html"),
        ("<object data=x.swf></object>", Object, "https://www.city.example/a/x.swf"),
        ("<embed src=x.swf>", Object, "https://www.city.example/a/x.swf"),
        ("<form action=/go?x=1></form>", Form, "https://www.city.example/go?x=1"),
        ("<button formaction=//evil.example/>x</button>", Form, "https://evil.example/"),
        ("<base href=https://evil.example/>", Base, "https://evil.example/"),
        ("<meta http-equiv=Refresh content='0;url=/x'>", MetaRefresh, "https://www.city.example/x"),
        ("<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">", MetaPolicy, "default-src 'self'"),
        ("<p onMouseOver='a()'>x</p>", EventHandler, "a()"),
        ("<link rel=stylesheet href=https://evil.example/a.css>", Stylesheet, "https://evil.example/a.css"),
        ("<style>@import url(//evil.example/a.css);</style>", Stylesheet, "https://evil.example/a.css"),
        ("<p style='width: expression(a())'>x</p>", Stylesheet, "expression(a())"),
        ("<link rel=manifest href=/m.json>", ServiceWorker, "https://www.city.example/m.json"),
        ("<script type=importmap>{}</script>", ImportMap, "{}"),
        ("<link rel='dns-prefetch' href=//cdn.example>", Preload, "https://cdn.example/"),
    ];
    for (html, kind, value) in cases {
        let item = only(html);
        assert_eq!((item.kind, item.value.as_str()), (*kind, *value), "{html}");
    }
}

#[test]
fn what_only_shows_is_content() {
    for html in [
        "<script type=application/ld+json>{\"a\":1}</script>",
        "<script type=text/template><p onclick=x></script>",
        "<link rel=stylesheet href=/a.css><link rel=icon href='data:image/svg+xml,<svg/>'>",
        "<img src='data:image/svg+xml,<svg onload=x>'>",
        "<p one-two=a on=b on1=c data-on=d style='scroll-behavior:smooth'>x</p>",
        "<title><script>a()</script></title>",
        "<a href='/x?javascript:a()'>x</a><a href='mailto:a@b.example'>x</a>",
        "<link rel=preload href=/a.woff as=font><style>p{color:red}</style>",
    ] {
        assert_eq!(kinds(html), [], "{html}");
    }
}

#[test]
fn script_urls_are_read_as_browsers_read_them() {
    for raw in [
        "javascript:alert(1)",
        " \u{1}JavaScript:alert(1)",
        "java\tscr\nipt:alert(1)",
        "&#106;avascript&colon;alert(1)",
        "javascript:%61lert(1)",
    ] {
        for html in [format!("<a href=\"{raw}\">x</a>"), format!("<svg><a xlink:href=\"{raw}\">x</a></svg>")] {
            let item = only(&html);
            assert_eq!((item.kind, item.value.as_str()), (ActiveKind::ScriptUrl, "javascript:alert(1)"), "{html}");
        }
    }
    let data = only("<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>");
    assert_eq!(data.value, "data:text/html;base64,PHNjcmlwdD4=");
    let found = kinds("<iframe src='data:text/html,x'></iframe>");
    assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [ActiveKind::Frame, ActiveKind::ScriptUrl]);
    assert_eq!(only("<svg><set attributeName=href to=javascript:a() /></svg>").kind, ActiveKind::ScriptUrl);
}

#[test]
fn hosts_are_own_or_foreign() {
    let foreign = |url: &str, src: &str| at(url, &format!("<script src={src}></script>")).active[0].foreign;
    assert!(!foreign("https://www.city.example/", "https://static.city.example/x"));
    assert!(foreign("https://www.city.example/", "https://evil.example.net/x"));
    assert!(foreign("https://www.pref.saitama.lg.jp/", "https://www.city.saitama.lg.jp/x"));
    let unknown = |head: &str| {
        let html = format!("<head>{head}</head><script src=https://a.city.example/x></script>");
        page(html.as_bytes(), &Options::default()).active.pop().expect("script").foreign
    };
    assert!(unknown(""));
    assert!(!unknown("<link rel=canonical href=https://www.city.example/>"));
    assert!(!unknown("<meta property=og:url content=https://www.city.example/x>"));
    assert!(!unknown("<base href=https://www.city.example/>"));
}

#[test]
fn the_base_moves_relative_urls() {
    let page = read("<base href=https://evil.example/b/><script src=x.js></script>");
    assert_eq!(page.active[1].value, "https://evil.example/b/x.js");
    assert!(page.active[1].foreign);
    assert_eq!(page.active[1].host.as_deref(), Some("evil.example"));
}

#[test]
fn a_long_base_is_not_repeated_in_each_url() {
    let page_with = |filler: &str| {
        let base = format!("https://evil.example/{}/", filler.repeat(1 << 20));
        read(&format!("<base href='{base}'>{}", "<script src=x></script>".repeat(10_000)))
    };
    let page = page_with("A");
    assert_eq!(page.active.len(), 10_001);
    assert!(page.active.iter().all(|item| item.host.as_deref() == Some("evil.example") && item.foreign));
    let bytes: usize = page.active.iter().map(|item| item.value.len()).sum();
    assert!(bytes < 4 << 20, "{bytes}");
    assert_ne!(page.active[1].identity, page_with("B").active[1].identity);
    assert_ne!(page.active[0].identity, page_with("B").active[0].identity);
    let address = format!("https://www.city.example/a/?q={}", "q".repeat(1 << 20));
    assert_eq!(at(&address, "<script src=x></script>").active[0].value, "https://www.city.example/a/x");
    let address = format!("https://user:{0}@www.city.example/{0}", "q".repeat(1 << 20));
    let page = at(&address, &"<script src=x></script>".repeat(10_000));
    assert!(page.active.iter().all(|item| !item.foreign && item.value.len() < 4096));
}

#[test]
fn a_long_url_keeps_its_host_and_a_digest() {
    let of = |end: &str| {
        let long = "a".repeat(100_000);
        only(&format!("<script src='https://user:{long}@evil.example/{long}{end}'></script>"))
    };
    let item = of("1");
    assert_eq!(item.host.as_deref(), Some("evil.example"));
    assert!(item.foreign && item.value.starts_with("https://evil.example/a") && item.value.len() < 1000);
    assert_ne!((&item.identity, &item.value), (&of("2").identity, &of("2").value));
}

#[test]
fn the_values_of_a_page_have_a_budget() {
    let limits = super::super::Limits { bytes: 2000, ..super::super::Limits::default() };
    let url = Url::parse(&format!("https://www.city.example/{}/", "a".repeat(1500))).expect("url");
    let html = "<script src=x></script>".repeat(80);
    let page = page(html.as_bytes(), &Options { url: Some(&url), limits, ..Options::default() });
    assert_eq!(page.cut, Some(crate::model::Cut::Bytes));
    assert_eq!(page.active.len(), 80);
    assert!(page.active.iter().all(|item| item.identity == page.active[0].identity && !item.foreign));
    assert!(page.active[10].value.starts_with("https://www.city.example/aaa") && page.active[10].value.len() < 400);
}

#[test]
fn scripts_inside_scripts_do_not_multiply_their_text() {
    let inside = format!("{}{}", "<script>".repeat(400), "a".repeat(1 << 20));
    let page = read(&format!("<svg>{inside}"));
    assert_eq!(page.active.iter().map(|item| item.value.len()).sum::<usize>(), 1 << 20);
}

#[test]
fn a_class_limited_to_many_tags_is_looked_up_once() {
    let limits: String = (0..30_000).map(|n| format!("q{n}.a,")).collect();
    let tags = "<i class=a>".repeat(60_000);
    let page = read(&format!("<style>{limits}p.a{{display:none}}</style>{tags}<iframe src=/x></iframe>"));
    assert!(page.active.iter().all(|item| !item.hidden));
}

#[test]
fn positions_are_those_of_the_source() {
    let position = |html: &str| {
        let page = read(html);
        page.active.iter().find(|item| item.value.ends_with("evil()")).map(|item| item.position).expect(html)
    };
    let s = "<script>evil()</script>";
    let b = "<p>a</p><p>b</p>";
    for (html, expected) in [
        (format!("{s}<!doctype html><html><head></head><body>{b}</body></html>"), Position::BeforeHtml),
        (format!("<!doctype html>{s}<html><head></head><body>{b}</body></html>"), Position::BeforeHtml),
        (format!("<html><head>{s}<meta name=x></head><body>{b}</body></html>"), Position::HeadStart),
        (format!("<html><head><meta name=x><title>t</title>{s}</head><body>{b}</body></html>"), Position::InTitle),
        (format!("<html><head><meta name=x><title>t</title><meta>{s}</head><body>{b}"), Position::Head),
        (format!("<html><head><title>t</title></head>{s}<body>{b}</body></html>"), Position::BetweenHeadAndBody),
        (format!("<html><head></head><body>{s}{b}</body></html>"), Position::BodyStart),
        (format!("<html><head></head><body><p>x</p>{s}{b}</body></html>"), Position::Content),
        (format!("<html><head></head><body>{b}{s}</body></html>"), Position::BodyEnd),
        (format!("<html><head></head><body>{b}<div>{s}</div></body></html>"), Position::BodyEnd),
        (format!("<html><head></head><body>{b}</body>{s}</html>"), Position::AfterBody),
        (format!("<html><head></head><body>{b}</body></html>{s}"), Position::AfterBody),
        (format!("<!doctype html><title>t</title><p>a</p>{s}<p>b</p>"), Position::Content),
    ] {
        assert_eq!(position(&html), expected, "{html}");
    }
}

#[test]
fn hidden_things_are_known() {
    for (before, after) in [
        ("<div style='display:none'>", "</div>"),
        ("<div style='Position:Absolute; left:-9999px'><p>", "</p></div>"),
        ("<div hidden>", "</div>"),
        ("<style>.q{color:red} div.zz, .aa { visibility : hidden }</style><div class='b zz'>", "</div>"),
        ("<style>@media print{.y{color:red}} @media screen{#x{display:none}}</style><div id=x>", "</div>"),
        ("<div style='height:0;overflow:hidden'>", "</div>"),
        ("<div style='opacity:0'>", "</div>"),
    ] {
        let html = format!("{before}<iframe src=https://evil.example/></iframe>{after}");
        let page = read(&html);
        let frame = page.active.iter().find(|item| item.kind == ActiveKind::Frame).expect("frame");
        assert!(frame.hidden, "{html}");
        assert_eq!(page.active[0].kind, ActiveKind::Hidden, "{html}");
    }
    for attribute in ["width=1 height=1", "height=0", "style='width:1px'", "style='visibility:hidden'", "hidden"] {
        assert!(only(&format!("<iframe {attribute} src=/x></iframe>")).hidden, "{attribute}");
    }
    for shown in ["width=100% height=300", "style='height:1.5em;width:90%'", "class=zz", "style='opacity:0.9'"] {
        assert!(
            !only(&format!("<style>@media print{{.zz{{display:none}}}}</style><iframe {shown} src=/x></iframe>"))
                .hidden
        );
    }
}

#[test]
fn hidden_elements_count_when_they_hold_something() {
    let hide = |inside: &str| kinds(&format!("<div style=display:none>{inside}</div>")).len();
    assert_eq!(hide("<p>短い</p><a href=/x>y</a>"), 0);
    assert_eq!(hide("<a href=https://casino.invalid/>y</a>"), 1);
    assert_eq!(hide(&"文".repeat(400)), 1);
    assert_eq!(hide("<form></form>"), 2);
    let of = |host: &str| only(&format!("<div style=display:none>x<a href=https://{host}/>y</a></div>")).identity;
    assert_ne!(of("a.invalid"), of("b.invalid"));
}

#[test]
fn noscript_is_known_and_holds_elements() {
    let page = read("<body><noscript><iframe src=https://tag.example/ns.html?id=GTM-X></iframe></noscript>");
    assert!(page.active[0].noscript);
    let page = read("<head><noscript><meta http-equiv=refresh content='0;url=/x'></noscript></head>");
    assert!(page.active[0].noscript);
}

#[test]
fn identities_tell_what_acts_apart() {
    let of = |html: &str| only(html).identity;
    assert_eq!(of("<script nonce=abc12345 async src=/x></script>"), of("<script src=/x></script>"));
    assert_ne!(of("<script src=/x?v=1></script>"), of("<script src=/x?v=2></script>"));
    assert_ne!(of("<script type=module src=/x></script>"), of("<script src=/x></script>"));
    assert_ne!(of("<p onclick=a()>"), of("<p onload=a()>"));
    assert_ne!(of("<iframe src=/x></iframe>"), of("<iframe src=/x hidden></iframe>"));
}

#[test]
fn nodes_that_act_lie_on_the_active_plane() {
    use crate::model::Plane;
    let page = read("<p>a</p><script>b()</script><script type=text/plain>c</script><p onclick=d()>e</p>");
    let planes: Vec<_> = page.elements().map(|(id, e)| (e.name.as_str(), page.node(id).plane)).collect();
    let expected = [("p", Plane::Content), ("script", Plane::Active), ("script", Plane::Content), ("p", Plane::Active)];
    assert_eq!(
        planes.iter().filter(|(n, _)| matches!(*n, "p" | "script")).copied().collect::<Vec<_>>(),
        expected.map(|(n, p)| (n, p))
    );
    let active_text =
        page.ids().filter(|id| page.node(*id).plane == Plane::Active && page.element(*id).is_none()).count();
    assert_eq!(active_text, 1);
}
