#!/usr/bin/env python3
"""The library without parts that an image has itself: for every combination of the cargo features cjson, dconn and securec the .so
loads by itself, with all its symbols bound at once, exports what tests/abi/exports.txt lists, and uses nothing of what is off. Then,
without cjson and securec, a program with the system's libcjson and a stand-in for libboundscheck, and the C harness. The last line is
"N passed, N failed".
"""
import itertools
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, "target", "features")
CARGO = os.environ.get("CARGO", "cargo")
FEATURES = ("cjson", "dconn", "securec")
COUNTS = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed", re.M)
passed = failed = 0


def judge(ok, what, output=""):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    print(("ok      " if ok else "FAILED  ") + what + ("" if ok else "\n" + output[-3000:]), flush=True)


def run(*command, **env):
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ, **env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=1800)
    return done.returncode, done.stdout


def build(kinds, features):
    """Builds, and puts the result into target/features; what is wrong, or None."""
    os.makedirs(WORK, exist_ok=True)
    for kind, name in kinds:
        status, output = run(CARGO, "rustc", "--quiet", "--lib", "--crate-type", kind, "--no-default-features", "--features",
                             ",".join(features))
        if status != 0:
            return output
        shutil.copy(os.path.join(ROOT, "target", "debug", name), WORK)
    return None


SHARED, STATIC = ("cdylib", "libHWMQTT.so"), ("staticlib", "libHWMQTT.a")


def listed(features):
    names, section = set(), ""
    with open(os.path.join(ROOT, "tests", "abi", "exports.txt"), encoding="ascii") as lines:
        for line in map(str.strip, lines):
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith("#") and section in ("functions", "variables", *features):
                names.add(line)
    return names


def symbols(library, *options):
    return [line.split() for line in run("nm", "-D", *options, library)[1].splitlines()]


def check(features):
    name = "+".join(features) or "none of them"
    library = os.path.join(WORK, "libHWMQTT.so")
    wrong = build([SHARED], features)
    if wrong is not None:
        judge(False, f"{name}: build", wrong)
        return
    status, output = run(sys.executable, "-c", f"import ctypes, os; ctypes.CDLL({library!r}, mode=os.RTLD_NOW)")
    judge(status == 0, f"{name}: loads by itself", output)
    exported = {words[-1] for words in symbols(library, "--defined-only")}
    differs = sorted(exported ^ listed(features))
    judge(not differs, f"{name}: exports what is listed", ", ".join(differs))
    # A weak reference ("w") is one that may stay open.
    needed = [words[-1] for words in symbols(library, "--undefined-only") if words[-2] == "U"]
    off = [symbol for symbol in needed if re.match(r"cJSON_|.*_s(@|$)|DConn|InitDConn", symbol)]
    judge(not off, f"{name}: needs nothing of what is off", ", ".join(off))


def without_both():
    wrong = build([SHARED, STATIC], ["dconn"])
    if wrong is not None:
        judge(False, "without cjson and securec: build", wrong)
        return
    folder = WORK
    stand_in = os.path.join(WORK, "libboundscheck.so")
    status, output = run("cc", "-shared", "-fPIC", "-O1", "tests/ohos/boundscheck.c", "-o", stand_in)
    judge(status == 0, "a stand-in for libboundscheck", output)
    includes = [f"-Iinclude/{name}" for name in ("", "agentlite", "service", "util", "third_party/cjson")]
    # The program of a callback that gets a cJSON tree uses cJSON; a compiler that drops what no object names would drop it here.
    image = ["-Wl,--no-as-needed", "-l:libcjson.so.1", f"-L{WORK}", "-lboundscheck", f"-Wl,-rpath,{WORK}"]
    for kind, link in (("shared", [f"-L{folder}", "-lHWMQTT", f"-Wl,-rpath,{folder}"]),
                       ("static", [f"{folder}/libHWMQTT.a", "-lpthread", "-ldl", "-lm", "-lgcc_s"])):
        program = os.path.join(WORK, f"features-{kind}")
        status, output = run("cc", "-std=c99", "-Wall", "-Wextra", "-Werror", *includes, "tests/ohos/features.c", "-o", program, *link, *image)
        if status == 0:
            status, output = run("valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite", "--error-exitcode=9", program)
        judge(status == 0, f"{kind}: a program with the system's cJSON and libboundscheck", f"status {status}\n{output}")
    status, output = run(CARGO, "test", "--quiet", "--features", "HWMQTT/tunnel", "--test", "c_programs", "--no-fail-fast", "--", "c_harness::",
                         "--skip", "broken", "--skip", "stress", HWMQTT_LIB_DIR=folder, HWMQTT_C_LINK=" ".join(image))
    counts = [(int(p), int(f)) for p, f in COUNTS.findall(output)]
    good, bad = sum(p for p, _ in counts), sum(f for _, f in counts)
    judge(status == 0 and good > 0 and bad == 0, f"the C harness with the system's cJSON: {good} passed, {bad} failed", output)


def main():
    for count in range(len(FEATURES) + 1):
        for features in itertools.combinations(FEATURES, count):
            check(features)
    without_both()
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
