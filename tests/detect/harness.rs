//! Reads fixtures and examines them as a check does: parse, script reports, comparison, rules.
//!
//! `fixtures/detect/<rule>/` holds `baseline.html`, `tampered*.html` (alarms), `review*.html` (for a person) and
//! `harmless*.html` (other names are for single tests); a rule about script files has `.js` in their place. A `.head.json`
//! beside a page gives what is not in it: `url`, `requested`, `status`, `headers`, `hops`, `certificate` (`problem`,
//! `names`), and `resources`, what the page loads (`kind`, `url`, and `text`, `status` or `unseen`, `content_type`, `way`). Without one the page came
//! from <https://www.city.example/>.

use crate::signatures::Plain;
use hinomi::model::{
    Certificate, Confidence, Content, Digest, Finding, FleetSites, Head, Hop, Indicator, IndicatorKind,
    IndicatorSource, Indicators, Plane, Resource, ResourceKind, Severity, UnseenReason, Verdict, Wanted, same_site,
};
use hinomi::monitor as examine;
use jiff::Timestamp;
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use url::Url;

/// The folder of a rule's fixtures.
pub(crate) fn folder(rule: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/detect").join(rule)
}

/// The names of a rule's fixtures that begin with `prefix`, without their ending.
pub(crate) fn names(rule: &str, prefix: &str) -> Vec<String> {
    let entries = fs::read_dir(folder(rule)).unwrap_or_else(|e| panic!("fixtures of {rule}: {e}"));
    let files = entries.map(|entry| entry.expect("entry").file_name().into_string().expect("name"));
    let stem = |file: &str| Some(file.strip_suffix(".html").or_else(|| file.strip_suffix(".js"))?.to_owned());
    let stems = files.filter_map(|file| stem(&file));
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
    #[serde(default)]
    resources: Vec<RawResource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawResource {
    kind: ResourceKind,
    url: Url,
    text: Option<String>,
    status: Option<u16>,
    unseen: Option<UnseenReason>,
    #[serde(default)]
    volatile: bool,
    content_type: Option<String>,
    #[serde(default)]
    way: Vec<Url>,
}

impl RawResource {
    fn resource(&self) -> Resource {
        let bytes = Digest::of(self.text.as_deref().unwrap_or_default());
        let size = self.text.as_deref().unwrap_or_default().len() as u64;
        let content = match (self.status, self.unseen) {
            (Some(status), _) => Content::Absent { status },
            (None, Some(reason)) => Content::Unseen { reason },
            (None, None) => Content::Seen { bytes, state: bytes, size },
        };
        let own = same_site(self.url.host_str().unwrap_or_default(), "www.city.example");
        let wanted = Wanted { kind: self.kind, url: self.url.clone(), own };
        let (content_type, way) = (self.content_type.clone(), self.way.clone());
        Resource { content_type, way, ..Resource::new(wanted, self.volatile, content) }
    }
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
    let now = load(rule, name);
    let Some(baseline) = baseline else { return examine::scan(&read(&now), about()).0 };
    let old = load(rule, baseline);
    let bodies = now.bodies.iter().chain(&old.bodies).map(|(digest, body)| (*digest, Arc::clone(body))).collect();
    examined(&read(&now), &read(&old), &bodies)
}

/// What is known about the page of a fixture: its owner, a list of indicators, and signatures.
fn about() -> examine::About<'static> {
    static LIST: LazyLock<Indicators> = LazyLock::new(|| {
        let since = Timestamp::UNIX_EPOCH;
        let source = IndicatorSource { name: "list of the day".into(), imported: since, count: 2 };
        let of = |(kind, value): (IndicatorKind, &str)| Indicator {
            kind,
            value: value.into(),
            since,
            until: None,
            note: String::new(),
        };
        let all = [(IndicatorKind::Host, "listed.example"), (IndicatorKind::Url, "shared.example.org/kit/")];
        Indicators::new(vec![(source, all.into_iter().map(of).collect())], Timestamp::UNIX_EPOCH)
    });
    // Many organisations of the fleet have approved this one.
    static FLEET: LazyLock<FleetSites> = LazyLock::new(|| {
        FleetSites::new((0..FleetSites::MANY).map(|n| (format!("city-{n}"), "everywhere.example".to_owned())))
    });
    examine::About { organisation: Some("例示市"), indicators: &LIST, signatures: &Plain, fleet: &FLEET }
}

fn examined(now: &examine::Read, old: &examine::Read, bodies: &examine::Bodies) -> Vec<Finding> {
    let terms = examine::Terms::new(about(), bodies);
    examine::examine(now, std::slice::from_ref(old), &terms).findings
}

/// A fixture as it came.
struct Loaded {
    head: Head,
    body: Vec<u8>,
    form: examine::Form<'static>,
    resources: Vec<Resource>,
    bodies: examine::Bodies,
}

impl Loaded {
    /// The same head and resources around another page.
    fn with(&self, body: &str) -> Self {
        let (head, resources, bodies) = (self.head.clone(), self.resources.clone(), self.bodies.clone());
        Self { head, body: body.as_bytes().to_vec(), form: self.form, resources, bodies }
    }
}

fn load(rule: &str, name: &str) -> Loaded {
    let path = |ending: &str| folder(rule).join(format!("{name}.{ending}"));
    let raw = fs::read_to_string(path("head.json")).map_or_else(
        |_| RawHead::default(),
        |text| serde_json::from_str(&text).unwrap_or_else(|e| panic!("{rule}/{name}.head.json: {e}")),
    );
    let is_script = path("js").exists();
    let (ending, form) = if is_script { ("js", examine::Form::Script) } else { ("html", examine::Form::Page) };
    let body = fs::read(path(ending)).unwrap_or_else(|e| panic!("{rule}/{name}.{ending}: {e}"));
    let resources = raw.resources.iter().map(RawResource::resource).collect();
    let texts = raw.resources.iter().filter_map(|one| one.text.clone()).map(String::into_bytes);
    let bodies = texts.map(|text| (Digest::of(&text), Arc::new(text))).collect();
    Loaded { head: raw.into_head(), body, form, resources, bodies }
}

fn read(loaded: &Loaded) -> examine::Read<'_> {
    let source = examine::Source::answer(&loaded.body, &loaded.head, &loaded.resources);
    examine::read(examine::Source { form: loaded.form, ..source }, &[]).signed(&loaded.body, &Plain)
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

/// What all rules find where a snippet before `</main>` was approved at a time already, and news came.
pub(crate) fn approved_at(rule: &str, snippet: &str, at: Timestamp) -> Vec<Finding> {
    let text = fs::read_to_string(folder(rule).join("baseline.html")).expect("a baseline in UTF-8");
    let old = text.replacen("</main>", &format!("{snippet}</main>"), 1);
    let new = old.replacen("</main>", "<p>お知らせを追加しました</p></main>", 1);
    let baseline = load(rule, "baseline");
    let (now, then) = (baseline.with(&new), baseline.with(&old));
    let then = examine::Read { approved_at: Some(at), ..read(&then) };
    examined(&read(&now), &then, &examine::Bodies::new())
}

fn between(rule: &str, old: &str, new: &str) -> Vec<Finding> {
    let baseline = load(rule, "baseline");
    let (now, then) = (baseline.with(new), baseline.with(old));
    examined(&read(&now), &read(&then), &examine::Bodies::new())
}

/// What findings come to: an alarm, something for a person to look at, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Quiet,
    Review,
    Alarm,
}

/// What `hinomi scan` makes of a page or a script file alone.
pub(crate) fn scan_alone(text: &str, form: examine::Form<'static>) -> (Vec<Finding>, Verdict) {
    let head = RawHead::default().into_head();
    let source = examine::Source::answer(text.as_bytes(), &head, &[]);
    let (findings, judgement) = examine::scan(&examine::read(examine::Source { form, ..source }, &[]), about());
    (findings, judgement.verdict)
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
