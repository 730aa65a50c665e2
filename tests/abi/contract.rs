//! `contract.json` against the headers: every fact becomes a line of C that a compiler accepts only if it holds.

use std::fmt::Write;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::support::{compile, directories, include_root};

/// The preprocessor symbols that a translation unit is compiled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Plain,
    /// What `MQTTV5` and `SECURITY_AWARENESS_ENABLE` add.
    Switches,
    /// What `_SYS_LOG` adds and changes.
    Syslog,
}

const SYSTEM: &str = "#include <stdarg.h>\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\
                      #include <stdlib.h>\n#include <string.h>\n#include <sys/time.h>\n";

fn facts() -> &'static Value {
    static FACTS: OnceLock<Value> = OnceLock::new();
    FACTS.get_or_init(|| serde_json::from_str(include_str!("contract.json")).unwrap())
}

fn part(name: &str) -> &'static Map<String, Value> {
    facts()[name].as_object().unwrap()
}

fn unit_of(fact: &Value) -> Unit {
    match fact["when"].as_str() {
        None => Unit::Plain,
        Some("MQTTV5" | "SECURITY_AWARENESS_ENABLE") => Unit::Switches,
        Some("_SYS_LOG") => Unit::Syslog,
        Some(other) => panic!("when {other}"),
    }
}

/// The functions that a library has for its programs: all but those that the header defines itself.
pub fn linked_functions() -> Vec<String> {
    let linked = part("functions").iter().filter(|(_, f)| unit_of(f) != Unit::Syslog);
    linked.map(|(name, _)| name.clone()).collect()
}

/// A translation unit with the fact that each of its lines checks.
struct Source {
    lines: Vec<String>,
    names: Vec<Option<String>>,
}

impl Source {
    fn raw(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
        self.names.push(None);
    }

    fn holds(&mut self, name: String, condition: String) {
        self.lines.push(format!("_Static_assert({condition}, \"\");"));
        self.names.push(Some(name));
    }

    fn defined(&mut self, name: String, symbol: &str) {
        self.raw(format!("#ifndef {symbol}"));
        self.lines.push("#error not defined".to_string());
        self.names.push(Some(name));
        self.raw("#endif");
    }

    fn same_type(&mut self, name: String, expression: &str, expected: &str) {
        self.holds(
            name,
            format!("__builtin_types_compatible_p(__typeof__({expression}), __typeof__({expected}))"),
        );
    }
}

fn c_string(text: &str) -> String {
    let mut quoted = "\"".to_string();
    for byte in text.bytes() {
        let plain = (32..127).contains(&byte) && !b"\"\\?".contains(&byte);
        if plain {
            quoted.push(char::from(byte));
        } else {
            let _ = write!(quoted, "\\{byte:03o}");
        }
    }
    quoted + "\""
}

fn structure(source: &mut Source, name: &str, fact: &Value) {
    let fields: Vec<(String, String)> = serde_json::from_value(fact["fields"].clone()).unwrap();
    for (field, kind) in &fields {
        source.same_type(
            format!("type of {name}.{field}"),
            &format!("(({name} *)0)->{field}"),
            kind,
        );
    }
    source.raw("#if 0");
    for (model, condition) in [
        ("lp64", "defined(__LP64__)"),
        ("i386", "defined(__i386__)"),
        ("ilp32", "1"),
    ] {
        let Some(layout) = fact.get(model) else { continue };
        source.raw(format!("#elif {condition}"));
        source.holds(
            format!("size of {name}"),
            format!("sizeof({name}) == {}", layout["size"]),
        );
        for ((field, _), offset) in fields.iter().zip(layout["offsets"].as_array().unwrap()) {
            let check = format!("offset of {name}.{field}");
            source.holds(check, format!("offsetof({name}, {field}) == {offset}"));
        }
    }
    source.raw("#endif");
}

fn source(unit: Unit, headers: &[&str]) -> Source {
    let mut source = Source {
        lines: Vec::new(),
        names: Vec::new(),
    };
    SYSTEM.lines().for_each(|line| source.raw(line));
    for header in headers {
        source.raw(format!("#include \"{}\"", header.rsplit('/').next().unwrap()));
    }
    let of_unit = |name: &str| {
        let part = part(name).iter();
        part.filter(|(_, fact)| unit_of(fact) == unit && headers.contains(&fact["header"].as_str().unwrap()))
    };
    for (name, fact) in of_unit("functions") {
        let (name, expected) = (name.as_str(), fact["type"].as_str().unwrap());
        source.same_type(format!("function {name}"), &format!("&{name}"), expected);
    }
    for (name, fact) in of_unit("structs") {
        structure(&mut source, name, fact);
    }
    for (name, fact) in of_unit("enumerators") {
        let (name, value) = fact["name"]
            .as_str()
            .map_or((name.as_str(), &fact["value"]), |own| (own, &fact["value"]));
        source.holds(format!("enumerator {name}"), format!("({name}) == ({value})"));
    }
    for (name, fact) in of_unit("macros") {
        let check = format!("macro {name}");
        source.defined(check.clone(), name);
        if let Some(value) = fact.get("int") {
            source.holds(check, format!("({name}) == ({value}LL)"));
        } else if let Some(value) = fact["string"].as_str() {
            let value = c_string(value);
            source.holds(
                check,
                format!("sizeof({name}) == sizeof({value}) && __builtin_strcmp({name}, {value}) == 0"),
            );
        }
    }
    source
}

/// What of the contract the headers below `include` break, by the compilers there are.
pub fn broken(unit: Unit, include: &Path) -> Vec<String> {
    let all = facts()["headers"].as_array().unwrap().iter();
    let (there, missing): (Vec<&str>, Vec<&str>) = all
        .map(|h| h.as_str().unwrap())
        .partition(|h| include.join(h).is_file());
    let mut complaints: Vec<String> = missing.iter().map(|header| format!("header {header}")).collect();
    let source = source(unit, &there);
    let flags: &[&str] = match unit {
        Unit::Plain => &[],
        Unit::Switches => &["-DMQTTV5", "-DSECURITY_AWARENESS_ENABLE"],
        Unit::Syslog => &["-D_SYS_LOG"],
    };
    let text = [("contract".to_string(), source.lines.join("\n") + "\n")];
    if let Err(output) = compile(&text, &directories(include), &["gnu11"], flags) {
        let before = complaints.len();
        for line in output.lines().filter(|line| line.contains("error:")) {
            let own = line
                .split_once("contract.c:")
                .and_then(|(_, rest)| rest.split(':').next());
            let number = own.and_then(|n| n.parse::<usize>().ok());
            match number.and_then(|n| source.names.get(n - 1)) {
                Some(Some(name)) => complaints.push(name.clone()),
                _ => complaints.push(line.to_string()),
            }
        }
        assert!(complaints.len() > before, "{output}");
    }
    complaints.dedup();
    complaints
}

#[test]
fn the_headers_keep_the_contract() {
    assert!(part("functions").len() > 300 && part("structs").len() > 70);
    assert!(part("enumerators").len() > 150 && part("macros").len() > 350);
    for unit in [Unit::Plain, Unit::Switches, Unit::Syslog] {
        let complaints = broken(unit, &include_root());
        assert!(complaints.is_empty(), "{unit:?}: {complaints:#?}");
    }
}
