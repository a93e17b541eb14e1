//! `[[target]]`: what is watched, and how.

use super::organisation::contacts;
use super::{Checks, Defaults, Seen, id, named, read_interval, unique};
use crate::config::collect::Collector;
use crate::config::mistake::{Complaint, detail, quoted};
use crate::config::section::{Found, Section, flag, text};
use crate::config::texts;
use crate::model::{Mask, OrganisationId, Persona, Policy, Target, TargetId, Words};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

const KEYS: &[&str] =
    &["id", "organisation", "url", "interval", "enabled", "policy", "personas", "masks", "contacts", "tags"];
const MASK_KEYS: &[&str] = &["select", "reason"];
/// Most masks of one target.
const MAX_MASKS: usize = 100;
/// Longest selector, in bytes.
const MAX_SELECT: usize = 1_000;
/// Most tags of one target.
const MAX_TAGS: usize = 50;

/// Names of the policies.
pub(in crate::config) const POLICIES: &[(&str, Policy)] = &[("follow", Policy::Follow), ("strict", Policy::Strict)];
/// Names of the personas.
pub(in crate::config) const PERSONAS: &[(&str, Persona)] = &[
    (Persona::Desktop.as_str(), Persona::Desktop),
    (Persona::Mobile.as_str(), Persona::Mobile),
    (Persona::SearchVisitor.as_str(), Persona::SearchVisitor),
    (Persona::SearchBot.as_str(), Persona::SearchBot),
];

/// An organisation that a target names, also one whose target has other mistakes.
pub(super) struct Owner {
    /// Name of the key for people.
    pub(super) key: String,
    pub(super) id: OrganisationId,
    pub(super) span: Range<usize>,
}

/// What has been read of all targets.
#[derive(Default)]
pub(super) struct ReadTargets {
    pub(super) targets: Vec<Target>,
    pub(super) owners: Vec<Owner>,
    /// Name and place of each target's URL.
    pub(super) urls: BTreeMap<TargetId, (String, Range<usize>)>,
    seen: Seen,
}

pub(super) fn read_all(
    c: &mut Collector<'_>,
    top: &Section<'_>,
    defaults: &Defaults,
    checks: Checks<'_>,
) -> ReadTargets {
    let mut all = ReadTargets::default();
    for section in named(c, top, "target") {
        let target = read(c, &section, &mut all, defaults, checks);
        all.targets.extend(target);
    }
    all
}

fn read(
    c: &mut Collector<'_>,
    section: &Section<'_>,
    all: &mut ReadTargets,
    defaults: &Defaults,
    checks: Checks<'_>,
) -> Option<Target> {
    section.only(c, KEYS);
    let id = section.required(c, "id", "\"example-city-top\"", |v| text(v).and_then(id::<TargetId>));
    let organisation = organisation(c, section, all);
    let url = url(c, section, checks);
    let interval = interval(c, section).unwrap_or(defaults.interval);
    let enabled = section.get(c, "enabled", flag).is_none_or(|enabled| enabled.value);
    let policy = policy(c, section).unwrap_or(defaults.policy);
    let personas = personas(c, section).unwrap_or_else(|| defaults.personas.clone());
    let masks = masks(c, section, checks);
    let contacts = contacts(c, section);
    let tags = tags(c, section);
    let Found { value: id, span } = id?;
    let fresh = unique(c, &mut all.seen, id.as_str(), section, span);
    let (organisation, url) = organisation.zip(url).filter(|_| fresh)?;
    let Found { value: url, span } = url;
    all.urls.insert(id.clone(), (section.key("url"), span));
    Some(Target { id, organisation, url, interval, enabled, policy, personas, masks, contacts, tags })
}

fn organisation(c: &mut Collector<'_>, section: &Section<'_>, all: &mut ReadTargets) -> Option<OrganisationId> {
    let read = |v: &toml::de::DeValue<'_>| text(v).and_then(id::<OrganisationId>);
    let Found { value, span } = section.required(c, "organisation", "\"example-city\"", read)?;
    all.owners.push(Owner { key: section.key("organisation"), id: value.clone(), span });
    Some(value)
}

/// The URL; one with a user name or password in it is never shown.
fn url(c: &mut Collector<'_>, section: &Section<'_>, checks: Checks<'_>) -> Option<Found<url::Url>> {
    if let Some(node) = section.node("url")
        && node.get_ref().as_str().is_some_and(|text| text.contains('@'))
    {
        c.hide(node.span());
    }
    section.required(c, "url", "\"https://www.city.example/\"", |v| checked_url(text(v)?, checks))
}

/// A page's URL that may be fetched.
pub(in crate::config) fn checked_url(text: &str, checks: Checks<'_>) -> Result<url::Url, Complaint> {
    let url = texts::page_url(text)?;
    checks.url(&url)?;
    Ok(url)
}

pub(super) fn interval(c: &mut Collector<'_>, section: &Section<'_>) -> Option<Duration> {
    section.get(c, "interval", |v| text(v).and_then(read_interval)).map(|found| found.value)
}

pub(super) fn policy(c: &mut Collector<'_>, section: &Section<'_>) -> Option<Policy> {
    section.get(c, "policy", |v| texts::choice(text(v)?, POLICIES)).map(|found| found.value)
}

pub(super) fn personas(c: &mut Collector<'_>, section: &Section<'_>) -> Option<Vec<Persona>> {
    let found = section.list(c, "personas", PERSONAS.len() * 2, |v| texts::choice(text(v)?, PERSONAS))?;
    let mut personas = Vec::new();
    for Found { value, span } in &found {
        if personas.contains(value) {
            c.push(span.clone(), section.key("personas"), twice(value.as_str()));
        } else {
            personas.push(*value);
        }
    }
    if section.is_empty_list("personas") {
        c.push(section.key_span("personas"), section.key("personas"), no_persona());
    }
    Some(personas).filter(|personas| !personas.is_empty())
}

fn masks(c: &mut Collector<'_>, section: &Section<'_>, checks: Checks<'_>) -> Vec<Mask> {
    let mut masks = Vec::new();
    for section in section.tables(c, "masks", MAX_MASKS) {
        section.only(c, MASK_KEYS);
        let select = section.required(c, "select", "\"#visitor-counter\"", |v| selector(text(v)?, checks));
        let reason = section.required(c, "reason", "\"counter\"", |v| text(v).and_then(texts::name));
        if let (Some(select), Some(reason)) = (select, reason) {
            masks.push(Mask { select: select.value, reason: reason.value });
        }
    }
    masks
}

fn selector(text: &str, checks: Checks<'_>) -> Result<String, Complaint> {
    let checked = if text.trim().is_empty() {
        Err(Words::new("it is empty", "空です"))
    } else if text.len() > MAX_SELECT {
        Err(Words::new(format!("it has more than {MAX_SELECT} bytes"), format!("{MAX_SELECT} バイトを超えています")))
    } else {
        checks.mask(text)
    };
    checked.map(|()| text.to_owned()).map_err(|why| {
        let (shown, [en, ja]) = (quoted(text), [detail(&why.en), detail(&why.ja)]);
        Complaint::new(
            [format!("`{shown}` cannot be used as a mask: {en}"), format!("`{shown}` は除外指定に使えません ({ja})")],
            [
                "write a CSS selector such as \"#visitor-counter\" or \"div.news > ul\"",
                "\"#visitor-counter\" や \"div.news > ul\" のような CSS セレクターを書いてください",
            ],
        )
    })
}

fn tags(c: &mut Collector<'_>, section: &Section<'_>) -> Vec<SmolStr> {
    let mut tags = Vec::new();
    for Found { value, span } in section.list(c, "tags", MAX_TAGS, |v| text(v).and_then(texts::tag)).unwrap_or_default()
    {
        if tags.contains(&value) {
            c.push(span, section.key("tags"), twice(&value));
        } else {
            tags.push(value);
        }
    }
    tags
}

fn twice(word: &str) -> Complaint {
    Complaint::new(
        [format!("`{word}` is listed twice"), format!("`{word}` が二度書かれています")],
        ["take one of them out", "どちらかを消してください"],
    )
}

fn no_persona() -> Complaint {
    Complaint::new(
        ["a target needs a persona", "閲覧者像が一つもありません"],
        [
            "take the line out for \"desktop\" alone, or name one",
            "行を消す (desktop だけになります) か、一つ以上書いてください",
        ],
    )
}
