//! The service itself, as the program runs it: started, asked, stopped, killed, started twice.

use crate::running::{Running, log, until};
use crate::support::{Answer, Installation, pages};
use std::time::Duration;

#[test]
fn it_watches_alone_and_ends_in_good_order() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::DEFACED));
    let service = Running::start(&city);
    until("an alarm in the owner's mailbox", || city.mails_to("web@city.example").len() == 1);
    let second = city.run(&["run"]).ended(2);
    assert!(second.err.contains("another hinomi service"), "{}", second.err);
    assert_eq!(city.run(&["incident", "list", "--json"]).ended(1).lines().len(), 1, "commands work beside it");
    assert_eq!(service.stop(), Some(0));
    let again = Running::start(&city);
    // Not by a third `run`: that might be the one that gets the lock.
    until("a second life", || log(&city).contains("hinomi is watching"));
    assert_eq!(again.stop(), Some(0));
    assert_eq!(city.mails().len(), 2, "owner and operators, once each, and no word of trouble");
}

#[test]
fn after_a_kill_the_operators_are_told() {
    let city = Installation::watching(&[("/top", "")]);
    city.web.put("/top", Answer::page(pages::ordinary()));
    let service = Running::start(&city);
    until("a first check", || !city.web.seen("/top").is_empty());
    drop(service);
    let service = Running::start(&city);
    until("a word to the operators", || {
        city.mails_to("watch@noc.example").iter().any(|mail| mail.text.contains("前回は予期せず終了しました"))
    });
    assert_eq!(service.stop(), Some(0));
    city.run(&["baseline", "verify"]).ended(0);
}

#[test]
fn a_round_by_hand_leaves_the_sending_to_a_service_that_runs() {
    let city = Installation::approved(&pages::ordinary());
    let lock = std::fs::File::options().write(true).open(city.path("data/hinomi.lock")).expect("the lock");
    lock.lock().expect("nobody holds it");
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    assert!(city.mails().is_empty(), "two postmen would send it twice");
    drop(lock);
    city.check("alarm");
    assert_eq!(city.mails_to("web@city.example").len(), 1, "nothing was lost");
}

/// Takes a lock of the data folder as another process would.
fn hold(city: &Installation, name: &str, lock: fn(&std::fs::File) -> std::io::Result<()>) -> std::fs::File {
    let mut options = std::fs::File::options();
    let file = options.create(true).truncate(false).write(true).open(city.path("data").join(name)).expect("the lock");
    lock(&file).expect("nobody holds it");
    file
}

#[test]
fn a_command_waits_for_another_one_that_sends_and_sends_what_it_left() {
    let city = Installation::approved(&pages::ordinary());
    let sending = hold(&city, "outbox.lock", std::fs::File::lock);
    city.web.put("/top", Answer::page(pages::infected()));
    let mut check = city.command().arg("check").stdout(std::process::Stdio::null()).spawn().expect("hinomi");
    until("the second look", || city.web.seen("/top").len() >= 3);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(check.try_wait().expect("a child"), None, "nobody else would send its alarm");
    assert!(city.mails().is_empty(), "the other one is at it");
    drop(sending);
    assert_eq!(check.wait().expect("it ends").code(), Some(1));
    assert_eq!(city.mails_to("web@city.example").len(), 1);
}

#[test]
fn a_service_waits_for_the_moment_of_a_command() {
    let city = Installation::approved(&pages::ordinary());
    let moment = hold(&city, "hinomi.lock", std::fs::File::lock_shared);
    let service = Running::start(&city);
    std::thread::sleep(Duration::from_secs(1));
    drop(moment);
    until("it watches", || log(&city).contains("hinomi is watching"));
    assert_eq!(service.stop(), Some(0));
}

#[test]
fn a_wrong_registry_at_the_start_ends_no_watch() {
    let city = Installation::approved(&pages::ordinary());
    let good = std::fs::read(city.path("targets.toml")).expect("a registry");
    city.web.put("/top", Answer::page(pages::infected()));
    city.write("targets.toml", "nonsense = 1\n");
    let service = Running::start(&city);
    until("an alarm under the stored registry", || city.mails_to("web@city.example").len() == 1);
    let told = || city.mails_to("watch@noc.example").into_iter().any(|mail| mail.text.contains("nonsense"));
    until("a word to the operators", told);
    city.write("targets.toml", good);
    until("the mended one", || log(&city).contains("the registry was read again"));
    assert_eq!(service.stop(), Some(0));
    for wrong in ["", "[[organisation]]\nid = \"example-city\"\nname = \"例示市\"\n"] {
        city.write("targets.toml", wrong);
        let service = Running::start(&city);
        until("it watches what is stored", || log(&city).contains("hinomi is watching"));
        assert!(log(&city).contains("no target at all"), "{}", log(&city));
        assert_eq!(service.stop(), Some(0));
    }
}

#[test]
fn a_wrong_registry_where_nothing_is_stored_is_an_error() {
    let city = Installation::watching(&[("/top", "nonsense = 1")]);
    let refused = city.run(&["run"]).ended(2);
    assert!(refused.err.contains("nonsense"), "{}", refused.err);
}

#[test]
fn an_empty_registry_takes_nothing_away() {
    let city = Installation::approved(&pages::ordinary());
    let good = std::fs::read(city.path("targets.toml")).expect("a registry");
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    city.write("targets.toml", "");
    let refused = city.run(&["check"]).ended(2);
    assert!(refused.err.contains("--targets"), "{}", refused.err);
    assert_eq!(city.run(&["incident", "list", "--json"]).ended(1).lines().len(), 1, "nothing is closed");
    city.write("targets.toml", good);
    city.check("alarm");
}

#[test]
fn who_was_alarmed_hears_that_the_page_is_watched_no_more() {
    let city = Installation::watching(&[("/top", ""), ("/other", "")]);
    for path in ["/top", "/other"] {
        city.web.put(path, Answer::page(pages::ordinary()));
    }
    city.web.put("/top", Answer::page(pages::DEFACED));
    city.run(&["check"]).ended(1);
    assert_eq!(city.mails_to("web@city.example").len(), 1);
    city.run(&["target", "remove", "top"]).ended(0);
    city.run(&["check"]).ended(1);
    for receiver in ["web@city.example", "watch@noc.example"] {
        let mails = city.mails_to(receiver);
        let last = mails.iter().find(|mail| mail.text.contains("監視対象から外された"));
        let last = last.unwrap_or_else(|| panic!("{receiver}: {mails:#?}"));
        assert!(last.subject.contains("top") && last.text.contains("確認していません"), "{last:#?}");
    }
}
