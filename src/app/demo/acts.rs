//! The first acts: registration and approval, ordinary days, attacks.

use super::post::Awaited;
use super::told::{AttackTold, Kind, Line};
use super::{Play, Site};
use crate::app::people::Decision;
use crate::demo::{AFTERMATH, ATTACKS, Attack, REHEARSAL, ROUNDS, SITES, Update, site};
use crate::model::{Persona, StaticWords, Verdict};
use crate::monitor::CheckReport;
use crate::store::Store as _;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use std::time::Duration;
use tokio::time::sleep;

/// The made-up operator.
const OPERATOR: &str = "佐伯 まどか <operators@watch.example>";
/// Most checks until something lasts long enough to be believed.
pub(super) const MANY: usize = 40;
/// Time between those.
pub(super) const APART: Duration = Duration::from_millis(400);

/// A site of the story; all are there, a test holds that.
pub(super) fn of_story(id: &str) -> Result<&'static Site> {
    site(id).with_context(|| format!("no site '{id}'"))
}

pub(super) fn decision(by: &str, reason: &str) -> Decision {
    Decision { by: by.to_owned(), reason: reason.to_owned(), persona: Persona::Desktop, special: None, beside: false }
}

/// An owner as a name for the record.
pub(super) fn owner(site: &Site) -> String {
    format!("{} <{}>", site.officer, site.mail("web"))
}

/// The rules that spoke, each once.
fn rules(report: &CheckReport) -> Vec<String> {
    let mut rules: Vec<String> = report.findings.iter().map(|finding| finding.rule.to_string()).collect();
    rules.dedup();
    rules
}

impl Play<'_> {
    pub(super) async fn check(&mut self, site: &'static Site) -> Result<CheckReport> {
        self.sum.checks += 1;
        self.stage.check(site).await
    }

    async fn check_all(&mut self) -> Result<Vec<(&'static Site, CheckReport)>> {
        self.sum.checks += SITES.len();
        self.stage.check_all().await
    }

    pub(super) fn seen(&mut self, site: &'static Site, report: &CheckReport, expected: Option<Verdict>) -> Result<()> {
        let mut line = Line::new(Kind::Check, Some(site), report.reason.clone());
        (line.verdict, line.expected, line.rules) = (Some(report.verdict), expected, rules(report));
        self.line(line)
    }

    pub(super) async fn act(
        &mut self,
        kind: Kind,
        site: &'static Site,
        (name, what): (&'static str, &StaticWords),
        edits: &[crate::demo::Edit],
    ) -> Result<()> {
        self.web.change(site.id, edits).await?;
        let line = Line::new(kind, Some(site), what.to_words());
        self.line(Line { name: Some(name), ..line })
    }

    /// First checks, and their approval by a person.
    pub(super) async fn register(&mut self) -> Result<()> {
        self.chapter("Registration: first checks, approved by a person", "登録: 最初の点検と人による承認")?;
        let first = self.check_all().await?;
        let waiting = self.stage.office.store.proposals().await?.len();
        let count = first.len();
        self.say(
            Kind::Note,
            None,
            format!("{count} sites checked for the first time; {waiting} wait for approval"),
            format!("{count}サイトを初めて点検し、{waiting}件が承認を待っています"),
        )?;
        let (approved, left) = self.stage.office.approve_first(&decision(OPERATOR, "初回登録の確認")).await?;
        let count = approved.len();
        self.say(
            Kind::Person,
            None,
            format!("{OPERATOR} approves {count} first snapshots in which the scan found nothing"),
            format!("{OPERATOR} が、検査で何も見つからなかった最初の取得結果{count}件を承認"),
        )?;
        for (target, why) in left {
            self.approve_by_hand(of_story(target.as_str())?, &why.en).await?;
        }
        Ok(())
    }

    /// A first snapshot in which something was found is approved by its owner, by digest.
    async fn approve_by_hand(&mut self, site: &'static Site, why: &str) -> Result<()> {
        let by = owner(site);
        self.approve(site, &decision(&by, "内容を確認済み")).await?;
        self.say(
            Kind::Person,
            Some(site),
            format!("{by} looks at \"{why}\" and approves"),
            format!("{by} が「{why}」を確認して承認"),
        )
    }

    /// Approves what waits at a site.
    pub(super) async fn approve(&mut self, site: &'static Site, decision: &Decision) -> Result<()> {
        let target = self.stage.target(site)?;
        let proposal = self.stage.office.store.proposal(target.id, Persona::Desktop).await?;
        match proposal {
            Some(proposal) => self.stage.office.approve(site.id, proposal.snapshot.state, decision).await,
            None => {
                self.amiss(site, "nothing waits for approval", "承認待ちがありません");
                Ok(())
            }
        }
    }

    /// The disaster page is shown in a drill and approved, long before it is needed.
    pub(super) async fn rehearse(&mut self) -> Result<()> {
        let site = of_story(REHEARSAL.site)?;
        self.web.change(site.id, REHEARSAL.enter).await?;
        self.check(site).await?;
        let by = owner(site);
        let special = Some(REHEARSAL.special.to_owned());
        self.approve(site, &crate::app::Decision { special, ..decision(&by, "災害時ページの事前登録") }).await?;
        self.web.change(site.id, REHEARSAL.leave).await?;
        let report = self.check(site).await?;
        self.say(
            Kind::Person,
            Some(site),
            format!("{by} shows the disaster page in a drill and has it approved as a special page"),
            format!("{by} が訓練で災害時ページを表示し、特別ページとして事前に承認"),
        )?;
        self.seen(site, &report, Some(Verdict::Unchanged))?;
        if report.verdict != Verdict::Unchanged {
            self.amiss(site, "not unchanged after the drill", "訓練後に「変化なし」に戻りません");
        }
        Ok(())
    }

    /// Ordinary updates; none may alarm.
    pub(super) async fn ordinary_days(&mut self) -> Result<()> {
        self.chapter("Ordinary days: updates of every kind", "平常時: さまざまな通常更新")?;
        for round in ROUNDS {
            self.ordinary_day(round).await?;
        }
        Ok(())
    }

    async fn ordinary_day(&mut self, round: &'static [Update]) -> Result<()> {
        for update in round {
            self.act(Kind::Update, of_story(update.site)?, (update.name, &update.what), update.edits).await?;
        }
        self.sum.updates += round.len();
        let (mut quiet, reports) = (0, self.check_all().await?);
        for (site, report) in &reports {
            self.sum.update_alarms += usize::from(matches!(report.verdict, Verdict::Alarm | Verdict::Unseen));
            self.sum.update_reviews += usize::from(report.verdict == Verdict::Review);
            if report.verdict.needs_person() || round.iter().any(|update| update.site == site.id) {
                self.seen(site, report, None)?;
            } else {
                quiet += 1;
            }
        }
        self.say(
            Kind::Note,
            None,
            format!("{quiet} other sites quiet, though tokens, counters, dates and turns differ with every fetch"),
            format!("他の{quiet}サイトは平穏(トークン・カウンター・日付・出し分けは取得のたびに変わっています)"),
        )
    }

    /// The attacks, one after the other; each owner gets a mail and answers it, but for one.
    pub(super) async fn attacks(&mut self) -> Result<()> {
        self.chapter("Attacks (inert shapes, reserved hosts)", "攻撃(無害化した形のみ、予約済みホスト名を使用)")?;
        for attack in ATTACKS {
            let told = self.attack(attack).await?;
            self.sum.attacks.push(told);
        }
        Ok(())
    }

    async fn attack(&mut self, attack: &'static Attack) -> Result<AttackTold> {
        let site = of_story(attack.site)?;
        let since = Timestamp::now();
        self.act(Kind::Attack, site, (attack.name, &attack.what), attack.edits).await?;
        let report = self.check_until_incident(site, attack.expected).await?;
        self.seen(site, &report, Some(attack.expected))?;
        let to = site.mail("web");
        let mail = match report.incident {
            Some(incident) => self.mail(site, Awaited { to: &to, incident: Some(incident), since }).await?,
            None => None,
        };
        if let Some(incident) = report.incident.filter(|_| site.id != AFTERMATH.unanswered) {
            let (by, id) = (owner(site), incident.to_string());
            self.stage.office.mark_incident(&id, &by, "確認中です", false).await?;
        }
        let (verdict, rules) = (report.verdict, rules(&report));
        Ok(AttackTold {
            site,
            name: attack.name,
            what: attack.what.to_words(),
            verdict,
            expected: attack.expected,
            rules,
            mail,
        })
    }

    /// One check; when the site must be unseen, as many as it takes for that to last.
    async fn check_until_incident(&mut self, site: &'static Site, expected: Verdict) -> Result<CheckReport> {
        let mut report = self.check(site).await?;
        for _ in 0..MANY {
            if expected != Verdict::Unseen || report.verdict != Verdict::Unseen || report.incident.is_some() {
                break;
            }
            sleep(APART).await;
            report = self.check(site).await?;
        }
        Ok(report)
    }
}
