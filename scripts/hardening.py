#!/usr/bin/env python3
"""Prints how the release build is hardened, as a table, and ends with "N passed, N failed": hardening.py [--built DIR]

Rust code has bounds checks in the place of a stack protector and of FORTIFY; both are for the C parts, which the build compiles
with them."""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
C_PARTS = sorted(glob.glob(os.path.join(ROOT, "src", "*.c")) + glob.glob(os.path.join(ROOT, "crates", "c-library", "src", "**", "*.c"), recursive=True))
# Functions that FORTIFY replaces by checking ones.
GUARDED = re.compile(r"^(__\w+_chk|mem(cpy|move|set|pcpy)|st[rp]n?(cpy|cat)|v?s?n?v?printf|v?fprintf|v?dprintf|gets|fgets|read|recv|realpath)$")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def c_parts():
    """What the C parts call, compiled as the build does: whether FORTIFY and the stack protector are at work."""
    called = set()
    with tempfile.TemporaryDirectory() as work:
        for i, source in enumerate(C_PARTS):
            target = os.path.join(work, f"{i}.o")
            output("cc", "-O2", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2", "-c", source, "-o", target)
            called |= {line.split()[-1] for line in output("nm", "-u", target).splitlines() if line.strip()}
    return called


def flagged(build):
    """Whether a build script compiles its C parts with both."""
    with open(os.path.join(ROOT, build), encoding="utf-8") as file:
        text = file.read()
    return "-fstack-protector-strong" in text and "_FORTIFY_SOURCE" in text


def rows(path, called):
    segments, dynamic, header = (output("readelf", option, path) for option in ("-lW", "-dW", "-hW"))
    stack = re.search(r"GNU_STACK.*\s(R\S*)\s+0", segments)
    shared = "Type:" in header and "DYN" in header
    symbols = {line.split()[-1].split("@")[0] for line in output("nm", "-D", "-u", path).splitlines()}
    relro = "GNU_RELRO" in segments and re.search(r"BIND_NOW|FLAGS_1.*NOW", dynamic)
    yield "position independent", shared, "yes" if shared else "no"
    yield "stack not executable", stack is not None and "E" not in stack[1], stack[1] if stack else "?"
    yield "relocations read-only (full RELRO)", bool(relro), "yes" if relro else "no"
    yield "no text relocations", "TEXTREL" not in dynamic, "none"
    yield "no run path", not re.search(r"RUNPATH|RPATH", dynamic), "none"
    writable = [line for line in segments.splitlines() if re.search(r"LOAD.* RWE ", line)]
    yield "nothing writable and executable", not writable, "none"
    if path.endswith(".so"):
        build = all(flagged(name) for name in ("build.rs", "crates/c-library/build.rs"))
        protected = "__stack_chk_fail" in symbols
        yield "stack protector in the C parts", build and protected, "strong" if protected else "absent"
        guarded = sorted(name for name in called if GUARDED.match(name))
        checking = sorted(name for name in symbols if re.match(r"__\w+_chk$", name))
        fine = build and (not guarded or bool(checking))
        yield "FORTIFY in the C parts", fine, f"level 2; calls that it guards: {len(guarded)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--built", default=os.path.join(ROOT, "target", "release"))
    options = parser.parse_args()
    called, passed, failed = c_parts(), 0, 0
    for name in ("libHWMQTT.so", "iotda-sim"):
        print(name)
        for what, ok, how in rows(os.path.join(options.built, name), called):
            passed, failed = passed + ok, failed + (not ok)
            print(f"  {what:<36} {how:<34} {'ok' if ok else 'FAILED'}")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
