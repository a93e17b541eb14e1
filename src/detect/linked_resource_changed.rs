//! Rule `linked-resource-changed`: what a page loads has another content than was approved.

use super::support::service;
use super::{Detector, Findings, Found};
use crate::model::{
    Case, Confidence, Content, Plane, Resource, ResourceKind, Rule, Severity, StaticWords, UnseenReason, Words,
};

/// # What it finds
///
/// A script file, stylesheet or landmark picture (favicon, logo, first large picture) that the page loads under the same
/// address as before, with another content; one that is loaded for the first time; and one that could not be looked at for a
/// quarter of an hour and three times in a row, so that nobody knows what visitors get. What the new content does is told by
/// the other rules, with its address as the place.
///
/// # Why it matters
///
/// The page can stay the same to the last byte while a file that it loads is replaced. A script file acts on every visitor; a
/// replaced picture is enough for a defacement.
///
/// # Example
///
/// ```html
/// <script src="/js/menu.js"></script>   <!-- the page is unchanged, menu.js is not -->
/// ```
///
/// # Known false alarms
///
/// Releases of the site's own software and of libraries: told as medium, for a person to approve. A stylesheet of the page's
/// own site is ordinary content. Programs of well-known services that change by nature (tag managers, analytics) are not told
/// here at all; neither is what a frame shows, which is compared as a page of its own.
///
/// # References
///
/// MITRE ATT&CK T1195.002, compromise of the software supply chain; polyfill.io (2024).
pub(super) struct LinkedResourceChanged;

static RULE: Rule = Rule {
    id: "linked-resource-changed",
    title: StaticWords {
        en: "Change of a file that the page loads", ja: "ページが読み込むファイルの変更"
    },
    why: StaticWords {
        en: "A file that the page loads is not the approved one. Script files act on every visitor, even though the page itself has not changed.",
        ja: "ページが読み込むファイルが、承認済みのものと異なります。ページ自体が変わらなくても、スクリプトファイルはすべての閲覧者に作用します。",
    },
    first_step: StaticWords {
        en: "Ask whoever maintains the site whether they released a new version of this file. If so, approve it; if nobody did, treat it as an intrusion and keep a copy of the file.",
        ja: "このファイルを更新したか、サイトの保守担当者や委託先に確認してください。更新していれば承認し、心当たりがなければ侵入として扱い、ファイルの写しを残してください。",
    },
};

impl Detector for LinkedResourceChanged {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let Some(compared) = case.approved else { return };
        for change in &compared.difference.resources {
            let Some(new) = case.now.resources.get(change.new) else { continue };
            let old = change.old.and_then(|index| compared.version.resources.get(index));
            // What a frame shows is compared as a page of its own.
            if new.kind == ResourceKind::Frame && new.bytes().is_some() {
                continue;
            }
            out.add(describe(new, old).plane(change.plane).evidence(new.url.as_str()));
        }
    }
}

/// A file with a content that nobody has approved and that was not examined. Of what changes by nature that is said, and
/// nobody is asked: its next content will be another one.
pub(super) fn not_examined(resource: &Resource) -> Found {
    let words = Words::new(
        "a file that the page loads could not be examined: it is too large beside the others, or changes with every fetch",
        "ページが読み込むファイルを検査できませんでした(他と合わせて大きすぎるか、取得のたびに内容が変わります)",
    );
    let severity = if resource.volatile { Severity::Info } else { Severity::Medium };
    Found::new(severity, Confidence::Firm, words).plane(Plane::Active).evidence(resource.url.as_str())
}

fn describe(new: &Resource, old: Option<&Resource>) -> Found {
    match (&new.content, old.map(|old| &old.content)) {
        (Content::Seen { .. }, Some(Content::Seen { .. })) => changed(new),
        (Content::Seen { .. }, _) => first(new),
        (Content::Absent { .. }, _) => gone(new),
        (Content::Unseen { reason }, _) => unseen(new, *reason),
    }
}

/// What a person calls it.
fn noun(resource: &Resource) -> (String, String) {
    let (en, ja) = match resource.kind {
        ResourceKind::Script => ("a script file", "スクリプトファイル"),
        ResourceKind::Style => ("a stylesheet", "スタイルシート"),
        ResourceKind::Frame => ("the document of a frame", "フレーム内の文書"),
        ResourceKind::Picture => ("a landmark picture", "目印となる画像"),
    };
    let host = resource.url.host_str().unwrap_or_default();
    match service(host, resource.url.path()) {
        _ if resource.own => (en.to_owned(), ja.to_owned()),
        Some(service) => (format!("{en} of {}", service.name), format!("{}の{ja}", service.name)),
        None => (format!("{en} of another site"), format!("別サイトの{ja}")),
    }
}

fn severity(resource: &Resource) -> Severity {
    match resource.kind {
        ResourceKind::Script | ResourceKind::Picture => Severity::Medium,
        ResourceKind::Style | ResourceKind::Frame => Severity::Low,
    }
}

fn changed(resource: &Resource) -> Found {
    let (en, ja) = noun(resource);
    let words =
        Words::new(format!("{en} has another content than was approved"), format!("{ja}の内容が承認時と異なります"));
    Found::new(severity(resource), Confidence::Firm, words)
}

fn first(resource: &Resource) -> Found {
    let (en, ja) = noun(resource);
    let words = Words::new(
        format!("{en} is loaded whose content nobody has approved"),
        format!("内容が未承認の{ja}が読み込まれます"),
    );
    Found::new(severity(resource).min(newest(resource)), Confidence::Firm, words)
}

/// A new picture is news; what acts is for a person.
fn newest(resource: &Resource) -> Severity {
    if resource.kind == ResourceKind::Picture { Severity::Low } else { Severity::Medium }
}

fn gone(resource: &Resource) -> Found {
    let (en, ja) = noun(resource);
    let words =
        Words::new(format!("{en} that the page loads is not there"), format!("ページが読み込む{ja}が存在しません"));
    Found::new(Severity::Low, Confidence::Firm, words)
}

fn unseen(resource: &Resource, reason: UnseenReason) -> Found {
    let ((en, ja), why) = (noun(resource), reason.words());
    let words = Words::new(
        format!("{en} cannot be looked at ({}): nobody knows what visitors get", why.en),
        format!("{ja}を確認できません({})。閲覧者に何が届いているか分かりません", why.ja),
    );
    // Pictures and the page's own styles show nothing that acts.
    let acts = resource.acts() || resource.kind == ResourceKind::Frame;
    Found::new(if acts { Severity::Medium } else { Severity::Low }, Confidence::Firm, words)
}
