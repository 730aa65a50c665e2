//! The last group data on disk, so that a group forms while the platform cannot be reached
//! (docs/spec/softbus.md#without-the-cloud): one sealed file for each device and platform, and when
//! it is used. Moments come as arguments.

use std::fmt;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf;
use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::bus::Text;
use super::paras::{self, BUS_ID, BUS_INFOS, BUS_KEY, BUS_NAME, DEVICE_ID, DEVICE_IP, DEVICES_INFO, VERSION};
use super::registry::Registry;
use crate::protocol::json::{self, Dialect, Value, Writer};
use crate::protocol::service_ids;
use crate::services::file;

/// So long after the first attempt the platform counts as not reached.
const PATIENCE: Duration = Duration::from_secs(3);

/// When kept data is to be used: once in a device's life, before the platform was reached for the first time.
#[derive(Debug, Default)]
pub struct Waiting {
    /// The platform was reached, or kept data is in use.
    over: bool,
    due: Option<Duration>,
    /// The platform, or something in its place, answered an attempt.
    answered: bool,
}

impl Waiting {
    /// A connection is attempted: how long to wait for [`Waiting::due`], unless that is known already.
    pub fn attempted(&mut self, now: Duration) -> Option<Duration> {
        if self.over || self.due.is_some() {
            return None;
        }
        self.answered = false;
        self.due = Some(now + PATIENCE);
        Some(PATIENCE)
    }

    /// An attempt failed; `answered`: not because nobody answered.
    pub fn failed(&mut self, answered: bool) {
        self.answered |= answered;
    }

    /// The platform accepted this device.
    pub fn connected(&mut self) {
        self.over = true;
    }

    /// The time is over: whether kept data is to be used now. If not, the next attempt counts anew.
    pub fn due(&mut self, now: Duration) -> bool {
        if self.over || self.due.is_none_or(|due| due > now) {
            return false;
        }
        self.due = None;
        self.over = !self.answered;
        self.over
    }
}

/// Nothing longer is read or written.
const MAX_FILE: u64 = 1 << 20;
const MAGIC: &[u8; 4] = b"HWGD";
const FORMAT: u8 = 1;
/// Magic and format version.
const HEAD: usize = 5;
const INFO: &[u8] = b"hwmqtt state v1";
/// A clock that shows an earlier time was never set: seconds since 1970 of the year 2025.
const TRUSTED_FROM: u64 = 1_735_689_600;
/// What did not change is written again after this time, so that it does not grow old.
const REWRITE: u64 = 86_400;

/// Why kept data is not used, or cannot be kept.
#[derive(Debug, PartialEq, Eq)]
pub enum Unusable {
    /// There is none.
    Missing,
    /// Written by a newer version of this library: left alone.
    Newer(u8),
    /// Not sealed with this secret for this device and platform, or damaged.
    Sealed,
    TooOld,
    System(String),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Missing => f.write_str("there is none"),
            Unusable::Newer(version) => write!(f, "it has the newer format {version}"),
            Unusable::Sealed => {
                f.write_str("it is damaged, or sealed by another secret or for another device or platform")
            }
            Unusable::TooOld => f.write_str("it is too old (item 123)"),
            Unusable::System(why) => f.write_str(why),
        }
    }
}

impl From<io::Error> for Unusable {
    fn from(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Unusable::Missing,
            _ => Unusable::System(cause.to_string()),
        }
    }
}

/// Whose group data is kept, and where.
#[derive(PartialEq, Eq)]
pub struct Owner {
    pub directory: PathBuf,
    pub device_id: Vec<u8>,
    pub platform: Vec<u8>,
    /// What only this device has.
    pub secret: Zeroizing<Vec<u8>>,
}

impl Owner {
    /// Device id and platform address, each with its length, so that none can pass for another.
    fn context(&self) -> Vec<u8> {
        let mut context = Vec::new();
        for part in [&self.device_id, &self.platform] {
            context.extend_from_slice(&(part.len() as u64).to_be_bytes());
            context.extend_from_slice(part);
        }
        context
    }
}

/// The file of one owner.
pub struct Keeper {
    owner: Owner,
    path: PathBuf,
    key: LessSafeKey,
    /// Format version and context.
    bound: Vec<u8>,
    /// Digest and time of what was written last.
    written: Option<([u8; 32], u64)>,
}

impl Keeper {
    /// Takes tens of milliseconds.
    pub fn new(owner: Owner) -> Option<Keeper> {
        let context = owner.context();
        let name: String = Sha256::digest(&context)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let stretched = nearlink::noise::stretch(&owner.secret);
        let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&*stretched);
        let key = UnboundKey::from(key.expand(&[INFO], &AES_256_GCM).ok()?);
        Some(Keeper {
            path: owner.directory.join(name + ".group"),
            key: LessSafeKey::new(key),
            bound: [&[FORMAT], context.as_slice()].concat(),
            owner,
            written: None,
        })
    }

    pub fn is_of(&self, owner: &Owner) -> bool {
        self.owner == *owner
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps what the platform said at this moment, in seconds since 1970. A file of a newer format stays as it is.
    pub fn keep(&mut self, message: &[u8], now: u64) -> Result<(), Unusable> {
        let digest: [u8; 32] = Sha256::digest(message).into();
        if self
            .written
            .is_some_and(|(known, at)| known == digest && now.abs_diff(at) < REWRITE)
        {
            return Ok(());
        }
        let mut text = Zeroizing::new(Vec::with_capacity(8 + message.len()));
        text.extend_from_slice(&if now >= TRUSTED_FROM { now } else { 0 }.to_be_bytes());
        text.extend_from_slice(message);
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|cause| Unusable::System(cause.to_string()))?;
        let bound = Aad::from(&self.bound);
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), bound, &mut text)
            .map_err(|_| Unusable::System("it cannot be sealed".into()))?;
        let file = [MAGIC.as_slice(), &[FORMAT], &nonce, &text, tag.as_ref()].concat();
        if file.len() as u64 > MAX_FILE {
            return Err(Unusable::System("it is larger than 1 MiB".into()));
        }
        self.check_directory()?;
        if let Err(newer @ Unusable::Newer(_)) = self.read() {
            return Err(newer);
        }
        if fs::symlink_metadata(&self.path).is_ok_and(|there| there.is_file() && there.mode() & 0o077 != 0) {
            fs::set_permissions(&self.path, Permissions::from_mode(0o600))?; // what replaces it has the same
        }
        file::replace(&self.path, &file)?;
        self.written = Some((digest, now));
        Ok(())
    }

    /// The kept message. What is older than so many days is not used, if the clock can be trusted.
    pub fn kept(&self, now: u64, days: u32) -> Result<Zeroizing<Vec<u8>>, Unusable> {
        let mut file = Zeroizing::new(self.read()?);
        self.check_directory()?;
        let (head, sealed) = file.split_at_mut_checked(HEAD + NONCE_LEN).ok_or(Unusable::Sealed)?;
        let nonce = head
            .get(HEAD..)
            .and_then(|nonce| Nonce::try_assume_unique_for_key(nonce).ok());
        let bound = Aad::from(&self.bound);
        let opened = self.key.open_in_place(nonce.ok_or(Unusable::Sealed)?, bound, sealed);
        let opened = opened.map_err(|_| Unusable::Sealed)?;
        let (at, message) = opened.split_first_chunk().ok_or(Unusable::Sealed)?;
        let age = now.saturating_sub(u64::from_be_bytes(*at));
        if now >= TRUSTED_FROM && age > u64::from(days) * 86_400 {
            return Err(Unusable::TooOld);
        }
        Ok(Zeroizing::new(message.to_vec()))
    }

    /// The platform deleted all buses: nothing of them is kept. Another owner's file, or a newer one, stays.
    pub fn drop_all(&mut self) -> Result<(), Unusable> {
        self.written = None;
        match self.kept(0, 0) {
            Err(Unusable::Missing | Unusable::Sealed) => Ok(()),
            Err(other) => Err(other),
            Ok(_) => Ok(fs::remove_file(&self.path)?),
        }
    }

    /// The file's bytes, if it is one of this format.
    fn read(&self) -> Result<Vec<u8>, Unusable> {
        // Not blocking: a pipe of that name must not hold up the program.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(&self.path, flags, Mode::empty()).map_err(io::Error::from)?);
        if !file.metadata()?.is_file() {
            return Err(Unusable::System("it is no regular file".into()));
        }
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        match bytes.get(..HEAD).and_then(|head| head.split_last()) {
            Some((version, magic)) if magic == MAGIC && *version > FORMAT => Err(Unusable::Newer(*version)),
            Some((version, magic)) if magic == MAGIC && *version == FORMAT && bytes.len() as u64 <= MAX_FILE => {
                Ok(bytes)
            }
            _ => Err(Unusable::Sealed),
        }
    }

    /// Makes the directory for the owner only if it is missing; one that others can write is refused.
    fn check_directory(&self) -> Result<(), Unusable> {
        let directory = &self.owner.directory;
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let found = fs::metadata(directory)?;
        let why = if found.uid() != rustix::process::geteuid().as_raw() {
            "the directory belongs to another user: chown it, or choose another one"
        } else if found.mode() & 0o022 != 0 {
            "the directory can be written by others: chmod go-w it, or choose another one"
        } else {
            return Ok(());
        };
        Err(Unusable::System(why.into()))
    }
}

/// What is kept for a device.
#[derive(Default)]
pub struct Kept {
    pub keeper: Option<Keeper>,
    /// The event time of the newest data.
    pub event_time: Option<Text>,
}

/// All buses that are not deleted, as an events message of the platform would list them; `None` where there is none.
pub fn message(registry: &Registry, event_time: Option<&[u8]>) -> Option<Zeroizing<Vec<u8>>> {
    let buses: Vec<_> = registry.buses().iter().filter(|bus| bus.live()).collect();
    if buses.is_empty() {
        return None;
    }
    let count = |items: usize| i64::try_from(items).unwrap_or(i64::MAX);
    let members: usize = buses.iter().map(|bus| bus.devices.len()).sum();
    // Mostly enough, so that growing leaves few copies of a key behind.
    let mut w = Writer::with_capacity(512 + 512 * buses.len() + 256 * members);
    w.begin_object();
    w.key(b"services");
    w.begin_array();
    w.element();
    w.begin_object();
    w.text_member("service_id", Some(service_ids::SOFT_BUS));
    w.text_member("event_type", Some(b"soft_bus_config_response"));
    w.text_member("event_time", event_time);
    w.key(b"paras");
    w.begin_object();
    w.key(BUS_INFOS.as_bytes());
    w.begin_array();
    for bus in &buses {
        w.element();
        w.begin_object();
        w.text_member(BUS_ID, Some(&bus.bus_id));
        w.int_member(VERSION, bus.version);
        w.text_member(BUS_NAME, Some(&bus.bus_name));
        w.text_member(BUS_KEY, Some(bus.key.bytes()));
        w.key(DEVICES_INFO.as_bytes());
        w.begin_array();
        for member in bus.devices.iter() {
            w.element();
            w.begin_object();
            w.text_member(DEVICE_ID, Some(member.device_id));
            w.text_member(DEVICE_IP, Some(member.device_ip));
            w.end_object();
        }
        w.end_array();
        w.int_member("device_count", count(bus.devices.len()));
        w.end_object();
    }
    w.end_array();
    w.int_member("bus_count", count(buses.len()));
    w.end_object();
    w.end_object();
    w.end_array();
    w.end_object();
    w.finish().map(Zeroizing::new)
}

/// What [`message`] wrote: the buses and the event time.
pub fn read(message: &[u8]) -> Option<(Registry, Option<Text>)> {
    let json = json::parse(message, Dialect::Platform)?;
    let service = json.value().get("services")?.items().next()?;
    let buses = paras::read(service.get("paras")?).buses?;
    let event_time = service.get("event_time").and_then(Value::as_whole_text);
    Some((Registry::new(buses), event_time.map(Into::into)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::protocol::json::parse;
    use crate::softbus::{Origin, Roster};

    const SECOND: Duration = Duration::from_secs(1);
    /// 2026-11-01.
    const NOW: u64 = 1_793_491_200;
    const DAY: u64 = 86_400;

    #[test]
    fn used_once_three_seconds_after_a_start_without_an_answer() {
        let mut waiting = Waiting::default();
        assert_eq!(waiting.attempted(SECOND), Some(3 * SECOND));
        waiting.failed(false);
        assert_eq!(waiting.attempted(2 * SECOND), None, "the time runs already");
        assert!(!waiting.due(3 * SECOND));
        assert!(waiting.due(4 * SECOND));
        assert!(!waiting.due(4 * SECOND));
        assert_eq!(waiting.attempted(9 * SECOND), None, "once");
    }

    #[test]
    fn not_used_where_somebody_answered_until_nobody_does_any_more() {
        let mut waiting = Waiting::default();
        waiting.attempted(SECOND);
        waiting.failed(true);
        waiting.failed(false);
        assert!(!waiting.due(4 * SECOND));
        assert_eq!(waiting.attempted(9 * SECOND), Some(3 * SECOND));
        waiting.failed(false);
        assert!(waiting.due(12 * SECOND));
    }

    #[test]
    fn not_used_once_the_platform_was_reached() {
        let mut waiting = Waiting::default();
        waiting.attempted(SECOND);
        waiting.connected();
        assert!(!waiting.due(4 * SECOND));
        assert_eq!(waiting.attempted(99 * SECOND), None);
    }

    fn owner(directory: &Path) -> Owner {
        Owner {
            directory: directory.to_owned(),
            device_id: b"dev_A".to_vec(),
            platform: b"10.0.0.9".to_vec(),
            secret: b"0c6f1e52a9d84b37".to_vec().into(),
        }
    }

    fn keeper(directory: &Path) -> Keeper {
        Keeper::new(owner(directory)).unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn what_is_kept_comes_back_and_shows_nothing() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("a/state");
        let mut keeper = keeper(&directory);
        assert_eq!(keeper.kept(NOW, 30), Err(Unusable::Missing));
        keeper.keep(b"first", NOW).unwrap();
        fs::set_permissions(keeper.path(), Permissions::from_mode(0o666)).unwrap();
        keeper.keep(b"3c9a07e51b6df248", NOW).unwrap();
        assert_eq!(**keeper.kept(NOW, 30).as_ref().unwrap(), *b"3c9a07e51b6df248");
        assert_eq!((mode(&directory), mode(keeper.path())), (0o700, 0o600));
        let bytes = fs::read(keeper.path()).unwrap();
        assert!(!bytes.windows(8).any(|part| b"3c9a07e51b6df248".starts_with(part)));
        let name = keeper.path().file_name().unwrap().to_str().unwrap();
        assert!(!name.contains("dev_A") && name.len() == 64 + 6, "{name}");
        keeper.drop_all().unwrap();
        keeper.drop_all().unwrap();
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    }

    /// Sealed by an independent program (Python's hashlib, hmac and cryptography).
    #[test]
    fn a_file_as_the_specification_has_it() {
        let place = tempfile::tempdir().unwrap();
        let keeper = keeper(place.path());
        let name = "4e293f05a94f7613850e9dfb917a29e12804a35c87bccd466ff50d776b57058e.group";
        let file = "4857474401000102030405060708090a0bb119e868dc54c8377bd9162e7d9c30a2d1ac250a7b74999a81ba589b07d8035d599d0d9b64d355";
        assert_eq!(keeper.path().file_name().unwrap().to_str(), Some(name));
        let byte = |at: usize| u8::from_str_radix(&file[2 * at..2 * at + 2], 16).unwrap();
        fs::write(keeper.path(), (0..file.len() / 2).map(byte).collect::<Vec<_>>()).unwrap();
        assert_eq!(**keeper.kept(NOW, 30).as_ref().unwrap(), *b"{\"services\":[]}");
        assert_eq!(keeper.kept(NOW + 30 * DAY + 1, 30), Err(Unusable::TooOld));
    }

    #[test]
    fn written_only_when_something_changed_or_a_day_went_by() {
        let place = tempfile::tempdir().unwrap();
        let mut keeper = keeper(place.path());
        let inode = |keeper: &Keeper| fs::metadata(keeper.path()).unwrap().ino();
        keeper.keep(b"1", NOW).unwrap();
        let first = inode(&keeper);
        keeper.keep(b"1", NOW + DAY - 1).unwrap();
        assert_eq!(inode(&keeper), first);
        keeper.keep(b"1", NOW + DAY).unwrap();
        let second = inode(&keeper);
        assert_ne!(second, first);
        keeper.keep(b"2", NOW + DAY).unwrap();
        assert_ne!(inode(&keeper), second);
        assert!(
            keeper.kept(NOW + 31 * DAY, 30).is_ok(),
            "its age counts from the last time"
        );
    }

    #[test]
    fn data_of_more_than_thirty_days_is_not_used_if_the_clock_can_be_trusted() {
        let place = tempfile::tempdir().unwrap();
        let mut keeper = keeper(place.path());
        keeper.keep(b"x", NOW).unwrap();
        assert!(keeper.kept(NOW + 30 * DAY, 30).is_ok());
        assert_eq!(keeper.kept(NOW + 31 * DAY, 30), Err(Unusable::TooOld));
        assert!(keeper.kept(NOW + 31 * DAY, 31).is_ok());
        assert!(keeper.kept(99, 30).is_ok(), "a clock that was never set says nothing");
        assert!(
            keeper.kept(NOW - 9 * DAY, 30).is_ok(),
            "a clock that was set back neither"
        );
        keeper.keep(b"y", 99).unwrap(); // of a time that nobody knows
        assert!(keeper.kept(500, 30).is_ok());
        assert_eq!(keeper.kept(NOW, 30), Err(Unusable::TooOld));
    }

    #[test]
    fn what_does_not_open_is_ignored_stays_and_is_replaced_later() {
        let place = tempfile::tempdir().unwrap();
        let mut right = keeper(place.path());
        right.keep(b"x", NOW).unwrap();
        let bytes = fs::read(right.path()).unwrap();
        let mut mistyped = Keeper::new(Owner {
            secret: b"0c6f1e52a9d84b38".to_vec().into(),
            ..owner(place.path())
        })
        .unwrap();
        assert_eq!(mistyped.path(), right.path());
        assert_eq!(mistyped.kept(NOW, 30), Err(Unusable::Sealed));
        mistyped.drop_all().unwrap();
        assert_eq!(
            fs::read(right.path()).unwrap(),
            bytes,
            "a mistyped secret loses nothing"
        );
        // Copied to another device, to another platform, or put together from two.
        for (device, platform) in [("dev_B", "10.0.0.9"), ("dev_A", "10.0.0.8"), ("dev_A1", "0.0.0.9")] {
            let other = Keeper::new(Owner {
                device_id: device.into(),
                platform: platform.into(),
                ..owner(place.path())
            })
            .unwrap();
            assert_ne!(other.path(), right.path());
            fs::copy(right.path(), other.path()).unwrap();
            assert_eq!(other.kept(NOW, 30), Err(Unusable::Sealed), "{device} {platform}");
        }
        for at in [0, 4, 5, 17, 20, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[at] ^= if at == 4 { FORMAT } else { 0x20 };
            fs::write(right.path(), &damaged).unwrap();
            assert_eq!(right.kept(NOW, 30), Err(Unusable::Sealed), "byte {at}");
        }
        for length in 0..bytes.len() {
            fs::write(right.path(), &bytes[..length]).unwrap();
            assert_eq!(right.kept(NOW, 30), Err(Unusable::Sealed), "{length} bytes");
        }
        right.keep(b"y", NOW).unwrap();
        assert!(right.kept(NOW, 30).is_ok());
    }

    #[test]
    fn a_newer_format_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let mut keeper = keeper(place.path());
        let newer = [MAGIC.as_slice(), &[FORMAT + 1], b"whatever"].concat();
        fs::write(keeper.path(), &newer).unwrap();
        assert_eq!(keeper.kept(NOW, 30), Err(Unusable::Newer(2)));
        assert_eq!(keeper.keep(b"x", NOW), Err(Unusable::Newer(2)));
        assert_eq!(keeper.drop_all(), Err(Unusable::Newer(2)));
        assert_eq!(fs::read(keeper.path()).unwrap(), newer);
    }

    #[test]
    fn only_a_regular_file_of_bounded_length_in_a_directory_of_the_users_own() {
        let place = tempfile::tempdir().unwrap();
        let elsewhere = place.path().join("elsewhere");
        let mut keeper = keeper(&place.path().join("state"));
        assert!(matches!(
            keeper.keep(&vec![b'x'; 1 << 20], NOW),
            Err(Unusable::System(_))
        ));
        keeper.keep(b"x", NOW).unwrap();
        fs::rename(keeper.path(), &elsewhere).unwrap();
        symlink(&elsewhere, keeper.path()).unwrap();
        assert!(matches!(keeper.kept(NOW, 30), Err(Unusable::System(_))), "a link");
        keeper.keep(b"y", NOW).unwrap();
        assert!(keeper.kept(NOW, 30).is_ok());
        let directory = place.path().join("state");
        fs::set_permissions(&directory, Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(keeper.kept(NOW, 30), Err(Unusable::System(_))));
        assert!(matches!(keeper.keep(b"z", NOW), Err(Unusable::System(_))));
    }

    #[test]
    fn the_kept_message_says_what_the_platform_said() {
        let paras = r#"{"bus_infos":[{"bus_id":"b1","version":4,"bus_name":"h\"all","bus_key":"3c9a07e51b6df248","devices_info":[
            {"device_id":"dev_A","device_ip":"10.0.0.1"},{"device_id":"dev_B","device_ip":""}],"device_count":2},
            {"bus_id":"b2","version":-1,"bus_name":"gone","bus_key":"k","devices_info":[],"device_count":0}],"bus_count":2}"#;
        let own = Origin { own: true, tls: true };
        let (first, second) = (Roster::new(), Roster::new());
        first.response(Some(parse(paras.as_bytes(), Dialect::Platform).unwrap().value()), own);
        let text = message(&first.view(), Some(b"20250314T092653Z")).unwrap();
        let json = parse(&text, Dialect::Platform).unwrap();
        let service = json.value().get("services").unwrap().items().next().unwrap();
        assert_eq!(
            service.get("event_time").unwrap().as_whole_text(),
            Some(&b"20250314T092653Z"[..])
        );
        assert_eq!(
            service
                .get("paras")
                .unwrap()
                .get("bus_count")
                .unwrap()
                .as_number()
                .unwrap()
                .as_f64(),
            1.0
        );
        second.response(service.get("paras"), own);
        assert_eq!(second.view().buses(), &first.view().buses()[..1]);
        let (buses, time) = read(&text).unwrap();
        assert_eq!(
            (buses.buses(), time.as_deref()),
            (second.view().buses(), Some(&b"20250314T092653Z"[..]))
        );
        assert!(buses.without(&[b"b2"]).is_none() && buses.without(&[b"b1"]).unwrap().buses().is_empty());
        assert!(message(&Roster::new().view(), None).is_none());
    }
}
