//! Work on many inputs with all cores, results in the order of the inputs.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Applies `work` to each input on all cores and hands the results to `take` in the order of the inputs, as they come.
/// `take` answers whether to go on.
pub fn in_order<I: Sync, O: Send>(inputs: &[I], work: impl Fn(&I) -> O + Sync, mut take: impl FnMut(O) -> bool) {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get).min(inputs.len().max(1));
    let next = AtomicUsize::new(0);
    // Bounded, so that results that wait for a slow one before them do not pile up.
    let (send, receive) = mpsc::sync_channel(cores * 4);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            let (send, next, work) = (send.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = inputs.get(at) else { break };
                    if send.send((at, work(input))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        hand_over(receive, &mut take);
    });
}

fn hand_over<O>(receive: mpsc::Receiver<(usize, O)>, take: &mut impl FnMut(O) -> bool) {
    let mut waiting = BTreeMap::new();
    let mut expected = 0;
    for (at, result) in receive {
        waiting.insert(at, result);
        while let Some(result) = waiting.remove(&expected) {
            expected += 1;
            if !take(result) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        let inputs: Vec<u64> = (0..500).collect();
        let mut seen = Vec::new();
        let work = |n: &u64| {
            std::thread::yield_now();
            n * 2
        };
        in_order(&inputs, work, |result| {
            seen.push(result);
            true
        });
        assert_eq!(seen, inputs.iter().map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn it_stops_when_told() {
        let mut seen = 0;
        in_order(
            &[0; 10_000],
            |n| *n,
            |_| {
                seen += 1;
                seen < 3
            },
        );
        assert_eq!(seen, 3);
    }
}
