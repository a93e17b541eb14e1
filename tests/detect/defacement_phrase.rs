//! Rule `defacement-phrase`: languages, ways of writing, and pages that write about it.

use crate::harness::{Outcome, alarms, check, compared, inserted, names, outcome, scanned};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "defacement-phrase";

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn every_language_alarms_with_and_without_a_baseline() {
    for name in names(RULE, "tampered") {
        assert!(compared(RULE, &name).iter().any(|f| f.rule == RULE && alarms(f)), "{name}");
        if !["tampered-inserted", "tampered-title"].contains(&name.as_str()) {
            assert!(scanned(RULE, &name).iter().any(|f| f.rule == RULE && alarms(f)), "{name} alone");
        }
    }
}

#[test]
fn writing_about_it_does_not_alarm() {
    for name in names(RULE, "harmless").iter().map(String::as_str).chain(["alone-article", "baseline"]) {
        assert!(!scanned(RULE, name).iter().any(alarms), "{name}: {:#?}", scanned(RULE, name));
    }
}

#[test]
fn the_words_and_their_place_are_told() {
    let found = compared(RULE, "tampered-inserted");
    let told = found.iter().find(|f| f.rule == RULE).expect("a finding");
    assert_eq!((told.severity, told.confidence), (High, Firm));
    assert!(told.evidence.contains("Hacked by Example Crew"));
    assert!(told.summary.en.contains("hacked by"));
    assert!(told.location.as_ref().is_some_and(|place| place.path.contains("h1")), "{told:#?}");
}

#[test]
fn headlines_about_it_are_low() {
    for headline in [
        "「Hacked by」と表示されるWebサイト改ざんにご注意ください",
        "Website has been hacked? What to do first",
        "Has been defaced: notice of an incident",
        "我々はアノニマスと名乗る攻撃予告について",
        "「已被黑」表示の改ざん被害に注意",
        "Greetz festival 2025",
        "「ハッキングされました」という偽の警告画面にご注意ください",
    ] {
        let found = inserted(RULE, "</ul>", &format!("<li><a href=\"/news/0415.html\">{headline}</a></li>"));
        assert_eq!(outcome(&found), Outcome::Quiet, "{headline}: {found:#?}");
    }
    let found = inserted(
        RULE,
        "</main>",
        "<h2>「Hacked by」と表示される改ざんにご注意ください</h2><p>不正アクセスにご注意ください。</p>",
    );
    assert_eq!(outcome(&found), Outcome::Quiet, "{found:#?}");
}

#[test]
fn a_claim_in_an_ordinary_page_stays_an_alarm() {
    for snippet in [
        "<h1>Hacked by X</h1>",
        "<p><b>Hacked</b> <i>by</i> X</p>",
        "<h1>「Hacked by X」</h1>",
        "<h1>\"Hacked by X\" - greetz</h1>",
        "<h1>ハッキングされました</h1>",
        "<h1>このサイトはハッキングされました</h1>",
        "<h1>해킹되었습니다</h1>",
        "<h1>网站已被黑客攻陷</h1>",
        "<h1>乗っ取られました</h1>",
        "<script>document.title='Hacked by X'</script>",
        "<script>document.body.innerHTML='<h1>Hacked by X</h1>'</script>",
        "<img src=x onerror=\"document.body.innerHTML='Hacked by X'\">",
    ] {
        let found = inserted(RULE, "<main>", snippet);
        assert!(found.iter().any(|f| f.rule == RULE && alarms(f)), "{snippet}: {found:#?}");
    }
    for snippet in ["<p>侵入しました</p>", "<li><a href=/news/1.html>Hacked by Mister X</a></li>"] {
        let found = inserted(RULE, "</ul>", snippet);
        assert!(outcome(&found) >= Outcome::Review, "{snippet}: {found:#?}");
    }
}
