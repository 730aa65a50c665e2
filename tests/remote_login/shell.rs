//! An SSH server with a scripted shell.

use std::sync::Arc;
use std::time::Duration;

use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::server::{Auth, Config, Handler, Msg, Session, run_stream};
use russh::{Channel, ChannelId, Pty};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// The server; what happens in it comes through `seen`.
pub struct Shell {
    pub port: u16,
    pub seen: mpsc::UnboundedReceiver<String>,
    /// The line of `known_hosts` for its key.
    pub known: String,
}

impl Shell {
    pub async fn start() -> Shell {
        let key = PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]));
        let public = key.public_key().to_openssh().unwrap();
        let config = Arc::new(Config {
            keys: vec![key],
            auth_rejection_time: Duration::from_millis(10),
            ..Config::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (log, seen) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let user = User(log.clone());
                if let Ok(session) = run_stream(config.clone(), socket, user).await {
                    tokio::spawn(session);
                }
            }
        });
        let words: Vec<&str> = public.split(' ').collect();
        Shell {
            port,
            seen,
            known: format!("[localhost]:{port} {} {}\n", words[0], words[1]),
        }
    }

    pub async fn sees(&mut self, what: &str) {
        let seen = tokio::time::timeout(Duration::from_secs(30), self.seen.recv()).await;
        assert_eq!(seen.expect("nothing happens at the shell").unwrap(), what);
    }
}

struct User(mpsc::UnboundedSender<String>);

impl User {
    fn note(&self, what: impl Into<String>) {
        let _ = self.0.send(what.into());
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.note("gone");
    }
}

impl Handler for User {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        self.note(format!("password of {user}"));
        match (user, password) {
            ("u1", "good") => Ok(Auth::Accept),
            _ => Ok(Auth::reject()),
        }
    }

    async fn channel_open_session(&mut self, _: Channel<Msg>, _: &mut Session) -> Result<bool, russh::Error> {
        Ok(true)
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.note(format!("terminal {term}"));
        session.channel_success(channel)
    }

    async fn window_change_request(
        &mut self,
        _: ChannelId,
        width: u32,
        height: u32,
        _: u32,
        _: u32,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.note(format!("size {width} {height}"));
        Ok(())
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        session.data(channel, "Welcome \u{4e2d}\u{6587}\r\n$ ".as_bytes().to_vec())
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], session: &mut Session) -> Result<(), russh::Error> {
        match data {
            b"exit\n" => {
                session.exit_status_request(channel, 0)?;
                session.eof(channel)?;
                session.close(channel)
            }
            b"big3000\n" => session.data(channel, [vec![b'A'; 3000], b"\r\n$ ".to_vec()].concat()),
            b"invalid\n" => session.data(channel, b"a\xffb\r\n$ ".to_vec()),
            b"split\n" => {
                let handle = session.handle();
                tokio::spawn(async move {
                    for piece in [&b"\xe4"[..], b"\xb8", b"\xad\xe6", b"\x96\x87\r\n$ "] {
                        handle.data(channel, piece.to_vec()).await.unwrap();
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                });
                Ok(())
            }
            b"flood\n" => {
                let handle = session.handle();
                tokio::spawn(async move { while handle.data(channel, vec![b'y'; 16 << 10]).await.is_ok() {} });
                Ok(())
            }
            line => {
                let line = String::from_utf8_lossy(line);
                if line.starts_with("note ") {
                    self.note(line.trim_end());
                }
                let answer = format!("you said: {}\r\n$ ", line.trim_end());
                session.data(channel, answer.into_bytes())
            }
        }
    }
}
