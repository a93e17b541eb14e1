//! Mail through a server that refuses, stalls, dies or insists on TLS.

use super::certificates::certificates;
use super::contract::{Fate, assert_mail_survived, attempt, expect};
use super::samples::{kinds, letter, message, opened, rules};
use super::server::{Act, Script, Server, Tls};
use hinomi::model::{Channel, Language, Message, Secret};
use hinomi::notify::{MailError, MailOptions, Mailer, SmtpOptions, Transport, write};
use std::sync::Arc;
use std::time::Duration;

const PASSWORD: &str = "correct horse/battery+staple";

/// The password as it is, and as AUTH sends it.
const SECRETS: [&str; 3] =
    [PASSWORD, "Y29ycmVjdCBob3JzZS9iYXR0ZXJ5K3N0YXBsZQ==", "AGhpbm9taQBjb3JyZWN0IGhvcnNlL2JhdHRlcnkrc3RhcGxl"];

pub(crate) fn options(url: &str) -> SmtpOptions {
    SmtpOptions {
        url: url.parse().expect("a url"),
        username: None,
        password: None,
        insecure: false,
        authorities: Vec::new(),
        hello: Some("hinomi.example".to_owned()),
    }
}

pub(crate) fn mailer(server: SmtpOptions, limit: Duration) -> Result<Mailer, MailError> {
    Mailer::new(MailOptions {
        transport: Transport::Smtp(server),
        from: "火の見 監視室 <hinomi@noc.example>".to_owned(),
        reply_to: Some("watch@noc.example".to_owned()),
        limit,
    })
}

/// Longer than any answer of a test server, on a slow machine too.
pub(crate) const AMPLE: Duration = Duration::from_secs(20);

fn to(server: &Server) -> Mailer {
    mailer(options(&format!("smtp://127.0.0.1:{}", server.port)), AMPLE).expect("a mailer")
}

fn with_login(server: &Server) -> Mailer {
    let login = SmtpOptions {
        username: Some("hinomi".to_owned()),
        password: Some(Secret::new(PASSWORD)),
        ..options(&format!("smtp://127.0.0.1:{}", server.port))
    };
    mailer(login, AMPLE).expect("a mailer")
}

fn mail() -> Message {
    message(vec![opened()], Channel::Mail)
}

async fn scripted(step: &'static str, act: Act) -> Server {
    Server::start(Script { acts: vec![(step, act)], tls: None }).await
}

#[tokio::test]
async fn what_is_tried_again_and_what_is_given_up() {
    use Act::{Drop, Say};
    let table = [
        ("busy", "GREETING", Say("421 too busy"), Fate::Retry),
        ("greeting refused", "GREETING", Say("554 no SMTP service here"), Fate::Retry),
        ("no greeting", "GREETING", Drop, Fate::Retry),
        ("not SMTP", "GREETING", Say("HTTP/1.1 400 Bad Request"), Fate::Retry),
        ("login wrong", "AUTH", Say("535 5.7.8 wrong"), Fate::Retry),
        ("login later", "AUTH", Say("454 4.7.0 later"), Fate::Retry),
        ("sender greylisted", "MAIL", Say("451 4.7.1 greylisted"), Fate::Retry),
        ("sender refused", "MAIL", Say("550 5.7.1 sender not allowed"), Fate::Retry),
        ("login missing", "MAIL", Say("530 5.7.0 authentication required"), Fate::Retry),
        ("mailbox busy", "RCPT", Say("450 4.2.1 busy"), Fate::Retry),
        ("mailbox full", "RCPT", Say("452 4.2.2 full"), Fate::Retry),
        ("nobody there", "RCPT", Say("550 5.1.1 no such user"), Fate::GiveUp),
        ("login missing at the receiver", "RCPT", Say("530 5.7.0 authenticate first"), Fate::Retry),
        ("no relay for us", "RCPT", Say("554 5.7.1 <a@b>: Relay access denied"), Fate::Retry),
        ("no data", "DATA", Say("451 4.3.0 later"), Fate::Retry),
        ("content later", "END", Say("451 4.3.0 later"), Fate::Retry),
        ("content refused", "END", Say("554 5.6.0 content refused"), Fate::GiveUp),
        ("died at the receiver", "RCPT", Drop, Fate::Retry),
        ("died after the mail", "END", Drop, Fate::Retry),
        ("nonsense", "RCPT", Say("what?"), Fate::Retry),
        ("well", "NONE", Drop, Fate::Sent),
    ];
    for (name, step, act, fate) in table {
        let server = scripted(step, act).await;
        expect(name, &with_login(&server), &mail(), &SECRETS, fate).await;
    }
}

#[tokio::test]
async fn a_silent_or_dripping_server_is_left_at_the_limit() {
    for (step, act) in [("GREETING", Act::Hang), ("RCPT", Act::Hang), ("END", Act::Hang), ("EHLO", Act::Drip)] {
        let server = scripted(step, act).await;
        let url = format!("smtp://127.0.0.1:{}", server.port);
        let mailer = mailer(options(&url), Duration::from_millis(300)).expect("a mailer");
        expect(step, &mailer, &mail(), &[], Fate::Retry).await;
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = unused.local_addr().expect("an address").port();
    drop(unused);
    for url in [format!("smtp://127.0.0.1:{port}"), format!("smtps://127.0.0.1:{port}")] {
        expect("refused", &mailer(options(&url), AMPLE).expect("a mailer"), &mail(), &[], Fate::Retry).await;
    }
    let unknown = mailer(options("smtps://mail.invalid"), AMPLE).expect("a mailer");
    expect("unknown name", &unknown, &mail(), &[], Fate::Retry).await;
}

#[tokio::test]
async fn a_server_that_repeats_the_password_is_not_quoted() {
    let echoes = [
        "535 no: correct horse/battery+staple",
        "535 no: AGhpbm9taQBjb3JyZWN0IGhvcnNlL2JhdHRlcnkrc3RhcGxl",
        "535 no: Y29ycmVjdCBob3JzZS9iYXR0ZXJ5K3N0YXBsZQ==",
    ];
    for echo in echoes {
        let server = scripted("AUTH", Act::Say(echo)).await;
        let (fate, text) = attempt(&with_login(&server), &mail(), &SECRETS).await;
        assert_eq!(fate, Fate::Retry);
        assert!(text.contains("***") && text.contains("login"), "{text}");
    }
}

#[tokio::test]
async fn what_a_server_says_is_shown_in_one_visible_line() {
    let server = scripted("RCPT", Act::Say("550-no\u{1b}[31m\r\n550 such\u{202e} user")).await;
    let (fate, text) = attempt(&to(&server), &mail(), &[]).await;
    assert_eq!(fate, Fate::GiveUp);
    assert!(!text.contains(['\u{202e}', '\u{1b}']) && text.contains("check the contact"), "{text}");
}

#[tokio::test]
async fn japanese_survives_in_every_kind_of_letter() {
    let server = Server::start(Script::default()).await;
    let mailer = to(&server);
    for (name, stories) in kinds() {
        for language in [Language::Japanese, Language::English] {
            let message = write(&letter(stories.clone(), Channel::Mail, language), &rules);
            expect(name, &mailer, &message, &[], Fate::Sent).await;
            let received = server.received().pop().expect("a mail");
            assert_mail_survived(&received.mail, &message);
            assert!(received.from.contains("<hinomi@noc.example>"), "{}", received.from);
            assert!(received.to.contains("<web@city.example>"), "{}", received.to);
        }
    }
    assert_eq!(server.connections(), 1, "one connection serves them all");
}

#[tokio::test]
async fn a_repeated_message_is_the_same_mail() {
    let server = scripted("END", Act::Drop).await;
    let message = mail();
    for _ in 0..2 {
        expect("died after the mail", &to(&server), &message, &[], Fate::Retry).await;
    }
    let mails: Vec<Vec<u8>> = server.received().into_iter().map(|received| received.mail).collect();
    let [first, second] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_eq!(String::from_utf8_lossy(first), String::from_utf8_lossy(second));
    assert_mail_survived(first, &message);
}

#[tokio::test]
async fn a_broken_kept_connection_is_replaced() {
    let server = scripted("NOOP", Act::Drop).await;
    let mailer = to(&server);
    for _ in 0..3 {
        expect("again", &mailer, &mail(), &[], Fate::Sent).await;
    }
    assert_eq!((server.received().len(), server.connections()), (3, 3));
}

#[tokio::test]
async fn tls_from_the_start_and_by_starttls() {
    let certificates = Arc::new(certificates(&["127.0.0.1", "localhost"]));
    for (tls, url) in [(Tls::Wrapped, "smtps://127.0.0.1:PORT"), (Tls::StartTls, "smtp://localhost:PORT?tls=required")]
    {
        let script = Script { tls: Some((tls, certificates.clone())), ..Script::default() };
        let server = Server::start(script).await;
        let url = url.replace("PORT", &server.port.to_string());
        let trusting = SmtpOptions {
            authorities: vec![certificates.authority.clone().into_bytes()],
            username: Some("hinomi".to_owned()),
            password: Some(Secret::new(PASSWORD)),
            ..options(&url)
        };
        let mailer = mailer(trusting, AMPLE).expect("a mailer");
        expect("trusted", &mailer, &mail(), &SECRETS, Fate::Sent).await;
        mailer.test().await.expect("the server answers");
        assert_eq!((server.received().len(), server.logins().len()), (1, 2));

        let doubting = super::smtp::mailer(options(&url), AMPLE).expect("a mailer");
        expect("unknown authority", &doubting, &mail(), &[], Fate::Retry).await;
        assert_eq!(server.received().len(), 1, "nothing goes to a server that cannot prove who it is");
    }
}

#[tokio::test]
async fn without_tls_nothing_is_said_where_tls_is_required() {
    let server = Server::start(Script::default()).await;
    let url = format!("smtp://127.0.0.1:{}?tls=required", server.port);
    let login =
        SmtpOptions { username: Some("hinomi".to_owned()), password: Some(Secret::new(PASSWORD)), ..options(&url) };
    expect("no STARTTLS", &mailer(login, AMPLE).expect("a mailer"), &mail(), &SECRETS, Fate::Retry).await;
    assert!(server.received().is_empty() && server.logins().is_empty());
}

#[tokio::test]
async fn an_address_that_is_none_is_given_up() {
    let server = Server::start(Script::default()).await;
    for address in ["", "nobody", "a@b@c", "a@b.example\r\nRCPT TO:<x@y.example>", "a b@c.example"] {
        let mut message = mail();
        message.receiver.address = address.to_owned();
        expect(address, &to(&server), &message, &[], Fate::GiveUp).await;
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn names_and_subjects_add_no_header() {
    let server = Server::start(Script::default()).await;
    let mut message = mail();
    message.receiver.name = "担当\r\nBcc: x@victim.example".to_owned();
    message.subject = "題\r\nBcc: x@victim.example\r\n\r\nbody".to_owned();
    message.message_id = "<1@hinomi.example>\r\nBcc: <x@victim.example>".to_owned();
    message.references = vec!["<2@hinomi.example>\r\nBcc: x".to_owned()];
    expect("injection", &to(&server), &message, &[], Fate::Sent).await;
    let received = server.received().pop().expect("a mail");
    let read = mail_parser::MessageParser::default().parse(&received.mail).expect("a mail");
    assert!(read.header("Bcc").is_none(), "{}", String::from_utf8_lossy(&received.mail));
    assert_eq!(read.subject(), Some("題 Bcc: x@victim.example body"));
}

#[test]
fn wrong_settings_are_named_without_a_secret() {
    let half = SmtpOptions { username: Some("a".to_owned()), ..options("smtp://127.0.0.1") };
    let pem = SmtpOptions { authorities: vec![b"-----BEGIN NONSENSE".to_vec()], ..options("smtps://mail.example") };
    let table = [
        (options("https://mail.example"), "smtps://host"),
        (options("smtp://hinomi:hunter2@mail.example"), "settings of their own"),
        (half, "both or not at all"),
    ];
    for (server, says) in table {
        let shown = format!("{server:?}");
        let error = mailer(server, AMPLE).expect_err("a wrong setting").to_string();
        assert!(error.contains(says), "{error}");
        assert!(!error.contains("hunter2") && !shown.contains("hunter2"), "{error} {shown}");
    }
    assert!(mailer(pem, AMPLE).is_err());
    let login = SmtpOptions {
        username: Some("a".to_owned()),
        password: Some(Secret::new(PASSWORD)),
        ..options("smtp://127.0.0.1")
    };
    assert!(!format!("{:?} {:?}", login.clone(), mailer(login, AMPLE)).contains("correct horse"));
    let from = MailOptions {
        transport: Transport::Smtp(options("smtp://127.0.0.1")),
        from: "nobody".to_owned(),
        reply_to: None,
        limit: AMPLE,
    };
    assert!(Mailer::new(from).expect_err("no address").to_string().starts_with("from is no mail address"));
}
