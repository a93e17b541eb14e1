//! A host's certificate, and what is wrong with it in words for people.

use super::{Digest, Words};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The leaf certificate a host showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// SHA-256 of its DER form.
    pub sha256: Digest,
    /// Subject.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// DNS names and addresses it is good for.
    pub names: Vec<String>,
    /// Good from.
    pub not_before: Timestamp,
    /// Good until.
    pub not_after: Timestamp,
    /// Why a browser would refuse it; none when it would not.
    pub problem: Option<String>,
}

/// How a problem begins, and the same in Japanese.
const KINDS: &[(&str, &str)] = &[
    ("expired", "有効期限が切れています"),
    ("not yet valid", "有効期間がまだ始まっていません"),
    ("wrong name", "別の名前の証明書です"),
    ("unknown issuer", "信頼できる認証局の証明書ではありません"),
    ("revoked", "失効しています"),
    ("an authority's own certificate", "サーバー用ではなく認証局自身の証明書です"),
    ("not for servers", "サーバー用の証明書ではありません"),
    ("an outdated algorithm", "古い署名方式の証明書です"),
    ("unreadable", "証明書を読み取れません"),
    ("this machine has no root certificates", "この監視機にルート証明書がありません"),
];

impl Certificate {
    /// What is wrong with it, for people; none when nothing is.
    #[must_use]
    pub fn problem_words(&self) -> Option<Words> {
        let problem = self.problem.as_deref()?;
        let lower = problem.to_ascii_lowercase();
        let known = KINDS.iter().find(|(kind, _)| lower.starts_with(kind));
        let ja = known.map_or("ブラウザが信頼できない証明書です", |(_, ja)| *ja);
        Some(Words::new(problem, ja))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(problem: &str) -> Words {
        let certificate = Certificate {
            sha256: Digest::of(""),
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: Timestamp::UNIX_EPOCH,
            not_after: Timestamp::UNIX_EPOCH,
            problem: Some(problem.to_owned()),
        };
        certificate.problem_words().expect("a problem")
    }

    #[test]
    fn every_problem_has_japanese_words_without_the_english_ones() {
        for problem in ["expired: at 2021-01-01", "wrong name: x", "something that nobody has seen"] {
            let words = words(problem);
            assert_eq!(words.en, problem);
            assert!(!words.ja.is_ascii() && !words.ja.contains(problem), "{words:?}");
        }
    }
}
