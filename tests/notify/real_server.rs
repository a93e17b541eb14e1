//! Mail through a real mail server, with and without TLS.

use super::aiosmtpd::Aiosmtpd;
use super::certificates::certificates;
use super::contract::{Fate, assert_mail_survived, expect};
use super::samples::{kinds, message, opened};
use super::smtp::{AMPLE, mailer, options};
use hinomi::model::Channel;
use hinomi::notify::SmtpOptions;

#[tokio::test]
async fn a_real_server_takes_every_kind_of_letter() {
    let Some(server) = Aiosmtpd::start(&[]) else { return };
    let mailer = mailer(options(&format!("smtp://127.0.0.1:{}", server.port)), AMPLE).expect("a mailer");
    mailer.test().await.expect("the server answers");
    for (number, (name, stories)) in kinds().into_iter().enumerate() {
        let mut message = message(stories, Channel::Mail);
        message.message_id = format!("<{number}@hinomi.example>");
        expect(name, &mailer, &message, &[], Fate::Sent).await;
        let mails = server.mails();
        assert_eq!(mails.len(), number + 1);
        let mine = format!("Message-ID: {}", message.message_id);
        let mail = mails.iter().find(|mail| String::from_utf8_lossy(mail).contains(&mine)).expect("the mail");
        let mail = String::from_utf8_lossy(mail).replace("\r\n", "\n").replace('\n', "\r\n");
        assert_mail_survived(mail.as_bytes(), &message);
    }
}

#[tokio::test]
async fn a_real_server_with_starttls_and_with_tls_from_the_start() {
    let certificates = certificates(&["localhost", "127.0.0.1"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let (certificate, key) = (file("cert.pem", &certificates.certificate), file("key.pem", &certificates.key));
    let table = [
        (["--tlscert", &certificate, "--tlskey", &key], "smtp://127.0.0.1:PORT?tls=required"),
        (["--smtpscert", &certificate, "--smtpskey", &key], "smtps://127.0.0.1:PORT"),
    ];
    for (arguments, url) in table {
        let Some(server) = Aiosmtpd::start(&arguments) else { return };
        let url = url.replace("PORT", &server.port.to_string());
        let authorities = vec![certificates.authority.clone().into_bytes()];
        let mailer = mailer(SmtpOptions { authorities, ..options(&url) }, AMPLE).expect("a mailer");
        expect(&url, &mailer, &message(vec![opened()], Channel::Mail), &[], Fate::Sent).await;
        assert_eq!(server.mails().len(), 1, "{url}");
    }
}
