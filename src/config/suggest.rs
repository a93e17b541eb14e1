//! "Did you mean": the nearest known word to a mistyped one.

/// The nearest of `known` within a third of the word's length (one edit at least), swaps of neighbours counted once.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let word: Vec<char> = word.chars().take(65).collect();
    let most = (word.len() / 3).max(1);
    let close = |name: &&str| name.len().abs_diff(word.len()) <= most;
    let measured = known.filter(close).map(|name| (distance(&word, name), name));
    measured.filter(|(edits, _)| *edits <= most).min().map(|(_, name)| name)
}

/// Optimal string alignment distance (insert, delete, replace, swap of neighbours).
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let width = b.len() + 1;
    let mut older: Vec<usize> = vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(width);
        row.push(i + 1);
        for (j, &y) in b.iter().enumerate() {
            let replace = above[j] + usize::from(x != y);
            let mut best = replace.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                best = best.min(older[j - 1] + 1);
            }
            row.push(best);
        }
        older = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_word_and_nothing_far_away() {
        let known = ["interval", "url", "personas", "tags"];
        let near = |word: &str| nearest(word, known.into_iter());
        assert_eq!(near("intervall"), Some("interval"));
        assert_eq!(near("inetrval"), Some("interval"));
        assert_eq!(near("ulr"), Some("url"));
        assert_eq!(near("persona"), Some("personas"));
        assert_eq!(near("colour"), None);
        assert_eq!(near(""), None);
        assert_eq!(distance(&['a', 'b'], ""), 2);
    }
}
