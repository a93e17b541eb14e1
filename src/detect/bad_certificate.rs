//! Rule `bad-certificate`: a certificate that a browser would refuse.

use super::{Detector, Findings, Found};
use crate::model::{Case, Certificate, Confidence, Head, Rule, Severity, StaticWords, Words};
use url::Url;

/// # What it finds
///
/// A certificate that browsers refuse: expired, for another name, self-signed, or from an issuer nobody trusts; also one
/// that a redirect on the way to the page came with. An expired one is medium. Another problem is high where the approved
/// page came with good certificates all the way.
///
/// # Why it matters
///
/// Such an answer may come from somebody else's server: after a hijack of the name or the route, or from a device in
/// between. What was read is compared all the same, but cannot be approved.
///
/// # Example
///
/// ```text
/// certificate: not valid for www.city.example (names: *.hosting.example)
/// ```
///
/// # Known false alarms
///
/// Renewal was forgotten; a proxy of the monitor's own network that opens TLS.
///
/// # References
///
/// RFC 5280 (validity, names), RFC 9525 (names of services).
pub(super) struct BadCertificate;

static RULE: Rule = Rule {
    id: "bad-certificate",
    title: StaticWords { en: "Certificate a browser refuses", ja: "ブラウザが拒否する証明書" },
    why: StaticWords {
        en: "Visitors see a warning instead of the page, or are talking to a server that is not yours.",
        ja: "閲覧者には警告が表示されます。あるいは、貴組織のものではないサーバーに接続されている可能性があります。",
    },
    first_step: StaticWords {
        en: "Check the certificate's expiry and names on your server. If your server shows a good one, check DNS records and ask your network provider: the answer came from elsewhere.",
        ja: "サーバーの証明書の期限と名前を確認してください。サーバー側が正常なら、応答は別の場所から来ています。DNS設定と回線事業者を確認してください。",
    },
};

impl Detector for BadCertificate {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn examine(&self, case: &Case, out: &mut Findings) {
        let Some(head) = case.now.head else { return };
        let Some((url, certificate, problem)) = head.bad_certificate() else { return };
        let was_good = case.approved.and_then(|compared| compared.version.head).is_some_and(good);
        let severity = if was_good && !is_expiry(problem) { Severity::High } else { Severity::Medium };
        let on_the_way = head.certificate.as_ref() != Some(certificate);
        let found = Found::new(severity, Confidence::Firm, told(on_the_way, certificate));
        out.add(found.evidence(shown(url, certificate, problem)));
    }
}

fn told(on_the_way: bool, certificate: &Certificate) -> Words {
    let Words { en, ja } = certificate.problem_words().unwrap_or_default();
    if on_the_way {
        return Words::new(
            format!("a redirect on the way to the page came with a certificate that a browser would refuse: {en}"),
            format!("ページへの転送の途中に、ブラウザが拒否する証明書がありました({ja})"),
        );
    }
    Words::new(
        format!("the server's certificate would be refused by a browser: {en}"),
        format!("サーバー証明書はブラウザに拒否されます({ja})"),
    )
}

/// Whether every encrypted answer on the way came with a good certificate. What was stored before hops had theirs
/// recorded proves nothing.
fn good(head: &Head) -> bool {
    let mut encrypted = head.way().filter(|(url, _)| url.scheme() == "https").peekable();
    encrypted.peek().is_some()
        && encrypted.all(|(_, certificate)| certificate.is_some_and(|certificate| certificate.problem.is_none()))
}

/// Whether time alone is the problem.
fn is_expiry(problem: &str) -> bool {
    problem.to_ascii_lowercase().contains("expired")
}

fn shown(url: &Url, certificate: &Certificate, problem: &str) -> String {
    let Certificate { subject, issuer, not_before, not_after, .. } = certificate;
    let names = certificate.names.join(", ");
    let host = url.host_str().unwrap_or_default();
    format!("{host}: {problem}; subject {subject}; issuer {issuer}; names {names}; from {not_before} to {not_after}")
}
