//! The rule engine without clock, file and thread: rules, reported properties and seconds in, actions out.

use super::cache::Cache;
use super::rule::{self, Action, Rule};
use super::texts::Moment;
use crate::protocol::json::{Kind, Value, Writer};

/// The list of rules in a message or file.
const RULES: &str = "rulesInfos";

/// Seconds that a late tick makes up for.
const CATCH_UP: i64 = 60;

/// What became of the rules of a message or file.
#[derive(Debug, Default, PartialEq)]
pub struct Loaded {
    /// The id, or "" where there is none, and the member that is missing or unusable.
    pub rejected: Vec<(String, &'static str)>,
    /// Ids whose stored version is not older.
    pub not_newer: Vec<String>,
}

/// What a list of rule ids and versions asks for.
#[derive(Debug, PartialEq)]
pub enum Listed {
    /// Nothing in it can be used: it is not answered.
    Unusable,
    Usable {
        /// New ids and ids with a newer version, as received.
        wanted: Vec<Vec<u8>>,
        /// Whether stored rules were removed.
        removed: bool,
        /// Ids whose entry has no numeric version.
        skipped: Vec<String>,
    },
}

/// The rules of one device and the properties it reported.
#[derive(Default)]
pub struct Engine {
    rules: Vec<Rule>,
    cache: Cache,
    ticked: Option<i64>,
}

fn shown(id: &[u8]) -> String {
    String::from_utf8_lossy(id).into_owned()
}

impl Engine {
    /// Takes over the valid rules of `{"rulesInfos": […]}` that are new or newer; those move to the end.
    pub fn load(&mut self, infos: Value<'_>) -> Loaded {
        let mut loaded = Loaded::default();
        for source in infos.get(RULES).into_iter().flat_map(Value::items) {
            let identity = Rule::identity(source);
            let stored = identity.ok().and_then(|(id, _)| self.version(id));
            match (identity, Rule::parse(source)) {
                (Ok((id, version)), _) if stored.is_some_and(|stored| stored >= version) => {
                    loaded.not_newer.push(shown(id));
                }
                (_, Ok(rule)) => {
                    self.rules.retain(|other| other.id != rule.id);
                    self.rules.push(rule);
                }
                (_, Err(member)) => {
                    let id = source.get(rule::ID).and_then(Value::as_text).unwrap_or_default();
                    loaded.rejected.push((shown(id), member));
                }
            }
        }
        loaded
    }

    fn version(&self, id: &[u8]) -> Option<i32> {
        self.rules.iter().find(|rule| rule.id == id).map(|rule| rule.version)
    }

    /// Follows a list `{id: {"version": n}}`: removes what has version -1.
    pub fn list(&mut self, list: Option<Value<'_>>) -> Listed {
        if list.is_some_and(|list| list.kind() == Kind::Array) {
            return Listed::Unusable;
        }
        let (mut wanted, mut skipped, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        let mut any = false;
        for entry in list.into_iter().flat_map(Value::items) {
            let id = entry.name().unwrap_or_default();
            match entry.get("version").and_then(Value::as_number).map(|n| n.as_i32()) {
                Some(-1) => gone.push(id),
                Some(version) if self.version(id).is_none_or(|stored| version > stored) => wanted.push(id.to_vec()),
                Some(_) => {}
                None => {
                    skipped.push(shown(id));
                    continue;
                }
            }
            any = true;
        }
        if !any && !skipped.is_empty() {
            return Listed::Unusable;
        }
        let before = self.rules.len();
        self.rules.retain(|rule| !gone.contains(&rule.id.as_slice()));
        Listed::Usable {
            wanted,
            removed: self.rules.len() < before,
            skipped,
        }
    }

    /// A report of the device, as (service id, JSON text of its properties); the actions that it sets off, in order.
    pub fn report<'a>(&mut self, services: impl Iterator<Item = (&'a [u8], &'a [u8])>, now: i64) -> Vec<Action> {
        for (service_id, properties) in services {
            self.cache.store(service_id, properties);
        }
        let now = Moment::new(now);
        let fired = self.rules.iter().map(|rule| rule.on_report(&self.cache, now));
        fired.flatten().cloned().collect()
    }

    /// Whether any rule depends on ticks.
    pub fn needs_ticks(&self) -> bool {
        self.rules.iter().any(Rule::needs_ticks)
    }

    /// The clock shows second `now`: the actions of this second and of those since the last call, in order.
    pub fn tick(&mut self, now: i64) -> Vec<Action> {
        let first = match self.ticked {
            Some(ticked) if ticked == now => return Vec::new(),
            Some(ticked) if ticked < now => (ticked + 1).max(now - CATCH_UP + 1),
            _ => now,
        };
        self.ticked = Some(now);
        let mut actions = Vec::new();
        for second in (first..=now).map(Moment::new) {
            for rule in &mut self.rules {
                actions.extend_from_slice(rule.on_tick(&self.cache, second));
            }
        }
        actions
    }

    /// Ticks end for now: the time until the next one is not made up for.
    pub fn ticks_end(&mut self) {
        self.ticked = None;
    }

    /// All rules as they were received, for the file.
    pub fn print(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.begin_object();
        writer.key(RULES.as_bytes());
        writer.begin_array();
        for rule in &self.rules {
            writer.element();
            rule.source.value().write_to(&mut writer);
        }
        writer.end_array();
        writer.end_object();
        writer.finish().unwrap_or_default()
    }
}
