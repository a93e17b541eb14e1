//! Approved states that checks could not read from the record: the operators are told at once, and when it is over.

use super::check::Checker;
use super::trouble::notices;
use super::world::World;
use crate::fetch::Fetcher;
use crate::model::{Digest, Persona, Registry, Target, TargetId, Words};
use crate::store::{Result, Store, Told};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Name of this trouble, and of the note it is kept under.
const TROUBLE: &str = "approved-states-damaged";
/// Further pages that it befalls are told together, this long after the last telling.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// Most pages named in one message.
const MOST_NAMED: usize = 20;

/// What is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RecordTrouble {
    /// The digests that cannot be read, by target and persona.
    pages: BTreeMap<String, Vec<Digest>>,
    /// Of them, pages that have not been told yet.
    untold: BTreeSet<String>,
    /// When the operators were told last.
    told: Option<Timestamp>,
}

impl RecordTrouble {
    /// Takes in what a check met; returns what is told now, and whether that is the end of it.
    fn take(&mut self, page: &str, damaged: &[Digest], now: Timestamp) -> Option<(Words, bool)> {
        let before = self.pages.get(page).map(Vec::as_slice).unwrap_or_default();
        if before != damaged {
            match damaged {
                [] => drop((self.pages.remove(page), self.untold.remove(page))),
                _ => drop((self.pages.insert(page.to_owned(), damaged.to_vec()), self.untold.insert(page.to_owned()))),
            }
        }
        if self.pages.is_empty() {
            return self.told.take().map(|_| (over(), true));
        }
        let may_be_told = self.told.is_none_or(|told| now.duration_since(told) >= AGAIN_AFTER);
        if self.untold.is_empty() || !may_be_told {
            return None;
        }
        self.told = Some(now);
        let words = begun(&self.pages, &self.untold);
        self.untold.clear();
        Some((words, false))
    }
}

impl RecordTrouble {
    /// Whether it is known already that exactly these cannot be read.
    fn says(&self, page: &str, damaged: &[Digest]) -> bool {
        self.pages.get(page).map(Vec::as_slice).unwrap_or_default() == damaged
    }

    /// Forgets pages that are watched no more.
    fn forget(&mut self, registry: &Registry) {
        let watched = |page: &str| {
            let id = page.split_once(' ').and_then(|(id, _)| id.parse::<TargetId>().ok());
            id.is_some_and(|id| registry.targets.contains_key(&id))
        };
        self.pages.retain(|page, _| watched(page));
        self.untold.retain(|page| watched(page));
    }
}

fn begun(pages: &BTreeMap<String, Vec<Digest>>, untold: &BTreeSet<String>) -> Words {
    let named = untold.iter().take(MOST_NAMED).filter_map(|page| Some((page, pages.get(page)?)));
    let named: Vec<String> = named
        .flat_map(|(page, digests)| digests.iter().map(move |digest| format!("{page}: {}", object(*digest))))
        .collect();
    let (count, named) = (untold.len(), named.join(", "));
    Words::new(
        format!(
            "Approved states of {count} pages are missing or damaged in the record of approvals ({named}). These pages are judged without them and cannot be quieter than a review. Run `hinomi baseline verify`, and put the objects back from a copy of the record; if there is none, approve the pages again."
        ),
        format!(
            "承認記録のうち、{count}件のページの承認済みの状態が失われているか壊れています({named})。これらのページはその状態なしで判定しており、「要確認」より静かな判定にはなりません。`hinomi baseline verify` を実行し、承認記録の控えから復元してください。控えがない場合は、ページを改めて承認してください。"
        ),
    )
}

fn over() -> Words {
    Words::new("All approved states can be read again.", "承認済みの状態をすべて再び読み取れるようになりました。")
}

/// Where the object lies inside `baselines/`.
fn object(digest: Digest) -> String {
    let name = digest.to_string();
    let (folder, rest) = name.split_at(2.min(name.len()));
    format!("objects/{folder}/{rest}.zst")
}

fn page(target: &Target, persona: Persona) -> String {
    format!("{} {}", target.id, persona.as_str())
}

/// Whether an approved state of this page could not be read at the last look, in whichever process that was.
///
/// # Errors
/// When the store fails.
pub(super) async fn concerns<S: Store>(store: &S, world: &World, target: &Target, persona: Persona) -> Result<bool> {
    let mut known = world.record_trouble.lock().await;
    let trouble = match known.as_mut() {
        Some(trouble) => trouble,
        None => known.insert(stored(store).await?),
    };
    Ok(!trouble.pages.is_empty() && trouble.pages.contains_key(&page(target, persona)))
}

/// As it was noted last: a check by hand and the service tell one story.
async fn stored<S: Store>(store: &S) -> Result<RecordTrouble> {
    let note = store.note(TROUBLE.to_owned()).await?;
    Ok(note.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Notes which approved states of a page could not be read, and tells the operators what begins and what is over, in one
/// write.
pub(super) async fn note<S: Store, F: Fetcher>(
    checker: &Checker<S, F>,
    target: &Target,
    persona: Persona,
    damaged: &[Digest],
) -> Result<()> {
    let (store, world) = (&checker.store, &checker.world);
    let (page, now) = (page(target, persona), Timestamp::now());
    let mut known = world.record_trouble.lock().await;
    if known.as_ref().is_some_and(|trouble| trouble.says(&page, damaged)) && damaged.is_empty() {
        return Ok(());
    }
    let before = stored(store.as_ref()).await?;
    let mut trouble = before.clone();
    trouble.forget(&world.registry());
    let told = trouble.take(&page, damaged, now);
    if trouble != before {
        let notices = told.as_ref().map(|(words, over)| notices(&world.operators, TROUBLE, words, *over, now));
        if let Some((words, over)) = &told {
            tracing::error!(target = %target.id, over, "{}", words.en);
        }
        let notes = vec![(TROUBLE.to_owned(), serde_json::to_string(&trouble).unwrap_or_default())];
        store.tell(Told { notices: notices.unwrap_or_default(), notes }).await?;
    }
    *known = Some(trouble);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_until_it_is_over() {
        let (mut trouble, now) = (RecordTrouble::default(), Timestamp::UNIX_EPOCH);
        let damaged = [Digest::of("a")];
        assert!(trouble.take("one", &[], now).is_none(), "nothing to tell");
        let (words, over) = trouble.take("one", &damaged, now).expect("told");
        assert!(!over && words.en.contains(&object(damaged[0])) && words.ja.contains("verify"));
        assert!(trouble.take("one", &damaged, now).is_none(), "told already");
        assert!(trouble.take("two", &damaged, now).is_none(), "soon after: waits");
        let later = now + AGAIN_AFTER;
        assert!(trouble.take("one", &damaged, later).is_some_and(|(words, _)| words.en.contains("two")));
        assert!(trouble.take("one", &[], later).is_none());
        assert!(trouble.take("two", &[], later).is_some_and(|(_, over)| over));
    }
}
