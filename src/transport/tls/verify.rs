//! The verifier without a name check, and what a failed handshake means in words.

use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{AlertDescription, CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Verifies the chain and its dates, not the name: for programs that connect by address (spec 18.12).
#[derive(Debug)]
pub(super) struct ChainOnly {
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl ChainOnly {
    pub(super) fn new(roots: Arc<RootCertStore>, provider: Arc<CryptoProvider>) -> Self {
        ChainOnly { roots, provider }
    }
}

impl ServerCertVerifier for ChainOnly {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&certificate, &self.roots, intermediates, now, algorithms)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What a failed TLS operation means, if it is one of TLS.
pub(in crate::transport) fn explain(error: &io::Error) -> Option<String> {
    let tls = error.get_ref()?.downcast_ref::<Error>()?;
    Some(match tls {
        Error::InvalidCertificate(why) => certificate(why),
        Error::AlertReceived(alert) => format!("the platform refused with TLS alert {alert:?}{}", hint(*alert)),
        Error::InvalidMessage(_) => "the server does not speak TLS on this port".to_owned(),
        other => format!("TLS: {other}"),
    })
}

fn certificate(why: &CertificateError) -> String {
    use CertificateError as E;
    match why {
        E::Expired => "the server's certificate has expired".into(),
        E::ExpiredContext { time, not_after } => format!(
            "the server's certificate has expired: valid until {} (seconds since 1970), the clock here says {}",
            not_after.as_secs(),
            time.as_secs()
        ),
        E::NotValidYet => "the server's certificate is not valid yet: is the clock here right?".into(),
        E::NotValidYetContext { time, not_before } => format!(
            "the server's certificate is not valid yet: from {} (seconds since 1970), the clock here says {}",
            not_before.as_secs(),
            time.as_secs()
        ),
        E::UnknownIssuer => "the server's certificate comes from a CA that is not in rootcert.pem".into(),
        E::BadSignature => {
            "the server's certificate is not signed by the CA of that name in rootcert.pem: is the file outdated?"
                .into()
        }
        E::NotValidForName => format!(
            "the server's certificate is for another host ({} skips this check)",
            opt_out()
        ),
        E::NotValidForNameContext { expected, presented } => format!(
            "the server's certificate is for {}, not for {} ({} skips this check)",
            if presented.is_empty() {
                "no host".to_owned()
            } else {
                presented.join(", ")
            },
            expected.to_str(),
            opt_out()
        ),
        other => format!("the server's certificate is not acceptable: {other}"),
    }
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
        AlertDescription::ProtocolVersion => ": no common TLS version",
        AlertDescription::HandshakeFailure => ": no common cipher suite, or no device certificate where one is needed",
        _ => "",
    }
}
