//! The subject: short, the most important first.

use super::pen::{Pen, cut};
use super::story::{Kind, headline, kind, organisation, place};
use crate::model::display_line;
use crate::notify::Story;

/// Longest subject in characters.
pub(super) const LONGEST: usize = 110;

/// The subject of a letter whose stories stand in order, most important first.
pub(super) fn subject(pen: &Pen, stories: &[&Story]) -> String {
    let Some(first) = stories.first() else { return "hinomi".to_owned() };
    let label = pen.fixed(kind(first).label());
    let mark = pen.say(format!("[hinomi {label}]"), format!("【火の見・{label}】"));
    let rest = if stories.len() == 1 { single(pen, first) } else { several(pen, stories) };
    let gap = pen.say(" ", "");
    // `=?` would begin an encoded word (RFC 2047).
    cut(&display_line(&format!("{mark}{gap}{rest}")).replace("=?", "= ?"), LONGEST)
}

fn single(pen: &Pen, story: &Story) -> String {
    let headline = headline(pen, story);
    place(story).map_or_else(|| headline.clone(), |place| format!("{place}: {headline}"))
}

/// How many stories there are of each kind, the most important kind first.
pub(super) fn counts(stories: &[&Story]) -> Vec<(Kind, usize)> {
    let mut counts: Vec<(Kind, usize)> = Vec::new();
    for kind in stories.iter().map(|story| kind(story)) {
        match counts.iter_mut().find(|(seen, _)| *seen == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    counts
}

/// `ALARM 12, unseen 88`.
pub(super) fn tally(pen: &Pen, stories: &[&Story]) -> String {
    let part = |(kind, count): (Kind, usize)| {
        let label = pen.fixed(kind.label());
        pen.say(format!("{label} {count}"), format!("{label}{count}件"))
    };
    counts(stories).into_iter().map(part).collect::<Vec<_>>().join(&pen.say(", ", "、"))
}

fn several(pen: &Pen, stories: &[&Story]) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in stories.iter().filter_map(|story| organisation(story)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let tally = tally(pen, stories);
    let (Some(first), more) = (names.first(), names.len().saturating_sub(1)) else { return tally };
    match more {
        0 => format!("{first}: {tally}"),
        _ => pen.say(format!("{first} and {more} more: {tally}"), format!("{first} ほか{more}組織: {tally}")),
    }
}
