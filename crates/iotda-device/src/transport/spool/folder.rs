//! The directory of a spool: nobody but its owner may have put anything there, and only what the spool itself writes counts.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use base::process::above_standard;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, openat, unlinkat};
use rustix::io::Errno;

/// Files of the spool end so; before it stands a number of [`DIGITS`] digits.
const SUFFIX: &str = ".log";
const DIGITS: usize = 20;

/// Far above what any device writes, and far below what a counter can hold.
const LAST_NUMBER: u64 = 1 << 60;

pub(super) struct Folder {
    handle: File,
    path: PathBuf,
}

impl Folder {
    /// Opens the directory `name` below `base`; creates both where they are missing.
    pub(super) fn open(base: &Path, name: &str) -> io::Result<Folder> {
        let path = base.join(name);
        let missing: Vec<PathBuf> = path
            .ancestors()
            .take_while(|part| !part.as_os_str().is_empty() && fs::symlink_metadata(part).is_err())
            .map(Path::to_owned)
            .collect();
        DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        for made in missing.iter().filter(|made| **made != path) {
            own(made, &fs::symlink_metadata(made)?)?; // somebody may have been faster
        }
        own(base, &fs::metadata(base)?)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle: File = match openat(CWD, &path, flags, Mode::empty()) {
            Ok(handle) => above_standard(handle)?.into(),
            Err(Errno::LOOP | Errno::NOTDIR) => return Err(refused(&path, "is no directory of the spool's")),
            Err(cause) => return Err(cause.into()),
        };
        own(&path, &handle.metadata()?)?;
        Ok(Folder { handle, path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A file that locks the directory.
    pub(super) fn lock(&self) -> io::Result<File> {
        let file = self.regular("lock", OFlags::WRONLY | OFlags::CREATE)?;
        rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| io::Error::other("another program or session uses it"))?;
        Ok(file)
    }

    /// Numbers of the segments, in order. Everything else in the directory is left alone.
    pub(super) fn numbers(&self) -> io::Result<Vec<u64>> {
        let mut numbers: Vec<u64> = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.handle)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if let Some(number) = number(&name).filter(|number| *number < LAST_NUMBER) {
                numbers.insert(numbers.partition_point(|other| *other < number), number);
            }
        }
        Ok(numbers)
    }

    /// A segment to be read; `None` for what is no regular file, which the spool never wrote.
    pub(super) fn segment(&self, number: u64) -> io::Result<Option<File>> {
        match self.regular(&name(number), OFlags::RDONLY) {
            Ok(file) => Ok(Some(file)),
            Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    /// A new segment.
    pub(super) fn create(&self, number: u64) -> io::Result<File> {
        self.regular(
            &name(number),
            OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL,
        )
    }

    /// Removes a segment. One that cannot be removed now is removed after the next start.
    pub(super) fn remove(&self, number: u64) {
        let _ = unlinkat(&self.handle, name(number), AtFlags::empty());
    }

    /// Puts the names of new files on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.handle.sync_all()
    }

    fn regular(&self, name: &str, access: OFlags) -> io::Result<File> {
        // Not blocking: a pipe of that name must not hold up the program.
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match openat(&self.handle, name, flags, Mode::from_raw_mode(0o600)) {
            Ok(file) => file,
            Err(Errno::LOOP | Errno::NXIO | Errno::ISDIR) => {
                return Err(refused(&self.path.join(name), "is no regular file"));
            }
            Err(cause) => return Err(cause.into()),
        };
        match FileType::from_raw_mode(fstat(&file)?.st_mode) {
            FileType::RegularFile => Ok(above_standard(file)?.into()),
            _ => Err(refused(&self.path.join(name), "is no regular file")),
        }
    }
}

/// A directory is refused unless it belongs to this process's user and nobody else can write in it.
fn own(path: &Path, there: &fs::Metadata) -> io::Result<()> {
    if !there.is_dir() {
        return Err(refused(path, "is no directory"));
    }
    if there.uid() != rustix::process::geteuid().as_raw() {
        return Err(refused(
            path,
            "belongs to another user: chown it, or choose another directory",
        ));
    }
    if there.mode() & 0o022 != 0 {
        return Err(refused(
            path,
            "can be written by others: chmod go-w it, or choose another directory",
        ));
    }
    Ok(())
}

fn refused(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {why}", path.display()))
}

fn name(number: u64) -> String {
    format!("{number:0DIGITS$}{SUFFIX}")
}

/// Exactly the names that [`name`] makes.
fn number(file: &[u8]) -> Option<u64> {
    let digits = file.strip_suffix(SUFFIX.as_bytes())?;
    let all_digits = digits.len() == DIGITS && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| all_digits)?.parse().ok()
}

/// Reads records one after the other: what a file claims to be long does not matter, only what is read.
pub(super) struct Records {
    file: io::BufReader<File>,
    /// Bytes that may still be read.
    pub(super) left: u64,
}

impl Records {
    pub(super) fn new(file: File, limit: u64) -> Records {
        Records {
            file: io::BufReader::new(file),
            left: limit,
        }
    }

    /// The next record's bytes; `None` at the end, and before a record that is not whole or longer than what may be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut record = vec![0; super::record::HEAD];
        if !filled(&mut self.file, &mut record)? {
            return Ok(None);
        }
        let body = super::record::body_length(&record);
        let size = body.saturating_add(super::record::HEAD as u64);
        if body == 0 || size > self.left {
            return Ok(None);
        }
        self.left -= size;
        // Grows as the bytes come: a length that the file does not have takes no memory.
        let read = (&mut self.file).take(body).read_to_end(&mut record)?;
        Ok((read as u64 == body).then_some(record))
    }
}

fn filled(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(cause) => Err(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn only_the_names_that_the_spool_writes() {
        assert_eq!(number(name(7).as_bytes()), Some(7));
        for other in [
            "5.log",
            "00000000000000000005.log.bak",
            "0000000000000000005x.log",
            "+0000000000000000005.log",
            "lock",
        ] {
            assert_eq!(number(other.as_bytes()), None, "{other}");
        }
        assert_eq!(number(b"99999999999999999999.log"), None);
    }

    #[test]
    fn a_directory_that_others_can_write_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let open = |path: &Path| Folder::open(path, "dev").map(drop);
        open(&base.path().join("a/b")).unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        mode(&base.path().join("a/b"), 0o777);
        assert!(
            open(&base.path().join("a/b"))
                .unwrap_err()
                .to_string()
                .contains("chmod")
        );
        mode(&base.path().join("a/b"), 0o755);
        mode(&base.path().join("a/b/dev"), 0o720);
        assert!(open(&base.path().join("a/b")).is_err());
        fs::remove_dir(base.path().join("a/b/dev")).unwrap();
        symlink(base.path(), base.path().join("a/b/dev")).unwrap();
        assert!(open(&base.path().join("a/b")).is_err(), "a link is no spool");
    }
}
