//! What a parsed page comes to beside the approved states: compared, examined, judged. Pure.

use super::Desk;
use super::learning::{self, Judged};
use super::opinion::{Approved, Opinion, Placed, Standing};
use crate::judge::{self, Facts, Known, decide};
use crate::model::{ApprovedState, Capture, Difference, Digest, Verdict, Words};
use crate::monitor::examine::{
    About, Examination, Read, Source, Terms, acts_anew, examine, examine_in_place, listed, read, scan,
};
use crate::monitor::linked::{self, Against, Bodies, Linked};
use std::sync::Arc;

pub(super) fn weigh_up(
    desk: &Desk,
    capture: &Capture,
    placed: Placed,
    approved: Option<Approved>,
    bare: bool,
) -> Opinion {
    let Placed { parsed, state, standing, loads, first } = placed;
    let (head, url) = (Some(&capture.head), Some(&capture.head.final_url));
    let now = Read { resources: &loads.resources, ..Read::new(head, url, parsed.page, parsed.scripts) };
    let now = now.signed(&capture.body, desk.knowledge.signatures.as_ref());
    let asked = approved.is_some();
    let Approved { there, damaged } = approved.unwrap_or_default();
    let states = &desk.baseline.states;
    let (places, approved) = read_approved(desk, &there, !now.signed.is_empty());
    let known = known(desk, &now, &standing, (&places, &approved));
    let as_it_stands = match standing {
        Standing::Approved { index, .. } if !bare => states.get(index),
        Standing::Approved { .. } | Standing::Followed | Standing::New => None,
    };
    let now = Read { approved_at: as_it_stands.map(|state| state.at), ..now };
    let examination = if bare {
        examine_in_place(&now, &approved, &terms(desk, Known::New, &loads.bodies))
    } else {
        let loaded = linked_by_nature(&now, as_it_stands, desk, &loads.bodies);
        compared(desk, &now, known, (&approved, &damaged), (loaded, &loads.bodies))
    };
    let special = as_it_stands.and_then(|state| state.special.clone());
    let judged =
        Judged { now: &now, state, approved: &approved, examination: &examination, special: special.is_some() };
    let learned = if bare { None } else { learning::taught(desk, &judged, &first) };
    let (approved, damaged) = (matches!(known, Known::Approved { .. }), asked.then_some(damaged));
    Opinion { state, examination, special, approved, damaged, resources: Arc::clone(&loads.resources), learned }
}

/// The approved states with their indices. What signatures say of them matters only beside what they say now.
fn read_approved<'d>(desk: &'d Desk, there: &[(usize, Vec<u8>)], signed: bool) -> (Vec<usize>, Vec<Read<'d>>) {
    let of = |(index, body): &(usize, Vec<u8>)| {
        let state = desk.baseline.states.get(*index)?;
        let source = Source::answer(body, &state.snapshot.head, &state.snapshot.resources);
        let approved = Read { approved_at: Some(state.at), ..read(source, &desk.target.masks) };
        Some((*index, if signed { approved.signed(body, desk.knowledge.signatures.as_ref()) } else { approved }))
    };
    there.iter().filter_map(of).unzip()
}

/// The page compared with the approved states that can be read; never quieter than a review when one of them cannot.
fn compared(
    desk: &Desk,
    now: &Read,
    known: Known,
    (approved, damaged): (&[Read], &[Digest]),
    (loaded, bodies): (Linked, &Bodies),
) -> Examination {
    let mut examination = match (known, approved.is_empty(), damaged.is_empty()) {
        // Nothing to compare: an approved state, with a good certificate.
        (Known::Approved { .. }, true, true) => at_once(desk, now, known, loaded),
        // Nothing left to compare with: a sign of attack must stand in the page itself.
        (Known::Followed | Known::New, true, false) => alone(desk, now, bodies),
        _ => examine(now, approved, &terms(desk, known, bodies)),
    };
    if !damaged.is_empty() {
        let reason = Words::new(
            "an approved state in the record is missing or damaged, so the comparison is incomplete; `hinomi baseline verify` says where",
            "承認記録にある承認済みの状態が失われているか壊れているため、比較が不完全です。`hinomi baseline verify` で場所を確認できます",
        );
        judge::add_reason(&mut examination.judgement, Verdict::Review, reason);
    }
    examination
}

/// What changes by nature is examined even on a page in an approved state.
fn linked_by_nature(now: &Read, approved: Option<&ApprovedState>, desk: &Desk, bodies: &Bodies) -> Linked {
    let difference = &Difference::default();
    approved.map_or_else(Linked::default, |state| {
        let against = Against { resources: &state.snapshot.resources, difference, approved_at: Some(state.at) };
        linked::examine(now.resources, Some(against), bodies, about(desk))
    })
}

fn alone(desk: &Desk, now: &Read, bodies: &Bodies) -> Examination {
    let (mut findings, _) = scan(now, about(desk));
    let Linked { findings: linked, excerpts } = linked::examine(now.resources, None, bodies, about(desk));
    findings.extend(linked);
    let judgement = judge::without_baseline(&findings);
    Examination { difference: None, nearest: None, findings, excerpts, judgement }
}

fn about(desk: &Desk) -> About<'_> {
    About { organisation: desk.organisation.as_deref(), ..desk.knowledge.about() }
}

/// What the page is compared under.
fn terms<'a>(desk: &'a Desk, known: Known<'a>, bodies: &'a Bodies) -> Terms<'a> {
    Terms {
        about: about(desk),
        policy: desk.target.policy,
        known,
        approval_ended: desk.baseline.has_ended(desk.now),
        bodies,
        approved_at: None,
        habits: Some((&desk.habits, desk.now)),
    }
}

fn at_once(desk: &Desk, now: &Read, known: Known, loaded: Linked) -> Examination {
    let Linked { findings: linked, excerpts } = loaded;
    let mut findings = listed(now, now.approved_at, about(desk));
    let facts = Facts {
        findings: &findings,
        linked: &linked,
        difference: None,
        known,
        policy: desk.target.policy,
        approval_ended: false,
        drift: None,
        normal: judge::NOTHING_NORMAL,
    };
    let judgement = decide(&facts);
    findings.extend(linked);
    Examination { difference: None, nearest: None, findings, excerpts, judgement }
}

fn known<'a>(desk: &'a Desk, now: &Read, standing: &Standing, (places, approved): (&[usize], &[Read])) -> Known<'a> {
    match *standing {
        Standing::New => Known::New,
        Standing::Followed => Known::Followed,
        Standing::Approved { index, older } => {
            let Some(state) = desk.baseline.states.get(index) else { return Known::New };
            let is_ordinary = |place: &usize| desk.baseline.states.get(*place).is_some_and(|one| one.special.is_none());
            let there = places.iter().zip(approved).filter(|(place, _)| is_ordinary(place));
            let ordinary: Vec<&Read> = there.map(|(_, read)| read).collect();
            let outdated = older && !ordinary.is_empty() && acts_anew(now, &ordinary);
            Known::Approved { special: state.special.as_deref(), expired: state.expires <= desk.now, outdated }
        }
    }
}
