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

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_object_hides_no_defacement_and_is_told_once_until_it_is_over() {
    let (folder, web) = (tempfile::tempdir().expect("a folder"), Web::start());
    web.put("/top", Answer::page(pages::ordinary()));
    let targets = [("top".to_owned(), web.url("/top"))];
    let service = Service::open(folder.path(), &targets, Duration::from_secs(3600), quick()).await;
    service.check("top").await;
    service.approve("top").await;
    assert_eq!(service.check("top").await.verdict, Verdict::Unchanged);
    // The memory forgets what waited for approval: the record alone holds what was approved.
    let day = Duration::from_secs(86_400);
    let retention = Retention { observations: day, observations_per_target: 100, incidents: day, messages: day };
    service.store.prune(retention, Timestamp::now()).await.expect("the store");
    let lost = objects(folder.path());
    assert_eq!(lost.len(), 1);
    let kept = std::fs::read(&lost[0]).expect("an object");
    std::fs::remove_file(&lost[0]).expect("removed");

    let told = async || {
        let due = service.store.due_notices(Timestamp::now() + SignedDuration::from_hours(1)).await.expect("the store");
        let ours =
            |event: &Event| matches!(event, Event::Operations { trouble, .. } if trouble == "approved-states-damaged");
        due.into_iter().map(|notice| notice.event).filter(ours).collect::<Vec<_>>()
    };
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
