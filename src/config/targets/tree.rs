//! Checks across the file: every organisation that is named exists, and the tree is a tree.

use super::organisation::ReadOrganisation;
use super::target::Owner;
use crate::config::collect::Collector;
use crate::config::mistake::Complaint;
use std::collections::BTreeMap;

/// Deepest tree of organisations: ministry → agency → office → … needs no more.
const MAX_DEPTH: usize = 16;

/// What is known of an organisation's way up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Walked right now: meeting it again closes a circle.
    Open,
    /// Ends at an organisation without parent, this many levels up.
    Ends(usize),
    /// Leads into a circle or to an unknown parent, which is told elsewhere.
    Wrong,
}

pub(super) fn check(c: &mut Collector<'_>, organisations: &[ReadOrganisation], owners: &[Owner]) {
    let known: BTreeMap<&str, &ReadOrganisation> = organisations.iter().map(|o| (o.value.id.as_str(), o)).collect();
    for Owner { key, id, span } in owners {
        if !known.contains_key(id.as_str()) {
            let near = c.suggest(id.as_str(), known.keys().copied());
            c.push_unknown(span.clone(), key.as_str(), id.as_str(), unknown(id.as_str(), near));
        }
    }
    let mut ways = BTreeMap::new();
    for organisation in organisations {
        walk(c, organisation, &known, &mut ways);
    }
}

/// Follows the parents of one organisation up to where the way is known.
fn walk<'o>(
    c: &mut Collector<'_>,
    start: &'o ReadOrganisation,
    known: &BTreeMap<&str, &'o ReadOrganisation>,
    ways: &mut BTreeMap<&'o str, Way>,
) {
    let mut path = Vec::new();
    let mut at = start;
    let end = loop {
        match ways.get(at.value.id.as_str()) {
            Some(Way::Open) => {
                tell(c, path.last().copied().unwrap_or(at), circle(at.value.id.as_str()));
                break Way::Wrong;
            }
            Some(way) => break *way,
            None => {}
        }
        ways.insert(at.value.id.as_str(), Way::Open);
        path.push(at);
        let Some(parent) = &at.value.parent else { break Way::Ends(0) };
        let Some(next) = known.get(parent.as_str()) else {
            let near = c.suggest(parent.as_str(), known.keys().copied());
            if let Some(span) = at.parent.clone() {
                let complaint = unknown(parent.as_str(), near);
                c.push_unknown(span, format!("{}.parent", at.path), parent.as_str(), complaint);
            }
            break Way::Wrong;
        };
        at = next;
    };
    settle(c, &path, end, ways);
}

/// Writes down what is known now about all that were walked, from the top down.
fn settle<'o>(c: &mut Collector<'_>, path: &[&'o ReadOrganisation], end: Way, ways: &mut BTreeMap<&'o str, Way>) {
    let mut way = end;
    for organisation in path.iter().rev() {
        if let Way::Ends(depth) = way {
            way = Way::Ends(depth + 1);
            if depth + 1 > MAX_DEPTH {
                tell(c, organisation, too_deep());
                way = Way::Wrong;
            }
        }
        ways.insert(organisation.value.id.as_str(), way);
    }
}

fn tell(c: &mut Collector<'_>, organisation: &ReadOrganisation, complaint: Complaint) {
    if let Some(span) = organisation.parent.clone() {
        c.push(span, format!("{}.parent", organisation.path), complaint);
    }
}

fn unknown(id: &str, near: Option<&str>) -> Complaint {
    let help = match near {
        Some(near) => [format!("did you mean `{near}`?"), format!("`{near}` の間違いではありませんか")],
        None => [
            format!("add an [[organisation]] with id = \"{id}\", or name one that is there"),
            format!("id = \"{id}\" の [[organisation]] を加えるか、登録済みの組織を書いてください"),
        ],
    };
    Complaint::new([format!("there is no organisation `{id}`"), format!("組織 `{id}` はありません")], help)
}

fn circle(id: &str) -> Complaint {
    Complaint::new(
        [
            format!("the parents lead round in a circle, back to `{id}`"),
            format!("親の組織をたどると`{id}` に戻り、輪になっています"),
        ],
        ["take the `parent` of one of them out", "どれか一つの parent を消してください"],
    )
}

fn too_deep() -> Complaint {
    Complaint::new(
        [format!("the tree has more than {MAX_DEPTH} levels"), format!("組織の階層が {MAX_DEPTH} 段を超えています")],
        ["name an organisation further up as parent", "もっと上の組織を親にしてください"],
    )
}
