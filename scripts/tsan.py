#!/usr/bin/env python3
"""Runs the roster's and the table's tests, four readers against a writer among them, under ThreadSanitizer.

The stable compiler has ThreadSanitizer's runtime but no instrumented standard library; scripts/tsan.supp names the reports that
come from that. A race in this library's own accesses is reported and fails.
"""
import os
import subprocess
import sys

import sanitizer

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TESTS = ["soft_bus_table", "softbus::"]


def main():
    build = sanitizer.environment("thread")
    build["RUSTFLAGS"] += " --cfg hwmqtt_tsan"  # locks wait in our own code
    environment = dict(
        os.environ,
        **build,
        CARGO_TARGET_DIR=os.path.join(ROOT, "target", "tsan"),
        TSAN_OPTIONS=f"suppressions={ROOT}/scripts/tsan.supp exitcode=66",
    )
    command = [os.environ.get("CARGO", "cargo"), "test", "--quiet", "--workspace", "--lib", "--target", sanitizer.host(), "--", *TESTS]
    return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, timeout=900).returncode


if __name__ == "__main__":
    sys.exit(main())
