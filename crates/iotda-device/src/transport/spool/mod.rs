//! What was accepted and has no end yet, on disk: it survives the process and, by the rule for syncing, a power cut.
//!
//! An own log of a few files, not an embedded database: messages end nearly in the order in which they are accepted, so
//! that whole files fall away and nothing has to be searched or compacted; and redb needs a newer Rust than we do.
//!
//! A message is appended when it is accepted, and so is the mark of its end. Files are removed from the oldest on, once
//! all messages in them have ended: a mark is never gone before the message that it ends. After a start, writing begins
//! in a new file; an unfinished record at the end of an older one is left out.
//!
//! Pure of logging: its users hold a lock. What they should say is in [`Spool::take_news`].

mod folder;
mod record;
mod stamp;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use self::folder::{Folder, Records};
use self::record::{Next, Record};
use self::stamp::Stamp;
use super::message::Publish;
use crate::config::SpoolSync;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Below it each device has a directory of its own.
    pub directory: PathBuf,
    pub sync: SpoolSync,
    /// Most bytes on disk; beyond, messages are held in memory only.
    pub bytes: u64,
}

/// Bytes that a spool may have written beyond twice its limit.
const SLACK: u64 = 16 << 20;

struct Segment {
    number: u64,
    size: u64,
    /// Messages in it without an end.
    live: usize,
}

pub struct Spool {
    options: Options,
    folder: Folder,
    /// Held for as long as the spool is in use.
    _lock: File,
    /// Oldest first; the last is being written.
    segments: VecDeque<Segment>,
    file: Arc<File>,
    /// The last segment ends in a piece of a record that could not be taken back.
    torn: bool,
    size: u64,
    /// Messages without an end and their segments.
    live: BTreeMap<u64, u64>,
    next_key: u64,
    /// Ends that could not be written.
    unwritten: Vec<u64>,
    unsynced: bool,
    /// Number of the present boot.
    boot: u64,
    failing: bool,
    news: Option<News>,
}

/// Worth a line in the log.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    Failing(String),
    Recovered,
}

/// A spool with what an earlier process left in it.
pub struct Opened {
    pub spool: Spool,
    /// In the order of acceptance.
    pub messages: Vec<Found>,
    /// Bytes that could not be read: records cut off by a power cut, or damaged.
    pub unreadable: u64,
}

/// A message without an end.
pub struct Found {
    pub key: u64,
    pub publish: Publish,
    /// Since its acceptance.
    pub age: Duration,
}

impl Spool {
    /// Opens the directory of this device, creating it where needed. Fails when another session has it open, and when a
    /// later release has written into it.
    pub fn open(options: &Options, device_id: &str) -> io::Result<Opened> {
        let folder = Folder::open(&options.directory, &file_name(device_id))?;
        let lock = folder.lock()?;
        // What a spool of this limit can have written: messages up to the limit, and the marks of their ends.
        let mut limit = options.bytes.saturating_mul(2).saturating_add(SLACK);

        let (mut segments, mut messages, mut ended) = (VecDeque::new(), BTreeMap::new(), Vec::new());
        let (mut next_key, mut unreadable, mut last) = (1, 0, 0);
        for number in folder.numbers()? {
            let Some(file) = folder.segment(number)? else {
                continue;
            };
            let size = file.metadata()?.len();
            let whole = size <= limit;
            let mut records = Records::new(file, limit.min(size));
            let mut read = 0;
            while let Some(bytes) = records.next()? {
                read += bytes.len() as u64;
                match record::next(&bytes) {
                    Next::Record(record, _) => {
                        let (Record::Accepted { key, .. } | Record::Ended { key }) = record;
                        next_key = next_key.max(key.saturating_add(1));
                        match record {
                            Record::Accepted { key, publish, at } => drop(messages.insert(key, (number, publish, at))),
                            Record::Ended { key } => ended.push(key),
                        }
                    }
                    Next::Damaged(size) => unreadable += size as u64,
                    // Before anything in the directory is changed.
                    Next::Newer => {
                        let path = folder.path().display();
                        return Err(io::Error::other(format!(
                            "{path} was written by a later release: it stays as it is"
                        )));
                    }
                    Next::End => break,
                }
            }
            limit = limit.saturating_sub(read);
            unreadable += size.saturating_sub(read);
            last = number;
            // One beyond the limit, which may have been higher, stays for a later start with more room.
            if whole {
                segments.push_back(Segment { number, size, live: 0 });
            }
        }
        for key in ended {
            messages.remove(&key);
        }
        let number = last + 1;
        let file = create(&folder, number, options.sync)?;
        segments.push_back(Segment {
            number,
            size: 0,
            live: 0,
        });
        let mut spool = Spool {
            options: options.clone(),
            folder,
            _lock: lock,
            size: segments.iter().map(|segment| segment.size).sum(),
            segments,
            file: Arc::new(file),
            torn: false,
            live: BTreeMap::new(),
            next_key,
            unwritten: Vec::new(),
            unsynced: false,
            boot: stamp::boot(),
            failing: false,
            news: None,
        };
        for (key, (number, _, _)) in &messages {
            spool.live.insert(*key, *number);
            spool.count(*number, |live| live + 1);
        }
        spool.drop_oldest();
        let now = Stamp::now(spool.boot);
        let messages = messages.into_iter().map(|(key, (_, publish, at))| Found {
            key,
            publish,
            age: at.map_or(Duration::ZERO, |at| at.age(&now)),
        });
        Ok(Opened {
            spool,
            messages: messages.collect(),
            unreadable,
        })
    }

    /// Writes a message; its key. `None`: it could not be written, and lives in memory only.
    pub fn accept(&mut self, publish: &Publish) -> Option<u64> {
        let key = self.next_key;
        let written = match record::accepted(key, publish, Stamp::now(self.boot)) {
            Some(record) => self.append(&record, true),
            None => Err(io::Error::other("a message is too large")),
        };
        if !self.judge(written) {
            return None;
        }
        self.next_key += 1;
        let number = self.segments.back().map_or(0, |last| last.number);
        self.live.insert(key, number);
        self.count(number, |live| live + 1);
        Some(key)
    }

    /// These messages have ended.
    pub fn ended(&mut self, keys: &[u64]) {
        self.unwritten.extend_from_slice(keys);
        for key in keys {
            if let Some(number) = self.live.remove(key) {
                self.count(number, |live| live.saturating_sub(1));
            }
        }
        let marks: Vec<u8> = self
            .unwritten
            .iter()
            .filter_map(|key| record::ended(*key))
            .flatten()
            .collect();
        match self.append(&marks, false) {
            Ok(()) => self.unwritten.clear(), // says nothing about room for messages
            failed => {
                self.judge(failed);
            }
        }
        self.drop_oldest();
    }

    /// The file to sync, outside any lock, before `publish` returns.
    pub fn sync_each(&mut self) -> Option<Arc<File>> {
        let needed = self.unsynced && self.options.sync == SpoolSync::Each;
        self.unsynced &= !needed;
        needed.then(|| self.file.clone())
    }

    /// Whether [`Spool::sync_interval`] has something to do.
    pub fn unsynced(&self) -> bool {
        self.unsynced && self.options.sync == SpoolSync::Interval
    }

    /// The file to sync, outside any lock, once a second.
    pub fn sync_interval(&mut self) -> Option<Arc<File>> {
        let needed = self.unsynced();
        self.unsynced = false;
        needed.then(|| self.file.clone())
    }

    /// What the log should say now.
    pub fn take_news(&mut self) -> Option<News> {
        self.news.take()
    }

    fn count(&mut self, number: u64, change: impl FnOnce(usize) -> usize) {
        if let Some(segment) = self.segments.iter_mut().find(|segment| segment.number == number) {
            segment.live = change(segment.live);
        }
    }

    /// Notes when writing begins to fail and when it works again.
    fn judge(&mut self, written: io::Result<()>) -> bool {
        let failing = written.is_err();
        if failing != self.failing {
            self.failing = failing;
            self.news = Some(match written {
                Ok(()) => News::Recovered,
                Err(why) => News::Failing(format!("{}: {why}", self.folder.path().display())),
            });
        }
        !failing
    }

    fn append(&mut self, bytes: &[u8], limited: bool) -> io::Result<()> {
        let length = bytes.len() as u64;
        if limited && self.size.saturating_add(length) > self.options.bytes {
            return Err(io::Error::other(format!(
                "the size limit of {} bytes is reached",
                self.options.bytes
            )));
        }
        let full = (self.options.bytes / 16).max(4096);
        if self.torn || self.segments.back().is_none_or(|last| last.size >= full) {
            self.begin_segment()?;
        }
        let Some(last) = self.segments.back_mut() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let file = &self.file;
        if let Err(why) = (&**file).write_all(bytes) {
            self.torn = file.set_len(last.size).is_err();
            return Err(why);
        }
        last.size += length;
        self.size += length;
        self.unsynced = true;
        Ok(())
    }

    fn begin_segment(&mut self) -> io::Result<()> {
        let number = self.segments.back().map_or(1, |last| last.number + 1);
        let file = create(&self.folder, number, self.options.sync)?;
        if self.options.sync != SpoolSync::Never {
            self.file.sync_data()?;
        }
        self.file = Arc::new(file);
        self.torn = false;
        self.segments.push_back(Segment {
            number,
            size: 0,
            live: 0,
        });
        Ok(())
    }

    /// Removes the oldest files that nobody needs. One that cannot be removed now is removed after the next start.
    fn drop_oldest(&mut self) {
        while self.segments.len() > 1 && self.segments.front().is_some_and(|oldest| oldest.live == 0) {
            if let Some(oldest) = self.segments.pop_front() {
                self.size -= oldest.size;
                self.folder.remove(oldest.number);
            }
        }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if self.live.is_empty() {
            for segment in &self.segments {
                self.folder.remove(segment.number); // only saves room
            }
        } else if self.options.sync != SpoolSync::Never {
            let _ = self.file.sync_data(); // nobody is left to be told
        }
    }
}

fn create(folder: &Folder, number: u64, sync: SpoolSync) -> io::Result<File> {
    let file = folder.create(number)?;
    if sync != SpoolSync::Never {
        folder.sync()?;
    }
    Ok(file)
}

/// A device id as a file name, different for different ids.
fn file_name(device_id: &str) -> String {
    let mut name = String::new();
    for byte in device_id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => name.push(byte.into()),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    name
}
