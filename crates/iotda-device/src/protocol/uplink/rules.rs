//! What the rule engine sends: the ids and versions it was told, and the request for the rules it lacks.

use super::event::{payload, up};
use super::{Message, object};
use crate::error::Result;
use crate::protocol::json::Json;
use crate::protocol::service_ids;
use crate::protocol::topics::Origin;

/// The answer to a list of rule ids: a property report of the list as it was received, in the C SDK's order of members.
pub fn version_report(own: &str, properties: Option<&Json>) -> Result<Message> {
    let payload = object(|w| {
        w.key(b"services");
        w.begin_array();
        w.element();
        w.begin_object();
        if let Some(properties) = properties {
            w.key(b"properties");
            properties.value().write_to(w);
        }
        w.text_member("service_id", Some(service_ids::DEVICE_RULE));
        w.key(b"event_time");
        w.null();
        w.end_object();
        w.end_array();
        Ok(())
    })?;
    Ok(Message {
        topic: Origin::Device(own).topic("sys/properties/report")?,
        payload,
    })
}

/// The request for the rules with these ids.
pub fn request(own: &str, rule_ids: &[&[u8]]) -> Result<Message> {
    let payload = payload(None, |service| {
        service
            .of(service_ids::DEVICE_RULE)
            .event_type(b"device_rule_config_request");
        service.paras(|w| {
            w.key(b"ruleIds");
            w.begin_array();
            for id in rule_ids {
                w.element();
                w.string(id);
            }
            w.end_array();
        });
    })?;
    up(Origin::Device(own), payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::json::{Dialect, parse};

    #[test]
    fn as_recorded() {
        let list = parse(br#"{"rule_a":{"version":1}}"#, Dialect::Platform);
        let report = version_report("dev01", list.as_ref()).unwrap();
        assert_eq!(report.topic, "$oc/devices/dev01/sys/properties/report");
        let text = "{\n\t\"services\":\t[{\n\t\t\t\"properties\":\t{\n\t\t\t\t\"rule_a\":\t{\n\t\t\t\t\t\"version\":\t1\n\t\t\t\t}\n\t\t\t},\n\t\t\t\"service_id\":\t\"$device_rule\",\n\t\t\t\"event_time\":\tnull\n\t\t}]\n}";
        assert_eq!(String::from_utf8(report.payload).unwrap(), text);
        let wanted = request("dev01", &[b"r1"]).unwrap();
        let text = "{\n\t\"services\":\t[{\n\t\t\t\"service_id\":\t\"$device_rule\",\n\t\t\t\"event_type\":\t\"device_rule_config_request\",\n\t\t\t\"paras\":\t{\n\t\t\t\t\"ruleIds\":\t[\"r1\"]\n\t\t\t}\n\t\t}]\n}";
        assert_eq!(String::from_utf8(wanted.payload).unwrap(), text);
    }
}
