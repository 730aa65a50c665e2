#!/usr/bin/env python3
"""A program's day (refused.c) once for each allocation of 16 KiB or more that fails: no abort, and what was accepted is delivered.

  refusals.py --lib LIB --include INC [--last N] [--step N] [--run N] [--tls]

Tries the allocations 1, 1 + STEP, … up to LAST, each in a process of its own; with --run that many in a row are refused each time.
Two lanes, each in a network namespace of its own. The last line is "N passed, N failed".
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = ["", "agentlite", "service", "util", "base", "third_party/cjson", "third_party/libboundscheck"]
LANES = 2
SIZE = 30000  # of what comes down


def build(options, directory):
    library = os.path.dirname(os.path.abspath(options.lib))
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", os.path.join(HERE, "refuse.c"), "-o", os.path.join(directory, "refuse.so"), "-ldl"],
                   check=True)
    subprocess.run(["cc", "-g", "-O1", "-w", "-I" + HERE, *["-I" + os.path.join(options.include, f) for f in FOLDERS],
                    os.path.join(HERE, "refused.c"), "-o", os.path.join(directory, "refused"), "-L" + library, "-lHWMQTT", "-lpthread",
                    "-ldl", "-Wl,-rpath," + library], check=True)
    if options.tls:
        subprocess.run("openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out rootcert.pem -days 30 -subj /CN=127.0.0.1 "
                       "-addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE", shell=True, cwd=directory, check=True, capture_output=True)


def lane(options, directory, numbers):
    """Inside a namespace: one line for each number."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    port = "28883" if options.tls else "21883"
    tls = ["--tls", os.path.join(directory, "rootcert.pem"), os.path.join(directory, "key.pem")] if options.tls else []
    broker = subprocess.Popen([sys.executable, "-u", os.path.join(HERE, "broker.py"), "--port", port, "--quiet", *tls, "--mode", "talk",
                               str(SIZE)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    broker.stdout.readline()  # it listens
    subprocess.Popen(["cat"], stdin=broker.stdout, stdout=subprocess.DEVNULL)
    program = os.path.join(directory, "refused")
    work = tempfile.mkdtemp(dir=directory)
    os.mkdir(os.path.join(work, "conf"))
    if options.tls:
        os.symlink(os.path.join(directory, "rootcert.pem"), os.path.join(work, "conf", "rootcert.pem"))
    around = dict(os.environ, FIELD_W=work, FIELD_P=port, FIELD_L="2")
    peer = subprocess.Popen([program, "peer", "127.0.0.2"], env=around, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        for number in numbers:
            spool = tempfile.mkdtemp(dir=work)
            env = dict(around, LD_PRELOAD=os.path.join(directory, "refuse.so"), REFUSE_AT=str(number), REFUSE_FOR=str(options.run),
                       FIELD_SPOOL=spool)
            try:
                done = subprocess.run([program, "127.0.0.2"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, errors="replace", timeout=90)
                status, output = done.returncode, done.stdout
            except subprocess.TimeoutExpired as late:
                status, output = "not ended", (late.stdout or b"").decode(errors="replace")
            seen = re.search(r"allocations (\d+)", output)
            state = "ok" if status == 0 else "FAIL"
            shown = ("REFUSED", "RESULT", "memory", "ERROR")
            text = " | ".join(line for line in output.splitlines() if any(word in line for word in shown))
            print(f"{state} {number} of {seen[1] if seen else '?'}: status {status} {text[-700:]}", flush=True)
    finally:
        peer.kill()
        broker.kill()
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lib", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--last", type=int, default=500)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--run", type=int, default=1)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--lane")
    parser.add_argument("--directory")
    options = parser.parse_args()
    if options.lane:
        return lane(options, options.directory, [int(number) for number in options.lane.split(",")])
    with tempfile.TemporaryDirectory(prefix="refusals.") as directory:
        build(options, directory)
        numbers = list(range(options.first, options.last + 1, options.step))
        lanes = [subprocess.Popen(["unshare", "-rn", sys.executable, os.path.abspath(__file__), *sys.argv[1:], "--directory", directory,
                                   "--lane", ",".join(map(str, numbers[n::LANES]))], stdout=subprocess.PIPE, text=True)
                 for n in range(LANES) if numbers[n::LANES]]
        lines = [line for each in lanes for line in each.communicate()[0].splitlines()]
    passed = sum(line.startswith("ok ") for line in lines)
    for line in lines:
        if line.startswith("FAIL"):
            print(line)
    failed = len(numbers) - passed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
