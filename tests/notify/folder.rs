//! Mail into a folder of `.eml` files.

use super::contract::{Fate, assert_mail_survived, expect};
use super::samples::{kinds, message, opened};
use hinomi::model::{Channel, Message};
use hinomi::notify::{MailOptions, Mailer, Transport};
use std::path::Path;
use std::time::Duration;

fn mailer(folder: &Path) -> Mailer {
    Mailer::new(MailOptions {
        transport: Transport::Folder(folder.to_owned()),
        from: "火の見 監視室 <hinomi@noc.example>".to_owned(),
        reply_to: None,
        limit: Duration::from_secs(20),
    })
    .expect("a mailer")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn each_kind_of_letter_can_be_read_from_its_file() {
    for (name, stories) in kinds() {
        let folder = tempfile::tempdir().expect("folder");
        let folder = folder.path().join("new/mail");
        let message: Message = message(stories, Channel::Mail);
        expect(name, &mailer(&folder), &message, &[], Fate::Sent).await;
        let [file] = names(&folder).try_into().expect("one file");
        assert!(file.starts_with("20261122T153200Z-火の見-") && file.ends_with(".eml"), "{file}");
        assert!(file.len() <= 255, "{file}");
        assert_mail_survived(&std::fs::read(folder.join(file)).expect("mail"), &message);
    }
}

#[tokio::test]
async fn the_same_message_lies_there_once() {
    let folder = tempfile::tempdir().expect("folder");
    let mailer = mailer(folder.path());
    let message = message(vec![opened()], Channel::Mail);
    expect("first", &mailer, &message, &[], Fate::Sent).await;
    let before = names(folder.path());
    let bytes = std::fs::read(folder.path().join(&before[0])).expect("mail");
    expect("again", &mailer, &message, &[], Fate::Sent).await;
    assert_eq!(names(folder.path()), before);
    assert_eq!(std::fs::read(folder.path().join(&before[0])).expect("mail"), bytes);
    mailer.test().await.expect("the folder takes files");
    assert_eq!(names(folder.path()), before, "a test leaves nothing behind");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_tried_again() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("file");
    let mailer = mailer(&file.join("mail"));
    expect("no folder", &mailer, &message(vec![opened()], Channel::Mail), &[], Fate::Retry).await;
    assert!(mailer.test().await.is_err());
}
