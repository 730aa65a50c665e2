#!/usr/bin/env python3
"""Measures the release build and prints the figures; with --write FILE also as a page of Markdown.

Size, exported functions, dependencies, updates and look-ups per second with four readers, memory while that runs, memory of
the connected demo program, the benchmarks of benches/, conformance counts.
"""
import datetime
import os
import platform
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RELEASE = os.path.join(ROOT, "target", "release")
LIBRARY = os.path.join(RELEASE, "libHWMQTT.so")
CONFORMANCE = os.path.join(ROOT, "tests", "conformance")
SUITES = os.environ.get("SUITES", "connect,session,uplink,downlink,softbus,utilities,services,rules")
UPDATES = 10_000


def output(*command, seconds=600, **options):
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL, timeout=seconds, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def size():
    symbols = output("nm", "-D", "--defined-only", LIBRARY).splitlines()
    functions = sum(1 for line in symbols if line.split()[-2] in ("T", "W"))
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-dW", LIBRARY))
    return [
        ("libHWMQTT.so, stripped", f"{os.path.getsize(LIBRARY):,} bytes"),
        ("exported functions", f"{functions}"),
        ("needs at run time", ", ".join(needed)),
    ]


def stress():
    """tests/c/stress.c with the release library, without a platform."""
    with tempfile.TemporaryDirectory() as directory:
        program = os.path.join(directory, "stress")
        includes = [f"-Iinclude/{name}" for name in ("agentlite", "service", "util", "third_party/cjson", "")]
        output("cc", "-std=c99", "-O2", *includes, "tests/c/harness.c", "tests/c/stress.c", "-o", program, f"-L{RELEASE}",
               f"-Wl,-rpath,{RELEASE}", "-lHWMQTT", "-lpthread")
        start = time.monotonic()
        text = output(program, "--updates", str(UPDATES), "--work-dir", directory)
        seconds = time.monotonic() - start
    match = re.search(r"(\d+) updates, (\d+) reads by (\d+) threads, resident (\d+) kB after a tenth, (\d+) kB at the end", text)
    updates, reads, threads, warm, end = map(int, match.groups())
    return [
        (f"bus infos of 10 buses with 50 members, {threads} readers meanwhile", f"{updates / seconds:,.0f} per second"),
        ("rounds of all look-ups meanwhile", f"{reads / seconds:,.0f} per second"),
        ("resident memory after a tenth and after all of them", f"{warm:,} kB, {end:,} kB"),
    ]


def cjson():
    """benches/cjson.c: this library's cJSON and the system's in the same run."""
    with tempfile.TemporaryDirectory() as directory:
        program = os.path.join(directory, "cjson")
        output("cc", "-std=c99", "-O2", "benches/cjson.c", "-o", program, "-ldl")
        text = output(program, LIBRARY, "libcjson.so.1").strip()
    return [("cJSON parse and print, against the system's libcjson", text)]


def benches():
    """The Rust benchmarks, a row for each line. A limit that is not kept is in the row, and does not end the run."""
    rows = []
    for name in ("protocol", "delivery", "nearlink"):
        done = subprocess.run([os.environ.get("CARGO", "cargo"), "bench", "--quiet", "--bench", name], capture_output=True, text=True,
                              cwd=ROOT, stdin=subprocess.DEVNULL, timeout=900)
        lines = [re.split(r"(?::| {2,})\s*", line.strip(), maxsplit=1) for line in done.stdout.splitlines()]
        rows += [(what, re.sub(" +", " ", rest[0])) for what, *rest in lines if rest]
        if not lines:
            sys.exit(f"bench {name}: status {done.returncode}\n{done.stderr[-2000:]}")
    return rows


def demo():
    text = output(sys.executable, "scripts/demo.py", seconds=120)
    sizes = re.search(r"resident memory when idle.*?(\d+) kB\s+(\d+) kB\s*$", text, re.M)
    steps = len(re.findall(r"^ +\d+  .* s$", text, re.M))
    return [
        ("soft bus flow, steps seen", f"{steps} of 10"),
        ("resident memory of the connected demo program over TLS, master and member", f"{sizes.group(1)} kB, {sizes.group(2)} kB"),
    ]


def conformance():
    runner = os.path.join(CONFORMANCE, "run.py")
    rows = []
    for suite in SUITES.split(","):
        done = subprocess.run([sys.executable, runner, "--lib", LIBRARY, "--suite", suite], capture_output=True, text=True,
                              cwd=ROOT, stdin=subprocess.DEVNULL, timeout=900)
        rows.append((f"conformance, suite {suite}", done.stdout.strip().splitlines()[-1]))
    return rows


def cpu():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        model = re.search(r"^model name\s*: (.*)$", info.read(), re.M)
    return model.group(1) if model else platform.machine()


def main():
    load = os.getloadavg()[0]
    rows = size() + conformance() + stress() + cjson() + benches() + demo()
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    if len(sys.argv) == 3 and sys.argv[1] == "--write":
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT).stdout.strip()
        rustc = output("rustc", "--version").strip()
        lines = [
            "# Evidence",
            "",
            "Written by `make evidence`; do not edit. How each figure is made: `scripts/measure.py`.",
            "",
            f"{datetime.date.today().isoformat()}, commit {commit or 'unknown'}, {rustc}, {os.cpu_count()} processors ({cpu()}), "
            f"load average {load:.1f} at the start.",
            "",
            "| what | figure |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in rows),
            "",
        ]
        with open(os.path.join(ROOT, sys.argv[2]), "w", encoding="utf-8") as page:
            page.write("\n".join(lines))


if __name__ == "__main__":
    main()
