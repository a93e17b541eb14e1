//! `targets.toml`: text to a checked registry, or all mistakes in it.

mod checks;
pub(in crate::config) mod organisation;
pub(in crate::config) mod target;
mod tree;
mod twins;

pub use checks::{Checks, Objection, TargetCheck};

use super::collect::Collector;
use super::mistake::Mistakes;
use super::section::Section;
use super::{syntax, units};
use crate::model::{Persona, Policy, Registry};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

/// Shortest interval between two checks of a target.
pub const MIN_INTERVAL: Duration = Duration::from_secs(60);
/// Longest interval between two checks of a target.
pub const MAX_INTERVAL: Duration = Duration::from_secs(7 * 86_400);
/// Interval of a target that names none, in a file that names none.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(300);

/// Keys at the top of the file.
const KEYS: &[&str] = &["defaults", "organisation", "target"];
/// Keys of `[defaults]`.
const DEFAULTS_KEYS: &[&str] = &["interval", "policy", "personas"];
/// Most entries of a list at the top; the size of the file is the tighter limit.
const MOST: usize = 1_000_000;

/// What targets get that do not say otherwise.
struct Defaults {
    interval: Duration,
    policy: Policy,
    personas: Vec<Persona>,
}

/// Where ids were seen first: id → line.
type Seen = BTreeMap<String, usize>;

/// Reads the text of a `targets.toml`. Pure, and never panics whatever the text.
///
/// # Errors
/// All mistakes in the text.
pub fn parse_targets(text: &str, file_name: &str, checks: Checks<'_>) -> Result<Registry, Mistakes> {
    let mut c = Collector::new(file_name, text);
    let room = OnceCell::new();
    let (tree, errors) = syntax::parse(text, &room);
    c.syntax(errors);
    let top = Section::new("", tree.span(), tree.get_ref());
    top.only(&mut c, KEYS);
    let defaults = read_defaults(&mut c, &top);
    let organisations = organisation::read_all(&mut c, &top);
    let targets = target::read_all(&mut c, &top, &defaults, checks);
    tree::check(&mut c, &organisations, &targets.owners);
    if checks.are_strict() {
        twins::check(&mut c, &targets);
    }
    let registry = Registry {
        organisations: organisations.into_iter().map(|o| (o.value.id.clone(), o.value)).collect(),
        targets: targets.targets.into_iter().map(|t| (t.id.clone(), t)).collect(),
    };
    c.finish(registry)
}

fn read_defaults(c: &mut Collector<'_>, top: &Section<'_>) -> Defaults {
    let mut defaults =
        Defaults { interval: DEFAULT_INTERVAL, policy: Policy::default(), personas: vec![Persona::default()] };
    if let Some(section) = top.table(c, "defaults") {
        section.only(c, DEFAULTS_KEYS);
        defaults.interval = target::interval(c, &section).unwrap_or(defaults.interval);
        defaults.policy = target::policy(c, &section).unwrap_or(defaults.policy);
        defaults.personas = target::personas(c, &section).unwrap_or(defaults.personas);
    }
    defaults
}

/// The tables of a list, named by their ids where they have one.
fn named<'t>(c: &mut Collector<'_>, top: &Section<'t>, key: &str) -> Vec<Section<'t>> {
    let mut sections = top.tables(c, key, MOST);
    for section in &mut sections {
        let id = section.node("id").and_then(|node| node.get_ref().as_str());
        if let Some(id) = id.filter(|id| id.len() <= crate::model::MAX_ID) {
            section.path = format!("{key}[{}]", super::mistake::quoted(id));
        }
    }
    sections
}

/// Complains about an id that was seen before.
fn unique(c: &mut Collector<'_>, seen: &mut Seen, id: &str, section: &Section<'_>, span: Range<usize>) -> bool {
    let line = c.line(span.start);
    if let Some(first) = seen.get(id) {
        let complaint = super::mistake::Complaint::new(
            [
                format!("the id `{id}` is used twice, first in line {first}"),
                format!("ID `{id}` は {first} 行目ですでに使われています"),
            ],
            ["give one of the two another id, or take it out", "どちらかに別の ID を付けるか、消してください"],
        );
        c.push(span, section.key("id"), complaint);
        return false;
    }
    seen.insert(id.to_owned(), line);
    true
}

/// An id, or why it is none.
pub(super) fn id<T: std::str::FromStr<Err = crate::model::InvalidId>>(
    text: &str,
) -> Result<T, super::mistake::Complaint> {
    use crate::model::{InvalidId, MAX_ID};
    text.parse().map_err(|error: InvalidId| {
        let ja = match &error {
            InvalidId::Empty => "ID が空です".to_owned(),
            InvalidId::TooLong => format!("ID が {MAX_ID} 文字を超えています"),
            InvalidId::Character(c) => format!("ID のここに「{}」は使えません", super::mistake::quoted(&c.to_string())),
        };
        let en = match &error {
            InvalidId::Empty => "the id is empty".to_owned(),
            InvalidId::TooLong => format!("the id has more than {MAX_ID} characters"),
            InvalidId::Character(c) => {
                format!("`{}` cannot stand here in an id", super::mistake::quoted(&c.to_string()))
            }
        };
        super::mistake::Complaint::new(
            [en, ja],
            [
                format!("write 1 to {MAX_ID} of a-z, 0-9 and '-', with a letter or digit at both ends"),
                format!("a〜z、0〜9、- を使い、両端を英数字にして {MAX_ID} 文字以内で書いてください"),
            ],
        )
    })
}

/// An interval between the limits.
pub(super) fn read_interval(text: &str) -> Result<Duration, super::mistake::Complaint> {
    units::duration_within(text, MIN_INTERVAL, MAX_INTERVAL)
}
