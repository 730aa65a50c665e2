//! Files that must be whole at any moment, also across a power cut; and how files are opened that somebody may have planted.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions, rename};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::OFlags;

use super::place::umask;

/// The most that [`read`] takes: far more than rules or settings have.
const MOST: u64 = 16 << 20;

/// Opens a regular file to be read: a pipe or a device under its name neither holds the caller up nor is read.
pub fn open(path: &Path) -> io::Result<File> {
    let not_blocking = OFlags::NONBLOCK | OFlags::NOCTTY;
    // The flags have the system's values.
    let flags = i32::try_from(not_blocking.bits()).unwrap_or_default();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("not a regular file")),
    }
}

/// The content of a regular file of at most 16 MiB.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open(path)?.take(MOST + 1).read_to_end(&mut content)?;
    match content.len() as u64 > MOST {
        true => Err(io::Error::other("larger than 16 MiB")),
        false => Ok(content),
    }
}

/// Replaces the file's content: readers see the old or the new one, never a part. The file keeps its mode if it is this user's;
/// else, and a new one, is for its owner only. A link is replaced, not followed.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let (mut file, beside) = fresh(path)?;
    let mut written = || -> io::Result<()> {
        if let Ok(there) = fs::symlink_metadata(path) {
            // Not that of a file which somebody else has put there for it.
            if there.is_file() && there.uid() == rustix::process::geteuid().as_raw() {
                file.set_permissions(plain_mode(&there))?;
            }
        }
        file.write_all(content)?;
        file.sync_all()?;
        rename(&beside, path)?;
        sync_directory(path)
    };
    written().inspect_err(|_| {
        let _ = fs::remove_file(&beside); // gone already when only the directory could not be synced
    })
}

/// The rights that a file gives, without set-uid and the like.
fn plain_mode(file: &fs::Metadata) -> Permissions {
    Permissions::from_mode(file.mode() & 0o777)
}

/// A new file beside `path`, of a name that no other process and no other call uses.
fn fresh(path: &Path) -> io::Result<(File, PathBuf)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::other("not a file name"))?;
    // With the rest it must not be longer than file systems take.
    let name = OsStr::from_bytes(name.as_bytes().get(..200).unwrap_or(name.as_bytes()));
    loop {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut own = std::ffi::OsString::from(".");
        own.push(name);
        own.push(format!(".{}-{number}.new", std::process::id()));
        let beside = path.with_file_name(own);
        // With O_EXCL nothing that is there already is opened, a link neither.
        let created = File::options().write(true).create_new(true).mode(0o600).open(&beside);
        match created {
            Ok(file) => return Ok((file, beside)),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {} // of a dead process of our number
            Err(cause) => return Err(cause),
        }
    }
}

/// The name of a file lasts when its directory is on the disk.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}

/// A file that takes its name when it is finished, with the mode of the one that it replaces; dropped before, nothing is left
/// of it.
pub struct Unfinished {
    file: File,
    beside: PathBuf,
    target: PathBuf,
}

impl Unfinished {
    pub fn create(target: &Path) -> io::Result<Unfinished> {
        // A link stays; what it points to is replaced.
        let target = match fs::metadata(target) {
            Ok(there) if !there.is_file() => return Err(io::Error::other("not a regular file")),
            Ok(_) => fs::canonicalize(target)?,
            Err(_) => target.to_owned(),
        };
        if target.file_name().is_none() {
            return Err(io::Error::other("not a file name"));
        }
        let (file, beside) = fresh(&target)?;
        Ok(Unfinished { file, beside, target })
    }

    pub fn finish(self) -> io::Result<()> {
        let mode = match fs::symlink_metadata(&self.target) {
            Ok(there) if there.is_file() => plain_mode(&there),
            _ => Permissions::from_mode(0o666 & !umask()),
        };
        self.file.set_permissions(mode)?;
        self.file.sync_all()?;
        rename(&self.beside, &self.target)?;
        sync_directory(&self.target)
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.beside); // it is gone when it has its name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_is_planted_under_a_name_neither_blocks_nor_fills_memory() {
        use rustix::fs::{CWD, FileType, mknodat};
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::write(at("file"), "x").unwrap();
        mknodat(CWD, at("pipe"), FileType::Fifo, 0o600.into(), 0).unwrap();
        File::create(at("sparse")).unwrap().set_len(3 << 30).unwrap();
        assert_eq!(read(&at("file")).unwrap(), b"x");
        for planted in ["pipe", "sparse", ".", "absent"] {
            assert!(read(&at(planted)).is_err(), "{planted}");
        }
        assert!(read(Path::new("/dev/zero")).is_err());
        assert_eq!(read(&at("absent")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_is_replaced_whole_with_its_mode_and_no_link_is_followed() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("rules.json");
        let mode = || fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o777;
        replace(&path, b"1").unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        replace(&path, b"2").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode()), (b"2".to_vec(), 0o640));

        let target = place.path().join("target");
        fs::write(&target, "untouched").unwrap();
        fs::remove_file(&path).unwrap();
        symlink(&target, &path).unwrap();
        replace(&path, b"3").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"untouched");
        assert_eq!((fs::read(&path).unwrap(), mode()), (b"3".to_vec(), 0o600));
        assert!(replace(&place.path().join("none/x"), b"4").is_err());
        // A file that was put there so that ours has its rights.
        for (bits, owner, wanted) in [(0o4755, None, 0o755), (0o4777, Some(65534), 0o600)] {
            fs::set_permissions(&path, PermissionsExt::from_mode(bits)).unwrap();
            if owner.is_some() && std::os::unix::fs::chown(&path, owner, None).is_err() {
                continue; // only root can play this
            }
            fs::set_permissions(&path, PermissionsExt::from_mode(bits)).unwrap(); // chown takes set-uid away
            replace(&path, b"3").unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, wanted, "{bits:o}");
        }
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_finished_file_keeps_the_mode_of_the_one_before() {
        let place = tempfile::tempdir().unwrap();
        let (path, link) = (place.path().join("secret"), place.path().join("link"));
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        fs::write(&path, "1").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        symlink(&path, &link).unwrap();
        let mut file = Unfinished::create(&link).unwrap();
        file.write_all(b"2").unwrap();
        file.finish().unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode()), (b"2".to_vec(), 0o600));
        assert!(
            fs::symlink_metadata(&link).unwrap().is_symlink(),
            "the path is the program's own"
        );
        fs::remove_file(&path).unwrap();
        Unfinished::create(&path).unwrap().finish().unwrap();
        assert_eq!(mode(), 0o666 & !umask());
        drop(Unfinished::create(&path).unwrap());
        let long = place.path().join("x".repeat(255));
        Unfinished::create(&long).unwrap().finish().unwrap();
        fs::remove_file(&long).unwrap();
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn writers_at_the_same_time_do_not_collide() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("f");
        std::thread::scope(|scope| {
            for writer in 0..4_u8 {
                let path = &path;
                scope.spawn(move || (0..50).for_each(|_| replace(path, &[writer; 3000]).unwrap()));
            }
        });
        let content = fs::read(&path).unwrap();
        assert_eq!(content.len(), 3000);
        assert!(content.iter().all(|byte| Some(byte) == content.first()));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
