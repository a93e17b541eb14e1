//! Tests of the record on its own: what becomes of files that were touched.

use super::*;
use crate::model::{Approval, ApprovalAction, Head, Persona, Policy, Snapshot, Target};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use url::Url;

fn now() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

fn approval(reason: &str) -> Approval {
    let url = Url::parse("https://www.city.example/").unwrap();
    let target = Target {
        id: "city-top".parse().unwrap(),
        organisation: "city".parse().unwrap(),
        url: url.clone(),
        interval: std::time::Duration::from_secs(300),
        enabled: true,
        policy: Policy::Follow,
        personas: vec![Persona::Desktop],
        masks: vec![],
        contacts: vec![],
        tags: vec![],
    };
    let head = Head {
        requested: url.clone(),
        final_url: url,
        status: 200,
        headers: vec![],
        hops: vec![],
        remote: None,
        certificate: None,
    };
    let snapshot = Snapshot {
        at: now(),
        bytes: Digest::of("page"),
        size: 4,
        state: Digest::of(reason),
        head,
        resources: Vec::new(),
    };
    Approval {
        at: now(),
        action: ApprovalAction::Approve,
        by: "Officer <web@city.example>".to_owned(),
        entered_by: "operator".to_owned(),
        reason: reason.to_owned(),
        target,
        lineage: vec![],
        persona: Persona::Desktop,
        snapshot,
        special: None,
        beside: false,
        expires: now(),
    }
}

struct Place {
    folder: tempfile::TempDir,
    record: Record,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let record = Record::open(folder.path().join("baselines")).unwrap();
        Self { folder, record }
    }

    /// A record with the object and so many lines; what a database would know of it.
    fn with_lines(count: usize) -> (Self, Known) {
        let place = Self::new();
        place.record.put_object(Digest::of("page"), b"page").unwrap();
        let mut chain = place.lock();
        let lines = (0..count).map(|n| chain.append(&approval(&format!("reason {n}"))).unwrap().hash);
        let known = Known { hashes: lines.collect() };
        (place, known)
    }

    fn lock(&self) -> Chain {
        self.record.lock(&"city".parse().unwrap(), &"city-top".parse().unwrap()).unwrap()
    }

    fn chain(&self) -> PathBuf {
        self.folder.path().join("baselines/city/city-top.jsonl")
    }

    fn damages(&self, known: &Known) -> Vec<Damage> {
        let key = ("city".parse().unwrap(), "city-top".parse().unwrap());
        let entered = BTreeMap::from([(key, known.hashes.len() as u64)]);
        self.record.verify(&entered, |_, _| Ok(known.clone())).unwrap()
    }

    /// Rewrites the lines of the chain.
    fn rewrite(&self, change: impl FnOnce(&mut Vec<String>)) {
        let text = fs::read_to_string(self.chain()).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        fs::write(self.chain(), lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
}

fn lines_of(damages: &[Damage]) -> Vec<Option<u64>> {
    damages.iter().map(|damage| damage.line).collect()
}

#[test]
fn a_sound_record_verifies() {
    let (place, known) = Place::with_lines(3);
    assert_eq!(place.damages(&known), []);
    assert_eq!(place.record.object(Digest::of("page")).unwrap().as_deref(), Some(&b"page"[..]));
    assert_eq!(place.record.object(Digest::of("other")).unwrap(), None);
}

#[test]
fn every_changed_byte_is_found_in_its_line() {
    let (place, known) = Place::with_lines(3);
    let text = fs::read(place.chain()).unwrap();
    let second = text.iter().position(|&b| b == b'\n').unwrap() + 1;
    for at in (second..second + 400).step_by(13).filter(|&at| text[at] != b'\n') {
        let mut changed = text.clone();
        changed[at] ^= 1;
        fs::write(place.chain(), &changed).unwrap();
        assert_eq!(lines_of(&place.damages(&known)).first(), Some(&Some(2)), "byte {at}");
    }
}

#[test]
fn dropped_moved_and_cut_lines_are_found() {
    for (change, line) in [
        ((|lines| drop(lines.remove(1))) as fn(&mut Vec<String>), 2),
        (|lines| lines.swap(1, 2), 2),
        (|lines| lines.truncate(2), 3),
        (|lines| lines.clear(), 1),
        (|lines| lines.insert(1, lines[0].clone()), 2),
    ] {
        let (place, known) = Place::with_lines(4);
        place.rewrite(change);
        assert_eq!(lines_of(&place.damages(&known)).first(), Some(&Some(line)));
        // Without a database only a cut tail cannot be seen.
        let alone = place.damages(&Known::default());
        assert_eq!(alone.is_empty(), line == 3 || place.chain().metadata().unwrap().len() == 0);
    }
}

#[test]
fn a_rewritten_file_is_found() {
    let (place, known) = Place::with_lines(2);
    fs::remove_file(place.chain()).unwrap();
    assert_eq!(lines_of(&place.damages(&known)), [None], "missing");
    let mut chain = place.lock();
    chain.append(&approval("forged")).unwrap();
    chain.append(&approval("reason 1")).unwrap();
    assert!(chain.news(&known).1.is_some());
    drop(chain);
    assert_eq!(lines_of(&place.damages(&known)), [Some(1)]);
}

#[test]
fn objects_are_checked() {
    let (place, known) = Place::with_lines(1);
    let object = object::path(&place.folder.path().join("baselines"), Digest::of("page"));
    let sound = fs::read(&object).unwrap();
    fs::write(&object, zstd::encode_all(&b"evil"[..], 3).unwrap()).unwrap();
    assert_eq!(place.damages(&known).len(), 1);
    assert!(matches!(place.record.object(Digest::of("page")), Err(StoreError::Damaged(_))));
    fs::write(&object, b"not zstd").unwrap();
    assert_eq!(place.damages(&known).len(), 1);
    fs::remove_file(&object).unwrap();
    assert_eq!(lines_of(&place.damages(&known)), [Some(1)], "missing");
    fs::write(&object, b"junk").unwrap();
    place.record.put_object(Digest::of("page"), b"page").unwrap();
    assert_eq!(fs::read(&object).unwrap(), sound, "a damaged object is replaced");
    assert_eq!(place.damages(&known), []);
}

#[test]
fn what_does_not_belong_there_is_told_and_never_followed() {
    let (place, known) = Place::with_lines(1);
    let root = place.folder.path().join("baselines");
    let outside = place.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("city-top.jsonl"), "{}\n").unwrap();
    symlink(&outside, root.join("elsewhere")).unwrap();
    symlink(outside.join("city-top.jsonl"), root.join("city/linked.jsonl")).unwrap();
    fs::write(root.join("city/Notes.txt"), "").unwrap();
    fs::write(root.join("objects/zz"), "").unwrap();
    fs::write(root.join(".gitignore"), "").unwrap();
    let found: Vec<PathBuf> = place.damages(&known).into_iter().map(|damage| damage.path).collect();
    let expected = ["city/Notes.txt", "city/linked.jsonl", "elsewhere", "objects/zz"].map(|name| root.join(name));
    assert_eq!(found, expected);
    assert_eq!(place.record.chains().unwrap().len(), 1);
    let linked = place.record.lock(&"city".parse().unwrap(), &"linked".parse().unwrap());
    assert!(matches!(linked, Err(StoreError::Damaged(_))), "{linked:?}");
    let inside = place.record.lock(&"elsewhere".parse().unwrap(), &"city-top".parse().unwrap());
    assert!(matches!(inside, Err(StoreError::Damaged(_))), "{inside:?}");
    assert_eq!(fs::read_to_string(outside.join("city-top.jsonl")).unwrap(), "{}\n");
}

#[test]
fn a_torn_line_is_set_aside_wherever_it_tore() {
    let (place, known) = Place::with_lines(2);
    let whole = fs::read(place.chain()).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|&b| b == b'\n').unwrap() + 1;
    let first_only = Known { hashes: known.hashes[..1].to_vec() };
    for cut in (last + 1..whole.len()).step_by(97) {
        fs::write(place.chain(), &whole[..cut]).unwrap();
        assert_eq!(lines_of(&place.damages(&first_only)), [Some(2)]);
        let mut chain = place.lock();
        let repair = chain.mend(&first_only, now()).unwrap();
        assert_eq!(repair.map(|repair| repair.line), Some(Some(2)));
        assert_eq!(fs::read(place.chain()).unwrap(), &whole[..last]);
        let line = chain.append(&approval("again")).unwrap();
        drop(chain);
        let again = Known { hashes: vec![known.hashes[0], line.hash] };
        assert_eq!(place.damages(&again), [], "the piece that was set aside is no damage");
    }
}

#[test]
fn a_promised_line_that_lost_its_end_is_kept() {
    let (place, known) = Place::with_lines(2);
    let whole = fs::read(place.chain()).unwrap();
    fs::write(place.chain(), &whole[..whole.len() - 1]).unwrap();
    assert!(place.lock().mend(&known, now()).unwrap().is_some());
    assert_eq!(fs::read(place.chain()).unwrap(), whole);
}

#[test]
fn news_are_taken_in_as_far_as_they_chain() {
    let (place, known) = Place::with_lines(4);
    place.rewrite(|lines| drop(lines.remove(2)));
    let first = Known { hashes: known.hashes[..1].to_vec() };
    let chain = place.lock();
    let (news, damage) = chain.news(&first);
    assert_eq!(news.iter().map(|line| line.number).collect::<Vec<_>>(), [2]);
    assert_eq!(damage.and_then(|damage| damage.line), Some(3));
}

#[test]
fn drafts_that_nobody_writes_are_swept() {
    let place = Place::new();
    let workshop = place.folder.path().join("baselines/objects/.tmp");
    fs::create_dir_all(&workshop).unwrap();
    fs::write(workshop.join("draft"), "half").unwrap();
    assert_eq!(place.record.sweep(Timestamp::MIN).unwrap(), 0, "somebody may be writing it");
    assert_eq!(place.record.sweep(Timestamp::MAX).unwrap(), 1);
    assert_eq!(place.damages(&Known::default()).len(), 1, "only the chain that the database knows is missing");
}
