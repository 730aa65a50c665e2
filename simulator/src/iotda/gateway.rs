//! Sub-devices of gateways: a gateway adds, deletes and reports the status of its children; the operator's changes are
//! notified to it. Children are registered like every device, and reached through their gateway.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::devices::{Device, Devices};
use super::event;
use super::outcome::Outcome;
use crate::error::{Result, refuse};
use crate::random;

const SERVICE: &str = "$sub_device_manager";
/// Children of all gateways together.
const MOST_CHILDREN: usize = 10_000;
/// Bytes of an id or a name, and of a description.
const LONGEST: usize = 256;
const LONGEST_DESCRIPTION: usize = 2048;

/// What is known of a child besides its registration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Child {
    pub node_id: String,
    pub product_id: String,
    pub name: Option<String>,
    pub description: Option<String>,
    /// INACTIVE until the gateway reports another.
    pub status: String,
}

#[derive(Debug, Default)]
pub struct Gateways {
    children: BTreeMap<String, Child>,
    /// Counts the changes of a gateway's list, as the notifications carry it.
    versions: BTreeMap<String, u64>,
}

/// Code and sentence of a refusal. The platform's own codes are not known.
type Refused = (&'static str, &'static str);

impl Gateways {
    pub fn child(&self, device: &str) -> Option<&Child> {
        self.children.get(device)
    }

    fn add(
        &mut self,
        devices: &mut Devices,
        gateway: &str,
        id: Option<&str>,
        child: Child,
    ) -> std::result::Result<String, Refused> {
        if child.node_id.is_empty() || child.product_id.is_empty() {
            return Err(("IOTDA.000006", "node_id and product_id are needed."));
        }
        let texts = [Some(&child.node_id), Some(&child.product_id), child.name.as_ref()];
        let long = |text: &String, most: usize| text.len() > most;
        if texts.into_iter().flatten().any(|text| long(text, LONGEST))
            || id.is_some_and(|id| id.len() > LONGEST)
            || child
                .description
                .as_ref()
                .is_some_and(|text| long(text, LONGEST_DESCRIPTION))
        {
            return Err(("IOTDA.000006", "A text is too long."));
        }
        if self.children.len() >= MOST_CHILDREN {
            return Err(("IOTDA.000006", "There are too many children."));
        }
        let id = id.map_or_else(|| format!("{}_{}", child.product_id, child.node_id), str::to_string);
        if id.is_empty() || id.contains(['/', '+', '#']) {
            return Err(("IOTDA.000006", "Not a device id."));
        }
        if devices.get(&id).is_some() {
            return Err(("IOTDA.014001", "The device is registered already."));
        }
        let mut device = Device::with_secret(&id, &random::hex::<16>());
        device.gateway = Some(gateway.to_string());
        devices.add(device);
        self.children.insert(id.clone(), child);
        *self.versions.entry(gateway.to_string()).or_default() += 1;
        Ok(id)
    }

    fn delete(&mut self, devices: &mut Devices, gateway: &str, id: &str) -> std::result::Result<(), Refused> {
        if !devices.is_child(gateway, id) {
            return Err(("IOTDA.014000", "No such child of this gateway."));
        }
        devices.remove(id);
        self.children.remove(id);
        *self.versions.entry(gateway.to_string()).or_default() += 1;
        Ok(())
    }

    fn describe(&self, devices: &Devices, id: &str) -> Value {
        let child = self.children.get(id).cloned().unwrap_or_default();
        let mut info = json!({
            "parent_device_id": devices.get(id).and_then(|d| d.gateway.as_deref()),
            "node_id": child.node_id,
            "device_id": id,
            "name": child.name.as_deref().unwrap_or(&child.node_id),
            "product_id": child.product_id,
            "status": child.status,
        });
        if let Some(description) = child.description {
            info["description"] = description.into();
        }
        info
    }

    /// A gateway asked for a change of its children.
    pub fn on_request(&mut self, devices: &mut Devices, gateway: &str, service: &Value, out: &mut Outcome) {
        let event_type = service.get("event_type").and_then(Value::as_str).unwrap_or_default();
        let list = |key| {
            let list = service.get("paras").and_then(|p| p.get(key)).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        let answer = match event_type {
            "add_sub_device_request" => {
                for wanted in list("devices") {
                    let text = |key| wanted.get(key).and_then(Value::as_str);
                    let child = Child {
                        node_id: text("node_id").unwrap_or_default().to_string(),
                        product_id: text("product_id").unwrap_or_default().to_string(),
                        name: text("name").map(str::to_string),
                        description: text("description").map(str::to_string),
                        status: "INACTIVE".to_string(),
                    };
                    let (node, product) = (child.node_id.clone(), child.product_id.clone());
                    match self.add(devices, gateway, text("device_id"), child) {
                        Ok(id) => done.push(self.describe(devices, &id)),
                        Err((code, text)) => failed.push(json!({
                            "node_id": node, "product_id": product, "error_code": code, "error_msg": text,
                        })),
                    }
                }
                "add_sub_device_response"
            }
            "delete_sub_device_request" => {
                for wanted in list("devices") {
                    let id = wanted.as_str().unwrap_or_default();
                    match self.delete(devices, gateway, id) {
                        Ok(()) => done.push(id.into()),
                        Err((code, text)) => {
                            failed.push(json!({ "device_id": id, "error_code": code, "error_msg": text }));
                        }
                    }
                }
                "delete_sub_device_response"
            }
            "sub_device_update_status" => {
                for wanted in list("device_statuses") {
                    let text = |key| wanted.get(key).and_then(Value::as_str).unwrap_or_default();
                    let (id, status) = (text("device_id"), text("status"));
                    let refused = match (devices.is_child(gateway, id), status) {
                        (false, _) => Some(("IOTDA.014000", "No such child of this gateway.")),
                        (true, "ONLINE" | "OFFLINE") => None,
                        (true, _) => Some(("IOTDA.000006", "The status is neither ONLINE nor OFFLINE.")),
                    };
                    match refused {
                        None => {
                            self.children.entry(id.to_string()).or_default().status = status.to_string();
                            done.push(json!({ "device_id": id, "status": status }));
                        }
                        Some((code, text)) => {
                            failed.push(json!({ "device_id": id, "error_code": code, "error_msg": text }));
                        }
                    }
                }
                "sub_device_update_status_response"
            }
            other => {
                out.note(gateway, format!("unknown sub-device event {other:?}"));
                return;
            }
        };
        out.note(
            gateway,
            format!("{event_type}: {} done, {} refused", done.len(), failed.len()),
        );
        let paras = json!({ "successful_devices": done, "failed_devices": failed });
        event::send(gateway, gateway, (SERVICE, answer), event::id(service), paras, out);
    }

    /// The operator adds a child; the gateway is told.
    pub fn operator_add(
        &mut self,
        devices: &mut Devices,
        gateway: &str,
        child: Child,
        out: &mut Outcome,
    ) -> Result<String> {
        if devices.get(gateway).is_none() {
            return refuse(format!("no device {gateway:?}"));
        }
        let id = match self.add(devices, gateway, None, child) {
            Ok(id) => id,
            Err((_, text)) => return refuse(text),
        };
        let paras = json!({ "devices": [self.describe(devices, &id)], "version": self.version(gateway) });
        event::send(gateway, gateway, (SERVICE, "add_sub_device_notify"), None, paras, out);
        Ok(id)
    }

    /// The operator deletes a child; the gateway is told.
    pub fn operator_delete(&mut self, devices: &mut Devices, id: &str, out: &mut Outcome) -> Result<()> {
        let Some(gateway) = devices.get(id).and_then(|d| d.gateway.clone()) else {
            return refuse(format!("{id:?} is no child of a gateway"));
        };
        let told = self.describe(devices, id);
        if let Err((_, text)) = self.delete(devices, &gateway, id) {
            return refuse(text);
        }
        let short = json!({
            "parent_device_id": told["parent_device_id"], "node_id": told["node_id"], "device_id": id,
        });
        let paras = json!({ "devices": [short], "version": self.version(&gateway) });
        event::send(
            &gateway,
            &gateway,
            (SERVICE, "delete_sub_device_notify"),
            None,
            paras,
            out,
        );
        Ok(())
    }

    fn version(&self, gateway: &str) -> u64 {
        self.versions.get(gateway).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(g: &mut Gateways, d: &mut Devices, event_type: &str, paras: Value) -> Value {
        let mut out = Outcome::default();
        let service = json!({"event_type": event_type, "event_id": "e-1", "paras": paras});
        g.on_request(d, "gate", &service, &mut out);
        let body: Value = serde_json::from_slice(&out.downlinks[0].payload).unwrap();
        assert_eq!(body["services"][0]["event_id"], "e-1");
        body["services"][0].clone()
    }

    #[test]
    fn a_gateway_s_requests() {
        let (mut g, mut d) = (Gateways::default(), Devices::default());
        d.add(Device::with_secret("gate", "s"));
        d.add(Device::with_secret("other", "s"));
        let nodes = json!({"devices": [{"node_id": "n", "product_id": "p", "name": "lamp"}, {"node_id": "", "product_id": "p"}]});
        let added = request(&mut g, &mut d, "add_sub_device_request", nodes.clone());
        assert_eq!(added["event_type"], "add_sub_device_response");
        let first = &added["paras"]["successful_devices"][0];
        assert_eq!(
            (&first["device_id"], &first["parent_device_id"]),
            (&json!("p_n"), &json!("gate"))
        );
        assert_eq!(added["paras"]["failed_devices"].as_array().unwrap().len(), 1);
        let again = request(&mut g, &mut d, "add_sub_device_request", nodes);
        assert_eq!(again["paras"]["failed_devices"][0]["error_code"], "IOTDA.014001");

        let statuses = json!({"device_statuses": [{"device_id": "p_n", "status": "ONLINE"},
            {"device_id": "p_n", "status": "ASLEEP"}, {"device_id": "other", "status": "ONLINE"}]});
        let status = request(&mut g, &mut d, "sub_device_update_status", statuses);
        assert_eq!(
            status["paras"]["successful_devices"],
            json!([{"device_id": "p_n", "status": "ONLINE"}])
        );
        assert_eq!(status["paras"]["failed_devices"].as_array().unwrap().len(), 2);
        assert_eq!(g.child("p_n").unwrap().status, "ONLINE");

        let ids = json!({"devices": ["p_n", "other"]});
        let deleted = request(&mut g, &mut d, "delete_sub_device_request", ids);
        assert_eq!(deleted["paras"]["successful_devices"], json!(["p_n"]));
        assert_eq!(deleted["paras"]["failed_devices"][0]["device_id"], "other");
        assert!(d.get("p_n").is_none() && d.get("other").is_some());
    }

    #[test]
    fn the_operator_s_changes_are_notified_with_a_version() {
        let (mut g, mut d) = (Gateways::default(), Devices::default());
        d.add(Device::with_secret("gate", "s"));
        let child = Child {
            node_id: "n".into(),
            product_id: "p".into(),
            ..Child::default()
        };
        let mut out = Outcome::default();
        assert!(g.operator_add(&mut d, "none", child.clone(), &mut out).is_err());
        let id = g.operator_add(&mut d, "gate", child.clone(), &mut out).unwrap();
        assert!(g.operator_add(&mut d, "gate", child, &mut out).is_err());
        g.operator_delete(&mut d, &id, &mut out).unwrap();
        assert!(g.operator_delete(&mut d, &id, &mut out).is_err());
        let told: Vec<Value> = out
            .downlinks
            .iter()
            .map(|down| serde_json::from_slice::<Value>(&down.payload).unwrap()["services"][0].clone())
            .collect();
        let versions: Vec<&Value> = told.iter().map(|t| &t["paras"]["version"]).collect();
        assert_eq!(
            (told[0]["event_type"].as_str(), versions),
            (Some("add_sub_device_notify"), vec![&json!(1), &json!(2)])
        );
        assert_eq!(told[1]["paras"]["devices"][0]["device_id"], "p_n");
    }
}
