//! Static device groups and the soft bus of a group: members in binding order, key, version.
//! Every change says whom it concerns; telling them is the business of [`super::softbus`].

use crate::error::{Error, Result, refuse};
use crate::random;

/// Most devices in one group.
pub const MAX_MEMBERS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bus {
    pub id: String,
    pub name: String,
    pub key: String,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    /// In binding order.
    pub members: Vec<String>,
    pub bus: Option<Bus>,
}

/// Whom a change concerns: members of a bus, and devices for which a bus is gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub members: Vec<String>,
    pub gone: Vec<(String, String)>,
}

#[derive(Debug, Default)]
pub struct Groups {
    list: Vec<Group>,
}

impl Groups {
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.list.iter()
    }

    pub fn get(&self, name: &str) -> Option<&Group> {
        self.list.iter().find(|g| g.name == name)
    }

    /// The buses a device belongs to.
    pub fn buses_of<'a>(&'a self, device: &'a str) -> impl Iterator<Item = (&'a Group, &'a Bus)> {
        self.list
            .iter()
            .filter(move |g| g.members.iter().any(|m| m == device))
            .filter_map(|g| g.bus.as_ref().map(|bus| (g, bus)))
    }

    fn group(&mut self, name: &str) -> Result<&mut Group> {
        self.list
            .iter_mut()
            .find(|g| g.name == name)
            .ok_or_else(|| Error(format!("no group {name:?}")))
    }

    pub fn add(&mut self, name: &str) -> Result<()> {
        if name.is_empty() {
            return refuse("a group needs a name");
        }
        if self.get(name).is_some() {
            return refuse(format!("group {name:?} exists already"));
        }
        self.list.push(Group {
            name: name.to_string(),
            members: Vec::new(),
            bus: None,
        });
        Ok(())
    }

    /// Removes a group with its soft bus.
    pub fn remove(&mut self, name: &str) -> Result<Change> {
        self.group(name)?;
        let change = if self.get(name).is_some_and(|g| g.bus.is_some()) {
            self.bus_delete(name)?
        } else {
            Change::default()
        };
        self.list.retain(|g| g.name != name);
        Ok(change)
    }

    pub fn bind(&mut self, name: &str, device: &str, new_key: Option<String>) -> Result<Change> {
        let group = self.group(name)?;
        if group.members.iter().any(|m| m == device) {
            return refuse(format!("{device:?} is in group {name:?} already"));
        }
        if group.members.len() >= MAX_MEMBERS {
            return refuse(format!(
                "group {name:?} has {MAX_MEMBERS} devices, the most it can have"
            ));
        }
        group.members.push(device.to_string());
        Ok(group.updated(new_key))
    }

    pub fn unbind(&mut self, name: &str, device: &str, new_key: Option<String>) -> Result<Change> {
        let group = self.group(name)?;
        let before = group.members.len();
        group.members.retain(|m| m != device);
        if group.members.len() == before {
            return refuse(format!("{device:?} is not in group {name:?}"));
        }
        let mut change = group.updated(new_key);
        change
            .gone
            .extend(group.bus.as_ref().map(|bus| (device.to_string(), bus.id.clone())));
        Ok(change)
    }

    /// Creates the soft bus of a group. Returns its id.
    pub fn bus_create(&mut self, name: &str, bus_name: &str, key: String) -> Result<(String, Change)> {
        self.bus_create_with_id(name, bus_name, key, random::hex::<16>())
    }

    pub fn bus_create_with_id(
        &mut self,
        name: &str,
        bus_name: &str,
        key: String,
        id: String,
    ) -> Result<(String, Change)> {
        if self.list.iter().filter_map(|g| g.bus.as_ref()).any(|bus| bus.id == id) {
            return refuse(format!("soft bus {id:?} exists already"));
        }
        let group = self.group(name)?;
        if group.bus.is_some() {
            return refuse(format!("group {name:?} has a soft bus already"));
        }
        group.bus = Some(Bus {
            id: id.clone(),
            name: bus_name.to_string(),
            key,
            version: 0,
        });
        Ok((
            id,
            Change {
                members: group.members.clone(),
                gone: Vec::new(),
            },
        ))
    }

    pub fn bus_delete(&mut self, name: &str) -> Result<Change> {
        let group = self.group(name)?;
        let Some(bus) = group.bus.take() else {
            return refuse(format!("group {name:?} has no soft bus"));
        };
        let gone = group
            .members
            .iter()
            .map(|member| (member.clone(), bus.id.clone()))
            .collect();
        Ok(Change {
            members: group.members.clone(),
            gone,
        })
    }

    /// Counts an update of the bus; `new_key` replaces its key, `new_name` its name.
    pub fn bus_update(&mut self, name: &str, new_key: Option<String>, new_name: Option<String>) -> Result<Change> {
        let group = self.group(name)?;
        let Some(bus) = &mut group.bus else {
            return refuse(format!("group {name:?} has no soft bus"));
        };
        if let Some(new_name) = new_name {
            bus.name = new_name;
        }
        Ok(group.updated(new_key))
    }

    /// Whom a synchronisation by hand concerns; nothing changes.
    pub fn bus_sync(&self, name: &str) -> Result<Change> {
        match self.get(name) {
            None => refuse(format!("no group {name:?}")),
            Some(Group { bus: None, .. }) => refuse(format!("group {name:?} has no soft bus")),
            Some(group) => Ok(Change {
                members: group.members.clone(),
                gone: Vec::new(),
            }),
        }
    }
}

impl Group {
    fn updated(&mut self, new_key: Option<String>) -> Change {
        let Some(bus) = &mut self.bus else {
            return Change::default();
        };
        bus.version += 1;
        if let Some(key) = new_key {
            bus.key = key;
        }
        Change {
            members: self.members.clone(),
            gone: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(groups: &Groups) -> i64 {
        groups.get("g").unwrap().bus.as_ref().unwrap().version
    }

    #[test]
    fn versions_start_at_zero_and_count_updates() {
        let mut groups = Groups::default();
        groups.add("g").unwrap();
        assert_eq!(groups.bind("g", "a", None).unwrap(), Change::default());
        let (id, change) = groups.bus_create("g", "workshop", "k0".into()).unwrap();
        assert_eq!(
            (id.len(), change.members, version(&groups)),
            (32, vec!["a".to_string()], 0)
        );
        groups.bind("g", "b", None).unwrap();
        assert_eq!(version(&groups), 1);
        let change = groups.unbind("g", "a", Some("k1".into())).unwrap();
        assert_eq!(
            change,
            Change {
                members: vec!["b".into()],
                gone: vec![("a".into(), id.clone())]
            }
        );
        assert_eq!(version(&groups), 2);
        groups.bus_update("g", None, None).unwrap();
        assert_eq!(version(&groups), 3);
        groups.bus_sync("g").unwrap();
        assert_eq!(version(&groups), 3);
        assert_eq!(groups.get("g").unwrap().bus.as_ref().unwrap().key, "k1");
        assert_eq!(groups.bus_delete("g").unwrap().gone, vec![("b".to_string(), id)]);
        assert!(groups.bus_delete("g").is_err());
    }

    #[test]
    fn a_group_takes_a_hundred_devices() {
        let mut groups = Groups::default();
        groups.add("g").unwrap();
        for n in 0..MAX_MEMBERS {
            groups.bind("g", &format!("d{n}"), None).unwrap();
        }
        assert!(groups.bind("g", "one more", None).is_err());
        assert!(groups.bind("g", "d0", None).is_err());
        assert_eq!(groups.get("g").unwrap().members[7], "d7");
    }
}
