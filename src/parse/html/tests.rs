//! Limits and hostile nesting: everything stays linear, is told, and loses nothing that acts.

use super::super::{Limits, Options, page};
use crate::model::{ActiveKind, Cut, Page};
use proptest::prelude::*;

fn read(text: &str) -> Page {
    page(text.as_bytes(), &Options::default())
}

fn scripts(page: &Page) -> usize {
    page.active.iter().filter(|item| item.kind == ActiveKind::InlineScript).count()
}

#[test]
fn an_ordinary_page_is_not_cut() {
    let page = read("<!doctype html><html><head><title>x</title></head><body><p>a<p>b</body></html>");
    assert_eq!((page.cut, page.nodes.len()), (None, 11));
    assert_eq!(page.path(crate::model::NodeId(9)), "html > body > p[2]");
}

#[test]
fn a_million_nested_tags_are_read_flat() {
    let page = read(&format!("{}<script>alert(1)</script>", "<div>".repeat(250_000)));
    assert_eq!(page.cut, Some(Cut::Depth));
    assert_eq!(scripts(&page), 1);
    let page = read(&"<div>".repeat(1_000_000));
    assert_eq!(page.cut, Some(Cut::Depth));
    assert!(page.nodes.len() <= Limits::default().nodes + 1);
}

#[test]
fn a_million_attributes_on_one_tag_are_shortened() {
    let attributes: String = (0..1_000_000).map(|n| format!(" a{n}")).collect();
    let page = read(&format!("<p>x</p><div{attributes}>y</div><script>alert(1)</script>"));
    assert_eq!(page.cut, Some(Cut::Attributes));
    assert_eq!(scripts(&page), 1);
    let most = page.elements().map(|(_, e)| e.attributes.len()).max();
    assert_eq!(most, Some(Limits::default().attributes_of_tag));
    let page = read(&format!(
        "<textarea></textarea{attributes}><svg><style><x{attributes}></style></svg><script>a()</script>"
    ));
    assert_eq!((page.cut, scripts(&page)), (Some(Cut::Attributes), 1));
}

#[test]
fn long_comments_and_values_are_read_whole() {
    let long = "x y='z' ".repeat(20_000);
    let page = read(&format!("<!--{long}--><img src=\"data:,{long}\"><script>/*<p {long}>*/</script><p>end"));
    assert_eq!(page.cut, None);
    assert!(page.visible_text(100).ends_with("end"));
    assert_eq!(scripts(&page), 1);
    assert_eq!(page.active[0].value.len(), long.len() + 8);
}

#[test]
fn open_formatting_elements_do_not_multiply_the_page() {
    let fonts: String = (0..32_000).map(|n| format!("<font size={n}>")).collect();
    assert_eq!(read(&fonts).cut, Some(Cut::Depth));
    let pairs: String = (0..3_000).map(|n| format!("<p><font size={n}>")).collect();
    let page = read(&format!("{pairs}<script>alert(1)</script>"));
    assert!(page.cut.is_some() && page.nodes.len() <= Limits::default().nodes + 1);
    assert_eq!(scripts(&page), 1);
}

#[test]
fn reading_flat_keeps_text_where_it_belongs() {
    let limits = Limits { depth: 4, ..Limits::default() };
    let text = "<div><div><div><div><div><script>a<b</script><title>t<u</title><p onclick=x()>p</p><!--c--><i>q";
    let page = page(text.as_bytes(), &Options { limits, ..Options::default() });
    assert_eq!(page.cut, Some(Cut::Depth));
    assert_eq!(page.active.len(), 2);
    assert_eq!(page.active[0].value, "a<b");
    assert_eq!(page.title().as_deref(), Some("t<u"));
    assert!(page.visible_text(100).ends_with("p q"));
}

#[test]
fn too_many_nodes_and_bytes_are_told() {
    let page = read(&"<p>x</p>".repeat(400_000));
    assert_eq!(page.cut, Some(Cut::Nodes));
    let limits = Limits { bytes: 10, ..Limits::default() };
    let page = super::super::page(b"<p>abcdefghijklmn", &Options { limits, ..Options::default() });
    assert_eq!((page.cut, page.visible_text(20).as_str()), (Some(Cut::Bytes), "abcdefg"));
    let limits = Limits { steps: 300, ..Limits::default() };
    let page = super::super::page("<b>x</b>".repeat(100).as_bytes(), &Options { limits, ..Options::default() });
    assert_eq!(page.cut, Some(Cut::Steps));
}

#[test]
fn nodes_know_their_lines() {
    let page = read("<!doctype html>\n<p>a</p>\n\n<p>b\n</p><!-- c -->");
    let lines: Vec<u32> = page.elements_named("p").map(|(id, _)| page.node(id).line).collect();
    assert_eq!(lines, [2, 4]);
}

/// The active items, kinds alone.
fn acts(text: &str) -> Vec<ActiveKind> {
    read(text).active.into_iter().map(|item| item.kind).collect()
}

#[test]
fn noscript_ends_where_browsers_with_scripts_end_it() {
    let frame = "<iframe src=//evil.example/ style=display:none></iframe>";
    for (text, kind) in [
        (format!("<noscript><p title=\"</noscript>{frame}\"></p></noscript>"), ActiveKind::Frame),
        (format!("<noscript><!-- </noscript>{frame} --></noscript>"), ActiveKind::Frame),
        (format!("<noscript><style></noscript>{frame}</style></noscript>"), ActiveKind::Frame),
        (format!("<noscript><title></NOSCRIPT >{frame}</title></noscript>"), ActiveKind::Frame),
        ("<noscript><p title='</noscript><img src=x onerror=evil()>'></noscript>".into(), ActiveKind::EventHandler),
        ("<noscript><p title='</noscript><svg/onload=evil()>'></noscript>".into(), ActiveKind::EventHandler),
        (
            "<head><noscript><!--</noscript><meta http-equiv=refresh content='0;//evil.example'>--></noscript>".into(),
            ActiveKind::MetaRefresh,
        ),
        ("<noscript><p title='</noscript><form action=//evil.example>'></noscript>".into(), ActiveKind::Form),
    ] {
        for text in [text.clone(), format!("<!doctype html><html><body><p>a</p>{text}<p>b</p>")] {
            assert!(acts(&text).contains(&kind), "{text}");
        }
        let limits = Limits { depth: 1, ..Limits::default() };
        let flat = page(text.as_bytes(), &Options { limits, ..Options::default() });
        assert!(flat.active.iter().any(|item| item.kind == kind), "read flat: {text}");
    }
}

#[test]
fn noscript_holds_what_visitors_without_scripts_get() {
    let text = "<head><title>t</title>\n<noscript>\n<link rel=stylesheet href=//cdn.example/a.css>\n</noscript></head>\
        <body><noscript><div style='display:none'><iframe\n src=//tags.example/ns.html?id=GTM-X></iframe></div>\
        <noscript>y\n<body onload=z()><frameset><frame src=/f></noscript><p>end";
    let page = read(text);
    let items: Vec<_> = page.active.iter().map(|item| (item.kind, item.noscript, page.node(item.node).line)).collect();
    use ActiveKind::*;
    let expected = [(Stylesheet, 3), (Hidden, 4), (Frame, 5), (EventHandler, 6), (Frame, 6)]
        .map(|(kind, line)| (kind, true, line));
    assert_eq!(items, expected);
    assert_eq!(page.path(page.active[2].node), "html > body > noscript > div > iframe");
    assert_eq!(page.title().as_deref(), Some("t"));
    assert_eq!(page.visible_text(100), "end");
    assert_eq!(page.cut, None);
}

#[test]
fn nothing_in_a_noscript_is_without_a_trace() {
    let texts = ["", "<p title=\"", "<p title=\"x", "<!--", "<style>", "</p x", "x < y"];
    let of = |text: &&str| read(&format!("<body><noscript>{text}</noscript><p>x\">y")).digest();
    let digests: std::collections::BTreeSet<_> = texts.iter().map(of).collect();
    assert_eq!(digests.len(), texts.len());
}

#[test]
fn many_noscripts_share_the_limits_of_the_page() {
    let page = read(&"<noscript><b>x</b>".repeat(200_000));
    assert!(page.nodes.len() <= Limits::default().nodes + 1);
    let page = read(&"<noscript><b><i>x</i></noscript>".repeat(100_000));
    assert_eq!(page.cut, Some(Cut::Nodes));
    assert!(page.nodes.len() <= Limits::default().nodes + 1);
    let attributes: String = (0..200_000).map(|n| format!(" a{n}")).collect();
    let page = read(&format!("<noscript><div{attributes}>y</div></noscript><script>alert(1)</script>"));
    assert_eq!((page.cut, scripts(&page)), (Some(Cut::Attributes), 1));
}

#[test]
fn attributes_are_shortened_wherever_they_stand() {
    let attributes: String = (0..400_000).map(|n| format!(" a{n}")).collect();
    for before in [
        "<script></a b=\"</script>",
        "<script><!--<script></script b=\"</script></script>",
        "<script><!-- --> </a b=\"</script>",
        "<title></a b=\"</title>",
        "<style></a b=\"</style>",
        "<noscript></a b=\"</noscript>",
        "<svg><![CDATA[<a b=\"]]></svg>",
        "<svg><title></title><![CDATA[<a b=\"]]></svg>",
        "<![CDATA[<a b=\">",
        "<!x <a b=\">",
        "<?x <a b=\">",
        "</ <a b=\">",
        "<!doctype x <a b=\">",
        "<!doctype x public \"<a b=\">",
        "<!-- <a b=\" --!>",
        "<!--><a b=c>",
        "a < b </3 <a\0b c='<d e=\"'>",
    ] {
        let page = read(&format!("<p>x</p>{before}<div{attributes}>y</div><script>alert(1)</script>"));
        assert_eq!(page.cut, Some(Cut::Attributes), "{before}");
        let most = page.elements().map(|(_, e)| e.attributes.len()).max();
        assert_eq!(most, Some(Limits::default().attributes_of_tag), "{before}");
        assert!(scripts(&page) >= 1, "{before}");
    }
}

#[test]
fn attributes_of_tags_that_make_no_element_count() {
    let attributes: String = (0..1_000).map(|n| format!(" a{n}")).collect();
    let page = read(&format!("<p>x</p>{}", format!("</p{attributes}>").repeat(400)));
    assert_eq!(page.cut, Some(Cut::Attributes));
}

#[test]
fn comments_are_looked_through_once() {
    let long = " x".repeat(30_000);
    let text = format!("<!--{long}-->{}{}", "<!---->".repeat(100_000), "y".repeat(4 << 20));
    assert!(read(&text).visible_text(10).starts_with("yyy"));
}

proptest! {
    #[test]
    fn pieces_are_what_the_tokenizer_reads(parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..40)) {
        let text = parts.concat();
        let limits = Limits::default();
        let run = super::Run::new(super::Watch::new(
            super::TreeBuilder::new(super::Limited::new(&limits), super::options(true)), &limits, None));
        let mut pieces = super::careful::Pieces::new(&text, 1_000);
        let mut fed = 0;
        loop {
            let raw = run.watch().raw();
            let Some(piece) = pieces.next(&raw) else { break };
            let before = run.watch().tags();
            run.feed(piece);
            let after = piece.strip_prefix("</").or_else(|| piece.strip_prefix('<')).unwrap_or_default();
            let tag = match &raw {
                super::watch::Raw::ToEnd => false,
                super::watch::Raw::UpTo(name) => piece.get(..2 + name.len()).is_some_and(|start| {
                    let ends = piece.as_bytes().get(start.len());
                    start.eq_ignore_ascii_case(&format!("</{name}"))
                        && ends.is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
                }),
                _ => after.starts_with(|c: char| c.is_ascii_alphabetic()),
            };
            // The last piece may be without its end.
            fed += piece.len();
            prop_assert!(fed == text.len() || run.watch().tags() - before == u64::from(tag), "{piece:?} of {text:?}");
        }
    }
}

/// Parts of markup that begin, end and veil tags.
const PARTS: &[&str] = &[
    "<a b=\"",
    "\"",
    "'",
    ">",
    "<",
    "</",
    "<!",
    "<?",
    "<!--",
    "--",
    "-->",
    "--!>",
    "<!-->",
    "<script>",
    "</script",
    "</script>",
    "<SCRIPT ",
    "<title>",
    "</title>",
    "<svg>",
    "</svg>",
    "<math>",
    "<![CDATA[",
    "]]>",
    "]",
    "-",
    "<style>",
    "</style ",
    "<noscript>",
    "</noscript>",
    "<textarea>",
    "</textarea>",
    "<xmp>",
    "</xmp>",
    "<iframe>",
    "</iframe>",
    "<p c=d/e>",
    "</p f>",
    " ",
    "x",
    "=",
    "/",
    "<!doctype ",
    "<template>",
    "<select>",
    "</select>",
    "<table>",
    "<foreignObject>",
    "<desc>",
    "\0",
    "\r\n",
    "文",
];

#[test]
fn templates_hold_their_contents() {
    let page = read("<body><template><p>a</p></template><p>b</p>");
    let (id, _) = page.elements_named("template").next().expect("template");
    assert_eq!(page.node(id).size, 3);
    assert_eq!(page.path(crate::model::NodeId(id.0 + 1)), "html > body > template > p");
}

#[test]
fn odd_bytes_and_ends_never_panic() {
    for text in [
        "",
        "<",
        "<a",
        "<!--",
        "<![CDATA[",
        "</",
        "<script>",
        "<svg><![CDATA[a]]></svg>",
        "\0<\0p>\0",
        "<table><tr><p>a",
        "<frameset><frame src=a>",
        "<plaintext><p>",
        "&#x110000;&nosuch",
    ] {
        let page = read(text);
        assert!(!page.nodes.is_empty());
        assert_eq!(page.nodes[0].size as usize, page.nodes.len());
    }
}
