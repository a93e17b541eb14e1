//! One story at a glance: how urgent it is, the word for it, its place and its headline.

use super::block::Tone;
use super::pen::{Pen, line};
use crate::model::{Event, Finding, Incident, IncidentKind, StaticWords};
use crate::notify::Story;
use uuid::Uuid;

/// What a story is, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Worse,
    Opened,
    Escalated,
    Operations,
    UnseenEscalated,
    Unseen,
    Special,
    SpecialLeft,
    Resolved,
    UnseenResolved,
    OperationsOver,
    Review,
    Test,
}

/// What a story is.
pub(super) fn kind(story: &Story) -> Kind {
    let unseen = story.incident.as_ref().is_some_and(|incident| incident.kind == IncidentKind::Unseen);
    match (&story.event, unseen) {
        (Event::Opened { .. }, false) => Kind::Opened,
        (Event::Worse { .. }, false) => Kind::Worse,
        (Event::Escalated { .. }, false) => Kind::Escalated,
        (Event::Resolved { .. }, false) => Kind::Resolved,
        (Event::Opened { .. } | Event::Worse { .. }, true) => Kind::Unseen,
        (Event::Escalated { .. }, true) => Kind::UnseenEscalated,
        (Event::Resolved { .. }, true) => Kind::UnseenResolved,
        (Event::Review { .. }, _) => Kind::Review,
        (Event::Special { entered: true, .. }, _) => Kind::Special,
        (Event::Special { entered: false, .. }, _) => Kind::SpecialLeft,
        (Event::Operations { over: false, .. }, _) => Kind::Operations,
        (Event::Operations { over: true, .. }, _) => Kind::OperationsOver,
        (Event::Test, _) => Kind::Test,
    }
}

impl Kind {
    /// The word for it, first in every subject.
    pub(super) const fn label(self) -> StaticWords {
        match self {
            Self::Opened => StaticWords { en: "ALARM", ja: "警報" },
            Self::Worse => StaticWords { en: "ALARM, worse", ja: "警報・悪化" },
            Self::Escalated => StaticWords { en: "ALARM, unanswered", ja: "警報・未対応" },
            Self::Operations => StaticWords { en: "operations", ja: "運用" },
            Self::UnseenEscalated => StaticWords { en: "unseen, unanswered", ja: "観測不能・未対応" },
            Self::Unseen => StaticWords { en: "unseen", ja: "観測不能" },
            Self::Special => StaticWords { en: "special page", ja: "特別ページ" },
            Self::SpecialLeft => StaticWords { en: "special page ended", ja: "特別ページ終了" },
            Self::Resolved => StaticWords { en: "resolved", ja: "警報解消" },
            Self::UnseenResolved => StaticWords { en: "seen again", ja: "観測再開" },
            Self::OperationsOver => StaticWords { en: "operations, over", ja: "運用・復旧" },
            Self::Review => StaticWords { en: "review", ja: "承認待ち" },
            Self::Test => StaticWords { en: "drill", ja: "訓練" },
        }
    }

    pub(super) const fn tone(self) -> Tone {
        match self {
            Self::Opened | Self::Worse | Self::Escalated => Tone::Alarm,
            Self::Operations | Self::UnseenEscalated | Self::Unseen | Self::Special | Self::Review => Tone::Warning,
            _ => Tone::Calm,
        }
    }

    /// An attack that is not over.
    pub(super) const fn is_alarm(self) -> bool {
        matches!(self, Self::Opened | Self::Worse | Self::Escalated)
    }
}

/// The incident a story tells of.
pub(super) const fn incident_id(story: &Story) -> Option<Uuid> {
    match story.event {
        Event::Opened { incident } | Event::Worse { incident } | Event::Resolved { incident } => Some(incident),
        Event::Escalated { incident, .. } => Some(incident),
        _ => None,
    }
}

/// The finding that matters most: by severity, then confidence, then first sight.
pub(super) fn top(findings: &[Finding]) -> Option<&Finding> {
    findings.iter().rev().max_by_key(|finding| (finding.severity, finding.confidence))
}

/// Findings, those that matter most first.
pub(super) fn ranked(findings: &[Finding]) -> Vec<&Finding> {
    let mut ranked: Vec<&Finding> = findings.iter().collect();
    ranked.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.confidence)));
    ranked
}

/// Name of the organisation.
pub(super) fn organisation(story: &Story) -> Option<String> {
    story.target.as_ref().map(|(_, organisation)| line(organisation, 60))
}

/// Organisation and target.
pub(super) fn place(story: &Story) -> Option<String> {
    match (&story.target, &story.incident) {
        (Some((target, _)), _) => Some(format!("{} {}", organisation(story)?, target.id)),
        // Its target is registered no more.
        (None, incident) => incident.as_ref().map(|incident| incident.target.to_string()),
    }
}

/// What happened, in a few words.
pub(super) fn headline(pen: &Pen, story: &Story) -> String {
    let found = |findings: &[Finding]| top(findings).map(|finding| pen.rule_title(&finding.rule));
    match kind(story) {
        Kind::Opened | Kind::Worse | Kind::Escalated => {
            let title = story.incident.as_ref().and_then(|incident| found(&incident.findings));
            title.unwrap_or_else(|| pen.say("signs of defacement", "改ざんの疑い"))
        }
        Kind::Unseen | Kind::UnseenEscalated => unseen(pen, story.incident.as_ref()),
        Kind::Resolved => pen.say("the alarm is over", "警報は終わりました"),
        Kind::UnseenResolved => pen.say("the page is seen again", "ページを再び観測しています"),
        Kind::Review => {
            let title = story.proposal.as_ref().and_then(|proposal| found(&proposal.findings));
            title.unwrap_or_else(|| pen.say("a change waits for approval", "変更が承認を待っています"))
        }
        Kind::Special | Kind::SpecialLeft => match &story.event {
            Event::Special { name, .. } => line(name, 60),
            _ => String::new(),
        },
        Kind::Operations | Kind::OperationsOver => trouble(pen, story),
        Kind::Test => pen.say("this is a drill, nothing happened", "これは訓練です。異常はありません"),
    }
}

fn unseen(pen: &Pen, incident: Option<&Incident>) -> String {
    let reason = incident.and_then(|incident| incident.unseen);
    reason.map_or_else(
        || pen.say("the page cannot be seen", "ページを観測できません"),
        |reason| pen.fixed(reason.words()).to_owned(),
    )
}

fn trouble(pen: &Pen, story: &Story) -> String {
    let Event::Operations { trouble, .. } = &story.event else { return String::new() };
    let known = match trouble.as_str() {
        "monitor-offline" => {
            StaticWords { en: "the monitor has no network", ja: "監視システムがオフラインです" }
        }
        "overdue" => StaticWords { en: "checks are overdue", ja: "点検が遅れています" },
        "outbox-stuck" => StaticWords { en: "messages do not go out", ja: "通知が送れていません" },
        "disk-full" => StaticWords { en: "the disk is full", ja: "ディスクの空きがありません" },
        "worker-died" => StaticWords { en: "a part of the service died", ja: "監視の処理が停止しました" },
        "quarantined" if matches!(&story.event, Event::Operations { over: true, .. }) => {
            StaticWords { en: "a target is watched again", ja: "監視対象の隔離を解除しました" }
        }
        "quarantined" => StaticWords { en: "a target is set aside", ja: "監視対象を隔離しました" },
        "store-refuses" => StaticWords {
            en: "hinomi cannot write and has ended",
            ja: "記録を書き込めず、監視が停止しました",
        },
        "memory-damaged" => StaticWords {
            en: "what was remembered of a page could not be read",
            ja: "ページの点検間の記録を読み取れません",
        },
        "record-damaged" => StaticWords {
            en: "the record of approvals does not verify",
            ja: "承認の記録が整合していません",
        },
        "record-repaired" => {
            StaticWords { en: "the record of approvals was repaired", ja: "承認の記録を修復しました" }
        }
        "daily-report" => StaticWords { en: "daily report", ja: "日次報告" },
        "restarted" => {
            StaticWords { en: "hinomi had ended and runs again", ja: "監視が異常終了し、再開しました" }
        }
        "registry-refused" => {
            StaticWords { en: "the changed registry is refused", ja: "監視対象の設定に誤りがあります" }
        }
        "approved-states-damaged" => {
            StaticWords { en: "approved states cannot be read", ja: "承認済みの状態を読み取れません" }
        }
        "message-given-up" => {
            StaticWords { en: "a message could not be delivered", ja: "送れなかった通知があります" }
        }
        _ => return line(trouble, 60),
    };
    pen.fixed(known).to_owned()
}
