//! The watch over the record of approvals: verified once a day, and each new head of a chain written to the log.

use super::SelfWatch;
use crate::model::{Digest, Words};
use crate::monitor::trouble::Trouble;
use crate::store::{Damage, Result, Store, StoreError};
use jiff::{SignedDuration, Timestamp};

/// Note with the time at which the record was verified last; when it is empty, the next look verifies.
pub const VERIFIED: &str = "record-verified";
/// Note with a digest of the damage that was told.
const DAMAGE: &str = "record-damage";
/// Note with the mark up to which heads stand in the log.
const LOGGED: &str = "chain-heads-logged";
/// Time between two verifications.
const EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Files that a message names.
const MOST_NAMED: usize = 20;

impl<S: Store> SelfWatch<S> {
    /// Logs new heads, and verifies the record when a day has passed.
    pub(super) async fn watch_record(&self, now: Timestamp) -> Result<()> {
        self.log_heads().await?;
        let last = self.store.note(VERIFIED.to_owned()).await?.and_then(|at| at.parse::<Timestamp>().ok());
        if last.is_some_and(|last| now.duration_since(last).abs() < EVERY) {
            return Ok(());
        }
        self.tell_damage(self.verify().await?, now).await?;
        self.store.put_note(VERIFIED.to_owned(), now.to_string()).await
    }

    /// The log is a second place for the heads: whoever rewrites the record has to rewrite it too.
    async fn log_heads(&self) -> Result<()> {
        let known = self.store.note(LOGGED.to_owned()).await?.and_then(|mark| mark.parse().ok()).unwrap_or_default();
        let (mark, heads) = self.store.heads_after(known).await?;
        for head in heads {
            let chain = format!("{}/{}", head.organisation, head.target);
            tracing::info!(chain, lines = head.count, hash = %head.hash, "the record of approvals has a new head");
        }
        if mark == known { Ok(()) } else { self.store.put_note(LOGGED.to_owned(), mark.to_string()).await }
    }

    /// What does not verify; a record that cannot be read is damage, too.
    async fn verify(&self) -> Result<Option<Words>> {
        match self.store.verify().await {
            Ok(damages) if damages.is_empty() => Ok(None),
            Ok(damages) => Ok(Some(damaged(&damages))),
            Err(error @ (StoreError::File { .. } | StoreError::Damaged(_))) => Ok(Some(error.words())),
            Err(error) => Err(error),
        }
    }

    /// Tells damage when it begins, when it is another one than before, and when it is over.
    async fn tell_damage(&self, damage: Option<Words>, now: Timestamp) -> Result<()> {
        let trouble = Trouble::of_kind("record-damaged");
        let mark = damage.as_ref().map(|words| Digest::of(&words.en).to_string()).unwrap_or_default();
        let told = self.store.note(DAMAGE.to_owned()).await?.unwrap_or_default();
        match damage {
            Some(words) if mark != told => {
                tracing::error!("{}", words.en);
                let mut begins = trouble.begins(&self.world.operators, &words, now);
                begins.notes.push((DAMAGE.to_owned(), mark));
                self.store.tell(begins).await
            }
            Some(_) => Ok(()),
            None if told.is_empty() => Ok(()),
            None => {
                self.turn(&trouble, None, now).await?;
                self.store.put_note(DAMAGE.to_owned(), String::new()).await
            }
        }
    }
}

fn damaged(damages: &[Damage]) -> Words {
    let list = |pick: fn(&Words) -> &str| {
        let line = |damage: &Damage| {
            let number = damage.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("{}{number}: {}", damage.path.display(), pick(&damage.what))
        };
        damages.iter().take(MOST_NAMED).map(line).collect::<Vec<_>>().join("\n")
    };
    let more = damages.len().saturating_sub(MOST_NAMED);
    let (mut en, mut ja) = (list(|words| &words.en), list(|words| &words.ja));
    if more > 0 {
        en.push_str(&format!("\n… and {more} more"));
        ja.push_str(&format!("\n…ほか{more}件"));
    }
    words(&en, &ja)
}

fn words(en: &str, ja: &str) -> Words {
    Words::new(
        format!(
            "The record of approvals does not verify: somebody or something changed it since it was written. Compare it with a copy and with the chain heads in earlier daily mails, find out who could write there, and restore it; `hinomi baseline verify` looks again.\n{en}"
        ),
        format!(
            "承認の記録が整合していません(書き込み後に変更された疑いがあります)。複製、および以前の日次メールにある連鎖の先頭と照合し、書き込めた者を調べ、復元してください。`hinomi baseline verify` で再確認できます。\n{ja}"
        ),
    )
}
