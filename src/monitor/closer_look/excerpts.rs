//! What changed, in readable form: first what the findings are about, last the news that was followed already.

use super::Desk;
use super::opinion::{body_of, source};
use super::thread::{admitted, on_a_thread};
use crate::diff::readable;
use crate::fetch::Fetcher;
use crate::model::{Capture, Change, Difference, Excerpt, Finding, Plane, Snapshot, Verdict};
use crate::monitor::check::Checker;
use crate::monitor::examine::{Examination, Source, read};
use crate::store::{Result, Store};
use std::sync::Arc;

/// Changes kept in readable form.
const MAX_EXCERPTS: usize = 20;

/// The excerpts of a judged page, most important first.
pub(super) async fn excerpts<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    capture: &Arc<Capture>,
    examination: &Examination,
) -> Result<Vec<Excerpt>> {
    let Some(difference) = &examination.difference else { return Ok(examination.excerpts.clone()) };
    let since = match &desk.followed {
        Some(followed) if examination.judgement.verdict >= Verdict::Review => {
            since_followed(checker, desk, followed, capture).await?
        }
        _ => None,
    };
    // What the page loads acts on visitors most often of all.
    let loaded = examination.excerpts.iter().take(MAX_EXCERPTS / 2).cloned();
    let page = ordered(difference, &examination.findings, since.as_ref());
    Ok(loaded.chain(page).take(MAX_EXCERPTS).collect())
}

/// What differs from the state that was followed last; none when its body is gone or the comparison fails: then
/// everything counts as new.
async fn since_followed<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    desk: &Desk,
    followed: &Snapshot,
    capture: &Arc<Capture>,
) -> Result<Option<Difference>> {
    let Some(body) = body_of(checker, followed.bytes).await? else { return Ok(None) };
    let sizes = [body.len() as u64, capture.body.len() as u64];
    let (followed, capture, target) = (followed.clone(), Arc::clone(capture), Arc::clone(&desk.target));
    let compare = move || {
        let old = read(Source::answer(&body, &followed.head, &[]), &target.masks);
        let new = read(source(&capture, &[]), &target.masks);
        crate::diff::compare(old.version(), new.version())
    };
    let Ok(place) = admitted(checker, sizes.into_iter()).await else { return Ok(None) };
    Ok(on_a_thread(checker.world.pace.examine_within, &place, compare).await.ok())
}

/// The order in which changes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A finding is about it.
    Found,
    /// It acts on visitors.
    Acts,
    /// New since the page was followed last.
    New,
    /// Ordinary news that was followed already.
    Followed,
}

fn ordered(difference: &Difference, findings: &[Finding], since: Option<&Difference>) -> Vec<Excerpt> {
    let rank = |change: &Change| {
        if findings.iter().any(|finding| is_about(finding, change)) {
            Rank::Found
        } else if change.plane == Plane::Active {
            Rank::Acts
        } else if since.is_none_or(|since| since.changes.iter().any(|new| is_part(new, change))) {
            Rank::New
        } else {
            Rank::Followed
        }
    };
    let mut changes: Vec<(Rank, &Change)> = difference.changes.iter().map(|change| (rank(change), change)).collect();
    changes.sort_by_key(|(rank, _)| *rank);
    changes.into_iter().take(MAX_EXCERPTS).map(|(_, change)| readable(change)).collect()
}

fn is_about(finding: &Finding, change: &Change) -> bool {
    finding.location.as_ref().is_some_and(|location| lies_in(&location.path, &change.path))
}

/// Whether a change since the followed state is the same as, or a part of, one since the approved state.
fn is_part(new: &Change, change: &Change) -> bool {
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    lies_in(&new.path, &change.path)
        || same(&new.new_excerpt, &change.new_excerpt)
        || (change.new_excerpt.is_none() && same(&new.old_excerpt, &change.old_excerpt))
}

fn lies_in(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(" > "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChangeKind, Confidence, Location, Severity, Words};

    fn change(path: &str, text: &str) -> Change {
        let (kind, plane, new_excerpt) = (ChangeKind::Insert, Plane::Content, Some(text.to_owned()));
        Change { kind, plane, path: path.to_owned(), old: None, new: None, old_excerpt: None, new_excerpt }
    }

    fn difference(changes: Vec<Change>) -> Difference {
        Difference { changes, ..Difference::default() }
    }

    #[test]
    fn what_was_found_comes_first_and_followed_news_last() {
        let news = change("body > ul > li[1]", "festival");
        let words = change("body > main > p[7]", "hacked by");
        let late = change("body > footer", "a new footer");
        let location = Some(Location { path: "body > main > p[7] > b".to_owned(), line: None, column: None });
        let finding = Finding {
            rule: "defacement-phrase".into(),
            severity: Severity::High,
            confidence: Confidence::Firm,
            plane: Plane::Content,
            summary: Words::default(),
            evidence: String::new(),
            location,
            decoded: None,
        };
        let since = difference(vec![words.clone(), late.clone()]);
        let shown = ordered(&difference(vec![news, late, words]), &[finding], Some(&since));
        let paths: Vec<&str> = shown.iter().map(|excerpt| excerpt.path.as_str()).collect();
        assert_eq!(paths, ["body > main > p[7]", "body > footer", "body > ul > li[1]"]);
    }
}
