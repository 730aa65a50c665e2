#!/usr/bin/env python3
"""scripts/real.py against the platform of this machine that poses as the real one: under a host name, at port 8883, with a certificate
authority of its own, in namespaces of its own. Without an instance it says what it needs; a wrong secret and an authority that is not
trusted are told. The last line is "N passed, N failed".
"""
import os
import subprocess
import sys
import tempfile

import programs

REAL = [sys.executable, os.path.join(programs.ROOT, "scripts", "real.py")]
NAME, DEVICE, SECRET = "iotda.example.test", "64f1c0a2_posed-01", "its-own-secret-9876543210"
passed = failed = 0


def check(ok, what, said=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    print(("ok      " if ok else "FAILED  ") + what + ("" if ok else f"\n{said}"), flush=True)


def real(**environment):
    base = {name: value for name, value in os.environ.items() if not name.startswith("REAL_")}
    return subprocess.run(REAL, env=dict(base, **environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)


def inside(place):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    hosts = os.path.join(place, "hosts")
    with open(hosts, "w", encoding="ascii") as file:
        file.write(f"127.0.0.1 localhost\n127.0.0.9 {NAME}\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    directory = os.path.join(place, "platform")
    os.makedirs(directory)
    platform = programs.Platform(directory, {"host": "127.0.0.9", "plain": "none", "tls": 8883, "certificates": {"names": [NAME]},
                                             "device": [{"id": DEVICE, "secret": SECRET}],
                                             "group": [{"name": "g", "bus": "b", "members": [DEVICE]}]}, "--work-dir", directory)
    instance = {"REAL_ADDRESS": NAME, "REAL_DEVICE_ID": DEVICE, "REAL_SECRET": SECRET, "REAL_ROOT": os.path.join(directory, "conf", "rootcert.pem")}
    try:
        done = real(**instance)
        check(done.returncode == 0 and "14 passed, 0 failed" in done.stdout, "every step is the same under another name", done.stdout)
        done = real(**dict(instance, REAL_SECRET="wrong"))
        check(done.returncode == 1 and "HWM-E005" in done.stdout and "differs" in done.stdout, "a wrong secret differs, and why", done.stdout)
        del instance["REAL_ROOT"]
        done = real(**instance)
        check(done.returncode == 1 and "HWM-E005" in done.stdout, "an authority that the system does not know is told", done.stdout)
        done = real()
        check(done.returncode == 2 and "missing: REAL_ADDRESS, REAL_DEVICE_ID, REAL_SECRET" in done.stdout, "without an instance it says what it needs", done.stdout)
    finally:
        programs.stop([platform])
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


def main():
    if len(sys.argv) > 1:
        return inside(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="posed-") as place:
        return subprocess.run(["unshare", "-rmn", sys.executable, os.path.abspath(__file__), place], stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
