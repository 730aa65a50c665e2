//! Whether the program's libraries are tampered with: inotify watches on their files.

use std::collections::BTreeSet;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};

/// Deleted, created, written or moved; changes of metadata do not count.
const WATCHED: WatchFlags = WatchFlags::DELETE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::MOVE);

/// Watches some files until it is dropped.
pub struct FileTamper(Option<OwnedFd>);

impl FileTamper {
    /// Files that cannot be watched are left out.
    pub fn watch(files: impl IntoIterator<Item = PathBuf>) -> FileTamper {
        let Ok(watches) = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK) else {
            return FileTamper(None);
        };
        for file in files {
            let _ = inotify::add_watch(&watches, &file, WATCHED); // the others still tell something
        }
        FileTamper(Some(watches))
    }

    /// Whether anything happened since the last call.
    pub fn check(&mut self) -> bool {
        let Some(watches) = &self.0 else {
            return false;
        };
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(watches, &mut buffer);
        let mut alarm = false;
        while reader.next().is_ok() {
            alarm = true;
        }
        alarm
    }
}

/// The files of the shared objects in this process, without the program itself.
pub fn loaded_libraries() -> BTreeSet<PathBuf> {
    let program = std::fs::read_link("/proc/self/exe").unwrap_or_default();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let code = maps.lines().filter_map(|line| {
        // address, permissions, offset, device, inode, path
        let mut columns = line.splitn(6, ' ');
        let executable = columns.nth(1)?.contains('x');
        let path = columns.nth(3)?.trim_start();
        (executable && path.starts_with('/')).then(|| PathBuf::from(path))
    });
    code.filter(|path| *path != program).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_counts_and_reading_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b, missing] = ["a", "b", "c"].map(|name| dir.path().join(name));
        std::fs::write(&a, "1").unwrap();
        std::fs::write(&b, "1").unwrap();
        let mut watch = FileTamper::watch([a.clone(), b.clone(), missing]);
        assert!(!watch.check());
        std::fs::read(&a).unwrap();
        std::fs::set_permissions(&a, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert!(!watch.check());
        std::fs::write(&a, "2").unwrap();
        std::fs::remove_file(&b).unwrap();
        assert!(watch.check());
        assert!(!watch.check());
    }

    #[test]
    fn this_process_has_libraries() {
        let libraries = loaded_libraries();
        assert!(libraries.iter().any(|path| path.to_string_lossy().contains("libc")));
        assert!(!libraries.contains(&std::env::current_exe().unwrap()));
    }
}
