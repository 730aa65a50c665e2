//! `include/` as C and C++ programs see it: up to date, each header usable alone, with the layouts, values and functions of
//! the Rust side.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{compile, compilers, directories, headers, include_root};

include!(concat!(env!("OUT_DIR"), "/layout.rs"));

const STRICT: &[&str] = &["-Wall", "-Wextra", "-Werror"];
/// Every switch that adds declarations; `_SYS_LOG` changes values instead and is tried by itself.
const SWITCHES: &[&str] = &["-DMQTTV5", "-DSECURITY_AWARENESS_ENABLE", "-DSSH_SWITCH"];

/// The include-path lists of existing builds, and what their programs include.
const BUILDS: &[(&[&str], &[&str])] = &[
    (
        &["agentlite", "service", "util", "third_party/cjson", ""],
        &[
            "hw_type.h",
            "iota_init.h",
            "iota_cfg.h",
            "log_util.h",
            "json_util.h",
            "string_util.h",
            "iota_login.h",
            "iota_datatrans.h",
            "iota_defaultCallback.h",
            "iota_bridge.h",
            "cJSON.h",
            "iota_error_type.h",
            "mqttv5_util.h",
            "subscribe.h",
            "soft_bus_datatrans.h",
            "soft_bus_init.h",
            "dconncaseone_interface.h",
        ],
    ),
    (
        &["agentlite", "service", "util", "third_party/cjson", "base", ""],
        &["iota_init.h", "hmac_sha256.h", "mqtt_base.h"],
    ),
    (
        &[
            "agentlite",
            "service",
            "util",
            "third_party/cjson",
            "service/detect_anomaly",
            "service/sys_hal",
            "",
        ],
        &["report_anomaly.h", "detect_anomaly.h", "sys_hal.h"],
    ),
    (
        &[
            "agentlite",
            "service",
            "util",
            "third_party/cjson",
            "third_party/libboundscheck",
            "tunnel",
            "",
        ],
        &["iota_init.h", "securec.h", "wss_client.h"],
    ),
    (&["util", ""], &["log_util.h"]),
];

fn one(text: String) -> [(String, String); 1] {
    [("x".to_string(), text)]
}

fn all_directories() -> Vec<PathBuf> {
    directories(&include_root())
}

#[test]
fn committed_headers_are_what_the_generator_writes() {
    let generated = headers(&Path::new(env!("OUT_DIR")).join("include"));
    let committed = headers(&include_root());
    let names = |map: &BTreeMap<PathBuf, String>| map.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&generated), names(&committed));
    for (name, text) in &generated {
        assert!(
            committed.get(name) == Some(text),
            "include/{} differs from what build.rs generates",
            name.display()
        );
    }
}

#[test]
fn committed_table_of_items_is_what_the_generator_writes() {
    let read = |root: &str| std::fs::read_to_string(Path::new(root).join("docs/configuration.md")).unwrap();
    let (generated, committed) = (read(env!("OUT_DIR")), read(env!("CARGO_MANIFEST_DIR")));
    assert!(generated.contains("EN_IOTA_CFG_EXT_WINDOW"));
    assert_eq!(
        generated, committed,
        "docs/configuration.md differs from what build.rs generates"
    );
}

#[test]
fn each_header_compiles_alone_and_twice() {
    let sources: Vec<(String, String)> = headers(&include_root())
        .keys()
        .map(|header| {
            let line = format!("#include \"{}\"\n", header.file_name().unwrap().to_string_lossy());
            let name = header.file_stem().unwrap().to_string_lossy().into_owned();
            (name, format!("{line}{line}int main(void) {{ return 0; }}\n"))
        })
        .collect();
    let all = &["c99", "c11", "c17", "c++17"][..];
    let ends = &["c99", "c++17"][..];
    for (switches, dialects) in [(&[][..], all), (SWITCHES, ends), (&["-D_SYS_LOG"], ends)] {
        let flags = [STRICT, switches].concat();
        compile(&sources, &all_directories(), dialects, &flags).unwrap_or_else(|e| panic!("{switches:?}: {e}"));
    }
}

#[test]
fn include_path_lists_of_existing_builds_resolve() {
    for (list, included) in BUILDS {
        let directories: Vec<PathBuf> = list.iter().map(|d| include_root().join(d)).collect();
        let source: String = included
            .iter()
            .map(|h| format!("#include \"{h}\"\n#include <{h}>\n"))
            .collect();
        compile(&one(source), &directories, &["gnu17"], STRICT).unwrap_or_else(|e| panic!("{list:?}: {e}"));
    }
}

#[test]
fn layouts_and_values_are_those_of_rust() {
    let mut source = "#include <stddef.h>\n".to_string();
    for header in headers(&include_root()).keys() {
        let _ = writeln!(source, "#include \"{}\"", header.file_name().unwrap().to_string_lossy());
    }
    for (name, size, fields) in STRUCTS {
        let _ = writeln!(source, "_Static_assert(sizeof({name}) == {size}, \"{name}\");");
        for (field, offset) in *fields {
            let _ = writeln!(
                source,
                "_Static_assert(offsetof({name}, {field}) == {offset}, \"{name}.{field}\");"
            );
        }
    }
    for (name, value) in VALUES {
        let _ = writeln!(source, "_Static_assert(({name}) == ({value}), \"{name}\");");
    }
    assert!(STRUCTS.len() > 70 && VALUES.len() > 150);
    compile(&one(source), &all_directories(), &["gnu11"], SWITCHES).unwrap_or_else(|e| panic!("{e}"));
}

/// OpenSSL declares SSL_CTX too, in whichever order a program includes the two.
#[test]
fn ssl_ctx_agrees_with_openssl() {
    let system = tempfile::tempdir().unwrap();
    let openssl = "#ifndef OPENSSL_TYPES_H\n#define OPENSSL_TYPES_H\ntypedef struct ssl_ctx_st SSL_CTX;\n#endif\n";
    std::fs::write(system.path().join("types.h"), openssl).unwrap();
    let flags = [STRICT, &["-isystem", system.path().to_str().unwrap()]].concat();
    let usage =
        "int f(SSL_CTX *a, struct ssl_ctx_st *b);\nint f(SSL_CTX *a, struct ssl_ctx_st *b) { return a == b; }\n";
    for order in [["types.h", "iota_datatrans.h"], ["iota_datatrans.h", "types.h"]] {
        let source = format!("#include <{}>\n#include <{}>\n{usage}", order[0], order[1]);
        compile(
            &one(source),
            &all_directories(),
            &["c99", "c11", "c17", "c++17"],
            &flags,
        )
        .unwrap_or_else(|e| panic!("{e}"));
    }
}

/// What only a library with the cargo feature `tunnel` has.
#[cfg(all(feature = "cjson", feature = "securec"))]
const TUNNEL: &[&str] = &[
    "IOTA_DefaultTunnelCallbackInit",
    "WssClientCreate",
    "WssClientSendDisConn",
    "WssClientSendRsp",
];

/// The shared library has every function that a header declares.
#[cfg(all(feature = "cjson", feature = "securec"))]
#[test]
fn every_declared_function_is_exported() {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
    let library = deps.join("libHWMQTT.so");
    assert!(library.is_file(), "{} is missing", library.display());
    let mut source = String::new();
    let all = || {
        FUNCTIONS
            .iter()
            .filter(|name| cfg!(feature = "tunnel") || !TUNNEL.contains(name))
    };
    for name in all() {
        let _ = writeln!(source, "extern void {name}(void);");
    }
    source += "void (*const all[])(void) = {\n";
    for name in all() {
        let _ = writeln!(source, "    {name},");
    }
    source += "    0\n};\nint main(void) { return all[0] == all[1]; }\n";
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("all.c");
    std::fs::write(&file, source).unwrap();
    let output = Command::new(&compilers()[0].0)
        .args(["-w", "-fno-builtin", "-o"])
        .arg(scratch.path().join("all"))
        .args([&file, &library])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
