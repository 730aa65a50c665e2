//! The one device of the process behind the C ABI: its configuration before and after `IOTA_Init`, its callback thread, its
//! transfers. What ends with it is in `ending`.

use std::ffi::c_int;
use std::path::PathBuf;
use std::sync::Arc;

use base::fork::PerProcess;
use base::sync::{Mutex, MutexGuard};
use zeroize::Zeroizing;

use super::callbacks::ToProgram;
use super::soft_bus_table::ProcessTable;
use iotda_device::config::{DeviceConfig, Item};
use iotda_device::device::Device;
use iotda_device::device::runner::{Ending, Job, Runner};
use iotda_device::error::{Error, Result};
use iotda_device::services::http::Stop;
use iotda_device::services::workers::Workers;
use iotda_device::softbus::Roster;

struct State {
    /// The configuration while there is no device.
    config: DeviceConfig,
    device: Option<Arc<Device>>,
    runner: Option<Arc<Runner>>,
    /// Where device rules are kept; set before `IOTA_Init` or after it, for all sessions.
    rule_file: Option<PathBuf>,
    /// The callbacks of a session that ended inside one of them.
    ending: Option<Ending>,
    /// Ends the transfers that the program calls for while there is no device.
    stop: Stop,
    /// The transfers of sessions that ended inside a callback.
    stopped: Vec<Workers>,
}

static STATE: PerProcess<Mutex<State>> = PerProcess::new(|_| {
    Mutex::new(State {
        config: DeviceConfig::default(),
        device: None,
        runner: None,
        rule_file: None,
        ending: None,
        stop: Stop::default(),
        stopped: Vec::new(),
    })
});

static ROSTER: PerProcess<Arc<Roster>> = PerProcess::new(|_| Arc::new(Roster::mirrored(&ProcessTable)));

/// The roster of the process: it outlives every session, and `getSoftBusTotal()` shows it.
pub fn roster() -> &'static Arc<Roster> {
    ROSTER.get()
}

/// Whether this process may use the library's threads and locks: not a child that was forked while they were at work.
pub fn usable() -> Result<()> {
    match base::fork::orphaned() {
        true => Err(Error::State(
            "this process was forked while the library was connected, had threads, or was called by another thread: call IOTA_Init in the child first",
        )),
        false => Ok(()),
    }
}

fn state() -> Result<MutexGuard<'static, State>> {
    usable()?;
    Ok(STATE.get().lock())
}

/// The device, if `IOTA_Init` was called.
pub fn device() -> Result<Arc<Device>> {
    state()?
        .device
        .clone()
        .ok_or(Error::State("not initialised: call IOTA_Init first"))
}

/// The own device id; `None` before it is configured.
pub fn own_device_id() -> Option<Vec<u8>> {
    with_config(|config| config.device_id.clone())
}

/// Reads the configuration, whether there is a device or not.
pub fn with_config<R>(read: impl FnOnce(&DeviceConfig) -> R) -> R {
    let Ok(state) = state() else {
        return read(&DeviceConfig::default());
    };
    match &state.device {
        Some(device) => device.with_config(read),
        None => read(&state.config),
    }
}

/// `IOTA_Init`.
pub fn init(work_dir: Option<&[u8]>) -> Result<()> {
    let (device, rule_file) = create(work_dir)?;
    if rule_file.is_some() {
        device.store_rules_in(rule_file); // it logs: not under the lock
    }
    Ok(())
}

fn create(work_dir: Option<&[u8]>) -> Result<(Arc<Device>, Option<PathBuf>)> {
    base::fork::start_afresh();
    let mut state = state()?;
    if state.device.is_some() {
        return Err(Error::AlreadyInitialised);
    }
    let work_dir = work_dir.ok_or(Error::Missing("the work directory"))?;
    let path = path_from(work_dir);
    if work_dir.is_empty() || !path.exists() {
        return Err(Error::NotAvailable(
            format!("the work directory {}", path.display()).into(),
        ));
    }
    // Absolute from now on: programs change their directory, daemons always do.
    let path = std::path::absolute(&path).unwrap_or(path);
    state.config.reset_for_init();
    let runner = running(&mut state);
    let config = state.config.clone();
    let device = Arc::new(Device::new(config, path, roster().clone(), runner, Arc::new(ToProgram)));
    state.device = Some(device.clone());
    Ok((device, state.rule_file.clone()))
}

/// `IOTA_EnableDeviceRuleStorage`.
pub fn store_rules_in(path: Option<&[u8]>) {
    let path = path.map(path_from);
    let device = {
        let Ok(mut state) = state() else {
            return;
        };
        state.rule_file = path.clone();
        state.device.clone()
    };
    if let Some(device) = device {
        device.store_rules_in(path);
    }
}

fn path_from(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

fn running(state: &mut State) -> Arc<Runner> {
    if let Some(runner) = &state.runner {
        return runner.clone();
    }
    let runner = Arc::new(Runner::new(state.ending.take()));
    state.runner = Some(runner.clone());
    runner
}

/// Queues work for the callback thread, starting it if there is none (the near-field link may live without a session).
pub fn post(job: Job) -> std::result::Result<(), Job> {
    let runner = match state() {
        Ok(mut state) => running(&mut state), // released before anything is logged
        Err(_) => return Err(job),
    };
    runner.post(job)
}

/// What ends a transfer that begins now: `IOTA_Destroy`.
pub fn stop_sign() -> Stop {
    let sign = |state: MutexGuard<'_, State>| match &state.device {
        Some(device) => device.stop_sign(),
        None => state.stop.clone(),
    };
    state().map(sign).unwrap_or_default()
}

/// First of all that ends, so that a callback inside a transfer comes to its end.
pub fn stop_transfers() {
    let mut state = STATE.get().lock();
    std::mem::take(&mut state.stop).set();
    let stopped = state.device.as_ref().map(|device| device.stop_transfers());
    state.stopped.extend(stopped);
}

/// Ends the device's session and the callback thread; inside a callback the thread ends after it.
pub fn end_session() {
    let (device, runner) = {
        let mut state = STATE.get().lock();
        let device = state.device.take();
        if let Some(device) = &device {
            state.config = device.config();
            state.config.reset_for_init();
        }
        (device, state.runner.take())
    };
    if let Some(device) = &device {
        device.destroy();
    }
    if let Some(ending) = runner.and_then(|runner| runner.close()) {
        STATE.get().lock().ending = Some(ending);
    }
}

/// Waits for what ended sessions left running. A session that was ended inside a callback: that callback may still be running.
pub fn join_ended() {
    let ending = STATE.get().lock().ending.take();
    if let Some(ending) = ending {
        ending.join();
    }
    let stopped = std::mem::take(&mut STATE.get().lock().stopped);
    stopped.iter().for_each(Workers::join);
}

/// `IOTA_Connect`. From the first one on, SIGPIPE is ignored in the whole process, which programs with own sockets rely on;
/// so is SIGXFSZ unless the program has a handler: a spool at its file size limit is a logged error, not the end.
pub fn connect() -> Result<()> {
    let device = device()?;
    if device.with_config(|config| config.environment) {
        for (item, variable) in OVERRIDABLE {
            if let Some(value) = overriding(variable) {
                device.configure(item, &value)?;
            }
        }
    }
    // SAFETY: ignoring a signal has no handler that could misbehave; the first call only asks.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        let mut now = std::mem::MaybeUninit::<libc::sigaction>::uninit();
        let asked = libc::sigaction(libc::SIGXFSZ, std::ptr::null(), now.as_mut_ptr());
        if asked == 0 && now.assume_init().sa_sigaction == libc::SIG_DFL {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        }
    }
    device.connect()
}

/// `IOTA_DisConnect`.
pub fn disconnect() -> Result<()> {
    device().map_err(|_| Error::NotConnected)?.disconnect()
}

/// `IOTA_IsConnected`.
pub fn is_connected() -> bool {
    device().is_ok_and(|device| device.is_connected())
}

/// The items that the environment may override, in the order in which `IOTA_ConnectConfigSet` sets them.
const OVERRIDABLE: [(Item, &str); 4] = [
    (Item::Address, "IOTDA_MQTTC_ADDRESS"),
    (Item::DeviceId, "IOTDA_MQTTC_DEVICEID"),
    (Item::Port, "IOTDA_MQTTC_PORT"),
    (Item::DeviceSecret, "IOTDA_MQTTC_PASSWOROD"),
];

fn overriding(variable: &str) -> Option<Zeroizing<Vec<u8>>> {
    use std::os::unix::ffi::OsStringExt;
    base::process::variable(variable).map(|value| Zeroizing::new(value.into_vec()))
}

/// `IOTA_ConnectConfigSet`: the arguments, then what the environment overrides.
pub fn connect_config(ip: Option<&[u8]>, port: Option<&[u8]>, id: Option<&[u8]>, secret: Option<&[u8]>) -> Result<()> {
    let (Some(ip), Some(port), Some(id)) = (ip, port, id) else {
        return Err(Error::Missing("the address, the port or the device id"));
    };
    let given = [Some(ip), Some(id), Some(port), secret];
    for ((item, variable), value) in OVERRIDABLE.into_iter().zip(given) {
        let overriding = overriding(variable);
        if let Some(value) = overriding.as_ref().map(|v| v.as_slice()).or(value) {
            set(item, value)?;
        }
    }
    Ok(())
}

fn set(item: Item, value: &[u8]) -> Result<()> {
    if let Ok(device) = device() {
        return device.configure(item, value); // it logs: not under the lock
    }
    let corrected = iotda_device::config::corrected(item, value);
    let value = corrected.as_deref().map_or(value, Vec::as_slice);
    state()?.config.set(item, value)
}

/// `IOTA_ConfigSetStr`, `IOTA_ConfigSetUint`.
pub fn configure(item: c_int, value: Option<&[u8]>) -> Result<()> {
    let value = value.ok_or(Error::Missing("the value"))?;
    let item =
        Item::from_number(item).ok_or_else(|| Error::NotAvailable(format!("configuration item {item}").into()))?;
    set(item, value)
}

/// `EN_IOTA_CFG_BRIDGE_MODE`, as the bridge's connect and disconnect set it.
pub fn bridge_mode(on: bool) -> Result<()> {
    set(Item::BridgeMode, if on { b"1" } else { b"0" })
}
