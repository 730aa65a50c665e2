//! The Rust side of the headers as a table for `tests/abi/headers.rs`: sizes, offsets and values that a C compiler then checks.

use super::source::{Declared, HeaderFile, Kind};
use std::fmt::Write;
use std::path::Path;

/// The Rust expressions for one file, as text of array elements.
pub struct Layout {
    structs: String,
    values: String,
    functions: String,
}

pub fn of(file: &HeaderFile, crate_name: &str, rust_path: &Path) -> Layout {
    let module: Vec<String> = rust_path
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let module = format!("{crate_name}::{}", module.join("::"));
    let (mut structs, mut values, mut functions) = (String::new(), String::new(), String::new());
    for item in &file.items {
        match item {
            Declared::Translated {
                name,
                kind: Kind::Struct { fields },
                ..
            } => {
                let fields: String = fields
                    .iter()
                    .map(|f| {
                        let c_name = f.trim_start_matches("r#");
                        format!("(\"{c_name}\", std::mem::offset_of!({module}::{name}, {f})), ")
                    })
                    .collect();
                let _ = writeln!(
                    structs,
                    "    (\"{name}\", std::mem::size_of::<{module}::{name}>(), &[{fields}]),"
                );
            }
            Declared::Translated {
                name,
                kind: Kind::Function,
                ..
            } => {
                let _ = writeln!(functions, "    \"{name}\",");
            }
            Declared::Macro { name, number: true, .. } => {
                let _ = writeln!(values, "    (\"{name}\", {module}::{name} as i64),");
            }
            Declared::Enum(e) => {
                for (_, name, _) in &e.members {
                    let _ = writeln!(values, "    (\"{name}\", {module}::{name} as i64),");
                }
            }
            _ => {}
        }
    }
    Layout {
        structs,
        values,
        functions,
    }
}

pub fn table(layouts: &[Layout]) -> String {
    let structs: String = layouts.iter().map(|l| l.structs.as_str()).collect();
    let values: String = layouts.iter().map(|l| l.values.as_str()).collect();
    let functions: String = layouts.iter().map(|l| l.functions.as_str()).collect();
    format!(
        "/// Name and offset.\n\
         pub type Field = (&'static str, usize);\n\n\
         /// Name, size and fields.\n\
         pub const STRUCTS: &[(&str, usize, &[Field])] = &[\n{structs}];\n\n\
         /// Every numeric macro and enumerator.\n\
         pub const VALUES: &[(&str, i64)] = &[\n{values}];\n\n\
         /// Every declared function.\n\
         pub const FUNCTIONS: &[&str] = &[\n{functions}];\n"
    )
}
