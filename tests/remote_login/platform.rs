//! The platform's end of a tunnel: a web socket over TLS, on this machine.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

pub const WAIT: Duration = Duration::from_secs(30);

/// Listens with a certificate for localhost; `ca` is what a device has to trust.
pub struct Platform {
    pub listener: TcpListener,
    pub ca: String,
    acceptor: TlsAcceptor,
}

impl Platform {
    pub async fn start() -> Platform {
        let authority_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&authority_key).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority, &authority_key).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Platform {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            ca: authority.pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }

    pub fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// The next connection, up to TLS; `Err` when the device gives it up.
    pub async fn connection(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let (tcp, _) = timeout(WAIT, self.listener.accept())
            .await
            .expect("no connection")
            .unwrap();
        self.acceptor.accept(tcp).await
    }

    /// The next web socket.
    pub async fn accept(&self) -> Peer {
        let mut stream = self.connection().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        let request = String::from_utf8(request).unwrap();
        let key = request
            .split("Sec-WebSocket-Key: ")
            .nth(1)
            .unwrap()
            .split("\r\n")
            .next()
            .unwrap()
            .to_owned();
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        Peer {
            request: request.replace(&key, "KEY"),
            socket: WebSocketStream::from_raw_socket(stream, Role::Server, None).await,
        }
    }
}

pub struct Peer {
    pub request: String,
    pub socket: WebSocketStream<TlsStream<TcpStream>>,
}

impl Peer {
    pub async fn ask(&mut self, message: Value) {
        self.socket
            .send(Message::Text(message.to_string().into()))
            .await
            .unwrap();
    }

    pub async fn connect(&mut self, id: &str, user: &str, password: &str) {
        self.ask(
            json!({"operation_type": "connect", "tunnel_service_type": "ssh", "request_id": id,
                        "data": {"username": user, "password": password}}),
        )
        .await;
        let received = json!({"operation_type": "connect_response", "tunnel_service_type": "ssh", "request_id": id});
        assert_eq!(self.hear().await, received);
    }

    /// One without user and password, which reaches no SSH server and so does not count as failed.
    pub async fn half_a_login(&mut self, id: &str) {
        self.ask(json!({"operation_type": "connect", "tunnel_service_type": "ssh", "request_id": id}))
            .await;
        assert_eq!(self.hear().await["operation_type"], "connect_response");
        assert_eq!(self.hear().await, failed(id));
    }

    pub async fn command(&mut self, id: &str, line: &str) {
        self.ask(json!({"operation_type": "command", "tunnel_service_type": "ssh", "request_id": id, "data": line}))
            .await;
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        loop {
            match timeout(WAIT, self.socket.next()).await.expect("no message") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("{other:?} instead of a message"),
            }
        }
    }

    /// The texts of answers with this id, until they end like this.
    pub async fn output(&mut self, id: &str, end: &str) -> Vec<String> {
        let mut texts = Vec::new();
        loop {
            let message = self.hear().await;
            assert_eq!(message["operation_type"], "command_response", "{message}");
            assert_eq!(message["tunnel_service_type"], "ssh");
            assert_eq!(message["request_id"], id);
            let text = message["data"].as_str().unwrap().to_owned();
            assert!(text.len() <= 2048);
            let done = text.ends_with(end);
            texts.push(text);
            if done {
                return texts;
            }
        }
    }

    /// Closes with this code; it must come back.
    pub async fn close(mut self, code: u16) {
        let frame = CloseFrame {
            code: code.into(),
            reason: Default::default(),
        };
        self.socket.close(Some(frame)).await.unwrap();
        assert_eq!(self.ended().await, Some(code));
    }

    /// The code with which the device ends it.
    pub async fn ended(&mut self) -> Option<u16> {
        loop {
            match timeout(WAIT, self.socket.next()).await.expect("no end") {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}

pub fn failed(id: &str) -> Value {
    json!({"operation_type": "disconnect", "tunnel_service_type": "ssh", "request_id": id,
           "data": {"status_code": "400", "status_msg": "WssClientListenerOnMsg: Create SSH channel failed"}})
}

pub fn shell_ended() -> Value {
    json!({"operation_type": "disconnect", "tunnel_service_type": "ssh", "request_id": "SSH_timeout_disconnect",
           "data": {"status_code": "408", "status_msg": "SSH idles for too long, the session will be closed"}})
}
