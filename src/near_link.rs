//! The process's near link: which back-end does the work, and the program's C callbacks as the back-ends want them.
//!
//! Whether it is ours that a program reaches is for [`super::kit`] to say.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_void};
use std::net::IpAddr;
use std::ptr::{null, null_mut};
use std::sync::Arc;

use base::fork::PerProcess;
use base::sync::Mutex;
use once_cell::sync::OnceCell;

use super::dconncaseone_interface::types::CallbackParam;
use super::process;
use super::service::soft_bus_datatrans::{getAuthKey, isValidDeviceID, isValidIP};
use c_library::boundary;
use iotda_device::device::runner::inside_callback;
use nearlink::component::Component;
use nearlink::events::CallbackQueue;
use nearlink::program::{Callbacks, Check, KeySource, Observer};
use nearlink::settings::{BackendKind, Settings};
use nearlink::vendor::Vendor;
use nearlink::view::View;

/// Who answers the six functions.
pub enum Backend {
    Stub,
    Component(Component),
    Vendor(VendorSlot),
}

/// The vendor's library, loaded when it is first needed. A failed load is tried again by the next init call.
pub struct VendorSlot {
    path: Option<String>,
    loaded: OnceCell<Vendor>,
    /// Registered before the library could be loaded.
    registered: Mutex<Option<CallbackParam>>,
}

/// Chosen once per process by the settings at that moment.
static BACKEND: PerProcess<OnceCell<Backend>> = PerProcess::new(|_| OnceCell::new());

fn chosen() -> &'static Backend {
    let chosen = BACKEND.get();
    if let Some(backend) = chosen.get() {
        return backend;
    }
    let settings = settings(); // may log, and a log callback may come here again
    chosen.get_or_init(|| match settings.backend {
        BackendKind::Stub => Backend::Stub,
        BackendKind::Vendor => Backend::Vendor(VendorSlot {
            path: settings.vendor_lib,
            loaded: OnceCell::new(),
            registered: Mutex::new(None),
        }),
        BackendKind::Builtin | BackendKind::DSoftBus => Backend::Component(Component::new(self::settings)),
    })
}

/// The device's callback thread, which lives without a device too.
struct ProcessQueue;

impl CallbackQueue for ProcessQueue {
    fn post(&self, mut job: Box<dyn FnOnce() + Send>) {
        // IOTA_Destroy may be replacing the thread: a job refused by the old one goes to the new one.
        for _ in 0..3 {
            match process::post(job) {
                Ok(()) => return,
                Err(refused) => job = refused,
            }
        }
    }

    fn is_current(&self) -> bool {
        inside_callback()
    }
}

/// The process's device keeps the group data fresh by what its links notice.
struct ProcessObserver;

impl Observer for ProcessObserver {
    fn role_asked(&self) {
        if let Ok(device) = process::device() {
            device.near_role_asked();
        }
    }

    fn knock(&self) -> bool {
        process::device().is_ok_and(|device| device.near_knock())
    }

    fn unreachable(&self, address: IpAddr) {
        if let Ok(device) = process::device() {
            device.near_unreachable(address);
        }
    }

    fn settled(&self, address: Option<IpAddr>) {
        if let Ok(device) = process::device() {
            device.near_settled(address);
        }
    }

    fn platform_time(&self) -> Option<u64> {
        process::device().ok()?.platform_time()
    }
}

/// The back-end of this process. The first call subscribes it to the roster.
pub fn backend() -> &'static Backend {
    static SUBSCRIBED: PerProcess<OnceCell<()>> = PerProcess::new(|_| OnceCell::new());
    /// The parent's threads and connections are not this process's.
    static OF_AN_ORPHAN: Backend = Backend::Stub;
    if let Err(cause) = process::usable() {
        base::lines::near_link_refused(&cause);
        return &OF_AN_ORPHAN;
    }
    let backend = chosen();
    if let Backend::Component(component) = backend {
        SUBSCRIBED.get().get_or_init(|| {
            component.set_callback_queue(Some(Arc::new(ProcessQueue)));
            component.set_observer(Some(Arc::new(ProcessObserver)));
            process::roster().set_linked(Arc::new(move |id| {
                std::str::from_utf8(id).is_ok_and(|id| component.is_linked(id))
            }));
            process::roster().watch(Arc::new(move || follow_roster(component)));
            follow_roster(component);
        });
    }
    backend
}

fn follow_roster(component: &Component) {
    /// Changes on two threads at once must not leave the older view behind.
    static ORDER: Mutex<()> = Mutex::new(());
    let _one_at_a_time = ORDER.lock();
    component.set_view(View::from(&*process::roster().view()));
}

fn settings() -> Settings {
    Settings::from_variables(|name| base::process::variable(name)?.into_string().ok())
}

impl VendorSlot {
    /// The loaded library; loads it first. `None` after an ERROR line.
    pub fn get(&self) -> Option<&Vendor> {
        let loaded = self.loaded.get_or_try_init(|| {
            let path = self.path.as_deref().ok_or("HWMQTT_DCONN_VENDOR_LIB is not set")?;
            Vendor::load(path).map_err(|why| format!("{path} cannot be used: {why}"))
        });
        let vendor = loaded.inspect_err(|why| base::lines::vendor_unusable(&why)).ok()?;
        let callbacks = self.registered.lock().take(); // released before the vendor's code runs
        if let Some(callbacks) = callbacks {
            // SAFETY: the C header's struct.
            unsafe { vendor.register((&raw const callbacks).cast()) };
        }
        Some(vendor)
    }

    /// Registers a copy of the program's struct, at the latest when the library can be loaded.
    pub fn register(&self, mut callbacks: CallbackParam) {
        if is(
            callbacks.getAuthKey.map(|f| f as *const c_void),
            own_functions().auth_key,
        ) {
            callbacks.getAuthKey = Some(auth_key_of);
        }
        *self.registered.lock() = Some(callbacks);
        self.get();
    }
}

/// One-argument form of the library's two-argument `getAuthKey`, for a vendor's library, which cannot know that it must free
/// the result: each thread's last result is freed by its next call and when the thread ends.
unsafe extern "C" fn auth_key_of(target: *const c_char) -> *mut c_char {
    struct Last(*mut c_char);
    impl Drop for Last {
        fn drop(&mut self) {
            // SAFETY: from getAuthKey, which allocates with malloc; not used again.
            unsafe { boundary::free(self.0.cast()) };
        }
    }
    thread_local! {
        static LAST: RefCell<Last> = const { RefCell::new(Last(null_mut())) };
    }
    boundary::guard("getAuthKey", null_mut(), || {
        let own = process::own_device_id().and_then(|own| CString::new(own).ok());
        let own = own.as_ref().map_or(null(), |own| own.as_ptr());
        // SAFETY: a C string or NULL each.
        let key = unsafe { getAuthKey(own, target) };
        LAST.with_borrow_mut(|last| *last = Last(key));
        key
    })
}

struct OwnFunctions {
    is_valid_ip: *const c_void,
    is_valid_device_id: *const c_void,
    auth_key: *const c_void,
}

fn is(registered: Option<*const c_void>, own: *const c_void) -> bool {
    registered == Some(own)
}

/// Addresses of the library's functions as the program sees them: a program that is not position independent, or one that
/// defines a function of this name itself, has its own idea of them, and only the linker's relocations follow it.
fn own_functions() -> OwnFunctions {
    static IS_VALID_IP: unsafe extern "C" fn(*const c_char) -> bool = isValidIP;
    static IS_VALID_DEVICE_ID: unsafe extern "C" fn(*const c_char) -> bool = isValidDeviceID;
    static AUTH_KEY: unsafe extern "C" fn(*const c_char, *const c_char) -> *mut c_char = getAuthKey;
    // SAFETY: statics of this library; volatile so that no address is assumed at compile time.
    unsafe {
        OwnFunctions {
            is_valid_ip: (&raw const IS_VALID_IP).read_volatile() as *const c_void,
            is_valid_device_id: (&raw const IS_VALID_DEVICE_ID).read_volatile() as *const c_void,
            auth_key: (&raw const AUTH_KEY).read_volatile() as *const c_void,
        }
    }
}

fn with_text<R>(text: &str, otherwise: R, call: impl FnOnce(*const c_char) -> R) -> R {
    match CString::new(text) {
        Ok(text) => call(text.as_ptr()),
        Err(_) => otherwise,
    }
}

/// The program's C callbacks. Where it registered the library's own functions, the component's view answers.
pub fn callbacks(c: &CallbackParam) -> Callbacks {
    let own = own_functions();
    // SAFETY (all calls below): the program's functions, called as the C header says: strings are valid during the call.
    Callbacks {
        send_result: c.sendDataResultCb.map(|f| {
            let call: nearlink::program::OnResult =
                Arc::new(move |id, code| with_text(id, (), |id| boundary::into_program(|| unsafe { f(id, code) })));
            call
        }),
        received: c.onReceiveDataCb.map(|f| {
            let call: nearlink::program::OnData = Arc::new(move |id, message| {
                let length = u32::try_from(message.data().len()).unwrap_or(0);
                with_text(id, (), |id| {
                    boundary::into_program(|| unsafe { f(id, message.with_nul().as_ptr().cast(), length) });
                });
            });
            call
        }),
        is_valid_ip: c.isValidIP.map(|f| {
            if is(Some(f as *const c_void), own.is_valid_ip) {
                return Check::View;
            }
            Check::Program(Arc::new(move |ip| {
                with_text(ip, false, |ip| boundary::into_program(|| unsafe { f(ip) }))
            }))
        }),
        is_valid_device_id: c.isValidDeviceID.map(|f| {
            if is(Some(f as *const c_void), own.is_valid_device_id) {
                return Check::View;
            }
            Check::Program(Arc::new(move |id| {
                with_text(id, false, |id| boundary::into_program(|| unsafe { f(id) }))
            }))
        }),
        auth_key: c.getAuthKey.map(|f| {
            if is(Some(f as *const c_void), own.auth_key) {
                return KeySource::View;
            }
            KeySource::Program(Arc::new(move |target| {
                let key = with_text(target, null_mut(), |target| {
                    boundary::into_program(|| unsafe { f(target) })
                });
                // SAFETY: NULL or the program's string, copied at once and never freed.
                unsafe { boundary::bytes(key) }.map(|key| key.to_vec().into())
            }))
        }),
        device_id: c.getDeviceID.map(|f| {
            let call: nearlink::program::AskId = Arc::new(move || {
                // SAFETY: NULL or the program's string, copied at once and never freed.
                unsafe { boundary::text(boundary::into_program(|| f())) }
                    .ok()
                    .flatten()
                    .map(str::to_owned)
            });
            call
        }),
    }
}

/// Closes this library's near-field component if it was ever used: part of `IOTA_Destroy`.
pub fn close_if_used() {
    match BACKEND.get().get() {
        Some(Backend::Component(component)) => component.end(),
        Some(Backend::Vendor(slot)) => {
            if let Some(vendor) = slot.loaded.get() {
                vendor.close();
            }
        }
        Some(Backend::Stub) | None => {}
    }
}

/// Version text of the stub and of the built-in component.
pub fn version(backend: &Backend) -> *const c_char {
    match backend {
        Backend::Stub => null(),
        Backend::Component(_) => CStr::as_ptr(nearlink::VERSION),
        Backend::Vendor(slot) => slot.get().map_or(null(), Vendor::version),
    }
}
