//! Rule `import-map-changed`: the map of the page's modules is new or changed.

use super::support::{Hosts, Standing};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, ActiveKind, Case, Confidence, Rule, Severity, StaticWords, Words};

/// # What it finds
///
/// A new or changed import map. One that leads a name to an unknown host or to a `data:` address is told as worse than one
/// that stays within the site and well-known services.
///
/// # Why it matters
///
/// An import map re-roots modules by name: the page's own scripts stay as they are and load something else.
///
/// # Example
///
/// ```html
/// <script type="importmap">{"imports": {"app": "https://cdn.evil.example/app.js"}}</script>
/// ```
///
/// # Known false alarms
///
/// New releases change the names of files in the map: told once, as medium, until the release is approved.
///
/// # References
///
/// HTML Standard, import maps.
pub(super) struct ImportMapChanged;

static RULE: Rule = Rule {
    id: "import-map-changed",
    title: StaticWords { en: "Import map changed", ja: "インポートマップの変更" },
    why: StaticWords {
        en: "The list that says where the page's own program modules come from was changed. Whoever changes it can put another program under a known name.",
        ja: "ページのプログラム部品の取得先を定める一覧が変わりました。既知の名前のまま、別のプログラムにすり替えられるおそれがあります。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this script. If nobody did, keep a copy of the page and its script files, take them offline, and change FTP and CMS passwords from a clean computer.",
        ja: "このスクリプトを追加したか保守担当者に確認してください。心当たりがなければ、ページとスクリプトファイルの写しを残して公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for ImportMapChanged {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let maps = case.new_items().filter(|(item, _)| item.kind == ActiveKind::ImportMap);
        out.extend(maps.filter_map(|(item, _)| judge(item, &hosts, case)));
    }
}

/// Most texts of a map that are looked at.
const MAX_NAMED: usize = 256;

fn judge(item: &ActiveItem, hosts: &Hosts, case: &Case) -> Option<Found> {
    let named: Vec<&str> = item.value.split('"').take(MAX_NAMED).collect();
    let strange = named.iter().find(|text| {
        let unknown = |url| matches!(hosts.standing(&url), Standing::Unknown | Standing::Imitation(_));
        text.starts_with("data:") || (text.contains("//") && hosts.resolve(text).is_some_and(unknown))
    });
    let (severity, confidence) = match (strange.is_some(), case.approved.is_some()) {
        (true, true) => (Severity::High, Confidence::Firm),
        (true, false) => (Severity::Low, Confidence::Tentative),
        (false, true) => (Severity::Medium, Confidence::Firm),
        (false, false) => return None,
    };
    let words = match strange {
        Some(address) => Words::new(
            format!("the import map leads modules to {address}"),
            format!("インポートマップが部品の取得先を {address} に向けています"),
        ),
        None => Words::new("the import map was changed", "インポートマップが変わりました"),
    };
    Some(Found::new(severity, confidence, words).on(item))
}
