//! The C ABI as C programs use it: builds the programs of `tests/c`, runs them against the platform simulator, and watches them.
//!
//! `HWMQTT_C_UNDER=valgrind` or `asan` selects how they are watched, `HWMQTT_LIB_DIR` the library, `HWMQTT_SOAK=1` the long form
//! of the stress test.

mod broken;
mod compile;
mod platform;
mod run;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use compile::{Linking, Watch};
use iotda_sim::{Chain, ClientAuth, Validity};
use platform::{DEVICE, SECRET, Setting, Site, fresh_address};

/// By whom and how the programs are built. All four ways plain; one or two where each run takes long.
fn variants(watch: Watch) -> Vec<(&'static str, Linking)> {
    match watch {
        Watch::Plain => vec![
            ("gcc", Linking::Shared),
            ("gcc", Linking::Static),
            ("clang", Linking::Shared),
            ("clang", Linking::Static),
        ],
        Watch::Valgrind => vec![("gcc", Linking::Shared)],
        Watch::Asan => vec![("gcc", Linking::Shared), ("clang", Linking::Static)],
    }
}

/// Runs one program in all variants at once, each with a platform of its own.
fn in_all_variants(name: &str, limit: Duration, set_up: impl Fn() -> Setup + Sync) {
    let watch = Watch::chosen();
    std::thread::scope(|scope| {
        for (compiler, linking) in variants(watch) {
            let set_up = &set_up;
            scope.spawn(move || {
                let program = compile::program(name, compiler, linking, watch);
                set_up().run(&program, watch, limit);
            });
        }
    });
}

/// What a program is started with.
struct Setup {
    site: Site,
    extra: Vec<(String, String)>,
    environment: Vec<(&'static str, String)>,
}

impl Setup {
    fn new(setting: &Setting) -> Setup {
        Setup {
            site: Site::new(setting),
            extra: Vec::new(),
            environment: Vec::new(),
        }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Setup {
        self.extra.push((name.to_string(), value.into()));
        self
    }

    fn run(mut self, program: &Path, watch: Watch, limit: Duration) -> String {
        let mut arguments = self.extra; // the first of equal names counts
        arguments.extend(self.site.arguments());
        arguments.push(("slow".to_string(), (3 * watch.slowness()).to_string()));
        let arguments: Vec<(&str, &str)> = arguments.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let environment: Vec<(&str, &str)> = self.environment.iter().map(|(n, v)| (*n, v.as_str())).collect();
        run::run(program, watch, &arguments, &environment, limit, &mut self.site)
    }
}

/// A listener that never answers, kept alive by the setup's own copy for the whole process.
fn silent_address() -> String {
    let address = fresh_address();
    let listener = std::net::TcpListener::bind((address, 1883)).unwrap();
    Box::leak(Box::new(listener));
    address.to_string()
}

#[test]
fn lifecycle() {
    in_all_variants("lifecycle", Duration::from_secs(120), || {
        let setup = Setup::new(&Setting::plain());
        let (empty, ca_only) = (setup.site.dir("empty"), setup.site.dir("ca-only"));
        let conf = ca_only.join("conf");
        std::fs::create_dir_all(&conf).unwrap();
        std::fs::write(conf.join("rootcert.pem"), setup.site.platform.ca_pem()).unwrap();
        setup
            .with("empty-dir", text(&empty))
            .with("ca-dir", text(&ca_only))
            .with("silent-address", silent_address())
            .with("silent-port", "1883")
            .with("refusing-address", fresh_address().to_string())
            .with("refusing-port", "1883")
            .with("raw-topic", format!("$oc/devices/{DEVICE}/user/raw"))
    });
}

#[test]
fn arguments() {
    in_all_variants("arguments", Duration::from_secs(120), || Setup::new(&Setting::plain()));
}

#[test]
fn callbacks() {
    in_all_variants("callbacks", Duration::from_secs(240), || {
        Setup::new(&Setting::plain())
            .with("refusing-address", fresh_address().to_string())
            .with("refusing-port", "1883")
    });
}

#[test]
fn every_field_of_every_callback() {
    in_all_variants("fields", Duration::from_secs(120), || Setup::new(&Setting::plain()));
}

#[test]
fn soft_bus_over_tls() {
    in_all_variants("softbus", Duration::from_secs(120), || Setup::new(&Setting::tls()));
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_string()
}

// ---- logins over TLS, and why they fail ----

/// Runs `outcome.c`, built once per way of watching.
fn outcome(setup: Setup) {
    let watch = Watch::chosen();
    static BUILT: std::sync::OnceLock<Arc<PathBuf>> = std::sync::OnceLock::new();
    let program = BUILT.get_or_init(|| Arc::new(compile::program("outcome", "gcc", Linking::Shared, watch)));
    setup.run(program, watch, Duration::from_secs(60));
}

fn fails(setup: Setup, log: &str) {
    outcome(setup.with("expect", "failure").with("log", log));
}

fn certificates(change: impl FnOnce(&mut iotda_sim::TlsConfig)) -> Setting {
    let mut setting = Setting::tls();
    change(&mut setting.certificates);
    setting
}

#[test]
fn right_certificate() {
    outcome(Setup::new(&Setting::tls()));
}

#[test]
fn certificate_of_an_intermediate() {
    outcome(Setup::new(&certificates(|tls| tls.chain = Chain::Intermediate)));
}

#[test]
fn expired_certificate() {
    fails(
        Setup::new(&certificates(|tls| tls.validity = Validity::Expired)),
        "expired",
    );
}

#[test]
fn certificate_not_yet_valid() {
    fails(
        Setup::new(&certificates(|tls| tls.validity = Validity::NotYet)),
        "not valid yet",
    );
}

#[test]
fn certificate_of_a_foreign_authority() {
    fails(
        Setup::new(&certificates(|tls| tls.chain = Chain::Foreign)),
        "rootcert.pem",
    );
}

#[test]
fn self_signed_certificate() {
    fails(
        Setup::new(&certificates(|tls| tls.chain = Chain::SelfSigned)),
        "rootcert.pem",
    );
}

#[test]
fn certificate_for_another_host() {
    let other = || certificates(|tls| tls.names = vec!["iotda.example.com".to_string()]);
    fails(
        Setup::new(&other()),
        "the server's certificate is for|IOTDA_TLS_NO_HOSTNAME_CHECK",
    );
    let mut off = Setup::new(&other());
    off.environment.push(("IOTDA_TLS_NO_HOSTNAME_CHECK", "1".to_string()));
    outcome(off.with("log", "is not checked|IOTDA_TLS_NO_HOSTNAME_CHECK"));
}

#[test]
fn root_certificate_that_is_none() {
    for content in [
        "",
        "no certificate at all\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let setup = Setup::new(&Setting::tls());
        std::fs::write(setup.site.work_dir().join("conf/rootcert.pem"), content).unwrap();
        fails(setup, "rootcert.pem");
    }
}

#[test]
fn wrong_secret() {
    let setup = Setup::new(&Setting::tls()).with("secret", "not-the-secret-of-this-device");
    outcome(
        setup
            .with("expect", "failure")
            .with("message", "CONNACK return code")
            .with("code", "4")
            .with("log", "secret"),
    );
}

#[test]
fn plain_server_on_the_tls_port() {
    fails(
        Setup::new(&Setting {
            plain_on_tls_port: true,
            ..Setting::tls()
        }),
        "TLS",
    );
}

fn with_certificate(setting: &Setting) -> Setup {
    let setup = Setup::new(setting);
    let issued = setup.site.platform.issue_client_certificate(DEVICE).unwrap();
    let conf = setup.site.work_dir().join("conf");
    std::fs::write(conf.join("deviceCert.pem"), issued.certificate_pem).unwrap();
    std::fs::write(conf.join("deviceCert.key"), issued.key_pem).unwrap();
    setup.with("mode", "cert")
}

fn certificate_setting() -> Setting {
    let mut setting = Setting {
        by_certificate: true,
        ..Setting::tls()
    };
    setting.certificates.client_auth = ClientAuth::Required;
    setting
}

#[test]
fn device_certificate() {
    outcome(with_certificate(&certificate_setting()));
}

#[test]
fn key_of_another_certificate() {
    let setup = with_certificate(&certificate_setting());
    let other = setup.site.platform.issue_client_certificate("other").unwrap();
    std::fs::write(setup.site.work_dir().join("conf/deviceCert.key"), other.key_pem).unwrap();
    fails(setup, "deviceCert.key");
}

#[test]
fn key_file_that_is_none() {
    let setup = with_certificate(&certificate_setting());
    std::fs::write(setup.site.work_dir().join("conf/deviceCert.key"), "no key\n").unwrap();
    fails(setup, "deviceCert.key");
}

// ---- many updates ----

fn stress(source: &str, updates: u32, limit_kb: u32, seconds: u64) {
    let watch = Watch::chosen();
    // memory is measured only where nothing is added to it
    let limit_kb = if watch == Watch::Plain { limit_kb } else { 0 };
    let updates = if watch == Watch::Valgrind {
        (updates / 10).max(20)
    } else {
        updates
    };
    let program = compile::program("stress", "gcc", Linking::Shared, watch);
    let mut setting = Setting::plain();
    setting.ledger_limit = 100;
    let transcript = Setup::new(&setting)
        .with("source", source)
        .with("updates", updates.to_string())
        .with("limit-kb", limit_kb.to_string())
        .run(&program, watch, Duration::from_secs(seconds));
    println!(
        "{}",
        transcript
            .lines()
            .find(|line| line.contains(" reads by "))
            .unwrap_or_default()
    );
}

/// Fewer in the unoptimised build, more in a soak.
fn updates(usual: u32) -> u32 {
    if std::env::var_os("HWMQTT_SOAK").is_some() {
        usual * 10
    } else if std::env::var_os("HWMQTT_LIB_DIR").is_some() {
        usual
    } else {
        usual / 10
    }
}

#[test]
fn stress_of_direct_updates() {
    stress("direct", updates(10_000), 6 * 1024, 1800);
}

#[test]
fn stress_from_the_platform() {
    stress("platform", updates(1_000), 6 * 1024, 1800);
}

// ---- everything that a header declares is in both libraries ----

#[test]
fn every_header_links() {
    let program = compile::program("headers", "gcc", Linking::Shared, Watch::Plain);
    run::run(
        &program,
        Watch::Plain,
        &[],
        &[],
        Duration::from_secs(10),
        &mut run::Nothing(vec![SECRET.to_string()]),
    );
    let program = compile::program("headers", "clang", Linking::Static, Watch::Plain);
    run::run(
        &program,
        Watch::Plain,
        &[],
        &[],
        Duration::from_secs(10),
        &mut run::Nothing(vec![SECRET.to_string()]),
    );
}
