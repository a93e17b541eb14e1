//! One page's life: first sight, approval, ordinary days, an attack, and what people do about it.

use crate::support::{Answer, Installation, pages};

const BY: &str = "Hanako Yamada <web@city.example>";

#[test]
fn a_first_sight_waits_for_a_person_and_is_quiet_once_approved() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::ordinary()));
    let seen = city.check("review");
    assert_eq!(seen["findings"], serde_json::json!([]), "{seen:#}");
    let waits = city.run(&["baseline", "list", "--json"]).ended(1).line();
    assert_eq!((&waits["target"], &waits["digest"]), (&"top".into(), &seen["digest"]));
    let entered = city.run(&["baseline", "approve", "--first", "--by", BY, "--json"]).ended(0).line();
    assert_eq!(entered, serde_json::json!({"target": "top", "approved": true}));
    assert!(city.run(&["baseline", "list", "--json"]).ended(0).out.is_empty());
    city.check("unchanged");
    city.check("unchanged");
    let shown = city.run(&["baseline", "show", "top", "--json"]).ended(0).line();
    assert_eq!((&shown["record"][0]["by"], &shown["record"][0]["entered_by"]), (&BY.into(), &"tester".into()));
    city.run(&["baseline", "verify"]).ended(0);
    assert!(city.mails().is_empty(), "an ordinary day brings no mail");
}

#[test]
fn ordinary_updates_are_followed_without_a_mail() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::updated()));
    city.check("routine");
    city.check("unchanged");
    city.web.put("/top", Answer::page(pages::ordinary()));
    city.check("unchanged");
    assert!(city.run(&["incident", "list", "--all", "--json"]).ended(0).out.is_empty());
    assert!(city.mails().is_empty());
}

#[test]
fn a_hidden_frame_alarms_and_the_owner_reads_why_and_what_to_do() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::infected()));
    let seen = city.check("alarm");
    let rules: Vec<_> = seen["findings"].as_array().expect("findings").iter().map(|f| &f["rule"]).collect();
    assert!(rules.contains(&&"hidden-frame".into()), "{rules:?}");
    let mails = city.mails_to("web@city.example");
    let [mail] = mails.as_slice() else { panic!("{mails:#?}") };
    assert!(mail.subject.contains("警報") && mail.subject.contains("例示市"), "{}", mail.subject);
    assert!(mail.text.contains("malware[.]example"), "{}", mail.text);
    assert!(!mail.text.contains("http://malware.example"), "{}", mail.text);
    assert!(!mail.html.contains("<iframe") && !mail.html.contains("malware.example"), "{}", mail.html);
    for part in ["最初にすること", "証拠を残して", "自組織の変更です", "watch@noc.example"] {
        assert!(mail.text.contains(part), "{part} is missing in {}", mail.text);
    }
    assert_eq!(mail.digest().as_deref(), seen["digest"].as_str());
    assert!(mail.text.contains("hinomi baseline approve top"), "{}", mail.text);
    assert_eq!(city.mails_to("watch@noc.example").len(), 1, "the operators know too");
    assert!(city.mails_to("head@city.example").is_empty(), "the next level is not told yet");

    // It stays an alarm, and is told once.
    let again = city.check("alarm");
    assert_eq!(again["incident"], seen["incident"]);
    assert_eq!(city.mails().len(), 2);
}

#[test]
fn an_incident_is_listed_acknowledged_and_resolved() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::infected()));
    let id = city.check("alarm")["incident"].as_str().expect("an incident").to_owned();
    let listed = city.run(&["incident", "list", "--json"]).ended(1).line();
    assert_eq!((&listed["id"], &listed["state"]), (&id.as_str().into(), &"open".into()));
    let acknowledged = city.run(&["incident", "ack", &id, "--by", BY, "--reason", "on it", "--json"]).ended(0).line();
    assert_eq!(acknowledged["acknowledged"]["by"], BY);
    city.run(&["incident", "resolve", &id, "--by", BY, "--reason", "cleaned"]).ended(0);
    assert!(city.run(&["incident", "list", "--json"]).ended(0).out.is_empty());
    let all = city.run(&["incident", "list", "--all", "--json"]).ended(0).line();
    assert_eq!(all["resolved"]["reason"], "cleaned");
    let refused = city.run(&["incident", "ack", &id, "--by", BY]).ended(2);
    assert!(refused.err.contains("over already"), "{}", refused.err);

    // Resolved by mistake: the page is still infected, so it opens anew and is told again.
    let anew = city.check("alarm");
    assert_ne!(anew["incident"], id.as_str());
    assert_eq!(city.mails_to("web@city.example").len(), 2);
}

#[test]
fn this_was_us_with_the_digest_of_the_mail() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    let digest = city.mails_to("web@city.example")[0].digest().expect("a digest");
    city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", BY, "--reason", "our map"]).ended(0);
    city.check("unchanged");
    assert!(city.run(&["incident", "list", "--json"]).ended(0).out.is_empty(), "what a person approved is no incident");
    let over = city.run(&["incident", "list", "--all", "--json"]).ended(0).line();
    assert_eq!((&over["resolved"]["by"], &over["resolved"]["reason"]), (&BY.into(), &"this was us: our map".into()));
    let record = city.run(&["baseline", "show", "top", "--json"]).ended(0).line();
    assert_eq!(record["record"].as_array().map(Vec::len), Some(2));
    city.run(&["baseline", "verify"]).ended(0);
}

#[test]
fn an_attack_alarms_whatever_status_it_comes_with() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::DEFACED).status(503));
    let digest = city.check("alarm")["digest"].as_str().expect("a digest").to_owned();
    assert_eq!(city.mails_to("web@city.example").len(), 1);
    let refused = city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", BY]).ended(2);
    assert!(refused.err.contains("not the page"), "{}", refused.err);
}

#[test]
fn a_replaced_page_alarms() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::DEFACED));
    let seen = city.check("alarm");
    let rules: Vec<_> = seen["findings"].as_array().expect("findings").iter().map(|f| &f["rule"]).collect();
    assert!(rules.contains(&&"defacement-phrase".into()), "{rules:?}");
}
