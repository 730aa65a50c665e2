//! `docs/migrating.md` and its Chinese text: each claim names its test, and the tests are there; and claims that have no other test.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::support::{include_flags, libraries, root, scratch, successful};

/// The tests that a line names.
fn tests(line: &str) -> Vec<&str> {
    let parts = line.split("[test: ").skip(1);
    parts.map(|rest| rest.split_once(']').unwrap().0).collect()
}

/// Bullets, and rows of tables but for the heads.
fn claims(text: &str) -> Vec<&str> {
    let lines = text.lines();
    let claim = |line: &&str| line.starts_with("- ") || line.starts_with("| ");
    lines.filter(claim).skip(1).collect()
}

fn functions(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let parts = text.split("#[test]\n").skip(1);
            let names = parts.filter_map(|part| Some(part.split_once("fn ")?.1.split_once('(')?.0.to_string()));
            found.extend(names);
        }
    }
}

#[test]
fn each_claim_names_tests_that_there_are() {
    let read = |name: &str| std::fs::read_to_string(root().join("docs").join(name)).unwrap();
    let (english, chinese) = (read("migrating.md"), read("migrating_CN.md"));
    let mut known = BTreeSet::new();
    for directory in ["tests", "crates", "src"] {
        functions(&root().join(directory), &mut known);
    }
    assert!(claims(&english).len() > 30);
    for claim in claims(&english) {
        assert!(!tests(claim).is_empty(), "no test: {claim}");
        for test in tests(claim) {
            assert!(known.contains(test), "there is no test {test}: {claim}");
        }
    }
    let named = |text: &str| -> Vec<Vec<String>> {
        let list = claims(text).into_iter();
        list.map(|claim| tests(claim).into_iter().map(str::to_string).collect())
            .collect()
    };
    assert_eq!(named(&english), named(&chinese), "the Chinese text names other tests");
}

/// Compiles without a warning, by both compilers, links with the library alone, and runs.
fn runs(name: &str, flags: &[&str], body: &str) {
    let source = scratch("migrating").join(name).with_extension("c");
    std::fs::write(&source, body).unwrap();
    for compiler in ["gcc", "clang"] {
        let program = source.with_extension(compiler);
        let directory = libraries();
        successful(
            Command::new(compiler)
                .args(["-Wall", "-Wextra", "-Werror", "-include", "iota_compat.h", "-o"])
                .args([&program, &source])
                .args(flags)
                .args(include_flags())
                .arg(format!("-L{}", directory.display()))
                .arg(format!("-Wl,-rpath,{}", directory.display()))
                .arg("-lHWMQTT"),
        );
        successful(&mut Command::new(program));
    }
}

#[test]
fn the_names_of_before_0_5() {
    let body = r#"
        #include "iota_init.h"
        #include "LogUtil.h"
        #include "JsonUtil.h"
        #include "StringUtil.h"
        int main(void)
        {
            JSON *object = JSON_CreateObject();
            int before = IOTA_Auth() == IOTA_Connect() && IOTA_Login() == IOTA_Connect() && IOTA_Logout() == IOTA_DisConnect();
            char block[4];
            PrintfLog(EN_LOG_LEVEL_INFO, "nothing");
            JSON_Delete(object);
            StrMemSet(block, 'x', sizeof(block));
            return before && StringLength("abc") == 3 && ConstStringLength("abcd") == 4 && block[3] == 'x' ? 0 : 1;
        }
    "#;
    runs("before_0_5", &[], body);
    runs("before_0_5_said", &["-DIOTA_COMPAT=0x0005"], body);
}

#[test]
fn the_calls_of_1_2_0() {
    let body = r#"
        #include <stddef.h>
        #include "soft_bus_init.h"
        #include "soft_bus_datatrans.h"
        int main(void)
        {
            char address[] = "";
            int both = InitServerKit(NULL) + InitClientKit(NULL) + InitServerKit(NULL, NULL) + InitClientKit(NULL, address);
            return both == -4 && releaseSoftBusCache() == 0 ? 0 : 1;
        }
    "#;
    runs("of_1_2_0", &[], body);
    runs("of_1_2_0_said", &["-DIOTA_COMPAT=0x0102"], body);
    // In 1.1 it returned a pointer.
    let pointer = body.replace("releaseSoftBusCache() == 0", "(text = releaseSoftBusCache()) == NULL");
    let pointer = pointer.replace("char address[] = \"\";", "char address[] = \"\", *text;");
    runs("of_1_1", &["-DIOTA_COMPAT=0x0101"], &pointer);
}

/// The header includes nothing that would decide about the system's headers before the program does.
#[test]
fn a_programs_feature_macros_still_work() {
    let body = r#"
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <stdlib.h>
        int main(void)
        {
            char *text = NULL;
            int length = asprintf(&text, "%d", 42);
            free(text);
            return length == 2 ? 0 : 1;
        }
    "#;
    runs("feature_macros", &["-std=c11"], body);
}

/// C++ has the older calls as overloads.
#[test]
fn the_header_in_cplusplus() {
    let body = r#"
        #include <cstring>
        static void older(EN_IOTA_MESSAGE *) {}
        static void newer(EN_IOTA_MESSAGE *, void *) {}
        static void plain(HW_VOID *, HW_INT, HW_INT, HW_CHAR *) {}
        int main()
        {
            char text[] = "x";
            ST_IOTA_SERVICE_DATA_INFO services[1] = {};
            IOTA_SetCallback(EN_IOTA_CALLBACK_MESSAGE_DOWN, plain);
            IOTA_SetMessageCallback(older);
            IOTA_SetMessageCallback(newer);
            IOTA_SetMessageCallback(NULL);
            int item = EN_IOTA_CALLBACK_CONNECT_SUCCESS;
            IOTA_SetProtocolCallback(item, nullptr);
            int refused = IOTA_PropertiesReport(services, 1) + IOTA_PropertiesReport(services, 1, 0, NULL) + IOTA_Bootstrap() +
                IOTA_Bootstrap(text) + IOTA_CommandResponse(text, 0, text, text) + SubsribeTopic(text) +
                IOTA_ReportDeviceLog(text, text, 1, text, NULL) + InitClientKit(NULL);
            return refused == -8 && ConstStringLength(text) == std::strlen(text) ? 0 : refused;
        }
    "#;
    for flags in [
        &["-std=c++17", "-x", "c++"][..],
        &["-std=c++11", "-x", "c++", "-DIOTA_COMPAT=0x0005"],
    ] {
        let name = format!("cplusplus_{}", flags.len());
        let source = scratch("migrating").join(name).with_extension("cpp");
        std::fs::write(&source, body).unwrap();
        for compiler in ["g++", "clang++"] {
            let program = source.with_extension(compiler);
            let directory = libraries();
            successful(
                Command::new(compiler)
                    .args(["-Wall", "-Wextra", "-Werror", "-include", "iota_compat.h"])
                    .args(flags)
                    .arg("-o")
                    .args([&program, &source])
                    .args(include_flags())
                    .arg(format!("-L{}", directory.display()))
                    .arg(format!("-Wl,-rpath,{}", directory.display()))
                    .arg("-lHWMQTT"),
            );
            successful(&mut Command::new(program));
        }
    }
}
