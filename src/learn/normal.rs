//! What of a judged page is normal for it. Only the content plane can be: the judge holds that too.

use super::hosts::host;
use super::identity::{declared, title};
use super::place::Forbidden;
use super::region;
use super::show::holds;
use crate::model::{Difference, Finding, Habit, Habits, HostUse, Keep, Normal, Page, Plane, Topic, Words, japan_day};
use jiff::{SignedDuration, Timestamp};

/// In how many lessons and over which time a habit must have shown before it counts as normal, unless a person pinned it.
const TRUSTED: (u32, SignedDuration) = (3, SignedDuration::from_hours(24 * 7));

/// What is normal about a page's findings and changes. A title, a language, and addresses on hosts that the page has shown in
/// several accepted states over a week or more, or that a person pinned, explain what is found about them.
#[must_use]
pub fn normal(
    habits: &Habits,
    at: Timestamp,
    findings: &[Finding],
    now: &Page,
    difference: Option<&Difference>,
) -> Normal {
    let explain = |(index, finding): (usize, &Finding)| {
        let topics = topics(finding, now);
        let known = topics.into_iter().find_map(|topic| known(habits, at, &topic))?;
        Some((index, known))
    };
    let explained = findings.iter().enumerate().filter_map(explain).collect();
    Normal { explained, usual: difference.map_or((0, 0), |difference| usual(habits, at, now, difference)) }
}

/// The topics of which any explains a finding.
fn topics(finding: &Finding, now: &Page) -> Vec<Topic> {
    let place = finding.location.as_ref().map(|location| location.path.as_str()).unwrap_or_default();
    if finding.rule != "title-and-identity" || finding.plane != Plane::Content {
        return Vec::new();
    }
    let step = place.rsplit(" > ").next().unwrap_or_default();
    match step.split(['[', '#']).next().unwrap_or_default() {
        "title" => title(now).map(Topic::Title).into_iter().collect(),
        "html" => declared(now).map(Topic::Language).into_iter().collect(),
        "link" | "meta" => {
            let of = |host: &String| {
                [HostUse::Link, HostUse::Picture].map(|usage| Topic::Host { host: host.clone(), usage })
            };
            host(&finding.evidence).iter().flat_map(of).collect()
        }
        _ => Vec::new(),
    }
}

/// Why a topic is normal: a person pinned it, or it has shown often and long enough.
fn known(habits: &Habits, at: Timestamp, topic: &Topic) -> Option<Words> {
    let what = super::sentence::sentence(habits, topic, None, None);
    if let Some(mark) = habits.mark(topic).filter(|mark| mark.keep == Keep::Pin) {
        let by = &mark.mark.by;
        return Some(Words::new(format!("{}; pinned by {by}", what.en), format!("{}。{by} が固定", what.ja)));
    }
    let habit = habit(habits, topic).filter(|habit| is_trusted(habits, habit, at))?;
    let (count, since) = (habit.count, japan_day(habit.first));
    Some(Words::new(
        format!("{}; so in {count} accepted states since {since}", what.en),
        format!("{}。{since}以降の承認・追従した{count}状態で同じ", what.ja),
    ))
}

fn habit<'h>(habits: &'h Habits, topic: &Topic) -> Option<&'h Habit> {
    habits.learned.iter().flat_map(|learned| &learned.habits).find(|habit| habit.topic == *topic)
}

fn is_trusted(habits: &Habits, habit: &Habit, at: Timestamp) -> bool {
    let long = habit.last.duration_since(habit.first) >= TRUSTED.1;
    holds(habits, habit, at) && (habits.is(Keep::Pin, &habit.topic) || (habit.count >= TRUSTED.0 && long))
}

/// How many changes of the content lie in places that usually change, and how many there are.
fn usual(habits: &Habits, at: Timestamp, now: &Page, difference: &Difference) -> (usize, usize) {
    let forbidden = Forbidden::of(now);
    let content = difference.changes.iter().filter(|change| change.plane == Plane::Content);
    let usual = content.clone().filter(|change| {
        let topic = Topic::Region { path: region::place(now, change) };
        !change.new.is_some_and(|id| forbidden.holds(now, id))
            && habit(habits, &topic).is_some_and(|habit| is_trusted(habits, habit, at))
    });
    (usual.count(), content.count())
}
