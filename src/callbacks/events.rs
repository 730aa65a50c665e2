//! Events: the structures of all services of one message, the specific callbacks in order, then the
//! general one (docs/spec/downlink.md#events). All callbacks of a message share these structures.

use std::ffi::{CString, c_char};
use std::ptr::null_mut;

use base::fork::PerProcess;
use base::sync::Mutex;

use super::config_tree::ConfigTree;
use super::numbers;
use super::slots::SLOTS;
use super::texts::{count, info, text};
use crate::agentlite::iota_init::structs::*;
use c_library::boundary::into_program;
use iotda_device::device::{Arrival, ConfigAnswer, EventCalls};
use iotda_device::protocol::downlink::{
    AddDeviceResponse, DeleteDeviceResponse, DeviceFailure, DeviceInfo, DeviceNotify, Event, EventParas, EventService,
    EventType, OtaParas, ServiceEvent, StatusResponse,
};
use iotda_device::protocol::json::Json;
use iotda_device::protocol::text::Text;

/// The soft bus texts of the last message that had some: programs may read `bus_infos` until the next one is delivered.
static LAST_BUS_INFOS: PerProcess<Mutex<Vec<CString>>> = PerProcess::new(|_| Mutex::new(Vec::new()));

/// What the description of a configuration update has room for, with its zero byte.
const DESCRIPTION_SIZE: usize = 100;

fn ptr(value: &Text) -> *mut c_char {
    text(value.as_deref())
}

/// One service's parameters in C form, with the lists they point into.
#[expect(dead_code, reason = "the lists are only kept alive")]
enum Paras {
    None,
    Notify(EN_IOTA_DEVICE_PARAS, Vec<EN_IOTA_DEVICE_INFO>),
    Ota(EN_IOTA_OTA_PARAS),
    Ntp(EN_IOTA_NTP_PARAS),
    Added(
        EN_IOTA_GTW_ADD_DEVICE_PARAS,
        Vec<EN_IOTA_DEVICE_INFO>,
        Vec<EN_IOTA_ADD_DEVICE_FAILED_REASON>,
    ),
    Deleted(
        EN_IOTA_GTW_DEL_DEVICE_PARAS,
        Vec<*mut c_char>,
        Vec<EN_IOTA_DEL_DEVICE_FAILED_REASON>,
    ),
    Status(
        EN_IOTA_GTW_UODATE_STATUS_PARAS,
        Vec<EN_IOTA_UODATE_STATUS_INFO>,
        Vec<EN_IOTA_SUB_UPDATE_REASON>,
    ),
    Log(EN_IOTA_DEVICE_LOG_PARAS),
    File(EN_IOTA_FILE_MGR_PARAS),
    Tunnel(EN_IOTA_TUNNEL_MGR_PARAS),
    SoftBus(EN_IOTA_SOFT_BUS_PARAS),
}

impl Paras {
    fn new(paras: &EventParas, bus_infos: &mut Vec<CString>) -> Paras {
        match paras {
            EventParas::None | EventParas::DeviceConfig(_) => Paras::None,
            EventParas::DeviceNotify(notify) => self::notify(notify),
            EventParas::AddDeviceResponse(response) => added(response),
            EventParas::DeleteDeviceResponse(response) => deleted(response),
            EventParas::StatusResponse(response) => status(response),
            EventParas::Ota(ota) => Paras::Ota(self::ota(ota)),
            EventParas::TimeSync(real_time) => Paras::Ntp(EN_IOTA_NTP_PARAS {
                device_real_time: *real_time,
            }),
            EventParas::DeviceLog(log) => Paras::Log(EN_IOTA_DEVICE_LOG_PARAS {
                log_switch: ptr(&log.switch),
                end_time: ptr(&log.end_time),
            }),
            EventParas::File(url) => Paras::File(EN_IOTA_FILE_MGR_PARAS { url: ptr(url) }),
            EventParas::Tunnel(tunnel) => Paras::Tunnel(EN_IOTA_TUNNEL_MGR_PARAS {
                tunnel_url: ptr(&tunnel.url),
                tunnel_access_token: ptr(&tunnel.access_token),
            }),
            EventParas::SoftBus(info) => {
                let shown = info.bus_infos.clone().map(|copy| {
                    let pointer = copy.as_ptr().cast_mut(); // the heap block stays where it is
                    bus_infos.push(copy);
                    pointer
                });
                Paras::SoftBus(EN_IOTA_SOFT_BUS_PARAS {
                    bus_infos: shown.unwrap_or(null_mut()),
                })
            }
        }
    }

    /// Points the service event at these parameters.
    fn attach(&mut self, event: &mut EN_IOTA_SERVICE_EVENT) {
        match self {
            Paras::None => {}
            Paras::Notify(paras, _) => event.paras = paras,
            Paras::Ota(paras) => event.ota_paras = paras,
            Paras::Ntp(paras) => event.ntp_paras = paras,
            Paras::Added(paras, ..) => event.gtw_add_device_paras = paras,
            Paras::Deleted(paras, ..) => event.gtw_del_device_paras = paras,
            Paras::Status(paras, ..) => event.gtw_update_status_paras = paras,
            Paras::Log(paras) => event.device_log_paras = paras,
            Paras::File(paras) => event.file_mgr_paras = paras,
            Paras::Tunnel(paras) => event.tunnel_mgr_paras = paras,
            Paras::SoftBus(paras) => event.soft_bus_paras = paras,
        }
    }
}

fn device(info: &DeviceInfo) -> EN_IOTA_DEVICE_INFO {
    EN_IOTA_DEVICE_INFO {
        parent_device_id: ptr(&info.parent_device_id),
        node_id: ptr(&info.node_id),
        device_id: ptr(&info.device_id),
        name: ptr(&info.name),
        description: ptr(&info.description),
        manufacturer_id: ptr(&info.manufacturer_id),
        model: ptr(&info.model),
        product_id: ptr(&info.product_id),
        fw_version: ptr(&info.fw_version),
        sw_version: ptr(&info.sw_version),
        status: ptr(&info.status),
        extension_info: ptr(&info.extension_info),
    }
}

fn notify(notify: &DeviceNotify) -> Paras {
    let mut devices: Vec<_> = notify.devices.iter().map(device).collect();
    let paras = EN_IOTA_DEVICE_PARAS {
        devices: devices.as_mut_ptr(),
        devices_count: count(devices.len()),
        version: notify.version,
    };
    Paras::Notify(paras, devices)
}

fn added(response: &AddDeviceResponse) -> Paras {
    let mut successful: Vec<_> = response.successful.iter().map(device).collect();
    let mut failed: Vec<_> = response
        .failed
        .iter()
        .map(|failure| EN_IOTA_ADD_DEVICE_FAILED_REASON {
            node_id: ptr(&failure.node_id),
            product_id: ptr(&failure.product_id),
            error_code: ptr(&failure.error_code),
            error_msg: ptr(&failure.error_msg),
        })
        .collect();
    let paras = EN_IOTA_GTW_ADD_DEVICE_PARAS {
        successful_devices: successful.as_mut_ptr(),
        successful_devices_count: count(successful.len()),
        failed_devices: failed.as_mut_ptr(),
        failed_devices_count: count(failed.len()),
    };
    Paras::Added(paras, successful, failed)
}

fn deleted(response: &DeleteDeviceResponse) -> Paras {
    let mut successful: Vec<_> = response.successful.iter().map(ptr).collect();
    let reason = |failure: &DeviceFailure| EN_IOTA_DEL_DEVICE_FAILED_REASON {
        device_id: ptr(&failure.device_id),
        error_code: ptr(&failure.error_code),
        error_msg: ptr(&failure.error_msg),
    };
    let mut failed: Vec<_> = response.failed.iter().map(reason).collect();
    let paras = EN_IOTA_GTW_DEL_DEVICE_PARAS {
        successful_devices: successful.as_mut_ptr(),
        successful_devices_count: count(successful.len()),
        failed_devices: failed.as_mut_ptr(),
        failed_devices_count: count(failed.len()),
    };
    Paras::Deleted(paras, successful, failed)
}

fn status(response: &StatusResponse) -> Paras {
    let mut successful: Vec<_> = response
        .successful
        .iter()
        .map(|device| EN_IOTA_UODATE_STATUS_INFO {
            device_id: ptr(&device.device_id),
            status: ptr(&device.status),
        })
        .collect();
    let reason = |failure: &DeviceFailure| EN_IOTA_SUB_UPDATE_REASON {
        device_id: ptr(&failure.device_id),
        error_code: ptr(&failure.error_code),
        error_msg: ptr(&failure.error_msg),
    };
    let mut failed: Vec<_> = response.failed.iter().map(reason).collect();
    let paras = EN_IOTA_GTW_UODATE_STATUS_PARAS {
        successful_devices: successful.as_mut_ptr(),
        successful_devices_count: count(successful.len()),
        failed_devices: failed.as_mut_ptr(),
        failed_devices_count: count(failed.len()),
    };
    Paras::Status(paras, successful, failed)
}

fn ota(ota: &OtaParas) -> EN_IOTA_OTA_PARAS {
    EN_IOTA_OTA_PARAS {
        version: ptr(&ota.version),
        url: ptr(&ota.url),
        file_size: ota.file_size,
        file_name: ptr(&ota.file_name),
        task_id: ptr(&ota.task_id),
        sub_device_count: ota.sub_device_count,
        task_ext_info: ptr(&ota.task_ext_info),
        access_token: ptr(&ota.access_token),
        expires: ota.expires,
        sign: ptr(&ota.sign),
    }
}

fn service(event: &ServiceEvent) -> EN_IOTA_SERVICE_EVENT {
    EN_IOTA_SERVICE_EVENT {
        servie_id: numbers::service(event.service),
        event_type: numbers::event_type(event.event_type),
        event_time: ptr(&event.event_time),
        event_id: ptr(&event.event_id),
        paras: null_mut(),
        ota_paras: null_mut(),
        ntp_paras: null_mut(),
        gtw_add_device_paras: null_mut(),
        gtw_del_device_paras: null_mut(),
        gtw_update_status_paras: null_mut(),
        device_log_paras: null_mut(),
        device_rule_paras: null_mut(),
        tunnel_mgr_paras: null_mut(),
        file_mgr_paras: null_mut(),
        soft_bus_paras: null_mut(),
    }
}

/// What the callbacks for one message share.
pub struct Calls<'a> {
    event: &'a Event,
    info: EN_IOTA_MQTT_MSG_INFO,
    object_device_id: *mut c_char,
    services: Vec<EN_IOTA_SERVICE_EVENT>,
    #[expect(dead_code, reason = "what the services point to is only kept alive")]
    paras: Vec<Paras>,
    bus_infos: Vec<CString>,
}

impl<'a> Calls<'a> {
    pub fn new(event: &'a Event, about: &Arrival<'_>) -> Calls<'a> {
        let mut bus_infos = Vec::new();
        let mut paras: Vec<Paras> = event
            .services
            .iter()
            .map(|s| Paras::new(&s.paras, &mut bus_infos))
            .collect();
        let mut services: Vec<EN_IOTA_SERVICE_EVENT> = event.services.iter().map(service).collect();
        for (service, paras) in services.iter_mut().zip(&mut paras) {
            paras.attach(service);
        }
        Calls {
            event,
            info: info(about),
            object_device_id: ptr(&event.object_device_id),
            services,
            paras,
            bus_infos,
        }
    }
}

impl Drop for Calls<'_> {
    fn drop(&mut self) {
        if !self.bus_infos.is_empty() {
            *LAST_BUS_INFOS.get().lock() = std::mem::take(&mut self.bus_infos);
        }
    }
}

impl EventCalls for Calls<'_> {
    fn service(&mut self, at: usize) {
        let (Some(meaning), Some(shown)) = (self.event.services.get(at), self.services.get_mut(at)) else {
            return;
        };
        let slot = match meaning.service {
            EventService::SubDeviceManager => &SLOTS.sub_device,
            EventService::TimeSync => &SLOTS.ntp,
            EventService::DeviceLog => &SLOTS.device_log,
            EventService::FileManager => &SLOTS.file_manager,
            EventService::TunnelManager => &SLOTS.tunnel,
            EventService::SoftBus => &SLOTS.soft_bus,
            EventService::Ota => return ota_callback(meaning.event_type, self.object_device_id, shown),
            EventService::DeviceConfig | EventService::Other => return,
        };
        if let Some(callback) = slot.get() {
            let info: *mut EN_IOTA_MQTT_MSG_INFO = &mut self.info;
            // SAFETY: the structures outlive the call; nothing else refers to them while the callback may change them.
            into_program(|| unsafe { callback(self.object_device_id, info, shown) });
        }
    }

    fn device_config(&mut self, content: &Json) -> ConfigAnswer {
        let Some(callback) = SLOTS.device_config.get() else {
            return ConfigAnswer::default();
        };
        let Some(tree) = ConfigTree::new(content) else {
            base::lines::config_update_untold();
            return ConfigAnswer::default();
        };
        let mut description = [0u8; DESCRIPTION_SIZE];
        // SAFETY: the tree and the buffer outlive the call; the callback may write the buffer's size, which the
        // documentation of the setter gives.
        let result = into_program(|| unsafe { callback(tree.node(), description.as_mut_ptr().cast()) });
        let used = description
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(DESCRIPTION_SIZE - 1)
            .min(DESCRIPTION_SIZE - 1);
        ConfigAnswer {
            result,
            description: description.get(..used).unwrap_or_default().to_vec(),
        }
    }

    fn general(&mut self) {
        let Some(callback) = SLOTS.event.get() else {
            return;
        };
        let mut message = EN_IOTA_EVENT {
            mqtt_msg_info: &mut self.info,
            object_device_id: self.object_device_id,
            services: self.services.as_mut_ptr(),
            services_count: count(self.services.len()),
            bridge_device_id: ptr(&self.event.bridge_device_id),
        };
        // SAFETY: the structure and all it points to outlive the call.
        into_program(|| unsafe { callback(&mut message) });
    }
}

fn ota_callback(kind: EventType, object_device_id: *mut c_char, shown: *mut EN_IOTA_SERVICE_EVENT) {
    match kind {
        EventType::VersionQuery => {
            if let Some(callback) = SLOTS.ota_version.get() {
                // SAFETY: the text outlives the call.
                into_program(|| unsafe { callback(object_device_id) });
            }
        }
        EventType::FirmwareUpgrade
        | EventType::SoftwareUpgrade
        | EventType::FirmwareUpgradeV2
        | EventType::SoftwareUpgradeV2 => {
            if let Some(callback) = SLOTS.ota_url.get() {
                // SAFETY: the structures outlive the call.
                into_program(|| unsafe { callback(object_device_id, numbers::event_type(kind), (*shown).ota_paras) });
            }
        }
        _ => {}
    }
}
