//! The control socket: one JSON request per line, one JSON answer per line, over a Unix socket.
//! `{"op":"bind","group":"hall","device":"cam"}` is answered by `{"ok":true,"result":null}` or
//! `{"ok":false,"error":"…"}`; `events` is answered by one line per event, then the `ok` line.

mod device;
mod request;

use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use socket2::{Domain, SockAddr, Socket, Type};

pub use self::request::Request;
use crate::error::{Error, Result};
use crate::iotda::groups::Group;
use crate::ledger::Event;
use crate::limits::Limits;
use crate::message::Message;
use crate::platform::Handle;

fn group_json(group: &Group, platform: &Handle) -> Value {
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|id| {
            json!({
                "device": id,
                "online": platform.is_online(id),
                "synchronised": platform.is_synchronised(id),
                "device_ip": platform.device_info(id).and_then(|info| info.device_ip),
            })
        })
        .collect();
    let bus = group
        .bus
        .as_ref()
        .map(|bus| json!({ "bus_id": bus.id, "bus_name": bus.name, "version": bus.version, "bus_key": "***" }));
    json!({ "group": group.name, "bus": bus, "members": members })
}

/// Does what is asked, except for events and stop, which the server itself answers.
pub fn execute(platform: &Handle, request: Request) -> Result<Value> {
    let done = |result: Result<()>| result.map(|()| Value::Null);
    match request {
        Request::Status => Ok(json!({
            "plain": platform.plain_addr().map(|a| a.to_string()),
            "tls": platform.tls_addr().map(|a| a.to_string()),
            "online": platform.online_devices(),
            "groups": platform.groups().len(),
            "devices": platform.device_ids().len(),
        })),
        Request::DeviceAdd(entry) => done(platform.register(&entry)),
        Request::DeviceRemove { device } => done(platform.remove_device(&device)),
        Request::DeviceFreeze { device, frozen } => done(platform.freeze(&device, frozen)),
        Request::DeviceList => Ok(platform
            .device_ids()
            .into_iter()
            .map(|id| json!({ "online": platform.is_online(&id), "info": platform.device_info(&id), "device": id }))
            .collect()),
        Request::IssueCertificate { name } => platform.issue_client_certificate(&name).map(|issued| {
            json!({
                "certificate_pem": issued.certificate_pem,
                "key_pem": issued.key_pem,
                "fingerprint": issued.fingerprint,
            })
        }),
        Request::GroupAdd { group } => done(platform.group_add(&group)),
        Request::GroupRemove { group } => done(platform.group_remove(&group)),
        Request::GroupList => Ok(platform.groups().iter().map(|g| group_json(g, platform)).collect()),
        Request::Bind { group, device } => done(platform.bind(&group, &device)),
        Request::Unbind { group, device } => done(platform.unbind(&group, &device)),
        Request::SoftbusCreate { group, name } => platform.softbus_create(&group, &name).map(Value::String),
        Request::SoftbusDelete { group } => done(platform.softbus_delete(&group)),
        Request::SoftbusSync { group } => done(platform.softbus_sync(&group)),
        Request::SoftbusUpdate { group } => done(platform.softbus_update(&group)),
        Request::SoftbusKey { group, key: Some(key) } => done(platform.set_key(&group, &key)),
        Request::SoftbusKey { group, key: None } => done(platform.rotate_key(&group)),
        Request::Rules { set } => {
            let mut rules = json!(platform.softbus_rules());
            for (name, value) in set {
                rules[name] = value;
            }
            let changed = serde_json::from_value(rules.clone()).map_err(|e| Error(format!("rules: {e}")))?;
            platform.set_softbus_rules(changed);
            Ok(rules)
        }
        Request::Settings {
            check_login,
            implicit,
            clock_offset_s,
            logins_per_second,
            messages_per_second,
            max_payload,
        } => {
            check_login.into_iter().for_each(|on| platform.set_check_login(on));
            implicit.into_iter().for_each(|on| platform.set_implicit(on));
            clock_offset_s
                .into_iter()
                .for_each(|seconds| platform.set_clock_offset(seconds));
            let now = platform.limits();
            platform.set_limits(Limits {
                logins_per_second: logins_per_second.unwrap_or(now.logins_per_second),
                messages_per_second: messages_per_second.unwrap_or(now.messages_per_second),
                max_payload: max_payload.unwrap_or(now.max_payload),
            });
            Ok(Value::Null)
        }
        Request::Publish {
            device,
            topic,
            payload,
            qos,
            retain,
            unasked,
        } => {
            if qos > 2 {
                return Err(Error(format!("no QoS {qos}")));
            }
            let message = Message {
                topic,
                payload: payload.into_bytes(),
                qos,
                retain,
                properties: None,
            };
            done(if unasked {
                platform.publish_unasked(&device, message)
            } else {
                platform.publish_message(&device, message)
            })
        }
        Request::ScopeAdd { scope, secret } => {
            platform.add_scope(&scope, &secret);
            Ok(Value::Null)
        }
        Request::Disconnect { device, cut } => done(platform.disconnect(&device, cut)),
        Request::FaultAdd { fault } => {
            platform.fault(fault);
            Ok(Value::Null)
        }
        Request::FaultNow { device, fault } => done(platform.fault_now(&device, fault)),
        Request::FaultList => Ok(json!(platform.faults())),
        Request::FaultClear => {
            platform.clear_faults();
            Ok(Value::Null)
        }
        Request::Events { .. } | Request::Stop => Err(Error("only the control socket answers this".into())),
        other => device::execute(platform, other),
    }
}

/// A served control socket; dropping it removes the socket's file.
pub struct Control {
    path: PathBuf,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Server {
    platform: Handle,
    stopping: Arc<AtomicBool>,
    on_stop: Box<dyn Fn() + Send + Sync>,
}

/// A listening socket that only its owner may use, from its first moment on and whatever the umask is.
fn private(path: &Path) -> io::Result<UnixListener> {
    let mode = || std::fs::Permissions::from_mode(0o600);
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // Linux makes the file with the mode that the socket itself has; the umask may still take bits away.
    let file = std::fs::File::from(OwnedFd::from(socket.try_clone()?));
    file.set_permissions(mode())?;
    socket.bind(&SockAddr::unix(path)?)?;
    std::fs::set_permissions(path, mode())?;
    socket.listen(128)?;
    Ok(UnixListener::from(OwnedFd::from(socket)))
}

impl Control {
    /// Serves `path`. `on_stop` is called when somebody asks the platform to stop.
    pub fn start(platform: Handle, path: &Path, on_stop: impl Fn() + Send + Sync + 'static) -> io::Result<Control> {
        if UnixStream::connect(path).is_ok() {
            let text = format!("{}: another platform answers here", path.display());
            return Err(io::Error::new(io::ErrorKind::AddrInUse, text));
        }
        // A socket nobody answers is left over from a run that was killed. Anything else is not ours to remove.
        let left_over = std::fs::symlink_metadata(path).is_ok_and(|m| {
            use std::os::unix::fs::FileTypeExt;
            m.file_type().is_socket()
        });
        if left_over {
            std::fs::remove_file(path)?;
        }
        let listener =
            private(path).map_err(|e| io::Error::new(e.kind(), format!("control socket {}: {e}", path.display())))?;
        let stopping = Arc::new(AtomicBool::new(false));
        let server = Arc::new(Server {
            platform,
            stopping: stopping.clone(),
            on_stop: Box::new(on_stop),
        });
        let thread = std::thread::Builder::new()
            .name("iotda-control".into())
            .spawn(move || {
                for client in listener.incoming() {
                    if server.stopping.load(Ordering::Acquire) {
                        return;
                    }
                    let (Ok(client), server) = (client, server.clone()) else {
                        continue;
                    };
                    std::thread::spawn(move || server.serve(client));
                }
            })?;
        Ok(Control {
            path: path.to_path_buf(),
            stopping,
            thread: Some(thread),
        })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        // Wakes the accepting thread.
        let _ = UnixStream::connect(&self.path);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

fn event_line(event: &Event) -> Value {
    json!({ "text": event.to_string(), "event": event })
}

impl Server {
    fn serve(&self, client: UnixStream) {
        let Ok(reader) = client.try_clone() else { return };
        let mut client = client;
        for line in BufReader::new(reader).lines() {
            let Ok(line) = line else { return };
            if line.trim().is_empty() {
                continue;
            }
            let answer = match serde_json::from_str::<Request>(&line) {
                Err(e) => Err(Error(format!("not understood: {e}"))),
                Ok(Request::Events { last, follow }) => match self.events(&mut client, last, follow) {
                    Ok(()) => Ok(Value::Null),
                    Err(_) => return,
                },
                Ok(Request::Stop) => {
                    let _ = writeln!(client, "{}", json!({ "ok": true, "result": null }));
                    (self.on_stop)();
                    return;
                }
                Ok(request) => execute(&self.platform, request),
            };
            let answer = match answer {
                Ok(result) => json!({ "ok": true, "result": result }),
                Err(e) => json!({ "ok": false, "error": e.to_string() }),
            };
            if writeln!(client, "{answer}").is_err() {
                return;
            }
        }
    }

    fn events(&self, client: &mut UnixStream, last: usize, follow: bool) -> io::Result<()> {
        if !follow {
            let events = self.platform.events();
            for event in events.iter().skip(events.len().saturating_sub(last)) {
                writeln!(client, "{}", event_line(event))?;
            }
            return Ok(());
        }
        let events = self.platform.ledger().follow(last);
        while !self.stopping.load(Ordering::Acquire) {
            match events.recv_timeout(Duration::from_millis(200)) {
                Ok(event) => writeln!(client, "{}", event_line(&event))?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(())
    }
}

/// Sends one request and hands each line of the answer to `line`, up to and including the one with `ok`.
pub fn ask(path: &Path, request: &Request, mut line: impl FnMut(Value) -> io::Result<()>) -> io::Result<()> {
    let mut socket = UnixStream::connect(path)
        .map_err(|e| io::Error::new(e.kind(), format!("no platform answers at {}: {e}", path.display())))?;
    writeln!(socket, "{}", serde_json::to_string(request)?)?;
    for text in BufReader::new(socket).lines() {
        let answer: Value = serde_json::from_str(&text?)?;
        let last = answer.get("ok").is_some();
        line(answer)?;
        if last {
            return Ok(());
        }
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the platform has stopped"))
}
