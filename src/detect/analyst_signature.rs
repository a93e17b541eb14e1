//! Rule `analyst-signature`: a signature of the analysts' own fits the page.

use super::{Detector, Findings, Found};
use crate::model::{
    Case, Confidence, Digest, NodeId, Page, Plane, Rule, Severity, SignatureHit, SignaturePlace, SignatureTrouble,
    StaticWords, Words,
};
use std::collections::{BTreeSet, HashMap};

/// # What it finds
///
/// Whatever the analysts' own signatures (YARA rules in the folder `check.signatures`) fit: in the page's bytes as they came,
/// in the scripts, styles and frames that it loads, and in what its scripts decode and write. How bad it is says
/// `meta.severity` of the signature (`critical`, `high`, `medium`, `low`, `info`); without one it is high, which is an alarm.
/// What the approved page holds as well (the same signature, fitting the same pieces of text) is a review when the signature's
/// file was changed after the approval, since nobody could know of it then, and is only noted when it was approved later.
/// Signatures that run out of time, or fail, are told as a review.
///
/// # Why it matters
///
/// Analysts know of an attack before any program does, and write it down in the field's own language.
///
/// # Example
///
/// ```yara
/// rule kit_of_the_week {
///   meta:
///     description = "loader of the campaign of this week"
///     severity = "critical"
///   strings:
///     $loader = /window\._kit_[0-9a-f]{8}\s*=/
///   condition:
///     $loader
/// }
/// ```
///
/// # Known false alarms
///
/// Those of the signature. `hinomi backtest` and `hinomi scan` try a new one out. A page that it rightly holds is approved
/// once more, and then the signature is quiet there as long as it fits nothing else.
///
/// # References
///
/// YARA (VirusTotal); YARA-X.
pub(super) struct AnalystSignature;

static RULE: Rule = Rule {
    id: "analyst-signature",
    title: StaticWords { en: "An analyst's signature fits", ja: "分析担当者のシグネチャに一致" },
    why: StaticWords {
        en: "The page, or something it loads, holds what the operators' analysts have described as a sign of attack.",
        ja: "運用側の分析担当者が攻撃の特徴として登録した内容が、このページまたは読み込まれるファイルに含まれています。",
    },
    first_step: StaticWords {
        en: "Keep a copy of the page and its script files, take out the part that is shown, and ask the operators what the signature stands for.",
        ja: "ページとスクリプトファイルの写しを残し、示された部分を取り除いて、シグネチャの意味を運用者に確認してください。",
    },
};

/// Longest name or description that is shown, in characters.
const LONGEST: usize = 160;

impl Detector for AnalystSignature {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let known = Known::of(case);
        let mut told: Vec<&SignatureHit> = Vec::new();
        // Of one signature the place that weighs most is told, the first of those that weigh the same.
        let mut hits: Vec<_> =
            case.now.signed.hits.iter().map(|(place, hit)| (known.standing(hit), place, hit)).collect();
        hits.sort_by_key(|(standing, ..)| *standing);
        for (standing, place, hit) in hits {
            if !told.iter().any(|other| other.name == hit.name && other.since == hit.since) {
                told.push(hit);
                out.add(found(case.now.page, standing, place, hit));
            }
        }
        out.extend(case.now.signed.trouble.map(trouble));
    }
}

/// How a hit stands to the approved page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// The approved page does not hold it.
    New,
    /// It does, but the signature is younger than the approval.
    Younger,
    /// It does, and the person who approved it could know of the signature.
    Agreed,
}

/// What signatures fit in the approved page: by name, each with the pieces, and whether the approval knew of them.
struct Known<'a>(HashMap<&'a str, (BTreeSet<Digest>, bool)>);

impl<'a> Known<'a> {
    fn of(case: &Case<'a>) -> Self {
        let mut known: HashMap<&str, (BTreeSet<Digest>, bool)> = HashMap::new();
        let Some(approved) = case.approved.map(|compared| compared.version) else { return Self(known) };
        for (_, hit) in &approved.signed.hits {
            let agreed = approved.approved_at.is_none_or(|at| hit.since <= at);
            let entry = known.entry(&hit.name).or_insert_with(|| (BTreeSet::new(), true));
            entry.0.extend(&hit.pieces);
            entry.1 &= agreed;
        }
        Self(known)
    }

    fn standing(&self, hit: &SignatureHit) -> Standing {
        match self.0.get(hit.name.as_str()) {
            Some((pieces, agreed)) if hit.pieces.is_subset(pieces) => {
                if *agreed {
                    Standing::Agreed
                } else {
                    Standing::Younger
                }
            }
            _ => Standing::New,
        }
    }
}

fn found(page: &Page, standing: Standing, place: &SignaturePlace, hit: &SignatureHit) -> Found {
    let severity = match standing {
        Standing::New => hit.severity,
        Standing::Younger => hit.severity.min(Severity::Medium),
        Standing::Agreed => Severity::Info,
    };
    let found = Found::new(severity, Confidence::Firm, words(standing, hit));
    let excerpt = if hit.excerpt.trim().is_empty() { &hit.name } else { &hit.excerpt };
    match *place {
        SignaturePlace::Body(line) => {
            let near = line.map_or(NodeId::ROOT, |line| at_line(page, line));
            found.near(near, line).evidence(excerpt)
        }
        SignaturePlace::Decoded(node) => {
            node.map_or(found.clone(), |node| found.near(node, None)).evidence(excerpt).decoded(excerpt)
        }
    }
}

/// The last node that begins on a line or before it.
fn at_line(page: &Page, line: u32) -> NodeId {
    let begun = page.nodes.iter().rposition(|node| node.line > 0 && node.line <= line);
    NodeId(begun.and_then(|at| u32::try_from(at).ok()).unwrap_or_default())
}

fn words(standing: Standing, hit: &SignatureHit) -> Words {
    let (name, description) = (shown(&hit.name), shown(&hit.description));
    let (so_en, so_ja) = match description.is_empty() {
        true => (String::new(), String::new()),
        false => (format!(": {description}"), format!(":{description}")),
    };
    let (known_en, known_ja) = match standing {
        Standing::New => ("", ""),
        Standing::Younger => (
            " (in the approved page too; the signature is younger)",
            "(承認済みの内容にも一致します。シグネチャは承認後のものです)",
        ),
        Standing::Agreed => (" (approved like that)", "(承認済みの内容です)"),
    };
    Words::new(
        format!("the signature '{name}' fits{so_en}{known_en}"),
        format!("シグネチャ「{name}」に一致しました{so_ja}{known_ja}"),
    )
}

/// A name or description on one line.
fn shown(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = plain.take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown.trim().to_owned()
}

fn trouble(trouble: SignatureTrouble) -> Found {
    let words = match trouble {
        SignatureTrouble::Time => Words::new(
            "the analysts' signatures ran out of time here; what they look for may be there",
            "分析担当者のシグネチャによる検査が時間内に終わりませんでした。見落としの可能性があります",
        ),
        SignatureTrouble::Much => Words::new(
            "its scripts decode more texts than the analysts' signatures are applied to",
            "スクリプトが復号する文字列が多く、一部にシグネチャを適用できませんでした",
        ),
        SignatureTrouble::Failed => Words::new(
            "the analysts' signatures failed here; what they look for may be there",
            "分析担当者のシグネチャによる検査が異常終了しました。見落としの可能性があります",
        ),
    };
    Found::new(Severity::Medium, Confidence::Certain, words).plane(Plane::Active).evidence(RULE.id)
}
