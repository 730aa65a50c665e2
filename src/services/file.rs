//! Files that must be whole at any moment, also across a power cut.

use std::fs::{rename, File};
use std::io::{self, Write};
use std::path::Path;

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
