//! TLS with a verifier that writes down what a browser would refuse, and gives it back with the answer.

use super::certificate::facts;
use super::error::SetupError;
use super::options::Trust;
use crate::model::{Certificate, Digest};
use jiff::Timestamp;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Certificates that are remembered. A handshake needs its entry until the last answer over its connection, so this is
/// far more than there are connections at a time.
const REMEMBERED: usize = 2_048;

/// A leaf's digest and the name it was shown for.
type Key = (Digest, String);

/// What the verifier found, by leaf and name; bounded, oldest out first.
///
/// An answer tells its connection's leaf, and the request its name. Two connections with the same leaf and name differ
/// only in the intermediates that came along; then the later finding counts.
#[derive(Debug, Default)]
pub(super) struct Record(Mutex<(HashMap<Key, Certificate>, VecDeque<Key>)>);

impl Record {
    fn put(&self, key: Key, certificate: Certificate) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, order) = &mut *guard;
        if known.insert(key.clone(), certificate).is_none() {
            order.push_back(key);
        }
        while order.len() > REMEMBERED {
            order.pop_front().and_then(|oldest| known.remove(&oldest));
        }
    }

    /// The facts of the leaf that a connection to `name` showed. Its dates are looked at again: a connection can outlive
    /// its certificate.
    pub(super) fn get(&self, leaf: &[u8], name: &str, now: Timestamp) -> Certificate {
        let key = (Digest::of(leaf), plain(name));
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).0.get(&key).cloned();
        let unknown = || facts(leaf, Some("what was found out about this certificate is no longer known".to_owned()));
        let mut certificate = known.unwrap_or_else(unknown);
        if certificate.problem.is_none() && now > certificate.not_after {
            certificate.problem = Some(format!("expired at {}", certificate.not_after));
        }
        certificate
    }
}

/// Checks as a browser does, and decides by [`Trust`] what a refusal means. Signatures of the handshake are always
/// checked: who shows a certificate must hold its key.
#[derive(Debug)]
struct Verifier {
    /// None where this machine has no root certificates.
    inner: Option<rustls_platform_verifier::Verifier>,
    provider: Arc<CryptoProvider>,
    trust: Trust,
    /// The proxy's name; nothing but a good certificate will do there.
    proxy: Option<String>,
    record: Arc<Record>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let result = match &self.inner {
            Some(inner) => inner.verify_server_cert(leaf, intermediates, name, ocsp, now),
            None => Err(Error::General("this machine has no root certificates: install ca-certificates".to_owned())),
        };
        let name = plain(&name.to_str());
        if self.trust == Trust::Strict || self.proxy.as_deref() == Some(&name) {
            return result;
        }
        let problem = result.err().map(|error| problem(&error, intermediates.len()));
        self.record.put((Digest::of(leaf), name), facts(leaf, problem));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, leaf, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, leaf, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// One spelling for a host: lower case, no dot at its end, addresses as the standard library writes them.
fn plain(name: &str) -> String {
    let name = name.trim_matches(['[', ']']).trim_end_matches('.');
    name.parse::<IpAddr>().map_or_else(|_| name.to_ascii_lowercase(), |ip| ip.to_string())
}

/// Why a browser would refuse, in our own words: a kind that [`Certificate::problem_words`] knows, then what it means.
fn problem(error: &Error, intermediates: usize) -> String {
    use CertificateError as E;
    let Error::InvalidCertificate(error) = error else {
        return match error {
            Error::General(own) => own.clone(),
            _ => "unreadable: the certificate could not be checked".to_owned(),
        };
    };
    match error {
        E::ExpiredContext { not_after, .. } => format!("expired at {}", at(*not_after)),
        E::Expired => "expired".to_owned(),
        E::NotValidYetContext { not_before, .. } => format!("not yet valid: good from {}", at(*not_before)),
        E::NotValidYet => "not yet valid".to_owned(),
        E::NotValidForNameContext { expected, presented } => wrong_name(&expected.to_str(), presented),
        E::NotValidForName => "wrong name".to_owned(),
        E::UnknownIssuer if intermediates == 0 => {
            "unknown issuer: self-signed, from a private authority, or the server does not send its intermediate \
             certificate"
                .to_owned()
        }
        E::UnknownIssuer => "unknown issuer: self-signed or from a private authority".to_owned(),
        E::BadSignature => "unknown issuer: not signed by the authority it names".to_owned(),
        E::Revoked => "revoked by its authority".to_owned(),
        E::BadEncoding => "unreadable: not a well-formed certificate".to_owned(),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => "not for servers: made for another purpose".to_owned(),
        E::UnsupportedSignatureAlgorithmContext { .. } | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "an outdated algorithm: browsers no longer accept how it is signed".to_owned()
        }
        // The library has no name of its own for the rest; its debug text tells the kinds apart.
        E::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "an authority's own certificate, used for a server: usually self-made".to_owned()
        }
        _ => "not acceptable: browsers refuse how it is made".to_owned(),
    }
}

fn at(time: UnixTime) -> String {
    let second = i64::try_from(time.as_secs()).ok().and_then(|second| Timestamp::from_second(second).ok());
    second.map_or_else(|| "an unknown time".to_owned(), |time| time.to_string())
}

fn wrong_name(expected: &str, presented: &[String]) -> String {
    if presented.is_empty() {
        return format!("wrong name: it is for no name at all, and not for {expected}");
    }
    let shown: Vec<String> = presented.iter().take(4).map(|name| shown_name(name)).collect();
    let more = if presented.len() > shown.len() { " and others" } else { "" };
    format!("wrong name: it is for {}{more}, and not for {expected}", shown.join(", "))
}

/// A name as people write it; the library wraps it as `DnsName("…")`.
fn shown_name(name: &str) -> String {
    let bare = name.split('"').nth(1).unwrap_or(name);
    bare.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// The TLS settings of a client: aws-lc-rs, TLS 1.2 and 1.3, no resumption (each handshake shows its certificate).
pub(super) fn config(
    trust: Trust,
    extra_roots: &[Vec<u8>],
    proxy: Option<String>,
    record: Arc<Record>,
) -> Result<ClientConfig, SetupError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let inner = platform(extra_roots, &provider)?;
    let verifier = Verifier { inner, provider: provider.clone(), trust, proxy, record };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Client(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's verifier; none where there are no roots at all, which then is a problem of each certificate.
fn platform(
    extra_roots: &[Vec<u8>],
    provider: &Arc<CryptoProvider>,
) -> Result<Option<rustls_platform_verifier::Verifier>, SetupError> {
    let roots = extra_roots.iter().map(|der| CertificateDer::from(der.clone()));
    match rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider.clone()) {
        Ok(verifier) => Ok(Some(verifier)),
        Err(error) if !extra_roots.is_empty() => Err(SetupError::Root(error.to_string())),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(n: u32) -> Vec<u8> {
        n.to_be_bytes().to_vec()
    }

    fn good_until(der: &[u8], end: &str) -> Certificate {
        let end = end.parse().expect("time");
        Certificate { not_after: end, problem: None, ..facts(der, None) }
    }

    #[test]
    fn problems_are_told_in_our_own_words() {
        use rustls::OtherError;
        let other = |error: CertificateError| problem(&Error::InvalidCertificate(error), 1);
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Raw(&'static str);
        let told = other(CertificateError::Other(OtherError(Arc::new(Raw("CaUsedAsEndEntity")))));
        assert!(told.starts_with("an authority's own certificate"), "{told}");
        for error in [
            CertificateError::Other(OtherError(Arc::new(Raw("PathLenConstraintViolated")))),
            CertificateError::UnhandledCriticalExtension,
            CertificateError::BadEncoding,
            CertificateError::InvalidPurpose,
        ] {
            let told = other(error);
            assert!(!told.contains("Error") && !told.contains('(') && told.contains(' '), "{told}");
        }
        let names = vec!["DnsName(\"www.other.example\")".to_owned()];
        let expected = ServerName::try_from("www.city.example").expect("name");
        let told = other(CertificateError::NotValidForNameContext { expected, presented: names });
        assert_eq!(told, "wrong name: it is for www.other.example, and not for www.city.example");
    }

    #[test]
    fn the_record_is_bounded_and_what_it_lost_is_a_problem() {
        let (record, now) = (Record::default(), "2026-01-05T00:00:00Z".parse().expect("time"));
        for n in 0..3_000 {
            let der = leaf(n);
            record.put((Digest::of(&der), "a.example".to_owned()), good_until(&der, "2030-01-01T00:00:00Z"));
        }
        assert_eq!(record.0.lock().expect("record").0.len(), REMEMBERED);
        assert_eq!(record.get(&leaf(2_999), "A.example.", now).problem, None);
        assert!(record.get(&leaf(0), "a.example", now).problem.is_some());
        assert!(record.get(&leaf(2_999), "b.example", now).problem.is_some(), "another name is another finding");
    }

    #[test]
    fn a_certificate_that_ends_while_its_connection_lives_is_noticed() {
        let record = Record::default();
        record.put((Digest::of(leaf(1)), "::1".to_owned()), good_until(&leaf(1), "2026-01-05T00:00:00Z"));
        let at = |time: &str| record.get(&leaf(1), "[0:0::1]", time.parse().expect("time")).problem;
        assert_eq!(at("2026-01-04T23:59:59Z"), None);
        assert!(at("2026-01-05T00:00:01Z").is_some_and(|problem| problem.starts_with("expired")));
    }
}
