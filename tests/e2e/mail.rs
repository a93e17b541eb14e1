//! Mail servers that are slow, refuse, or die between taking a mail and saying so.

use crate::aiosmtpd::Aiosmtpd;
use crate::smtp_server::{Act, Script, Server};
use crate::support::{Answer, Installation, Mail, Service, Web, pages, quick, receiver, registry};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hinomi::model::{Channel, Message, Receiver, Verdict};
use hinomi::notify::{MailOptions, Mailer, Notifier, SendError, SmtpOptions, Transport};
use hinomi::store::Store as _;
use jiff::Timestamp;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// A channel that takes everything, or refuses everything for good.
struct Channelled {
    channel: Channel,
    refuses: bool,
    got: Mutex<Vec<Message>>,
}

impl Channelled {
    fn new(channel: Channel, refuses: bool) -> Arc<Self> {
        Arc::new(Self { channel, refuses, got: Mutex::default() })
    }

    fn got(&self) -> Vec<Message> {
        self.got.lock().expect("lock").clone()
    }
}

impl Notifier for Channelled {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), SendError>> {
        self.got.lock().expect("lock").push(message.clone());
        let refusal = SendError::GiveUp { detail: "550 no such user".to_owned() };
        std::future::ready(if self.refuses { Err(refusal) } else { Ok(()) }).boxed()
    }
}

fn to(server: &Server, limit: Duration) -> Arc<dyn Notifier> {
    let smtp = SmtpOptions {
        url: format!("smtp://127.0.0.1:{}", server.port).parse().expect("a url"),
        username: None,
        password: None,
        insecure: false,
        authorities: Vec::new(),
        hello: None,
    };
    let (from, reply_to) = ("hinomi@noc.example".to_owned(), None);
    Arc::new(Mailer::new(MailOptions { transport: Transport::Smtp(smtp), from, reply_to, limit }).expect("a mailer"))
}

/// Twelve infected pages, watched by a service whose operators also have a webhook.
async fn besieged(folder: &tempfile::TempDir, web: &Web, interval: Duration) -> Service {
    let targets: Vec<_> = (0..12).map(|n| (format!("page-{n}"), web.url(&format!("/{n}")))).collect();
    let hook = Receiver { channel: Channel::Webhook, ..receiver("default") };
    let operators = vec![receiver("watch@noc.example"), hook];
    let service = Service::with_operators(folder.path(), registry(&targets, interval), quick(), operators).await;
    for number in 0..12 {
        web.put(&format!("/{number}"), Answer::page(pages::DEFACED));
    }
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_hangs_delays_no_check_and_no_other_receiver() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = besieged(&folder, &web, Duration::from_secs(1)).await;
    let silent = Server::start(Script { acts: vec![("END", Act::Hang)], tls: None }).await;
    let hook = Channelled::new(Channel::Webhook, false);
    let mailer = to(&silent, Duration::from_secs(5));
    service
        .run(vec![mailer, hook.clone()], async {
            // All pages are looked at again and again, and the webhook tells of all, while the mails hang.
            let often = |path: &str| web.seen(path).len() >= 4;
            while !((0..12).all(|n| often(&format!("/{n}"))) && told_of(&hook.got()) == 12) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await;
    assert!(!silent.received().is_empty(), "the mails were tried");
    let mails = service.deliveries().await.into_iter().filter(|one| one.message.receiver.channel == Channel::Mail);
    assert!(mails.into_iter().all(|mail| mail.sent.is_none() && !mail.given_up), "none is lost, none is done");
}

fn told_of(messages: &[Message]) -> usize {
    let mut incidents: Vec<_> = messages.iter().flat_map(|message| message.incidents.clone()).collect();
    incidents.sort_unstable();
    incidents.dedup();
    incidents.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_before_it_says_yes_gets_the_same_mail_again() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let service = besieged(&folder, &web, HOUR).await;
    assert_eq!(service.check("page-0").await.verdict, Verdict::Alarm);
    let dying = Server::start(Script { acts: vec![("END", Act::Drop)], tls: None }).await;
    let hook = Channelled::new(Channel::Webhook, false);
    service.postman(vec![to(&dying, HOUR), hook.clone()]).once().await.expect("the store");
    for waiting in service.deliveries().await.into_iter().filter(|delivery| delivery.sent.is_none()) {
        // Its time has come again.
        let (now, why) = (Timestamp::now(), "died".to_owned());
        service.store.failed(waiting.message.id, now, why, Some(now), Vec::new()).await.expect("the store");
    }
    let well = Server::start(Script::default()).await;
    service.postman(vec![to(&well, HOUR), hook]).once().await.expect("the store");
    let (first, second) = (ids(&dying), ids(&well));
    assert_eq!((first.len(), &first), (2, &second), "owner and operators, the same Message-ID each");
    assert!(service.deliveries().await.iter().all(|delivery| delivery.sent.is_some()), "none is lost");
}

fn ids(server: &Server) -> Vec<(String, String, String)> {
    let mails = server.received().into_iter().map(|received| Mail::read(&received.mail));
    let mut ids: Vec<_> = mails.map(|mail| (mail.to, mail.message_id, mail.text)).collect();
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_become_visible_and_come_to_an_end() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let targets = [("page-0".to_owned(), web.url("/0"))];
    let operators = vec![receiver("a@noc.example"), receiver("b@noc.example")];
    let service = Service::with_operators(folder.path(), registry(&targets, HOUR), quick(), operators).await;
    web.put("/0", Answer::page(pages::DEFACED));
    assert_eq!(service.check("page-0").await.verdict, Verdict::Alarm);
    let nobody = Channelled::new(Channel::Mail, true);
    for _ in 0..20 {
        service.postman(vec![nobody.clone()]).once().await.expect("the store");
    }
    let got = nobody.got();
    assert!(got.iter().any(|message| message.text.contains("web@city.example")), "the operators hear of it");
    assert!(got.len() < 12, "a complaint about a complaint is not made: {} messages", got.len());
    assert_eq!(service.store.outbox(Timestamp::now()).await.expect("the store").given_up, got.len() as u64);
}

#[test]
fn mail_arrives_at_a_real_server() {
    let Some(server) = Aiosmtpd::start(&[]) else { return };
    let city = Installation::approved(&pages::ordinary());
    let settings = std::fs::read_to_string(city.path("hinomi.toml")).expect("settings");
    let way = format!("[mail]\nsmtp = \"smtp://127.0.0.1:{}\"\n", server.port);
    city.write("hinomi.toml", settings.replace("[mail]\n", &way));
    city.web.put("/top", Answer::page(pages::infected()));
    city.check("alarm");
    let mails: Vec<Mail> = server.mails().iter().map(|mail| Mail::read(mail)).collect();
    assert_eq!(mails.len(), 2, "{mails:#?}");
    assert!(mails.iter().all(|mail| mail.subject.contains("例示市") && mail.text.contains("malware[.]example")));
    assert_eq!(city.mails().len(), 0, "not into the folder");
}
