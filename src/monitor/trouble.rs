//! Trouble of hinomi itself: told when it begins and when it is over, each time together with the note that it was told.

use crate::model::{Event, Notice, Persona, Receiver, TargetId, Words, japan_time};
use crate::store::Told;
use jiff::Timestamp;
use uuid::Uuid;

/// Beginning of the notes that say since when a trouble lasts; an empty note says that it is over.
const NOTES: &str = "trouble:";
/// The kind of a target that is set aside.
const QUARANTINED: &str = "quarantined";

/// One trouble: a kind, and what it is about when there can be several of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    kind: String,
    of: String,
}

impl Trouble {
    /// One of which there is only one.
    pub(super) fn of_kind(kind: &str) -> Self {
        Self { kind: kind.to_owned(), of: String::new() }
    }

    /// A target that is set aside.
    pub(super) fn set_aside(target: &TargetId, persona: Persona) -> Self {
        Self { kind: QUARANTINED.to_owned(), of: format!("{target} {}", persona.as_str()) }
    }

    /// A set-aside target by the name of its note.
    pub(super) fn of_note(name: &str) -> Option<Self> {
        let of = name.strip_prefix(&set_aside_notes())?;
        Some(Self { kind: QUARANTINED.to_owned(), of: of.to_owned() })
    }

    /// Name of its note.
    pub(super) fn note(&self) -> String {
        let gap = if self.of.is_empty() { "" } else { ":" };
        format!("{NOTES}{}{gap}{}", self.kind, self.of)
    }

    /// It begins.
    pub(super) fn begins(&self, operators: &[Receiver], words: &Words, now: Timestamp) -> Told {
        Told { notices: notices(operators, &self.kind, words, false, now), notes: vec![(self.note(), now.to_string())] }
    }

    /// It is over.
    pub(super) fn ends(&self, operators: &[Receiver], since: &str, now: Timestamp) -> Told {
        let since = japan(since);
        let words = if self.of.is_empty() {
            Words::new(format!("Over; it had lasted since {since}."), format!("{since} からの障害は解消しました。"))
        } else {
            let of = &self.of;
            Words::new(
                format!("{of} is no longer set aside; it had been since {since}."),
                format!("{of} の隔離({since} から)は解除されました。"),
            )
        };
        Told { notices: notices(operators, &self.kind, &words, true, now), notes: vec![(self.note(), String::new())] }
    }
}

/// Beginning of the notes about targets that are set aside.
pub(super) fn set_aside_notes() -> String {
    format!("{NOTES}{QUARANTINED}:")
}

/// Something about hinomi itself, for each operator: what began, or with `over` what is no more.
#[must_use]
pub fn notices(operators: &[Receiver], trouble: &str, words: &Words, over: bool, now: Timestamp) -> Vec<Notice> {
    let event = Event::Operations { trouble: trouble.to_owned(), words: words.clone(), over };
    let notice = |receiver: &Receiver| Notice {
        id: Uuid::now_v7(),
        receiver: receiver.clone(),
        event: event.clone(),
        at: now,
        not_before: now,
    };
    operators.iter().map(notice).collect()
}

/// What is told when what was learned of a page cannot be read.
pub(super) fn forgotten(operators: &[Receiver], target: &TargetId, now: Timestamp) -> Vec<Notice> {
    let words = Words::new(
        format!(
            "What hinomi had learned of {target} could not be read: it begins anew, and until then asks about what it knew. \
             What people pinned or dropped stays. If this comes again, check the disk and restore a backup \
             (`hinomi restore`)."
        ),
        format!(
            "{target} について学習した内容を読み取れなかったため、学習をやり直します。それまでは既知だった変化についても確認を\
             お願いすることがあります。人が固定・除外した項目は残っています。繰り返す場合はディスクを確認し、バックアップから\
             復元してください(`hinomi restore`)。"
        ),
    );
    tracing::error!(%target, "{}", words.en);
    notices(operators, "habits-damaged", &words, false, now)
}

/// A time as people in Japan read it.
fn japan(at: &str) -> String {
    at.parse::<Timestamp>().map_or_else(|_| at.to_owned(), japan_time)
}

/// What it means that a target is set aside.
pub(super) fn set_aside_words(target: &TargetId) -> Words {
    Words::new(
        format!(
            "The check of {target} killed the process again and again. The target has been set aside and is NOT watched \
             any more; all others are. Look at the page by hand, then run `hinomi check {target}` to take it back."
        ),
        format!(
            "{target} の点検が繰り返しプロセスを停止させたため、この監視対象を隔離しました。現在この対象は監視されていません\
             (他の対象は監視を続けています)。ページを手動で確認し、`hinomi check {target}` で監視に戻してください。"
        ),
    )
}
