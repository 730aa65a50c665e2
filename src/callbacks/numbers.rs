//! The C SDK's numbers for what the device tells by name.

use crate::agentlite::iota_init::types::*;
use iotda_device::device::ProtocolItem;
use iotda_device::protocol::downlink::{EventService, EventType};

/// The protocol callback for this outcome.
pub fn setting(item: ProtocolItem) -> EN_IOTA_CALLBACK_SETTING {
    match item {
        ProtocolItem::ConnectSuccess => EN_IOTA_CALLBACK_CONNECT_SUCCESS,
        ProtocolItem::ConnectFailure => EN_IOTA_CALLBACK_CONNECT_FAILURE,
        ProtocolItem::DisconnectSuccess => EN_IOTA_CALLBACK_DISCONNECT_SUCCESS,
        ProtocolItem::ConnectionLost => EN_IOTA_CALLBACK_CONNECTION_LOST,
        ProtocolItem::PublishSuccess => EN_IOTA_CALLBACK_PUBLISH_SUCCESS,
        ProtocolItem::PublishFailure => EN_IOTA_CALLBACK_PUBLISH_FAILURE,
        ProtocolItem::SubscribeSuccess => EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS,
        ProtocolItem::SubscribeFailure => EN_IOTA_CALLBACK_SUBSCRIBE_FAILURE,
    }
}

/// `servie_id` of an event.
pub fn service(service: EventService) -> EN_IOTA_EVENT_SERVICE_ID {
    match service {
        EventService::SubDeviceManager => EN_IOTA_EVENT_SUB_DEVICE_MANAGER,
        EventService::Ota => EN_IOTA_EVENT_OTA,
        EventService::TimeSync => EN_IOTA_EVENT_TIME_SYNC,
        EventService::DeviceLog => EN_IOTA_EVENT_DEVICE_LOG,
        EventService::FileManager => EN_IOTA_EVENT_FILE_MANAGER,
        EventService::TunnelManager => EN_IOTA_EVENT_TUNNEL_MANAGER,
        EventService::DeviceConfig => EN_IOTA_EVENT_DEVICE_CONFIG,
        EventService::SoftBus => EN_IOTA_EVENT_SOFT_BUS,
        EventService::Other => EN_IOTA_EVENT_ERROR,
    }
}

/// `event_type` of an event.
pub fn event_type(event_type: EventType) -> EN_IOTA_EVENT_TYPE {
    match event_type {
        EventType::AddSubDeviceNotify => EN_IOTA_EVENT_ADD_SUB_DEVICE_NOTIFY,
        EventType::DeleteSubDeviceNotify => EN_IOTA_EVENT_DELETE_SUB_DEVICE_NOTIFY,
        EventType::VersionQuery => EN_IOTA_EVENT_VERSION_QUERY,
        EventType::FirmwareUpgrade => EN_IOTA_EVENT_FIRMWARE_UPGRADE,
        EventType::SoftwareUpgrade => EN_IOTA_EVENT_SOFTWARE_UPGRADE,
        EventType::TimeSyncResponse => EN_IOTA_EVENT_GET_TIME_SYNC_RESPONSE,
        EventType::AddSubDeviceResponse => EN_IOTA_EVENT_ADD_SUB_DEVICE_RESPONSE,
        EventType::DeleteSubDeviceResponse => EN_IOTA_EVENT_DEL_SUB_DEVICE_RESPONSE,
        EventType::LogConfig => EN_IOTA_EVENT_LOG_CONFIG,
        EventType::UploadUrlResponse => EN_IOTA_EVENT_GET_UPLOAD_URL_RESPONSE,
        EventType::DownloadUrlResponse => EN_IOTA_EVENT_GET_DOWNLOAD_URL_RESPONSE,
        EventType::TunnelNotify => EN_IOTA_EVENT_TUNNEL_NOTIFY,
        EventType::ConfigUpdate => EN_IOTA_EVENT_DEVICE_CONFIG_UPDATE,
        EventType::FirmwareUpgradeV2 => EN_IOTA_EVENT_FIRMWARE_UPGRADE_V2,
        EventType::SoftwareUpgradeV2 => EN_IOTA_EVENT_SOFTWARE_UPGRADE_V2,
        EventType::StatusResponse => EN_IOTA_EVENT_UPDATE_SUB_DEVICE_RESPONSE,
        EventType::Other => EN_IOTA_EVENT_TYPE_ERROR,
    }
}
