//! What people decide, and what hinomi refuses to let them decide.

use crate::support::{Answer, Installation, pages};

const BY: &str = "Hanako Yamada <web@city.example>";

/// The digest of what waits.
fn waiting(city: &Installation) -> String {
    city.run(&["baseline", "list", "--json"]).ended(1).line()["digest"].as_str().expect("a digest").to_owned()
}

#[test]
fn an_approval_is_refused_when_the_page_has_changed_since() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    city.check("review");
    let looked_at = waiting(&city);
    let both = pages::renewed(&pages::NEWS).replace("</body>", &format!("{}</body>", pages::FRAME));
    city.web.put("/top", Answer::page(both));
    city.check("alarm");
    let refused = city.run(&["baseline", "approve", "top", "--digest", &looked_at, "--by", BY]).ended(2);
    assert!(refused.err.contains("more than routine"), "{}", refused.err);
    city.check("alarm");
}

#[test]
fn an_approval_is_taken_when_only_routine_changes_came_after() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    city.check("review");
    let looked_at = waiting(&city);
    let mut news = pages::NEWS.to_vec();
    news.insert(0, "市議会定例会の日程が決まりました");
    city.web.put("/top", Answer::page(pages::renewed(&news)));
    city.check("review");
    assert_ne!(waiting(&city), looked_at, "newer snapshots replace what the proposal shows");
    city.run(&["baseline", "approve", "top", "--digest", &looked_at, "--by", BY]).ended(0);
    city.check("routine");
    city.run(&["baseline", "verify"]).ended(0);
}

#[test]
fn an_unknown_digest_is_refused() {
    let city = Installation::approved(&pages::ordinary());
    let digest = "0".repeat(64);
    let refused = city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", BY]).ended(2);
    assert!(refused.err.contains("nothing waits"), "{}", refused.err);
    city.web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    city.check("review");
    let refused = city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", BY]).ended(2);
    assert!(refused.err.contains(&waiting(&city)), "it says what waits: {}", refused.err);
    city.run(&["baseline", "approve", "top", "--digest", "xyz", "--by", BY]).ended(2);
    city.run(&["baseline", "approve", "top", "--digest", &waiting(&city), "--by", " "]).ended(2);
}

#[test]
fn what_was_not_ours_is_dropped_and_never_approved() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    city.check("review");
    let digest = waiting(&city);
    let other = "0".repeat(64);
    let refused = city.run(&["baseline", "reject", "top", "--digest", &other, "--by", BY]).ended(2);
    assert!(refused.err.contains(&digest), "it says what waits instead: {refused:?}");
    city.run(&["baseline", "reject", "top", "--digest", &digest, "--by", BY, "--reason", "not us"]).ended(0);
    assert!(city.run(&["baseline", "list", "--json"]).ended(0).out.is_empty());
    city.run(&["baseline", "reject", "top", "--by", BY]).ended(2);
    let opened = city.run(&["incident", "list", "--json"]).ended(1).line();
    assert_eq!((&opened["state"], &opened["verdict"]), (&"acknowledged".into(), &"alarm".into()), "{opened:#}");
    let seen = city.check("alarm");
    assert_eq!(seen["incident"], opened["id"], "it stays an alarm while the page shows that state");
    city.check("alarm");
    for address in ["web@city.example", "watch@noc.example"] {
        let mails = city.mails_to(address);
        assert!(mails.iter().any(|mail| mail.subject.contains("警報")), "{address} is told: {mails:#?}");
    }
    // A slip of the hand can still be put right.
    assert_eq!(waiting(&city), digest, "it is still there, so it waits again");
    city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", BY]).ended(0);
    city.check("unchanged");
    assert!(city.run(&["incident", "list", "--json"]).ended(0).out.is_empty(), "over by that answer");
}

#[test]
fn a_retired_state_needs_a_person_again() {
    let city = Installation::approved(&pages::ordinary());
    let shown = city.run(&["baseline", "show", "top", "--json"]).ended(0).line();
    let digest = shown["states"][0]["snapshot"]["state"].as_str().expect("a digest").to_owned();
    city.run(&["baseline", "retire", "top", "--digest", &digest, "--by", BY, "--reason", "old"]).ended(0);
    city.check("review");
    let left = city.run(&["baseline", "approve", "--first", "--by", BY, "--json"]).ended(1).line();
    assert_eq!(left["approved"], false, "it is no first snapshot: {left:#}");
    city.run(&["baseline", "retire", "top", "--digest", &digest, "--by", BY]).ended(2);
    city.run(&["baseline", "verify"]).ended(0);
}

#[test]
fn a_silence_holds_back_no_alarm() {
    let city = Installation::approved(&pages::ordinary());
    let silence = ["silence", "add", "--target", "top", "--for", "2h", "--by", BY, "--reason", "works", "--json"];
    let id = city.run(&silence).ended(0).line()["id"].as_str().expect("an id").to_owned();
    assert_eq!(city.run(&["silence", "list", "--json"]).ended(0).lines().len(), 1);
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    assert_eq!(city.mails_to("web@city.example").len(), 1);
    city.run(&["silence", "remove", &id]).ended(0);
    assert!(city.run(&["silence", "list", "--json"]).ended(0).out.is_empty());
    city.run(&["silence", "remove", &id]).ended(2);
}

#[test]
fn a_planned_change_marks_the_proposal_and_lowers_no_alarm() {
    let city = Installation::approved(&pages::ordinary());
    city.run(&["plan", "add", "top", "--for", "3h", "--by", BY, "--reason", "site renewal"]).ended(0);
    city.web.put("/top", Answer::page(pages::renewed(&pages::NEWS)));
    city.check("review");
    let waits = city.run(&["baseline", "list", "--json"]).ended(1).line();
    assert!(waits["planned"].as_str().is_some_and(|plan| plan.contains("site renewal")), "{waits:#}");
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
}

#[test]
fn a_special_page_is_told_on_entry_and_on_leaving() {
    let city = Installation::approved(&pages::ordinary());
    let disaster =
        pages::city(&["避難情報: 高台へ避難してください"], "<form action=\"/anpi\"><input name=\"q\"></form>");
    city.web.put("/top", Answer::page(disaster));
    city.check("review");
    let digest = waiting(&city);
    let approve = ["baseline", "approve", "top", "--digest", &digest, "--by", BY, "--special", "災害"];
    city.run(&approve).ended(0);
    city.web.put("/top", Answer::page(pages::ordinary()));
    city.check("unchanged");
    let before = city.mails().len();
    city.web.put(
        "/top",
        Answer::page(pages::city(
            &["避難情報: 高台へ避難してください"],
            "<form action=\"/anpi\"><input name=\"q\"></form>",
        )),
    );
    city.check("unchanged");
    let told = city.mails_to("web@city.example");
    assert!(told.iter().any(|mail| mail.text.contains("災害")), "{told:#?}");
    assert!(city.mails().len() > before);
}

#[test]
fn two_personas_have_two_baselines() {
    let city = Installation::watching(&[("/top", "personas = [\"desktop\", \"mobile\"]")]);
    city.web.put("/top", Answer::page(pages::ordinary()));
    city.run(&["check", "--json"]).ended(1);
    city.run(&["baseline", "approve", "--first", "--by", BY]).ended(0);
    city.web.put_mobile("/top", Answer::page(pages::infected()));
    let lines = city.run(&["check", "--json"]).ended(1).lines();
    let verdict = |persona: &str| lines.iter().find(|line| line["persona"] == persona).map(|line| &line["verdict"]);
    assert_eq!((verdict("desktop"), verdict("mobile")), (Some(&"unchanged".into()), Some(&"alarm".into())));
    let mail = &city.mails_to("web@city.example")[0];
    assert!(mail.text.contains("--persona mobile"), "the command must name the persona: {}", mail.text);
    let digest = mail.digest().expect("a digest");
    let approve = ["baseline", "approve", "top", "--digest", &digest, "--by", BY, "--persona", "mobile"];
    city.run(&approve).ended(0);
    let lines = city.run(&["check", "--json"]).ended(0).lines();
    assert!(lines.iter().all(|line| line["verdict"] == "unchanged"), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_a_bad_certificate_is_compared_and_cannot_be_approved() {
    let certificates = crate::certificates::certificates(&["wrong.example"]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let acceptor = certificates.acceptor();
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await;
            let page = pages::ordinary();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", page.len());
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, format!("{head}{page}").as_bytes()).await;
            let _ = tokio::io::AsyncWriteExt::shutdown(&mut stream).await;
        }
    });
    let city = Installation::watching(&[("/top", "")]);
    let targets = std::fs::read_to_string(city.path("targets.toml")).expect("targets");
    city.write("targets.toml", targets.replace(&city.web.url("/top"), &format!("https://127.0.0.1:{port}/top")));
    let refused = tokio::task::spawn_blocking(move || {
        let seen = city.run(&["check", "--json"]).ended(1).line();
        assert_eq!(seen["findings"][0]["rule"], "bad-certificate", "{seen:#}");
        city.run(&["baseline", "approve", "--first", "--by", BY, "--json"]).ended(1);
        let digest = seen["digest"].as_str().expect("a digest").to_owned();
        city.run(&["baseline", "approve", "top", "--digest", &digest, "--by", BY]).ended(2)
    });
    let refused = refused.await.expect("no panic");
    assert!(refused.err.contains("certificate"), "{}", refused.err);
}

#[test]
fn a_decision_needs_a_name_with_a_mail_address() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::ordinary()));
    city.check("review");
    for by in [
        "",
        "Hanako",
        "<web@city.example>",
        "Hanako <web>",
        "Hanako <a@b> x",
        "Hanako <a b@c>",
        "Hanako web@city.example",
    ] {
        let refused = city.run(&["baseline", "approve", "--first", "--by", by]);
        assert!(
            refused.err.contains("Hanako Yamada <web@city.example>") || refused.out.contains("left"),
            "{by}: {refused:?}"
        );
        assert_eq!(city.run(&["baseline", "list", "--json"]).ended(1).lines().len(), 1, "{by}: nothing was approved");
    }
    city.run(&["baseline", "approve", "--first", "--by", BY]).ended(0);
}

#[test]
fn empty_lists_say_so_and_windows_in_the_past_are_refused() {
    let city = Installation::approved(&pages::ordinary());
    for (command, said) in [
        (&["silence", "list"][..], "no messages are held back"),
        (&["plan", "list"], "no changes are announced"),
        (&["baseline", "approve", "--first", "--by", BY], "no first snapshot waits"),
    ] {
        let ran = city.run(command).ended(0);
        assert!(ran.out.contains(said), "{ran:?}");
        let json: Vec<&str> = command.iter().copied().chain(["--json"]).collect();
        assert_eq!(city.run(&json).ended(0).out, "", "{command:?}");
    }
    let plan =
        ["plan", "add", "top", "--from", "2026-01-01T00:00:00Z", "--for", "3h", "--by", BY, "--reason", "renewal"];
    let refused = city.run(&plan).ended(2);
    assert!(refused.err.contains("ended"), "{refused:?}");
}

#[test]
fn a_clean_page_with_an_open_incident_says_what_ends_it() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    city.web.put("/top", Answer::page(pages::ordinary()));
    let ran = city.run(&["check"]).ended(0);
    assert!(ran.out.contains("still open") && ran.out.contains("incident resolve"), "{ran:?}");
    let shown = city.run(&["incident", "list", "--json"]).lines();
    let id = shown[0]["id"].as_str().expect("an id").to_owned();
    let shown = city.run(&["incident", "show", &id]);
    assert!(shown.out.contains("no longer on the page"), "{shown:?}");
}

#[test]
fn states_that_are_shown_in_turn_stand_beside_each_other() {
    let variant = |name: &str| {
        let code = format!("<script>document.querySelector('h1').classList.add('{name}'); var {name} = 1;</script>");
        pages::city(&pages::NEWS, &code)
    };
    let city = Installation::approved(&variant("calm"));
    let approve = |more: &[&str]| {
        let digest = waiting(&city);
        city.run(&[&["baseline", "approve", "top", "--digest", &digest, "--by", BY], more].concat())
    };
    let reasons = || {
        let told = city.run(&["--language", "en", "check", "--explain", "top"]).ended(1).out;
        told.contains("--beside")
    };
    city.web.put("/top", Answer::page(variant("bold")));
    city.check("review");
    assert!(!reasons(), "nothing came back yet");
    approve(&[]).ended(0);
    city.web.put("/top", Answer::page(variant("calm")));
    city.check("review");
    assert!(reasons(), "what was approved before is back");
    approve(&["--beside"]).ended(0);
    for shown in ["bold", "calm", "bold"] {
        city.web.put("/top", Answer::page(variant(shown)));
        city.check("unchanged");
    }
    let news = pages::city(
        &["夏祭りのお知らせ"],
        "<script>document.querySelector('h1').classList.add('calm'); var calm = 1;</script>",
    );
    city.web.put("/top", Answer::page(news));
    city.check("routine");
    city.web.put("/top", Answer::page(variant("loud")));
    city.check("review");
    approve(&["--special", "災害", "--beside"]).ended(2);
    approve(&[]).ended(0);
    city.web.put("/top", Answer::page(variant("calm")));
    city.check("review");
    city.run(&["baseline", "verify"]).ended(0);
}

#[test]
fn an_observation_of_the_past_is_judged_again_from_what_is_kept() {
    let city = Installation::approved(&pages::ordinary());
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    let alarmed = jiff::Timestamp::now().to_string();
    city.web.put("/top", Answer::page(pages::ordinary()));
    city.check("unchanged");
    let requests = city.web.seen("/top").len();
    let past = |at: &str, code| city.run(&["check", "top", "--explain", "--at", at, "--json"]).ended(code);
    let line = past(&alarmed, 1).line();
    assert_eq!(
        (&line["verdict"], &line["then"]["verdict"], &line["then"]["anew"]),
        (&"alarm".into(), &"alarm".into(), &true.into())
    );
    assert!(line["because"].as_array().is_some_and(|because| !because.is_empty()), "{line:#}");
    let now = jiff::Timestamp::now().to_string();
    let line = past(&now, 0).line();
    assert_eq!((&line["verdict"], &line["then"]["anew"]), (&"unchanged".into(), &true.into()), "{line:#}");
    assert_eq!(city.web.seen("/top").len(), requests, "nothing is fetched");
    let before = past("2020-01-01T00:00:00Z", 2);
    assert!(before.err.contains("not observed as early as that"), "{before:?}");
    let told = city.run(&["check", "top", "--explain", "--at", &alarmed]).ended(1).out;
    assert!(told.contains("observed") && told.contains("judged again today"), "{told}");
    city.run(&["check", "--explain", "--at", &alarmed]).ended(2);
}
