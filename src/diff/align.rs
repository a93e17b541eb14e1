//! Aligns two sequences in order, in O(n log n) whatever they hold.
//!
//! Patience diff (Bram Cohen) as far as there are unique items: what stands once on both sides anchors the rest. Where
//! nothing is unique, the k-th of a kind is taken for the k-th, and the longest rising run of those pairs is kept. Both
//! are cheaper than the shortest edit script and never quadratic.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

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
        if gap.old.is_empty() || gap.new.is_empty() || gap.round >= LAST_ROUND {
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
