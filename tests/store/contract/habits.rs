//! Habits: checks write what they learn, people their marks, and neither writes over the other.

use crate::sample::*;
use hinomi::model::{Habit, HabitMark, Habits, HostUse, Keep, Learned, MAX_HABIT_MARKS, Mark, Persona, Topic};
use hinomi::store::{CheckRecord, Slot, Store, StoreError};

fn topic(host: &str) -> Topic {
    Topic::Host { host: host.to_owned(), usage: HostUse::Link }
}

fn learned(host: &str) -> Learned {
    let (example, detail) = ("例".to_owned(), hinomi::model::Detail::None);
    let path = "html > body > a".to_owned();
    let habit = Habit { topic: topic(host), path, example, first: at(1), last: at(2), count: 3, detail };
    Learned {
        since: at(1),
        last: at(2),
        lessons: 3,
        compared: 2,
        provisional: false,
        differed: vec![7],
        habits: vec![habit],
    }
}

fn mark(host: &str, keep: Keep) -> HabitMark {
    let mark = Mark { by: "Hanako <web@city.example>".to_owned(), at: at(5), reason: "old".to_owned() };
    HabitMark { topic: topic(host), keep, mark }
}

pub(crate) async fn what_was_learned_comes_back(place: impl Place) {
    let store = place.open();
    assert_eq!(store.habits(id("t0"), DESKTOP).await.unwrap(), Habits::default());
    store.put_registry(many(1), at(0)).await.unwrap();
    store.record(CheckRecord { learned: Slot::Put(learned("a")), ..check("t0", 10) }).await.unwrap();
    store.record(check("t0", 20)).await.unwrap();
    drop(store);
    let store = place.open();
    assert_eq!(store.habits(id("t0"), DESKTOP).await.unwrap().learned, Some(learned("a")));
    assert_eq!(store.habits(id("t0"), Persona::Mobile).await.unwrap(), Habits::default());
    store.record(CheckRecord { learned: Slot::Clear, ..check("t0", 30) }).await.unwrap();
    assert_eq!(store.habits(id("t0"), DESKTOP).await.unwrap(), Habits::default());
}

pub(crate) async fn people_and_checks_do_not_write_over_each_other(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let digest = topic("a").digest();
    store.mark_habit(id("t0"), digest, Some(mark("a", Keep::Drop))).await.unwrap();
    store.record(CheckRecord { learned: Slot::Put(learned("b")), ..check("t0", 10) }).await.unwrap();
    store.mark_habit(id("t0"), digest, Some(mark("a", Keep::Pin))).await.unwrap();
    let habits = store.habits(id("t0"), DESKTOP).await.unwrap();
    let wanted = Habits { learned: Some(learned("b")), marks: vec![mark("a", Keep::Pin)], damaged: false };
    assert_eq!(habits, wanted, "the last word on a habit counts");
    store.mark_habit(id("t0"), digest, None).await.unwrap();
    assert_eq!(store.habits(id("t0"), DESKTOP).await.unwrap().marks, []);
}

pub(crate) async fn what_is_learned_under_the_old_baseline_is_not_kept(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    let late = CheckRecord { learned: Slot::Put(learned("a")), revision: Some(7), ..check("t0", 10) };
    store.record(late).await.unwrap();
    assert_eq!(store.habits(id("t0"), DESKTOP).await.unwrap(), Habits::default());
}

pub(crate) async fn marks_have_a_limit(place: impl Place) {
    let store = place.open();
    store.put_registry(many(1), at(0)).await.unwrap();
    for number in 0..MAX_HABIT_MARKS {
        let one = mark(&number.to_string(), Keep::Pin);
        store.mark_habit(id("t0"), one.topic.digest(), Some(one)).await.unwrap();
    }
    let more = mark("more", Keep::Pin);
    let refused = store.mark_habit(id("t0"), more.topic.digest(), Some(more)).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    let again = mark("7", Keep::Drop);
    store.mark_habit(id("t0"), again.topic.digest(), Some(again)).await.unwrap();
    assert_eq!(store.habits(id("t0"), DESKTOP).await.unwrap().marks.len(), MAX_HABIT_MARKS);
}
