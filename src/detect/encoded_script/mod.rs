//! Rule `encoded-script`: a script hides its text in an encoding that has no honest purpose.

mod mail;

use super::support::{Hosts, OddPlaces, Scripts, Standing};
use super::{Detector, Findings, Found};
use crate::model::{
    Action, ActiveItem, ActiveKind, Case, Confidence, Rule, ScriptReport, ScriptSign, Severity, Sink, StaticWords,
    Words, site,
};
use std::collections::HashSet;

/// # What it finds
///
/// Scripts that encode letters which need no encoding: percent signs, `\x` escapes, character codes, digits with
/// another delimiter (Gumblar), text stuffed with symbols that are stripped again (the "GNU GPL" scripts on port 8080),
/// keywords in pieces, code without letters, code kept as base64 or hexadecimal digits, shifted alphabets, and new
/// packed scripts. What comes out when the text is decoded is shown; nothing is run. When the decoded text loads
/// something from an unknown host, it is certain.
///
/// # Why it matters
///
/// Minifying makes a script shorter; these encodings make it longer. The only reason is to keep people and scanners
/// from reading it. Gumblar and its kin changed their text on every page, but not this.
///
/// # Example
///
/// ```js
/// (function(){var s=":3c:73:63:72:69:70:74 …";eval(unescape(s.replace(/:/g,"%")))})();
/// ```
///
/// # Known false alarms
///
/// Licence nags of some commercial scripts and a few bot managers. Classic Google Analytics, mail addresses hidden from
/// robots, and what the approved page already holds stay quiet; a packed script is told when it is new.
///
/// # References
///
/// Gumblar/JSRedir-R (2009), "8080" (2009–2010), pseudo-Darkleech (2015–2017); thresholds measured on 1,707 honest
/// scripts.
pub(super) struct EncodedScript;

static RULE: Rule = Rule {
    id: "encoded-script",
    title: StaticWords { en: "Script in disguise", ja: "難読化されたスクリプト" },
    why: StaticWords {
        en: "A script on the page hides what it does. Injected scripts that infect visitors look like this; ordinary ones have no reason to.",
        ja: "ページ内のスクリプトが処理内容を隠しています。閲覧者を感染させる不正スクリプトの典型的な形で、通常のスクリプトにその必要はありません。",
    },
    first_step: StaticWords {
        en: "Keep a copy of the page and its script files with their dates. If nobody put the script there on purpose, take the page offline, and change FTP and CMS passwords from a clean computer.",
        ja: "ページとスクリプトファイルを更新日時ごと保存してください。意図して置いたものでなければ公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for EncodedScript {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        let known = Known::of(case);
        let scripts = Scripts::of(&case.now);
        let mut told = HashSet::new();
        for item in case.now.page.active.iter().filter(|item| holds_code(item.kind)) {
            if told.insert(item.node) {
                let reports = scripts.on(item.node).iter().filter(|report| !known.report(report));
                out.extend(reports.filter_map(|report| judge(report, item, &hosts, case)));
            }
        }
    }
}

fn holds_code(kind: ActiveKind) -> bool {
    matches!(kind, ActiveKind::InlineScript | ActiveKind::EventHandler | ActiveKind::ScriptUrl)
}

/// What the approved scripts hold already.
struct Known<'a> {
    scripts: HashSet<crate::model::Digest>,
    signs: HashSet<&'a (ScriptSign, String)>,
    layers: HashSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(case: &Case<'a>) -> Self {
        let reports = || case.approved.into_iter().flat_map(|compared| compared.version.scripts);
        Self {
            scripts: reports().map(|report| report.digest).collect(),
            signs: reports().flat_map(|report| &report.signs).collect(),
            layers: reports().flat_map(|report| report.layers.iter().map(|layer| layer.text.as_str())).collect(),
        }
    }

    /// The same script, or one whose signs and decoded layers were all approved in others.
    fn report(&self, report: &ScriptReport) -> bool {
        self.scripts.contains(&report.digest)
            || (!report.layers.is_empty()
                && report.signs.iter().all(|sign| self.signs.contains(sign))
                && report.layers.iter().all(|layer| self.layers.contains(layer.text.as_str())))
    }
}

/// What the decoded layers of a script would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// Nothing that acts.
    Nothing,
    /// Markup that acts, without another host.
    Markup,
    /// An unknown host.
    Host,
    /// Markup that loads from an unknown host.
    Load,
}

fn judge(report: &ScriptReport, item: &ActiveItem, hosts: &Hosts, case: &Case) -> Option<Found> {
    let (holds, layer) = decoded(report, item, hosts);
    let signs: Vec<_> = report.signs.iter().filter(|(sign, _)| *sign != ScriptSign::LooksThenActs).collect();
    let first_sight = case.approved.is_none();
    let (severity, confidence) = match signs.as_slice() {
        [] => unsigned(report, holds, first_sight)?,
        signs if is_packed(signs) => packed(report, holds, first_sight),
        _ if mail::is_mail(report) || mail::is_turned(&signs, report, &item.value) => return None,
        _ if holds < Holds::Load && only_services(report, hosts) => (Severity::Medium, Confidence::Firm),
        signs => encoded(signs, holds, report, first_sight),
    };
    let severity = match severity {
        Severity::High if !first_sight && OddPlaces::of(case).name(item.position).is_some() => Severity::Critical,
        other => other,
    };
    let piece = signs.first().map_or(item.value.as_str(), |(_, piece)| piece.as_str());
    let found = Found::new(severity, confidence, words(&signs, holds)).on(item).evidence(piece);
    Some(match layer {
        Some(layer) => found.decoded(layer),
        None => found,
    })
}

/// Needless encoding. Escaped letters alone stay a hint at first sight, unless they hide the names by which a page is
/// read or written.
fn encoded(
    signs: &[&(ScriptSign, String)],
    holds: Holds,
    report: &ScriptReport,
    first_sight: bool,
) -> (Severity, Confidence) {
    let soft = signs
        .iter()
        .all(|(sign, _)| matches!(sign, ScriptSign::EscapedLetters | ScriptSign::Packed | ScriptSign::HiddenNames));
    match holds {
        Holds::Load | Holds::Host => (Severity::Critical, Confidence::Certain),
        _ if first_sight && soft && !hides_access(report) => (Severity::High, Confidence::Tentative),
        _ => (Severity::High, Confidence::Firm),
    }
}

/// Whether the decoded layers name two and more of the ways to read or write a page, or a decoded address is asked.
fn hides_access(report: &ScriptReport) -> bool {
    const WAYS: [&str; 11] = [
        "getelement",
        "queryselector",
        "addeventlistener",
        "createelement",
        "appendchild",
        "innerhtml",
        "cookie",
        "location",
        "xmlhttprequest",
        "fromcharcode",
        "serialize",
    ];
    let layers: Vec<_> = report.layers.iter().map(|layer| layer.text.to_ascii_lowercase()).collect();
    let named = WAYS.iter().filter(|way| layers.iter().any(|layer| layer.contains(*way))).count() >= 2;
    let asked = |action: &Action| action.decoded && action.target.contains('/') && action.sink != Sink::Clipboard;
    named || report.actions.iter().any(asked)
}

fn is_packed(signs: &[&(ScriptSign, String)]) -> bool {
    signs.iter().any(|(sign, _)| *sign == ScriptSign::Packed) && signs.iter().all(|(sign, _)| goes_with_packing(*sign))
}

/// Signs that following a packed script gives by itself.
fn goes_with_packing(sign: ScriptSign) -> bool {
    use ScriptSign::{CharCodes, CodeAsData, DecodedCode, HiddenAddress, HiddenNames, Packed};
    matches!(sign, Packed | DecodedCode | HiddenNames | HiddenAddress | CharCodes | CodeAsData)
}

/// Whether every decoded address is one of a known service: some vendors disguise their own snippets.
fn only_services(report: &ScriptReport, hosts: &Hosts) -> bool {
    let mut decoded = report.actions.iter().filter(|action| action.decoded && action.target.contains("//")).peekable();
    let known = |action: &Action| {
        let url = hosts.resolve(action.target.split('…').next().unwrap_or_default());
        url.is_some_and(|url| matches!(hosts.standing(&url), Standing::Service(_) | Standing::Own | Standing::Approved))
    };
    decoded.peek().is_some() && decoded.all(known)
}

/// Nothing but a packer: common in old templates.
fn packed(report: &ScriptReport, holds: Holds, first_sight: bool) -> (Severity, Confidence) {
    let sends = report.sinks.iter().any(|sink| matches!(sink, Sink::Network | Sink::Element));
    match holds {
        Holds::Load => (Severity::Critical, Confidence::Firm),
        Holds::Host if sends && !first_sight => (Severity::High, Confidence::Firm),
        _ if first_sight => (Severity::Low, Confidence::Firm),
        _ => (Severity::Medium, Confidence::Firm),
    }
}

/// No needless encoding, but an address put together from pieces or a decoded tag that loads from an unknown host: classic analytics snippets do this too.
fn unsigned(report: &ScriptReport, holds: Holds, first_sight: bool) -> Option<(Severity, Confidence)> {
    let writes = report.sinks.iter().any(|sink| matches!(sink, Sink::Write | Sink::Eval));
    match holds {
        Holds::Load if writes && first_sight => Some((Severity::Low, Confidence::Firm)),
        Holds::Load if writes => Some((Severity::High, Confidence::Firm)),
        _ => None,
    }
}

/// The most telling decoded text, and what it holds: a layer, or an address that does not stand in the script in clear.
fn decoded<'a>(report: &'a ScriptReport, item: &ActiveItem, hosts: &Hosts) -> (Holds, Option<&'a str>) {
    let weighed = report.layers.iter().map(|layer| (holds(&layer.text, report, hosts), layer.text.as_str()));
    let best = weighed.rev().max_by_key(|(holds, _)| *holds);
    let (holds, text) = best.map_or((Holds::Nothing, None), |(holds, text)| (holds, Some(text)));
    if holds < Holds::Load
        && let Some(hidden) = hidden_reach(report, item, hosts)
    {
        let text = text.filter(|text| text.contains(hidden)).unwrap_or(hidden);
        return (Holds::Load, Some(text));
    }
    (holds, text)
}

/// The address of an unknown site from which the script loads, or to which it goes, though its own text does not name it.
fn hidden_reach<'a>(report: &'a ScriptReport, item: &ActiveItem, hosts: &Hosts) -> Option<&'a str> {
    let lower = item.value.to_ascii_lowercase();
    let hidden = |action: &&Action| {
        let known = action.target.split('…').next().unwrap_or_default();
        let rest = known.split_once("//").map(|(_, rest)| rest)?;
        let whole = known.len() == action.target.len() || rest.contains(['/', '?', '#']);
        let url = hosts.resolve(known).filter(|_| whole && rest.contains('.'))?;
        let name = site(url.host_str()?).to_owned();
        let unknown = matches!(hosts.standing(&url), Standing::Unknown | Standing::Imitation(_));
        (unknown && !lower.contains(&name)).then_some(())
    };
    let acts = |action: &&Action| !matches!(action.sink, Sink::Clipboard | Sink::Eval);
    report.actions.iter().filter(acts).find(|action| hidden(action).is_some()).map(|action| action.target.as_str())
}

fn holds(layer: &str, report: &ScriptReport, hosts: &Hosts) -> Holds {
    let unknown = |raw: &&String| {
        let standing = hosts.resolve(raw).map(|url| hosts.standing(&url));
        matches!(standing, Some(Standing::Unknown | Standing::Imitation(_)))
    };
    let foreign = report.urls.iter().filter(|url| layer.contains(url.as_str())).find(unknown);
    let lower = layer.to_ascii_lowercase();
    let markup = ["<script", "<iframe", "<object", "<embed"].iter().find_map(|tag| lower.find(tag));
    match (foreign, markup) {
        (Some(url), Some(tag)) if layer.get(tag..).is_some_and(|rest| in_tag(rest, url)) => Holds::Load,
        (Some(_), _) => Holds::Host,
        (None, Some(_)) => Holds::Markup,
        (None, None) => Holds::Nothing,
    }
}

/// Whether an address stands inside the tag at the start of a text.
fn in_tag(text: &str, url: &str) -> bool {
    let tag = text.split('>').next().unwrap_or(text);
    tag.contains(url)
}

fn words(signs: &[&(ScriptSign, String)], holds: Holds) -> Words {
    let (how, how_ja) = signs.first().map_or(("by decoding", "復号して"), |(sign, _)| way(*sign));
    match holds {
        Holds::Load | Holds::Host => Words::new(
            format!("a script hides {how} that it reaches an unknown host"),
            format!("スクリプトが{how_ja}、未知のホストへの接続を隠しています"),
        ),
        Holds::Markup => Words::new(
            format!("a script hides {how} the markup that it writes"),
            format!("スクリプトが{how_ja}、書き出す内容を隠しています"),
        ),
        Holds::Nothing => Words::new(
            format!("a script hides {how} what it does"),
            format!("スクリプトが{how_ja}、処理内容を隠しています"),
        ),
    }
}

/// How a sign hides, as a person says it.
fn way(sign: ScriptSign) -> (&'static str, &'static str) {
    use ScriptSign::*;
    match sign {
        PercentLetters => ("with needless percent codes", "不要なパーセント符号化で"),
        CharCodes => ("with lists of character codes", "文字コードの羅列で"),
        EscapedLetters => ("with escaped letters", "文字のエスケープ表記で"),
        SplitKeywords => ("by cutting words into pieces", "語を細切れにして"),
        ComputedCall => ("behind computed calls", "計算された呼び出しで"),
        SymbolRun => ("with symbols instead of letters", "文字の代わりに記号だけを使って"),
        CharMapper => ("with a shifted alphabet", "文字をずらす暗号で"),
        DelimiterHex => ("with Gumblar's delimited codes", "Gumblar 型の区切り文字符号で"),
        NoiseReplace => ("under stuffed-in symbols", "余分な記号を混ぜて"),
        Packed => ("in a packed form", "圧縮形式で"),
        CodeAsData => ("as encoded data", "符号化データの形で"),
        LooksThenActs => ("behind a look at the visitor", "閲覧者の環境を調べて"),
        References => ("with needless character references", "不要な文字参照で"),
        DecodedCode => ("in an encoding", "符号化して"),
        HiddenNames => ("behind encoded names", "名前を符号化して"),
        HiddenAddress => ("in an encoded address", "アドレスを符号化して"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn addresses_count_inside_their_tag() {
        assert!(in_tag("<script src='//evil.example/x'></script>", "//evil.example/x"));
        assert!(!in_tag("<iframe src=''></iframe><a href='//evil.example/'>", "//evil.example/"));
    }
}
