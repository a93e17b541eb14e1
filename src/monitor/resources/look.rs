//! What the fleet remembers of one URL that pages load: when it was looked at, what was there, how long it fails.

use super::answer::Answer;
use crate::model::{Content, UnseenReason};
use jiff::{SignedDuration, Timestamp};

/// Failed looks in a row …
const PATIENCE_LOOKS: u32 = 3;
/// … and time, both of which have to pass before what was there last no longer stands for what is there.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// `ETag` and `Last-Modified` of an answer.
pub(super) type Validators = (Option<String>, Option<String>);

/// One URL as one persona sees it.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// When it was looked at last, with or without success.
    at: Option<Timestamp>,
    /// What was there when something could be seen last.
    answer: Option<Answer>,
    /// Of the last full answer.
    validators: Validators,
    /// Conditional looks since the last full one.
    pub(super) since_full: u32,
    /// Since when, how often and why it fails.
    failing: Option<(Timestamp, u32, UnseenReason)>,
}

impl Look {
    /// Whether it was looked at since a time.
    pub(super) fn is_fresh(&self, since: Timestamp) -> bool {
        self.at.is_some_and(|at| at > since)
    }

    /// What makes a request conditional; none when nothing is known of the URL.
    pub(super) fn validators(&self) -> Option<Validators> {
        let (etag, modified) = &self.validators;
        let known = matches!(self.answer, Some(Answer { content: Content::Seen { .. }, .. }))
            && (etag.is_some() || modified.is_some());
        known.then(|| self.validators.clone())
    }

    /// Notes a full answer.
    pub(super) fn saw(&mut self, answer: Answer, validators: Validators, now: Timestamp) {
        *self = Self { at: Some(now), answer: Some(answer), validators, since_full: 0, failing: None };
    }

    /// Notes that the host says nothing has changed.
    pub(super) fn saw_no_change(&mut self, now: Timestamp) {
        (self.at, self.failing) = (Some(now), None);
        self.since_full = self.since_full.saturating_add(1);
    }

    /// Notes that it could not be looked at.
    pub(super) fn missed(&mut self, reason: UnseenReason, now: Timestamp) {
        let (since, times) = self.failing.map_or((now, 0), |(since, times, _)| (since, times));
        (self.at, self.failing) = (Some(now), Some((since, times.saturating_add(1), reason)));
    }

    /// What was seen last, here or with the page.
    pub(super) fn last(&self, remembered: Option<Answer>) -> Option<Answer> {
        self.answer.clone().or(remembered)
    }

    /// What is there. What was there last stands for a while when it cannot be seen; where this process saw nothing yet, that
    /// is what is remembered with the page.
    pub(super) fn answer(&self, remembered: Option<Answer>, now: Timestamp) -> Answer {
        let known = self.last(remembered);
        match (self.failing, known) {
            (Some((since, times, reason)), Some(known)) => {
                let lasts = times >= PATIENCE_LOOKS && now.duration_since(since) >= PATIENCE;
                if lasts { Answer::unseen(reason) } else { known }
            }
            (Some((_, _, reason)), None) => Answer::unseen(reason),
            (None, Some(known)) => known,
            (None, None) => Answer::unseen(UnseenReason::NotCompared),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, Resource, ResourceKind, Wanted};

    fn seen(text: &str) -> Answer {
        let bytes = Digest::of(text);
        answered(Content::Seen { bytes, state: bytes, size: 1 })
    }

    fn answered(content: Content) -> Answer {
        let url = "https://a.example/a.js".parse().expect("URL");
        Answer::of(&Resource::new(Wanted { kind: ResourceKind::Script, url, own: true }, false, content))
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    const GONE: UnseenReason = UnseenReason::ConnectFailed;

    #[test]
    fn a_short_failure_changes_nothing_and_a_long_one_is_told() {
        let mut look = Look::default();
        look.saw(seen("a"), Validators::default(), at(0));
        for minute in [5, 10, 15] {
            look.missed(GONE, at(minute));
            assert_eq!(look.answer(None, at(minute)), seen("a"), "{minute}");
        }
        look.missed(GONE, at(20));
        assert_eq!(look.answer(None, at(20)), Answer::unseen(GONE));
        look.saw(seen("a"), Validators::default(), at(25));
        assert_eq!(look.answer(None, at(25)), seen("a"));
    }

    #[test]
    fn after_a_restart_the_page_remembers() {
        let mut look = Look::default();
        look.missed(GONE, at(0));
        assert_eq!(look.answer(Some(seen("a")), at(0)), seen("a"));
        assert_eq!(look.answer(None, at(0)), Answer::unseen(GONE));
    }

    #[test]
    fn requests_are_conditional_only_upon_what_was_seen() {
        let mut look = Look::default();
        let tag = (Some("\"1\"".to_owned()), None);
        look.saw(answered(Content::Absent { status: 404 }), tag.clone(), at(0));
        assert_eq!(look.validators(), None);
        look.saw(seen("a"), Validators::default(), at(0));
        assert_eq!(look.validators(), None);
        look.saw(seen("a"), tag.clone(), at(0));
        assert_eq!(look.validators(), Some(tag));
        look.saw_no_change(at(1));
        assert_eq!((look.since_full, look.is_fresh(at(0)), look.is_fresh(at(1))), (1, true, false));
    }
}
