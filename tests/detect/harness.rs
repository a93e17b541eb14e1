//! Reads fixtures and examines them as a check does: parse, script reports, comparison, rules.
//!
//! `fixtures/detect/<rule>/` holds `baseline.html`, `tampered*.html` (alarms), `review*.html` (for a person) and
//! `harmless*.html` (other names are for single tests). A `.head.json` beside a page gives what is not in it: `url`, `requested`, `status`, `headers`, `hops`,
//! `certificate` (`problem`, `names`). Without one the page came from <https://www.city.example/>.

use hinomi::judge::Known;
use hinomi::model::{Certificate, Confidence, Digest, Finding, Head, Hop, Plane, Policy, Severity};
use hinomi::monitor as examine;
use jiff::Timestamp;
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;
use url::Url;

/// The folder of a rule's fixtures.
pub(crate) fn folder(rule: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/detect").join(rule)
}

/// The names of a rule's fixtures that begin with `prefix`, without their ending.
pub(crate) fn names(rule: &str, prefix: &str) -> Vec<String> {
    let entries = fs::read_dir(folder(rule)).unwrap_or_else(|e| panic!("fixtures of {rule}: {e}"));
    let files = entries.map(|entry| entry.expect("entry").file_name().into_string().expect("name"));
    let stems = files.filter_map(|file| Some(file.strip_suffix(".html")?.to_owned()));
    let mut names: Vec<_> = stems.filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    names
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawHead {
    url: Option<Url>,
    requested: Option<Url>,
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    hops: Vec<Hop>,
    certificate: Option<RawCertificate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCertificate {
    problem: Option<String>,
    names: Vec<String>,
}

impl RawHead {
    fn into_head(self) -> Head {
        let url = self.url.unwrap_or_else(|| "https://www.city.example/".parse().expect("URL"));
        Head {
            requested: self.requested.unwrap_or_else(|| url.clone()),
            final_url: url,
            status: self.status.unwrap_or(200),
            headers: self.headers,
            hops: self.hops,
            remote: None,
            certificate: self.certificate.map(|raw| Certificate {
                sha256: Digest::of(raw.names.join(",")),
                subject: raw.names.first().cloned().unwrap_or_default(),
                issuer: "Example CA".into(),
                names: raw.names,
                not_before: Timestamp::UNIX_EPOCH,
                not_after: Timestamp::UNIX_EPOCH,
                problem: raw.problem,
            }),
        }
    }
}

/// What all rules find in a fixture, compared with the baseline beside it or, without one, alone: as a check does it.
fn findings(rule: &str, name: &str, baseline: Option<&str>) -> Vec<Finding> {
    let (head, bytes) = load(rule, name);
    let now = read(&head, &bytes);
    let Some(baseline) = baseline else { return examine::scan(&now, Some("例示市")).0 };
    let (old_head, old_bytes) = load(rule, baseline);
    examined(&now, &read(&old_head, &old_bytes))
}

fn examined(now: &examine::Read, old: &examine::Read) -> Vec<Finding> {
    let terms = examine::Terms {
        organisation: Some("例示市"),
        policy: Policy::default(),
        known: Known::New,
        approval_ended: false,
    };
    examine::examine(now, std::slice::from_ref(old), &terms).findings
}

fn load(rule: &str, name: &str) -> (Head, Vec<u8>) {
    let path = |ending: &str| folder(rule).join(format!("{name}.{ending}"));
    let raw = fs::read_to_string(path("head.json")).map_or_else(
        |_| RawHead::default(),
        |text| serde_json::from_str(&text).unwrap_or_else(|e| panic!("{rule}/{name}.head.json: {e}")),
    );
    let bytes = fs::read(path("html")).unwrap_or_else(|e| panic!("{rule}/{name}.html: {e}"));
    (raw.into_head(), bytes)
}

fn read<'a>(head: &'a Head, body: &[u8]) -> examine::Read<'a> {
    examine::read(
        examine::Source { body, head: Some(head), url: Some(&head.final_url), name: None, believed: false },
        &[],
    )
}

/// What all rules find in a fixture, compared with the baseline beside it.
pub(crate) fn compared(rule: &str, name: &str) -> Vec<Finding> {
    findings(rule, name, Some("baseline"))
}

/// What all rules find when a snippet is put into the rule's baseline (UTF-8) before the first place of `mark`.
pub(crate) fn inserted(rule: &str, mark: &str, snippet: &str) -> Vec<Finding> {
    approved_with(rule, "", mark, snippet)
}

/// What all rules find when a snippet before `</main>` in the rule's baseline (UTF-8) becomes another one.
pub(crate) fn rewritten(rule: &str, old: &str, new: &str) -> Vec<Finding> {
    let text = fs::read_to_string(folder(rule).join("baseline.html")).expect("a baseline in UTF-8");
    let with = |snippet: &str| text.replacen("</main>", &format!("{snippet}</main>"), 1);
    between(rule, &with(old), &with(new))
}

/// The same, where the approved page has another snippet before `</main>` already.
pub(crate) fn approved_with(rule: &str, approved: &str, mark: &str, snippet: &str) -> Vec<Finding> {
    let text = fs::read_to_string(folder(rule).join("baseline.html")).expect("a baseline in UTF-8");
    let text = text.replacen("</main>", &format!("{approved}</main>"), 1);
    assert!(text.contains(mark), "{rule}: no {mark}");
    let changed = text.replacen(mark, &format!("{snippet}{mark}"), 1);
    between(rule, &text, &changed)
}

fn between(rule: &str, old: &str, new: &str) -> Vec<Finding> {
    let (head, _) = load(rule, "baseline");
    examined(&read(&head, new.as_bytes()), &read(&head, old.as_bytes()))
}

/// What findings come to: an alarm, something for a person to look at, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Quiet,
    Review,
    Alarm,
}

/// What the findings come to, by the table of the judge.
pub(crate) fn outcome(findings: &[Finding]) -> Outcome {
    let review = |f: &Finding| f.severity > Severity::Low || (f.severity == Severity::Low && f.plane == Plane::Active);
    match () {
        () if findings.iter().any(alarms) => Outcome::Alarm,
        () if findings.iter().any(review) => Outcome::Review,
        () => Outcome::Quiet,
    }
}

/// What all rules find in a fixture when nothing was approved yet.
pub(crate) fn scanned(rule: &str, name: &str) -> Vec<Finding> {
    findings(rule, name, None)
}

/// The worst that one rule found: severity and confidence.
pub(crate) fn worst(findings: &[Finding], rule: &str) -> Option<(Severity, Confidence)> {
    findings.iter().filter(|f| f.rule == rule).map(|f| (f.severity, f.confidence)).max()
}

/// Whether a finding alone makes an alarm.
pub(crate) fn alarms(finding: &Finding) -> bool {
    finding.severity == Severity::Critical
        || (finding.severity == Severity::High && finding.confidence >= Confidence::Firm)
}

/// What every rule owes its fixtures, whose names say what they come to: `tampered-…` is an alarm and `review-…` is for a
/// person, and the rule speaks up on both; on `harmless-…` it stays at low or below, and no other rule alarms there
/// either; on an unchanged page nothing is found at all.
pub(crate) fn check(rule: &str) {
    let mut wrong = Vec::new();
    for name in names(rule, "tampered").into_iter().chain(names(rule, "review")) {
        let expected = if name.starts_with("review") { Outcome::Review } else { Outcome::Alarm };
        let found = compared(rule, &name);
        let worst = worst(&found, rule);
        assert!(worst > Some((Severity::Info, Confidence::Certain)), "{rule}/{name} stays quiet: {found:#?}");
        if outcome(&found) != expected {
            wrong.push(format!("{rule}/{name}: {:?} {worst:?}", outcome(&found)));
        }
        let told = found.iter().filter(|f| f.rule == rule);
        for finding in told {
            assert!(!finding.evidence.is_empty(), "{rule}/{name}: no evidence: {finding:#?}");
            assert!(!finding.summary.ja.is_ascii(), "{rule}/{name}: not in Japanese: {finding:#?}");
        }
    }
    assert!(wrong.is_empty(), "their names say otherwise:\n{}", wrong.join("\n"));
    for name in names(rule, "harmless") {
        let found = compared(rule, &name);
        let worst = worst(&found, rule);
        assert!(worst <= Some((Severity::Low, Confidence::Certain)), "{rule}/{name} is told: {found:#?}");
        assert!(!found.iter().any(alarms), "{rule}/{name} alarms: {found:#?}");
    }
    let same = compared(rule, "baseline");
    assert!(same.is_empty(), "{rule}: findings on an unchanged page: {same:#?}");
}
