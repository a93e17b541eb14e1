//! Detectors: one rule a file, from a case to findings.
//!
//! A rule is a file here, a `mod` line, a line in `DETECTORS`, a test file in `tests/detect/` and a folder of
//! fixtures in `fixtures/detect/`; a test fails when one of them is missing. Its type's doc comment is its documentation.

mod analyst_signature;
mod bad_certificate;
mod base_changed;
mod clipboard_lure;
mod comment_sentinels;
mod conditional_redirect;
mod defacement_phrase;
mod encoded_script;
mod event_handler_added;
mod form_skimmer;
mod form_target_changed;
mod hidden_frame;
mod hidden_links;
mod host_in_indicator_list;
mod import_map_changed;
mod linked_resource_changed;
mod look_alike_host;
mod miner;
mod missing_integrity;
mod new_external_host;
mod offsite_redirect;
mod page_cut;
mod page_replaced;
mod pictures_replaced;
mod script_appended;
mod script_in_text_element;
mod script_writes_hidden_frame;
mod security_header_weakened;
mod server_side_script;
mod service_worker_added;
mod support;
mod title_and_identity;
mod unapproved_active_change;
mod wallet_or_chain_call;

pub use support::{Findings, Found, foreign_owner};

use crate::model::{Case, Confidence, Finding, Plane, Resource, Rule, Severity, StaticWords, Words};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use url::Url;

/// One rule that judges cases.
pub trait Detector: Sync {
    /// The rule as people know it.
    fn rule(&self) -> &'static Rule;

    /// Adds what it finds in a case. Time and memory are bounded by the size of the case.
    fn examine(&self, case: &Case, out: &mut Findings);
}

/// All detectors, a line each. The floor under the active plane stands last: it describes what no other rule did.
static DETECTORS: &[&dyn Detector] = &[
    &analyst_signature::AnalystSignature,
    &host_in_indicator_list::HostInIndicatorList,
    &script_appended::ScriptAppended,
    &encoded_script::EncodedScript,
    &clipboard_lure::ClipboardLure,
    &form_skimmer::FormSkimmer,
    &script_writes_hidden_frame::ScriptWritesHiddenFrame,
    &conditional_redirect::ConditionalRedirect,
    &wallet_or_chain_call::WalletOrChainCall,
    &miner::Miner,
    &comment_sentinels::CommentSentinels,
    &look_alike_host::LookAlikeHost,
    &defacement_phrase::DefacementPhrase,
    &page_replaced::PageReplaced,
    &pictures_replaced::PicturesReplaced,
    &title_and_identity::TitleAndIdentity,
    &hidden_links::HiddenLinks,
    &security_header_weakened::SecurityHeaderWeakened,
    &new_external_host::NewExternalHost,
    &server_side_script::ServerSideScript,
    &hidden_frame::HiddenFrame,
    &script_in_text_element::ScriptInTextElement,
    &offsite_redirect::OffsiteRedirect,
    &base_changed::BaseChanged,
    &form_target_changed::FormTargetChanged,
    &event_handler_added::EventHandlerAdded,
    &service_worker_added::ServiceWorkerAdded,
    &import_map_changed::ImportMapChanged,
    &linked_resource_changed::LinkedResourceChanged,
    &missing_integrity::MissingIntegrity,
    &bad_certificate::BadCertificate,
    &page_cut::PageCut,
    &unapproved_active_change::UnapprovedActiveChange,
];

/// The detectors that also judge what a page's scripts would write into it.
static OF_INSERTED: &[&dyn Detector] = &[
    &hidden_links::HiddenLinks,
    &new_external_host::NewExternalHost,
    &server_side_script::ServerSideScript,
    &hidden_frame::HiddenFrame,
    &offsite_redirect::OffsiteRedirect,
    &base_changed::BaseChanged,
    &form_target_changed::FormTargetChanged,
    &host_in_indicator_list::HostInIndicatorList,
    &page_cut::PageCut,
];

/// The rule under which a detector that fails reports itself.
static DETECTOR_FAILED: Rule = Rule {
    id: "detector-failed",
    title: StaticWords { en: "A detector failed", ja: "検知器の異常終了" },
    why: StaticWords {
        en: "One of hinomi's rules could not be applied to this page, so something it looks for may have been missed.",
        ja: "hinomi のルールの一つをこのページに適用できませんでした。そのルールが探すものを見落としている可能性があります。",
    },
    first_step: StaticWords {
        en: "Look at the page yourself, and report this to the operators of hinomi together with the page.",
        ja: "ページをご自身で確認し、ページを添えて hinomi の運用者に報告してください。",
    },
};

/// Everything the rules find in a case, worst first. Each rule gives at most 20
/// findings, its worst ones; the last of them says how many more there were.
#[must_use]
pub fn examine(case: &Case) -> Vec<Finding> {
    run(DETECTORS, case)
}

/// What the rules for markup find in a case whose pages are what scripts would write; each finding says so.
#[must_use]
pub fn examine_inserted(case: &Case) -> Vec<Finding> {
    let mut findings = run(OF_INSERTED, case);
    for finding in &mut findings {
        finding.decoded.get_or_insert_with(|| finding.evidence.clone());
        finding.location = None;
        finding.summary.en = format!("inserted by script: {}", finding.summary.en);
        finding.summary.ja = format!("スクリプトによる挿入:{}", finding.summary.ja);
    }
    findings
}

/// The finding that something a page loads was not examined.
#[must_use]
pub fn not_examined(resource: &Resource) -> Finding {
    let found = linked_resource_changed::not_examined(resource);
    found.alone(linked_resource_changed::LinkedResourceChanged.rule())
}

/// What indicators and signatures alone say of a case: they may be younger than an approval.
#[must_use]
pub fn examine_listed(case: &Case) -> Vec<Finding> {
    if case.indicators.is_empty() && case.now.signed.is_empty() {
        return Vec::new();
    }
    run(&[&analyst_signature::AnalystSignature, &host_in_indicator_list::HostInIndicatorList], case)
}

/// The rule of an id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// All rules, the one for failed detectors last.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    DETECTORS.iter().map(|detector| detector.rule()).chain([&DETECTOR_FAILED])
}

/// Whether what lies at a URL belongs to a well-known service whose programs change by nature.
#[must_use]
pub fn changes_by_nature(url: &Url) -> bool {
    url.host_str().and_then(|host| support::service(host, url.path())).is_some_and(support::Service::changes)
}

/// Whether a host is, or holds, one of a well-known service.
#[must_use]
pub fn is_well_known(host: &str) -> bool {
    support::is_well_known(host)
}

/// Adds operators' own lines to the list of well-known services, before any page is judged; a second time changes nothing.
///
/// # Errors
/// The lines that cannot be read, by number, each with what is wrong.
pub fn add_services(text: &str) -> Result<(), Vec<(usize, String)>> {
    support::add_services(text)
}

/// Which rules these are: a state judged under another revision is judged again. The number after the version grows
/// with every change to what rules say; services that operators added count too.
#[must_use]
pub fn revision() -> &'static str {
    const RULES: &str = concat!(env!("CARGO_PKG_VERSION"), "-18");
    static WITH_ADDED: LazyLock<String> =
        LazyLock::new(|| format!("{RULES} {}", crate::model::Digest::of(support::added_services())));
    if support::added_services().is_empty() { RULES } else { &WITH_ADDED }
}

fn run(detectors: &[&dyn Detector], case: &Case) -> Vec<Finding> {
    let mut findings = Findings::default();
    for detector in detectors {
        findings.begin(detector.rule());
        if catch_unwind(AssertUnwindSafe(|| detector.examine(case, &mut findings))).is_err() {
            findings.begin(&DETECTOR_FAILED);
            findings.add(failure(detector.rule()));
        }
    }
    findings.finish(case)
}

fn failure(rule: &Rule) -> Found {
    let words = Words::new(
        format!("the rule '{}' failed on this page; what it looks for may be there", rule.id),
        format!("ルール「{}」がこのページで異常終了しました。見落としの可能性があります", rule.id),
    );
    Found::new(Severity::Medium, Confidence::Certain, words).plane(Plane::Active).evidence(rule.id)
}

#[cfg(test)]
mod tests;
