//! Rule `offsite-redirect`: by server, header, markup and script.

use crate::harness::{Outcome, check, compared, inserted, outcome, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "offsite-redirect";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn every_way_is_seen() {
    assert_eq!(told("tampered-meta"), Some((High, Firm)));
    assert_eq!(told("tampered-location"), Some((High, Firm)));
    assert_eq!(told("tampered-header"), Some((High, Firm)));
    assert_eq!(told("tampered-http"), Some((Critical, Firm)));
    assert_eq!(told("tampered-only"), Some((Critical, Firm)), "a page that does nothing else");
}

#[test]
fn ways_within_the_site_are_quiet() {
    assert_eq!(compared(RULE, "harmless-canonical"), []);
    assert_eq!(told("harmless-own-refresh"), None);
}

#[test]
fn nobody_moves_and_stays() {
    for target in ["http://www.city.example.lg.jp/~x/", "https://www.city.example.lg.jp/"] {
        let found = inserted(RULE, "</main>", &format!("<script>location=\"{target}\"</script>"));
        assert_eq!(outcome(&found), Outcome::Alarm, "{target}: {found:#?}");
    }
    assert_eq!(outcome(&compared(RULE, "review-moved")), Outcome::Review);
}
