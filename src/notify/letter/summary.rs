//! The overview of a letter with many stories: a table grouped by organisation, and the list of what is not told in full.

use super::block::{Block, Tone};
use super::pen::{Pen, cut};
use super::story::{headline, incident_id, kind, organisation};
use super::subject::tally;
use crate::notify::Story;
use jiff::Timestamp;

/// Lines of a list at most.
const MOST_LINES: usize = 500;

/// The overview.
pub(super) fn summary(pen: &Pen, stories: &[&Story]) -> Vec<Block> {
    let tone = stories.first().map_or(Tone::Calm, |story| kind(story).tone());
    let tally = tally(pen, stories);
    let title = pen.say(format!("Overview: {tally}"), format!("概要: {tally}"));
    let mut blocks = vec![Block::Title(title, tone)];
    if stories.iter().filter(|story| incident_id(story).is_some()).count() > 2 {
        blocks.push(Block::Para(pen.say(
            "What came together is told in one message. When many sites fail at the same time, \
             look for what they share: hosting, network, CMS.",
            "同じ時期の通知を1通にまとめています。多くのサイトで同時に起きている場合は、\
             共通する要因(ホスティング、回線、CMSなど)を確認してください。",
        )));
    }
    blocks.push(table(pen, stories));
    blocks
}

/// What is not told in full.
pub(super) fn rest(pen: &Pen, stories: &[&Story]) -> Vec<Block> {
    let count = stories.len();
    vec![Block::Heading(
        pen.say(
            format!("{count} more are listed in the overview only"),
            format!("ほかの{count}件は概要の一覧のみです"),
        ),
    )]
}

fn table(pen: &Pen, stories: &[&Story]) -> Block {
    let head = [
        ("Organisation", "組織"),
        ("Target", "監視対象"),
        ("Verdict", "判定"),
        ("What", "内容"),
        ("Since", "いつから"),
    ];
    let head = head.iter().map(|(en, ja)| pen.say(*en, *ja)).collect();
    let mut grouped: Vec<&Story> = stories.to_vec();
    grouped.sort_by_key(|story| organisation(story));
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut before = None;
    for story in grouped.iter().take(MOST_LINES) {
        let owner = organisation(story).unwrap_or_else(|| "hinomi".to_owned());
        let shown = if before.as_ref() == Some(&owner) { "〃".to_owned() } else { cut(&owner, 17) };
        before = Some(owner);
        rows.push(vec![
            shown,
            story.target.as_ref().map_or_else(String::new, |(target, _)| cut(target.id.as_str(), 35)),
            pen.fixed(kind(story).label()).to_owned(),
            cut(&headline(pen, story), 35),
            since(story).map_or_else(String::new, |at| pen.short_time(at)),
        ]);
    }
    if grouped.len() > MOST_LINES {
        let left = grouped.len() - MOST_LINES;
        rows.push(vec![pen.say(format!("… and {left} more"), format!("ほか{left}件"))]);
    }
    Block::Table(head, rows)
}

fn since(story: &Story) -> Option<Timestamp> {
    let incident = story.incident.as_ref().map(|incident| incident.opened);
    incident.or_else(|| story.proposal.as_ref().map(|proposal| proposal.since))
}
