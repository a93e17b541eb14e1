//! Rule `unapproved-active-change`: the floor under all rules of the active plane.

use super::support::{OddPlaces, Service, acts_alone, address, service};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, Position, Rule, Severity, StaticWords, Words};
use url::Url;

/// # What it finds
///
/// Every change on the active plane that is not in the approved states and that no other rule describes: a script,
/// frame, form, handler, stylesheet or policy that is new or was replaced, and a policy that is gone. Code that was
/// added to the end or the beginning of an otherwise unchanged script is said so.
///
/// # Why it matters
///
/// What can act on a visitor is strict: no mask, no learned habit and no tolerance hides a change there. This rule
/// makes sure that each of them reaches a person.
///
/// # Example
///
/// ```html
/// <script src="/js/menu.js"></script>
/// <script src="/js/extra.js"></script>   <!-- new -->
/// ```
///
/// # Known false alarms
///
/// Releases of the site's own software: a new version of the same file on the same host is told as low. A new file on
/// a host that was approved before is told as medium, since nothing but its newness speaks against it.
///
/// # References
///
/// JPCERT/CC, incident reports on altered websites 2013: most injections were new scripts and frames in pages that
/// were otherwise unchanged.
pub(super) struct UnapprovedActiveChange;

static RULE: Rule = Rule {
    id: "unapproved-active-change",
    title: StaticWords { en: "Unapproved change of something that acts", ja: "未承認の動作要素の変更" },
    why: StaticWords {
        en: "Scripts, frames, forms and the like can attack visitors. Nobody has approved this one yet.",
        ja: "スクリプト、フレーム、フォームなどは閲覧者を攻撃し得ます。この変更はまだ誰にも承認されていません。",
    },
    first_step: StaticWords {
        en: "Ask whoever maintains the site whether they made this change. If so, approve it; if nobody did, treat it as an intrusion.",
        ja: "サイトの保守担当者や委託先に、この変更を行ったか確認してください。行っていれば承認し、心当たりがなければ侵入として扱ってください。",
    },
};

impl Detector for UnapprovedActiveChange {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let Some(compared) = case.approved else { return };
        let odd = OddPlaces::of(case);
        for (item, old) in case.new_items() {
            let found = describe(item, old, &odd);
            if !out.describes(item, &found) {
                out.add(found);
            }
        }
        for change in compared.difference.active.iter().filter(|change| change.new.is_none()) {
            let gone = change.old.and_then(|old| compared.version.page.active.get(old));
            if let Some(found) = gone.filter(|gone| !out.describes_gone(gone)).and_then(vanished) {
                out.add(found);
            }
        }
    }
}

fn describe(item: &ActiveItem, old: Option<&ActiveItem>, odd: &OddPlaces) -> Found {
    let (en, ja) = noun(item.kind);
    let found = |severity, confidence, words| Found::new(severity, confidence, words).on(item);
    if let Some(old) = old {
        return match Replacement::of(item, old) {
            Replacement::Version => found(
                Severity::Low,
                Confidence::Firm,
                Words::new(format!("{en} has a new version"), format!("{ja}が新しい版に変わりました")),
            ),
            Replacement::Extended => found(
                Severity::High,
                Confidence::Tentative,
                Words::new(
                    format!("code was added before or after {en} that is otherwise unchanged"),
                    format!("変更のない{ja}の前後にコードが追加されました"),
                ),
            ),
            Replacement::Other => found(
                Severity::Medium,
                Confidence::Firm,
                Words::new(format!("{en} was changed without approval"), format!("{ja}が承認なしに変わりました")),
            ),
        };
    }
    let (severity, confidence) = newness(item, odd);
    let (place, place_ja) =
        odd.name(item.position).map_or_else(Default::default, |(en, ja)| (format!(", {en},"), format!("{ja}に")));
    let words =
        Words::new(format!("{en} is new{place} and not approved"), format!("未承認の{ja}が{place_ja}追加されました"));
    found(severity, confidence, words)
}

/// How bad a new thing is by its kind and place alone.
fn newness(item: &ActiveItem, odd: &OddPlaces) -> (Severity, Confidence) {
    let odd = odd.name(item.position).is_some() && acts_alone(item.kind);
    match item.kind {
        ActiveKind::Preload => (Severity::Low, Confidence::Firm),
        _ if odd && (item.position == Position::AfterBody || is_library(item)) => {
            (Severity::High, Confidence::Tentative)
        }
        _ if odd => (Severity::High, Confidence::Firm),
        _ => (Severity::Medium, Confidence::Firm),
    }
}

/// Whether it is a file of a service that serves nothing but libraries: careless templates put those anywhere.
fn is_library(item: &ActiveItem) -> bool {
    let url = address(item).filter(|_| item.kind == ActiveKind::LinkedScript && item.foreign);
    let service = url.as_ref().and_then(|url| service(url.host_str()?, url.path()));
    service.is_some_and(Service::is_library)
}

/// How a replaced thing relates to what it replaces.
enum Replacement {
    /// The same file on the same host with another version or query.
    Version,
    /// The old code is still there, with code before or after it.
    Extended,
    /// Anything else.
    Other,
}

impl Replacement {
    fn of(item: &ActiveItem, old: &ActiveItem) -> Self {
        let is_code = matches!(item.kind, ActiveKind::InlineScript | ActiveKind::EventHandler);
        let (new_code, old_code) = (item.value.trim(), old.value.trim());
        if is_code && !old_code.is_empty() && new_code != old_code {
            let extended = new_code.starts_with(old_code) || new_code.ends_with(old_code);
            return if extended { Self::Extended } else { Self::Other };
        }
        let is_file = matches!(item.kind, ActiveKind::LinkedScript | ActiveKind::Stylesheet | ActiveKind::Preload);
        let same_file = is_file
            && item.host == old.host
            && address(item)
                .and_then(|url| stem(&url))
                .is_some_and(|s| Some(s) == address(old).and_then(|url| stem(&url)));
        if same_file && item.position == old.position { Self::Version } else { Self::Other }
    }
}

/// The path of a URL without what names a version: digits, hashes and the query.
fn stem(url: &Url) -> Option<String> {
    let words = url.path().split('/').map(|segment| {
        let words = segment.split(['.', '-', '_']).filter(|word| !is_version(word));
        words.collect::<Vec<_>>().join(".")
    });
    let stem = words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("/");
    (!stem.is_empty()).then_some(stem)
}

/// Whether a part of a file name is a version number or a content hash.
fn is_version(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let number = word.strip_prefix('v').unwrap_or(word);
    let all_digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let hash = word.len() >= 8 && digits > 0 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    all_digits || hash
}

/// What is gone and was a protection while it was there.
fn vanished(old: &ActiveItem) -> Option<Found> {
    let (en, ja) = noun(old.kind);
    let severity = match old.kind {
        ActiveKind::MetaPolicy => Severity::Medium,
        ActiveKind::ImportMap => Severity::Low,
        _ => return None,
    };
    let words = Words::new(format!("{en} that was approved is gone"), format!("承認済みの{ja}がなくなりました"));
    Some(Found::new(severity, Confidence::Firm, words).gone(old))
}

/// What a person calls a thing that acts.
fn noun(kind: ActiveKind) -> (&'static str, &'static str) {
    match kind {
        ActiveKind::InlineScript => ("a script in the page", "ページ内スクリプト"),
        ActiveKind::LinkedScript => ("a linked script", "外部ファイルのスクリプト"),
        ActiveKind::Frame => ("a frame", "フレーム"),
        ActiveKind::Object => ("an embedded object", "埋め込みオブジェクト"),
        ActiveKind::Form => ("a form", "フォーム"),
        ActiveKind::Base => ("a base address", "基準URL(base)"),
        ActiveKind::MetaRefresh => ("an automatic redirect", "自動転送"),
        ActiveKind::MetaPolicy => ("a page policy", "ページのポリシー指定"),
        ActiveKind::EventHandler => ("an event handler", "イベント処理"),
        ActiveKind::ScriptUrl => ("a script in a URL", "URL内のスクリプト"),
        ActiveKind::Stylesheet => ("a stylesheet", "スタイルシート"),
        ActiveKind::ServiceWorker => ("a service worker", "サービスワーカー"),
        ActiveKind::ImportMap => ("an import map", "インポートマップ"),
        ActiveKind::Preload => ("a preload or preconnect", "先読み・事前接続の指定"),
        ActiveKind::Hidden => ("a hidden element", "隠し要素"),
        ActiveKind::Cover => ("something that lies over the page", "ページ全体を覆う要素"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stem_of_a_file_survives_its_version() {
        let stem = |path: &str| stem(&format!("https://www.city.example{path}").parse().expect("URL"));
        assert_eq!(stem("/js/app-1.2.3.min.js"), stem("/js/app-1.3.0.min.js?v=2"));
        assert_eq!(stem("/js/app.9f8e7d6c.js"), stem("/js/app.0a1b2c3d.js"));
        assert_eq!(stem("/lib/jquery/3.6.0/jquery.js"), stem("/lib/jquery/3.7.1/jquery.js"));
        assert_ne!(stem("/js/app.js"), stem("/js/app.php"));
        assert_ne!(stem("/js/app.js"), stem("/js/other.js"));
        assert_eq!(stem("/1/2.3"), None);
    }
}
