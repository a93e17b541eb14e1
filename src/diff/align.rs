//! Aligns two sequences in order, in O(n log n) whatever they hold.
//!
//! Short gaps get the shortest edit script (Myers). Longer ones are cut by patience diff (Bram Cohen) as far as there
//! are unique items: what stands once on both sides anchors the rest. Where nothing is unique, the k-th of a kind is
//! taken for the k-th, and the longest rising run of those pairs is kept.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

/// Longest side of a gap that gets its shortest edit script.
const SHORT: usize = 128;
/// How often a gap is searched for items that are unique inside it before they are only counted.
const UNIQUE_ROUNDS: u8 = 4;
/// After that many rounds a gap is trimmed and left alone.
const LAST_ROUND: u8 = UNIQUE_ROUNDS + 1;

/// A part of both sequences that is still to be aligned.
struct Gap {
    old: Range<usize>,
    new: Range<usize>,
    round: u8,
}

/// The pairs `(old, new)` of equal items, both indices rising.
pub(super) fn align<K: Eq + Hash + Copy>(old: &[K], new: &[K]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut gaps = vec![Gap { old: 0..old.len(), new: 0..new.len(), round: 0 }];
    while let Some(mut gap) = gaps.pop() {
        trim(old, new, &mut gap, &mut pairs);
        let alone = gap.old.len().max(gap.new.len()) == 1;
        if gap.old.is_empty() || gap.new.is_empty() || alone || gap.round >= LAST_ROUND {
            continue;
        }
        if gap.old.len().max(gap.new.len()) <= SHORT {
            exact(old, new, &gap, &mut pairs);
            continue;
        }
        let mut anchors = if gap.round < UNIQUE_ROUNDS { unique(old, new, &gap) } else { Vec::new() };
        let round = if anchors.is_empty() { LAST_ROUND } else { gap.round + 1 };
        if anchors.is_empty() {
            anchors = counted(old, new, &gap);
        }
        split(&gap, &rising(&anchors), round, &mut gaps, &mut pairs);
    }
    pairs.sort_unstable();
    pairs
}

/// Pairs what is equal at both ends of a gap and narrows the gap to the rest.
fn trim<K: Eq>(old: &[K], new: &[K], gap: &mut Gap, pairs: &mut Vec<(usize, usize)>) {
    while !gap.old.is_empty() && !gap.new.is_empty() && old[gap.old.start] == new[gap.new.start] {
        pairs.push((gap.old.start, gap.new.start));
        gap.old.start += 1;
        gap.new.start += 1;
    }
    while !gap.old.is_empty() && !gap.new.is_empty() && old[gap.old.end - 1] == new[gap.new.end - 1] {
        gap.old.end -= 1;
        gap.new.end -= 1;
        pairs.push((gap.old.end, gap.new.end));
    }
}

/// The longest common subsequence of a short gap.
fn exact<K: Eq + Hash>(old: &[K], new: &[K], gap: &Gap, pairs: &mut Vec<(usize, usize)>) {
    let ops = capture_diff_slices(Algorithm::RawMyers, &old[gap.old.clone()], &new[gap.new.clone()]);
    for op in ops {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            pairs.extend((0..len).map(|at| (gap.old.start + old_index + at, gap.new.start + new_index + at)));
        }
    }
}

/// Items that stand once on each side of the gap, in the order of the old side.
fn unique<K: Eq + Hash + Copy>(old: &[K], new: &[K], gap: &Gap) -> Vec<(usize, usize)> {
    let mut places: HashMap<K, (u32, u32, usize)> = HashMap::with_capacity(gap.old.len());
    for at in gap.old.clone() {
        places.entry(old[at]).or_default().0 += 1;
    }
    for at in gap.new.clone() {
        if let Some(place) = places.get_mut(&new[at]) {
            place.1 += 1;
            place.2 = at;
        }
    }
    let once = |at: usize| places.get(&old[at]).filter(|place| place.0 == 1 && place.1 == 1);
    gap.old.clone().filter_map(|at| Some((at, once(at)?.2))).collect()
}

/// The k-th of each kind on the old side with the k-th on the new side, in the order of the old side.
fn counted<K: Eq + Hash + Copy>(old: &[K], new: &[K], gap: &Gap) -> Vec<(usize, usize)> {
    let mut places: HashMap<K, Vec<usize>> = HashMap::new();
    for at in gap.new.clone().rev() {
        places.entry(new[at]).or_default().push(at);
    }
    gap.old.clone().filter_map(|at| Some((at, places.get_mut(&old[at])?.pop()?))).collect()
}

/// The longest run of pairs whose new index rises (patience sorting with back pointers).
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, &(_, new)) in pairs.iter().enumerate() {
        let pile = tops.partition_point(|&top| pairs[top].1 < new);
        before.push(pile.checked_sub(1).map(|left| tops[left]));
        if pile == tops.len() {
            tops.push(at);
        } else {
            tops[pile] = at;
        }
    }
    let mut run: Vec<_> = std::iter::successors(tops.last().copied(), |&at| before[at]).map(|at| pairs[at]).collect();
    run.reverse();
    run
}

/// Takes the anchors as pairs and puts what lies between them back on the stack.
fn split(gap: &Gap, anchors: &[(usize, usize)], round: u8, gaps: &mut Vec<Gap>, pairs: &mut Vec<(usize, usize)>) {
    let (mut old, mut new) = (gap.old.start, gap.new.start);
    for &(at_old, at_new) in anchors {
        gaps.push(Gap { old: old..at_old, new: new..at_new, round });
        (old, new) = (at_old + 1, at_new + 1);
    }
    gaps.push(Gap { old: old..gap.old.end, new: new..gap.new.end, round });
    pairs.extend_from_slice(anchors);
}

/// What lies between aligned pairs: ranges of both sequences, at least one of them not empty.
pub(super) fn gaps(pairs: &[(usize, usize)], old: usize, new: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let ends = pairs.iter().copied().chain([(old, new)]);
    let starts = [(0, 0)].into_iter().chain(pairs.iter().map(|&(old, new)| (old + 1, new + 1)));
    let between = starts.zip(ends).map(|(start, end)| (start.0..end.0, start.1..end.1));
    between.filter(|(old, new)| !old.is_empty() || !new.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Length of the longest common subsequence, by the table.
    fn longest(old: &[u8], new: &[u8]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for o in old {
            let mut diagonal = 0;
            for (at, n) in new.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if o == n { diagonal + 1 } else { above.max(row[at]) };
                diagonal = above;
            }
        }
        row[new.len()]
    }

    #[test]
    fn a_rolling_list_with_separators() {
        assert_eq!(align(b"AsBsCs", b"NsAsBs").len(), 4);
        assert_eq!(gaps(&[(0, 2), (1, 3)], 3, 4), [(0..0, 0..2), (2..3, 4..4)]);
    }

    #[test]
    fn an_item_moved_to_the_front_leaves_the_rest_in_place() {
        assert_eq!(align(b"abcde", b"eabcd"), [(0, 1), (1, 2), (2, 3), (3, 4)]);
    }

    proptest! {
        #[test]
        fn short_ones_are_aligned_best(
            old in prop::collection::vec(0..6_u8, 0..40),
            new in prop::collection::vec(0..6_u8, 0..40),
        ) {
            let pairs = align(&old, &new);
            prop_assert!(pairs.iter().all(|&(o, n)| old[o] == new[n]));
            prop_assert!(pairs.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            prop_assert_eq!(pairs.len(), longest(&old, &new));
        }

        #[test]
        fn long_ones_are_equal_and_rise(seed in 1..5_000_usize, kinds in 2..3_000_usize) {
            let old: Vec<usize> = (0..2_000).map(|at| at * 7_919 % kinds).collect();
            let new: Vec<usize> = (0..2_000).map(|at| (at * 7_919 + at / 100 * seed) % kinds).collect();
            let pairs = align(&old, &new);
            prop_assert!(pairs.len() >= 100, "the first hundred are equal");
            prop_assert!(pairs.iter().all(|&(o, n)| old[o] == new[n]));
            prop_assert!(pairs.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
        }

        #[test]
        fn what_was_only_cut_is_aligned_whole(
            left in prop::sample::subsequence((0..1_000_u32).collect::<Vec<_>>(), 500..1_000),
        ) {
            let all: Vec<u32> = (0..1_000).collect();
            prop_assert_eq!(align(&all, &left).len(), left.len());
        }
    }
}
