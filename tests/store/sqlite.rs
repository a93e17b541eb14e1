//! SQLite's own: versions, damaged rows, backups.

use crate::sample::*;
use hinomi::model::{Content, Digest, Incident, Resource, ResourceKind, Wanted};
use hinomi::store::{CheckRecord, ENDED, Paths, RUNNING, STOPPED, Slot, Sqlite, Store, StoreError, restore};
use std::fs;

#[tokio::test]
async fn other_databases_are_refused() {
    let place = OnDisk::new();
    drop(place.open());
    place.sql("PRAGMA user_version = 999");
    assert!(matches!(Sqlite::open(place.paths(), at(0)), Err(StoreError::TooNew { found: 999, .. })));
    let place = OnDisk::new();
    place.sql("CREATE TABLE theirs (a)");
    assert!(matches!(Sqlite::open(place.paths(), at(0)), Err(StoreError::Refused(_))));
    let place = OnDisk::new();
    fs::write(place.paths().database, "no database at all, but long enough to look at").unwrap();
    assert!(Sqlite::open(place.paths(), at(0)).is_err());
}

#[tokio::test]
async fn a_damaged_row_hides_no_other() {
    let place = OnDisk::new();
    let store = place.open();
    store.put_registry(many(3), at(0)).await.unwrap();
    for n in 0..3 {
        let name = format!("t{n}");
        let record = CheckRecord {
            followed: Slot::Put(snapshot("page")),
            proposal: Slot::Put(proposal(&name, "page")),
            incidents: vec![incident(&name, n)],
            notices: vec![notice("a@city.example", hinomi::model::Event::Test, n, 0)],
            ..check(&name, n)
        };
        store.record(record).await.unwrap();
    }
    store.compose((0..3).map(|n| (message(&format!("{n}@city.example"), vec![], n), vec![])).collect()).await.unwrap();
    let break_row = |table: &str, row: &str| place.sql(&format!("UPDATE {table} SET body = '{{broken' WHERE {row}"));
    break_row("target", "id = 't1'");
    break_row("proposal", "watch = (SELECT id FROM watch WHERE target = 't1')");
    break_row("notice", "at = (SELECT max(at) FROM notice)");
    break_row("message", "receiver = 'mail:1@city.example'");

    let due = store.due(at(1000), 10, 10).await.unwrap();
    assert_eq!(due.iter().map(|due| due.target.id.as_str()).collect::<Vec<_>>(), ["t0", "t2"]);
    assert_eq!(store.registry().await.unwrap().targets.len(), 2);
    assert_eq!(store.coverage(at(0), at(1000)).await.unwrap().len(), 3, "the coverage shows that it is not checked");
    assert_eq!(store.proposals().await.unwrap().len(), 2);
    assert_eq!(store.proposal(id("t1"), DESKTOP).await.unwrap(), None);
    assert_eq!(store.due_notices(at(10)).await.unwrap().len(), 2);
    assert_eq!(store.due_messages(at(10), 10).await.unwrap().len(), 2);

    break_row("incident", "target = 't1'");
    assert_eq!(store.incidents(false, 10).await.unwrap().len(), 2);
    let incidents = store.target_state(id("t1"), DESKTOP).await.unwrap().incidents;
    assert!(incidents.is_empty(), "it is opened a second time rather than the watch ended");
    place.sql("DELETE FROM incident WHERE target = 't1'");
    for column in ["followed = '[]'", "followed = NULL, judgement = '7'"] {
        place.sql(&format!("UPDATE memory SET {column} WHERE watch = (SELECT id FROM watch WHERE target = 't1')"));
    }
    place.sql("UPDATE watch SET compared_at = 9223372036854775807 WHERE target = 't1'");
    let broken = store.target_state(id("t1"), DESKTOP).await.unwrap();
    assert!(broken.damaged && broken.last.is_none() && broken.followed.is_none(), "as if seen for the first time");
    let other = store.target_state(id("t2"), DESKTOP).await.unwrap();
    assert!(!other.damaged && other.followed.is_some());
    let begun = store.begin(vec![(id("t1"), DESKTOP), (id("t2"), DESKTOP)], at(1000)).await.unwrap();
    assert_eq!(begun.into_iter().flatten().map(|state| state.damaged).collect::<Vec<_>>(), [true, false]);
    let cleared = CheckRecord { judged: Slot::Clear, followed: Slot::Clear, ..check("t1", 1000) };
    store.record(cleared).await.unwrap();
    assert!(!store.target_state(id("t1"), DESKTOP).await.unwrap().damaged, "the next check mends it");

    store.abandon(id("t2"), DESKTOP).await.unwrap();
    store.put_registry(many(3), at(2000)).await.unwrap();
    assert_eq!(store.due(at(2000), 10, 10).await.unwrap().len(), 3, "the next registry mends its rows");
}

#[tokio::test]
async fn a_damaged_approval_hides_no_owner_of_others() {
    let place = OnDisk::new();
    let store = place.open();
    let loads = |name: &str, url: &str| {
        let wanted = Wanted { kind: ResourceKind::Script, url: url.parse().unwrap(), own: false };
        let mut approval = approval(name, name, 1);
        approval.snapshot.resources = vec![Resource::new(wanted, true, Content::Absent { status: 404 })];
        approval
    };
    for name in ["t0", "t1", "t2", "t3", "t4"] {
        let line = loads(name, &format!("https://{name}.stat.example/t.js"));
        store.approve(line, Some(name.as_bytes().to_vec())).await.unwrap();
    }
    for (target, broken) in [("t0", "'{broken'"), ("t1", "'{}'"), ("t2", "''")] {
        place.sql(&format!("UPDATE approval SET body = {broken} WHERE target = '{target}'"));
    }
    place.sql("UPDATE approval SET body = json_set(body, '$.snapshot.resources', json('[7, {}]')) WHERE target = 't3'");
    let found = store.approved_owners(|_, url| url.host_str().map(str::to_owned)).await.unwrap();
    assert_eq!(found.into_iter().map(|(_, owner)| owner).collect::<Vec<_>>(), ["t4.stat.example"]);
}

#[tokio::test]
async fn a_damaged_body_is_told() {
    let place = OnDisk::new();
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let record = CheckRecord { followed: Slot::Put(snapshot("a")), bodies: vec![body("a")], ..check("t0", 0) };
    store.record(record.clone()).await.unwrap();
    place.sql("UPDATE body SET data = x'00ff'");
    assert!(matches!(store.body(Digest::of("a")).await, Err(StoreError::Damaged(_))));
    store.record(record).await.unwrap();
    assert!(store.body(Digest::of("a")).await.unwrap().is_some(), "writing it again mends it");
}

#[tokio::test]
async fn a_backup_is_whole_and_comes_back() {
    let place = OnDisk::new();
    let store = place.open();
    store.put_registry(many(2), at(0)).await.unwrap();
    store.approve(approval("t0", "one", 1), Some(b"one".to_vec())).await.unwrap();
    store.begin(vec![(id("t1"), DESKTOP)], at(1)).await.unwrap();
    store.put_note(ENDED.to_owned(), RUNNING.to_owned()).await.unwrap();
    let file = place.file("backup.db");
    let writes = async {
        for n in 0..50 {
            store.record(check("t0", n)).await.unwrap();
        }
    };
    let (made, ()) = tokio::join!(store.backup(file.clone()), writes);
    made.unwrap();
    assert!(matches!(store.backup(file.clone()).await, Err(StoreError::Refused(_))), "it exists");

    assert_eq!(store.note(ENDED.to_owned()).await.unwrap().as_deref(), Some(RUNNING));
    let late = Incident { evidence: None, ..incident("t0", 60) };
    store.put_incident(late, vec![]).await.unwrap();
    store.approve(approval("t0", "two", 70), Some(b"two".to_vec())).await.unwrap();
    drop(store);
    let aside = restore(&file, &place.paths(), at(100)).unwrap().aside.unwrap();
    let store = place.open();
    assert_eq!(store.incidents(true, 10).await.unwrap(), [], "after the backup");
    assert_eq!(store.approvals(id("t0")).await.unwrap().len(), 2, "approvals come back from the record");
    assert_eq!(store.in_flight().await.unwrap(), [], "nothing is in flight in a backup");
    assert_eq!(store.note(ENDED.to_owned()).await.unwrap().as_deref(), Some(STOPPED), "nobody killed it there");
    assert_eq!(store.verify().await.unwrap(), []);
    let old = Sqlite::open(Paths { database: aside, ..place.paths() }, at(0)).unwrap();
    assert_eq!(old.incidents(true, 10).await.unwrap().len(), 1, "the old one is kept whole");
}

#[tokio::test]
async fn only_a_whole_database_of_hinomi_is_restored() {
    let place = OnDisk::new();
    let store = place.open();
    store.put_registry(many(500), at(0)).await.unwrap();
    let good = place.file("backup.db");
    store.backup(good.clone()).await.unwrap();
    drop(store);
    let refused = |name: &str, make: &dyn Fn(&std::path::Path)| {
        let file = place.file(name);
        fs::copy(&good, &file).unwrap();
        make(&file);
        let before = fs::read(place.paths().database).unwrap();
        assert!(restore(&file, &place.paths(), at(1)).is_err(), "{name}");
        assert_eq!(fs::read(place.paths().database).unwrap(), before, "{name}");
        assert!(!place.file("hinomi.db.restoring").exists(), "{name}");
    };
    let sql = |file: &std::path::Path, sql: &str| rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
    refused("text.db", &|file| fs::write(file, "text").unwrap());
    refused("empty.db", &|file| fs::write(file, "").unwrap());
    refused("newer.db", &|file| sql(file, "PRAGMA user_version = 999"));
    refused("theirs.db", &|file| sql(file, "PRAGMA application_id = 7"));
    refused("gone.db", &|file| fs::remove_file(file).unwrap());
    refused("cut.db", &|file| {
        let whole = fs::read(file).unwrap();
        fs::write(file, &whole[..whole.len() / 2]).unwrap();
    });
    refused("damaged.db", &|file| {
        let mut bytes = fs::read(file).unwrap();
        let end = bytes.len() - 40 * 4096;
        bytes[8192..end].chunks_mut(4096).for_each(|page| page[..64].fill(0x5a));
        fs::write(file, bytes).unwrap();
    });
    restore(&good, &place.paths(), at(1)).unwrap();
    assert_eq!(place.open().registry().await.unwrap().targets.len(), 500);
}
