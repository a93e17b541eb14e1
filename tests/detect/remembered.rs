//! Reports on scripts that are remembered: the same as reading them again would give, and nobody else's.

use hinomi::model::Page;
use hinomi::script::{report, reports};

/// A page of scripts that take more steps together than a page may.
fn heavy_page() -> Page {
    let heavy = |n: u32| {
        format!(
            "<script>var k=0,s='';for(var i=0;i<6000;i++){{k=(k*31+{n}+i)%65521;\
             if(i%999==0)s+=String.fromCharCode(97+k%26);}}document.write(unescape('%3Ci%3E%61%62%63%64%65%66%67%68%69%6a')+s);// {}</script>",
            "padding ".repeat(40)
        )
    };
    let body: String = (0..160).map(heavy).collect();
    hinomi::parse::page(body.as_bytes(), &hinomi::parse::Options::default())
}

#[test]
fn reports_that_are_remembered_are_those_that_reading_again_gives() {
    let page = heavy_page();
    let first = reports(&page);
    assert!(first.iter().any(|one| one.cut.is_some()), "the page's steps do not suffice for all: {first:#?}");
    assert!(first.iter().any(|one| one.cut.is_none() && !one.markup.is_empty()), "{first:#?}");
    for _ in 0..2 {
        assert_eq!(reports(&page), first);
    }
    let last = page.active.last().expect("a script");
    assert!(report(&last.value).cut.is_none(), "by itself there is room");
    assert_eq!(reports(&page), first, "whatever was read in between");
}

#[test]
fn a_script_that_asks_its_page_is_read_on_each() {
    let script = "var t=document.getElementById('store').textContent;document.write(unescape(t)); // ".to_owned()
        + &"padding ".repeat(40);
    let reports_on = |before: &str| {
        let html = format!("{before}<script>{script}</script>");
        reports(&hinomi::parse::page(html.as_bytes(), &hinomi::parse::Options::default()))
    };
    let written = |text: &str| {
        let all = reports_on(&format!("<p id=store>{text}</p>"));
        all.into_iter().flat_map(|one| one.markup).collect::<Vec<_>>()
    };
    let bare = reports_on("");
    assert_eq!(written("%3Cb%3Efirst%20text%3C/b%3E"), ["<b>first text</b>"]);
    assert_eq!(written("%3Cb%3Esecond%20text%3C/b%3E"), ["<b>second text</b>"]);
    assert_eq!(reports_on(""), bare);
}
