//! Configuration items and their two setters. Set them after `IOTA_Init` and before `IOTA_Connect`.

header!(IOTA_CFG_H, "hw_type.h");

c_enum! {
    pub enum EN_IOTA_CFG_TYPE {
        EN_IOTA_CFG_DEVICEID = 0,
        EN_IOTA_CFG_DEVICESECRET = 1,
        EN_IOTA_CFG_MQTT_ADDR = 2,
        EN_IOTA_CFG_MQTT_PORT = 3,
        EN_IOTA_CFG_AUTH_MODE = 4,
        EN_IOTA_CFG_LOG_LOCAL_NUMBER = 5,
        EN_IOTA_CFG_LOG_LEVEL = 6,
        EN_IOTA_CFG_KEEP_ALIVE_TIME = 7,
        EN_IOTA_CFG_CONNECT_TIMEOUT = 8,
        EN_IOTA_CFG_RETRY_INTERVAL = 9,
        EN_IOTA_CFG_RESET_SECRET_IN_PROGRESS = 10,
        EN_IOTA_CFG_QOS = 11,
        EN_IOTA_CFG_PRIVATE_KEY_PASSWORD = 12,
        EN_IOTA_CFG_BS_SCOPE_ID = 13,
        EN_IOTA_CFG_BS_MODE = 14,
        EN_IOTA_CFG_CHECK_STAMP_METHOD = 15,
        EN_IOTA_CFG_BS_GROUP_SECRET = 16,
        EN_IOTA_CFG_BRIDGE_MODE = 17,
    }
}

c_enum! {
    #[tag = "enum_IOTA_CFG_AUTH_MODE"]
    pub enum ENUM_IOTA_CFG_AUTH_MODE {
        EN_IOTA_CFG_AUTH_MODE_SECRET = 0,
        EN_IOTA_CFG_AUTH_MODE_CERT = 1,
    }
}

c_enum! {
    #[tag = "enum_IOTA_CHECK_STAMP_METHOD"]
    pub enum IOTA_CHECK_STAMP_METHOD {
        EN_IOTA_CFG_CHECK_STAMP_OFF = 0,
        EN_IOTA_CFG_CHECK_STAMP_SHA256 = 1,
        EN_IOTA_CFG_CHECK_STAMP_SM3 = 2,
    }
}

c_enum! {
    pub enum ENUM_IOTA_CFG_BS {
        EN_IOTA_CFG_BS_REG = 0,
        EN_IOTA_CFG_BS_SELF_REG = 1,
    }
}

c_enum! {
    pub enum ENUM_IOTA_CFG_BRIDGE {
        EN_IOTA_CFG_BRIDGE_OFF = 0,
        EN_IOTA_CFG_BRIDGE_ON = 1,
    }
}
