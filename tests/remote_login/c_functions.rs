//! From the platform's notice to `IOTA_Destroy`, by the C functions.

use std::ffi::{CString, c_char};
use std::ptr::null_mut;
use std::sync::Arc;
use std::time::{Duration, Instant};

use HWMQTT::agentlite::iota_cfg::IOTA_ConfigSetStr;
use HWMQTT::agentlite::iota_defaultCallback::{IOTA_DefaultCallbackInit, IOTA_DefaultTunnelCallbackInit};
use HWMQTT::agentlite::iota_init::{
    EN_IOTA_MQTT_MSG_INFO, EN_IOTA_SERVICE_EVENT, IOTA_ConnectConfigSet, IOTA_Destroy, IOTA_Init,
    IOTA_SetEvenTunnelManagerCallback,
};
use HWMQTT::agentlite::iota_login::IOTA_Connect;
use HWMQTT::tunnel::wss_client::{
    URL_INFO, WssClientCreate, WssClientSendDisConn, WssClientSendRsp, WssClientSplitUrl,
};
use iotda_sim::{Config, Port};
use serde_json::json;

use super::platform::{Platform, WAIT, failed};
use super::run_watching;

/// Destroys the SDK inside the callback that has just opened a tunnel.
unsafe extern "C" fn open_and_destroy(
    _: *mut c_char,
    _: *mut EN_IOTA_MQTT_MSG_INFO,
    event: *mut EN_IOTA_SERVICE_EVENT,
) {
    unsafe {
        let paras = &*(*event).tunnel_mgr_paras;
        create(paras.tunnel_url, paras.tunnel_access_token);
        std::thread::sleep(Duration::from_millis(300));
        IOTA_Destroy();
    }
}

unsafe fn create(url: *const c_char, token: *const c_char) {
    unsafe {
        let mut info = NOTHING;
        assert_eq!(WssClientSplitUrl(&mut info, url, token), 0);
        WssClientCreate(&info);
        for part in [info.site, info.port, info.path, info.token] {
            libc_free(part);
        }
    }
}

const NOTHING: URL_INFO = URL_INFO {
    site: null_mut(),
    port: null_mut(),
    path: null_mut(),
    token: null_mut(),
};

/// Waits until the process has that many of these threads.
async fn has_threads(name: &str, wanted: usize) {
    let until = Instant::now() + WAIT;
    while threads(name) != wanted {
        assert!(Instant::now() < until, "{} threads {name}, not {wanted}", threads(name));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

const ID: &str = "prod_tunnel";
const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";

fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names.filter(|found| found.trim() == name).count()
}

#[test]
fn from_the_notice_to_the_end() {
    run_watching(|lines| async move {
        let config = Config {
            plain: Port::Auto,
            ..Config::default()
        };
        let iotda = iotda_sim::Platform::start(config.device(ID, SECRET).with_tls()).unwrap();
        let handle = iotda.handle();
        let platform = Platform::start().await;
        let directory = tempfile::tempdir().unwrap();
        // SAFETY: nothing has started that reads the environment of this process meanwhile.
        unsafe { std::env::set_var("HOME", directory.path()) }; // port 22 of this machine may have a server
        std::fs::create_dir(directory.path().join("conf")).unwrap();
        let authorities = format!("{}{}", platform.ca, iotda.handle().ca_pem());
        std::fs::write(directory.path().join("conf/rootcert.pem"), authorities).unwrap();

        let text = |text: &str| CString::new(text).unwrap();
        let (work, address, id, secret) = (
            text(directory.path().to_str().unwrap()),
            text("127.0.0.1"),
            text(ID),
            text(SECRET),
        );
        let (port, plain_port) = (handle.tls_port().to_string(), handle.plain_port().to_string());
        let (port, plain_port) = (text(&port), text(&plain_port));
        let raw = |text: &CString| text.as_ptr().cast_mut();
        unsafe {
            assert_eq!(IOTA_Init(raw(&work)), 0);
            IOTA_DefaultCallbackInit();
            assert_eq!(
                IOTA_ConnectConfigSet(raw(&address), raw(&plain_port), raw(&id), raw(&secret)),
                0
            );
            assert_eq!(IOTA_Connect(), 0);
        }
        assert!(handle.wait_online(ID, WAIT));
        let url = format!("wss://localhost:{}/v5/tunnel", platform.port());
        let notify = || {
            let paras = json!({"tunnel_uri": url, "tunnel_access_token": "TOKEN", "expires_in": 3600});
            handle.event(ID, "$tunnel_manager", "tunnel_notify", paras).unwrap();
        };

        let said = |what: &str| lines.lock().iter().any(|line| line.contains(what));
        let refused = |why: &'static str| {
            notify();
            let (platform, said) = (&platform, &said);
            async move {
                let nothing = tokio::time::timeout(Duration::from_millis(500), platform.listener.accept()).await;
                assert!(nothing.is_err() && threads("iota-tunnel") == 0, "a tunnel: {why}");
                assert!(said(why), "no line: {why}");
            }
        };

        // Without the program's word there is no tunnel; with it, none without TLS, none to another host than the platform's.
        refused("message on").await;
        unsafe { IOTA_DefaultTunnelCallbackInit() };
        let hosts = |hosts: &str| {
            let hosts = text(hosts);
            unsafe { assert_eq!(IOTA_ConfigSetStr(126, raw(&hosts)), 0) };
        };
        hosts("localhost");
        refused("without TLS").await;
        unsafe {
            IOTA_Destroy();
            assert_eq!(IOTA_Init(raw(&work)), 0);
            assert_eq!(
                IOTA_ConnectConfigSet(raw(&address), raw(&port), raw(&id), raw(&secret)),
                0
            );
            assert_eq!(IOTA_Connect(), 0);
        }
        assert!(handle.wait_online(ID, WAIT));
        hosts("other.example, .localhost");
        refused("no remote login through localhost").await;
        hosts("other.example, localhost");
        notify();
        let mut peer = platform.accept().await;
        assert!(
            peer.request
                .starts_with("GET /v5/tunnel HTTP/1.1\r\nHost: localhost\r\n")
        );
        assert!(peer.request.ends_with("\r\ntunnel_access_token:TOKEN\r\n\r\n"));
        peer.connect("one", "no such user", "no such password").await;
        assert_eq!(peer.hear().await, failed("one"));

        let (a, b, c) = (text("r"), text("command_response"), text("m"));
        let bytes = *b"a\0\xff";
        unsafe {
            WssClientSendRsp(a.as_ptr(), b.as_ptr(), bytes.as_ptr().cast_mut().cast(), 3);
            WssClientSendRsp(a.as_ptr(), b.as_ptr(), null_mut(), 0);
            WssClientSendRsp(a.as_ptr(), std::ptr::null(), null_mut(), 0);
            WssClientSendDisConn(a.as_ptr(), b.as_ptr(), c.as_ptr());
            WssClientSendDisConn(std::ptr::null(), b.as_ptr(), c.as_ptr());
        }
        let response = json!({"operation_type": "command_response", "tunnel_service_type": "ssh", "request_id": "r"});
        let mut with_data = response.clone();
        with_data["data"] = "a\0\u{fffd}".into();
        assert_eq!(peer.hear().await, with_data);
        assert_eq!(peer.hear().await, response);
        assert_eq!(
            peer.hear().await,
            json!({"operation_type": "disconnect", "tunnel_service_type": "ssh", "request_id": "r",
                   "data": {"status_code": "command_response", "status_msg": "m"}})
        );

        // A second notice replaces the first, and so does the program.
        notify();
        assert_eq!(peer.ended().await, Some(1000));
        drop(peer);
        let mut peer = platform.accept().await;
        peer.half_a_login("two").await;
        let (uri, token) = (text(&url), text("OTHER"));
        unsafe {
            WssClientCreate(std::ptr::null());
            WssClientCreate(&NOTHING);
            create(uri.as_ptr(), token.as_ptr());
        }
        assert_eq!(peer.ended().await, Some(1000));
        drop(peer);
        let mut peer = platform.accept().await;
        assert!(peer.request.ends_with("\r\ntunnel_access_token:OTHER\r\n\r\n"));
        peer.half_a_login("three").await;
        has_threads("iota-tunnel", 1).await; // a thread that begins has its parent's name

        let destroyed = tokio::task::spawn_blocking(|| unsafe { IOTA_Destroy() });
        assert_eq!(peer.ended().await, Some(1000));
        drop(peer);
        destroyed.await.unwrap();
        has_threads("iota-tunnel", 0).await;
        unsafe { WssClientSendDisConn(a.as_ptr(), b.as_ptr(), c.as_ptr()) };

        // Inside a callback nothing waits for the tunnel, it ends by itself; the next session has its own.
        let session = || unsafe {
            assert_eq!(IOTA_Init(raw(&work)), 0);
            assert_eq!(
                IOTA_ConnectConfigSet(raw(&address), raw(&port), raw(&id), raw(&secret)),
                0
            );
            assert_eq!(IOTA_Connect(), 0);
            assert!(handle.wait_online(ID, WAIT));
        };
        unsafe { IOTA_SetEvenTunnelManagerCallback(Some(open_and_destroy)) };
        session();
        notify();
        let mut peer = platform.accept().await;
        peer.ended().await;
        drop(peer);
        has_threads("iota-tunnel", 0).await;
        while handle.is_online(ID) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        unsafe { IOTA_DefaultTunnelCallbackInit() };
        session();
        notify();
        let mut peer = platform.accept().await;
        peer.connect("four", "no such user", "no such password").await;
        assert_eq!(peer.hear().await, failed("four"));

        // The tunnel's own thread destroys the SDK, inside the log callback.
        base::log::set_sink(Some(Arc::new(|_, line: &str| {
            if line.contains("no shell") {
                unsafe { IOTA_Destroy() };
            }
        })));
        peer.connect("five", "no such user", "no such password").await;
        peer.ended().await;
        drop(peer);
        has_threads("iota-tunnel", 0).await;
        unsafe { IOTA_Destroy() };
    });
}

unsafe fn libc_free(part: *mut c_char) {
    unsafe {
        unsafe extern "C" {
            fn free(memory: *mut std::ffi::c_void);
        }
        free(part.cast());
    }
}
