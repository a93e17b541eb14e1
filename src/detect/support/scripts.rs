//! The scripts of a page that are not approved, with the reports on them, for rules that ask what a script does.

use super::{Hosts, Standing};
use crate::model::{Action, ActiveItem, ActiveKind, Case, Digest, ScriptReport, Sink};
use std::collections::HashSet;
use url::Url;

/// Most text of a script that is searched for words, in bytes.
const MAX_SEARCHED: usize = 1 << 20;

/// A script that is not approved.
#[derive(Clone, Copy)]
pub(in crate::detect) struct NewScript<'a> {
    /// Where it stands.
    pub(in crate::detect) item: &'a ActiveItem,
    /// What it would do.
    pub(in crate::detect) report: &'a ScriptReport,
}

/// The scripts of a case whose very text was not approved.
pub(in crate::detect) fn new_scripts<'a>(case: &Case<'a>) -> Vec<NewScript<'a>> {
    let scripts = super::Scripts::of(&case.now);
    let approved = case.approved.into_iter().flat_map(|compared| compared.version.scripts);
    let known: HashSet<Digest> = approved.map(|report| report.digest).collect();
    let mut told = HashSet::new();
    let items = case.new_items().map(|(item, _)| item).filter(|item| holds_code(item.kind) && told.insert(item.node));
    let reports = items.flat_map(|item| scripts.on(item.node).iter().map(move |report| NewScript { item, report }));
    reports.filter(|script| !known.contains(&script.report.digest)).collect()
}

fn holds_code(kind: ActiveKind) -> bool {
    matches!(kind, ActiveKind::InlineScript | ActiveKind::EventHandler | ActiveKind::ScriptUrl)
}

impl<'a> NewScript<'a> {
    /// Its text and its decoded layers and markup, in small letters.
    pub(in crate::detect) fn words(&self) -> Vec<String> {
        let own = self.item.value.get(..self.item.value.floor_char_boundary(MAX_SEARCHED)).unwrap_or_default();
        let layers = self.report.layers.iter().map(|layer| layer.text.as_str());
        let written = self.report.markup.iter().map(String::as_str);
        [own].into_iter().chain(layers).chain(written).map(str::to_ascii_lowercase).collect()
    }

    /// What it does with addresses on hosts that nobody approved, with the host.
    pub(in crate::detect) fn foreign(&self, hosts: &Hosts) -> Vec<(&'a Action, String)> {
        let strange = |action: &&Action| {
            let url = reached(action, hosts)?;
            let host = url.host_str()?.to_owned();
            matches!(hosts.standing(&url), Standing::Unknown | Standing::Imitation(_)).then_some(host)
        };
        self.report.actions.iter().filter_map(|action| Some((action, strange(&action)?))).collect()
    }

    /// The layer that tells of something, else the piece itself.
    pub(in crate::detect) fn layer_with(&self, piece: &str) -> Option<&'a str> {
        let layers = self.report.layers.iter().map(|layer| layer.text.as_str());
        let written = self.report.markup.iter().map(String::as_str);
        let lower = piece.to_ascii_lowercase();
        layers.chain(written).find(|text| text.to_ascii_lowercase().contains(&lower))
    }
}

/// The address of an action, when its host is known.
fn reached(action: &Action, hosts: &Hosts) -> Option<Url> {
    if action.sink == Sink::Clipboard {
        return None;
    }
    let known = action.target.split('…').next().unwrap_or_default();
    let ends = known.len() == action.target.len();
    let rest = known.split_once("//").map(|(_, rest)| rest)?;
    (ends || rest.contains(['/', '?', '#'])).then(|| hosts.resolve(known))?
}

/// The part of a text around a word, for a person; in the text's own letters where they are at hand.
pub(in crate::detect) fn around(text: &str, word: &str) -> String {
    let at = text.to_ascii_lowercase().find(&word.to_ascii_lowercase()).unwrap_or(0);
    let from = text.floor_char_boundary(at.saturating_sub(120));
    let to = text.floor_char_boundary(at.saturating_add(180));
    text.get(from..to.max(from)).unwrap_or_default().to_owned()
}
