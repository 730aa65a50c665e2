#!/usr/bin/env python3
"""Checks the release build: size, what it needs at run time, its name, and that it exports the C ABI and nothing of Rust."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARY = os.path.join(ROOT, "target", "release", "libHWMQTT.so")
SIZE_LIMIT = 3_302_604  # of the first house, which the second kept when it was built: 3,295,064
# What came after it: finding on the LAN, kept group data, DSoftBus of each generation, memory that may be refused, the words of
# IOTA_GetLastError and IOTA_WhyOffline.
ADDED = 166_000
TUNNEL = 1280 * 1024  # more, with the cargo feature tunnel
ALLOWED = re.compile(r"^(libc\.so\.6|libm\.so\.6|libgcc_s\.so\.1|ld-linux.*|linux-vdso.*|linux-gate.*)$")

passed = failed = 0


def check(ok, text):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    print(("ok      " if ok else "FAILED  ") + text)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def listed(feature):
    """The symbols of tests/abi/exports.txt with the default features and this one."""
    names, section = set(), ""
    with open(os.path.join(ROOT, "tests", "abi", "exports.txt"), encoding="ascii") as lines:
        for line in map(str.strip, lines):
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith("#") and section in ("functions", "variables", "cjson", "dconn", "securec", feature):
                names.add(line)
    return names


def main():
    size = os.path.getsize(LIBRARY)
    sections = output("readelf", "-SW", LIBRARY)
    check(".symtab" not in sections and ".debug_info" not in sections, "libHWMQTT.so is stripped")
    exported = [line.split()[-1] for line in output("nm", "-D", "--defined-only", LIBRARY).splitlines()]
    limit = SIZE_LIMIT + ADDED + (TUNNEL if "WssClientCreate" in exported else 0)
    check(size <= limit, f"libHWMQTT.so has {size} bytes, at most {limit}")

    names = [os.path.basename(line.split()[0]) for line in output("ldd", LIBRARY).splitlines() if line.strip()]
    foreign = [name for name in names if not ALLOWED.match(name)]
    check(names and not foreign, f"needs only libc, libm and libgcc_s: {' '.join(names)}")

    dynamic = output("readelf", "-dW", LIBRARY)
    check("Library soname: [libHWMQTT.so]" in dynamic, "SONAME is libHWMQTT.so")
    check("TEXTREL" not in dynamic, "no text relocations")
    check(not re.search(r"RUNPATH|RPATH", dynamic), "no run path")

    wanted = listed("tunnel" if "WssClientCreate" in exported else None)
    differs = sorted(set(exported) ^ wanted)
    check(not differs, f"exports what tests/abi/exports.txt lists{': not ' + ', '.join(differs[:5]) if differs else ''}")
    rust = [name for name in exported if name.startswith(("_ZN", "_R", "rust_", "__rust"))]
    check(exported and not rust, f"{len(exported)} symbols exported, none of Rust{': ' + rust[0] if rust else ''}")
    check(os.path.exists(LIBRARY[:-3] + ".a"), "libHWMQTT.a is there")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
