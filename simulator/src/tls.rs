//! TLS: a certificate authority made for each run, and server certificates that are right or wrong on purpose.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

use crate::error::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    Now,
    Expired,
    NotYet,
}

/// How the server certificate hangs on the CA that devices are told to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// Signed by the CA.
    Direct,
    /// Signed by an intermediate CA, which is sent along.
    Intermediate,
    /// The same, but the intermediate is not sent.
    MissingIntermediate,
    /// Signed by another CA.
    Foreign,
    SelfSigned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    Off,
    /// Asked for; a device without one may still log in by password.
    Optional,
    Required,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versions {
    #[serde(rename = "both")]
    Both,
    #[serde(rename = "1.2")]
    Tls12,
    #[serde(rename = "1.3")]
    Tls13,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// DNS names and IP addresses of the server certificate.
    pub names: Vec<String>,
    pub validity: Validity,
    pub chain: Chain,
    pub client_auth: ClientAuth,
    pub versions: Versions,
}

impl Default for TlsConfig {
    fn default() -> Self {
        TlsConfig {
            names: ["localhost", "127.0.0.1", "127.0.0.2"].map(String::from).to_vec(),
            validity: Validity::Now,
            chain: Chain::Direct,
            client_auth: ClientAuth::Optional,
            versions: Versions::Both,
        }
    }
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error(format!("TLS set-up: {e}"))
}

struct Authority {
    certificate: Certificate,
    key: KeyPair,
}

fn params(common_name: &str, names: &[String]) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names.to_vec()).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    let now = OffsetDateTime::now_utc();
    (params.not_before, params.not_after) = (now - Duration::days(1), now + Duration::days(3650));
    Ok(params)
}

impl Authority {
    fn new(common_name: &str, issuer: Option<&Authority>) -> Result<Authority> {
        let mut params = params(common_name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = match issuer {
            Some(issuer) => params.signed_by(&key, &issuer.certificate, &issuer.key),
            None => params.self_signed(&key),
        };
        Ok(Authority {
            certificate: certificate.map_err(failed)?,
            key,
        })
    }
}

/// A certificate and its key, in PEM (PKCS#8).
#[derive(Debug, Clone)]
pub struct Issued {
    pub certificate_pem: String,
    pub key_pem: String,
    /// What a device is registered with: SHA-256 of the DER, lower-case hexadecimal.
    pub fingerprint: String,
}

/// The authorities of one run.
pub struct Pki {
    server_ca: Authority,
    client_ca: Authority,
}

impl Pki {
    pub fn new() -> Result<Pki> {
        Ok(Pki {
            server_ca: Authority::new("iotda-sim root", None)?,
            client_ca: Authority::new("iotda-sim device root", None)?,
        })
    }

    /// What devices put into `conf/rootcert.pem`.
    pub fn ca_pem(&self) -> String {
        self.server_ca.certificate.pem()
    }

    /// A device certificate that the platform accepts.
    pub fn issue_client(&self, common_name: &str) -> Result<Issued> {
        let mut params = params(common_name, &[])?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().map_err(failed)?;
        let made = params
            .signed_by(&key, &self.client_ca.certificate, &self.client_ca.key)
            .map_err(failed)?;
        Ok(Issued {
            fingerprint: crate::login::fingerprint(made.der()),
            certificate_pem: made.pem(),
            key_pem: key.serialize_pem(),
        })
    }

    pub fn server(&self, config: &TlsConfig) -> Result<Arc<ServerConfig>> {
        let name = config.names.first().map_or("iotda-sim", String::as_str);
        let mut params = params(name, &config.names)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let now = OffsetDateTime::now_utc();
        (params.not_before, params.not_after) = match config.validity {
            Validity::Now => (params.not_before, params.not_after),
            Validity::Expired => (now - Duration::days(30), now - Duration::days(1)),
            Validity::NotYet => (now + Duration::days(1), now + Duration::days(30)),
        };
        let key = KeyPair::generate().map_err(failed)?;
        let sign = |issuer: &Authority| {
            params
                .clone()
                .signed_by(&key, &issuer.certificate, &issuer.key)
                .map_err(failed)
        };
        let (leaf, extra) = match config.chain {
            Chain::Direct => (sign(&self.server_ca)?, None),
            Chain::Foreign => (sign(&Authority::new("some other root", None)?)?, None),
            Chain::SelfSigned => (params.clone().self_signed(&key).map_err(failed)?, None),
            Chain::Intermediate | Chain::MissingIntermediate => {
                let middle = Authority::new("iotda-sim intermediate", Some(&self.server_ca))?;
                let sent = (config.chain == Chain::Intermediate).then(|| middle.certificate.der().clone());
                (sign(&middle)?, sent)
            }
        };
        let chain: Vec<CertificateDer<'static>> = std::iter::once(leaf.der().clone()).chain(extra).collect();
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(failed)?;
        let versions: &[&rustls::SupportedProtocolVersion] = match config.versions {
            Versions::Both => rustls::ALL_VERSIONS,
            Versions::Tls12 => &[&rustls::version::TLS12],
            Versions::Tls13 => &[&rustls::version::TLS13],
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(versions)
            .map_err(failed)?;
        let mut roots = RootCertStore::empty();
        roots.add(self.client_ca.certificate.der().clone()).map_err(failed)?;
        let verifier = || WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let builder = match config.client_auth {
            ClientAuth::Off => builder.with_no_client_auth(),
            ClientAuth::Optional => {
                builder.with_client_cert_verifier(verifier().allow_unauthenticated().build().map_err(failed)?)
            }
            ClientAuth::Required => builder.with_client_cert_verifier(verifier().build().map_err(failed)?),
        };
        Ok(Arc::new(builder.with_single_cert(chain, key).map_err(failed)?))
    }
}
