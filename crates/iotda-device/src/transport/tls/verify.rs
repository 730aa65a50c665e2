//! What is verified of the server, and what a failed handshake means in words: each refusal has a text of its own, which
//! says what to do.

use std::io;
use std::sync::Arc;

use pkcs8::der::asn1::{BitStringRef, UintRef};
use pkcs8::der::{self, Decode, Reader, SliceReader};
use pkcs8::{ObjectIdentifier, spki::AlgorithmIdentifierRef};
use rustls::client::WantsClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, OtherError,
    PeerIncompatible, RootCertStore, SignatureScheme,
};
use webpki::EndEntityCert;

use super::unusable::Unusable;

/// Bits of an RSA key below which it can be broken; 2048 is also the least that `ring` verifies.
const LEAST_RSA: usize = 2048;

/// Verifies the chain, its dates, the strength of its keys and, unless programs connect by address
/// (docs/spec/connection.md#host-name), the name.
#[derive(Debug)]
struct Verifier {
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    verify_host: bool,
}

/// TLS 1.2 and 1.3 with servers that these authorities vouch for.
pub(super) fn trusting(
    roots: RootCertStore,
    verify_host: bool,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Unusable> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(Arc::new(roots), provider.clone(), verify_host);
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(Unusable::Tls)?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)))
}

/// What rustls has no error for, or one that says something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unacceptable {
    SelfSigned,
    WeakKey(usize),
    WeakAuthority(usize),
    ForeignKey,
}

impl std::fmt::Display for Unacceptable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unacceptable::SelfSigned => f.write_str(
                "the server's certificate is self-signed and not in rootcert.pem: put it there if the server is yours, \
                 or have a certificate issued by a CA",
            ),
            Unacceptable::WeakKey(bits) => write!(
                f,
                "the server's certificate has a weak key (RSA of {bits} bits): it needs a new one with RSA of {LEAST_RSA} \
                 bits or more, or ECDSA"
            ),
            Unacceptable::WeakAuthority(bits) => write!(
                f,
                "the CA of the server's certificate has a weak key (RSA of {bits} bits): a CA with RSA of {LEAST_RSA} \
                 bits or more, or ECDSA, has to issue a new one"
            ),
            Unacceptable::ForeignKey => f.write_str(
                "the server does not hold the key of its certificate: another server, or its certificate and key do not \
                 belong together",
            ),
        }
    }
}

impl std::error::Error for Unacceptable {}

impl From<Unacceptable> for Error {
    fn from(why: Unacceptable) -> Self {
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(why))))
    }
}

impl Verifier {
    pub(super) fn new(roots: Arc<RootCertStore>, provider: Arc<CryptoProvider>, verify_host: bool) -> Self {
        Verifier {
            roots,
            provider,
            verify_host,
        }
    }

    /// The reason behind an error of the chain, where there is a better one.
    fn reason(&self, error: Error, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> Error {
        let Ok(leaf) = EndEntityCert::try_from(leaf) else {
            return error;
        };
        match &error {
            Error::InvalidCertificate(CertificateError::UnknownIssuer) if leaf.issuer() == leaf.subject() => {
                Unacceptable::SelfSigned.into()
            }
            Error::InvalidCertificate(CertificateError::BadSignature) => {
                let sent = chain
                    .iter()
                    .filter_map(|authority| EndEntityCert::try_from(authority).ok())
                    .filter_map(|authority| rsa_bits(&authority.subject_public_key_info()));
                let trusted = self
                    .roots
                    .roots
                    .iter()
                    .filter(|root| root.subject.as_ref() == leaf.issuer())
                    .filter_map(|root| rsa_bits_of(&mut SliceReader::new(&root.subject_public_key_info).ok()?).ok()?);
                let weak = sent.chain(trusted).find(|bits| *bits < LEAST_RSA);
                weak.map_or(error, |bits| Unacceptable::WeakAuthority(bits).into())
            }
            _ => error,
        }
    }
}

/// Size of an RSA key; `None` for other kinds.
fn rsa_bits(info: &[u8]) -> Option<usize> {
    SliceReader::new(info).ok()?.sequence(rsa_bits_of).ok()?
}

/// The same from the fields of a SubjectPublicKeyInfo.
fn rsa_bits_of<'a>(fields: &mut impl Reader<'a>) -> der::Result<Option<usize>> {
    const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
    let algorithm = AlgorithmIdentifierRef::decode(fields)?;
    let key = BitStringRef::decode(fields)?;
    if algorithm.oid != RSA {
        return Ok(None);
    }
    SliceReader::new(key.raw_bytes())?.sequence(|key| {
        let modulus = UintRef::decode(key)?;
        UintRef::decode(key)?;
        let zeros = modulus
            .as_bytes()
            .first()
            .map_or(0, |first| first.leading_zeros() as usize);
        Ok(Some(modulus.as_bytes().len() * 8 - zeros))
    })
}

/// The signature of the handshake: not one of a CA, as [`CertificateError::BadSignature`] usually is.
fn by_its_key(result: Result<HandshakeSignatureValid, Error>) -> Result<HandshakeSignatureValid, Error> {
    result.map_err(|error| match error {
        Error::InvalidCertificate(CertificateError::BadSignature) => Unacceptable::ForeignKey.into(),
        other => other,
    })
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&certificate, &self.roots, intermediates, now, algorithms)
            .map_err(|error| self.reason(error, end_entity, intermediates))?;
        if self.verify_host {
            verify_server_name(&certificate, name)?;
        }
        match rsa_bits(&certificate.subject_public_key_info()) {
            Some(bits) if bits < LEAST_RSA => Err(Unacceptable::WeakKey(bits).into()),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        by_its_key(verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        by_its_key(verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        ))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What a failed TLS operation means, if it is one of TLS.
pub(crate) fn explain(error: &io::Error) -> Option<String> {
    let tls = error.get_ref()?.downcast_ref::<Error>()?;
    Some(match tls {
        Error::InvalidCertificate(why) => certificate(why),
        Error::AlertReceived(alert) => format!("the platform refused with TLS alert {alert:?}{}", hint(*alert)),
        Error::InvalidMessage(_) => {
            "the server does not speak TLS on this port: check address and port (8883, 443 for WebSocket)".to_owned()
        }
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => "the server chose a TLS version before 1.2, which is not accepted: it needs an update or another setting"
            .to_owned(),
        other => format!("TLS: {other}"),
    })
}

fn certificate(why: &CertificateError) -> String {
    use CertificateError as E;
    match why {
        E::Expired => "the server's certificate has expired: it has to be renewed there, or the clock here is wrong".into(),
        E::ExpiredContext { time, not_after } => format!(
            "the server's certificate has expired: valid until {} (seconds since 1970), the clock here says {}; it has \
             to be renewed there, or set the clock",
            not_after.as_secs(),
            time.as_secs()
        ),
        E::NotValidYet => "the server's certificate is not valid yet: is the clock here right?".into(),
        E::NotValidYetContext { time, not_before } => format!(
            "the server's certificate is not valid yet: from {} (seconds since 1970), the clock here says {}; set it",
            not_before.as_secs(),
            time.as_secs()
        ),
        E::UnknownIssuer => "the server's certificate comes from a CA that is not in rootcert.pem: put the certificate of \
                             that CA there, or trust the system's with item 111"
            .into(),
        E::BadSignature => {
            "the server's certificate is not signed by the CA of that name in rootcert.pem: one of them was replaced, so \
             put the CA's present certificate there, or have the server send its new one"
                .into()
        }
        E::UnsupportedSignatureAlgorithmContext { .. } | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the server's certificate is signed in a way that is not accepted (SHA-1, for example): it has to be issued \
             anew with SHA-256"
                .into()
        }
        E::NotValidForName => format!(
            "the server's certificate is for another host: item 113 names the one to expect ({} skips this check)",
            opt_out()
        ),
        E::NotValidForNameContext { expected, presented } => format!(
            "the server's certificate is for {}, not for {}: item 113 names the host to expect ({} skips this check)",
            if presented.is_empty() {
                "no host".to_owned()
            } else {
                presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ")
            },
            expected.to_str(),
            opt_out()
        ),
        E::Other(other) => match (other.0.downcast_ref::<Unacceptable>(), other.0.downcast_ref::<webpki::Error>()) {
            (Some(ours), _) => ours.to_string(),
            (_, Some(webpki::Error::CaUsedAsEndEntity)) => "the server uses the certificate of a CA (CA:TRUE) as its own: \
                                                            have that CA issue one for the server"
                .into(),
            (_, Some(webpki::Error::UnsupportedCertVersion)) => {
                "the server's certificate, or that of its CA, is of X.509 version 1, which cannot say what it may be used \
                 for: have one of version 3 issued (openssl x509 -req with -extfile, or openssl ca)"
                    .into()
            }
            _ => format!("the server's certificate is not acceptable: {}", other.0),
        },
        other => format!("the server's certificate is not acceptable: {other}"),
    }
}

/// `DnsName("x")`, as webpki shows a name, without the frame.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}

fn opt_out() -> String {
    format!("{}=1", super::NO_HOSTNAME_CHECK)
}

fn hint(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::UnknownCA => ": it does not know the CA of the device certificate",
        AlertDescription::CertificateRequired => ": it wants a device certificate (certificate mode)",
        AlertDescription::CertificateExpired => ": the device certificate has expired",
        AlertDescription::CertificateRevoked => ": the device certificate is revoked",
        AlertDescription::BadCertificate | AlertDescription::CertificateUnknown => {
            ": it does not accept the device certificate"
        }
        AlertDescription::ProtocolVersion => {
            ": it has no TLS 1.2 or 1.3, and older ones are not offered; update the server"
        }
        AlertDescription::HandshakeFailure => ": no common cipher suite, or no device certificate where one is needed",
        AlertDescription::NoApplicationProtocol => ": it knows none of the protocol names offered (item 114)",
        AlertDescription::UnrecognisedName => ": it has no certificate for this name; item 113 sets another",
        _ => "",
    }
}
