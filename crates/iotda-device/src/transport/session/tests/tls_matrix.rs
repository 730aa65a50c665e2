//! Every way in which TLS can fail to stand, as a table: each is refused, with a text of its own that says what to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, RemoteKeyPair};
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{ServerConfig, SignatureAlgorithm, SignatureScheme, SupportedProtocolVersion};

use super::tls::{Authority, Scene, encrypted, server_wanting};
use super::*;
use crate::transport::Transport;
use crate::transport::tls::{Client, Settings as Tls};

const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];

/// An RSA key of 1024 bits, as far as a certificate shows it: nobody holds its private half.
struct Weak(Vec<u8>);

impl Weak {
    fn key() -> KeyPair {
        let mut public = vec![0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00];
        public.extend([0xc5; 128]);
        public.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
        KeyPair::from_remote(Box::new(Weak(public))).unwrap()
    }
}

impl RemoteKeyPair for Weak {
    fn public_key(&self) -> &[u8] {
        &self.0
    }
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(vec![0x5a; 128])
    }
    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// Shows a certificate and signs with whatever key it has.
#[derive(Debug)]
struct Pretender(Vec<CertificateDer<'static>>, SignatureAlgorithm);

impl ResolvesServerCert for Pretender {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::new(CertifiedKey::new(
            self.0.clone(),
            Arc::new(Pretender(vec![], self.1)),
        )))
    }
}

impl SigningKey for Pretender {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(Pretender(vec![], self.1)))
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        self.1
    }
}

impl Signer for Pretender {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        Ok(vec![0x5a; 128])
    }
    fn scheme(&self) -> SignatureScheme {
        match self.1 {
            SignatureAlgorithm::RSA => SignatureScheme::RSA_PSS_SHA256,
            _ => SignatureScheme::ECDSA_NISTP256_SHA256,
        }
    }
}

/// What a server shows, and with which key.
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: Result<KeyPair, SignatureAlgorithm>,
}

impl Shown {
    fn new((certificate, key): (rcgen::Certificate, KeyPair)) -> Shown {
        Shown {
            chain: vec![certificate.der().clone()],
            key: Ok(key),
        }
    }

    fn server(&self, version: &'static SupportedProtocolVersion) -> ServerConfig {
        let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth();
        match &self.key {
            Ok(key) => builder
                .with_single_cert(self.chain.clone(), super::tls::der(key))
                .unwrap(),
            Err(algorithm) => builder.with_cert_resolver(Arc::new(Pretender(self.chain.clone(), *algorithm))),
        }
    }
}

fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "itself");
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap(), key)
}

/// The refusals so far: what fails, its text.
#[derive(Default)]
struct Refusals(BTreeMap<&'static str, (&'static str, String)>);

impl Refusals {
    /// `own` is in no other refusal's text, `advice` tells what to do.
    fn add(&mut self, what: &'static str, own: &'static str, advice: &str, detail: String) {
        assert!(detail.contains(own) && detail.contains(advice), "{what}: {detail}");
        self.0.insert(what, (own, detail));
    }

    fn are_distinct(&self) {
        for (what, (own, _)) in &self.0 {
            for (other, (_, detail)) in &self.0 {
                assert!(
                    what == other || !detail.contains(own),
                    "{what} reads like {other}: {detail}"
                );
            }
        }
    }
}

#[test]
fn each_refusal_has_its_own_text() {
    let mut refusals = Refusals::default();
    certificates(&mut refusals);
    device_files(&mut refusals);
    versions_and_protocols(&mut refusals);
    assert_eq!(refusals.0.len(), 22);
    refusals.are_distinct();
}

/// What the server shows: refused in both TLS versions, and without the name check too, unless it is about the name.
fn certificates(refusals: &mut Refusals) {
    let ca = Authority::new("platform");
    let impostor = Authority::new("platform");
    let now = std::time::SystemTime::now();
    let day = Duration::from_secs(86_400);
    let host = ["localhost"];
    let weak_key = || {
        let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "weak");
        let certificate = params.signed_by(&Weak::key(), &ca.certificate, &ca.key).unwrap();
        Shown {
            chain: vec![certificate.der().clone()],
            key: Err(SignatureAlgorithm::RSA),
        }
    };
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "weak CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = Weak::key();
    let weak_ca = Authority {
        certificate: params.self_signed(&key).unwrap(),
        key,
    };
    let foreign_key = Shown {
        chain: vec![ca.issue(&host, |_| {}).0.der().clone()],
        key: Err(SignatureAlgorithm::ECDSA),
    };
    let cases = [
        (
            "expired",
            &ca,
            Shown::new(ca.issue(&host, |p| p.not_after = (now - day).into())),
            "has expired",
            "renewed",
        ),
        (
            "early",
            &ca,
            Shown::new(ca.issue(&host, |p| p.not_before = (now + day).into())),
            "not valid yet",
            "set it",
        ),
        (
            "host",
            &ca,
            Shown::new(ca.issue(&["elsewhere.example"], |_| {})),
            "is for elsewhere.example",
            "item 113",
        ),
        (
            "no host",
            &ca,
            Shown::new(ca.issue(&[], |_| {})),
            "is for no host",
            "item 113",
        ),
        (
            "unknown CA",
            &ca,
            Shown::new(Authority::new("other").issue(&host, |_| {})),
            "a CA that is not in rootcert.pem",
            "put the certificate of that CA there",
        ),
        (
            "self-signed",
            &ca,
            Shown::new(self_signed(|_| {})),
            "is self-signed",
            "put it there",
        ),
        (
            "CA as server",
            &ca,
            Shown::new(self_signed(|p| p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained))),
            "certificate of a CA (CA:TRUE)",
            "have that CA issue one",
        ),
        (
            "replaced",
            &ca,
            Shown::new(impostor.issue(&host, |_| {})),
            "not signed by the CA of that name",
            "put the CA's present certificate there",
        ),
        (
            "weak key",
            &ca,
            weak_key(),
            "1024 bits): it needs",
            "a new one with RSA of 2048",
        ),
        (
            "weak CA",
            &weak_ca,
            Shown::new(weak_ca.issue(&host, |_| {})),
            "CA of the server's certificate has a weak key (RSA of 1024 bits)",
            "has to issue a new one",
        ),
        (
            "foreign key",
            &ca,
            foreign_key,
            "does not hold the key of its certificate",
            "belong together",
        ),
    ];
    for (what, root, shown, own, advice) in cases {
        for version in VERSIONS {
            for verify_host in [true, false] {
                let scene = Scene::new(root);
                let tls = scene.tls();
                scene.connect("localhost", Tls { verify_host, ..tls });
                let conn = scene.serve(shown.server(version));
                if !verify_host && what.ends_with("host") {
                    scene.harness.connected();
                    assert!(conn.join().unwrap().is_some());
                    continue;
                }
                refusals.add(what, own, advice, scene.refused());
                assert!(conn.join().unwrap().is_none(), "{what}: no CONNECT was sent");
            }
        }
    }
}

/// What the device has of its own.
fn device_files(refusals: &mut Refusals) {
    let ca = Authority::new("platform");
    let devices = Authority::new("devices");
    let server = ca.issue(&["localhost"], |_| {});
    let (device, key) = devices.issue(&[], |_| {});
    let (_, other_key) = devices.issue(&[], |_| {});
    let (stranger, stranger_key) = ca.issue(&[], |_| {});
    let locked = encrypted(&key, "open sesame");
    let cases = [
        (
            "wrong password",
            &device,
            locked.clone(),
            Some("wrong"),
            "password (item 12) is wrong",
            "set the one",
        ),
        (
            "no password",
            &device,
            locked,
            None,
            "no key password (item 12) is set",
            "item 12",
        ),
        (
            "other key",
            &device,
            other_key.serialize_pem(),
            None,
            "is not the key of",
            "copy both files",
        ),
        (
            "no key",
            &device,
            "nothing".to_owned(),
            None,
            "no PEM private key",
            "deviceCert.key",
        ),
        (
            "stranger",
            &stranger,
            stranger_key.serialize_pem(),
            None,
            "does not know the CA of the device",
            "certificate",
        ),
    ];
    for (what, certificate, key, password, own, advice) in cases {
        let scene = Scene::new(&ca);
        let client = Some(Client {
            certificate: scene.file("deviceCert.pem", &certificate.pem()),
            key: scene.file("deviceCert.key", &key),
            key_password: password.map(Secret::new),
        });
        let tls = scene.tls();
        scene.connect("localhost", Tls { client, ..tls });
        let conn = scene.serve(server_wanting(&devices, &server.0, &server.1));
        let detail = scene.refused();
        assert!(!detail.contains("sesame") && !detail.contains("BEGIN"), "{detail}");
        refusals.add(what, own, advice, detail);
        drop(conn.join());
    }

    let scene = Scene::new(&ca);
    scene.connect("localhost", scene.tls());
    scene.serve(server_wanting(&devices, &server.0, &server.1));
    refusals.add(
        "no device",
        "it wants a device certificate",
        "certificate mode",
        scene.refused(),
    );

    let scene = Scene::new(&ca);
    std::fs::remove_file(scene.tls().root).unwrap();
    scene.connect("localhost", scene.tls());
    let _conn = scene.peer.accept();
    refusals.add("no file", "root.pem is missing", "put the file there", scene.refused());
}

/// A ServerHello of TLS 1.1, RSA with AES-128-CBC.
fn server_hello_1_1() -> Vec<u8> {
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0x00, 0x2f, 0]);
    hello
}

fn versions_and_protocols(refusals: &mut Refusals) {
    let ca = Authority::new("platform");
    let alert = vec![0x15, 3, 2, 0, 2, 2, 70];
    for (what, answer, own, advice) in [
        (
            "TLS 1.1 hello",
            server_hello_1_1(),
            "chose a TLS version before 1.2",
            "needs an update",
        ),
        (
            "TLS 1.1 alert",
            alert,
            "alert ProtocolVersion: it has no TLS 1.2 or 1.3",
            "update the server",
        ),
        (
            "no TLS",
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            "does not speak TLS",
            "check address and port",
        ),
    ] {
        let scene = Scene::new(&ca);
        scene.connect("localhost", scene.tls());
        let mut conn = scene.peer.accept();
        conn.send(&answer);
        refusals.add(what, own, advice, scene.refused());
    }

    let shown = Shown::new(ca.issue(&["localhost"], |_| {}));
    let scene = Scene::new(&ca);
    let alpn = vec![b"mqtt".to_vec()];
    let tls = scene.tls();
    scene.connect("localhost", Tls { alpn, ..tls });
    let mut config = shown.server(&rustls::version::TLS13);
    config.alpn_protocols = vec![b"h2".to_vec()];
    scene.serve(config);
    refusals.add(
        "ALPN",
        "none of the protocol names offered",
        "item 114",
        scene.refused(),
    );
}

#[test]
fn what_is_right_is_accepted() {
    let ca = Authority::new("platform");
    let middle = {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "middle");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Authority {
            certificate: params.signed_by(&key, &ca.certificate, &ca.key).unwrap(),
            key,
        }
    };
    let rsa_2048 = {
        let key = KeyPair::from_pem(include_str!("../../../../../../tests/fixtures/keys/pkcs8-plain.pem")).unwrap();
        let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        (params.signed_by(&key, &ca.certificate, &ca.key).unwrap(), key)
    };
    let itself = self_signed(|_| {});
    let own_root = Authority {
        certificate: itself.0,
        key: itself.1,
    };
    let shown_itself = Shown {
        chain: vec![own_root.certificate.der().clone()],
        key: Ok(KeyPair::from_pem(&own_root.key.serialize_pem()).unwrap()),
    };
    let mut by_middle = Shown::new(middle.issue(&["localhost"], |_| {}));
    by_middle.chain.push(middle.certificate.der().clone());
    let cases = [
        ("localhost", &ca, Shown::new(ca.issue(&["localhost"], |_| {})), None),
        ("127.0.0.1", &ca, Shown::new(ca.issue(&["127.0.0.1"], |_| {})), None),
        ("localhost", &ca, by_middle, None),
        ("localhost", &ca, Shown::new(rsa_2048), None),
        ("localhost", &own_root, shown_itself, None),
        (
            "127.0.0.1",
            &ca,
            Shown::new(ca.issue(&["iot.example"], |_| {})),
            Some("iot.example"),
        ),
    ];
    for (host, root, shown, name) in cases {
        for version in VERSIONS {
            let scene = Scene::new(root);
            let tls = Tls {
                server_name: name.map(str::to_owned),
                alpn: vec![b"x-mqtt".to_vec(), b"mqtt".to_vec()],
                ..scene.tls()
            };
            scene.connect(host, tls);
            let mut config = shown.server(version);
            config.alpn_protocols = vec![b"h2".to_vec(), b"mqtt".to_vec()];
            let conn = scene.serve(config);
            scene.harness.connected();
            let conn = conn.join().unwrap().unwrap();
            let server = &conn.0.conn;
            assert_eq!(server.alpn_protocol(), Some(b"mqtt".as_slice()));
            let sent = host.parse::<std::net::IpAddr>().is_err().then_some(host);
            assert_eq!(server.server_name(), name.or(sent), "SNI");
        }
    }
}

/// The certificate must be for the name that was set, not for the address that was dialled.
#[test]
fn the_server_name_replaces_the_address() {
    let ca = Authority::new("platform");
    let scene = Scene::new(&ca);
    let tls = Tls {
        server_name: Some("iot.example".into()),
        ..scene.tls()
    };
    scene.connect("localhost", tls);
    scene.serve(Shown::new(ca.issue(&["localhost"], |_| {})).server(&rustls::version::TLS13));
    assert!(scene.refused().contains("is for localhost, not for iot.example"));
}

/// A CA was replaced by another of the same name; the file is exchanged while the program runs.
#[test]
fn a_replaced_authority() {
    let [old, new] = ["platform", "platform"].map(Authority::new);
    for (trusted, used) in [(&new, &old), (&old, &new)] {
        let scene = Scene::new(trusted);
        let shown = Shown::new(used.issue(&["localhost"], |_| {}));
        scene.connect("localhost", scene.tls());
        scene.serve(shown.server(&rustls::version::TLS13));
        assert!(scene.refused().contains("one of them was replaced"));
        scene.file("root.pem", &used.certificate.pem());
        scene.connect("localhost", scene.tls());
        let conn = scene.serve(shown.server(&rustls::version::TLS13));
        scene.harness.connected();
        assert!(conn.join().unwrap().is_some());
    }
}

/// The HTTP of WebSocket has its own protocol name, and the name that is verified is the host of the request.
#[test]
fn websocket_over_tls() {
    let ca = Authority::new("platform");
    let scene = Scene::new(&ca);
    let tls = Tls {
        server_name: Some("iot.example".into()),
        alpn: vec![b"mqtt".to_vec()],
        ..scene.tls()
    };
    scene.harness.session.connect(Settings {
        transport: Transport::WebSocket,
        tls: Some(tls),
        ..settings(scene.peer.port)
    });
    let mut config = Shown::new(ca.issue(&["iot.example"], |_| {})).server(&rustls::version::TLS13);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut tcp = scene.peer.accept().0;
    let mut server = rustls::ServerConnection::new(Arc::new(config)).unwrap();
    let mut stream = rustls::Stream::new(&mut server, &mut tcp);
    let mut request = [0; 1024];
    let count = std::io::Read::read(&mut stream, &mut request).unwrap();
    let request = String::from_utf8_lossy(&request[..count]).into_owned();
    assert!(
        request.contains(&format!("Host: iot.example:{}\r\n", scene.peer.port)),
        "{request}"
    );
    assert_eq!(server.alpn_protocol(), Some(b"http/1.1".as_slice()));
    drop(tcp);
    assert!(scene.refused().contains("closed"));
}
