//! Files whose names come from outside: read from, or put into, one directory, and never anywhere else.
//!
//! A name is one component. No link is followed, only regular files count. What is fetched is written under a name of its own
//! that nobody else sees finished, and takes its name when it is whole; a file that this library did not put there is never
//! replaced. Which files it has put there it notes in an attribute of theirs, so that it knows after a restart; on file systems
//! without attributes it knows until the process ends.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use base::fork::PerProcess;
use base::process::above_standard;
use base::sync::Mutex;
use rustix::fs::{self, AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, RenameFlags, Stat, XattrFlags};
use rustix::io::Errno;

/// The attribute of files that the library has put somewhere.
const ATTRIBUTE: &str = "user.hwmqtt";

/// Parts of files carry such names.
const PART: (&str, &str) = (".hwmqtt-", ".part");

/// The longest name that file systems take.
const LONGEST_NAME: usize = 255;

/// A name that can only mean a visible file of the directory itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a>(&'a [u8]);

/// Why a name from outside is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    Empty,
    TooLong,
    /// Hidden files hold settings and keys; `.` and `..` are directories.
    LeadingDot,
    /// It would lead elsewhere.
    Separator,
    /// It could not be shown, or is no text.
    Control,
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameFault::Empty => "it is empty",
            NameFault::TooLong => "it is longer than 255 bytes",
            NameFault::LeadingDot => "it begins with a dot",
            NameFault::Separator => "it holds a '/' or '\\'",
            NameFault::Control => "it holds control characters or is not UTF-8",
        })
    }
}

impl std::error::Error for NameFault {}

impl<'a> Name<'a> {
    /// Judges a name from outside.
    pub fn new(name: &'a [u8]) -> Result<Name<'a>, NameFault> {
        match name {
            [] => Err(NameFault::Empty),
            [b'.', ..] => Err(NameFault::LeadingDot),
            _ if name.len() > LONGEST_NAME => Err(NameFault::TooLong),
            _ if name.iter().any(|byte| matches!(byte, b'/' | b'\\')) => Err(NameFault::Separator),
            _ => match std::str::from_utf8(name) {
                Ok(text) if matches!(base::log::escaped(text), Cow::Borrowed(_)) => Ok(Name(name)),
                _ => Err(NameFault::Control),
            },
        }
    }

    /// The name as it came.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    fn os(self) -> &'a OsStr {
        OsStr::from_bytes(self.0)
    }
}

/// A directory for files whose names come from outside.
pub struct Directory {
    handle: OwnedFd,
    path: PathBuf,
}

fn refusal(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, text)
}

fn is_regular(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

impl Directory {
    /// A directory that exists.
    pub fn open(path: &Path) -> io::Result<Directory> {
        let path = match path.as_os_str().is_empty() {
            true => Path::new("."),
            false => path,
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = above_standard(fs::openat(CWD, path, flags, Mode::empty())?)?;
        Ok(Directory {
            handle,
            path: path.to_owned(),
        })
    }

    /// A directory of the library's own: made with mode 0700 if it is missing, refused if others can write in it, who could
    /// exchange what was checked.
    pub fn create(path: &Path) -> io::Result<Directory> {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let directory = Directory::open(path)?;
        let there = fs::fstat(&directory.handle)?;
        let foreign = there.st_uid != 0 && there.st_uid != rustix::process::geteuid().as_raw();
        match foreign || there.st_mode & 0o022 != 0 {
            true => Err(refusal(format!(
                "{} belongs to another user or can be written by others: choose another directory, or chmod go-w it",
                path.display()
            ))),
            false => Ok(directory),
        }
    }

    /// A file of it to be read: a regular one, no link, and without a second name, which may have been given by somebody who
    /// cannot read it.
    pub fn source(&self, name: Name<'_>) -> io::Result<File> {
        let file = self.regular(name.os(), OFlags::RDONLY)?;
        match fs::fstat(&file)?.st_nlink {
            0 | 1 => Ok(file),
            _ => Err(refusal(format!(
                "{} has a second name (hard link): pass the path in the call",
                self.path.join(name.os()).display()
            ))),
        }
    }

    fn regular(&self, name: &OsStr, access: OFlags) -> io::Result<File> {
        // Not blocking, so that a pipe cannot hold the caller up before it is refused.
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let opened = match fs::openat(&self.handle, name, flags, Mode::from_raw_mode(0o600)) {
            Ok(opened) => opened,
            Err(Errno::LOOP | Errno::NXIO | Errno::ISDIR) => return Err(self.not_regular(name)),
            Err(cause) => return Err(cause.into()),
        };
        match is_regular(&fs::fstat(&opened)?) {
            true => Ok(above_standard(opened)?.into()),
            false => Err(self.not_regular(name)),
        }
    }

    fn not_regular(&self, name: &OsStr) -> io::Error {
        refusal(format!("{} is no regular file", self.path.join(name).display()))
    }

    /// Begins a file that will have this name. Refused at once where the name is taken by a file of somebody else's.
    pub fn begin(&self, name: Name<'_>) -> io::Result<Part> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        self.sweep();
        self.may_take(name)?;
        let directory = Directory {
            handle: self.handle.try_clone()?,
            path: self.path.clone(),
        };
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let (before, after) = PART;
            let part = format!("{before}{}-{number}{after}", std::process::id());
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match fs::openat(&self.handle, part.as_str(), flags, Mode::from_raw_mode(0o600)) {
                Ok(opened) => {
                    let opened = above_standard(opened)?;
                    // Held as long as the part is written: a sweep by another process leaves it alone.
                    fs::flock(&opened, FlockOperation::NonBlockingLockExclusive)?;
                    return Ok(Part {
                        file: opened.into(),
                        directory,
                        part: Some(part),
                        name: name.bytes().to_vec(),
                    });
                }
                Err(Errno::EXIST) => {} // of a process with our number, in another namespace or dead
                Err(cause) => return Err(cause.into()),
            }
        }
    }

    /// What stands under the name now; `None` for nothing. An error where it is not the library's own.
    fn may_take(&self, name: Name<'_>) -> io::Result<Option<Stat>> {
        let there = match fs::statat(&self.handle, name.os(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(there) => there,
            Err(Errno::NOENT) => return Ok(None),
            Err(cause) => return Err(cause.into()),
        };
        if !is_regular(&there) {
            return Err(self.not_regular(name.os()));
        }
        match self.own(name.os(), name)? {
            Some(own) => Ok(Some(own)),
            None => Err(self.not_own(name)),
        }
    }

    /// The file at `at`, if it is one that the library has put there under this name.
    fn own(&self, at: &OsStr, name: Name<'_>) -> io::Result<Option<Stat>> {
        let file = self.regular(at, OFlags::RDONLY)?;
        let there = fs::fstat(&file)?;
        // Whoever made a file can give it any attribute, and its mode is kept.
        let of_this_user = there.st_uid == rustix::process::geteuid().as_raw();
        Ok((of_this_user && self.placed(&there, name)?.is_noted(&file)).then_some(there))
    }

    fn placed(&self, there: &Stat, name: Name<'_>) -> io::Result<Placed> {
        Ok(Placed::of(there, &fs::fstat(&self.handle)?, name))
    }

    fn not_own(&self, name: Name<'_>) -> io::Error {
        refusal(format!(
            "{} is there already and was not put there by this library: move it away, or pass the path in the call",
            self.path.join(name.os()).display()
        ))
    }

    /// Gives a part its name. In the place of a file of the library's own, by an exchange: should somebody have put another
    /// there since that was looked at, it goes back.
    fn name_part(&self, part: &str, name: Name<'_>) -> io::Result<()> {
        let at = &self.handle;
        match rename_to_free(at, part, name.os()) {
            Err(Errno::EXIST) => {}
            renamed => return Ok(renamed?),
        }
        if self.may_take(name)?.is_none() {
            return Ok(rename_to_free(at, part, name.os())?); // it went away meanwhile
        }
        let exchange = || fs::renameat_with(at, part, at, name.os(), RenameFlags::EXCHANGE);
        match exchange() {
            Ok(()) => {}
            Err(Errno::NOSYS | Errno::INVAL) => return Ok(fs::renameat(at, part, at, name.os())?),
            Err(cause) => return Err(cause.into()),
        }
        if matches!(self.own(OsStr::new(part), name), Ok(Some(_))) {
            return Ok(fs::unlinkat(at, part, AtFlags::empty())?);
        }
        let _ = exchange(); // a part that is not ours afterwards is looked for below
        Err(self.not_own(name))
    }

    /// Removes a part. Should something else have come under its name, that is set aside instead.
    fn remove_part(&self, part: &str, file: &File) {
        let there = fs::statat(&self.handle, part, AtFlags::SYMLINK_NOFOLLOW);
        let is_it = |there: Stat, own: Stat| (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino);
        // What is left all the same is found by a sweep.
        let _ = match (there, fs::fstat(file)) {
            (Ok(there), Ok(own)) if is_it(there, own) => fs::unlinkat(&self.handle, part, AtFlags::empty()),
            _ => rename_to_free(&self.handle, part, OsStr::new(&format!("{part}.other"))),
        };
    }

    /// Removes parts that nobody writes any more.
    fn sweep(&self) {
        let Ok(entries) = fs::Dir::read_from(&self.handle) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let (before, after) = PART;
            if !name.to_bytes().starts_with(before.as_bytes()) || !name.to_bytes().ends_with(after.as_bytes()) {
                continue;
            }
            let Ok(part) = self.regular(OsStr::from_bytes(name.to_bytes()), OFlags::RDONLY) else {
                continue;
            };
            if fs::flock(&part, FlockOperation::NonBlockingLockExclusive).is_ok() {
                let _ = fs::unlinkat(&self.handle, name, AtFlags::empty()); // the next sweep tries again
            }
        }
    }

    fn sync(&self) -> io::Result<()> {
        // A descriptor opened for reading can be synced; some file systems refuse it for directories, and have no need.
        match fs::fsync(&self.handle) {
            Ok(()) | Err(Errno::INVAL | Errno::ROFS) => Ok(()),
            Err(cause) => Err(cause.into()),
        }
    }
}

/// A file that takes its name when it is whole; dropped before, nothing is left of it.
pub struct Part {
    file: File,
    directory: Directory,
    /// `None` once it has its name.
    part: Option<String>,
    name: Vec<u8>,
}

impl Part {
    /// Gives the file its name, with the mode of the one that it replaces or of any new file of this process.
    pub fn finish(mut self) -> io::Result<()> {
        let name = Name::new(&self.name).map_err(|fault| refusal(fault.to_string()))?;
        let Some(part) = self.part.as_deref() else {
            return Ok(());
        };
        let directory = &self.directory;
        let mode = match directory.may_take(name)? {
            Some(there) => there.st_mode & 0o777,
            None => 0o666 & !umask(),
        };
        fs::fchmod(&self.file, Mode::from_raw_mode(mode))?;
        directory.placed(&fs::fstat(&self.file)?, name)?.note(&self.file);
        self.file.sync_all()?;
        directory.name_part(part, name)?;
        self.part = None;
        self.directory.sync()
    }
}

/// Renames where the new name is free, also on file systems that have no such call.
fn rename_to_free(directory: &OwnedFd, part: &str, name: &OsStr) -> rustix::io::Result<()> {
    match fs::renameat_with(directory, part, directory, name, RenameFlags::NOREPLACE) {
        Err(Errno::NOSYS | Errno::INVAL) => {
            fs::linkat(directory, part, directory, name, AtFlags::empty())?;
            fs::unlinkat(directory, part, AtFlags::empty())
        }
        renamed => renamed,
    }
}

/// The process's mask for new files, which can only be read without changing it in `/proc`; strict where that is missing.
pub(super) fn umask() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    mask.and_then(|mask| u32::from_str_radix(mask.trim(), 8).ok())
        .unwrap_or(0o077)
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            self.directory.remove_part(part, &self.file);
        }
    }
}

/// What a file was when the library put it there, and where. One that was changed, replaced, renamed, moved or copied since is
/// no longer its own: programs install packages by such means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Placed {
    device: u64,
    inode: u64,
    directory: u64,
    size: i64,
    changed: i128,
    name: Vec<u8>,
}

/// Files that this process has put somewhere, for file systems without attributes.
static PLACED: PerProcess<Mutex<VecDeque<Placed>>> = PerProcess::new(|_| Mutex::default());

/// So many are remembered.
const REMEMBERED: usize = 4096;

impl Placed {
    // The types of these fields differ between targets.
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion)]
    fn of(stat: &Stat, directory: &Stat, name: Name<'_>) -> Placed {
        Placed {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            directory: directory.st_ino as u64,
            name: name.bytes().to_vec(),
            size: i64::from(stat.st_size),
            changed: i128::from(stat.st_mtime) * 1_000_000_000 + stat.st_mtime_nsec as i128,
        }
    }

    /// An attribute of the file itself: only its owner can set it, and it goes with the file.
    fn attribute(&self) -> Vec<u8> {
        let Placed {
            inode,
            directory,
            size,
            changed,
            ..
        } = self;
        let mut text = format!("{inode} {directory} {size} {changed} ").into_bytes();
        text.extend_from_slice(&self.name);
        text
    }

    fn note(self, file: &File) {
        let noted = fs::fsetxattr(file, ATTRIBUTE, &self.attribute(), XattrFlags::empty());
        if noted.is_err() {
            let mut placed = PLACED.get().lock();
            if placed.len() >= REMEMBERED {
                placed.pop_front();
            }
            placed.push_back(self);
        }
    }

    fn is_noted(&self, file: &File) -> bool {
        let mut value = [0; 512];
        match fs::fgetxattr(file, ATTRIBUTE, &mut value) {
            Ok(length) => value.get(..length) == Some(self.attribute().as_slice()),
            Err(_) => PLACED.get().lock().contains(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{read, write};
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn name(text: &str) -> Name<'_> {
        Name::new(text.as_bytes()).unwrap()
    }

    fn put(directory: &Directory, file: &str, content: &str) -> io::Result<()> {
        let mut part = directory.begin(name(file))?;
        part.write_all(content.as_bytes())?;
        part.finish()
    }

    fn mode(path: &Path) -> u32 {
        std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn names_that_lead_nowhere_else() {
        for good in ["up.txt", "a b", "主机.log", "a..b", "-rf"] {
            assert_eq!(name(good).bytes(), good.as_bytes());
        }
        for (bad, fault) in [
            (&b""[..], NameFault::Empty),
            (b".", NameFault::LeadingDot),
            (b"..", NameFault::LeadingDot),
            (b".profile", NameFault::LeadingDot),
            (b"../x", NameFault::LeadingDot),
            (b"a/b", NameFault::Separator),
            (b"/etc/passwd", NameFault::Separator),
            (b"a\\b", NameFault::Separator),
            (b"a\nb", NameFault::Control),
            (b"a\x7f", NameFault::Control),
            (b"a\xc2\x85", NameFault::Control),
            (b"a\xff", NameFault::Control),
            ("a\u{202e}gpj.exe".as_bytes(), NameFault::Control),
            (&[b'x'; 256], NameFault::TooLong),
        ] {
            assert_eq!(Name::new(bad), Err(fault));
        }
    }

    #[test]
    fn a_file_is_there_when_it_is_whole_and_can_be_replaced_after_a_restart() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("pkg.bin");
        let directory = Directory::open(place.path()).unwrap();
        let mut part = directory.begin(name("pkg.bin")).unwrap();
        part.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(part);
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);

        put(&directory, "pkg.bin", "one").unwrap();
        assert_eq!(mode(&path), 0o666 & !umask());
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o750)).unwrap();
        let again = Directory::open(place.path()).unwrap();
        put(&again, "pkg.bin", "two").unwrap();
        assert_eq!((read(&path).unwrap(), mode(&path)), (b"two".to_vec(), 0o750));
    }

    #[test]
    fn files_of_others_stay() {
        let place = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        write(at("program"), "theirs").unwrap();
        write(outside.path().join("secret"), "s").unwrap();
        symlink(outside.path().join("secret"), at("link")).unwrap();
        symlink(outside.path().join("new"), at("dangling")).unwrap();
        std::fs::create_dir(at("directory")).unwrap();
        let directory = Directory::open(place.path()).unwrap();
        for taken in ["program", "link", "dangling", "directory"] {
            assert!(directory.begin(name(taken)).is_err(), "{taken}");
        }
        // Taken while the part is being written, or ours and then changed by somebody.
        let mut part = directory.begin(name("late")).unwrap();
        part.write_all(b"x").unwrap();
        write(at("late"), "theirs").unwrap();
        assert!(part.finish().is_err());
        put(&directory, "mine", "1").unwrap();
        write(at("mine"), "changed by the program").unwrap();
        assert!(directory.begin(name("mine")).is_err());
        // Somebody else's with the attribute of the library's own: its mode would be kept.
        put(&directory, "forged", "1").unwrap();
        if std::os::unix::fs::chown(at("forged"), Some(65534), None).is_ok() {
            assert!(directory.begin(name("forged")).is_err()); // only root can play this
        }
        // What a program makes of a package of ours is the program's, with all its attributes.
        for (from, to) in [("package", "installed"), ("package", "sub/package")] {
            put(&directory, from, "1").unwrap();
            std::fs::create_dir_all(at("sub")).unwrap();
            std::fs::rename(at(from), at(to)).unwrap();
            let path = at(to);
            let below = Directory::open(path.parent().unwrap()).unwrap();
            let file = path.file_name().unwrap().to_str().unwrap();
            assert!(below.begin(name(file)).is_err(), "{to}");
        }
        assert_eq!(read(at("program")).unwrap(), b"theirs");
        assert_eq!(read(at("late")).unwrap(), b"theirs");
        assert!(!outside.path().join("new").exists());
    }

    #[test]
    fn only_regular_files_are_read() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        write(at("file"), "x").unwrap();
        symlink(at("file"), at("link")).unwrap();
        std::fs::create_dir(at("directory")).unwrap();
        write(at("one"), "x").unwrap();
        std::fs::hard_link(at("one"), at("two")).unwrap();
        fs::mknodat(CWD, at("pipe"), FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        let directory = Directory::open(place.path()).unwrap();
        assert!(directory.source(name("file")).is_ok());
        for other in ["link", "directory", "pipe", "absent", "two"] {
            assert!(directory.source(name(other)).is_err(), "{other}");
        }
    }

    #[test]
    fn a_directory_for_packages_is_not_shared() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a/packages");
        Directory::create(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        for (bits, good) in [(0o755, true), (0o775, false), (0o1777, false)] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(bits)).unwrap();
            assert_eq!(Directory::create(&path).is_ok(), good, "{bits:o}");
        }
    }

    /// Somebody exchanges the file under the name all the time: for one of theirs, for a link to one of theirs.
    #[test]
    fn names_that_change_hands_between_look_and_use() {
        use std::sync::atomic::AtomicBool;
        let rounds = match std::env::var_os("HWMQTT_SOAK") {
            Some(_) => 20_000,
            None => 1_000,
        };
        let place = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().join("target");
        write(&target, "theirs").unwrap();
        let at = |name: &str| place.path().join(name);
        write(at("their file"), "theirs").unwrap();
        symlink(&target, at("their link")).unwrap();
        let directory = Directory::open(place.path()).unwrap();
        put(&directory, "f", "ours").unwrap();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let swap = |with: &str| fs::renameat_with(CWD, at("f"), CWD, at(with), RenameFlags::EXCHANGE);
                while !over.load(Ordering::Relaxed) {
                    for with in ["their file", "their link"] {
                        let _ = swap(with); // there may be nothing
                        std::hint::spin_loop();
                        let _ = swap(with);
                    }
                }
            });
            for _ in 0..rounds {
                let _ = put(&directory, "f", "ours"); // refused where theirs is there
                if let Ok(mut file) = directory.source(name("f")) {
                    let mut text = String::new();
                    std::io::Read::read_to_string(&mut file, &mut text).unwrap();
                    assert!(
                        text == "ours" || text == "theirs",
                        "{text:?}: half a file, or a link was followed"
                    );
                }
            }
            over.store(true, Ordering::Relaxed);
        });
        assert_eq!(read(&target).unwrap(), b"theirs", "through a link");
        let entries = std::fs::read_dir(place.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let (mut links, mut theirs) = (0, 0);
        for path in entries {
            match std::fs::symlink_metadata(&path).unwrap().is_symlink() {
                true => links += 1,
                false => theirs += usize::from(read(&path).unwrap() == b"theirs"),
            }
        }
        assert_eq!((links, theirs), (1, 1), "what was somebody else's is still there");
    }

    #[test]
    fn parts_of_the_dead_are_swept_and_those_of_the_living_stay() {
        let place = tempfile::tempdir().unwrap();
        write(place.path().join(".hwmqtt-7-0.part"), "left behind").unwrap();
        let directory = Directory::open(place.path()).unwrap();
        let living = directory.begin(name("a")).unwrap();
        let _second = directory.begin(name("b")).unwrap();
        assert!(!place.path().join(".hwmqtt-7-0.part").exists());
        living.finish().unwrap();
        assert!(place.path().join("a").exists());
    }

    #[test]
    fn what_has_no_attribute_is_remembered_by_the_process() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        put(&directory, "f", "1").unwrap();
        let file = directory.source(name("f")).unwrap();
        let placed = directory.placed(&fs::fstat(&file).unwrap(), name("f")).unwrap();
        let _ = fs::fremovexattr(&file, ATTRIBUTE); // there is none where the file system has none
        PLACED.get().lock().clear();
        assert!(directory.begin(name("f")).is_err());
        PLACED.get().lock().push_back(placed);
        assert!(directory.begin(name("f")).is_ok());
    }
}
