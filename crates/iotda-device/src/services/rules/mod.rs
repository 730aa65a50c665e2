//! Client-side rules (docs/spec/services.md#rules): the platform's
//! rules run on the device, without the platform.
//!
//! [`Engine`] decides; [`Rules`] adds what a device needs around it: one lock, the file, and when ticks are wanted.

mod cache;
mod engine;
mod rule;
#[cfg(test)]
mod tests;
mod texts;

use std::path::PathBuf;

use base::sync::Mutex;

pub use engine::{Engine, Listed, Loaded};
pub use rule::Action;

use super::file;
use crate::protocol::json::{self, Dialect, Json, Kind};
use crate::protocol::uplink::properties::ServiceData;

/// The format of the rule file that this release reads and writes: the C SDK's, which says no number and means 1.
const FORMAT: f64 = 1.0;

/// Whether a rule file says that its format is a later one.
fn is_newer(infos: &Json) -> bool {
    let format = infos.value().get("hwmqtt_format").map(|format| format.kind());
    matches!(format, Some(Kind::Number(number)) if number.as_f64() > FORMAT)
}

#[derive(Default)]
struct State {
    engine: Engine,
    ticking: bool,
}

/// The rules of one device. Nothing is logged and no program code runs while its locks are held.
#[derive(Default)]
pub struct Rules {
    state: Mutex<State>,
    /// Held while the file is written, so that the newest list is written last.
    file: Mutex<Option<PathBuf>>,
}

/// The answer to a list of rule ids: report the list back, then ask for the rules in `wanted`.
pub struct Answer {
    pub wanted: Vec<Vec<u8>>,
}

impl Rules {
    /// Sets the file and takes over the rules in it; `None` stores no more.
    pub fn store_in(&self, path: Option<PathBuf>) {
        let mut file = self.file.lock(); // until its rules are there: nobody writes the file without them
        *file = path.clone();
        let Some(path) = path else {
            return;
        };
        let content = file::read(&path);
        let infos = content
            .as_ref()
            .ok()
            .and_then(|content| json::parse(content, Dialect::Platform));
        if infos.as_ref().is_some_and(is_newer) {
            *file = None; // the later release finds it as it left it
            base::lines::rules_unread(&path.display(), &"a later release has written it: it stays as it is");
            return;
        }
        let loaded = infos.map(|infos| self.state.lock().engine.load(infos.value()));
        drop(file);
        let empty = match content {
            Ok(content) => content.is_empty(),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                base::info!("the rule file {} will be created", path.display());
                return;
            }
            Err(cause) => {
                base::lines::rules_unread(&path.display(), &cause);
                return;
            }
        };
        match loaded {
            Some(loaded) => loaded.log(),
            None if empty => {}
            None => base::lines::rules_not_json(&path.display()),
        }
    }

    /// The content of a `$device_rule` event.
    pub fn load(&self, infos: &Json) {
        let loaded = self.state.lock().engine.load(infos.value());
        loaded.log();
        if !self.write() {
            base::lines::rules_unstored();
        }
    }

    /// A list of rule ids and versions; `None` if it is not to be answered.
    pub fn list(&self, list: Option<&Json>) -> Option<Answer> {
        let listed = self.state.lock().engine.list(list.map(Json::value));
        match listed {
            Listed::Unusable => {
                base::lines::rules_unusable();
                None
            }
            Listed::Usable {
                wanted,
                removed,
                skipped,
            } => {
                for id in skipped {
                    base::lines::rule_version(&format_args!("{id:?}"));
                }
                if removed {
                    self.write();
                }
                Some(Answer { wanted })
            }
        }
    }

    /// Writes the file; `false` if there is none.
    fn write(&self) -> bool {
        let file = self.file.lock();
        let Some(path) = file.clone() else {
            return false;
        };
        let content = self.state.lock().engine.print();
        let written = file::replace(&path, &content);
        drop(file);
        if let Err(cause) = written {
            base::lines::rules_unwritten(&path.display(), &cause);
        }
        true
    }

    /// The device reports properties at second `now`: what that sets off.
    pub fn reported(&self, services: &[ServiceData<'_>], now: i64) -> Vec<Action> {
        let services = services.iter().filter_map(|s| Some((s.service_id?, s.properties?)));
        self.state.lock().engine.report(services, now)
    }

    /// Whether ticks have to be started now.
    pub fn start_ticks(&self) -> bool {
        let mut state = self.state.lock();
        let start = !state.ticking && state.engine.needs_ticks();
        state.ticking |= start;
        start
    }

    /// Second `now` has begun: what that sets off; `None` when ticks end, until [`Rules::start_ticks`].
    pub fn tick(&self, now: i64) -> Option<Vec<Action>> {
        let mut state = self.state.lock();
        if !state.engine.needs_ticks() {
            state.ticking = false;
            state.engine.ticks_end();
            return None;
        }
        Some(state.engine.tick(now))
    }
}

impl Loaded {
    fn log(&self) {
        for (id, member) in &self.rejected {
            base::lines::rule_invalid(&format_args!("{id:?}"), &member);
        }
        for id in &self.not_newer {
            base::lines::rule_not_newer(&format_args!("{id:?}"));
        }
    }
}
