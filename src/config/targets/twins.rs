//! Finds pages that are watched twice alike: the same URL with the same personas.

use super::target::ReadTargets;
use crate::config::collect::Collector;
use crate::config::mistake::Complaint;
use crate::model::{Persona, TargetId};
use std::collections::BTreeMap;

pub(super) fn check(c: &mut Collector<'_>, all: &ReadTargets) {
    let mut seen: BTreeMap<(&str, Vec<Persona>), (&TargetId, usize)> = BTreeMap::new();
    for target in all.targets.iter().filter(|target| target.enabled) {
        let Some((key, span)) = all.urls.get(&target.id) else { continue };
        let mut personas = target.personas.clone();
        personas.sort_unstable();
        let line = c.line(span.start);
        if let Some((first, at)) = seen.get(&(target.url.as_str(), personas.clone())) {
            c.push(span.clone(), key.as_str(), twin(first, *at));
        } else {
            seen.insert((target.url.as_str(), personas), (&target.id, line));
        }
    }
}

fn twin(first: &TargetId, line: usize) -> Complaint {
    Complaint::new(
        [
            format!("the target `{first}` in line {line} watches this URL with the same personas already"),
            format!("この URL は {line} 行目の監視対象 `{first}` が同じ閲覧者像ですでに監視しています"),
        ],
        [
            "take one of the two out, disable one (`enabled = false`), or give them different personas",
            "どちらかを消すか、enabled = false にするか、閲覧者像を変えてください",
        ],
    )
}
