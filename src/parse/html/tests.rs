//! Limits and hostile nesting: everything stays linear, is told, and loses nothing that acts.

use super::super::{Limits, Options, page};
use crate::model::{ActiveKind, Cut, Page};

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
