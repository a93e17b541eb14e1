//! Finds what was changed, dropped, moved, cut off or is missing in the record, and says where.

use super::chain::{self, Known, Scan};
use super::{ChainFile, object, walk};
use crate::model::{ApprovalAction, Digest, OrganisationId, TargetId, Words};
use crate::store::{Damage, Result, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The chains that the database knows, each with its number of lines.
pub(in crate::store) type Entered = BTreeMap<(OrganisationId, TargetId), u64>;

/// Everything that does not verify, in the order of files and lines.
pub(super) fn verify(
    root: &Path,
    entered: &Entered,
    known: impl Fn(&OrganisationId, &TargetId) -> Result<Known>,
) -> Result<Vec<Damage>> {
    let found = walk::walk(root, true)?;
    let mut damages: Vec<Damage> = found.odd.iter().map(|path| unknown(path)).collect();
    let broken = broken_objects(root, &found.objects);
    let present: BTreeSet<Digest> = found.objects.iter().copied().collect();
    for file in &found.chains {
        let read = chain::read(file, |scan| {
            let known = known(&file.organisation, &file.target)?;
            let mut faults = chain_faults(file, scan, &known);
            faults.extend(missing_objects(file, scan, &present));
            Ok(faults)
        });
        match read {
            Ok(faults) => damages.extend(faults),
            Err(error) => damages.push(unreadable(&file.path, &error)),
        }
    }
    damages.extend(lost(root, &found.chains, entered));
    damages.extend(broken);
    damages.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    Ok(damages)
}

fn unknown(path: &Path) -> Damage {
    let what = Words::new(
        "this does not belong here (unknown name, or a link): nothing reads it; look who put it there",
        "ここにあるべきでないもの(不明な名前またはリンク)です。読み込まれませんが、誰が置いたか確認してください",
    );
    Damage { path: path.to_owned(), line: None, what }
}

fn unreadable(path: &Path, error: &StoreError) -> Damage {
    let what = Words::new(format!("it cannot be read: {error}"), format!("読み込めません: {error}"));
    Damage { path: path.to_owned(), line: None, what }
}

fn broken_objects(root: &Path, objects: &[Digest]) -> Vec<Damage> {
    let check = |&digest| object::get(root, digest).err().map(|error| unreadable(&object::path(root, digest), &error));
    objects.iter().filter_map(check).collect()
}

/// Faults of one chain, against itself and against what the database knows. A fault that only follows from the one
/// before it (the hash over a changed line) is not told again.
fn chain_faults(file: &ChainFile, scan: &Scan, known: &Known) -> Vec<Damage> {
    let damage = |line: usize, what| Damage { path: file.path.clone(), line: Some(line as u64), what };
    let mut faults = Vec::new();
    let mut follows = false;
    for (index, (hash, _)) in scan.lines.iter().enumerate() {
        let differs = known.hashes.get(index).is_some_and(|entered| entered != hash);
        let fault = scan.fault(index, &file.organisation, &file.target);
        let fault = fault.or_else(|| differs.then(chain::changed_words));
        if let Some(what) = fault.as_ref().filter(|_| !follows) {
            faults.push(damage(index + 1, what.clone()));
        }
        follows = fault.is_some();
    }
    if scan.lines.len() < known.hashes.len() {
        faults.push(damage(scan.lines.len() + 1, chain::cut_words(scan.lines.len(), known.hashes.len())));
    }
    if scan.torn() {
        let what = Words::new(
            "the last line is torn; it is repaired when hinomi starts",
            "最終行が途中で切れています。hinomi の起動時に修復されます",
        );
        faults.push(damage(scan.lines.len() + 1, what));
    }
    faults
}

fn missing_objects(file: &ChainFile, scan: &Scan, present: &BTreeSet<Digest>) -> Vec<Damage> {
    let mut missing = Vec::new();
    for (index, (_, read)) in scan.lines.iter().enumerate() {
        let Ok(line) = read else { continue };
        if line.approval.action != ApprovalAction::Approve {
            continue;
        }
        for digest in line.approval.snapshot.kept().filter(|digest| !present.contains(digest)) {
            let what = Words::new(
                format!("the object {digest} it approves is missing; restore it from a copy"),
                format!("承認されたオブジェクト {digest} がありません。複製から復元してください"),
            );
            missing.push(Damage { path: file.path.clone(), line: Some(index as u64 + 1), what });
        }
    }
    missing
}

/// Chains of the database whose file is gone.
fn lost(root: &Path, found: &[ChainFile], entered: &Entered) -> Vec<Damage> {
    let there: BTreeSet<_> = found.iter().map(|file| (&file.organisation, &file.target)).collect();
    let gone = entered.iter().filter(|((organisation, target), _)| !there.contains(&(organisation, target)));
    let damage = |((organisation, target), lines): (&(OrganisationId, TargetId), &u64)| {
        let what = Words::new(
            format!("the file is missing; {lines} lines were entered: restore it from a copy"),
            format!("ファイルがありません({lines} 行が登録されています)。複製から復元してください"),
        );
        Damage { path: chain::path(root, organisation, target), line: None, what }
    };
    gone.map(damage).collect()
}
