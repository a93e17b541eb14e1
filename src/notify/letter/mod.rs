//! One letter in words: subject, text, HTML and JSON of all that one receiver is told at a time.

mod block;
mod details;
mod guidance;
mod json;
mod pen;
mod story;
mod subject;
mod summary;
mod wrap;

use super::{Letter, Story};
use crate::model::{DigestBuilder, Message, Rule, defang};
use block::Block;
use details::{Measure, details};
use jiff::Timestamp;
use pen::Pen;
use story::{Kind, incident_id, kind};
use uuid::Uuid;

/// Stories that a letter tells in full; the others are listed.
const MOST_DETAILS: usize = 20;

/// Message-IDs a message refers to at most: the root and the latest.
const MOST_REFERENCES: usize = 20;

/// Writes a letter in the receiver's language. Pure: ids and times come in with the letter; the same letter gives the
/// same message. `rule_texts` knows the texts of the rules.
#[must_use]
pub fn write(letter: &Letter, rule_texts: &dyn Fn(&str) -> Option<&'static Rule>) -> Message {
    let pen = Pen { letter, rules: rule_texts };
    let stories = ordered(&letter.stories);
    let subject = subject::subject(&pen, &stories);
    let json = json::message(&pen, &stories, &subject);
    let blocks = blocks(&pen, &stories);
    let (text, html) = block::render(&subject, pen.language(), &blocks)
        .unwrap_or_else(|error| last_resort(&subject, &json, &error.to_string()));
    let mut incidents: Vec<Uuid> = stories.iter().filter_map(|story| incident_id(story)).collect();
    incidents.dedup();
    Message {
        id: letter.id,
        receiver: letter.receiver.clone(),
        message_id: format!("<{}@{}>", letter.id, letter.domain),
        references: references(letter, &incidents),
        subject,
        text,
        html,
        json,
        incidents,
        at: letter.at,
        attempts: 0,
        next_attempt: letter.at,
        last_error: None,
    }
}

/// The stories, most important first, then by organisation; of one incident only the latest.
fn ordered(stories: &[Story]) -> Vec<&Story> {
    let latest = |at: usize, story: &Story| {
        let id = incident_id(story);
        id.is_none() || !stories.iter().skip(at + 1).any(|later| incident_id(later) == id)
    };
    let told = stories.iter().enumerate().filter(|(at, story)| latest(*at, story));
    let mut told: Vec<&Story> = told.map(|(_, story)| story).collect();
    told.sort_by(|a, b| (kind(a), waiting_since(a), place_key(a)).cmp(&(kind(b), waiting_since(b), place_key(b))));
    told
}

/// Of what waits for a person, the oldest comes first.
fn waiting_since(story: &Story) -> Option<Timestamp> {
    story.proposal.as_ref().filter(|_| kind(story) == Kind::Review).map(|proposal| proposal.since)
}

fn place_key(story: &Story) -> Option<(&str, &str)> {
    story.target.as_ref().map(|(target, organisation)| (organisation.as_str(), target.id.as_str()))
}

fn blocks(pen: &Pen, stories: &[&Story]) -> Vec<Block> {
    let mut blocks = Vec::new();
    if stories.len() > 1 {
        blocks.extend(summary::summary(pen, stories));
    }
    let measure = Measure { most: if stories.len() > 3 { 2 } else { 5 } };
    for story in stories.iter().take(MOST_DETAILS) {
        blocks.extend(details(pen, story, measure));
    }
    if let Some(rest) = stories.get(MOST_DETAILS..).filter(|rest| !rest.is_empty()) {
        blocks.extend(summary::rest(pen, rest));
    }
    blocks.extend(guidance::guidance(pen, stories));
    blocks
}

/// Root of the thread of an incident for one receiver: a Message-ID that no mail has, and that all its mails refer to.
fn root(letter: &Letter, incident: Uuid) -> String {
    let mut builder = DigestBuilder::new("hinomi thread 1");
    builder.part(incident.as_bytes()).part(&letter.receiver.address);
    format!("<incident-{}@{}>", builder.finish().short(), letter.domain)
}

fn references(letter: &Letter, incidents: &[Uuid]) -> Vec<String> {
    let mut references = Vec::new();
    if let [incident] = incidents {
        references.push(root(letter, *incident));
    }
    let known = letter.references.iter().filter(|id| !references.contains(id)).cloned().collect::<Vec<_>>();
    references.extend(known.into_iter().rev().take(MOST_REFERENCES - 1).rev());
    references
}

/// When the templates fail, the facts still go out.
fn last_resort(subject: &str, json: &serde_json::Value, error: &str) -> (String, String) {
    let facts = serde_json::to_string_pretty(json).unwrap_or_else(|_| json.to_string());
    let text = defang(&format!("{subject}\n\n(hinomi: the wording failed: {error})\n\n{facts}\n"));
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    (text, format!("<!doctype html><meta charset=\"utf-8\"><pre>{escaped}</pre>\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_template_loses_no_fact() {
        let json = serde_json::json!({ "url": "http://evil.example/<script>" });
        let (text, html) = last_resort("s", &json, "no such filter");
        assert!(text.contains("hxxp://evil[.]example/<script>") && text.contains("no such filter"));
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"));
    }
}
