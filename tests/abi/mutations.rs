//! The check of the contract sees each kind of break: headers are changed in one place, and it must name that place.

use std::path::Path;

use crate::contract::{Unit, broken};
use crate::support::{headers, include_root};

struct Mutation {
    header: &'static str,
    old: &'static str,
    new: &'static str,
    /// What the check must say; other complaints may follow from it.
    seen: &'static str,
}

const fn mutation(header: &'static str, old: &'static str, new: &'static str, seen: &'static str) -> Mutation {
    Mutation { header, old, new, seen }
}

const MUTATIONS: &[Mutation] = &[
    // a function is gone, gets another result, another parameter, loses a const, one more parameter
    mutation(
        "agentlite/iota_login.h",
        "HW_INT IOTA_DisConnect(void);",
        "",
        "function IOTA_DisConnect",
    ),
    mutation(
        "agentlite/iota_login.h",
        "HW_INT IOTA_Connect(void);",
        "HW_LONG IOTA_Connect(void);",
        "function IOTA_Connect",
    ),
    mutation(
        "agentlite/iota_cfg.h",
        "IOTA_ConfigSetUint(HW_INT item, HW_UINT value)",
        "IOTA_ConfigSetUint(HW_INT item, HW_LONG value)",
        "function IOTA_ConfigSetUint",
    ),
    mutation(
        "util/string_util.h",
        "StrInStr(const char *str,",
        "StrInStr(char *str,",
        "function StrInStr",
    ),
    mutation(
        "agentlite/iota_login.h",
        "HW_INT IOTA_IsConnected(void);",
        "HW_INT IOTA_IsConnected(HW_INT how);",
        "function IOTA_IsConnected",
    ),
    // members: swapped, one more in front, another type of the same size, another array length
    mutation(
        "service/soft_bus_datatrans.h",
        "    char *device_id;\n    char *device_ip;\n",
        "    char *device_ip;\n    char *device_id;\n",
        "offset of soft_bus_info.device_id",
    ),
    mutation(
        "service/soft_bus_datatrans.h",
        "    char *device_id;\n    char *device_ip;\n",
        "    char *more;\n    char *device_id;\n    char *device_ip;\n",
        "size of soft_bus_info",
    ),
    mutation(
        "service/soft_bus_datatrans.h",
        "    char *bus_id;\n",
        "    unsigned char *bus_id;\n",
        "type of soft_bus_infos.bus_id",
    ),
    mutation(
        "service/soft_bus_datatrans.h",
        "g_device_soft_bus_info[SOFTBUS_INFO_LEN];",
        "g_device_soft_bus_info[SOFTBUS_INFO_LEN - 1];",
        "type of soft_bus_infos.g_device_soft_bus_info",
    ),
    mutation(
        "service/soft_bus_datatrans.h",
        "    char *device_ip;\n",
        "",
        "type of soft_bus_info.device_ip",
    ),
    // an enumerator and macros: another value, gone
    mutation(
        "agentlite/iota_cfg.h",
        "EN_IOTA_CFG_MQTT_ADDR = 2,",
        "EN_IOTA_CFG_MQTT_ADDR = 12,",
        "enumerator EN_IOTA_CFG_MQTT_ADDR",
    ),
    mutation(
        "agentlite/iota_cfg.h",
        "    EN_IOTA_CFG_MQTT_ADDR = 2,",
        "",
        "enumerator EN_IOTA_CFG_MQTT_ADDR",
    ),
    mutation(
        "agentlite/iota_error_type.h",
        "#define IOTA_FAILURE (-1)",
        "#define IOTA_FAILURE (1)",
        "macro IOTA_FAILURE",
    ),
    mutation(
        "agentlite/iota_datatrans.h",
        "#define SERVICES \"services\"",
        "#define SERVICES \"service\"",
        "macro SERVICES",
    ),
    mutation(
        "agentlite/iota_datatrans.h",
        "#define SERVICES \"services\"",
        "",
        "macro SERVICES",
    ),
];

/// Header without its use by other headers, so that it can be missing.
const MISSING: &str = "base/hmac_sha256.h";

fn copy(to: &Path, change: impl Fn(&str, String) -> Option<String>) {
    for (name, text) in headers(&include_root()) {
        if let Some(text) = change(name.to_str().unwrap(), text) {
            let path = to.join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
}

#[test]
fn each_kind_of_break_is_seen() {
    for m in MUTATIONS {
        let scratch = tempfile::tempdir().unwrap();
        copy(scratch.path(), |name, text| {
            if name != m.header {
                return Some(text);
            }
            let changed = text.replacen(m.old, m.new, 1);
            assert_ne!(changed, text, "{} has no {:?}", m.header, m.old);
            Some(changed)
        });
        let complaints = broken(Unit::Plain, scratch.path());
        assert!(
            complaints.iter().any(|c| c == m.seen),
            "{:?} -> {:?}: {complaints:?}",
            m.old,
            m.new
        );
    }
}

#[test]
fn a_missing_header_is_seen() {
    let scratch = tempfile::tempdir().unwrap();
    copy(scratch.path(), |name, text| (name != MISSING).then_some(text));
    assert_eq!(broken(Unit::Plain, scratch.path()), [format!("header {MISSING}")]);
}
