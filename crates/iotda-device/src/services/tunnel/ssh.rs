//! The shell behind a tunnel: an SSH session on this machine (docs/spec/services.md#tunnel-shell).

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use russh::client::{self, AuthResult, Msg};
use russh::keys::{Algorithm, EcdsaCurve, PublicKey};
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Preferred};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::known_hosts::{self, Key, Verdict};
use super::message::Login;
use super::output::Output;
use crate::transport::tcp::{Tcp, Unreachable};

/// From the first byte to the shell.
const LOGIN_WITHIN: Duration = Duration::from_secs(30);
const WIDTH: u32 = 128;
const HEIGHT: u32 = 30;
/// Of one write; the server's window decides how many are under way.
const PIECE: usize = 16 << 10;
/// Pieces of output that may wait for the web socket.
const QUEUE: usize = 16;
/// Commands that may wait for the shell: a key is one, and a login takes some time.
const TYPED: usize = 256;

/// The SSH server and what is known about it.
#[derive(Clone)]
pub struct Host {
    pub name: String,
    pub port: u16,
    /// `None`: the key of the server is accepted and not kept.
    pub known_hosts: Option<PathBuf>,
}

impl Default for Host {
    fn default() -> Host {
        Host {
            name: "localhost".to_owned(),
            port: 22,
            known_hosts: known_hosts::of_user(),
        }
    }
}

/// Why there is no shell; its text is for the log.
#[derive(Debug)]
pub(super) enum NoShell {
    Late,
    Tcp(Unreachable),
    /// What is known of the server cannot be read.
    KnownHosts(PathBuf, io::Error),
    /// The server has another key than the one known.
    Key,
    Ssh(russh::Error),
    Login,
    /// The server does not give what a shell needs.
    Unconfirmed(&'static str),
}

impl fmt::Display for NoShell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoShell::Late => write!(f, "no shell after {} s", LOGIN_WITHIN.as_secs()),
            NoShell::Tcp(why) => why.fmt(f),
            NoShell::KnownHosts(path, cause) => write!(f, "{}: {cause}", path.display()),
            NoShell::Key => f.write_str("the key of the SSH server is not the one in known_hosts"),
            NoShell::Ssh(cause) => write!(f, "SSH: {cause}"),
            NoShell::Login => f.write_str("the SSH server refuses the login"),
            NoShell::Unconfirmed(what) => write!(f, "the SSH server gives no {what}"),
        }
    }
}

impl From<russh::Error> for NoShell {
    fn from(cause: russh::Error) -> NoShell {
        NoShell::Ssh(cause)
    }
}

/// What a session tells its tunnel.
#[derive(Debug)]
pub(super) enum Said {
    /// The login has succeeded, and there is a shell.
    Opened,
    Text(String),
    /// There is no shell.
    Failed(NoShell),
    /// The shell has ended.
    Ended,
}

/// A session, from the login on. Dropping it ends it.
pub(super) struct Session {
    pub(super) input: mpsc::Sender<Vec<u8>>,
    pub(super) output: mpsc::Receiver<Said>,
    task: tokio::task::JoinHandle<()>,
}

impl Session {
    /// Starts `run` with its ends of the queues, in the tunnel's runtime.
    pub(super) fn start<F>(run: impl FnOnce(mpsc::Receiver<Vec<u8>>, mpsc::Sender<Said>) -> F) -> Session
    where
        F: std::future::Future<Output = ()> + Send + 'static,
    {
        let (input, typed) = mpsc::channel(TYPED);
        let (said, output) = mpsc::channel(QUEUE);
        let task = tokio::spawn(run(typed, said));
        Session { input, output, task }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Host {
    /// A session of its own for this login.
    pub(super) fn session(&self, login: Login) -> Session {
        let host = self.clone();
        Session::start(|input, output| host.run(login, input, output))
    }

    async fn run(self, login: Login, input: mpsc::Receiver<Vec<u8>>, output: mpsc::Sender<Said>) {
        let opened = match timeout(LOGIN_WITHIN, self.open(login)).await {
            Ok(opened) => opened,
            Err(_) => Err(NoShell::Late),
        };
        let Opened {
            _handle,
            first,
            reader,
            writer,
        } = match opened {
            Ok(opened) => opened,
            Err(why) => {
                let _ = output.send(Said::Failed(why)).await; // the tunnel may have ended
                return;
            }
        };
        if output.send(Said::Opened).await.is_err() {
            return;
        }
        // Side by side: a shell that does not read until it is read from must not block both.
        let writing = async {
            write(writer, input).await;
            std::future::pending::<()>().await; // what the shell still says is worth waiting for
        };
        tokio::select! {
            () = writing => {}
            () = read(reader, &first, &output) => {}
        }
        let _ = output.send(Said::Ended).await; // as above
    }

    async fn open(&self, login: Login) -> Result<Opened, NoShell> {
        let tcp = Tcp::dial(&self.name, self.port).await.map_err(NoShell::Tcp)?;
        let known = match &self.known_hosts {
            Some(path) => known_hosts::read(path).map_err(|e| NoShell::KnownHosts(path.clone(), e))?,
            None => String::new(),
        };
        let kinds = known_hosts::kinds(&known, &self.name, self.port);
        let config = client::Config {
            preferred: Preferred {
                key: Cow::Owned(algorithms(&kinds)),
                ..Preferred::default()
            },
            channel_buffer_size: QUEUE,
            nodelay: true,
            ..client::Config::default()
        };
        let check = Check {
            host: self.clone(),
            known,
        };
        let mut handle = match client::connect_stream(Arc::new(config), tcp, check).await {
            Ok(handle) => handle,
            Err(russh::Error::UnknownKey) => return Err(NoShell::Key),
            Err(e) => return Err(e.into()),
        };
        let Login { user, password } = login;
        let result = handle.authenticate_password(user, password.as_str()).await;
        drop(password); // overwrites it; russh frees its copy as it is
        match result? {
            AuthResult::Success => {}
            AuthResult::Failure { .. } => return Err(NoShell::Login),
        }
        let mut channel = handle.channel_open_session().await?;
        channel.request_pty(true, "xterm", 80, 24, 0, 0, &[]).await?;
        confirmed(&mut channel, "terminal").await?;
        channel.window_change(WIDTH, HEIGHT, 0, 0).await?;
        channel.request_shell(true).await?;
        let first = confirmed(&mut channel, "shell").await?;
        let (reader, writer) = channel.split();
        Ok(Opened {
            _handle: handle,
            first,
            reader,
            writer,
        })
    }
}

/// A shell at work.
struct Opened {
    /// Keeps the connection open.
    _handle: client::Handle<Check>,
    /// What the shell wrote before the server confirmed it.
    first: Bytes,
    reader: ChannelReadHalf,
    writer: ChannelWriteHalf<Msg>,
}

/// Waits for the server's word about a request.
async fn confirmed(channel: &mut Channel<Msg>, what: &'static str) -> Result<Bytes, NoShell> {
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Success => return Ok(Bytes::new()),
            ChannelMsg::Data { data } => return Ok(data),
            ChannelMsg::Failure | ChannelMsg::Close => break,
            _ => {}
        }
    }
    Err(NoShell::Unconfirmed(what))
}

/// The kinds of key to ask for, those in the file first: a server may have several.
fn algorithms(known: &[String]) -> Vec<Algorithm> {
    let ecdsa = [EcdsaCurve::NistP256, EcdsaCurve::NistP384, EcdsaCurve::NistP521];
    let mut all = vec![Algorithm::Ed25519];
    all.extend(ecdsa.map(|curve| Algorithm::Ecdsa { curve }));
    all.sort_by_key(|algorithm| !known.iter().any(|kind| kind == algorithm.as_str()));
    all
}

/// Judges the server's key.
struct Check {
    host: Host,
    known: String,
}

impl Check {
    fn accepts(&self, key: &PublicKey) -> bool {
        let text = key.to_openssh().unwrap_or_default();
        let mut words = text.split(' ');
        let (Some(kind), Some(base64)) = (words.next(), words.next()) else {
            return false;
        };
        let key = Key { kind, base64 };
        let Host { name, port, .. } = &self.host;
        match known_hosts::judge(&self.known, name, *port, key) {
            Verdict::Known => true,
            Verdict::Refused => false,
            Verdict::Unknown => {
                self.keep(key);
                true
            }
        }
    }

    fn keep(&self, key: Key<'_>) {
        let Host {
            name,
            port,
            known_hosts,
        } = &self.host;
        let Some(path) = known_hosts else {
            base::lines::login_no_home();
            return;
        };
        match known_hosts::learn(path, name, *port, key) {
            Ok(()) => base::info!(
                "remote login: the key of {name} is trusted from now on ({})",
                path.display()
            ),
            Err(e) => base::lines::login_key_unkept(&name, &path.display(), &e),
        }
    }
}

impl client::Handler for Check {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKey) -> Result<bool, russh::Error> {
        Ok(self.accepts(key))
    }
}

/// Until the tunnel gives up the session, or the channel is closed.
async fn write(writer: ChannelWriteHalf<Msg>, mut input: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = input.recv().await {
        for piece in bytes.chunks(PIECE) {
            if writer.data(piece).await.is_err() {
                return;
            }
        }
    }
}

/// Until the shell ends.
async fn read(mut reader: ChannelReadHalf, first: &[u8], output: &mpsc::Sender<Said>) {
    let mut text = Output::default();
    let mut texts = text.push(first);
    loop {
        for text in texts {
            if output.send(Said::Text(text)).await.is_err() {
                return;
            }
        }
        texts = match reader.wait().await {
            Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => text.push(&data),
            Some(ChannelMsg::Eof | ChannelMsg::Close) | None => break,
            Some(_) => Vec::new(),
        };
    }
    if let Some(rest) = text.finish() {
        let _ = output.send(Said::Text(rest)).await; // the tunnel may have ended
    }
}
