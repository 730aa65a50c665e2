//! Compiles the border to the program's code, the C-variadic bodies of securec.h and the reader of a `va_list`.

fn main() {
    println!("cargo:rerun-if-changed=src");
    let mut program = hardened();
    for flag in [
        "-fno-asynchronous-unwind-tables",
        "-fno-unwind-tables",
        "-fno-exceptions",
    ] {
        program.flag(flag);
    }
    program
        .file("src/program.c")
        .cargo_metadata(false)
        .compile("c_library_program");

    let mut variadic = hardened();
    variadic.file("src/varargs.c");
    if std::env::var_os("CARGO_FEATURE_SECUREC").is_some() {
        variadic.file("src/third_party/libboundscheck/securec.c");
    }
    variadic.cargo_metadata(false).compile("c_library_varargs");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    println!("cargo:rustc-link-search=native={out}");
}

fn hardened() -> cc::Build {
    let mut c = cc::Build::new();
    c.flag_if_supported("-fstack-protector-strong");
    if std::env::var("OPT_LEVEL").is_ok_and(|level| level != "0") {
        c.flag("-U_FORTIFY_SOURCE").flag("-D_FORTIFY_SOURCE=2"); // which needs an optimising compiler
    }
    c
}
