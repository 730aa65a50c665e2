//! The house drawn from the code: no file of the simulator depends on itself by way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every file of `src` by its module path, with its text outside of tests and comments.
fn files(dir: &Path, module: &str, out: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_string();
        let join = |name: &str| {
            if module.is_empty() {
                name.to_string()
            } else {
                format!("{module}::{name}")
            }
        };
        if path.is_dir() {
            files(&path, &join(&name), out);
        } else if !["main", "lib"].contains(&name.as_str()) && !name.ends_with("_tests") {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = text
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            out.insert(if name == "mod" { module.to_string() } else { join(&name) }, code);
        }
    }
}

/// Paths named after `prefix`, braces resolved one level deep.
fn named(text: &str, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        let before = text[..at].chars().next_back().unwrap_or(' ');
        if before.is_alphanumeric() || before == ':' || before == '_' {
            continue;
        }
        let rest = &text[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(list) => {
                let list = list.split("};").next().unwrap_or_default();
                found.extend(list.split(',').map(|p| p.trim().to_string()));
            }
            None => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
                found.push(rest[..end.unwrap_or(rest.len())].to_string());
            }
        }
    }
    found
}

#[test]
fn no_file_depends_on_itself_by_way_of_others() {
    let mut code = BTreeMap::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut code);
    assert!(code.len() > 40, "the walk finds the files: {}", code.len());
    let longest = |path: String| {
        let mut path = path.as_str();
        loop {
            if code.contains_key(path) {
                return Some(path.to_string());
            }
            path = path.rsplit_once("::")?.0;
        }
    };
    let mut edges: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in &code {
        let parent = file.rsplit_once("::").map_or("", |(parent, _)| parent);
        let is_room = code.keys().any(|other| other.starts_with(&format!("{file}::")));
        let up = if is_room { file.as_str() } else { parent };
        let absolute = named(text, "crate::").into_iter();
        let below = named(text, "super::").into_iter().map(|p| format!("{parent}::{p}"));
        let own = named(text, "self::").into_iter().map(|p| format!("{up}::{p}"));
        let all = absolute
            .chain(below)
            .chain(own)
            .map(|p| p.trim_start_matches("::").to_string());
        edges.insert(file, all.filter_map(longest).filter(|to| to != file).collect());
    }
    assert!(
        edges[&"broker::conn".to_string()].contains("broker::session"),
        "the edges are seen"
    );
    // What nothing leads on from is taken away until only circles are left.
    loop {
        let done: Vec<&String> = edges
            .iter()
            .filter(|(_, to)| to.is_empty())
            .map(|(file, _)| *file)
            .collect();
        if done.is_empty() {
            break;
        }
        edges.retain(|file, _| !done.contains(file));
        edges.values_mut().for_each(|to| to.retain(|t| !done.contains(&t)));
    }
    assert!(edges.is_empty(), "files in or above a circle: {edges:#?}");
}
