//! A damaged record of approvals: pages are judged with what is left, and the operators hear of it.

use crate::support::{Answer, Service, Web, pages, quick};
use hinomi::model::{Event, Verdict};
use hinomi::store::{Retention, Store as _};
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The objects of the record.
fn objects(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("baselines/objects")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() { folders.push(entry) } else { found.push(entry) }
        }
    }
    found
}

/// The memory forgets what waited for approval: the record alone holds what was approved.
async fn forget(service: &Service) {
    let day = Duration::from_secs(86_400);
    let retention = Retention { observations: day, observations_per_target: 100, incidents: day, messages: day };
    service.store.prune(retention, Timestamp::now()).await.expect("the store");
}

/// What the operators are told about a trouble.
async fn told(service: &Service, of: &str) -> Vec<Event> {
    let due = service.store.due_notices(Timestamp::now() + SignedDuration::from_hours(1)).await.expect("the store");
    let ours = |event: &Event| matches!(event, Event::Operations { trouble, .. } if trouble == of);
    due.into_iter().map(|notice| notice.event).filter(ours).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_object_hides_no_defacement_and_is_told_once_until_it_is_over() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    web.put("/top", Answer::page(pages::ordinary()));
    let targets = [("top".to_owned(), web.url("/top"))];
    let service = Service::open(folder.path(), &targets, Duration::from_secs(3600), quick()).await;
    service.check("top").await;
    service.approve("top").await;
    assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
    forget(&service).await;
    let lost = objects(folder.path());
    assert_eq!(lost.len(), 1);
    let kept = std::fs::read(&lost[0]).expect("an object");
    std::fs::remove_file(&lost[0]).expect("removed");

    let told = async || told(&service, "approved-states-damaged").await;
    web.put("/top", Answer::page(pages::updated()));
    let seen = service.check("top").await;
    assert_eq!((seen.verdict, seen.unseen), (Verdict::Review, None), "never quieter than a review: {:?}", seen.because);
    web.put("/top", Answer::page(pages::DEFACED));
    assert_eq!(service.check("top").await.verdict, Verdict::Alarm);
    service.check("top").await;
    let begun = told().await;
    assert_eq!(begun.len(), 1, "told once: {begun:?}");
    let Event::Operations { words, .. } = &begun[0] else { panic!("{begun:?}") };
    assert!(words.ja.contains("objects/") && words.en.contains("hinomi baseline verify"), "{words:?}");

    std::fs::write(&lost[0], kept).expect("put back");
    web.put("/top", Answer::page(pages::ordinary()));
    service.check("top").await;
    let over = told().await;
    assert!(matches!(over.last(), Some(Event::Operations { over: true, .. })), "{over:?}");
    web.put("/top", Answer::page(pages::updated()));
    assert_eq!(service.check("top").await.verdict, Verdict::Routine, "compared as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_put_back_while_nothing_runs_is_over_after_the_start() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    let targets = ["top", "gone"].map(|id| (id.to_owned(), web.url(&format!("/{id}"))));
    for id in ["top", "gone"] {
        web.put(&format!("/{id}"), Answer::page(pages::city(&pages::NEWS, id)));
    }
    let hour = Duration::from_secs(3600);
    let service = Service::open(folder.path(), &targets, hour, quick()).await;
    for id in ["top", "gone"] {
        service.check(id).await;
        service.approve(id).await;
        service.check(id).await;
    }
    forget(&service).await;
    let lost: Vec<(PathBuf, Vec<u8>)> = objects(folder.path())
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).expect("an object")))
        .collect();
    lost.iter().for_each(|(path, _)| std::fs::remove_file(path).expect("removed"));
    for id in ["top", "gone"] {
        web.put(&format!("/{id}"), Answer::page(pages::city(&["別のお知らせ"], id)));
        assert_eq!(service.check(id).await.verdict, Verdict::Review);
    }
    drop(service);

    lost.iter().for_each(|(path, body)| std::fs::write(path, body).expect("put back"));
    web.put("/top", Answer::page(pages::city(&pages::NEWS, "top")));
    // One of the pages is watched no more: nobody will ever look at it again.
    let service = Service::open(folder.path(), &targets[..1], hour, quick()).await;
    service.check("top").await;
    let over = told(&service, "approved-states-damaged").await;
    assert!(matches!(over.last(), Some(Event::Operations { over: true, .. })), "{over:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_that_cannot_be_read_is_told_once_and_ends_nothing() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    web.put("/top", Answer::page(pages::ordinary()));
    let targets = [("top".to_owned(), web.url("/top"))];
    let service = Service::open(folder.path(), &targets, Duration::from_secs(3600), quick()).await;
    service.check("top").await;
    service.approve("top").await;
    assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
    let database = rusqlite::Connection::open(folder.path().join("hinomi.sqlite")).expect("the database");
    database.execute("UPDATE memory SET judgement = '{broken'", []).expect("broken");
    web.put("/top", Answer::page(pages::infected()));
    assert_eq!(service.check("top").await.verdict, Verdict::Alarm, "compared with what was approved");
    service.check("top").await;
    assert_eq!(told(&service, "memory-damaged").await.len(), 1);
}
