//! What a crash leaves behind at any moment, and what is done about it.

use crate::sample::*;
use hinomi::model::{Digest, Persona};
use hinomi::store::{CheckRecord, Retention, Slot, Sqlite, Store, StoreError};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const FOLDER: &str = "HINOMI_TEST_STORE_FOLDER";

impl OnDisk {
    fn chain(&self) -> PathBuf {
        self.file("baselines/city/t0.jsonl")
    }

    /// Keeps a copy of the database, does something, and puts the copy back: the database never heard of it.
    async fn forgetting(&self, work: impl AsyncFnOnce(&Sqlite)) {
        let (database, copy) = (self.paths().database, self.file("copy.db"));
        self.sql("PRAGMA wal_checkpoint(TRUNCATE)");
        fs::copy(&database, &copy).unwrap();
        let store = self.open();
        work(&store).await;
        drop(store);
        for end in ["-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{end}", database.display()));
        }
        fs::rename(copy, database).unwrap();
    }
}

async fn approve(store: &Sqlite, text: &str, seconds: i64) {
    store.approve(approval("t0", text, seconds), Some(text.as_bytes().to_vec())).await.unwrap();
}

async fn prepared() -> OnDisk {
    let place = OnDisk::new();
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    approve(&store, "one", 1).await;
    let waiting =
        CheckRecord { proposal: Slot::Put(proposal("t0", "two")), bodies: vec![body("two")], ..check("t0", 5) };
    store.record(waiting).await.unwrap();
    place
}

async fn approved(store: &Sqlite) -> Vec<Digest> {
    let baseline = store.baseline(id("t0"), DESKTOP).await.unwrap();
    baseline.states.into_iter().map(|state| state.snapshot.bytes).collect()
}

#[tokio::test]
async fn between_object_and_line_nothing_happened() {
    let place = prepared().await;
    place.forgetting(async |store| approve(store, "two", 10).await).await;
    let text = fs::read_to_string(place.chain()).unwrap();
    let first = text.lines().next().unwrap();
    fs::write(place.chain(), format!("{first}\n")).unwrap();
    let store = place.open();
    assert_eq!(store.repairs(), []);
    assert_eq!(approved(&store).await, [Digest::of("one")]);
    assert_eq!(store.verify().await.unwrap(), [], "an object that nothing names is no damage");
    assert!(store.proposal(id("t0"), DESKTOP).await.unwrap().is_some());
}

#[tokio::test]
async fn between_line_and_database_the_line_is_taken_in() {
    let place = prepared().await;
    place.forgetting(async |store| approve(store, "two", 10).await).await;
    let store = place.open();
    assert_eq!(store.repairs().iter().map(|repair| repair.line).collect::<Vec<_>>(), [Some(2)]);
    assert_eq!(approved(&store).await, [Digest::of("two")]);
    assert_eq!(store.proposal(id("t0"), DESKTOP).await.unwrap(), None);
    assert_eq!(store.next_due().await.unwrap(), Some(at(10)));
    assert_eq!(store.verify().await.unwrap(), []);
    drop(store);
    assert_eq!(place.open().repairs(), [], "once");
}

#[tokio::test]
async fn another_process_takes_in_before_it_adds() {
    let place = prepared().await;
    let running = place.open();
    let text = fs::read_to_string(place.chain()).unwrap();
    place.forgetting(async |store| approve(store, "two", 10).await).await;
    drop(running);
    let added = fs::read_to_string(place.chain()).unwrap();
    fs::write(place.chain(), &text).unwrap();
    let store = place.open();
    fs::write(place.chain(), &added).unwrap();
    approve(&store, "three", 20).await;
    assert_eq!(store.approvals(id("t0")).await.unwrap().len(), 3);
    assert_eq!(approved(&store).await, [Digest::of("three")]);
    assert_eq!(store.verify().await.unwrap(), []);
}

#[tokio::test]
async fn a_torn_line_is_repaired_and_told() {
    let place = prepared().await;
    let mut file = fs::OpenOptions::new().append(true).open(place.chain()).unwrap();
    file.write_all(br#"{"number":2,"previous":"ab"#).unwrap();
    let store = place.open();
    assert_eq!(store.repairs().iter().map(|repair| repair.line).collect::<Vec<_>>(), [Some(2)]);
    assert_eq!(approved(&store).await, [Digest::of("one")]);
    assert_eq!(store.verify().await.unwrap(), []);
    drop(store);
    // Whoever opened it, it is told once, by whoever comes to tell.
    let store = place.open();
    assert_eq!(store.repairs(), []);
    let untold = store.untold_repairs().await.unwrap();
    assert_eq!(untold.len(), 1);
    assert!(untold[0].damage.path == place.chain() && untold[0].damage.what.en.contains("t0.torn-"), "{untold:?}");
    let told = notice("watch@noc.example", hinomi::model::Event::Test, 1, 0);
    store.tell_repairs(vec![untold[0].id], vec![told.clone()]).await.unwrap();
    assert_eq!((store.untold_repairs().await.unwrap(), store.due_notices(at(1)).await.unwrap()), (vec![], vec![told]));
    let year = std::time::Duration::from_secs(365 * 86_400);
    let retention =
        Retention { observations: year, observations_per_target: 1000, incidents: year, messages: year / 365 };
    assert_eq!(store.prune(retention, at(3 * 86_400)).await.unwrap(), 1, "and gone after a while");
    approve(&store, "two", 10).await;
    assert_eq!(store.verify().await.unwrap(), []);
}

#[tokio::test]
async fn nothing_is_added_to_a_record_that_does_not_verify() {
    let place = prepared().await;
    let store = place.open();
    approve(&store, "two", 10).await;
    drop(store);
    let text = fs::read_to_string(place.chain()).unwrap();
    let first = text.split_inclusive('\n').next().unwrap();
    fs::write(place.chain(), first).unwrap();
    let store = place.open();
    assert_eq!(store.repairs().iter().map(|damage| damage.line).collect::<Vec<_>>(), [Some(2)], "a cut tail");
    assert_eq!(store.verify().await.unwrap(), store.repairs());
    let added = store.approve(approval("t0", "three", 20), Some(b"three".to_vec())).await;
    assert!(matches!(added, Err(StoreError::Damaged(_))), "{added:?}");
    assert_eq!(fs::read_to_string(place.chain()).unwrap(), first);
    assert_eq!(approved(&store).await, [Digest::of("two")], "what was approved still stands");
    fs::remove_file(place.chain()).unwrap();
    assert_eq!(place.open().repairs().len(), 1, "a missing file is told");
    fs::write(place.chain(), text).unwrap();
    assert_eq!(place.open().repairs(), []);
    approve(&store, "three", 30).await;
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_an_error_and_changes_nothing() {
    let place = prepared().await;
    let store = place.open();
    let digest = Digest::of("blocked").to_string();
    let shard = place.file(&format!("baselines/objects/{}", &digest[..2]));
    fs::write(&shard, "").unwrap();
    let blocked = store.approve(approval("t0", "blocked", 9), Some(b"blocked".to_vec())).await;
    assert!(blocked.is_err());
    assert_eq!(approved(&store).await, [Digest::of("one")]);
    fs::remove_file(&shard).unwrap();
    assert_eq!(store.verify().await.unwrap(), []);
    let mut paths = place.paths();
    paths.database = place.folder.path().to_owned();
    assert!(Sqlite::open(paths, at(0)).is_err(), "a folder is no database");
    let mut paths = place.paths();
    paths.baselines = place.paths().database;
    assert!(matches!(Sqlite::open(paths, at(0)), Err(StoreError::File { .. })), "a file is no folder");
}

/// Writes until it is killed, and says what was promised. Run by the test below in a process of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a part of the next test"]
async fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let paths = hinomi::store::Paths { database: folder.join("hinomi.db"), baselines: folder.join("baselines") };
    let store = Sqlite::open(paths, at(0)).unwrap();
    let done = store.approvals(id("t0")).await.unwrap().len() as i64;
    for n in done.. {
        store.begin(vec![(id("t0"), DESKTOP)], at(n)).await.unwrap();
        store.record(check("t0", n)).await.unwrap();
        let text = format!("page {n}");
        approve(&store, &text, n).await;
        println!("promised {n}");
    }
}

#[tokio::test]
async fn what_was_promised_outlives_a_kill() {
    let place = OnDisk::new();
    place.open().put_registry(many(1), at(0)).await.unwrap();
    for round in 0..3_usize {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["crash::writes_until_it_is_killed", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env(FOLDER, place.folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let heard = lines.by_ref().filter(|line| line.starts_with("promised")).take(5 + 7 * round).last();
        assert!(heard.is_some(), "the child wrote nothing");
        child.kill().unwrap();
        child.wait().unwrap();
        let last = lines.filter(|line| line.starts_with("promised ")).last().or(heard).unwrap();
        let promised: usize = last.trim_start_matches("promised ").parse().unwrap();
        let store = place.open();
        assert!(store.approvals(id("t0")).await.unwrap().len() > promised, "{last}");
        assert!(store.observations(id("t0"), 10_000).await.unwrap().len() > promised, "{last}");
        assert_eq!(store.verify().await.unwrap(), []);
        let page = Digest::of(format!("page {promised}"));
        assert!(store.body(page).await.unwrap().is_some());
        let left = store.in_flight().await.unwrap();
        assert!(left.iter().all(|left| left.persona == Persona::Desktop && left.alone), "{left:?}");
    }
}
