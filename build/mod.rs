//! Writes `include/` from `src` and `crates/c-library/src`: every Rust file there that starts with `header!` becomes the header of the same
//! relative path. cbindgen translates structs, type aliases and functions; this module does what cbindgen cannot: the order of
//! the Rust file, string macros, C enums with their tags, verbatim C, include lines. `src/header.rs` describes the
//! notation; `tests/abi/headers.rs` checks the result. A header in `src` that is C alone is copied.

mod c;
mod comments;
mod items;
mod layout;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

pub use items::TABLE;

pub type Result<T> = std::result::Result<T, String>;

/// Where header files are described.
struct Source {
    directory: &'static str,
    /// The crate's name in Rust.
    module: &'static str,
}

const SOURCES: &[Source] = &[
    Source {
        directory: "src",
        module: "HWMQTT",
    },
    Source {
        directory: "crates/c-library/src",
        module: "c_library",
    },
];

/// Generates all headers below `out/include`, copies what changed to `root/include`, and writes `out/layout.rs` for the tests.
/// The table of configuration items becomes Rust constants in `out`, and `docs/configuration.md` likewise.
///
/// A source tree that cannot be written to (a dependency in cargo's registry) is left alone.
pub fn run(root: &Path, out: &Path) -> Result<()> {
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml"))?;
    let table = items::Table::read(root)?;
    for (group, constants) in table.constants() {
        write_if_changed(&out.join(group).with_extension("rs"), &constants)?;
    }
    let document = table.document()?;
    write_if_changed(&out.join(items::DOCUMENT), &document)?;
    publish(&root.join(items::DOCUMENT), &document);

    let mut files = Vec::new();
    for source in SOURCES {
        let mut found = Vec::new();
        files_below(&root.join(source.directory), "rs", &mut found)?;
        found.sort();
        files.extend(found.into_iter().map(|path| (source, path)));
    }
    copy_headers(root, out)?;

    let mut layouts = Vec::new();
    for (source, path) in files {
        let directory = root.join(source.directory);
        let relative = path.strip_prefix(&directory).map_err(|e| e.to_string())?.to_path_buf();
        let origin = format!("{}/{}", source.directory, relative.display());
        let named = |cause: String| format!("{origin}: {cause}");
        let text = fs::read_to_string(&path).map_err(|e| named(e.to_string()))?;
        if let Some(function) = source::bare_exports(&text).first() {
            return Err(named(format!(
                "{function} is exported without `exported!` (crates/c-library/src/exported.rs), so it has no panic guard"
            )));
        }
        let parts = path.with_extension("");
        let read = |part: &str| {
            let path = parts.join(part).with_extension("rs");
            fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
        };
        let Some(file) = source::parse(&text, &table, &read).map_err(named)? else {
            continue;
        };
        let scratch = out.join("cbindgen").join(&relative);
        let header = c::render(&file, &origin, &config, &scratch).map_err(named)?;
        let target = relative.with_extension("h");
        write_if_changed(&out.join("include").join(&target), &header)?;
        publish(&root.join("include").join(&target), &header);
        layouts.push(layout::of(&file, source.module, &relative));
    }
    write_if_changed(&out.join("layout.rs"), &layout::table(&layouts))
}

/// Headers that declare nothing of Rust's, only C over the other headers.
fn copy_headers(root: &Path, out: &Path) -> Result<()> {
    let directory = root.join("src");
    let mut found = Vec::new();
    files_below(&directory, "h", &mut found)?;
    for path in found {
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let relative = path.strip_prefix(&directory).map_err(|e| e.to_string())?;
        let text = format!(
            "/* Copied from src/{}; do not edit. */\n{}",
            relative.display(),
            comments::laid_out(&text)
        );
        write_if_changed(&out.join("include").join(relative), &text)?;
        publish(&root.join("include").join(relative), &text);
    }
    Ok(())
}

fn files_below(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            files_below(&path, extension, found)?;
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    Ok(())
}

fn write_if_changed(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let write = || {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        fs::write(path, text)
    };
    write().map_err(|e| format!("{}: {e}", path.display()))
}

fn publish(path: &Path, text: &str) {
    if let Err(cause) = write_if_changed(path, text) {
        println!(
            "cargo:warning=the committed {} is out of date and cannot be written: {cause}",
            path.display()
        );
    }
}
