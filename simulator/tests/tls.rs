//! Certificates that are right, and wrong on purpose, seen with a TLS client of its own.

use std::sync::Arc;
use std::time::Duration;

use iotda_sim::login::{Sign, password};
use iotda_sim::tls::Issued;
use iotda_sim::{Chain, ClientAuth, Config, Event, Kind, Platform, Port, TlsConfig, Validity, Versions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

const WAIT: Duration = Duration::from_secs(10);

fn platform(certificates: TlsConfig) -> Platform {
    let config = Config {
        plain: Port::None,
        tls: Port::Ephemeral,
        certificates,
        ..Config::default()
    };
    Platform::start(config.device("gate", "s")).unwrap()
}

/// Sends CONNECT over TLS; the CONNACK code, or the error.
fn log_in(platform: &Platform, name: &str, client: Option<&Issued>, device: &str) -> Result<u8, String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(platform.ca_pem().as_bytes()).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match client {
        None => builder.with_no_client_auth(),
        Some(issued) => {
            let chain = vec![CertificateDer::from_pem_slice(issued.certificate_pem.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(issued.key_pem.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    };
    let stamp = "2024060108";
    let mut body = b"\0\x04MQTT\x04".to_vec();
    body.extend([if client.is_some() { 0x82 } else { 0xc2 }, 0, 60]);
    let mut fields = vec![format!("{device}_0_0_{stamp}"), device.to_string()];
    if client.is_none() {
        fields.push(password(Sign::Unchecked, stamp, "s"));
    }
    for field in fields {
        body.extend((field.len() as u16).to_be_bytes());
        body.extend(field.as_bytes());
    }
    let mut packet = vec![0x10, body.len() as u8];
    assert!(body.len() < 128);
    packet.append(&mut body);
    let name = ServerName::try_from(name.to_string()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tcp = TcpStream::connect(platform.tls_addr().unwrap()).await.unwrap();
        let mut tls = TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await
            .map_err(|e| e.to_string())?;
        let mut answer = [0; 4];
        tls.write_all(&packet).await.map_err(|e| e.to_string())?;
        tls.read_exact(&mut answer).await.map_err(|e| e.to_string())?;
        Ok(answer[3])
    })
}

#[test]
fn right_certificates() {
    for chain in [Chain::Direct, Chain::Intermediate] {
        for versions in [Versions::Tls12, Versions::Tls13] {
            let platform = platform(TlsConfig {
                chain,
                versions,
                ..TlsConfig::default()
            });
            for name in ["localhost", "127.0.0.1", "127.0.0.2"] {
                assert_eq!(log_in(&platform, name, None, "gate"), Ok(0), "{chain:?} {name}");
            }
        }
    }
}

#[test]
fn wrong_certificates() {
    let names = vec!["elsewhere.example".to_string()];
    for (config, expected) in [
        (
            TlsConfig {
                validity: Validity::Expired,
                ..TlsConfig::default()
            },
            "expired",
        ),
        (
            TlsConfig {
                validity: Validity::NotYet,
                ..TlsConfig::default()
            },
            "not valid yet",
        ),
        (
            TlsConfig {
                names,
                ..TlsConfig::default()
            },
            "not valid for name",
        ),
        (
            TlsConfig {
                chain: Chain::Foreign,
                ..TlsConfig::default()
            },
            "UnknownIssuer",
        ),
        (
            TlsConfig {
                chain: Chain::SelfSigned,
                ..TlsConfig::default()
            },
            "UnknownIssuer",
        ),
        (
            TlsConfig {
                chain: Chain::MissingIntermediate,
                ..TlsConfig::default()
            },
            "UnknownIssuer",
        ),
    ] {
        let platform = platform(config);
        let error = log_in(&platform, "localhost", None, "gate").unwrap_err();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(
            platform
                .wait_for(|e: &Event| matches!(e.kind, Kind::TlsFailed { .. }), WAIT)
                .is_some()
        );
    }
}

#[test]
fn certificate_mode() {
    let required = platform(TlsConfig {
        client_auth: ClientAuth::Required,
        ..TlsConfig::default()
    });
    assert!(log_in(&required, "localhost", None, "gate").is_err());

    let platform = platform(TlsConfig::default());
    let (own, other) = (
        platform.issue_client_certificate("cam").unwrap(),
        platform.issue_client_certificate("cam").unwrap(),
    );
    platform.add_certificate_device("cam", Some(&own.fingerprint)).unwrap();
    platform.add_certificate_device("any", None).unwrap();
    assert_eq!(log_in(&platform, "localhost", Some(&own), "cam"), Ok(0));
    assert_eq!(log_in(&platform, "localhost", Some(&other), "cam"), Ok(5));
    assert_eq!(log_in(&platform, "localhost", Some(&other), "any"), Ok(0));
    let foreign = required.issue_client_certificate("any").unwrap();
    assert!(log_in(&platform, "localhost", Some(&foreign), "any").is_err());
}
