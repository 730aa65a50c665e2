//! `c_demo/remote_login_demo.c`, built as a user would, with the shared and the static library. `HWMQTT_C_UNDER` selects
//! valgrind or AddressSanitizer.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::time::Duration;

use iotda_sim::{Config, Port};
use serde_json::json;

use super::platform::{failed, Platform};

const ID: &str = "prod_tunnel_demo";
const SECRET: &str = "2f1b9c7d4e5a6f708192a3b4c5d6e7f8";

fn under(tool: &str) -> bool {
    std::env::var("HWMQTT_C_UNDER").is_ok_and(|name| name == tool)
}

fn build(compiler: &str, library: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let test = std::env::current_exe().unwrap();
    let libraries = test.parent().unwrap();
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

/// A program that does not outlive its test.
struct Running {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(program: &Path, port: u16, directory: &Path, own_callback: bool) -> Running {
        let mut command = match under("valgrind") {
            false => Command::new(program),
            true => {
                let suppressions = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/c_harness/valgrind.supp");
                let mut valgrind = Command::new("valgrind");
                valgrind
                    .args([
                        "--quiet",
                        "--error-exitcode=99",
                        "--leak-check=full",
                        "--fair-sched=yes",
                    ])
                    .args([
                        "--show-leak-kinds=definite",
                        "--errors-for-leak-kinds=definite",
                        "--num-callers=30",
                    ])
                    .arg(format!("--suppressions={suppressions}"))
                    .arg(program);
                valgrind
            }
        };
        if own_callback {
            command.env("OWN_CALLBACK", "1");
        }
        let mut child = command
            .args(["127.0.0.1", &port.to_string(), ID])
            .env_remove("LD_LIBRARY_PATH") // cargo's, which would put another build before the one that is meant
            .env("DEVICE_SECRET", SECRET)
            .env("HOME", directory) // port 22 of this machine may have a server
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for stream in output {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line); // the test may have ended
                }
            });
        }
        Running {
            child,
            lines,
            said: Vec::new(),
        }
    }

    fn wait(&mut self, wanted: &str) {
        while self.said.last().is_none_or(|line| !line.contains(wanted)) {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) => self.said.push(line),
                Err(cause) => panic!("no line {wanted:?}: {cause}\n{}", self.said.join("\n")),
            }
        }
    }

    /// Waits for its end, which must be a success.
    fn end(mut self) {
        drop(self.child.stdin.take());
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(60)) {
            self.said.push(line);
        }
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", self.said.join("\n"));
        assert!(self.said.iter().any(|line| line == "done"));
    }
}

fn play(program: &Path, own_callback: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let config = Config {
            plain: Port::Auto,
            ..Config::default()
        };
        let iotda = iotda_sim::Platform::start(config.device(ID, SECRET)).unwrap();
        let handle = iotda.handle();
        let platform = Platform::start().await;
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("conf")).unwrap();
        std::fs::write(directory.path().join("conf/rootcert.pem"), &platform.ca).unwrap();
        let mut running = Running::start(program, handle.plain_port(), directory.path(), own_callback);
        running.wait("ready for remote login");
        let url = format!("wss://localhost:{}/v5/tunnel", platform.port());
        for _ in 0..2 {
            let paras = json!({"tunnel_uri": url, "tunnel_access_token": "TOKEN", "expires_in": 3600});
            handle.event(ID, "$tunnel_manager", "tunnel_notify", paras).unwrap();
            if own_callback {
                running.wait(&format!("remote login through localhost, port {}", platform.port()));
            }
            let mut peer = platform.accept().await;
            assert!(peer
                .request
                .starts_with("GET /v5/tunnel HTTP/1.1\r\nHost: localhost\r\n"));
            peer.connect("one", "no such user", "no such password").await;
            assert_eq!(peer.hear().await, failed("one"));
            peer.close(1000).await;
        }
        tokio::task::spawn_blocking(move || running.end()).await.unwrap();
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
