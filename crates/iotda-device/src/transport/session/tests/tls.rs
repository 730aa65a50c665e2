//! TLS against rustls servers with certificates made on the spot: what is accepted, and how each refusal reads.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, SanType};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::peer::Conn;
use super::*;
use crate::transport::tls::{Client, Settings as Tls};

pub(super) struct Authority {
    pub(super) certificate: rcgen::Certificate,
    pub(super) key: KeyPair,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Authority {
            certificate: params.self_signed(&key).unwrap(),
            key,
        }
    }

    pub(super) fn issue(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.subject_alt_names = names
            .iter()
            .map(|name| match name.parse() {
                Ok(ip) => SanType::IpAddress(ip),
                Err(_) => SanType::DnsName((*name).try_into().unwrap()),
            })
            .collect();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.certificate, &self.key).unwrap(), key)
    }
}

pub(super) struct Scene {
    pub(super) peer: Peer,
    dir: tempfile::TempDir,
    pub(super) harness: Harness,
}

impl Scene {
    pub(super) fn new(root: &Authority) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("root.pem"), root.certificate.pem()).unwrap();
        Scene {
            peer: Peer::new(),
            dir,
            harness: Harness::new(),
        }
    }

    pub(super) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(super) fn tls(&self) -> Tls {
        Tls {
            root: self.dir.path().join("root.pem"),
            system_roots: false,
            client: None,
            verify_host: true,
            unverified_by: "",
            server_name: None,
            alpn: vec![],
        }
    }

    pub(super) fn connect(&self, host: &str, tls: Tls) {
        let settings = Settings {
            host: host.into(),
            tls: Some(tls),
            ..settings(self.peer.port)
        };
        self.harness.session.connect(settings);
    }

    /// Serves one connection in TLS on a thread; the session, if there is one.
    pub(super) fn serve(
        &self,
        config: ServerConfig,
    ) -> JoinHandle<Option<Conn<StreamOwned<ServerConnection, TcpStream>>>> {
        let tcp = self.peer.accept().0;
        std::thread::spawn(move || {
            let tls = ServerConnection::new(Arc::new(config)).unwrap();
            let mut conn = Conn(StreamOwned::new(tls, tcp));
            conn.try_packet().ok()?;
            conn.send(&[0x20, 2, 0, 0]);
            Some(conn)
        })
    }

    pub(super) fn refused(&self) -> String {
        match self.harness.next() {
            Event::ConnectFailed {
                code: -1,
                message: Some("TCP/TLS connect failure"),
                detail,
                ..
            } => detail,
            other => panic!("{other:?}"),
        }
    }
}

pub(super) fn server(certificate: &rcgen::Certificate, key: &KeyPair) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], der(key))
        .unwrap()
}

pub(super) fn server_wanting(client_ca: &Authority, certificate: &rcgen::Certificate, key: &KeyPair) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(client_ca.certificate.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .unwrap();
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![CertificateDer::from(certificate.der().to_vec())], der(key))
        .unwrap()
}

pub(super) fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()))
}

#[test]
fn a_session_over_tls() {
    let ca = Authority::new("platform");
    let (certificate, key) = ca.issue(&["localhost", "127.0.0.1"], |_| {});
    for host in ["localhost", "127.0.0.1"] {
        let scene = Scene::new(&ca);
        scene.connect(host, scene.tls());
        let conn = scene.serve(server(&certificate, &key));
        scene.harness.connected();
        let mut conn = conn.join().unwrap().unwrap();
        let big = Publish::new("t", vec![7; 300_000], 1, 5);
        scene.harness.session.publish(big).unwrap();
        assert_eq!(conn.publish().2, vec![7; 300_000]);
        conn.puback(1);
        assert_eq!(scene.harness.published(), (1, 5, 0));
        scene.harness.report(0, 6);
        assert_eq!(conn.publish().2, b"6");
        assert_eq!(scene.harness.published(), (0, 6, 0));
        scene.harness.session.disconnect().unwrap();
        assert_eq!(conn.packet().0, 0xe0);
        assert!(conn.closed());
        assert!(matches!(scene.harness.next(), Event::Disconnected));
    }
}

#[test]
fn unusable_files_name_themselves() {
    let ca = Authority::new("platform");
    for (root, expected) in [
        ("", "no PEM certificate"),
        ("garbage", "no PEM certificate"),
        ("\0", "is missing"),
    ] {
        let scene = Scene::new(&ca);
        let mut tls = scene.tls();
        match root {
            "\0" => tls.root = Path::new("/nowhere/rootcert.pem").into(),
            text => tls.root = scene.file("root.pem", text),
        }
        scene.connect("localhost", tls);
        let _conn = scene.peer.accept();
        let detail = scene.refused();
        assert!(detail.contains(expected) && detail.contains(".pem"), "{detail}");
    }
}

/// PKCS#8 with a password, as `openssl pkcs8 -topk8` writes it.
pub(super) fn encrypted(key: &KeyPair, password: &str) -> String {
    let der = key.serialize_der();
    let plain = pkcs8::PrivateKeyInfo::try_from(der.as_slice()).unwrap();
    let parameters = pkcs8::pkcs5::pbes2::Parameters::pbkdf2_sha256_aes256cbc(2_048, &[7; 8], &[9; 16]).unwrap();
    let document = plain.encrypt_with_params(parameters, password).unwrap();
    document
        .to_pem("ENCRYPTED PRIVATE KEY", pkcs8::LineEnding::LF)
        .unwrap()
        .to_string()
}

#[test]
fn device_certificates() {
    let ca = Authority::new("platform");
    let devices = Authority::new("devices");
    let (server_certificate, server_key) = ca.issue(&["localhost"], |_| {});
    let (device, key) = devices.issue(&[], |_| {});
    let (_, wrong_key) = devices.issue(&[], |_| {});
    let (stranger, stranger_key) = ca.issue(&[], |_| {});
    let password = |text: &str| Some(Secret::new(text));
    let cases = [
        (&device, key.serialize_pem(), None, None),
        (&device, key.serialize_pem(), password("ignored"), None),
        (&device, encrypted(&key, "pw"), password("pw"), None),
        (
            &device,
            encrypted(&key, "pw"),
            password("wrong"),
            Some("password (item 12) is wrong"),
        ),
        (&device, encrypted(&key, "pw"), None, Some("no key password")),
        (&device, wrong_key.serialize_pem(), None, Some("is not the key of")),
        (&device, "nothing".to_owned(), None, Some("no PEM private key")),
        (&stranger, stranger_key.serialize_pem(), None, Some("does not")),
    ];
    for (certificate, key, key_password, expected) in cases {
        let scene = Scene::new(&ca);
        let client = Client {
            certificate: scene.file("deviceCert.pem", &certificate.pem()),
            key: scene.file("deviceCert.key", &key),
            key_password,
        };
        scene.connect(
            "localhost",
            Tls {
                client: Some(client),
                ..scene.tls()
            },
        );
        let conn = scene.serve(server_wanting(&devices, &server_certificate, &server_key));
        match expected {
            None => scene.harness.connected(),
            Some(expected) => {
                let detail = scene.refused();
                assert!(detail.contains(expected), "{detail}");
            }
        }
        drop(conn.join());
    }
}
