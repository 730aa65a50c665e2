//! `exports.txt` against the dynamic symbols of the shared library, in both directions.

use std::collections::BTreeMap;
use std::process::Command;

use crate::contract;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbol {
    Function,
    Variable,
}

/// The list; `whole`: with the sections of cargo features that are off.
fn listed(whole: bool) -> BTreeMap<String, Symbol> {
    let mut found = BTreeMap::new();
    let mut section = "";
    for line in include_str!("exports.txt").lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if !line.is_empty() && !line.starts_with('#') {
            let (kind, built) = match section {
                "functions" => (Symbol::Function, true),
                "variables" => (Symbol::Variable, true),
                "cjson" => (Symbol::Function, cfg!(feature = "cjson")),
                "dconn" => (Symbol::Function, cfg!(feature = "dconn")),
                "securec" => (Symbol::Function, cfg!(feature = "securec")),
                "tunnel" => (Symbol::Function, cfg!(feature = "tunnel")),
                other => panic!("section [{other}]"),
            };
            if built || whole {
                assert_eq!(found.insert(line.to_string(), kind), None, "{line} is listed twice");
            }
        }
    }
    found
}

fn exported() -> BTreeMap<String, Symbol> {
    let test = std::env::current_exe().unwrap();
    let library = test.parent().unwrap().join("libHWMQTT.so");
    let output = Command::new("nm")
        .args(["-D", "--defined-only", "--format=posix"])
        .arg(&library)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "nm {}", library.display());
    let symbol = |line: &str| {
        let mut words = line.split(' ');
        let (name, letter) = (words.next()?, words.next()?);
        let kind = match letter {
            "T" | "W" | "i" => Symbol::Function,
            "B" | "D" | "R" | "V" => Symbol::Variable,
            other => panic!("{name} is a symbol of kind {other}"),
        };
        Some((name.to_string(), kind))
    };
    text.lines().filter_map(symbol).collect()
}

#[test]
fn the_library_exports_exactly_the_list() {
    let (listed, exported) = (listed(false), exported());
    let only = |a: &BTreeMap<String, Symbol>, b: &BTreeMap<String, Symbol>| -> Vec<String> {
        let differs = a.iter().filter(|(name, kind)| b.get(*name) != Some(*kind));
        differs.map(|(name, kind)| format!("{name} ({kind:?})")).collect()
    };
    let (missing, extra) = (only(&listed, &exported), only(&exported, &listed));
    assert!(missing.is_empty(), "listed but not exported: {missing:?}");
    assert!(extra.is_empty(), "exported but not in tests/abi/exports.txt: {extra:?}");
}

/// The contract says what programs link; the list must not forget any of it.
#[test]
fn the_list_has_every_function_of_the_contract() {
    let listed = listed(true);
    for name in contract::linked_functions() {
        assert!(listed.contains_key(&name), "{name} is not in exports.txt");
    }
}
