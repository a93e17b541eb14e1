//! What people decide: approvals, retirements, rejections, marks on incidents.

use super::Office;
use super::judging::of_snapshot;
use crate::app::fault::{OrFault as _, fault, in_both};
use crate::app::mark::{mark, named, system_user};
use crate::fetch::classify::classify;
use crate::judge::{Directory, receivers};
use crate::model::words;
use crate::model::{
    Approval, ApprovalAction, Baseline, Digest, Event, Evidence, Incident, IncidentState, Notice, Persona, Proposal,
    Receiver, Snapshot, Target, TargetId, Verdict, Words, defang,
};
use crate::monitor::{About, Bodies, Terms, examine, read};
use crate::store::Store as _;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A decision about a target, entered by somebody on this machine.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Who decided, `NAME <mail>`.
    pub by: String,
    /// Why.
    pub reason: String,
    /// As whom the page was fetched.
    pub persona: Persona,
    /// Name of a special page (disaster, election, maintenance).
    pub special: Option<String>,
    /// The ordinary states that are approved stay so: the page shows this one and them in turn.
    pub beside: bool,
}

impl Office {
    /// The target of an id.
    ///
    /// # Errors
    /// When there is none, with what is registered.
    pub fn target(&self, id: &str) -> Result<&Target> {
        let known = id.parse::<TargetId>().ok().and_then(|id| self.registry.targets.get(&id));
        known.or_fault(|| {
            words!(
                "'{id}' is no registered target; `hinomi target list` shows them",
                "「{id}」は登録されていません。登録済みのものは `hinomi target list` で見られます"
            )
        })
    }

    /// Approves the state of a digest: the one that waits, or one before it that differs from it by routine changes
    /// only.
    ///
    /// # Errors
    /// When nothing waits, or when the page has changed since by more than routine changes.
    pub async fn approve(&self, id: &str, digest: Digest, decision: &Decision) -> Result<()> {
        let target = self.target(id)?.clone();
        let Some(proposal) = self.store.proposal(target.id.clone(), decision.persona).await? else {
            return Err(fault(words!(
                "nothing waits for approval at '{id}'; `hinomi baseline list` shows what does",
                "「{id}」に承認待ちのものはありません。承認待ちは `hinomi baseline list` で見られます"
            )));
        };
        let body = self.body(&proposal.snapshot).await?;
        check_certificate(&proposal.snapshot)?;
        check_is_page(&proposal, &body)?;
        if proposal.snapshot.state == digest {
            return self.enter(&target, proposal.snapshot, body, decision, self.holds()).await;
        }
        let (snapshot, older) = self.older(&target, &proposal, digest).await?;
        let bodies = self.linked_bodies(&[&snapshot, &proposal.snapshot]).await?;
        if !only_routine(&target, (&snapshot, &older), (&proposal.snapshot, &body), &bodies) {
            return Err(fault(words!(
                "'{id}' has changed since {digest} by more than routine changes: what waits now is {waits}. Look at it \
                 (`hinomi baseline diff {id}`) and approve that digest if it is right",
                "「{id}」は {digest} のあと、通常の更新を超えて変わりました。いまの承認待ちは {waits} です。内容を確認し\
                 （`hinomi baseline diff {id}`）、正しければそのダイジェストを承認してください",
                digest = digest.short(),
                waits = proposal.snapshot.state
            )));
        }
        self.enter(&target, snapshot, older, decision, self.holds()).await?;
        // What alarmed is the same page, with newer news.
        self.answer(&target, proposal.snapshot.state, decision).await
    }

    /// A state seen before the one that waits, with its body: one that is still kept together with everything that came
    /// with it.
    async fn older(&self, target: &Target, proposal: &Proposal, digest: Digest) -> Result<(Snapshot, Vec<u8>)> {
        let waits = proposal.snapshot.state;
        let unknown = || {
            words!(
                "what came with the state {short} of '{id}' is not kept; look at {waits}, which waits, and approve that",
                "「{id}」の状態 {short} とともに届いた内容は残っていません。承認待ちの {waits} を確認し、それを承認してください",
                short = digest.short(),
                id = target.id
            )
        };
        let snapshot = self.kept_snapshot(target, proposal, digest).await?.or_fault(unknown)?;
        check_certificate(&snapshot)?;
        let body = self.store.body(snapshot.bytes).await?.or_fault(unknown)?;
        if read(of_snapshot(&snapshot, &body), &target.masks).state() != digest {
            return Err(fault(words!(
                "the masks of '{id}' have changed since {short}; approve what waits now ({waits})",
                "「{id}」のマスクが {short} のあとで変わりました。いまの承認待ち（{waits}）を承認してください",
                id = target.id,
                short = digest.short()
            )));
        }
        Ok((snapshot, body))
    }

    /// The snapshot of a state, from wherever one is kept whole: what the proposal showed before, what was followed, what is
    /// approved, the evidence of incidents.
    async fn kept_snapshot(&self, target: &Target, proposal: &Proposal, state: Digest) -> Result<Option<Snapshot>> {
        let persona = proposal.persona;
        let followed = self.store.target_state(target.id.clone(), persona).await?.followed;
        let approved = self.store.baseline(target.id.clone(), persona).await?.states;
        let known = proposal.earlier.iter().cloned().chain(followed).chain(approved.into_iter().map(|s| s.snapshot));
        if let Some(found) = known.into_iter().find(|snapshot| snapshot.state == state) {
            return Ok(Some(found));
        }
        let incidents = self.store.incidents(true, 10_000).await?;
        let ours = incidents.into_iter().filter(|one| one.target == target.id && one.persona == persona);
        let mut captures = ours.flat_map(|incident| incident.trail.captures);
        let found = captures.find(|capture| capture.state == Some(state));
        Ok(found.map(|capture| {
            let Evidence { at, bytes, size, head, resources, .. } = capture;
            Snapshot { at, bytes, size, state, head, resources }
        }))
    }

    pub(super) async fn body(&self, snapshot: &Snapshot) -> Result<Vec<u8>> {
        let body = self.store.body(snapshot.bytes).await?;
        body.or_fault(|| {
            words!(
                "the body {bytes} is no longer kept; `hinomi check` fetches the page anew",
                "本文 {bytes} はもう残っていません。`hinomi check` で取得し直せます",
                bytes = snapshot.bytes
            )
        })
    }

    async fn enter(
        &self,
        target: &Target,
        snapshot: Snapshot,
        body: Vec<u8>,
        decision: &Decision,
        holds: SignedDuration,
    ) -> Result<()> {
        let state = snapshot.state;
        if decision.beside {
            self.check_room(target, decision.persona, state).await?;
        }
        let approval = self.approval(target, snapshot, decision, (ApprovalAction::Approve, holds))?;
        self.store.approve(approval, Some(body)).await?;
        self.answer(target, state, decision).await
    }

    /// Every state that stands beside others is compared with at every change: there is an end to them.
    async fn check_room(&self, target: &Target, persona: Persona, state: Digest) -> Result<()> {
        let baseline = self.store.baseline(target.id.clone(), persona).await?;
        let others = baseline.ordinary().filter(|one| one.snapshot.state != state).count();
        if others < Baseline::MOST_ORDINARY {
            return Ok(());
        }
        Err(fault(words!(
            "'{id}' has {others} ordinary states already; retire one that is no longer shown (`hinomi baseline show {id}`, \
             `hinomi baseline retire {id}`), or approve without --beside, which takes the place of all of them",
            "「{id}」にはすでに通常の状態が{others}件あります。表示されなくなったものを外す\
             （`hinomi baseline show {id}`、`hinomi baseline retire {id}`）か、--beside を付けずに承認して全部を置き換えてください",
            id = target.id
        )))
    }

    /// "This was us" is the answer to the incident that this state raised: it is over, and whoever was alarmed hears it.
    async fn answer(&self, target: &Target, state: Digest, decision: &Decision) -> Result<()> {
        let open = self.store.target_state(target.id.clone(), decision.persona).await?.incidents;
        for mut incident in open.into_iter().filter(|incident| incident.alarmed_state == Some(state)) {
            incident.resolved = Some(mark(&decision.by, &format!("this was us: {}", decision.reason))?);
            incident.state = IncidentState::Resolved;
            incident.escalate_at = None;
            let notices = self.tell_resolved(&incident);
            self.store.put_incident(incident, notices).await?;
        }
        Ok(())
    }

    /// Everybody who was alarmed, told that it is over.
    fn tell_resolved(&self, incident: &Incident) -> Vec<Notice> {
        let Some(target) = self.registry.targets.get(&incident.target) else { return Vec::new() };
        let operators = self.operators();
        let directory = Directory { registry: &self.registry, operators: &operators };
        let mut told: Vec<Receiver> =
            (1..=incident.level).flat_map(|level| receivers(&directory, target, level)).collect();
        told.sort();
        told.dedup();
        let (at, event) = (Timestamp::now(), Event::Resolved { incident: incident.id });
        let notice = |receiver| Notice { id: Uuid::now_v7(), receiver, event: event.clone(), at, not_before: at };
        told.into_iter().map(notice).collect()
    }

    /// How long an approval holds.
    fn holds(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.settings.approval_days))
    }

    fn approval(
        &self,
        target: &Target,
        snapshot: Snapshot,
        decision: &Decision,
        (action, holds): (ApprovalAction, SignedDuration),
    ) -> Result<Approval> {
        let at = Timestamp::now();
        let lineage = self.registry.lineage(&target.organisation).into_iter().cloned().collect();
        Ok(Approval {
            at,
            action,
            by: named(&decision.by)?,
            entered_by: system_user(),
            reason: decision.reason.clone(),
            target: target.clone(),
            lineage,
            persona: decision.persona,
            snapshot,
            special: decision.special.clone(),
            beside: decision.beside,
            expires: at.checked_add(holds)?,
        })
    }

    /// Approves every first snapshot in which the scan found nothing; returns the targets approved and those that
    /// were not, with the reason.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn approve_first(&self, decision: &Decision) -> Result<(Vec<TargetId>, Vec<(TargetId, Words)>)> {
        // One word about the command, not one for each page.
        named(&decision.by)?;
        let (mut approved, mut left) = (Vec::new(), Vec::new());
        for proposal in self.store.proposals().await? {
            let baseline = self.store.baseline(proposal.target.clone(), proposal.persona).await?;
            let Some(target) = self.registry.targets.get(&proposal.target) else { continue };
            if !baseline.states.is_empty() {
                continue;
            }
            if baseline.revision > 0 {
                let why = words!(
                    "it had an approval before, which was retired: look at it and approve it by its digest",
                    "以前の承認が外されています。内容を確認し、ダイジェストを指定して承認してください"
                );
                left.push((proposal.target.clone(), why));
                continue;
            }
            match first_objection(&proposal) {
                Some(why) => left.push((proposal.target.clone(), why)),
                None => match self.approve_one(target, &proposal, decision).await {
                    Ok(()) => approved.push(proposal.target),
                    Err(error) => left.push((proposal.target, in_both(&error))),
                },
            }
        }
        Ok((approved, left))
    }

    async fn approve_one(&self, target: &Target, proposal: &Proposal, decision: &Decision) -> Result<()> {
        let decision = Decision { persona: proposal.persona, ..decision.clone() };
        let body = self.body(&proposal.snapshot).await?;
        check_is_page(proposal, &body)?;
        let holds = spread(self.holds(), &target.id);
        self.enter(target, proposal.snapshot.clone(), body, &decision, holds).await
    }

    /// Takes an approved state out of the baseline.
    ///
    /// # Errors
    /// When it is not in it.
    pub async fn retire(&self, id: &str, digest: Digest, decision: &Decision) -> Result<()> {
        let target = self.target(id)?;
        let baseline = self.store.baseline(target.id.clone(), decision.persona).await?;
        let state = baseline.states.into_iter().find(|state| state.snapshot.state == digest);
        let state = state.or_fault(|| {
            words!(
                "{short} is not approved for '{id}'; `hinomi baseline show {id}`",
                "{short} は「{id}」の承認済みの状態ではありません。`hinomi baseline show {id}` をご覧ください",
                short = digest.short()
            )
        })?;
        let decision = Decision { special: state.special.clone(), beside: false, ..decision.clone() };
        let approval = self.approval(target, state.snapshot, &decision, (ApprovalAction::Retire, self.holds()))?;
        Ok(self.store.approve(approval, None).await?)
    }

    /// Marks an incident as looked after, or as over.
    ///
    /// # Errors
    /// When there is none of that id, or it is over already.
    pub async fn mark_incident(&self, id: &str, by: &str, reason: &str, over: bool) -> Result<Incident> {
        let found = self.store.incident(id.to_owned()).await?;
        let mut incident = found.or_fault(|| {
            words!(
                "no incident '{id}'; `hinomi incident list` shows them",
                "インシデント「{id}」はありません。`hinomi incident list` をご覧ください"
            )
        })?;
        if incident.state == IncidentState::Resolved {
            let id = incident.id;
            return Err(fault(words!("incident {id} is over already", "インシデント {id} はすでに終わっています")));
        }
        let mark = mark(by, reason)?;
        incident.escalate_at = None;
        if over {
            (incident.state, incident.resolved) = (IncidentState::Resolved, Some(mark));
        } else {
            (incident.state, incident.acknowledged) = (IncidentState::Acknowledged, Some(mark));
        }
        let notices = if over { self.tell_resolved(&incident) } else { Vec::new() };
        self.store.put_incident(incident.clone(), notices).await?;
        Ok(incident)
    }
}

/// How long one of many approvals of the same day holds: their ends lie spread over the last tenth of the span, each
/// always at the same place, so that they do not all come back for renewal on one day.
fn spread(holds: SignedDuration, target: &TargetId) -> SignedDuration {
    let tenth = holds.as_secs() / 10;
    let [a, b, c, d, ..] = *Digest::of(target.as_str()).as_bytes();
    let place = i64::from(u32::from_be_bytes([a, b, c, d]));
    holds - SignedDuration::from_secs(place.checked_rem(tenth).unwrap_or(0))
}

/// Why a first snapshot cannot be approved together with others.
fn first_objection(proposal: &Proposal) -> Option<Words> {
    if let Some(finding) = proposal.findings.first() {
        let Words { en, ja } = &finding.summary;
        return Some(words!("{rule}: {en}", "{rule}: {ja}", rule = finding.rule));
    }
    check_certificate(&proposal.snapshot).err().map(|error| in_both(&error))
}

/// A page that came with a bad certificate, or by way of one, may have come from anybody.
fn check_certificate(snapshot: &Snapshot) -> Result<()> {
    match snapshot.head.bad_certificate() {
        Some((url, _, problem)) => Err(fault(words!(
            "the page came with a bad certificate ({url}: {problem}); mend that first, then check again",
            "このページの証明書に問題があります（{url}: {problem}）。先に直してから検査し直してください",
            url = defang(url.as_str())
        ))),
        None => Ok(()),
    }
}

/// What came in the page's place never becomes a baseline.
fn check_is_page(proposal: &Proposal, body: &[u8]) -> Result<()> {
    match classify(Some(&proposal.snapshot.head), body) {
        Some(reason) => {
            let (en, ja) = (reason.words().en, reason.words().ja);
            Err(fault(words!(
                "this is not the page: {en}; it cannot be approved",
                "これは本来のページではありません: {ja}。承認できません"
            )))
        }
        None => Ok(()),
    }
}

fn only_routine(target: &Target, old: (&Snapshot, &[u8]), new: (&Snapshot, &[u8]), bodies: &Bodies) -> bool {
    let approved = read(of_snapshot(old.0, old.1), &target.masks);
    let now = read(of_snapshot(new.0, new.1), &target.masks);
    let terms = Terms::new(About::nothing(), bodies);
    let verdict = examine(&now, &[approved], &terms).judgement.verdict;
    matches!(verdict, Verdict::Unchanged | Verdict::Routine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_approvals_end_spread_over_the_last_tenth() {
        let holds = SignedDuration::from_hours(24 * 400);
        let end = |number: usize| spread(holds, &format!("t-{number}").parse().expect("an id"));
        let ends: std::collections::BTreeSet<i64> = (0..200).map(|number| end(number).as_hours() / 24).collect();
        assert!(ends.iter().all(|day| (360..=400).contains(day)), "{ends:?}");
        assert!(ends.len() > 30, "{ends:?}");
        assert_eq!(end(7), end(7));
    }
}
