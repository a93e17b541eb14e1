//! The service itself, as the program runs it: started, asked, stopped, killed, started twice.

use crate::support::{Answer, Installation, pages};
use std::process::{Child, Command};
use std::time::Duration;

/// A running service; it is killed when this is dropped.
struct Running(Child);

impl Running {
    fn start(city: &Installation) -> Self {
        let log = std::fs::File::create(city.path("service.log")).expect("a file");
        let mut command = city.command();
        let command = command.arg("run").stdout(log.try_clone().expect("a file")).stderr(log);
        Self(command.spawn().expect("hinomi"))
    }

    /// Asks it to stop; its exit code.
    fn stop(mut self) -> Option<i32> {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill");
        assert!(asked.success());
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(what: &str, done: impl Fn() -> bool) {
    for _ in 0..1200 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never happens: {what}");
}

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
    let log = || std::fs::read_to_string(city.path("service.log")).unwrap_or_default();
    until("a second life", || log().contains("hinomi is watching"));
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
