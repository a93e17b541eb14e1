//! The contract of the store, method by method: which part does it, and whether it reads or writes.

use super::connection::blocking;
use super::{
    Sqlite, agreed, approval, backup, body, check, coverage, habit, incident, indicator, outbox, proposal, prune,
    registry, repair, schedule,
};
use crate::model::*;
use crate::store::*;

impl Store for Sqlite {
    async fn put_registry(&self, registry: Registry, now: Timestamp) -> Result<()> {
        self.write(move |db| registry::put(db, &registry, now)).await
    }
    async fn registry(&self) -> Result<Registry> {
        self.read(registry::read).await
    }

    async fn due(&self, now: Timestamp, limit: u32, per_host: u32) -> Result<Vec<Due>> {
        let me = self.shared.me;
        self.read(move |db| schedule::due(db, me, now, limit, per_host)).await
    }
    async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.read(schedule::next_due).await
    }
    async fn begin(&self, checks: Vec<(TargetId, Persona)>, now: Timestamp) -> Result<Vec<Option<TargetState>>> {
        let me = self.shared.me;
        self.write(move |db| schedule::begin(db, me, &checks, now)).await
    }
    async fn abandon(&self, target: TargetId, persona: Persona) -> Result<()> {
        let me = self.shared.me;
        self.write(move |db| schedule::abandon(db, me, &target, persona)).await
    }
    async fn in_flight(&self) -> Result<Vec<InFlight>> {
        let me = self.shared.me;
        self.write(move |db| schedule::in_flight(db, me)).await
    }
    async fn quarantine(
        &self,
        target: TargetId,
        persona: Persona,
        aside: bool,
        told: Told,
        now: Timestamp,
    ) -> Result<()> {
        let me = self.shared.me;
        let set = move |db: &_| match aside {
            true => schedule::set_aside(db, me, &target, persona),
            false => schedule::take_back(db, &target, persona, now),
        };
        self.write(move |db| set(db).and_then(|()| outbox::tell(db, &told))).await
    }

    async fn target_state(&self, target: TargetId, persona: Persona) -> Result<TargetState> {
        self.read(move |db| check::target_state(db, &target, persona)).await
    }
    async fn baseline(&self, target: TargetId, persona: Persona) -> Result<Baseline> {
        self.read(move |db| approval::baseline(db, &target, persona)).await
    }
    async fn record(&self, mut record: CheckRecord) -> Result<()> {
        let bodies = std::mem::take(&mut record.bodies);
        let packed = if bodies.is_empty() { Vec::new() } else { blocking(move || body::pack_all(&bodies)).await? };
        let me = self.shared.me;
        self.write(move |db| check::record(db, me, &record, &packed)).await
    }
    async fn body(&self, digest: Digest) -> Result<Option<Vec<u8>>> {
        self.files(move |shared| shared.body(digest)).await
    }
    async fn missing(&self, digests: Vec<Digest>) -> Result<Vec<Digest>> {
        self.files(move |shared| shared.missing(&digests)).await
    }
    async fn observations(&self, target: TargetId, limit: u32) -> Result<Vec<Observation>> {
        self.read(move |db| check::observations(db, &target, limit)).await
    }
    async fn findings(&self, seen: Observation) -> Result<Vec<Finding>> {
        self.read(move |db| check::findings(db, &seen.target, seen.persona, seen.at)).await
    }

    async fn habits(&self, target: TargetId, persona: Persona) -> Result<Habits> {
        self.read(move |db| habit::habits(db, &target, persona)).await
    }
    async fn mark_habit(&self, target: TargetId, habit: Digest, mark: Option<HabitMark>) -> Result<()> {
        self.write(move |db| habit::mark(db, &target, habit, mark.as_ref())).await
    }

    async fn proposals(&self) -> Result<Vec<Proposal>> {
        self.read(proposal::all).await
    }
    async fn proposal(&self, target: TargetId, persona: Persona) -> Result<Option<Proposal>> {
        self.read(move |db| proposal::get(db, &target, persona)).await
    }
    async fn approve(&self, approval: Approval, body: Option<Vec<u8>>) -> Result<()> {
        self.files(move |shared| shared.approve(&approval, body)).await
    }
    async fn reject(&self, rejection: Rejection) -> Result<Incident> {
        self.write(move |db| proposal::reject(db, rejection)).await
    }
    async fn approved_owners(&self, owner: Owner) -> Result<Vec<(OrganisationId, String)>> {
        self.read(move |db| approval::owners(db, owner)).await
    }
    async fn approvals(&self, target: TargetId) -> Result<Vec<Approval>> {
        self.read(move |db| approval::approvals(db, &target)).await
    }

    async fn incidents(&self, all: bool, limit: u32) -> Result<Vec<Incident>> {
        self.read(move |db| incident::incidents(db, all, limit)).await
    }
    async fn incident(&self, id: String) -> Result<Option<Incident>> {
        self.read(move |db| incident::find(db, &id)).await
    }
    async fn put_incident(&self, incident: Incident, notices: Vec<Notice>) -> Result<()> {
        self.write(move |db| {
            incident::put(db, &incident, incident::Writer::Person).and_then(|()| outbox::put_notices(db, &notices))
        })
        .await
    }
    async fn escalations(&self, now: Timestamp) -> Result<Vec<Incident>> {
        self.read(move |db| incident::escalations(db, now)).await
    }

    async fn silences(&self, now: Timestamp) -> Result<Vec<Silence>> {
        self.read(move |db| agreed::current(db, now)).await
    }
    async fn put_silence(&self, silence: Silence) -> Result<()> {
        self.write(move |db| agreed::put(db, silence)).await
    }
    async fn end_silence(&self, id: String, now: Timestamp) -> Result<bool> {
        self.write(move |db| agreed::end_silence(db, &id, now)).await
    }
    async fn put_indicators(&self, source: String, indicators: Vec<Indicator>, now: Timestamp) -> Result<()> {
        self.write(move |db| indicator::put(db, &source, &indicators, now)).await
    }
    async fn remove_indicators(&self, source: String) -> Result<bool> {
        self.write(move |db| indicator::remove(db, &source)).await
    }
    async fn indicator_sources(&self) -> Result<Vec<IndicatorSource>> {
        self.read(indicator::sources).await
    }
    async fn indicators(&self) -> Result<Vec<(IndicatorSource, Vec<Indicator>)>> {
        self.read(indicator::all).await
    }

    async fn plans(&self, now: Timestamp) -> Result<Vec<PlannedChange>> {
        self.read(move |db| agreed::current(db, now)).await
    }
    async fn put_plan(&self, plan: PlannedChange) -> Result<()> {
        self.write(move |db| agreed::put(db, plan)).await
    }
    async fn end_plan(&self, id: String, now: Timestamp) -> Result<bool> {
        self.write(move |db| Ok(agreed::end::<PlannedChange>(db, &id, now)?.is_some())).await
    }

    async fn put_notices(&self, notices: Vec<Notice>) -> Result<()> {
        self.write(move |db| outbox::put_notices(db, &notices)).await
    }
    async fn tell(&self, told: Told) -> Result<()> {
        self.write(move |db| outbox::tell(db, &told)).await
    }
    async fn due_notices(&self, now: Timestamp) -> Result<Vec<Notice>> {
        self.read(move |db| outbox::due_notices(db, now)).await
    }
    async fn next_outbox(&self) -> Result<Option<Timestamp>> {
        self.read(outbox::next).await
    }
    async fn compose(&self, messages: Vec<(Message, Vec<Uuid>)>) -> Result<()> {
        self.write(move |db| outbox::compose(db, &messages)).await
    }
    async fn drop_notices(&self, notices: Vec<Uuid>) -> Result<()> {
        self.write(move |db| outbox::drop_notices(db, &notices)).await
    }
    async fn due_messages(&self, now: Timestamp, limit: u32) -> Result<Vec<Message>> {
        self.read(move |db| outbox::due_messages(db, now, limit)).await
    }
    async fn sent(&self, message: Uuid, at: Timestamp) -> Result<()> {
        self.write(move |db| outbox::sent(db, message, at)).await
    }
    async fn failed(
        &self,
        message: Uuid,
        at: Timestamp,
        error: String,
        next: Option<Timestamp>,
        notices: Vec<Notice>,
    ) -> Result<()> {
        let failed = move |db: &_| outbox::failed(db, message, at, &error, next);
        self.write(move |db| failed(db).and_then(|()| outbox::put_notices(db, &notices))).await
    }
    async fn thread(&self, incident: Uuid, receiver: Receiver) -> Result<Vec<String>> {
        self.read(move |db| outbox::thread(db, incident, &receiver)).await
    }
    async fn lately(&self, since: Timestamp) -> Result<Vec<Lately>> {
        self.read(move |db| outbox::lately(db, since)).await
    }
    async fn deliveries(&self, limit: u32) -> Result<Vec<Delivery>> {
        self.read(move |db| outbox::deliveries(db, limit)).await
    }
    async fn outbox(&self, now: Timestamp) -> Result<OutboxSummary> {
        self.read(move |db| outbox::summary(db, now)).await
    }

    async fn coverage(&self, since: Timestamp, now: Timestamp) -> Result<Vec<Coverage>> {
        self.read(move |db| coverage::coverage(db, since, now)).await
    }
    async fn note(&self, name: String) -> Result<Option<String>> {
        self.read(move |db| coverage::note(db, &name)).await
    }
    async fn notes(&self, beginning: String) -> Result<Vec<(String, String)>> {
        self.read(move |db| coverage::notes(db, &beginning)).await
    }
    async fn put_note(&self, name: String, value: String) -> Result<()> {
        self.write(move |db| coverage::put_note(db, &name, &value)).await
    }
    async fn prune(&self, retention: Retention, now: Timestamp) -> Result<u64> {
        let swept = self.files(move |shared| shared.record.sweep(now)).await?;
        Ok(swept + prune::prune(&self.shared, retention, now).await?)
    }

    async fn verify(&self) -> Result<Vec<Damage>> {
        self.files(super::Shared::verify).await
    }
    async fn chain_heads(&self) -> Result<Vec<ChainHead>> {
        self.files(super::Shared::chain_heads).await
    }
    async fn heads_after(&self, mark: u64) -> Result<(u64, Vec<ChainHead>)> {
        self.read(move |db| approval::heads_after(db, mark)).await
    }
    async fn untold_repairs(&self) -> Result<Vec<Repair>> {
        self.read(repair::untold).await
    }
    async fn tell_repairs(&self, repairs: Vec<i64>, notices: Vec<Notice>) -> Result<()> {
        self.write(move |db| repair::told(db, &repairs).and_then(|()| outbox::put_notices(db, &notices))).await
    }
    async fn rebuild(&self, now: Timestamp) -> Result<u64> {
        self.files(move |shared| shared.rebuild(now)).await
    }
    async fn backup(&self, file: PathBuf) -> Result<()> {
        self.files(move |shared| backup::backup(&shared.database, &file)).await
    }
    async fn ping(&self, now: Timestamp) -> Result<()> {
        self.write(move |db| coverage::put_note(db, "ping", &now.to_string())).await
    }
}
