//! The last act: escalation, recovery, "this was us", and a look at the record.

use super::acts::{APART, MANY, decision, of_story, owner};
use super::post::Awaited;
use super::told::Kind;
use super::{Play, Site};
use crate::demo::{AFTERMATH, Edit};
use crate::model::{IncidentState, Persona, StaticWords, Verdict};
use crate::store::Store as _;
use anyhow::Result;
use jiff::Timestamp;
use tokio::time::sleep;
use uuid::Uuid;

const RESTORED: StaticWords = StaticWords { en: "the owner restores the page", ja: "担当者がページを復旧" };

impl Play<'_> {
    pub(super) async fn aftermath(&mut self) -> Result<()> {
        self.chapter(
            "Afterwards: escalation, recovery, \"this was us\"",
            "その後: エスカレーション、復旧、「これは当方の更新です」",
        )?;
        for (id, edits) in AFTERMATH.recovers {
            self.recovery(of_story(id)?, edits).await?;
        }
        self.resolution(of_story(AFTERMATH.resolved)?).await?;
        self.ours().await?;
        self.escalation(of_story(AFTERMATH.unanswered)?).await?;
        self.record().await
    }

    async fn open_incident(&self, site: &Site) -> Result<Option<Uuid>> {
        let target = self.stage.target(site)?;
        let state = self.stage.office.store.target_state(target.id, Persona::Desktop).await?;
        Ok(state
            .incidents
            .iter()
            .find(|incident| incident.state != IncidentState::Resolved)
            .map(|incident| incident.id))
    }

    /// The page is as it was; after enough clean fetches hinomi says by itself that it is over.
    async fn recovery(&mut self, site: &'static Site, edits: &'static [Edit]) -> Result<()> {
        let Some(incident) = self.open_incident(site).await? else { return Ok(()) };
        let since = Timestamp::now();
        self.act(Kind::Update, site, ("restored", &RESTORED), edits).await?;
        let mut report = self.check(site).await?;
        for _ in 0..MANY {
            if self.open_incident(site).await?.is_none() {
                break;
            }
            sleep(APART).await;
            report = self.check(site).await?;
        }
        self.seen(site, &report, Some(Verdict::Unchanged))?;
        let to = site.mail("web");
        self.mail(site, Awaited { to: &to, incident: Some(incident), since }).await?;
        Ok(())
    }

    /// The owner cleans up and says so.
    async fn resolution(&mut self, site: &'static Site) -> Result<()> {
        let Some(incident) = self.open_incident(site).await? else { return Ok(()) };
        self.act(Kind::Update, site, ("restored", &RESTORED), &[Edit::Restore]).await?;
        let report = self.check(site).await?;
        self.seen(site, &report, None)?;
        let (by, id) = (owner(site), incident.to_string());
        self.stage.office.mark_incident(&id, &by, "不正な iframe を除去し、認証情報を変更しました", true).await?;
        self.say(
            Kind::Person,
            Some(site),
            format!("{by}: \"frame removed, passwords changed\" – incident resolved"),
            format!("{by}「不正な iframe を除去し、認証情報を変更」— インシデントを解決"),
        )
    }

    /// A change of the active plane that the owner made: asked about, answered, approved.
    async fn ours(&mut self) -> Result<()> {
        let ours = &AFTERMATH.ours;
        let (site, since) = (of_story(ours.site)?, Timestamp::now());
        self.act(Kind::Update, site, (ours.name, &ours.what), ours.edits).await?;
        let report = self.check(site).await?;
        self.seen(site, &report, Some(Verdict::Review))?;
        if report.verdict == Verdict::Review {
            let to = site.mail("web");
            self.mail(site, Awaited { to: &to, incident: None, since }).await?;
        } else {
            self.amiss(site, "the owner's change should be a review", "担当者による変更は「要確認」となるべきです");
        }
        let by = owner(site);
        self.approve(site, &decision(&by, "当方による更新です")).await?;
        self.say(
            Kind::Person,
            Some(site),
            format!("{by}: \"this was us\" – the new state is approved"),
            format!("{by}「これは当方の更新です」— 新しい状態を承認"),
        )?;
        let report = self.check(site).await?;
        self.seen(site, &report, Some(Verdict::Unchanged))?;
        if report.verdict != Verdict::Unchanged {
            self.amiss(site, "not unchanged after the approval", "承認後に「変化なし」になりません");
        }
        Ok(())
    }

    /// Nobody answered: the next level is told.
    async fn escalation(&mut self, site: &'static Site) -> Result<()> {
        let Some(incident) = self.open_incident(site).await? else { return Ok(()) };
        let since =
            self.stage.office.store.incident(incident.to_string()).await?.map_or(Timestamp::now(), |i| i.opened);
        let to = site.mail("security");
        self.mail(site, Awaited { to: &to, incident: Some(incident), since }).await?;
        Ok(())
    }

    /// The record of approvals is whole.
    async fn record(&mut self) -> Result<()> {
        let damages = self.stage.office.store.verify().await?;
        self.sum.amiss.extend(damages.iter().map(|damage| damage.what.clone()));
        let heads = self.stage.office.store.chain_heads().await?.len();
        let (en, ja) = match damages.len() {
            0 => (format!("{heads} chains of approvals verify"), format!("承認記録の連鎖{heads}本はすべて整合")),
            count => (format!("{count} damages in the record"), format!("承認記録に{count}件の不整合")),
        };
        self.say(Kind::Note, None, en, ja)
    }
}
