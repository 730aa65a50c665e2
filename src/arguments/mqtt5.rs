//! `MQTTV5_DATA` of an outgoing message.

use crate::util::mqttv5_util::types::MQTTV5_DATA;
use c_library::boundary::bytes;
use iotda_device::transport::Properties;

/// More list nodes than a message can carry: a list that goes on is a ring.
const MAX_USER_PROPERTIES: usize = 16_384;

/// A copy of MQTT 5 properties; `None` for NULL. Texts that are not UTF-8 cannot be sent and are left out with a line.
///
/// # Safety
/// `data` is NULL or its members are NULL, C strings, or a list of them.
pub unsafe fn mqtt5(data: *const MQTTV5_DATA) -> Option<Box<Properties>> {
    unsafe {
        let data = data.as_ref()?;
        let text = |pointer| {
            let text = std::str::from_utf8(bytes(pointer)?).map(str::to_owned);
            text.inspect_err(|_| base::lines::property_not_utf8()).ok()
        };
        let mut user = Vec::new();
        let mut node = data.properties.cast_const();
        for _ in 0..MAX_USER_PROPERTIES {
            let Some(entry) = node.as_ref() else {
                break;
            };
            if let (Some(key), Some(value)) = (text(entry.key), text(entry.Value)) {
                user.push((key, value));
            }
            node = entry.nex.cast_const().cast();
        }
        if !node.is_null() {
            base::lines::user_properties_endless(&MAX_USER_PROPERTIES);
        }
        Some(Box::new(Properties {
            user,
            content_type: text(data.contnt_type),
            response_topic: text(data.response_topic),
            correlation_data: bytes(data.correlation_data).map(|data| data.to_vec().into()),
            topic_alias: Some(data.topic_alias),
        }))
    }
}
