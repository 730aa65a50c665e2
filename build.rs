fn main() {
    cc::Build::new()
        .file("src/capi/varargs.c")
        .cargo_metadata(false)
        .compile("hwmqtt_varargs");
    println!("cargo:rustc-link-search=native={}", std::env::var("OUT_DIR").unwrap());
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libHWMQTT.so");
}
