//! Pages from bytes to digests: noise, masks, scripts, and any bytes at all.

use super::*;
use crate::model::{ActiveKind, NodeKind, Position};
use proptest::prelude::*;

fn read(html: &str) -> Page {
    page(html.as_bytes(), &Options::default())
}

fn masked(html: &str, selects: &[&str]) -> Page {
    let masks: Vec<Mask> =
        selects.iter().map(|s| Mask { select: (*s).to_owned(), reason: "test".to_owned() }).collect();
    page(html.as_bytes(), &Options { masks: &masks, ..Options::default() })
}

#[test]
fn noise_does_not_change_the_digest() {
    let page = |token: &str, query: &str, order: &str| {
        read(&format!(
            "<html><body {order}><form action=/go><input type=hidden name=csrf_token value={token}></form>\
             <p>  お知らせ\n</p><img src=/a.png?v={query}><script nonce={token}>a()</script></body></html>"
        ))
        .digest()
    };
    let one = page("0123456789abcdef", "20240101", "id=a class='b c'");
    assert_eq!(one, page("fedcba9876543210", "20250202", "class='c  b' id=a"));
    assert_ne!(one, page("hacked", "20240101", "id=a class='b c'"));
}

#[test]
fn equal_subtrees_have_equal_digests() {
    let page = read(
        "<ul><li><a href=/1>市長の部屋からのお知らせ</a><li><a href=/1>市長の部屋からのお知らせ</a><li><a href=/2>x</a></ul>",
    );
    let items: Vec<_> = page.elements_named("li").map(|(id, _)| page.node(id).digest).collect();
    assert_eq!(items[0], items[1]);
    assert_ne!(items[1], items[2]);
}

#[test]
fn every_difference_changes_the_digest() {
    let variants = [
        "<p>a</p>",
        "<p>b</p>",
        "<div>a</div>",
        "<p id=a>a</p>",
        "<p>a</p>a",
        "<p>a<b></b></p>",
        "<p><!--a--></p>",
        "<p>a</p><p></p>",
        "<svg><p2>a</p2></svg>",
        "<p2>a</p2>",
        "<p a=bc></p>",
        "<p ab=c></p>",
        "<p></p><b></b>",
        "<p><b></b></p>",
        "<p>0123456789012345678901234567890</p>",
        "<p>01234567890123456789012345678901</p>",
        "<!doctype html><p>a</p>",
    ];
    let digests: std::collections::BTreeSet<_> = variants.iter().map(|html| read(html).digest()).collect();
    assert_eq!(digests.len(), variants.len());
}

#[test]
fn masks_leave_out_content_but_nothing_that_acts() {
    let html = |inside: &str| format!("<body><p>a</p><div id=counter>{inside}</div></body>");
    let of = |inside: &str| masked(&html(inside), &["#counter"]);
    let one = of("<b>123</b>").digest();
    assert_eq!(one, of("<i>456</i><img src=/x>").digest());
    assert_eq!(one, of("").digest());
    let attacked = of("<script src=https://evil.example/></script>");
    assert_ne!(one, attacked.digest());
    assert_eq!(attacked.active.len(), 1);
    assert_ne!(attacked.digest(), of("<script src=https://other.example/></script>").digest());
    assert_ne!(one, of("<b onclick=x()>1</b>").digest());
    assert!(attacked.nodes.iter().filter(|node| node.masked).count() >= 2);
    assert!(!masked(&html("1"), &["#other"]).nodes.iter().any(|node| node.masked));
}

#[test]
fn masks_are_checked() {
    for good in [
        "#counter",
        "div.weather > p",
        "[data-x]",
        "body p.a",
        "p[class~=x]",
        "p[title=\"a ~ b:has(c)\"]",
        ".a\\~b",
        ".a:not(.b, #c)",
        ".a + .b",
    ] {
        assert_eq!(check_mask(good), Ok(()), "{good}");
    }
    for bad in ["", "##", "p {", "*", "body", ":root", ":not(.x)", "html, p", "div:has(p)", &"a".repeat(501)] {
        let words = check_mask(bad).expect_err(bad);
        assert!(!words.ja.is_ascii() && !words.en.contains("report"), "{bad}: {words:?}");
    }
    for costly in
        [".m ~ .x", "p:nth-last-child(2)", "p:nth-child(2n + 1)", "p:last-of-type", ".m:not(.a .b)", ".m:is(.a .b) .c"]
    {
        assert!(check_mask(costly).is_err_and(|why| !why.en.is_empty() && !why.ja.is_empty()), "{costly}");
    }
}

#[test]
fn masks_cost_no_more_than_a_page_may() {
    let many = format!("<body><p class=m></p>{}", "<p class=x></p>".repeat(140_000));
    for select in [".m .x", ".m + .x", ".x:last-child"] {
        assert_eq!(masked(&many, &[select]).cut, None, "{select}");
    }
    let classes: String = (0..2_000).map(|n| format!("c{n} ")).collect();
    let deep = format!("{}{}", format!("<div class='{classes}'>").repeat(400), "<p class=x></p>".repeat(100_000));
    let page = masked(&deep, &[".m .x"]);
    assert_eq!((page.cut, page.nodes.iter().any(|node| node.masked)), (Some(Cut::Steps), false));
}

/// A node normalised once more, given how the text inside is treated.
fn again(page: &Page, id: crate::model::NodeId) -> NodeKind {
    let mut kind = page.node(id).kind.clone();
    match &mut kind {
        NodeKind::Element(element) => normalise::element(element),
        NodeKind::Comment(text) => *text = normalise::comment(text),
        NodeKind::Text(text) => {
            let mut above: Vec<_> = page.ancestors(id).filter_map(|above| page.element(above)).collect();
            above.reverse();
            let around = above.iter().fold(normalise::TextKind::default(), |kind, e| normalise::text_kind(e, kind));
            *text = normalise::text(text, around).unwrap_or_default();
        }
        _ => {}
    }
    kind
}

/// Markup with what normalising takes out.
const NOISE: &[&str] = &[
    "<input type=hidden name=csrf_token value=",
    "<input type=hidden name=__VIEWSTATE value='",
    "<meta name=csrf-token content='",
    "<div data-token='",
    "<a href='/a;jsessionid=",
    "<a href='/a?sid=",
    "<img src='/a.png?v=",
    "<img src='/a.php?v=",
    "<span data-cfemail=",
    "<script nonce=",
    "<p class=' b  a b ",
    "<pre> a\n b ",
    "<textarea>\n x  ",
    "<!-- generated ",
    "0123456789abcdef",
    "/wEPDwUKLTE2MTY2ODcyMmRk",
    "2024-01-02 03:04:05",
    "https://evil66.example/x",
    "aB3aB3aB3aB3aB3aB3aB3",
    "20240101",
    "&sid=",
    "&",
    ";",
    "?",
    "*",
    "*2",
    "-->",
    "'>",
    ">",
    " ",
    "\n",
    "</pre>",
    "</script>",
    "window['__CF$cv$params']={r:'8f0123456789abcd',t:'MTczMTU1MDAwMC4w'}",
    "NREUM.info={\"queueTime\":12,\"atts\":\"",
];

proptest! {
    #[test]
    fn normalising_a_page_twice_is_normalising_it_once(
        pieces in proptest::collection::vec(proptest::sample::select(NOISE), 0..40),
        markup in proptest::collection::vec(proptest::sample::select(PIECES), 0..20),
    ) {
        let page = read(&[pieces.concat(), markup.concat(), pieces.concat()].concat());
        for id in page.ids() {
            prop_assert_eq!(&again(&page, id), &page.node(id).kind);
        }
    }
}

#[test]
fn scripts_are_pages_of_one_element() {
    let page = script("alert('火の見')".as_bytes(), &Options::default());
    assert_eq!(page.kind, InputKind::Script);
    assert_eq!(page.nodes.len(), 3);
    assert!(matches!(&page.nodes[2].kind, NodeKind::Text(text) if text == "alert('火の見')"));
    let item = &page.active[0];
    assert_eq!((item.kind, item.position, item.node.0), (ActiveKind::InlineScript, Position::ScriptFile, 1));
    assert_ne!(page.digest(), script(b"alert(1)", &Options::default()).digest());
}

#[test]
fn inputs_are_read_by_content() {
    let kind = |text: &str, name| input(text.as_bytes(), name, &Options::default()).kind;
    assert_eq!(kind("<!doctype html><p>x", Some("a.js")), InputKind::Page);
    assert_eq!(kind("var a = function() { return 1; };", Some("a.html")), InputKind::Script);
    assert_eq!(
        kind("<svg xmlns='http://www.w3.org/2000/svg'><script>a()</script></svg>", Some("a.svg")),
        InputKind::Page
    );
}

#[test]
fn wrong_declarations_read_right() {
    let (bytes, _, _) =
        encoding_rs::SHIFT_JIS.encode("<meta charset=utf-8><title>例示市公式ホームページへようこそ</title>");
    let page = page(&bytes, &Options { content_type: Some("text/html; charset=euc-jp"), ..Options::default() });
    assert_eq!(page.title().as_deref(), Some("例示市公式ホームページへようこそ"));
    assert_eq!(page.charset.used, "Shift_JIS");
    assert!(page.charset.disagrees());
}

/// Sizes and parents fit together, and every item names an element.
fn check(page: &Page) {
    assert_eq!(page.nodes[0].size as usize, page.nodes.len());
    for id in page.ids() {
        let node = page.node(id);
        let parent = page.node(node.parent);
        assert!(node.parent <= id && id.0 + node.size <= node.parent.0 + parent.size);
    }
    assert!(page.active.iter().all(|item| page.element(item.node).is_some()));
    assert!(page.active.is_sorted_by_key(|item| item.node));
}

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div style='display:none'>",
    "</div>",
    "<table>",
    "<tr>",
    "<td>",
    "</table>",
    "<a href=javascript:x>",
    "</a>",
    "<b>",
    "</b>",
    "<script>",
    "</script>",
    "<template>",
    "</template>",
    "<svg>",
    "</svg>",
    "<math>",
    "<title>",
    "</title>",
    "<!--",
    "-->",
    "<iframe src=//x>",
    "</iframe>",
    "<form>",
    "<select>",
    "<option>",
    "</body>",
    "</html>",
    "<body onload=a>",
    "<html>",
    "<head>",
    "</head>",
    "<frameset>",
    "text ",
    "&amp;",
    "<",
    ">",
    "\"",
    "<br/>",
    "\0",
    "文",
    "<style>.a{display:none}",
    "</style>",
    "<noscript>",
    "</noscript>",
    "<base href=//b>",
    "<plaintext>",
    "<![CDATA[",
    "]]>",
];

proptest! {
    #[test]
    fn any_bytes_give_a_page(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&page(&bytes, &Options::default()));
        let _ = input(&bytes, Some("x.js"), &Options::default());
    }

    #[test]
    fn any_markup_gives_a_page(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60), depth in 2..20_u32) {
        let text = pieces.concat();
        check(&read(&text));
        prop_assert_eq!(read(&text), read(&text));
        let limits = Limits { depth, nodes: 40, ..Limits::default() };
        check(&page(text.as_bytes(), &Options { limits, ..Options::default() }));
    }
}
