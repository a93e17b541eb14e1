//! Rule `comment-sentinels`: code between two comments that carry the same random mark.

use super::support::{Hosts, NewScript, Standing, address, new_scripts};
use super::{Detector, Findings, Found};
use crate::model::{ActiveItem, Case, Confidence, NodeKind, Page, Rule, ScriptSign, Severity, StaticWords, Words};

/// # What it finds
///
/// A new script or frame between two comments of the same six to thirty-two hexadecimal or mixed digits and letters
/// (`<!--0c0896--> … <!--/0c0896-->`, `/*km0ae9gr6m*/ … /*/km0ae9gr6m*/`) that reaches an unknown host or is encoded. A script
/// that is seen for the first time and hides nothing is asked about.
///
/// # Why it matters
///
/// The marks let the attacker's tool find and renew its code in thousands of files. The wave of 2013 in Japan looked like
/// this in pages, scripts and templates alike.
///
/// # Example
///
/// ```html
/// <!--0c0896--><iframe src="http://192.0.2.7/in"></iframe><!--/0c0896-->
/// ```
///
/// # Known false alarms
///
/// Build tools and frameworks leave comments too (`<!--[-->`, `<!--$-->`, version banners); they carry no such mark on both
/// sides, or enclose neither an unknown host nor encoded text. A build's hash at both ends of a script that loads a widget is
/// asked about where nothing is approved yet.
///
/// # References
///
/// The "0day iframe" wave (JPCERT/CC quarterly reports, 2013); Angler gates (2016).
pub(super) struct CommentSentinels;

static RULE: Rule = Rule {
    id: "comment-sentinels",
    title: StaticWords { en: "Code between marked comments", ja: "目印コメントで囲まれたコード" },
    why: StaticWords {
        en: "Code stands between two comments that carry the same random mark. Attack tools mark their code this way, to find it again and replace it.",
        ja: "同じ無作為な目印のコメントに挟まれたコードがあります。攻撃ツールが自分のコードを見つけて差し替えるための目印です。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this script. If nobody did, keep a copy of the page and its script files, take them offline, and change FTP and CMS passwords from a clean computer.",
        ja: "このスクリプトを追加したか保守担当者に確認してください。心当たりがなければ、ページとスクリプトファイルの写しを残して公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for CommentSentinels {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let scripts = new_scripts(case);
        out.extend(scripts.iter().filter_map(|script| marked_script(script, &hosts, case)));
        let marked = marked_nodes(case.now.page);
        if marked.is_empty() {
            return;
        }
        for (item, _) in case.new_items() {
            let within = marked.iter().find(|(from, to, _)| (*from..*to).contains(&item.node.index()));
            if let Some((.., mark)) = within.filter(|_| reaches(item, &scripts, &hosts)) {
                out.add(found(case, mark, true).on(item));
            }
        }
    }
}

/// A script of which two comments carry one mark.
fn marked_script(script: &NewScript, hosts: &Hosts, case: &Case) -> Option<Found> {
    let mark = marks(&script.item.value)?;
    let (encoded, foreign) = (is_encoded(script), script.foreign(hosts));
    if !encoded && foreign.is_empty() {
        return None;
    }
    let sure = encoded || case.approved.is_some();
    let found = found(case, mark, sure).on(script.item).evidence(&script.item.value);
    Some(match foreign.first() {
        Some((action, _)) => found.decoded(&action.target),
        None => found,
    })
}

fn is_encoded(script: &NewScript) -> bool {
    script.report.signs.iter().any(|(sign, _)| *sign != ScriptSign::LooksThenActs)
}

/// The mark that two comments of a script carry.
fn marks(code: &str) -> Option<&str> {
    let mut seen: Vec<&str> = Vec::new();
    for part in code.split("/*").skip(1).take(500) {
        let Some(mark) = part.split("*/").next().and_then(mark) else { continue };
        if seen.contains(&mark) {
            return Some(mark);
        }
        seen.push(mark);
    }
    None
}

/// A mark: digits and letters mixed, of no word and no version.
fn mark(comment: &str) -> Option<&str> {
    let text = comment.trim();
    let text = text.strip_prefix(['/', '#']).unwrap_or(text).trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    ((6..=32).contains(&text.len()) && plain && digits >= 2 && digits < text.len()).then_some(text)
}

/// The ranges of nodes between comments that carry one mark.
fn marked_nodes(page: &Page) -> Vec<(usize, usize, String)> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut found = Vec::new();
    for (at, node) in page.nodes.iter().enumerate() {
        let NodeKind::Comment(text) = &node.kind else { continue };
        let Some(mark) = mark(text) else { continue };
        match open.iter().position(|(_, known)| *known == mark) {
            Some(place) => {
                let (from, mark) = open.swap_remove(place);
                found.push((from, at, mark.to_owned()));
            }
            None if open.len() < 64 => open.push((at, mark)),
            None => {}
        }
    }
    found
}

/// Whether an item acts from an unknown host, or holds a script with signs of encoding or such a host.
fn reaches(item: &ActiveItem, scripts: &[NewScript], hosts: &Hosts) -> bool {
    let unknown = |url| matches!(hosts.standing_of(item, &url), Standing::Unknown | Standing::Imitation(_));
    let inside = |script: &&NewScript| script.item.node == item.node;
    let acts = |script: &NewScript| is_encoded(script) || !script.foreign(hosts).is_empty();
    (item.host.is_some() && address(item).is_some_and(unknown)) || scripts.iter().filter(inside).any(acts)
}

fn found(case: &Case, mark: &str, sure: bool) -> Found {
    let (severity, confidence) = match (sure, case.approved.is_some()) {
        (false, _) => (Severity::Medium, Confidence::Tentative),
        (true, true) => (Severity::Critical, Confidence::Firm),
        (true, false) => (Severity::High, Confidence::Firm),
    };
    let words = Words::new(
        format!("code stands between two comments with the mark {mark}"),
        format!("目印「{mark}」のコメントに挟まれたコードがあります"),
    );
    Found::new(severity, confidence, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_on_both_sides() {
        assert_eq!(marks("/*km0ae9gr6m*/ x() /*/km0ae9gr6m*/"), Some("km0ae9gr6m"));
        assert_eq!(marks("/*0c0896f1*/x()/*0c0896f1*/"), Some("0c0896f1"));
        for code in
            ["/* jquery */ x() /* jquery */", "/*! v1.2.3 */ x()", "/*12*/ x() /*12*/", "/*20240101*/x()/*20240101*/"]
        {
            assert_eq!(marks(code), None, "{code}");
        }
    }
}
