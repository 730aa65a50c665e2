//! The default callbacks transfer files and packages beside the callback thread, and `IOTA_Destroy` ends what runs.

use std::ffi::CString;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use crate::alone::ran_alone;
use HWMQTT::agentlite::iota_cfg::{EN_IOTA_CFG_EXT_PLAIN_TRANSFERS, IOTA_ConfigSetUint};
use HWMQTT::agentlite::iota_datatrans::{IOTA_GetUploadFileUrl, ST_IOTA_UPLOAD_FILE};
use HWMQTT::agentlite::iota_defaultCallback::IOTA_DefaultCallbackInit;
use HWMQTT::agentlite::iota_init::{IOTA_ConnectConfigSet, IOTA_Destroy, IOTA_Init};
use HWMQTT::agentlite::iota_login::IOTA_Connect;
use iotda_device::protocol::uplink::file::Direction;
use iotda_sim::{Config, Handle, Platform, Port};
use serde_json::json;

const ID: &str = "prod_transfers";
const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";
const WAIT: Duration = Duration::from_secs(30);

fn sent(platform: &Handle, parts: &[&str]) {
    let is_it = |payload: &[u8]| {
        let text = String::from_utf8_lossy(payload).replace(['\t', '\n', ' '], "");
        parts.iter().all(|part| text.contains(part))
    };
    let found = platform.wait_for(|event| event.uplink().is_some_and(|(_, payload)| is_it(payload)), WAIT);
    assert!(found.is_some(), "{parts:?} was not reported");
}

/// Answers every request with a short body; the requests come back through the channel.
fn http_server() -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (requests, got) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") && !request.ends_with(b"CONTENT") {
                let mut piece = [0; 1024];
                let read = socket.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..read]);
                if request.starts_with(b"PUT") && !request.ends_with(b"CONTENT") {
                    request.extend_from_slice(b" "); // the head alone is not all
                }
            }
            socket
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
                .unwrap();
            requests.send(String::from_utf8(request).unwrap()).unwrap();
        }
    });
    (port, got)
}

#[test]
fn beside_the_callbacks_until_destroy() {
    if ran_alone("default_transfers::beside_the_callbacks_until_destroy") {
        return;
    }
    let config = Config {
        plain: Port::Auto,
        ..Config::default()
    };
    let platform = Platform::start(config.device(ID, SECRET)).unwrap();
    let handle = platform.handle();
    let directory = tempfile::tempdir().unwrap();
    std::env::set_current_dir(directory.path()).unwrap();
    std::fs::write("up.txt", "CONTENT").unwrap();

    let text = |text: &str| CString::new(text).unwrap();
    let (work, address, id, secret) = (text("."), text("127.0.0.1"), text(ID), text(SECRET));
    let port = text(&handle.plain_port().to_string());
    unsafe {
        assert_eq!(IOTA_Init(work.as_ptr().cast_mut()), 0);
        IOTA_DefaultCallbackInit();
        let [address, port, id, secret] = [&address, &port, &id, &secret].map(|text| text.as_ptr().cast_mut());
        assert_eq!(IOTA_ConnectConfigSet(address, port, id, secret), 0);
        assert_eq!(IOTA_Connect(), 0);
    }
    assert!(handle.wait_online(ID, WAIT));
    let event = |service: &str, kind: &str, paras| handle.event(ID, service, kind, paras).unwrap();

    let (http, requests) = http_server();
    let at = |name: &str| json!({ "url": format!("http://127.0.0.1:{http}/dir/{name}?sign=1") });
    // Without the simulated platform's own answer, which would use the request up.
    let ask = |name: &str, upload: bool| {
        let direction = match upload {
            true => Direction::Upload,
            false => Direction::Download,
        };
        HWMQTT::process::device()
            .unwrap()
            .file_requested(direction, name.as_bytes());
    };

    // The flow as a program has it: it asks, the platform answers with an address (where nothing listens), the file is sent.
    let name = text("up.txt");
    let mut file: ST_IOTA_UPLOAD_FILE = unsafe { std::mem::zeroed() };
    file.file_name = name.as_ptr().cast_mut();
    assert!(unsafe { IOTA_GetUploadFileUrl(&file, std::ptr::null_mut()) } >= 0);
    sent(&handle, &["upload_result_report", "\"result_code\":1", "\"up.txt\""]);

    // A version query is answered in turn: everything before it was looked at.
    let barrier = || {
        let mark = handle.mark();
        event("$ota", "version_query", json!({}));
        let answered = |event: &iotda_sim::Event| {
            event
                .uplink()
                .is_some_and(|(_, payload)| String::from_utf8_lossy(payload).contains("version_report"))
        };
        assert!(handle.wait_after(mark, answered, WAIT).is_some());
    };

    // Whoever speaks as the platform gets and replaces nothing that the device did not ask for.
    std::fs::write("program", "theirs").unwrap();
    std::os::unix::fs::symlink("up.txt", "link.txt").unwrap();
    event("$file_manager", "get_upload_url_response", at("up.txt"));
    event("$file_manager", "get_download_url_response", at("program"));
    ask("up.txt", true);
    event("$file_manager", "get_upload_url_response", at("up.txt")); // asked, but over plain http
    barrier();
    unsafe { assert_eq!(IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_PLAIN_TRANSFERS, 1), 0) };
    for (name, upload) in [("link.txt", true), (".profile", false), ("program", false)] {
        ask(name, upload);
        let kind = match upload {
            true => "get_upload_url_response",
            false => "get_download_url_response",
        };
        event("$file_manager", kind, at(name));
    }
    barrier();
    assert!(
        requests.recv_timeout(Duration::from_millis(500)).is_err(),
        "no file was moved"
    );
    assert_eq!(std::fs::read("program").unwrap(), b"theirs");
    assert!(!std::path::Path::new(".profile").exists());

    event("$file_manager", "get_upload_url_response", at("up.txt"));
    sent(&handle, &["upload_result_report", "\"result_code\":0", "\"up.txt\""]);
    assert!(
        requests
            .recv_timeout(WAIT)
            .unwrap()
            .starts_with("PUT /dir/up.txt?sign=1 ")
    );
    for _ in 0..2 {
        ask("down.txt", false); // what the library put there it may replace
        event("$file_manager", "get_download_url_response", at("down.txt"));
        requests.recv_timeout(WAIT).unwrap();
    }
    sent(
        &handle,
        &["download_result_report", "\"result_code\":0", "\"down.txt\""],
    );
    assert_eq!(std::fs::read("down.txt").unwrap(), b"hello");

    // A package store that never answers, and a second upgrade behind it.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/p.bin?x", silent.local_addr().unwrap());
    std::fs::create_dir("conf").unwrap();
    std::fs::write("conf/rootcert.pem", handle.ca_pem()).unwrap();
    for _ in 0..2 {
        event("$ota", "firmware_upgrade_v2", json!({ "version": "v2", "url": url }));
    }
    let (mut connection, _) = silent.accept().unwrap();
    connection.read_exact(&mut [0; 16]).unwrap(); // the client's greeting: now it waits for the server's
    event("$ota", "version_query", json!({}));
    sent(&handle, &["version_report"]);

    thread::sleep(Duration::from_millis(50));
    let begun = Instant::now();
    unsafe { IOTA_Destroy() };
    assert!(begun.elapsed() < Duration::from_secs(5));
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
    assert!(!names.into_iter().any(|name| name.trim() == "iota-transfer"));
    let reported = |event: &iotda_sim::Event| {
        let text = event
            .uplink()
            .map(|(_, payload)| String::from_utf8_lossy(payload).into_owned());
        text.is_some_and(|text| text.contains("upgrade_progress_report"))
    };
    assert!(!handle.events().iter().any(|event| reported(event)));
    drop(connection);
}
