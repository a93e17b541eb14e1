//! Which of the waiting notices are told now: what is due, what comes along with it, and, in a storm, fewer and fuller
//! messages. All spans are counted in ticks of the outbox (a second), so that a drill can run in a minute.

use super::wording::{Kind, kind};
use crate::model::{Event, Notice, Receiver};
use crate::store::Lately;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// Notices about incidents that become due within this many ticks come along with one that is due.
const COME_ALONG: u32 = 60;
/// Notices that were decided to wait longer than that, and at most this many ticks, are in no hurry (a site is unseen, or
/// seen again): all of them come along with the first of them that is due.
const UNHURRIED: u32 = 300;
/// So many messages about incidents within [`LATELY`] are no storm: the next one waits for nothing.
const CALM: u32 = 2;
/// With each message beyond those that a receiver got lately, the next one waits this many ticks longer …
const STEP: u32 = 30;
/// … but never longer than this many after the one before.
const MOST: u32 = 300;
/// Messages older than this many ticks are not lately.
const LATELY: u32 = 900;

/// Up to when waiting notices are asked for.
pub(super) fn horizon(now: Timestamp, tick: Duration) -> Timestamp {
    now.saturating_add(tick.saturating_mul(UNHURRIED)).unwrap_or(now)
}

/// Whether a notice was decided to wait for company rather long; one that a silence holds back waits for its time.
fn is_unhurried(notice: &Notice, tick: Duration) -> bool {
    let wait = notice.not_before.duration_since(notice.at).unsigned_abs();
    wait > tick.saturating_mul(COME_ALONG) && wait <= tick.saturating_mul(UNHURRIED)
}

/// Since when messages count as lately.
pub(super) fn lately_since(now: Timestamp, tick: Duration) -> Timestamp {
    now.saturating_sub(tick.saturating_mul(LATELY)).unwrap_or(Timestamp::MIN)
}

/// The notices that are told when nobody comes back later: those about incidents need not wait for company.
pub(super) fn told_at_last(mut waiting: Vec<Notice>, now: Timestamp) -> Vec<Notice> {
    waiting.retain(|notice| notice.not_before <= now || kind(&notice.event) == Kind::Incidents);
    waiting
}

/// The notices that are told now. `lately` says who got messages about incidents since [`lately_since`].
pub(super) fn told_now(waiting: Vec<Notice>, lately: &[Lately], now: Timestamp, tick: Duration) -> Vec<Notice> {
    let mut groups: BTreeMap<(Receiver, Kind), Vec<Notice>> = BTreeMap::new();
    for notice in waiting {
        groups.entry((notice.receiver.clone(), kind(&notice.event))).or_default().push(notice);
    }
    let mut told = Vec::new();
    for ((receiver, kind), mut notices) in groups {
        if kind != Kind::Incidents {
            notices.retain(|notice| notice.not_before <= now);
        } else if !is_due(&notices, now, || is_held(&receiver, lately, now, tick)) {
            continue;
        } else {
            let unhurried = notices.iter().any(|notice| notice.not_before <= now && is_unhurried(notice, tick));
            let soon = now.saturating_add(tick.saturating_mul(COME_ALONG)).unwrap_or(now);
            notices.retain(|notice| notice.not_before <= soon || (unhurried && is_unhurried(notice, tick)));
        }
        told.append(&mut notices);
    }
    told
}

/// Whether something is told now. In a storm a receiver is spared; nobody is spared an alarm that nobody looks after.
fn is_due(notices: &[Notice], now: Timestamp, held: impl FnOnce() -> bool) -> bool {
    let mut due = notices.iter().filter(|notice| notice.not_before <= now).peekable();
    due.peek().is_some() && (due.any(|notice| matches!(notice.event, Event::Escalated { .. })) || !held())
}

fn is_held(receiver: &Receiver, lately: &[Lately], now: Timestamp, tick: Duration) -> bool {
    let ours = |one: &&Lately| (one.channel, &one.address) == (receiver.channel, &receiver.address);
    lately.iter().find(ours).is_some_and(|ours| {
        let wait = tick.saturating_mul(STEP.saturating_mul(ours.count.saturating_sub(CALM)).min(MOST));
        now.duration_since(ours.last).unsigned_abs() < wait
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Channel, Language};
    use uuid::Uuid;

    const TICK: Duration = Duration::from_secs(1);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).expect("a time")
    }

    fn receiver(address: &str) -> Receiver {
        let (channel, language) = (Channel::Mail, Language::Japanese);
        Receiver { channel, address: address.to_owned(), name: String::new(), language }
    }

    fn notice(address: &str, event: Event, second: i64) -> Notice {
        let (receiver, at) = (receiver(address), at(second));
        Notice { id: Uuid::now_v7(), receiver, event, at, not_before: at }
    }

    fn alarm(address: &str, second: i64) -> Notice {
        notice(address, Event::Opened { incident: Uuid::now_v7() }, second)
    }

    fn sent(address: &str, count: u32, second: i64) -> Lately {
        Lately { channel: Channel::Mail, address: address.to_owned(), count, last: at(second) }
    }

    #[test]
    fn nothing_is_told_before_its_time_and_alarms_come_along() {
        assert!(told_now(vec![alarm("a", 5)], &[], at(4), TICK).is_empty());
        assert_eq!(told_now(vec![alarm("a", 5), alarm("a", 9), alarm("b", 9)], &[], at(5), TICK).len(), 2);
        let test = |second| notice("a", Event::Test, second);
        assert_eq!(told_now(vec![test(5), test(9)], &[], at(5), TICK).len(), 1, "only incidents keep company");
        assert_eq!(told_at_last(vec![alarm("a", 9), test(9), test(5)], at(5)).len(), 2);
    }

    #[test]
    fn a_dead_platform_is_one_message_though_its_sites_fail_over_minutes() {
        let down = |second: i64| Notice { not_before: at(second + 300), ..alarm("a", second) };
        let waiting = || -> Vec<Notice> { (0..100).map(|number| down(number * 3)).collect() };
        assert!(told_now(waiting(), &[], at(299), TICK).is_empty());
        assert_eq!(told_now(waiting(), &[], at(300), TICK).len(), 100);
        let attack = alarm("a", 10);
        let told = told_now(waiting().into_iter().chain([attack.clone()]).collect(), &[], at(10), TICK);
        assert_eq!(told, [attack], "an alarm waits for none of them and takes none of them with it");
        let held = Notice { not_before: at(302), ..alarm("a", -10_000) };
        assert_eq!(told_now(vec![held, alarm("a", 0)], &[], at(0), TICK).len(), 1, "a silence is kept to its end");
    }

    #[test]
    fn in_a_storm_messages_become_fewer_but_never_stop() {
        let waiting = || vec![alarm("a", 0), alarm("b", 0)];
        assert_eq!(
            told_now(waiting(), &[sent("a", 3, 0)], at(29), TICK).len(),
            1,
            "the other receiver waits for nobody"
        );
        assert_eq!(told_now(waiting(), &[sent("a", 3, 0)], at(30), TICK).len(), 2);
        assert_eq!(told_now(waiting(), &[sent("a", 2, 0)], at(1), TICK).len(), 2, "two are no storm");
        let stormy = [sent("b", 0, 0), sent("a", 50, 0)];
        let escalated = notice("a", Event::Escalated { incident: Uuid::now_v7(), level: 2 }, 0);
        assert_eq!(
            told_now(vec![escalated], &stormy, at(1), TICK).len(),
            1,
            "nobody is spared what nobody looks after"
        );
        assert_eq!(told_now(waiting(), &stormy, at(299), TICK).len(), 1);
        assert_eq!(told_now(waiting(), &stormy, at(300), TICK).len(), 2);
    }
}
