//! Notices and messages: decided, fixed, sent, never lost.

use crate::sample::*;
use hinomi::model::{Channel, Event, Message};
use hinomi::store::{Lately, OutboxSummary, Store, Told};
use uuid::Uuid;

const A: &str = "a@city.example";
const B: &str = "b@city.example";

pub(crate) async fn notices_wait_for_their_message(place: impl Place) {
    let store = place.open();
    assert_eq!(store.outbox(at(0)).await.unwrap(), OutboxSummary::default());
    assert_eq!(store.next_outbox().await.unwrap(), None);
    let incident = Uuid::now_v7();
    let (later, now) = (notice(A, Event::Test, 0, 600), notice(A, Event::Opened { incident }, 1, 0));
    store.put_notices(vec![later.clone(), now.clone()]).await.unwrap();
    store.put_notices(vec![now.clone()]).await.unwrap();
    assert_eq!(store.due_notices(at(1)).await.unwrap(), std::slice::from_ref(&now));
    assert_eq!(store.due_notices(at(600)).await.unwrap(), [later.clone(), now.clone()]);
    assert_eq!(store.next_outbox().await.unwrap(), Some(at(1)));
    let message = message(A, vec![incident], 2);
    store.compose(vec![(message.clone(), vec![now.id])]).await.unwrap();
    assert_eq!(store.due_notices(at(600)).await.unwrap(), [later]);
    assert_eq!(store.due_messages(at(2), 10).await.unwrap(), std::slice::from_ref(&message));
    let summary = store.outbox(at(3)).await.unwrap();
    assert_eq!((summary.waiting, summary.oldest, summary.sent), (2, Some(at(2)), 0));
    store.sent(message.id, at(4)).await.unwrap();
    let waits_for_its_time = store.outbox(at(599)).await.unwrap();
    assert_eq!((waits_for_its_time.waiting, waits_for_its_time.oldest), (1, None), "it is not late");
    assert_eq!(store.outbox(at(900)).await.unwrap().oldest, Some(at(600)), "late from its time on");
}

pub(crate) async fn composing_is_all_or_nothing(place: impl Place) {
    let store = place.open();
    let told = notice(A, Event::Test, 0, 0);
    store.put_notices(vec![told.clone()]).await.unwrap();
    let twice = vec![(message(A, vec![], 1), vec![told.id]), (message(B, vec![], 1), vec![told.id])];
    assert!(store.compose(twice).await.is_err(), "one notice in two messages");
    assert_eq!(store.due_messages(at(10), 10).await.unwrap(), []);
    assert_eq!(store.due_notices(at(10)).await.unwrap(), std::slice::from_ref(&told));
    store.compose(vec![(message(A, vec![], 2), vec![told.id])]).await.unwrap();
    assert!(store.compose(vec![(message(A, vec![], 3), vec![told.id])]).await.is_err(), "told already");
    assert_eq!(store.deliveries(10).await.unwrap().len(), 1);
}

pub(crate) async fn one_message_a_receiver_at_a_time(place: impl Place) {
    let store = place.open();
    let messages: Vec<Message> =
        [(A, 3), (A, 1), (B, 2), (B, 4)].into_iter().map(|(to, seconds)| message(to, vec![], seconds)).collect();
    store.compose(messages.iter().map(|message| (message.clone(), vec![])).collect()).await.unwrap();
    assert_eq!(store.due_messages(at(10), 10).await.unwrap(), [messages[1].clone(), messages[2].clone()]);
    assert_eq!(store.due_messages(at(10), 1).await.unwrap(), [messages[1].clone()]);
    assert_eq!(store.due_messages(at(1), 10).await.unwrap(), [messages[1].clone()]);
    let mut hook = message("default", vec![], 9);
    hook.receiver.channel = Channel::Webhook;
    store.compose(vec![(hook.clone(), vec![])]).await.unwrap();
    let due = store.due_messages(at(10), 1).await.unwrap();
    assert_eq!(due, [messages[1].clone(), hook.clone()], "mails that wait hide no webhook");
    store.sent(hook.id, at(10)).await.unwrap();
    store.sent(messages[1].id, at(11)).await.unwrap();
    assert_eq!(store.due_messages(at(10), 10).await.unwrap(), [messages[2].clone(), messages[0].clone()]);
}

pub(crate) async fn failures_and_arrivals_are_kept(place: impl Place) {
    let store = place.open();
    let (slow, refused) = (message(A, vec![], 1), message(B, vec![], 2));
    store.compose(vec![(slow.clone(), vec![]), (refused.clone(), vec![])]).await.unwrap();
    store.failed(slow.id, at(3), "451 later".to_owned(), Some(at(63)), vec![]).await.unwrap();
    let complaint = notice(A, Event::Test, 3, 0);
    store.failed(refused.id, at(3), "550 unknown".to_owned(), None, vec![complaint.clone()]).await.unwrap();
    assert_eq!(store.due_notices(at(3)).await.unwrap(), std::slice::from_ref(&complaint), "told in the same write");
    store.drop_notices(vec![complaint.id]).await.unwrap();
    assert_eq!(store.due_messages(at(62), 10).await.unwrap(), []);
    assert_eq!(store.next_outbox().await.unwrap(), Some(at(63)));
    let retried = store.due_messages(at(63), 10).await.unwrap();
    assert_eq!((retried[0].attempts, retried[0].last_error.as_deref()), (1, Some("451 later")));
    assert_eq!((&retried[0].message_id, retried[0].next_attempt), (&slow.message_id, at(63)));
    store.sent(slow.id, at(64)).await.unwrap();
    store.sent(slow.id, at(99)).await.unwrap();
    store.failed(slow.id, at(99), "too late".to_owned(), Some(at(100)), vec![]).await.unwrap();
    let deliveries = store.deliveries(10).await.unwrap();
    assert_eq!(deliveries.len(), 2);
    assert_eq!((deliveries[0].sent, deliveries[0].given_up, deliveries[0].message.attempts), (None, true, 1));
    assert_eq!((deliveries[1].sent, deliveries[1].given_up, deliveries[1].message.attempts), (Some(at(64)), false, 2));
    let (now, next_week) = (store.outbox(at(100)).await.unwrap(), store.outbox(at(8 * 86_400)).await.unwrap());
    assert_eq!((now.waiting, now.given_up, now.sent), (0, 1, 1));
    assert_eq!((next_week.given_up, next_week.sent), (0, 1));
}

pub(crate) async fn threads_are_by_receiver(place: impl Place) {
    let store = place.open();
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    let messages = [message(A, vec![one], 2), message(A, vec![one, two], 1), message(B, vec![one], 1)];
    store.compose(messages.iter().map(|message| (message.clone(), vec![])).collect()).await.unwrap();
    let mut renamed = receiver(A);
    renamed.name = "新しい名前".to_owned();
    let [later, first, other] = messages.map(|message| message.message_id);
    assert_eq!(store.thread(one, renamed).await.unwrap(), [first.clone(), later]);
    assert_eq!(store.thread(two, receiver(A)).await.unwrap(), [first]);
    assert_eq!(store.thread(one, receiver(B)).await.unwrap(), [other]);
}

pub(crate) async fn nothing_is_lost_when_reopened(place: impl Place) {
    let store = place.open();
    let (told, waiting) = (notice(A, Event::Test, 0, 0), notice(B, Event::Test, 0, 0));
    store.put_notices(vec![told.clone(), waiting.clone()]).await.unwrap();
    let message = message(A, vec![], 1);
    store.compose(vec![(message.clone(), vec![told.id])]).await.unwrap();
    drop(store);
    let store = place.open();
    assert_eq!(store.due_notices(at(5)).await.unwrap(), [waiting]);
    assert_eq!(store.due_messages(at(5), 10).await.unwrap(), [message]);
}

pub(crate) async fn dropped_notices_are_not_told(place: impl Place) {
    let store = place.open();
    let (dropped, kept) = (notice(A, Event::Test, 0, 0), notice(A, Event::Test, 0, 0));
    store.put_notices(vec![dropped.clone(), kept.clone()]).await.unwrap();
    store.compose(vec![(message(A, vec![], 1), vec![kept.id])]).await.unwrap();
    store.drop_notices(vec![dropped.id, kept.id, Uuid::now_v7()]).await.unwrap();
    assert_eq!(store.due_notices(at(5)).await.unwrap(), []);
    assert_eq!(store.outbox(at(5)).await.unwrap().waiting, 1, "the message still waits");
}

pub(crate) async fn who_got_messages_lately_is_counted(place: impl Place) {
    let store = place.open();
    let incident = Uuid::now_v7();
    let mut messages = vec![message(A, vec![incident], 10), message(A, vec![incident, Uuid::now_v7()], 12)];
    messages.extend([message(A, vec![incident], 5), message(A, vec![], 20), message(B, vec![], 20)]);
    // However many others got one since, nobody is forgotten.
    messages.extend((0..250).map(|n| message(&format!("{n}@city.example"), vec![Uuid::now_v7()], 30)));
    store.compose(messages.into_iter().map(|message| (message, vec![])).collect()).await.unwrap();
    let lately = store.lately(at(5)).await.unwrap();
    let of = |address: &str| lately.iter().find(|one| one.address == address).cloned();
    let expected = Lately { channel: Channel::Mail, address: A.to_owned(), count: 2, last: at(12) };
    assert_eq!((lately.len(), of(A), of(B)), (251, Some(expected), None));
}

pub(crate) async fn notices_and_notes_are_told_together(place: impl Place) {
    let store = place.open();
    let told = notice(A, Event::Test, 0, 0);
    let notes = vec![("trouble:x:1".to_owned(), "since".to_owned()), ("trouble:y".to_owned(), String::new())];
    store.tell(Told { notices: vec![told.clone()], notes }).await.unwrap();
    assert_eq!(store.due_notices(at(0)).await.unwrap(), [told]);
    assert_eq!(store.notes("trouble:x".to_owned()).await.unwrap(), [("trouble:x:1".to_owned(), "since".to_owned())]);
    assert_eq!(store.notes("trouble:%".to_owned()).await.unwrap(), []);
    assert_eq!(store.notes("trouble:".to_owned()).await.unwrap().len(), 2);
}
