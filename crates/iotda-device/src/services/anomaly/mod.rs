//! Security detection (docs/spec/services.md#detection): the platform switches checks on; each
//! reports at once and then in cycles.
//!
//! [`Detection`] follows the configuration and makes the reports of a cycle; the device sends them and keeps the time.

mod addresses;
mod config;
mod logins;
mod tamper;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use base::sync::Mutex;

use super::file;
use crate::error::Result;
use crate::protocol::json::{self, Dialect, Json, Writer};
use crate::protocol::service_ids;
use crate::protocol::time::UnixMs;
use crate::protocol::uplink::{Message, anomaly};
use config::{Check, Config};
use logins::{BruteForce, LocalLogin};
use tamper::FileTamper;

/// `DETECT_REPORT_FREQUENCY`: from the end of one cycle to the next.
pub const CYCLE: Duration = Duration::from_secs(600);

/// The service id of the configuration.
pub const SERVICE_ID: &str = match std::str::from_utf8(service_ids::DETECTION) {
    Ok(id) => id,
    Err(_) => "",
};

/// The id with which the program asks for the configuration.
pub const REQUEST_ID: &str = "security_detection_config_request_id";

/// `DetectConfigPath`, in the working directory.
pub const CONFIG_FILE: &str = "detectConfig.json";

/// The board's own measurements; program code, so it runs on the callback thread only.
pub trait Board {
    fn memory_used(&self) -> i64;
    fn total_memory(&self) -> i64;
    /// `None`: unknown.
    fn ports(&self) -> Option<Vec<i32>>;
    /// Per cent.
    fn cpu_usage(&self) -> i32;
    fn disk_space_used(&self) -> i64;
    fn total_disk_space(&self) -> i64;
    /// Per cent.
    fn battery_percentage(&self) -> i32;
}

/// The checks that remember something between cycles; there while they are on.
#[derive(Default)]
struct Sensors {
    local_login: Option<LocalLogin>,
    file_tamper: Option<FileTamper>,
    brute_force: Option<BruteForce>,
}

#[derive(Default)]
struct State {
    config: Config,
    sensors: Sensors,
    /// Counts the starts, so that what was planned for an earlier run can be told from the present one.
    run: u64,
    running: bool,
}

/// The detection of one device. Nothing is logged and no program code runs while its lock is held.
pub struct Detection {
    state: Mutex<State>,
    config_file: Mutex<PathBuf>,
    /// `/`, but for tests.
    root: PathBuf,
}

/// What a configuration means for the cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycles {
    Unchanged,
    /// The first one is due now; the number of the run.
    Start(u64),
    Stop,
}

impl Default for Detection {
    fn default() -> Self {
        Detection::new(CONFIG_FILE.into(), "/".into())
    }
}

impl Detection {
    pub fn new(config_file: PathBuf, root: PathBuf) -> Detection {
        Detection {
            state: Mutex::default(),
            config_file: Mutex::new(config_file),
            root,
        }
    }

    /// Where the configuration is stored from now on.
    pub fn store_in(&self, path: PathBuf) {
        *self.config_file.lock() = path;
    }

    /// Follows a configuration: the stored one first, then `properties`, which it stores. The properties to report, as JSON text,
    /// and what to do about the cycles.
    pub fn configure(&self, properties: Option<&Json>) -> (Vec<u8>, Cycles) {
        let path = self.config_file.lock().clone();
        let stored = stored(&path);
        let mut unusable = Vec::new();
        let (text, cycles) = {
            let mut state = self.state.lock();
            for source in [stored.as_ref(), properties].into_iter().flatten() {
                unusable.extend(state.config.apply(source.value()));
            }
            state.switch_sensors(&self.root);
            (state.config.print(), state.switch_cycles())
        };
        for name in unusable {
            base::lines::detection_value(&SERVICE_ID, &name);
        }
        if let Err(cause) = file::replace(&path, &text) {
            base::lines::detection_unwritten(&path.display(), &cause);
        }
        (text, cycles)
    }

    /// The number of the present run; `None` while no check is on.
    pub fn run(&self) -> Option<u64> {
        let state = self.state.lock();
        state.running.then_some(state.run)
    }

    /// One cycle: the report of each check that is on.
    pub fn cycle(&self, own: &str, now: UnixMs, board: &dyn Board) -> Vec<Result<Message>> {
        let config = self.state.lock().config.clone();
        let on = Check::ALL.into_iter().filter(|check| config.is_on(*check));
        on.map(|check| self.report(check, &config, own, now, board)).collect()
    }

    fn report(&self, check: Check, config: &Config, own: &str, now: UnixMs, board: &dyn Board) -> Result<Message> {
        let send = |kind, fill: &dyn Fn(&mut Writer)| anomaly::check(own, kind, now, fill);
        match check {
            Check::Memory => {
                let (used, total) = (board.memory_used(), board.total_memory());
                send("MEMORY_REPORT", &|w| {
                    w.int_member("used", used);
                    w.int_member("total", total);
                    w.int_member("leak_alarm", reached(used, total, config.memory_threshold()).into());
                })
            }
            Check::Ports => {
                let ports = board.ports();
                send("PORT_REPORT", &|w| {
                    if let Some(ports) = &ports {
                        w.key(b"used");
                        w.begin_array();
                        for port in ports {
                            w.element();
                            w.number(f64::from(*port));
                        }
                        w.end_array();
                    }
                })
            }
            Check::Cpu => {
                let usage = board.cpu_usage();
                send("CPU_USAGE_REPORT", &|w| {
                    w.int_member("cpu_usage", usage.into());
                    w.int_member("cpu_usage_alarm", (usage >= config.cpu_threshold()).into());
                })
            }
            Check::Disk => {
                let (used, total) = (board.disk_space_used(), board.total_disk_space());
                send("DISK_SPACE_REPORT", &|w| {
                    w.int_member("disk_space_used", used);
                    w.int_member("disk_space_total", total);
                    w.int_member("disk_space_alarm", reached(used, total, config.disk_threshold()).into());
                })
            }
            Check::Battery => {
                let left = board.battery_percentage();
                send("BATTERY_REPORT", &|w| {
                    w.int_member("battery_percentage", left.into());
                    w.int_member("battery_percentage_alarm", (left <= config.battery_threshold()).into());
                })
            }
            Check::LocalLogin => {
                let alarm = self.sensor(|s| s.local_login.as_mut().is_some_and(LocalLogin::check));
                send("LOGIN_LOCAL_REPORT", &|w| {
                    w.int_member("login_local_alarm", alarm.into())
                })
            }
            Check::FileTamper => {
                let alarm = self.sensor(|s| s.file_tamper.as_mut().is_some_and(FileTamper::check));
                send("FILE_TAMPER_REPORT", &|w| {
                    w.int_member("file_tamper_alarm", alarm.into())
                })
            }
            Check::BruteForce => {
                let seconds = now.0.div_euclid(1000);
                let alarm = self.sensor(|s| s.brute_force.as_mut().is_some_and(|check| check.check(seconds)));
                send("LOGIN_BRUTE_FORCE_REPORT", &|w| {
                    w.int_member("login_brute_force_alarm", alarm.into())
                })
            }
            Check::Addresses => {
                let addresses = addresses::remote(&self.root);
                send("IP_REPORT", &|w| {
                    w.key(b"used_ips");
                    w.begin_array();
                    for address in &addresses {
                        w.element();
                        w.string(address.as_bytes());
                    }
                    w.end_array();
                })
            }
        }
    }

    fn sensor(&self, check: impl FnOnce(&mut Sensors) -> bool) -> bool {
        check(&mut self.state.lock().sensors)
    }
}

fn stored(path: &Path) -> Option<Json> {
    let text = file::read(path).ok()?;
    let json = json::parse(&text, Dialect::Platform);
    if json.is_none() {
        base::lines::detection_file_not_json(&path.display());
    }
    json
}

/// `used ≥ threshold × total / 100`, in whole numbers.
fn reached(used: i64, total: i64, threshold: i32) -> bool {
    i128::from(used) >= i128::from(threshold) * i128::from(total) / 100
}

impl State {
    fn switch_sensors(&mut self, root: &Path) {
        let Sensors {
            local_login,
            file_tamper,
            brute_force,
        } = &mut self.sensors;
        switch(local_login, self.config.is_on(Check::LocalLogin), || {
            LocalLogin::new(root.join("var/log/wtmp"))
        });
        switch(file_tamper, self.config.is_on(Check::FileTamper), || {
            FileTamper::watch(tamper::loaded_libraries())
        });
        switch(brute_force, self.config.is_on(Check::BruteForce), || {
            BruteForce::new(root.join("var/log/auth.log"))
        });
    }

    fn switch_cycles(&mut self) -> Cycles {
        let wanted = self.config.any_on();
        match (std::mem::replace(&mut self.running, wanted), wanted) {
            (false, true) => {
                self.run += 1;
                Cycles::Start(self.run)
            }
            (true, false) => Cycles::Stop,
            _ => Cycles::Unchanged,
        }
    }
}

/// A sensor begins when its check is switched on and ends when it is switched off.
fn switch<T>(sensor: &mut Option<T>, on: bool, begin: impl FnOnce() -> T) {
    match on {
        true => drop(sensor.get_or_insert_with(begin)),
        false => *sensor = None,
    }
}
