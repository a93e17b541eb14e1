//! Rule `event-handler-added`: what runs unasked is the worst.

use crate::harness::{Outcome, check, compared, inserted, outcome, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "event-handler-added";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn what_runs_unasked_and_acts_is_the_worst() {
    assert_eq!(told("tampered-onerror"), Some((High, Firm)));
    assert_eq!(told("review-link"), Some((High, Tentative)));
    assert_eq!(told("review-data"), Some((High, Tentative)));
    assert_eq!(told("review-quiet"), Some((Medium, Firm)));
    assert_eq!(told("harmless-print"), Some((Low, Firm)));
}

#[test]
fn what_leads_away_unasked_is_an_alarm() {
    for snippet in [
        "<input autofocus onfocus=\"location='https://shop.example/'\">",
        "<div onmousemove=\"location.href='https://shop.example/'\">x</div>",
        "<div onwheel=\"fetch('https://evil.example/x')\">x</div>",
        "<div ontouchstart=\"location.href=u\">x</div>",
        "<details ontoggle=\"location.replace('//shop.example/')\"></details>",
        "<p style=\"animation:x 1s\" onanimationstart=\"location.href='https://shop.example/'\">x</p>",
        "<svg onload=\"location.href='https://shop.example/'\"></svg>",
    ] {
        let found = inserted(RULE, "</main>", snippet);
        assert!(
            found.iter().any(|f| f.rule == RULE && outcome(std::slice::from_ref(f)) == Outcome::Alarm),
            "{snippet}: {found:#?}"
        );
    }
    for snippet in [
        "<div onmouseover=\"this.className='on'\">x</div>",
        "<select onchange=\"location.href=this.value\"><option>x</select>",
        "<div onscroll=\"location.href='/top'\">x</div>",
        "<a href=/x onclick=\"location.href='/y'\">x</a>",
    ] {
        let found = inserted(RULE, "</main>", snippet);
        assert_eq!(outcome(&found), Outcome::Review, "{snippet}: {found:#?}");
    }
}
