//! `c_demo/remote_login_demo.c`, built as a user would, with the shared and the static library. `HWMQTT_C_UNDER` selects
//! valgrind or AddressSanitizer.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use iotda_sim::Config;
use serde_json::json;

use super::platform::{Platform, failed};
use super::support::{Running, command, libraries, root, under};

const ID: &str = "prod_tunnel_demo";
const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";

fn build(compiler: &str, library: &str) -> PathBuf {
    let (root, libraries) = (root(), libraries());
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("remote_login_demo-{compiler}-{library}"));
    let mut command = Command::new(compiler);
    command.args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-DSSH_SWITCH", "-g"]);
    if under("asan") {
        command.arg("-fsanitize=address");
    }
    for include in ["agentlite", "service", "util", "third_party/cjson", "tunnel", ""] {
        command.arg("-I").arg(root.join("include").join(include));
    }
    command
        .arg(root.join("c_demo/remote_login_demo.c"))
        .arg("-o")
        .arg(&program);
    match library {
        "static" => command
            .arg(libraries.join("libHWMQTT.a"))
            .args(["-lpthread", "-ldl", "-lm", "-lgcc_s"]),
        _ => command
            .arg(format!("-L{}", libraries.display()))
            .arg(format!("-Wl,-rpath,{}", libraries.display()))
            .arg("-lHWMQTT"),
    };
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

fn start(program: &Path, port: u16, directory: &Path, own_callback: bool) -> Running {
    let mut command = command(program);
    if own_callback {
        command.env("OWN_CALLBACK", "1");
    }
    Running::start(
        command
            .args(["localhost", &port.to_string(), ID])
            .env("DEVICE_SECRET", SECRET)
            .env("HOME", directory) // port 22 of this machine may have a server
            .current_dir(directory)
            .stdin(Stdio::piped()),
    )
}

fn play(program: &Path, own_callback: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let config = Config::default().device(ID, SECRET).with_tls();
        let iotda = iotda_sim::Platform::start(config).unwrap();
        let handle = iotda.handle();
        let platform = Platform::start().await;
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("conf")).unwrap();
        let authorities = format!("{}{}", platform.ca, handle.ca_pem());
        std::fs::write(directory.path().join("conf/rootcert.pem"), authorities).unwrap();
        let mut running = start(program, handle.tls_port(), directory.path(), own_callback);
        running.wait("ready for remote login", |line| line.contains("ready for remote login"));
        let url = format!("wss://localhost:{}/v5/tunnel", platform.port());
        for _ in 0..2 {
            let paras = json!({"tunnel_uri": url, "tunnel_access_token": "TOKEN", "expires_in": 3600});
            handle.event(ID, "$tunnel_manager", "tunnel_notify", paras).unwrap();
            if own_callback {
                let wanted = format!("remote login through localhost, port {}", platform.port());
                running.wait(&wanted, |line| line.contains(&wanted));
            }
            let mut peer = platform.accept().await;
            assert!(
                peer.request
                    .starts_with("GET /v5/tunnel HTTP/1.1\r\nHost: localhost\r\n")
            );
            peer.connect("one", "no such user", "no such password").await;
            assert_eq!(peer.hear().await, failed("one"));
            peer.close(1000).await;
        }
        let running = tokio::task::spawn_blocking(move || {
            running.end();
            running
        });
        assert!(running.await.unwrap().said.iter().any(|line| line == "done"));
    });
}

#[test]
fn by_gcc() {
    play(&build("gcc", "shared"), true);
    play(&build("gcc", "static"), false);
}

#[test]
fn by_clang() {
    if Command::new("clang").arg("--version").output().is_err() {
        return; // scripts/tools.sh installs it
    }
    play(&build("clang", "shared"), false);
}
