//! What a certificate says about itself, bounded: certificates are written by strangers too.

use crate::model::{Certificate, Digest};
use jiff::Timestamp;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

/// Most names of a certificate that are kept.
const MAX_NAMES: usize = 64;
/// Longest subject, issuer or name in bytes that is kept.
const MAX_TEXT: usize = 256;

/// The facts of a leaf certificate. What cannot be read stays empty, and is a problem of its own.
pub(super) fn facts(der: &[u8], problem: Option<String>) -> Certificate {
    let sha256 = Digest::of(der);
    let Ok((_, parsed)) = X509Certificate::from_der(der) else {
        return unreadable(sha256, problem);
    };
    Certificate {
        sha256,
        subject: cut(parsed.subject().to_string()),
        issuer: cut(parsed.issuer().to_string()),
        names: names(&parsed),
        not_before: time(parsed.validity().not_before),
        not_after: time(parsed.validity().not_after),
        problem,
    }
}

fn unreadable(sha256: Digest, problem: Option<String>) -> Certificate {
    Certificate {
        sha256,
        subject: String::new(),
        issuer: String::new(),
        names: Vec::new(),
        not_before: Timestamp::UNIX_EPOCH,
        not_after: Timestamp::UNIX_EPOCH,
        problem: Some(problem.unwrap_or_else(|| "unreadable: not a well-formed certificate".to_owned())),
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let known = extension.value.general_names.iter().filter_map(name);
    known.take(MAX_NAMES).map(cut).collect()
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|ip| ip.to_string()),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(v4).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|v6| Ipv6Addr::from(v6).into())
}

fn time(time: ASN1Time) -> Timestamp {
    Timestamp::from_second(time.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        let end = (0..=MAX_TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_of_a_certificate_are_read() {
        let made = rcgen::generate_simple_self_signed(vec!["www.city.example".to_owned(), "192.0.2.7".to_owned()])
            .expect("certificate");
        let facts = facts(made.cert.der(), None);
        assert_eq!(facts.sha256, Digest::of(made.cert.der()));
        assert_eq!(facts.names, ["www.city.example", "192.0.2.7"]);
        assert!(facts.subject.contains("rcgen"), "{}", facts.subject);
        assert!(facts.not_before < facts.not_after);
        assert_eq!(facts.problem, None);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem_and_no_panic() {
        assert!(facts(b"\x30\x82\xff\xff nonsense", None).problem.is_some());
        assert_eq!(facts(b"", Some("expired".to_owned())).problem.as_deref(), Some("expired"));
    }

    #[test]
    fn names_are_bounded() {
        let many = (0..500).map(|n| format!("host{n}.example")).collect::<Vec<_>>();
        let made = rcgen::generate_simple_self_signed(many).expect("certificate");
        assert_eq!(facts(made.cert.der(), None).names.len(), MAX_NAMES);
    }
}
