//! Files that must be whole at any moment, also across a power cut.

use std::fs::{self, File, rename};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Replaces the file's content: readers see the old or the new one, never a part.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    rename(&beside, path)
}

/// A file that takes its name when it is finished; dropped before, nothing is left of it.
pub struct Unfinished {
    file: File,
    beside: PathBuf,
    target: PathBuf,
}

impl Unfinished {
    pub fn create(target: &Path) -> io::Result<Unfinished> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // A link stays; what it points to is replaced.
        let target = match fs::metadata(target) {
            Ok(there) if !there.is_file() => return Err(io::Error::other("not a regular file")),
            Ok(_) => fs::canonicalize(target)?,
            Err(_) => target.to_owned(),
        };
        if target.file_name().is_none() {
            return Err(io::Error::other("not a file name"));
        }
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let beside = target.with_file_name(format!(".iota-{}-{count}.part", std::process::id()));
        let _ = fs::remove_file(&beside); // what a process of this number may have left when it was killed
        Ok(Unfinished {
            file: File::create_new(&beside)?,
            beside,
            target,
        })
    }

    pub fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        rename(&self.beside, &self.target)
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
