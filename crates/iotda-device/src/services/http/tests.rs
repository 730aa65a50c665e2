use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use super::*;
use crate::services::files::{self, Which};
use crate::services::ota::{self, Expected, Source};
use crate::transport::tls::Unusable;

/// Answers one connection; what it got comes with the join. An upload is read to the end of its Content-Length.
fn server(answer: &[u8]) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = answer.to_vec();
    let served = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let got = read_request(&mut socket);
        socket.write_all(&answer).unwrap();
        got
    });
    (port, served)
}

fn read_request(stream: &mut impl Read) -> Vec<u8> {
    let mut got = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&got);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("Content-Length: ").nth(1).map_or(0, |rest| {
                rest.lines().next().unwrap_or_default().parse::<usize>().unwrap()
            });
            if body.len() >= length {
                return got;
            }
        }
        let mut piece = [0; 1024];
        match stream.read(&mut piece).unwrap() {
            0 => return got,
            read => got.extend_from_slice(&piece[..read]),
        }
    }
}

fn no_trust() -> Result<Arc<ClientConfig>, Unusable> {
    Err(Unusable::NoBundle("nothing here"))
}

fn terms(stop: &Stop) -> Terms<'_> {
    Terms {
        trust: &no_trust,
        stall: Duration::from_secs(10),
        total: None,
        stop,
    }
}

fn outcome(status: u16, failure: Option<Failure>) -> files::Outcome {
    files::Outcome { status, failure }
}

#[test]
fn urls() {
    let at = |url: &str| {
        let url = Url::parse(url.as_bytes())?;
        let target = String::from_utf8(url.target.clone()).unwrap();
        Ok((url.tls, url.authority(true), url.port(), target))
    };
    let ok = |tls, authority: &str, port, target: &str| Ok((tls, authority.to_owned(), port, target.to_owned()));
    assert_eq!(at("http://h/a?b"), ok(false, "h", 80, "/a?b"));
    assert_eq!(at("HTTPS://h:8943?b#c"), ok(true, "h:8943", 8943, "/?b"));
    assert_eq!(at("https://[::1]:1/%20"), ok(true, "[::1]:1", 1, "/%20"));
    assert_eq!(at("https://[::1]"), ok(true, "[::1]", 443, "/"));
    for bad in [
        "h/a",
        "http://",
        "http:///a",
        "http://u@h/",
        "http://h:0/",
        "http://h:70000/",
        "http://h:+1/",
        "http://[::1/",
        "http://[h]/",
        "http://[::1]1/",
        "http://h/a b",
        "http://h/a\r\nX: y",
    ] {
        assert_eq!(at(bad), Err(Failure::Url), "{bad}");
    }
    assert_eq!(at("file:///etc/passwd"), Err(Failure::Scheme));
    assert!(Url::always_tls(b"//h/a").unwrap().tls);
    assert!(Url::always_tls(b"http://h/a").unwrap().tls);
    assert_eq!(Url::always_tls(b"https://h:1/a/b.bin?x=/y").unwrap().name(), b"b.bin");
    assert_eq!(Url::always_tls(b"https://h").unwrap().name(), b"");
}

#[test]
fn bodies() {
    for (answer, want, stored) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloEXTRA",
            outcome(200, None),
            Some("hello"),
        ),
        (
            "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n",
            outcome(200, None),
            Some(""),
        ),
        ("HTTP/1.0 200\r\n\r\nto the end", outcome(200, None), Some("to the end")),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n",
            outcome(200, None),
            Some("hello"),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n",
            outcome(200, Some(Failure::Partial)),
            None,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
            outcome(200, Some(Failure::Answer)),
            None,
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 123456789012\r\n\r\nhello",
            outcome(200, Some(Failure::Partial)),
            None,
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            outcome(0, Some(Failure::Answer)),
            None,
        ),
        (
            "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno",
            outcome(404, None),
            None,
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            outcome(302, None),
            None,
        ),
        ("", outcome(0, Some(Failure::Empty)), None),
        ("SSH-2.0-x\r\n", outcome(0, Some(Failure::Answer)), None),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("got");
        std::fs::write(&path, "before").unwrap();
        let (port, served) = server(answer.as_bytes());
        let url = format!("http://127.0.0.1:{port}/a?b");
        let got = files::download(Which::Path(&path), url.as_bytes(), &terms(&Stop::default())).unwrap();
        assert_eq!(got, want, "{answer}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), stored.unwrap_or("before"));
        assert_eq!(
            std::fs::read_dir(directory.path()).unwrap().count(),
            1,
            "nothing is left over"
        );
        let request =
            format!("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\nContent-Type:text/plain\r\n\r\n");
        assert_eq!(String::from_utf8(served.join().unwrap()).unwrap(), request);
    }
}

#[test]
fn an_upload_has_its_length() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let content = "0123456789".repeat(10_000);
    std::fs::write(&path, &content).unwrap();
    let (port, served) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let url = format!("http://127.0.0.1:{port}/a?b");
    let got = files::upload(Which::Path(&path), url.as_bytes(), &terms(&Stop::default())).unwrap();
    assert_eq!(got, outcome(200, None));
    let request = String::from_utf8(served.join().unwrap()).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("PUT /a?b HTTP/1.1\r\n"));
    assert!(head.contains("\r\nContent-Length: 100000\r\n"));
    assert!(body == content);
    let none = files::upload(Which::Path(directory.path()), url.as_bytes(), &terms(&Stop::default()));
    assert_eq!(none.map_err(|e| e.code()), Err(-102));
}

#[test]
fn a_refused_connection_and_a_missing_directory() {
    let directory = tempfile::tempdir().unwrap();
    let stop = Stop::default();
    let got = files::download(
        Which::Path(&directory.path().join("got")),
        b"http://127.0.0.1:1/a?b",
        &terms(&stop),
    )
    .unwrap();
    assert_eq!(got.description(), "Couldn't connect to server");
    let none = files::download(
        Which::Path(&directory.path().join("no/got")),
        b"http://127.0.0.1:1/a?b",
        &terms(&stop),
    );
    assert_eq!(none.map_err(|e| e.code()), Err(-102));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

/// A server that accepts and then says nothing.
fn silent(stop: &Stop, stall: Duration, total: Option<Duration>) -> (files::Outcome, Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a?b", listener.local_addr().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let terms = Terms {
        trust: &no_trust,
        stall,
        total,
        stop,
    };
    let begun = Instant::now();
    let got = files::download(Which::Path(&directory.path().join("got")), url.as_bytes(), &terms).unwrap();
    (got, begun.elapsed())
}

#[test]
fn time_outs_and_stops() {
    let (long, short) = (Duration::from_secs(60), Duration::from_millis(300));
    let timeout = outcome(0, Some(Failure::Timeout));
    let (got, took) = silent(&Stop::default(), short, None);
    assert!(got == timeout && took >= short && took < long);
    let (got, took) = silent(&Stop::default(), long, Some(short));
    assert!(got == timeout && took >= short && took < long);
    let stop = Stop::default();
    let other = stop.clone();
    let stopper = thread::spawn(move || {
        thread::sleep(short);
        other.set();
    });
    let (got, took) = silent(&stop, long, None);
    assert!(got == outcome(0, Some(Failure::Stopped)) && took < long / 2);
    stopper.join().unwrap();
}

/// A TLS server with a certificate for 127.0.0.1, and the configuration that trusts it.
fn tls_server(answer: &'static [u8]) -> (u16, Arc<ClientConfig>, JoinHandle<Option<Vec<u8>>>) {
    let issued = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(issued.key_pair.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(issued.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let tls = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = rustls::StreamOwned::new(tls, socket);
        stream.conn.complete_io(&mut stream.sock).ok()?;
        let got = read_request(&mut stream);
        stream.write_all(answer).unwrap();
        Some(got)
    });
    (port, Arc::new(client), served)
}

fn package(url: &str, directory: &Path, trust: &Arc<ClientConfig>, token: Option<&[u8]>) -> (bool, Vec<String>) {
    expecting(url, directory, trust, token, Expected::default())
}

fn expecting(
    url: &str,
    directory: &Path,
    trust: &Arc<ClientConfig>,
    token: Option<&[u8]>,
    expected: Expected<'_>,
) -> (bool, Vec<String>) {
    use std::os::unix::ffi::OsStrExt;
    let stop = Stop::default();
    let terms = Terms {
        trust: &|| Ok(trust.clone()),
        ..terms(&stop)
    };
    let mut names = Vec::new();
    let named = &mut |name: &[u8]| names.push(String::from_utf8(name.to_vec()).unwrap());
    let source = Source {
        url: url.as_bytes(),
        token,
        directory: Some(directory.as_os_str().as_bytes()),
        own: false,
        expected,
    };
    let ok = ota::download(&source, &terms, named).is_ok();
    (ok, names)
}

#[test]
fn a_package_with_a_token() {
    let directory = tempfile::tempdir().unwrap();
    let (port, trust, served) = tls_server(
        b"HTTP/1.1 200 OK\r\nContent-Disposition: attachment;filename=\"../p.bin\"\r\nContent-Length: 5\r\n\r\nhello",
    );
    let url = format!("https://127.0.0.1:{port}/a/b.bin?x=1");
    let got = package(&url, directory.path(), &trust, Some(b"tok"));
    assert_eq!(got, (true, vec!["p.bin".to_owned()]));
    assert_eq!(std::fs::read(directory.path().join("p.bin")).unwrap(), b"hello");
    let request = String::from_utf8(served.join().unwrap().unwrap()).unwrap();
    let want = "GET /a/b.bin?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
                Authorization:Bearer tok\r\n\r\n";
    assert_eq!(request, want);
}

#[test]
fn a_package_that_the_store_does_not_have() {
    let directory = tempfile::tempdir().unwrap();
    let (port, trust, served) = tls_server(b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
    let url = format!("//127.0.0.1:{port}/a/b.bin");
    let got = package(&url, directory.path(), &trust, None);
    assert_eq!(got, (false, vec!["b.bin".to_owned()]));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    let request = String::from_utf8(served.join().unwrap().unwrap()).unwrap();
    assert_eq!(request, "GET /a/b.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
}

#[test]
fn a_server_that_is_not_trusted() {
    let (_, other, _) = tls_server(b"");
    let (port, _, served) = tls_server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    let directory = tempfile::tempdir().unwrap();
    let stop = Stop::default();
    let terms = Terms {
        trust: &|| Ok(other.clone()),
        ..terms(&stop)
    };
    let url = format!("https://127.0.0.1:{port}/a?b");
    let got = files::download(Which::Path(&directory.path().join("got")), url.as_bytes(), &terms).unwrap();
    assert_eq!(got, outcome(0, Some(Failure::Certificate)));
    assert_eq!(served.join().unwrap(), None);
}

#[test]
fn a_package_is_not_there_until_it_is_right() {
    const HELLO: &[u8] = b"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("p.bin");
    let visible = || {
        let names = std::fs::read_dir(place.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        names.count()
    };
    let wrong = [b'0'; 64];
    for (sign, size, right) in [
        (Some(&wrong[..]), 0, false),
        (Some(HELLO), 4, false),
        (Some(HELLO), 6, false),
        (Some(HELLO), 5, true),
        (None, 0, true),
        (Some(&wrong[..]), 5, false),
    ] {
        let (port, trust, served) = tls_server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        let before = std::fs::read(&path).ok();
        let url = format!("https://127.0.0.1:{port}/a/p.bin?x");
        let (ok, _) = expecting(&url, place.path(), &trust, None, Expected { sign, size });
        assert_eq!(ok, right, "{size}");
        if !right {
            assert_eq!(std::fs::read(&path).ok(), before, "a wrong package changes nothing");
        }
        assert_eq!(visible(), usize::from(path.exists()), "nothing is left of it");
        served.join().unwrap();
    }
    // A name that the server chooses cannot hit a file of somebody else's, a hidden one or a link.
    std::fs::write(place.path().join("program"), "theirs").unwrap();
    std::os::unix::fs::symlink("program", place.path().join("link")).unwrap();
    for name in ["program", "link", ".profile"] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Disposition: attachment;filename={name}\r\nContent-Length: 5\r\n\r\nhello"
        );
        let (port, trust, served) = tls_server(answer.leak().as_bytes());
        assert!(
            !package(&format!("https://127.0.0.1:{port}/a/b?x"), place.path(), &trust, None).0,
            "{name}"
        );
        served.join().unwrap();
    }
    assert_eq!(std::fs::read(place.path().join("program")).unwrap(), b"theirs");
}

/// A byte now and then, for ever: the total time ends it, in the head and in the body, down and up.
#[test]
fn a_server_that_drips() {
    fn dripping(begin: &'static [u8], bytes_taken: usize) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let _ = socket.read_exact(&mut vec![0; bytes_taken]);
            let _ = socket.write_all(begin);
            while socket.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(20));
                if bytes_taken == 0 {
                    let _ = socket.read(&mut [0; 1]);
                }
            }
        });
        port
    }
    let total = Duration::from_millis(500);
    let place = tempfile::tempdir().unwrap();
    let large = place.path().join("large");
    std::fs::File::create(&large).unwrap().set_len(64 << 20).unwrap();
    for (begin, status) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"[..], 200),
        (b"HTTP/1.1 200 OK\r\nX-Header: ", 0),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", 200),
    ] {
        let stop = Stop::default();
        let terms = Terms {
            total: Some(total),
            ..terms(&stop)
        };
        let begun = Instant::now();
        let url = format!("http://127.0.0.1:{}/a?b", dripping(begin, 16));
        let got = files::download(Which::Path(&place.path().join("got")), url.as_bytes(), &terms).unwrap();
        assert_eq!(got, outcome(status, Some(Failure::Timeout)));
        assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
        let begun = Instant::now();
        let url = format!("http://127.0.0.1:{}/a?b", dripping(b"", 0));
        let got = files::upload(Which::Path(&large), url.as_bytes(), &terms).unwrap();
        assert_eq!(got, outcome(0, Some(Failure::Timeout)));
        assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    }
}

#[test]
fn a_server_that_only_says_continue() {
    let mut answer = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(17);
    answer.extend_from_slice(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let (port, trust, served) = tls_server(answer.leak());
    let place = tempfile::tempdir().unwrap();
    assert!(!package(&format!("https://127.0.0.1:{port}/a/b?x"), place.path(), &trust, None).0);
    served.join().unwrap();
}
