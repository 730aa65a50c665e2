#!/usr/bin/env python3
"""Makes the Debian packages of the release build and uses them in a root of their own: that of target/compilers, which scripts/compilers.sh
makes, copied. Installs them by dpkg, compiles a program against them, shared and static, runs it against the packaged simulator, and
removes them. Ends with "N passed, N failed"."""
import argparse
import glob
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, "target", "debian")
PLACE = os.path.join(ROOT, "target", "debian-root")

SCRIPT = r"""set -eu
cd /test
rm -f platform.log device.log control
export DEVICE_SECRET=0c6f1e52a9d84b37
printf '{"host": "127.0.0.1", "plain": "auto", "tls": "none", "device": [{"id": "one", "secret": "%s"}]}' $DEVICE_SECRET > platform.json
iotda-sim run --config platform.json --control /test/control > platform.log 2>&1 &
platform=$!
trap 'kill $platform 2> /dev/null || true' EXIT
wait_for() { i=0; until grep -q "$1" "$2"; do i=$((i + 1)); [ $i -lt 200 ] || { cat "$2"; exit 1; }; sleep 0.1; done; }
wait_for 'iotda-sim: plain' platform.log
port=$(sed -n 's/.*iotda-sim: plain [^ ,]*:\([0-9]*\),.*/\1/p' platform.log)
"$1" 127.0.0.1 "$port" one > device.log 2>&1 &
device=$!
wait_for '^ready$' device.log
iotda-sim ctl --control /test/control command one lamp switch '{}'
wait $device
grep '^done$' device.log
"""

passed = failed = 0


def check(what, *command, wanted=0, **options):
    global passed, failed
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300, **options)
    ok = done.returncode == wanted
    passed, failed = passed + ok, failed + (not ok)
    print(("ok      " if ok else "FAILED  ") + what, flush=True)
    if not ok:
        print(" ".join(command), done.stdout[-1500:], done.stderr[-1500:], sep="\n")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--built", default=os.path.join(ROOT, "target", "release"))
    options = parser.parse_args()
    releases = sorted(glob.glob(os.path.join(ROOT, "target", "compilers", "*")))
    if not releases:
        sys.exit("run scripts/compilers.sh first")
    for old in glob.glob(os.path.join(OUT, "*.deb")):
        os.remove(old)
    check("three packages", sys.executable, os.path.join(ROOT, "scripts", "package", "debian.py"), "--built", options.built, "--out", OUT)
    packages = sorted(glob.glob(os.path.join(OUT, "*.deb")))
    shutil.rmtree(PLACE, ignore_errors=True)
    subprocess.run(["cp", "-al", releases[0], PLACE], check=True)
    try:
        test = os.path.join(PLACE, "test")
        os.makedirs(test)
        for path in packages:
            shutil.copy(path, test)
        shutil.copy(os.path.join(ROOT, "tests", "installed", "device.c"), test)
        with open(os.path.join(test, "run.sh"), "w", encoding="ascii") as file:
            file.write(SCRIPT)
        inside = lambda what, *command, **more: check(what, "chroot", PLACE, *command, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}, **more)
        names = [os.path.basename(path) for path in packages]
        inside("the development package alone is refused", "sh", "-c", "dpkg -i /test/libhwmqtt-dev_*.deb", wanted=1)
        inside("they are installed", "dpkg", "-i", *(f"/test/{name}" for name in names))
        listed = inside("the files are in their places", "dpkg", "-L", "libhwmqtt", "libhwmqtt-dev", "iotda-sim")
        wanted = ("libHWMQTT.so", "libHWMQTT.a", "hwmqtt.pc", "HWMQTTConfig.cmake", "include/HWMQTT/iota_init.h", "bin/iotda-sim", "libhwmqtt/copyright")
        check(f"all of {len(listed.split())}", "true" if all(name in listed for name in wanted) else "false")
        inside("what is installed is unchanged", "sh", "-c", "! dpkg -V libhwmqtt libhwmqtt-dev iotda-sim | grep .")
        inside("a program is compiled without any option", "gcc", "-Wall", "-Wextra", "-Werror", "-DBY_NAME", "/test/device.c", "-o", "/test/shared", "-lHWMQTT")
        inside("and statically", "sh", "-c", "gcc -Wall -Wextra -Werror -I/usr/include/HWMQTT /test/device.c -o /test/static /usr/lib/*/libHWMQTT.a -lpthread -ldl -lm")
        for program in ("shared", "static"):
            inside(f"it runs against the packaged simulator, {program}", "sh", "/test/run.sh", f"/test/{program}")
        inside("they are removed", "dpkg", "-r", "libhwmqtt-dev", "libhwmqtt", "iotda-sim")
        inside("and nothing is left", "sh", "-c", "! find /usr -iname '*hwmqtt*' -o -name 'iotda-sim' | grep .")
    finally:
        shutil.rmtree(PLACE, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
