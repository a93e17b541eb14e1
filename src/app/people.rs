//! What people decide: approvals, retirements, rejections, marks on incidents.

use super::Office;
use super::judging::of_snapshot;
use crate::fetch::classify::classify;
use crate::judge::{Directory, Known, receivers};
use crate::model::{
    Approval, ApprovalAction, Digest, Event, Evidence, Incident, IncidentState, Mark, Notice, Persona, Policy,
    Proposal, Receiver, Snapshot, Target, TargetId, Verdict, defang,
};
use crate::monitor::{About, Bodies, Terms, examine, read};
use crate::store::Store as _;
use anyhow::{Context as _, Result, bail};
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
}

impl Office {
    /// The target of an id.
    ///
    /// # Errors
    /// When there is none, with what is registered.
    pub fn target(&self, id: &str) -> Result<&Target> {
        let known = id.parse::<TargetId>().ok().and_then(|id| self.registry.targets.get(&id));
        known.with_context(|| format!("'{id}' is no registered target; `hinomi target list` shows them"))
    }

    /// Approves the state of a digest: the one that waits, or one before it that differs from it by routine changes
    /// only.
    ///
    /// # Errors
    /// When nothing waits, or when the page has changed since by more than routine changes.
    pub async fn approve(&self, id: &str, digest: Digest, decision: &Decision) -> Result<()> {
        let target = self.target(id)?.clone();
        let Some(proposal) = self.store.proposal(target.id.clone(), decision.persona).await? else {
            bail!("nothing waits for approval at '{id}'; `hinomi baseline list` shows what does");
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
            bail!(
                "'{id}' has changed since {} by more than routine changes: what waits now is {}. Look at it \
                 (`hinomi baseline diff {id}`) and approve that digest if it is right",
                digest.short(),
                proposal.snapshot.state
            );
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
            let short = digest.short();
            format!(
                "what came with the state {short} of '{}' is not kept; look at {waits}, which waits, and approve that",
                target.id
            )
        };
        let snapshot = self.kept_snapshot(target, proposal, digest).await?.with_context(unknown)?;
        check_certificate(&snapshot)?;
        let body = self.store.body(snapshot.bytes).await?.with_context(unknown)?;
        if read(of_snapshot(&snapshot, &body), &target.masks).state() != digest {
            bail!(
                "the masks of '{}' have changed since {}; approve what waits now ({waits})",
                target.id,
                digest.short()
            );
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
        body.with_context(|| {
            format!("the body {} is no longer kept; `hinomi check` fetches the page anew", snapshot.bytes)
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
        let approval = self.approval(target, snapshot, decision, (ApprovalAction::Approve, holds))?;
        self.store.approve(approval, Some(body)).await?;
        self.answer(target, state, decision).await
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
            expires: at.checked_add(holds)?,
        })
    }

    /// Approves every first snapshot in which the scan found nothing; returns the targets approved and those that
    /// were not, with the reason.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn approve_first(&self, decision: &Decision) -> Result<(Vec<TargetId>, Vec<(TargetId, String)>)> {
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
                let why = "it had an approval before, which was retired: look at it and approve it by its digest";
                left.push((proposal.target.clone(), why.to_owned()));
                continue;
            }
            match first_objection(&proposal) {
                Some(why) => left.push((proposal.target.clone(), why)),
                None => match self.approve_one(target, &proposal, decision).await {
                    Ok(()) => approved.push(proposal.target),
                    Err(error) => left.push((proposal.target, format!("{error:#}"))),
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
        let state = state
            .with_context(|| format!("{} is not approved for '{id}'; `hinomi baseline show {id}`", digest.short()))?;
        let decision = Decision { special: state.special.clone(), ..decision.clone() };
        let approval = self.approval(target, state.snapshot, &decision, (ApprovalAction::Retire, self.holds()))?;
        Ok(self.store.approve(approval, None).await?)
    }

    /// Marks an incident as looked after, or as over.
    ///
    /// # Errors
    /// When there is none of that id, or it is over already.
    pub async fn mark_incident(&self, id: &str, by: &str, reason: &str, over: bool) -> Result<Incident> {
        let found = self.store.incident(id.to_owned()).await?;
        let mut incident = found.with_context(|| format!("no incident '{id}'; `hinomi incident list` shows them"))?;
        if incident.state == IncidentState::Resolved {
            bail!("incident {} is over already", incident.id);
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
fn first_objection(proposal: &Proposal) -> Option<String> {
    if let Some(finding) = proposal.findings.first() {
        return Some(format!("{}: {}", finding.rule, finding.summary.en));
    }
    check_certificate(&proposal.snapshot).err().map(|error| error.to_string())
}

/// A page that came with a bad certificate, or by way of one, may have come from anybody.
fn check_certificate(snapshot: &Snapshot) -> Result<()> {
    match snapshot.head.bad_certificate() {
        Some((url, _, problem)) => bail!(
            "the page came with a bad certificate ({}: {problem}); mend that first, then check again",
            defang(url.as_str())
        ),
        None => Ok(()),
    }
}

/// What came in the page's place never becomes a baseline.
fn check_is_page(proposal: &Proposal, body: &[u8]) -> Result<()> {
    match classify(Some(&proposal.snapshot.head), body) {
        Some(reason) => bail!("this is not the page: {}; it cannot be approved", reason.words().en),
        None => Ok(()),
    }
}

fn only_routine(target: &Target, old: (&Snapshot, &[u8]), new: (&Snapshot, &[u8]), bodies: &Bodies) -> bool {
    let approved = read(of_snapshot(old.0, old.1), &target.masks);
    let now = read(of_snapshot(new.0, new.1), &target.masks);
    let (policy, known) = (Policy::Follow, Known::New);
    let terms = Terms { about: About::nothing(), policy, known, approval_ended: false, bodies, habits: None };
    let verdict = examine(&now, &[approved], &terms).judgement.verdict;
    matches!(verdict, Verdict::Unchanged | Verdict::Routine)
}

/// A mark made now.
///
/// # Errors
/// When nobody is named, or not as `NAME <mail>`.
pub fn mark(by: &str, reason: &str) -> Result<Mark> {
    Ok(Mark { by: named(by)?, at: Timestamp::now(), reason: reason.to_owned() })
}

fn named(by: &str) -> Result<String> {
    let by = by.trim();
    let named = by.strip_suffix('>').and_then(|by| by.split_once('<')).is_some_and(|(name, mail)| {
        let plain = |text: &str| !text.contains(['<', '>']) && !text.chars().any(char::is_control);
        let is_mail = mail.split_once('@').is_some_and(|(who, host)| !who.is_empty() && !host.is_empty());
        !name.trim().is_empty() && plain(name) && plain(mail) && is_mail && !mail.contains(char::is_whitespace)
    });
    if !named {
        bail!(
            "--by: name who decided with the mail address, as \"Hanako Yamada <web@city.example>\" / \
             決定した人を「氏名 <メールアドレス>」の形で書いてください"
        );
    }
    Ok(by.to_owned())
}

/// Who entered it: the system's user.
fn system_user() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let named = set("SUDO_USER").or_else(|| set("USER")).or_else(|| set("LOGNAME"));
    named.or_else(user_of_process).unwrap_or_else(|| "unknown".to_owned())
}

/// The user as whom this process runs, where no variable says it, as under cron: by name, else by number.
fn user_of_process() -> Option<String> {
    let number = rustix::process::getuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_owned())
    });
    Some(named.unwrap_or_else(|| format!("uid {number}")))
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
