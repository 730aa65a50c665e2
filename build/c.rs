//! Turns a parsed file of `src` into the text of its C header.

use super::Result;
use super::source::{CEnum, Declared, HeaderFile, Kind};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

/// Marks, in the comment that cbindgen carries over, where the translation of an item starts.
const MARK: &str = "@item ";

pub fn render(file: &HeaderFile, origin: &str, config: &cbindgen::Config, scratch: &Path) -> Result<String> {
    let translations = translate(file, config, scratch)?;
    let mut h = format!("/* Generated from {origin}; do not edit. */\n");
    h += &comment(&file.docs, "");
    let _ = write!(h, "#ifndef {0}\n#define {0}\n\n", file.guard);
    for line in &file.includes {
        h += &match line.as_bytes().first() {
            Some(b'<') => format!("#include {line}\n"),
            Some(b'#') => format!("{line}\n"),
            _ => format!("#include \"{line}\"\n"),
        };
    }
    if !file.includes.is_empty() {
        h.push('\n');
    }
    h += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n";

    let mut previous = String::new();
    for (index, item) in file.items.iter().enumerate() {
        let text = match item {
            Declared::Macro { docs, name, value, .. } => comment(docs, "") + &format!("#define {name} {value}\n"),
            Declared::Enum(e) => enumeration(e),
            Declared::Verbatim(text) => format!("{text}\n"),
            Declared::Translated { docs, name, .. } => {
                let translation = translations.get(&index);
                comment(docs, "") + translation.ok_or_else(|| format!("cbindgen did not translate {name}"))?
            }
        };
        let same_list = |start: &str| {
            let line = |t: &str| t.starts_with(start) && t.lines().count() == 1;
            line(&text) && line(&previous)
        };
        if !same_list("#define ") && !same_list("typedef ") {
            h.push('\n');
        }
        h += &text;
        previous = text;
    }
    let _ = write!(h, "\n#ifdef __cplusplus\n}}\n#endif\n\n#endif /* {} */\n", file.guard);
    Ok(super::comments::laid_out(&h))
}

/// Runs cbindgen over the items that it translates; the result by index into `file.items`, without comments.
fn translate(file: &HeaderFile, config: &cbindgen::Config, scratch: &Path) -> Result<HashMap<usize, String>> {
    let mut input = String::new();
    let mut config = config.clone();
    for (index, item) in file.items.iter().enumerate() {
        if let Declared::Translated { tokens, name, kind, .. } = item {
            let _ = writeln!(input, "#[doc = \"{MARK}{index}\"] {tokens}");
            if !matches!(kind, Kind::Function) {
                config.export.include.push(name.clone());
            }
        }
        // Array lengths name these.
        if let Declared::Macro { name, number: true, .. } = item {
            let _ = writeln!(input, "pub const {name}: usize = 1;");
        }
    }
    super::write_if_changed(scratch, &input)?;
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(scratch)
        .generate()
        .map_err(|e| e.to_string())?;
    let mut output = Vec::new();
    bindings.write(&mut output);
    let output = String::from_utf8(output).map_err(|e| e.to_string())?;
    let mut parts = split(&output);
    for (own, item) in file.items.iter().enumerate() {
        if let Declared::Translated {
            name,
            kind: Kind::Struct { .. },
            ..
        } = item
        {
            let others = parts.iter_mut().filter(|(index, _)| **index != own);
            others.for_each(|(_, text)| *text = text.replace(&format!("struct {name} "), &format!("{name} ")));
        }
    }
    Ok(parts)
}

/// Cuts cbindgen's output at the marks.
fn split(output: &str) -> HashMap<usize, String> {
    let mut parts: HashMap<usize, String> = HashMap::new();
    let mut current = None;
    let mut comment = Vec::new();
    for line in output.lines() {
        if line.starts_with("/**") {
            current = None;
            comment.push(line);
        } else if line.starts_with("#define") {
            current = None;
        } else if !comment.is_empty() {
            comment.push(line);
            if line.trim_end().ends_with("*/") {
                let index = comment
                    .iter()
                    .find_map(|l| l.trim().strip_prefix("*")?.trim().strip_prefix(MARK));
                current = index.and_then(|i| i.trim().parse().ok());
                comment.clear();
            }
        } else if let Some(index) = current {
            let text = parts.entry(index).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    for text in parts.values_mut() {
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    parts
}

fn enumeration(e: &CEnum) -> String {
    let mut text = comment(&e.docs, "");
    let (head, tail) = match (&*e.name, &e.tag) {
        ("_", _) => ("enum".to_string(), String::new()),
        (name, tag) => (
            format!("typedef enum {}", tag.as_deref().unwrap_or(name)),
            format!(" {name}"),
        ),
    };
    let _ = writeln!(text, "{head} {{");
    for (docs, name, value) in &e.members {
        text += &comment(docs, "    ");
        let _ = writeln!(text, "    {name} = {value},");
    }
    let _ = writeln!(text, "}}{tail};");
    text
}

fn comment(docs: &[String], indent: &str) -> String {
    let clean: Vec<String> = docs.iter().map(|l| l.replace("*/", "* /")).collect();
    match clean.as_slice() {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let mut text = format!("{indent}/**\n");
            for line in lines {
                text += format!("{indent} * {line}").trim_end();
                text.push('\n');
            }
            text + indent + " */\n"
        }
    }
}
