//! Rule `page-cut`: what could not be read or compared to its end, and charset declarations that disagree.

use super::{Detector, Findings, Found};
use crate::model::{
    Bounded, Case, Confidence, Cut, Plane, Rule, ScriptReport, Severity, StaticWords, Words, cut_reason,
};
use std::collections::HashSet;

/// # What it finds
///
/// A page that was not read to its end, a comparison that fell back to something coarser, a new script that was not
/// read to its end or does more than is noted, new scripts beyond those that are followed, each with the reason; and, as information, charset declarations that contradict each other.
///
/// # Why it matters
///
/// What hinomi cannot read it cannot clear. Such a page counts as changed, so that nobody hides an attack behind a
/// limit.
///
/// # Example
///
/// ```text
/// <div><div><div> … one million levels deep
/// ```
///
/// # Known false alarms
///
/// Very large lists and tables; very large program files joined into the page.
///
/// # References
///
/// docs/ARCHITECTURE.md, "Rules that do not bend".
pub(super) struct PageCut;

static RULE: Rule = Rule {
    id: "page-cut",
    title: StaticWords {
        en: "Not read or compared to the end", ja: "最後まで読み取り・比較できないページ"
    },
    why: StaticWords {
        en: "A limit was reached, so a part of the page was not examined as finely as usual. Something may hide in that part.",
        ja: "上限に達したため、ページの一部は通常どおりに検査できていません。その部分に何かが隠れている可能性があります。",
    },
    first_step: StaticWords {
        en: "Look at the page by hand. If its size is honest, approve it; if it suddenly grew, ask the maintainers why.",
        ja: "ページを目視で確認してください。本来の大きさであれば承認し、急に大きくなった場合は保守担当者に理由を確認してください。",
    },
};

impl Detector for PageCut {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        if let Some(cut) = case.now.page.cut {
            let (en, ja) = limit(cut);
            let words = Words::new(
                format!("the page was not read to its end: {en}"),
                format!("ページを最後まで読み取れませんでした({ja})"),
            );
            out.add(Found::new(Severity::Medium, Confidence::Certain, words).evidence(en));
        }
        if let Some(bounded) = case.approved.and_then(|compared| compared.difference.bounded) {
            let (en, ja) = fallback(bounded);
            let words = Words::new(
                format!("the comparison fell back to something coarser: {en}"),
                format!("比較を簡略化しました({ja})"),
            );
            out.add(Found::new(Severity::Medium, Confidence::Certain, words).evidence(en));
        }
        flood(case, out);
        scripts(case, out);
        charset(case, out);
    }
}

fn limit(cut: Cut) -> (&'static str, &'static str) {
    match cut {
        Cut::Depth => ("elements are nested deeper than the limit", "要素の入れ子が深すぎます"),
        Cut::Nodes => ("it has more elements than the limit", "要素の数が上限を超えています"),
        Cut::Attributes => ("it has more attributes than the limit", "属性の数が上限を超えています"),
        Cut::Steps => ("reading it takes more steps than the limit", "読み取りの手数が上限を超えています"),
        Cut::Bytes => ("it is larger than the limit", "サイズが上限を超えています"),
    }
}

fn fallback(bounded: Bounded) -> (&'static str, &'static str) {
    match bounded {
        Bounded::Steps => ("comparing takes more steps than the limit", "比較の手数が上限を超えました"),
        Bounded::Changes => ("there are more changes than the limit", "変更点の数が上限を超えました"),
        Bounded::Deadline => ("the time for one comparison ran out", "比較の制限時間を超えました"),
    }
}

/// Reasons that stand for more than any honest script does, each for one script.
const TELLING: [&str; 6] = ["bytes", "elements", "markup", "actions", "stalled", "encoded"];

/// The scripts that the approved page does not have.
fn fresh<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a ScriptReport> {
    let approved = case.approved.map(|compared| compared.version.scripts).unwrap_or_default();
    let known: HashSet<_> = approved.iter().map(|report| report.digest).collect();
    case.now.scripts.iter().filter(move |report| !known.contains(&report.digest))
}

/// More scripts than are followed: something may hide among them.
fn flood(case: &Case, out: &mut Findings) {
    let mut lost = fresh(case).filter(|report| report.cut.as_deref() == Some("page")).peekable();
    let Some(first) = lost.peek().and_then(|report| report.node) else { return };
    let count = lost.count();
    let words = Words::new(
        format!("the page has more scripts than are followed; {count} new ones were read by their words only"),
        format!("スクリプトが多すぎるため、新しい{count}件は処理内容まで追跡できませんでした"),
    );
    out.add(Found::new(Severity::Medium, Confidence::Certain, words).at(first));
}

/// Scripts that were not read to their end and that the approved page does not have.
fn scripts(case: &Case, out: &mut Findings) {
    for report in fresh(case).filter(|report| report.cut.as_deref() != Some("page")) {
        let Some(reason) = &report.cut else { continue };
        // Following what it would do ends early in many a large program, whose tokens were all read. Not so one that makes
        // or does more than any honest one does.
        let telling = TELLING.contains(&reason.as_str());
        if !telling && report.signs.is_empty() {
            continue;
        }
        let why = cut_reason(reason);
        let words = Words::new(
            format!("a script was not read to its end: {}", why.en),
            format!("スクリプトを最後まで読み取れませんでした({})", why.ja),
        );
        let severity =
            if ["actions", "stalled", "encoded"].contains(&reason.as_str()) { Severity::Medium } else { Severity::Low };
        let found = Found::new(severity, Confidence::Certain, words);
        out.add(match report.node {
            Some(node) => found.at(node),
            None => found,
        });
    }
}

fn charset(case: &Case, out: &mut Findings) {
    let facts = &case.now.page.charset;
    if !facts.disagrees() {
        return;
    }
    let declared = [("BOM", &facts.bom), ("header", &facts.header), ("meta", &facts.meta)];
    let declared = declared.iter().filter_map(|(place, name)| Some(format!("{place}: {}", name.as_ref()?)));
    let words = Words::new(
        format!("the charset declarations disagree; the page was read as {}", facts.used),
        format!("文字コードの宣言が食い違っています({} として読み取りました)", facts.used),
    );
    let found = Found::new(Severity::Info, Confidence::Certain, words).plane(Plane::Content);
    out.add(found.evidence(declared.collect::<Vec<_>>().join(", ")));
}
