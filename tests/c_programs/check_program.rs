//! `tools/check-program` on the programs of `c_demo/compat`, as sources and as binaries with and without symbols, on programs
//! compiled as against older releases, and on files that are none.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::compat::{GENERATIONS, build};
use crate::support::{root, scratch, successful};

/// What it says about these files, as one program; its exit status.
fn checked(files: &[&Path]) -> (Value, i32) {
    let output = Command::new("python3")
        .arg(root().join("tools/check-program"))
        .arg("--json")
        .args(files)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let said = serde_json::from_str::<Value>(&text).unwrap_or_default();
    (said[0].clone(), output.status.code().unwrap())
}

fn first_and_last(said: &Value) -> (&str, &str) {
    let releases = said["releases"].as_array().unwrap();
    (
        releases.first().unwrap().as_str().unwrap(),
        releases.last().unwrap().as_str().unwrap(),
    )
}

fn words(value: &Value) -> String {
    value.to_string()
}

#[test]
fn sources_of_each_generation() {
    for (name, releases, verdict, action) in [
        (
            "0_5",
            ("0.5.0", "0.9.0"),
            "compile with the header",
            "-DIOTA_COMPAT=0x0005 -include iota_compat.h",
        ),
        (
            "0_9",
            ("0.9.0", "0.9.0"),
            "compile with the header",
            "compile with -include iota_compat.h",
        ),
        (
            "1_0",
            ("1.0.1", "1.1.1"),
            "compile with the header",
            "compile with -include iota_compat.h",
        ),
        (
            "1_1_1",
            ("1.1.1", "1.1.1"),
            "compile with the header",
            "-DIOTA_COMPAT=0x0101 -include iota_compat.h",
        ),
        ("1_1_2", ("1.1.2", "1.2.1"), "served", "-lHWMQTT alone"),
        ("1_1_5", ("1.1.3", "1.2.1"), "served", "-lHWMQTT alone"),
        (
            "1_2_1",
            ("1.2.1", "1.2.1"),
            "compile with the header",
            "compile with -include iota_compat.h",
        ),
    ] {
        let (said, status) = checked(&[&root().join(format!("c_demo/compat/generation_{name}.c"))]);
        assert_eq!((first_and_last(&said), status), (releases, 0), "{name}: {said}");
        assert_eq!(said["verdict"], verdict, "{name}: {said}");
        assert!(words(&said["to_do"]).contains(action), "{name}: {said}");
        assert_eq!(said["missing"], Value::Array(vec![]), "{name}: {said}");
    }
}

/// A stripped copy, and one without section headers, as loaders need none.
fn without_symbols(program: &Path) -> [PathBuf; 2] {
    let stripped = program.with_extension("stripped");
    successful(Command::new("strip").args(["-s", "-o"]).arg(&stripped).arg(program));
    let bare = program.with_extension("bare");
    let mut bytes = std::fs::read(&stripped).unwrap();
    assert_eq!(bytes[4], 2, "a 64-bit program");
    bytes[40..48].fill(0); // e_shoff
    bytes[60..64].fill(0); // e_shnum, e_shstrndx
    std::fs::write(&bare, bytes).unwrap();
    [stripped, bare]
}

/// What we compile fits the library, whatever it was written for, and is seen to.
#[test]
fn binaries_of_each_generation_with_and_without_symbols() {
    for generation in GENERATIONS {
        let program = build(generation, "gcc", "checked", &[]);
        let (whole, _) = checked(&[&program]);
        assert!(
            words(&whole["verdict"]).contains("swap"),
            "{}: {whole}",
            generation.name
        );
        for program in without_symbols(&program) {
            let (said, status) = checked(&[&program]);
            assert_eq!(
                (&said["imports"], status),
                (&whole["imports"], 0),
                "{}: {said}",
                generation.name
            );
            assert_eq!(said["verdict"], whole["verdict"], "{}: {said}", generation.name);
        }
    }
}

/// A C program without a header of ours, linked with a library that has what it calls, as the C SDK had it; stripped.
fn foreign(name: &str, calls: &str) -> PathBuf {
    let directory = scratch("checked/then").join(name);
    std::fs::create_dir_all(&directory).unwrap();
    let functions = calls
        .split(';')
        .filter_map(|call| call.split_once('('))
        .map(|(name, _)| name.trim());
    let sdk: String = functions
        .filter(|name| *name != "puts")
        .map(|name| format!("int {name}() {{ return 0; }}\n"))
        .collect();
    let (source, library, program) = (
        directory.join("a.c"),
        directory.join("libHWMQTT.so"),
        directory.join("a"),
    );
    std::fs::write(&source, sdk).unwrap();
    successful(
        Command::new("gcc")
            .args(["-w", "-shared", "-fPIC", "-o"])
            .args([&library, &source]),
    );
    std::fs::write(&source, format!("int main(void) {{ {calls} return 0; }}")).unwrap();
    successful(
        Command::new("gcc")
            .args(["-w", "-s", "-o"])
            .args([&program, &source])
            .arg(format!("-L{}", directory.display()))
            .arg("-lHWMQTT"),
    );
    program
}

#[test]
fn programs_compiled_for_older_releases() {
    for (name, calls, releases, verdict, why) in [
        (
            "then_0_5",
            "IOTA_SetCallback(0, 0); IOTA_PropertiesReport(0, 1);",
            ("0.5.0", "0.9.0"),
            "compile anew",
            "pass fewer arguments",
        ),
        (
            "then_1_0",
            "IOTA_SetCmdCallback(0); IOTA_Bootstrap(); SubsribeTopic(0, 1);",
            ("1.0.1", "1.1.5"),
            "not served",
            "SubsribeTopic is SubscribeCustomTopic today",
        ),
        (
            "then_1_1",
            "IOTA_SetCmdCallback(0); IOTA_SetMessageCallback(0); PrintfLog(7, \"\"); puts(\"C_v1.1.2\");",
            ("1.1.2", "1.1.2"),
            "swap",
            "numbers of its log levels",
        ),
        (
            "then_1_1_5",
            "IOTA_SetEventCallback(0); IOTA_SetRawMessageCallback(0);",
            ("1.1.3", "1.2.1"),
            "swap or compile anew",
            "if it was written for 1.1.3 to 1.1.5: compile it anew",
        ),
        (
            "then_1_2_0",
            "IOTA_DefaultCallbackInit(); InitClientKit(\"192.0.2.1\"); puts(\"C_v1.2.0\");",
            ("1.2.0", "1.2.0"),
            "compile anew",
            "second argument since 1.2.1",
        ),
        (
            "then_1_2_1",
            "IOTA_DefaultCallbackInit(); softBusParasToTotal(0);",
            ("1.2.1", "1.2.1"),
            "swap",
            "nothing has to be compiled",
        ),
        (
            "internal",
            "IOTA_DefaultCallbackInit(); MqttBase_publish(0, 0, 0, 0, 0);",
            ("1.2.0", "1.2.1"),
            "not served",
            "MqttBase_publish is internal to the C SDK",
        ),
    ] {
        let program = foreign(name, calls);
        let (said, status) = checked(&[&program]);
        assert_eq!(first_and_last(&said), releases, "{name}: {said}");
        assert_eq!(said["verdict"], verdict, "{name}: {said}");
        assert!(words(&said).contains(why), "{name}: {said}");
        assert_eq!(status, i32::from(verdict == "not served"), "{name}: {said}");
    }
}

/// A program that was linked with the C SDK's objects has no imports, and stripped it has no names at all.
#[test]
fn a_program_that_has_the_sdk_built_in() {
    let source = scratch("checked").join("built_in.c");
    let text = r#"
        const char *const texts[] = {"$oc/devices/", "/sys/properties/report", "/sys/messages/up", "C_v1.1.5"};
        int IOTA_Init(char *path) { return path == 0; }
        int IOTA_Connect(void) { return texts[0][0]; }
        int main(void) { return IOTA_Init("."); }
    "#;
    std::fs::write(&source, text).unwrap();
    let program = source.with_extension("static");
    successful(Command::new("gcc").args(["-static", "-o"]).args([&program, &source]));
    let object = source.with_extension("o");
    successful(Command::new("gcc").args(["-c", "-o"]).args([&object, &source]));
    for program in [&program, &without_symbols(&program)[0], &object] {
        let (said, status) = checked(&[program]);
        assert_eq!(
            (&said["verdict"], status),
            (&Value::from("built in"), 1),
            "{program:?}: {said}"
        );
        assert_eq!(first_and_last(&said), ("1.1.5", "1.1.5"), "{program:?}: {said}");
    }
}

#[test]
fn what_is_not_served_and_what_is_no_program() {
    let directory = scratch("checked");
    let source = directory.join("gone.c");
    std::fs::write(
        &source,
        "int f(void) { return IOTA_ServiceReportData(a, b, /* , */ \"(,\"); }",
    )
    .unwrap();
    let (said, status) = checked(&[&source]);
    assert_eq!(
        (status, &said["missing"][0]),
        (1, &Value::from("IOTA_ServiceReportData")),
        "{said}"
    );
    assert!(words(&said["to_do"]).contains("IOTA_PropertiesReport"), "{said}");

    // Two files are one program: the callback stands in the other one.
    let other = directory.join("other.c");
    std::fs::write(
        &source,
        "#include \"iota_init.h\"\nvoid f(void) { IOTA_SetMessageCallback(OnMessage); }",
    )
    .unwrap();
    std::fs::write(
        &other,
        "void OnMessage(EN_IOTA_MESSAGE *m)\n{\n    use(m, \"){\");\n}\n",
    )
    .unwrap();
    let (said, _) = checked(&[&source, &other]);
    assert_eq!(first_and_last(&said), ("1.0.1", "1.1.1"), "{said}");
    assert_eq!(said["verdict"], "compile with the header", "{said}");

    let (said, status) = checked(&[Path::new("/bin/true")]);
    assert_eq!((&said["verdict"], status), (&Value::from("none"), 0), "{said}");
    for (name, bytes) in [
        ("text", b"hello".as_slice()),
        ("cut", &std::fs::read("/bin/true").unwrap()[..70]),
    ] {
        let file = directory.join(name);
        std::fs::write(&file, bytes).unwrap();
        assert_eq!(checked(&[&file]).1, 2, "{name}");
    }
    assert_eq!(checked(&[&directory.join("missing")]).1, 2);
}
