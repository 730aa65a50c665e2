//! Compiles the C-variadic bodies, names the shared library and keeps `include/` equal to what `src` and `crates/c-library/src` declare.

#[path = "build/mod.rs"]
mod headers;

use std::path::PathBuf;

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    for input in [
        "build.rs",
        "build",
        "cbindgen.toml",
        "src",
        "crates/c-library/src",
        headers::TABLE,
    ] {
        println!("cargo:rerun-if-changed={input}");
    }

    if let Err(cause) = headers::run(&root, &out) {
        panic!("include/ cannot be generated: {cause}");
    }

    // Without unwind tables, for the program's log callback: see crates/c-library/src/program.c.
    let mut c = cc::Build::new();
    c.flag_if_supported("-fstack-protector-strong");
    if std::env::var("OPT_LEVEL").is_ok_and(|level| level != "0") {
        c.flag("-U_FORTIFY_SOURCE").flag("-D_FORTIFY_SOURCE=2"); // which needs an optimising compiler
    }
    c.flag("-fno-asynchronous-unwind-tables")
        .flag("-fno-unwind-tables")
        .file("src/varargs.c");
    if std::env::var_os("CARGO_FEATURE_CJSON").is_none() {
        c.file("src/program_cjson.c");
    }
    if std::env::var_os("CARGO_FEATURE_DCONN").is_none() {
        c.file("src/program_dconn.c");
    }
    c.cargo_metadata(false).compile("hwmqtt_varargs");
    println!("cargo:rustc-link-search=native={}", out.display());
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libHWMQTT.so");
    // Its threads may be on their last instructions when a plug-in is unloaded: the code stays.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
}
