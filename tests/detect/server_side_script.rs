//! Rule `server-side-script`: on any host, the worse the odder its place.

use crate::harness::{Outcome, check, compared, inserted, outcome, scanned, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "server-side-script";
/// A rule whose baseline is in UTF-8.
const OWN: &str = "hidden-frame";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn the_sites_own_host_is_no_excuse() {
    assert_eq!(told("tampered-own"), Some((High, Firm)));
    assert_eq!(told("tampered-foreign"), Some((Critical, Firm)));
}

#[test]
fn an_old_counter_is_quiet() {
    assert_eq!(told("harmless-news"), None);
    assert_eq!(told("harmless-query"), Some((Low, Firm)), "another query of an approved program waits for a person");
}

#[test]
fn without_a_baseline_the_place_decides() {
    let alone = |name| worst(&scanned(RULE, name), RULE);
    assert_eq!(alone("baseline"), Some((Low, Firm)));
    assert_eq!(alone("tampered-foreign"), Some((High, Firm)));
}

#[test]
fn programs_are_known_in_every_writing_and_made_by_code() {
    for snippet in [
        "<script src=\"/index_old.php5\"></script>",
        "<script src=\"/index_old.ph%70\"></script>",
        "<script src=\"/x/handler.ashx\"></script>",
        "<script src=\"/wp-includes/js/index_old.php\"></script>",
        "<script>var s=document.createElement('script');s.src='/index_old.php';document.head.appendChild(s)</script>",
        "<script>document.write('<script src=\"/index_old.php\"><\\/script>')</script>",
    ] {
        let found = inserted(OWN, "</main>", snippet);
        assert!(
            found.iter().any(|f| f.rule == RULE && outcome(std::slice::from_ref(f)) == Outcome::Alarm),
            "{snippet}: {found:#?}"
        );
    }
    for snippet in [
        "<script src=\"/wp-admin/load-scripts.php?load=x\"></script>",
        "<script src=\"/ScriptResource.axd?d=x\"></script>",
        "<script>document.write('<img src=\"/counter.cgi?x\">')</script>",
        "<script>fetch('/api/news.php').then(show)</script>",
    ] {
        let found = inserted(OWN, "</main>", snippet);
        assert_eq!(outcome(&found), Outcome::Review, "{snippet}: {found:#?}");
    }
}
