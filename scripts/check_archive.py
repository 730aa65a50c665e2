#!/usr/bin/env python3
"""Checks the static library of the release build: what is global in it, its size, another Rust library beside it on either side, a program's
own cJSON and libboundscheck, and the smallest program.

    scripts/check_archive.py [--built DIR] [--rustls]     --rustls: also beside rustls' C library (fetched and built: minutes)
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIELD = os.path.join(ROOT, "tests", "field")
SIZE_LIMIT = 9 * 1000 * 1000
SMALLEST_LIMIT = 2500 * 1000  # the aim is 2,300,000
SYSTEM = ["-lpthread", "-ldl", "-lm"]
INCLUDES = [f"-I{folder}" for folder, _, _ in os.walk(os.path.join(ROOT, "include"))]

RUSTLS = """[package]
name = "beside"
version = "0.0.0"
edition = "2021"
[lib]
crate-type = ["staticlib"]
[dependencies]
rustls-ffi = { version = "0.15", default-features = false, features = ["ring"] }
[workspace]
"""
WITH_RUSTLS = """#include <stdio.h>
#include <string.h>
#include "iota_init.h"
typedef struct { const char *data; size_t len; } text;
text rustls_version(void);
int main(void)
{
    char place[] = "/tmp";
    text version = rustls_version();
    int result = IOTA_Init(place);
    printf("%.*s, IOTA_Init %d\\n", (int)version.len, version.data, result);
    IOTA_Destroy();
    return result != 0 || strstr(version.data, "rustls") == NULL;
}
"""
OWN = """#include <stdio.h>
#include "cJSON.h"
#include "iota_init.h"
#include "json_util.h"
#include "securec.h"
/* The program's own, of which it is to be seen that they win. */
char *cJSON_Print(const cJSON *item) { (void)item; return (char *)"own"; }
errno_t strcpy_s(char *to, size_t room, const char *from) { (void)to; (void)room; (void)from; return 4711; }
int main(void)
{
    char place[] = "/tmp", text[8] = "";
    cJSON *item = cJSON_CreateObject();
    int result = IOTA_Init(place);
    printf("%s %d %d\\n", cJSON_Print(item), strcpy_s(text, 8, "x"), result);
    cJSON_Delete(item);
    IOTA_Destroy();
    return 0;
}
"""
SMALLEST = """#include "iota_init.h"
#include "iota_login.h"
#include "iota_cfg.h"
#include "soft_bus_datatrans.h"
#include "iota_datatrans.h"
#include "subscribe.h"
static void soft_bus(HW_CHAR *device, EN_IOTA_MQTT_MSG_INFO *info, EN_IOTA_SERVICE_EVENT *event) { (void)device; (void)info; (void)event; }
int main(int argc, char **argv)
{
    if (argc < 5 || IOTA_Init(argv[1]) != 0) {
        return 1;
    }
    IOTA_ConnectConfigSet(argv[2], argv[3], argv[4], argv[5]);
    IOTA_SetEvenSoftBusCallback(soft_bus);
    IOTA_Connect();
    SubscribeAll();
    IOTA_GetLatestSoftBusInfo(NULL, NULL, NULL);
    return getSoftBusTotal()->count;
}
"""

passed = failed = 0


def check(ok, what):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    print(("ok      " if ok else "FAILED  ") + what, flush=True)


def output(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


def listed(features):
    names, section = set(), ""
    with open(os.path.join(ROOT, "tests", "abi", "exports.txt"), encoding="ascii") as lines:
        for line in map(str.strip, lines):
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith("#") and section in features:
                names.add(line)
    return names


def globals_of(archive):
    symbols = output("nm", "--defined-only", "--extern-only", "--format=posix", archive).splitlines()
    return {line.split()[0]: line.split()[1] for line in symbols if len(line.split()) >= 3}


def content(archive):
    names = globals_of(archive)
    features = {"functions", "variables", "cjson", "dconn", "securec"} | ({"tunnel"} if "WssClientCreate" in names else set())
    wanted = listed(features)
    differs = sorted(set(names) ^ wanted)
    check(not differs, f"{len(names)} global symbols, those of tests/abi/exports.txt{': not ' + ', '.join(differs[:5]) if differs else ''}")
    members = output("ar", "t", archive).split()
    check(members == ["HWMQTT.o"], f"one relocatable object: {' '.join(members[:3])}")
    weak = [name for name in names if name.startswith("cJSON_") and names[name] not in "WV"]
    check(not weak, "cJSON's functions are weak")
    sections = output("readelf", "-SW", archive)
    found = [name for name in (".debug_info", ".debug_line", ".llvmbc", ".llvmcmd") if name in sections]
    check(not found, f"no debug information, no bitcode {' '.join(found)}")
    size = os.path.getsize(archive)
    check(size <= SIZE_LIMIT, f"libHWMQTT.a has {size} bytes, at most {SIZE_LIMIT}")


def programs(archive, work):
    def built(name, text, *libraries):
        source, program = os.path.join(work, name + ".c"), os.path.join(work, name)
        with open(source, "w", encoding="ascii") as file:
            file.write(text)
        output("gcc", "-Wall", "-Wextra", "-Werror", *INCLUDES, source, "-o", program, *libraries)
        return program

    other = os.path.join(work, "libother.a")
    output("rustc", "--edition", "2021", "-O", "--crate-type", "staticlib", "-o", other, os.path.join(FIELD, "other.rs"))
    with open(os.path.join(FIELD, "two_rust_libraries.c"), encoding="utf-8") as file:
        text = file.read()
    for what, libraries in (("before", [archive, other]), ("behind", [other, archive])):
        try:
            said = output(built(f"two_{what}", text, *libraries, *SYSTEM))
            check("other 45, IOTA_Init 0" in said, f"{what} another library of Rust code: {said.strip()}")
        except subprocess.CalledProcessError as cause:
            check(False, f"{what} another library of Rust code: {(cause.stderr or '')[-300:]}")
    said = output(built("own", OWN, archive, *SYSTEM))
    check(said.strip() == "own 4711 0", f"a program's own functions of cJSON and libboundscheck win: {said.strip()}")
    with open(os.path.join(ROOT, "tests", "near", "replaced.c"), encoding="utf-8") as file:
        output(built("replaced", file.read(), archive, *SYSTEM))
    check(True, "a program's own near-field kit wins, for the library's calls too")
    if "WssClientCreate" not in globals_of(archive):
        program = built("smallest", SMALLEST, "-Os", "-s", "-Wl,--gc-sections", archive, *SYSTEM)
        size = os.path.getsize(program)
        check(size <= SMALLEST_LIMIT, f"the smallest soft bus program has {size} bytes, at most {SMALLEST_LIMIT}")


def rustls(archive, work):
    """rustls' C library as most programs would have it: another Rust archive of some size."""
    crate = os.path.join(work, "beside")
    os.makedirs(os.path.join(crate, "src"))
    with open(os.path.join(crate, "Cargo.toml"), "w", encoding="ascii") as file:
        file.write(RUSTLS)
    with open(os.path.join(crate, "src", "lib.rs"), "w", encoding="ascii") as file:
        file.write("pub use rustls_ffi::*;\n")
    target = os.path.join(ROOT, "target", "rustls-beside")
    output("cargo", "build", "--quiet", "--manifest-path", os.path.join(crate, "Cargo.toml"), "--target-dir", target)
    other = os.path.join(target, "debug", "libbeside.a")
    source, program = os.path.join(work, "with_rustls.c"), os.path.join(work, "with_rustls")
    with open(source, "w", encoding="ascii") as file:
        file.write(WITH_RUSTLS)
    for what, libraries in (("before", [archive, other]), ("behind", [other, archive])):
        try:
            output("gcc", *INCLUDES, source, "-o", program, *libraries, *SYSTEM)
            said = output(program)
            check(re.search("rustls.*IOTA_Init 0", said), f"{what} rustls' C library: {said.strip()}")
        except subprocess.CalledProcessError as cause:
            check(False, f"{what} rustls' C library: {(cause.stderr or '')[-300:]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--built", default=os.path.join(ROOT, "target", "release"))
    parser.add_argument("--rustls", action="store_true")
    options = parser.parse_args()
    archive = os.path.join(options.built, "libHWMQTT.a")
    with tempfile.TemporaryDirectory() as work:
        try:
            content(archive)
            programs(archive, work)
            if options.rustls:
                rustls(archive, work)
        except subprocess.CalledProcessError as cause:
            check(False, f"{' '.join(cause.cmd[:3])}: {(cause.stderr or '')[-600:]}")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
