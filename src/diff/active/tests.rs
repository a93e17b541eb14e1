//! Each named equivalence in both directions: what it quiets, and what does not fit through.

use super::*;
use crate::diff::compare;
use crate::diff::tests::{Builder, version};
use crate::model::{Difference, Plane, ScriptState};

const SITE: &str = "https://www.city.example";

fn between(old: &mut Builder, new: &mut Builder) -> Difference {
    compare(version(&old.page()), version(&new.page()))
}

fn scripts(old: &str, new: &str) -> Difference {
    between(Builder::new().linked_script(old), Builder::new().linked_script(new))
}

/// Nothing of the active plane is left, in the items as in the changes.
fn is_quiet(difference: &Difference) -> bool {
    difference.active.is_empty() && difference.count(Plane::Active) == 0
}

fn frame(hidden: bool, noscript: bool) -> Builder {
    let mut builder = Builder::new();
    let url = "https://www.city.example/map";
    builder.open("iframe", &[("src", url)]).acts(ActiveKind::Frame, Some("src"), url);
    (builder.item().hidden, builder.item().noscript) = (hidden, noscript);
    builder.close();
    builder
}

#[test]
fn the_same_thing_elsewhere_is_quiet() {
    let mut moved = Builder::new();
    moved.leaf("p", &[], "本文").open("footer", &[]).linked_script("https://www.city.example/a.js");
    let difference = between(Builder::new().linked_script("https://www.city.example/a.js"), &mut moved);
    assert!(is_quiet(&difference), "{difference:?}");
}

#[test]
fn what_became_hidden_or_left_noscript_is_told() {
    let told =
        |old: (bool, bool), new: (bool, bool)| between(&mut frame(old.0, old.1), &mut frame(new.0, new.1)).active;
    assert_eq!(told((false, false), (true, false)), [ActiveChange { new: Some(0), old: Some(0) }]);
    assert_eq!(told((true, true), (true, false)), [ActiveChange { new: Some(0), old: Some(0) }]);
    assert_eq!(told((true, false), (false, false)), []);
    assert_eq!(told((false, false), (false, true)), []);
}

#[test]
fn a_repeated_handler_is_quiet_and_a_repeated_frame_is_not() {
    let handlers = |count: usize| {
        let mut builder = Builder::new();
        for _ in 0..count {
            builder.open("a", &[("onclick", "track()")]).acts(ActiveKind::EventHandler, Some("onclick"), "track()");
            builder.text("リンク").close();
        }
        builder
    };
    assert!(is_quiet(&between(&mut handlers(2), &mut handlers(5))));
    assert!(is_quiet(&between(&mut handlers(5), &mut handlers(2))));
    assert_eq!(between(&mut handlers(1), &mut handlers(0)).active, [ActiveChange { new: None, old: Some(0) }]);
    let frames = |count: usize| {
        let mut builder = Builder::new();
        for _ in 0..count {
            let url = "https://www.city.example/map";
            builder.open("iframe", &[("src", url)]).acts(ActiveKind::Frame, Some("src"), url).close();
        }
        builder
    };
    assert_eq!(between(&mut frames(1), &mut frames(2)).active.len(), 1);
}

#[test]
fn versions_in_the_query_are_quiet() {
    for (old, new) in [
        ("/a.js?v=1", "/a.js?v=2"),
        ("/a.js?ver=5.8.1", "/a.js?ver=6.0"),
        ("/a.js?t=-3155763367", "/a.js?t=-3155774176"),
        ("/a.js?20240501", "/a.js?20240612"),
        ("/a.js?x=1&_=1700000000&y=2", "/a.js?x=1&_=1700000999&y=2"),
        ("/a.js?h=0a1b2c3d", "/a.js?h=9f8e7d6c"),
        ("/a.js?q8wv27", "/a.js?q8bbga"),
        ("/a.js?date=2024-05-01T12:00", "/a.js?date=2024-05-02T09:30"),
    ] {
        assert!(is_quiet(&scripts(&format!("{SITE}{old}"), &format!("{SITE}{new}"))), "{old} {new}");
    }
    assert!(is_quiet(&scripts("js/a.js?v=1", "js/a.js?v=2")), "the page's own URL is not known");
    assert!(!is_quiet(&scripts("js/a.js?v=1", "/js/a.js?v=2")));
    let cdn = "https://cdn.example/lib.js?ver=";
    assert!(is_quiet(&scripts(&format!("{cdn}1.2"), &format!("{cdn}1.3"))));
}

#[test]
fn what_only_looks_like_a_version_is_told() {
    for (old, new) in [
        ("https://www.city.example/a.js?v=1", "https://evil.example/a.js?v=1"),
        ("https://www.city.example/a.js?v=1", "https://www.city.example/b.js?v=2"),
        ("https://www.city.example/a.js?v=1", "https://www.city.example/a.js?v=//evil.example/x"),
        ("https://www.city.example/a.js?v=1", "https://www.city.example/a.js?v=2&cb=alert"),
        ("https://www.city.example/a.js?v=1", "https://www.city.example:8080/a.js?v=2"),
        ("https://www.city.example/a.js?v=1", "http://www.city.example/a.js?v=2"),
        ("https://www.city.example/a.js?v=1", "https://user@www.city.example/a.js?v=2"),
        ("https://www.city.example/a.js?id=1", "https://www.city.example/a.js?id=2"),
        ("https://www.city.example/jsonp?callback=a1", "https://www.city.example/jsonp?callback=b2"),
        ("https://www.city.example/load?q8wv27", "https://www.city.example/load?q8bbga"),
        ("https://tags.example/tag.js?1234567", "https://tags.example/tag.js?7654321"),
        ("https://tags.example/a.js?q8wv27", "https://tags.example/a.js?q8bbga"),
        ("https://www.city.example/a.js?q8wv27", "https://www.city.example/a.js?evil.example"),
        ("https://tags.example/gtm.js?id=GTM-1234", "https://tags.example/gtm.js?id=GTM-5678"),
        ("https://tags.example/tag.js?h=1234", "https://tags.example/tag.js?h=5678"),
        ("https://tags.example/in.php?v=1", "https://tags.example/in.php?v=2"),
        ("https://www.city.example/a.js", "https://www.city.example/a.js?v=2"),
    ] {
        let difference = scripts(old, new);
        assert!(!difference.active.is_empty() && difference.count(Plane::Active) > 0, "{old} {new}");
    }
}

#[test]
fn an_acting_attribute_changed_beside_the_version_is_told() {
    let page = |version: u8, attributes: &[(&str, &str)]| {
        let src = format!("https://www.city.example/a.js?v={version}");
        let mut all = attributes.to_vec();
        all.push(("src", &src));
        let mut builder = Builder::new();
        builder.open("script", &all).acts(ActiveKind::LinkedScript, Some("src"), &src).close();
        builder
    };
    let told = |old: &[(&str, &str)], new: &[(&str, &str)]| between(&mut page(1, old), &mut page(2, new)).active.len();
    assert_eq!(told(&[("class", "x")], &[("class", "y")]), 0);
    assert_eq!(told(&[("integrity", "sha256-a")], &[("integrity", "sha256-b")]), 0);
    assert_eq!(told(&[("integrity", "sha256-a")], &[]), 1);
    assert_eq!(told(&[("type", "text/plain")], &[]), 1);
}

#[test]
fn digests_in_file_names_are_quiet() {
    for (old, new) in [
        ("/_nuxt/app.3f9c01d2.js", "/_nuxt/app.77aa01bb.js"),
        ("/assets/index-Bx91aQz0.css", "/assets/index-C0ffeE99.css"),
        ("/chunks/pages/_app-47f011a7c686aa15.js", "/chunks/pages/_app-819eaaa2ee412c42.js"),
        ("/js/chunk-vendors.1a2b3c.js", "/js/chunk-vendors.4d5e6f.js"),
        ("/js/main.0123456789abcdef.chunk.js?x=1", "/js/main.fedcba9876543210.chunk.js?x=1"),
    ] {
        assert!(is_quiet(&scripts(&format!("{SITE}{old}"), &format!("{SITE}{new}"))), "{old} {new}");
    }
}

#[test]
fn joined_files_of_content_management_systems_are_quiet() {
    let digest = |salt: &str| format!("{salt}vLVKOnTdQO4VBlh8z2t4GJAwCACZ-707Dk1YziIb_a");
    let name = |salt: &str| format!("https://www.city.example/files/js/js_{}.js", digest(salt));
    assert!(is_quiet(&scripts(&name("R"), &name("T"))));
    let joined = |salt: &str| format!("https://www.city.example/js/js__{0}__{0}__{0}.js", digest(salt));
    assert!(is_quiet(&scripts(&joined("R"), &joined("T"))));
    assert!(!is_quiet(&scripts(&joined("R"), &name("T"))));
    let elsewhere = |salt: &str| format!("https://cdn.example/js/js_{}.js", digest(salt));
    assert!(!is_quiet(&scripts(&elsewhere("R"), &elsewhere("T"))));
}

#[test]
fn a_build_elsewhere_is_known_by_its_folder() {
    let build = |host: &str, names: &[&str]| {
        let mut builder = Builder::new();
        for name in names {
            builder.linked_script(&format!("https://{host}/build/{name}.js"));
        }
        builder
    };
    let told = |old: (&str, &[&str]), new: (&str, &[&str])| {
        between(&mut build(old.0, old.1), &mut build(new.0, new.1)).active.len()
    };
    let first: &[&str] = &["ab0fb57", "79a2bae", "c5c6207"];
    assert_eq!(told(("d1.cdn.example", first), ("d1.cdn.example", &["aeb87a5", "7773a84", "3004d86"])), 0);
    assert_eq!(told(("d1.cdn.example", first), ("d2.cdn.example", &["aeb87a5", "7773a84", "3004d86"])), 3);
    assert_eq!(told(("d1.cdn.example", &first[..2]), ("d1.cdn.example", &["aeb87a5", "7773a84"])), 2);
    assert_eq!(told(("d1.cdn.example", first), ("d1.cdn.example", &["ab0fb57", "79a2bae", "evil"])), 1);
    let customers: &[&str] = &["1000001", "1000002", "1000003"];
    assert_eq!(told(("d1.cdn.example", customers), ("d1.cdn.example", &["1000001", "1000002", "9000009"])), 1);
}

#[test]
fn other_file_names_are_told() {
    for (old, new) in [
        ("https://www.city.example/js/app.3f9c01d2.js", "https://www.city.example/up/app.77aa01bb.js"),
        ("https://www.city.example/js/app.3f9c01d2.js", "https://www.city.example/js/evil.77aa01bb.js"),
        ("https://www.city.example/js/app.3f9c01d2.js", "https://www.city.example/js/app.77aa01bb.php"),
        ("https://www.city.example/js/app.3f9c01d2.js", "https://static.city.example/js/app.77aa01bb.js"),
        ("https://www.city.example/js/app.3f9c01d2.js", "https://www.city.example/js/app.js"),
        ("https://www.city.example/js/3f9c01d2.js", "https://www.city.example/js/77aa01bb.js"),
        ("https://www.city.example/js/jquery-carousel.js", "https://www.city.example/js/jquery-keylogger.js"),
        ("https://hot.example/c/tag-1234567.js", "https://hot.example/c/tag-7654321.js"),
        ("https://www.city.example/js/a.3f9c01d2.js?x=1", "https://www.city.example/js/a.77aa01bb.js?x=evil"),
    ] {
        assert!(!scripts(old, new).active.is_empty(), "{old} {new}");
    }
}

/// Compares two pages of one inline script each, with these shapes in their reports.
fn shapes(old: Option<&str>, new: Option<&str>) -> Difference {
    let page = |code: &str| Builder::new().inline_script(code).page();
    let (before, after) = (page("var t = '1111'"), page("var t = '2222'"));
    let report = |code: &str, shape: Option<&str>| ScriptReport {
        node: Some(NodeId(1)),
        digest: Digest::of(code),
        shape: shape.map(Digest::of),
        ..ScriptReport::default()
    };
    let (mine, theirs) = ([report("var t = '1111'", old)], [report("var t = '2222'", new)]);
    compare(Version { scripts: &mine, ..version(&before) }, Version { scripts: &theirs, ..version(&after) })
}

#[test]
fn scripts_of_the_same_shape_are_quiet_and_of_none_are_not() {
    assert!(is_quiet(&shapes(Some("a"), Some("a"))));
    for (old, new) in [(Some("a"), Some("b")), (None, None), (Some("a"), None), (None, Some("a"))] {
        let difference = shapes(old, new);
        assert_eq!(difference.active, [ActiveChange { new: Some(0), old: Some(0) }]);
        assert_eq!(difference.count(Plane::Active), 1);
    }
}

#[test]
fn a_second_script_of_an_approved_shape_is_told() {
    let mut one = Builder::new();
    let before = one.inline_script("var t = 1").page();
    let after = Builder::new().inline_script("var t = 1").inline_script("var t = 2").page();
    let report = |node: u32, code: &str| ScriptReport {
        node: Some(NodeId(node)),
        digest: Digest::of(code),
        shape: Some(Digest::of("shape")),
        ..ScriptReport::default()
    };
    let (mine, theirs) = ([report(1, "var t = 1")], [report(1, "var t = 1"), report(3, "var t = 2")]);
    let difference =
        compare(Version { scripts: &mine, ..version(&before) }, Version { scripts: &theirs, ..version(&after) });
    assert_eq!(difference.active, [ActiveChange { new: Some(1), old: None }]);
}

#[test]
fn what_replaces_what_is_told() {
    let form = |action: &str, text: &str| {
        let mut builder = Builder::new();
        builder.open("form", &[("action", action)]).acts(ActiveKind::Form, Some("action"), action).text(text).close();
        builder
    };
    let changed = between(&mut form("https://www.city.example/s", "検索"), &mut form("https://evil.example/s", "検索"));
    assert_eq!(changed.active, [ActiveChange { new: Some(0), old: Some(0) }]);
    let base = |depth: usize, href: &str| {
        let mut builder = Builder::new();
        (0..depth).for_each(|_| {
            builder.open("div", &[]);
        });
        builder.open("base", &[("href", href)]).acts(ActiveKind::Base, Some("href"), href);
        builder
    };
    let moved = between(&mut base(0, "https://www.city.example/"), &mut base(2, "https://evil.example/"));
    assert_eq!(moved.active, [ActiveChange { new: Some(0), old: Some(0) }]);
    let gone = between(&mut form("https://www.city.example/s", "検索"), &mut Builder::new());
    assert_eq!(gone.active, [ActiveChange { new: None, old: Some(0) }]);
}

#[test]
fn every_equivalence_has_its_own_name() {
    let names: std::collections::BTreeSet<_> = Equivalence::ALL.iter().map(|equivalence| equivalence.name()).collect();
    assert_eq!(names.len(), Equivalence::ALL.len());
}

/// Compares two pages of one script each that states data, the code around it the same, with these leaves.
fn states(old: &[&str], new: &[&str]) -> Difference {
    let page = |code: &str| Builder::new().inline_script(code).page();
    let (before, after) = (page("s={a:1}"), page("s={a:2}"));
    let report = |code: &str, leaves: &[&str]| ScriptReport {
        node: Some(NodeId(1)),
        digest: Digest::of(code),
        state: Some(ScriptState {
            code: Digest::of("s={}"),
            leaves: leaves.iter().map(|&leaf| leaf.to_owned()).collect(),
        }),
        ..ScriptReport::default()
    };
    let (mine, theirs) = ([report("s={a:1}", old)], [report("s={a:2}", new)]);
    compare(Version { scripts: &mine, ..version(&before) }, Version { scripts: &theirs, ..version(&after) })
}

#[test]
fn a_state_with_nothing_new_that_could_act_is_quiet() {
    assert!(is_quiet(&states(&["//cdn.example", "eval"], &["//cdn.example"])));
    assert!(is_quiet(&states(&[], &[])));
    for new in ["//evil.example", "<b>", "GTM-XYZ9876"] {
        assert_eq!(states(&["//cdn.example"], &[new]).active.len(), 1, "{new}");
    }
}
