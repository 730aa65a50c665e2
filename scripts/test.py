#!/usr/bin/env python3
"""Runs the parts of `make test`, or with the argument `check` those of `make check`, one after the other, shows a line for each, and ends with "N passed, N failed".

The whole output of a part is in target/test-logs/NAME.log and is shown when the part fails. With part names as arguments
only these run.
"""
import hashlib
import os
import re
import subprocess
import sys
import threading
import time

import sanitizer

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(ROOT, "target", "test-logs")
CARGO = os.environ.get("CARGO", "cargo")
CONFORMANCE = os.path.join(ROOT, "tests", "conformance")
SUITES = os.environ.get("SUITE", "all")
CARGO_COUNTS = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed", re.M)
PLAIN_COUNTS = re.compile(r"^(\d+) passed, (\d+) failed", re.M)


def run(name, command, env=None, seconds=1800):
    """Runs one command; gives (exit status, output). Standard error is part of the output."""
    environment = dict(os.environ, **(env or {}))
    environment.setdefault("RUST_BACKTRACE", "1")
    path = os.path.join(LOGS, name + ".log")
    with open(path, "a", encoding="utf-8") as log:
        log.write("$ " + " ".join(command) + "\n")
        log.flush()
        start = log.tell()
        try:
            status = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                    stderr=subprocess.STDOUT, timeout=seconds).returncode
        except subprocess.TimeoutExpired:
            log.write(f"ended: not done after {seconds} s\n")
            status = 124
        except OSError as cause:
            log.write(f"{command[0]}: {cause}\n")
            status = 127
    with open(path, encoding="utf-8", errors="replace") as log:
        log.seek(start)
        return status, log.read()


class Part:
    """Counts of one part. A command without counts of its own counts as one."""

    def __init__(self, name):
        self.name, self.passed, self.failed, self.output = name, 0, 0, ""

    def one(self, what, command, env=None):
        status, output = run(self.name, command, env)
        self.output += output
        self.judge(status == 0, what)
        return status == 0

    def judge(self, ok, what):
        self.passed += ok
        self.failed += not ok
        if not ok:
            self.output += f"FAILED: {what}\n"

    def counted(self, command, env=None, seconds=1800):
        status, output = run(self.name, command, env, seconds)
        self.output += output
        found = CARGO_COUNTS.findall(output) or PLAIN_COUNTS.findall(output)  # cargo's output may show those of C programs
        counts = [(int(p), int(f)) for p, f in found]
        passed, failed = sum(p for p, _ in counts), sum(f for _, f in counts)
        self.passed += passed
        self.failed += failed
        if passed + failed == 0:
            self.judge(False, f"no test ran: {' '.join(command)}")
        elif status != 0 and failed == 0:
            self.judge(False, f"status {status}: {' '.join(command)}")


def tree_hash(directory):
    digest = hashlib.sha256()
    for folder, folders, files in sorted(os.walk(os.path.join(ROOT, directory))):
        folders.sort()
        for file in sorted(files):
            path = os.path.join(folder, file)
            digest.update(path.encode())
            with open(path, "rb") as content:
                digest.update(content.read())
    return digest.hexdigest()


INCLUDE_BEFORE = tree_hash("include")


# Everything but the release build has the cargo features that are off by default, too.
ALL_FEATURES = ["--features", "HWMQTT/tunnel"]


def lint(part):
    """rustfmt, clippy without warnings, files without circles, citations, and include/ as the build makes it."""
    part.one("rustfmt", [CARGO, "fmt", "--all", "--check"])
    part.one("clippy", [CARGO, "clippy", "--quiet", "--workspace", "--all-targets", *ALL_FEATURES, "--", "-D", "warnings"])
    part.one("clippy, default features", [CARGO, "clippy", "--quiet", "--lib", "--", "-D", "warnings"])
    part.one("rustdoc", [CARGO, "doc", "--quiet", "--workspace", "--no-deps", *ALL_FEATURES], {"RUSTDOCFLAGS": "-D warnings"})
    part.one("no circles between files", ["scripts/circles.py"])
    part.one("licences, bans and sources (cargo-deny)", [sys.executable, "scripts/deny.py"])
    part.one("contract of declarations", ["scripts/contract.py", "--check"])
    part.one("citations and header comments", ["scripts/citations.py"])
    part.judge(tree_hash("include") == INCLUDE_BEFORE, "the build changes include/: commit what it generates")


def release(part):
    """Release build of the library, the simulator and the demo program, by both compilers."""
    if part.one("release build", ["make", "-s", "release"]):
        for compiler in ("gcc", "clang"):
            part.one(f"demo program by {compiler}",
                     ["make", "-s", "-C", "c_demo", f"CC={compiler}", f"OUT=../target/c_demo/{compiler}"])
        part.one("demo program", ["make", "-s", "-C", "c_demo", "OUT=../target/c_demo"])


def rust(part):
    """All Rust tests; among them the C harness by gcc and clang, with the shared and the static library."""
    part.counted([CARGO, "test", "--quiet", "--workspace", *ALL_FEATURES, "--no-fail-fast"])


def harness(part, kind):
    part.counted([CARGO, "test", "--quiet", *ALL_FEATURES, "--test", "c_programs", "--no-fail-fast", "--", "--skip", "utilities_vectors", "--skip", "newest::", "--skip", "check_program::", "--skip", "swapped::", "--skip", "migrating::"],
                 {"HWMQTT_C_UNDER": kind})
    part.counted([CARGO, "test", "--quiet", *ALL_FEATURES, "--test", "remote_login", "c_program"], {"HWMQTT_C_UNDER": kind})


def valgrind(part):
    """The C programs (harness, helpers, older generations) under valgrind: no error, no leak."""
    harness(part, "valgrind")


def asan(part):
    """The C programs (harness, helpers, older generations) built with AddressSanitizer, leak check included."""
    harness(part, "asan")


def stress(part):
    """10,000 bus infos while four threads read everything, with the release library: constant memory."""
    part.counted([CARGO, "test", "--quiet", *ALL_FEATURES, "--test", "c_programs", "c_harness::stress"], {"HWMQTT_LIB_DIR": "target/release"})


def tsan(part):
    """The roster and the table behind getSoftBusTotal under ThreadSanitizer."""
    part.counted([sys.executable, "scripts/tsan.py"])


def checks(part):
    """Size, dependencies and SONAME of the release build; its cJSON against the system's."""
    part.counted([sys.executable, "scripts/check_release.py"])
    part.counted([sys.executable, "scripts/hardening.py"])
    part.counted([sys.executable, "scripts/readme.py"])
    part.counted([sys.executable, "scripts/docs.py"])
    program = os.path.join("target", "c_demo", "cjson_ratio")
    if part.one("build of benches/cjson.c", ["cc", "-std=c99", "-O2", "benches/cjson.c", "-o", program, "-ldl"]):
        part.one("cJSON at most twice as slow as libcjson", [program, "target/release/libHWMQTT.so", "libcjson.so.1"])


def installed(part):
    """An installed prefix as a new user finds it: C99 to C++17, gcc, clang, pkg-config, CMake, meson, shared and static."""
    part.counted([sys.executable, "scripts/installed.py"])


def real(part):
    """What `make real` does, against the platform of this machine under another name, with an authority of its own."""
    part.counted([sys.executable, "scripts/real_posed.py"])


def beside_rustls(part):
    """The static library beside rustls' C library, in both orders."""
    part.counted([sys.executable, "scripts/check_archive.py", "--rustls"])


def debian(part):
    """The Debian packages, installed and used in a root of their own."""
    part.counted([sys.executable, "scripts/debian_packages.py"])


def archive(part):
    """The static library: only the interface is global, beside another library of Rust code, sizes."""
    part.counted([sys.executable, "scripts/check_archive.py"])


def demo(part):
    """The soft bus flow of ten steps; then a device moves and restarts, the platform stops and starts, and the link stands."""
    part.counted([sys.executable, "scripts/demo.py"])


def demo_group(part):
    """Three devices in one group, and an update of the group in the middle."""
    part.counted([sys.executable, "scripts/demo_group.py"])


def lan(part):
    """Each LAN scenario once, in network namespaces: starts in any order, moves, the platform's end, kept data, a new key."""
    part.counted([sys.executable, "scripts/lan.py"])
    part.counted([sys.executable, "scripts/demo.py"], {"HWMQTT_DEMO_LOOPBACK": "1"})


def find(part):
    """Members find each other on a LAN of network namespaces: the first four scenarios."""
    part.counted([sys.executable, "scripts/find.py", "quick"])


def find_long(part):
    """All scenarios of finding members on a LAN, floods among them, and a million strange packets."""
    part.counted([sys.executable, "scripts/find.py"])
    part.counted([CARGO, "test", "--quiet", "--package", "nearlink", "--lib", "find::tests::no_packet_is_too_strange"],
                 {"HWMQTT_SOAK": "1", "CARGO_PROFILE_TEST_OPT_LEVEL": "2", "CARGO_TARGET_DIR": os.path.join("target", "soak")})


def capabilities(part):
    """A demo program per capability against the simulator: messages, properties, commands, shadow, gateway, …"""
    part.counted([sys.executable, "scripts/capability.py"])


def conformance(part):
    """The vectors on the release build, its interface and headers against abi.json, and wrong vectors, which must fail."""
    library = ["--lib", "target/release/libHWMQTT.so"]
    part.counted([sys.executable, os.path.join(CONFORMANCE, "run.py"), *library, "--suite", SUITES])
    part.counted([sys.executable, os.path.join(CONFORMANCE, "abi_check.py"), *library, "--include", "include"])
    part.one("changed vectors are noticed", [sys.executable, os.path.join(CONFORMANCE, "selfcheck.py"), *library, "--count", "10"])


def asan_library(part, *features):
    """Builds the library with AddressSanitizer; its path, None when that fails."""
    host = sanitizer.host()
    target = os.path.join("target", "asan")
    built = part.one("build with AddressSanitizer", [CARGO, "rustc", "--quiet", "--lib", "--crate-type", "cdylib", "--target", host,
                                                     "--target-dir", target, *features], sanitizer.environment("address"))
    return os.path.join(target, host, "debug", "libHWMQTT.so") if built else None


def conformance_asan(part):
    """The vectors on a library whose Rust code is built with AddressSanitizer."""
    library = asan_library(part)
    if library is None:
        return
    # The library leaves the runtime to the program, and Python has none.
    runtime = subprocess.run(["clang", "-print-file-name=libclang_rt.asan-x86_64.so"], capture_output=True, text=True,
                             check=True).stdout.strip()
    report = os.path.join(LOGS, "conformance_asan.report")
    reports = lambda: [os.path.join(LOGS, name) for name in os.listdir(LOGS) if name.startswith(os.path.basename(report))]
    for old in reports():
        os.remove(old)
    part.counted([sys.executable, os.path.join(CONFORMANCE, "run.py"), "--lib", library, "--suite", SUITES],
                 {"LD_PRELOAD": runtime, "PYTHONMALLOC": "malloc",
                  "ASAN_OPTIONS": f"detect_leaks=0:detect_odr_violation=0:log_path={report}"})
    part.judge(not reports(), f"AddressSanitizer has something to say: {report}.*")


def doors(part):
    """The long forms of the attacks: evil platform, planted files, names that change hands, floods; those of root must be played."""
    long = {"HWMQTT_SOAK": "1", "HWMQTT_ROOT": "required" if os.geteuid() == 0 else ""}
    part.counted([CARGO, "test", "--quiet", *ALL_FEATURES, "--test", "session", "--", "attacks::", "insecure_settings::"], long)
    part.counted([CARGO, "test", "--quiet", *ALL_FEATURES, "--test", "protocol", "softbus_memory::"], long)
    part.counted([CARGO, "test", "--quiet", "--package", "iotda-device", "--lib", "services::place"], long)


def soak(part):
    """The long forms of the stress test, of cut connections and killed processes, and of the outbox against its model."""
    part.counted([CARGO, "test", "--quiet", "--test", "c_programs", "c_harness::stress"],
                 {"HWMQTT_SOAK": "1", "HWMQTT_LIB_DIR": "target/release"})
    part.counted([CARGO, "test", "--quiet", "--test", "session", "--", "chaos::", "spool_kill::"],
                 {"HWMQTT_SOAK": "1"})
    part.counted([CARGO, "test", "--quiet", "--package", "iotda-device", "--lib", "session::tests::suspects"],
                 {"HWMQTT_SOAK": "1"})
    part.counted([CARGO, "test", "--quiet", "--package", "iotda-device", "--lib", "outbox::model_tests"],
                 {"HWMQTT_SOAK": "1", "CARGO_PROFILE_TEST_OPT_LEVEL": "2", "CARGO_TARGET_DIR": os.path.join("target", "soak")})


FIELD = [sys.executable, "tests/field/field.py", "--lib", "target/release/libHWMQTT.so", "--include", "include"]
# What does not wait for minutes by its nature.
QUICK = "daemon|why|no_root|forked|closed|stack|static|dlclose|little|spool|exception|signal|typed|keep_alive|bom|v1"


def field_quick(part):
    """Programs of the field that fork, have little memory, large stacks, plug-ins, signals, exceptions, typing mistakes."""
    part.counted([*FIELD, "--only", QUICK])


REFUSALS = [sys.executable, "tests/field/refusals.py", "--lib", "target/release/libHWMQTT.so", "--include", "include"]


def refusals_quick(part):
    """A program's day while the allocations 1, 8, 15 ... of 16 KiB or more fail, one at a time."""
    part.counted([*REFUSALS, "--last", "160", "--step", "7"])


def refusals(part):
    """A program's day while one allocation of 16 KiB or more fails, each in turn; and many in a row."""
    part.counted([*REFUSALS, "--last", "500"])
    part.counted([*REFUSALS, "--last", "500", "--tls"])
    part.counted([*REFUSALS, "--last", "160", "--step", "7", "--run", "60"])


def field(part):
    """All programs of the field, in two variations."""
    for variation in ("0", "3"):
        part.counted([*FIELD, "--vary", variation])


def brokers(part):
    """The library against mosquitto, paho and mqtt.js against the simulator: TCP, TLS, WebSocket, both versions."""
    part.counted([sys.executable, "tests/brokers/mosquitto.py", "target/release/libHWMQTT.so", "include"])
    part.counted([sys.executable, "tests/brokers/clients.py"])


def simulator(part):
    """The simulator's long forms: 10^7 fuzzed packets, 4 MiB messages and hostile connections for three minutes."""
    part.counted([CARGO, "test", "--quiet", "--package", "iotda-sim", "--lib", "no_input_is_too_strange"],
                 {"IOTDA_SIM_FUZZ": "10000000"})
    part.counted([CARGO, "test", "--quiet", "--package", "iotda-sim", "--test", "strict"], {"IOTDA_SIM_SECONDS": "180"})


def random_calls(part):
    """Random sequences of all exported functions (SEQUENCES, 2,000; the first is FIRST), everything with AddressSanitizer."""
    library = asan_library(part, "--features", "tunnel")
    if library is not None:
        sequences = os.environ.get("SEQUENCES", "2000")
        part.counted([sys.executable, "tests/random/play.py", "--lib", library, "--include", "include", "--asan", "--tunnel",
                      "--simulator", "target/release/iotda-sim", "--sequences", sequences, "--first", os.environ.get("FIRST", "1")],
                     seconds=1800 + 2 * int(sequences))


def dsoftbus(part):
    """The soft bus flow over a mock of OpenHarmony's DSoftBus, of each generation; the first tells no addresses."""
    for generation in ("31", "32", "50", "60"):
        part.counted([sys.executable, "scripts/demo_dsoftbus.py"], {"GENERATION": generation})


def ohos_gn(part):
    """The build files of ohos/ under the real gn and ninja, and the library without what an image has itself."""
    part.counted([sys.executable, "scripts/ohos_gn.py"])
    part.counted([sys.executable, "scripts/features.py"])


def fuzz_short(part):
    """Each fuzz target under AddressSanitizer, 50,000 executions."""
    for target in ("frame", "find", "json", "cjson", "downlink"):
        part.one(f"fuzz {target}", ["bash", "fuzz/run.sh", target, "50000"])


def tools(part):
    """What the tests need is there."""
    part.one("tools", ["sh", "scripts/tools.sh"])


PARTS = {part.__name__: part for part in
         (tools, lint, release, rust, valgrind, asan, stress, tsan, checks, installed, archive, debian, demo, demo_group, find, real, capabilities, conformance,
          field_quick, refusals_quick, conformance_asan, soak, doors, lan, field, refusals, brokers, simulator, dsoftbus, ohos_gn, random_calls, fuzz_short, find_long, beside_rustls)}
# The long forms: `make check`. All others: `make test`.
LONG = ("conformance_asan", "soak", "doors", "lan", "field", "refusals", "brokers", "simulator", "dsoftbus", "ohos_gn", "random_calls", "fuzz_short", "find_long", "beside_rustls")
DEFAULT = [name for name in PARTS if name not in LONG]
NEEDED = ("tools", "release")
BESIDE = ("release", "tsan")
WITHOUT_RELEASE = ("lint", "rust", "valgrind", "asan")  # the rest waits for the release build


def perform(names, done):
    """Runs parts one after the other; `done` takes their counts."""
    for name in names:
        open(os.path.join(LOGS, name + ".log"), "w", encoding="utf-8").close()
        start = time.monotonic()
        part = Part(name)
        PARTS[name](part)
        state = "ok" if part.failed == 0 else "FAILED"
        lines = [f"{name:<12} {state:<6} {part.passed:>5} passed {part.failed:>4} failed {time.monotonic() - start:>7.1f} s   "
                 f"{PARTS[name].__doc__.splitlines()[0]}"]
        if part.failed:
            lines += part.output.splitlines()[-120:]
        print("\n".join(lines), flush=True)
        done.append(part)
        if part.failed and name in NEEDED:
            return


def main():
    os.environ.setdefault("HWMQTT_DCONN_FIND", "0")  # nothing beyond this machine; what has a network of its own sets it back
    names = sys.argv[1:] or DEFAULT
    if names == ["check"]:
        names = ["release", *LONG]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"unknown part {unknown[0]}; parts: {' '.join(PARTS)}")
    if "tools" not in names:
        names = ["tools"] + names
    os.makedirs(LOGS, exist_ok=True)
    done = []
    beside = []
    perform(["tools"], done)
    if not done[0].failed:
        # The release build and the ThreadSanitizer build use other directories of target/ than the rest, and mostly one core.
        beside = [name for name in BESIDE if name in names and names == DEFAULT]
        lane = threading.Thread(target=perform, args=(beside, done))
        lane.start()
        rest = [name for name in names if name not in ("tools", *beside)]
        needing = [name for name in rest if beside and name not in WITHOUT_RELEASE]
        perform([name for name in rest if name not in needing], done)
        lane.join()
        if not any(part.failed for part in done if part.name in NEEDED):
            perform(needing, done)
    for name in names:
        if name not in [part.name for part in done]:
            print(f"{name:<12} not run: it needs a part that failed")
    passed, failed = sum(part.passed for part in done), sum(part.failed for part in done)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 and len(done) == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
