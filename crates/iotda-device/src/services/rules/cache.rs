//! The properties that the device reported last: what data conditions look at.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::protocol::json::{self, Dialect, Json, Kind, Value};

/// One service's properties, parsed when a rule asks for them.
struct Properties {
    text: Vec<u8>,
    json: OnceCell<Option<Json>>,
}

/// By service id. A report replaces a service as a whole.
#[derive(Default)]
pub struct Cache(HashMap<Vec<u8>, Properties>);

impl Cache {
    /// Takes over one service of a report; `properties` is JSON text.
    pub fn store(&mut self, service_id: &[u8], properties: &[u8]) {
        let entry = Properties {
            text: properties.to_vec(),
            json: OnceCell::new(),
        };
        self.0.insert(service_id.to_vec(), entry);
    }

    /// What was reported last for `service/property`; `None` if nothing was.
    pub fn get(&self, path: &[u8]) -> Option<Kind<'_>> {
        let slash = path.iter().position(|b| *b == b'/')?;
        let (service, property) = path.split_at_checked(slash)?;
        let property = property.get(1..)?;
        let entry = self.0.get(service)?;
        let json = entry
            .json
            .get_or_init(|| json::parse(&entry.text, Dialect::Program))
            .as_ref()?;
        let found = json.value().items().find(|item| item.name() == Some(property));
        found.map(Value::kind)
    }
}
