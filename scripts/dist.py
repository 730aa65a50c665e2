#!/usr/bin/env python3
"""Builds release archives for old systems, checks and packs them: `make dist`, or

    scripts/dist.py [TARGET…]     of: x86_64-glibc

TARGET-glibc asks for no symbol that glibc 2.17 does not have: the linker and the C library's stubs are zig's, from PyPI, below
target/dist. It is run on the oldest Debian that can be fetched, bullseye with glibc 2.31. Per target dist/libHWMQTT-VERSION-TARGET.tar.xz with libraries, headers, pkg-config and CMake files,
simulator, licences and a CycloneDX bill of materials, and dist/SHA256SUMS for all. No clock, no folder and no user of this
machine is put into them. What a build needs at run time is checked with objdump. The last line is
"N passed, N failed".
"""
import hashlib
import io
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

from cross import ROOT, CARGO, must, run
from debian_packages import SCRIPT as DEVICE_AND_SIMULATOR

WORK = os.path.join(ROOT, "target", "dist")
DIST = os.path.join(ROOT, "dist")
ZIG, ZIG_HASH = "0.13.0", "3ce0c9f16547e5d61b32e0d226926e9a2552ef4b91fccf7ab5ea1a623a77824b"
GLIBC = (2, 17)
# The oldest that the mirror still has (glibc 2.31); older ones cannot be fetched.
OLDEST, MIRROR = "bullseye", os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
NEEDED = re.compile(r"^(libc\.so\.6|libm\.so\.6|libgcc_s\.so\.1|libpthread\.so\.0|libdl\.so\.2|librt\.so\.1|libutil\.so\.1|ld-linux.*)$")

# zig as gcc is called: without what it does not know, and with the system's libgcc_s, which throws for C++ programs too.
WRAPPER = """#!/usr/bin/env python3
import os
import sys
arguments = []
for argument in sys.argv[1:]:
    if argument.startswith(("--target=", "-B", "-fuse-ld=", "-Wl,--no-undefined-version")) or argument == "-m64":
        continue
    if argument == "-lgcc_s":
        argument = {libgcc!r}
    arguments.append(argument)
os.environ["ZIG_GLOBAL_CACHE_DIR"] = os.environ["ZIG_LOCAL_CACHE_DIR"] = {cache!r}
os.execv({zig!r}, [{zig!r}, "-m", "ziglang", "cc", "-target", {target!r}, "-fno-sanitize=undefined", *arguments])
"""


class Target:
    def __init__(self, name, triple, zig, libgcc):
        self.name, self.triple, self.zig, self.libgcc = name, triple, zig, libgcc
        self.built = os.path.join(WORK, "build", triple, "release")


TARGETS = {target.name: target for target in [
    Target("x86_64-glibc", "x86_64-unknown-linux-gnu", "x86_64-linux-gnu.2.17", "/lib/x86_64-linux-gnu/libgcc_s.so.1"),
]}

passed = failed = 0


def check(ok, what):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    print(("ok      " if ok else "FAILED  ") + what, flush=True)


def zig():
    """Python with the package of zig; its path."""
    place = os.path.join(WORK, "zig")
    python = os.path.join(place, "bin", "python")
    if not os.path.exists(os.path.join(place, "ready")):
        shutil.rmtree(place, ignore_errors=True)
        must(sys.executable, "-m", "venv", place)
        wanted = os.path.join(place, "requirements.txt")
        with open(wanted, "w", encoding="ascii") as file:
            file.write(f"ziglang=={ZIG} --hash=sha256:{ZIG_HASH}\n")
        print(f"fetching zig {ZIG}", flush=True)
        must(os.path.join(place, "bin", "pip"), "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", wanted)
        open(os.path.join(place, "ready"), "w", encoding="ascii").close()
    return python


def compiler(target):
    """The wrapper for one target."""
    folder = os.path.join(WORK, "tools")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"cc-{target.name}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(WRAPPER.format(zig=zig(), target=target.zig, libgcc=target.libgcc, cache=os.path.join(WORK, "zig-cache")))
    os.chmod(path, 0o755)
    return path


def environment(target):
    """What cargo is told: linker, C compiler, and neither folders nor the time of this machine in what it makes."""
    cc = compiler(target)
    registry = os.path.join(os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo")), "registry", "src")
    key = target.triple.replace("-", "_")
    flags = [f"--remap-path-prefix={registry}/=", f"--remap-path-prefix={ROOT}/=", "-Clinker-features=-lld"]
    env = {"CARGO_TARGET_DIR": os.path.join(WORK, "build"), f"CARGO_TARGET_{key.upper()}_LINKER": cc, f"CC_{key}": cc,
           f"AR_{key}": "ar", "RUSTFLAGS": " ".join(flags), "SOURCE_DATE_EPOCH": commit_time(), "CARGO_INCREMENTAL": "0"}
    return env


def commit_time():
    return must("git", "log", "-1", "--format=%ct").strip()


def build(target):
    env = environment(target)
    common = ["--quiet", "--release", "--target", target.triple]
    must(CARGO, "rustc", *common, "--lib", "--crate-type", "cdylib", env=env)
    must(CARGO, "rustc", *common, "--lib", "--crate-type", "staticlib", env=env)
    archive = os.path.join(target.built, "libHWMQTT.a")
    must(sys.executable, "scripts/archive.py", archive, archive)
    must(CARGO, "build", *common, "--package", "iotda-sim", env=env)


def inspect(target):
    """What the binaries ask of a system."""
    for name in ("libHWMQTT.so", "iotda-sim"):
        path = os.path.join(target.built, name)
        said = must("objdump", "-T", path)
        versions = {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_(\d+(?:\.\d+)+)", said)}
        newest = max(versions, default=(0,))
        check(newest[:2] <= GLIBC, f"{target.name}: {name} needs GLIBC {'.'.join(map(str, newest))}, at most {'.'.join(map(str, GLIBC))}")
        with open(path, "rb") as file:
            data = file.read()
        places = [place for place in (ROOT, os.path.expanduser("~")) if place.encode() + b"/" in data]
        check(not places, f"{target.name}: {name} holds no folder of this machine {' '.join(places)}")
        needed = re.findall(r"NEEDED\)\s+Shared library: \[(.*?)\]", must("readelf", "-dW", path))
        check(all(NEEDED.match(library) for library in needed), f"{target.name}: {name} needs {' '.join(needed)}")


def components():
    """The packages that are linked, as CycloneDX has them."""
    found = json.loads(must(CARGO, "metadata", "--quiet", "--format-version", "1"))
    tree = must(CARGO, "tree", "--quiet", "--package", "HWMQTT", "--package", "iotda-sim", "--edges", "normal", "--prefix", "none", "--format", "{p}")
    wanted = {tuple(line.split()[:2]) for line in tree.splitlines() if len(line.split()) >= 2}
    with open(os.path.join(ROOT, "Cargo.lock"), encoding="utf-8") as file:
        sums = dict(re.findall(r'name = "([^"]+)"\nversion = "[^"]+"\nsource = "[^"]+"\nchecksum = "([0-9a-f]+)"', file.read()))
    for package in sorted(found["packages"], key=lambda p: (p["name"], p["version"])):
        if (package["name"], "v" + package["version"]) in wanted and package["source"]:
            part = {"type": "library", "name": package["name"], "version": package["version"],
                    "purl": f"pkg:cargo/{package['name']}@{package['version']}", "licenses": [{"expression": (package["license"] or "NOASSERTION").replace("/", " OR ")}]}
            if package["name"] in sums:
                part["hashes"] = [{"alg": "SHA-256", "content": sums[package["name"]]}]
            yield part


def bill(target, version):
    """The bill of materials; it has no clock and no random number, so that it depends on the commit alone."""
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
                       "metadata": {"component": {"type": "library", "name": "libHWMQTT", "version": version, "purl": f"pkg:generic/libHWMQTT@{version}?target={target.name}"}},
                       "components": list(components())}, indent=1) + "\n"


def pack(target, version):
    """One archive, whose every byte follows from its content and the commit."""
    top, time = f"libHWMQTT-{version}-{target.name}", int(commit_time())
    path = os.path.join(DIST, top + ".tar.xz")
    with tempfile.TemporaryDirectory() as stage:
        must(sys.executable, "scripts/install.py", "install", "--prefix", "/usr/local", "--destdir", stage, "--built", target.built, env={"TARGET": target.triple})
        root = os.path.join(stage, "usr", "local")
        with open(os.path.join(root, "share", "doc", "HWMQTT", "sbom.cdx.json"), "w", encoding="utf-8") as file:
            file.write(bill(target, version))
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for folder, folders, files in os.walk(root):
                folders.sort()
                for name in sorted(files):
                    file = os.path.join(folder, name)
                    entry = tarfile.TarInfo(os.path.join(top, os.path.relpath(file, root)))
                    entry.size, entry.mtime, entry.mode = os.path.getsize(file), time, 0o755 if os.access(file, os.X_OK) else 0o644
                    with open(file, "rb") as data:
                        tar.addfile(entry, data)
    with open(path, "wb") as file:
        file.write(lzma.compress(content.getvalue(), preset=6))
    check(True, f"{os.path.relpath(path, ROOT)}, {os.path.getsize(path)} bytes")
    return path


def old_system(target):
    """The packed archive on the oldest Debian that can be fetched: unpacked into /usr/local there, a program run against the simulator."""
    root = os.path.join(WORK, OLDEST)
    if not os.path.exists(os.path.join(root, "bin", "sh")):
        shutil.rmtree(root + ".new", ignore_errors=True)
        must("debootstrap", "--variant=minbase", OLDEST, root + ".new", MIRROR)
        os.rename(root + ".new", root)
    version = must("chroot", root, "ldd", "--version").splitlines()[0].split()[-1]
    test = os.path.join(root, "test")
    for folder in (test, os.path.join(root, "usr", "local")):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    archive = next(os.path.join(DIST, name) for name in sorted(os.listdir(DIST)) if name.endswith(f"-{target.name}.tar.xz"))
    must("tar", "-xJf", archive, "-C", os.path.join(root, "usr", "local"), "--strip-components=1")
    must(compiler(target), "-O2", "-DBY_NAME", f"-I{root}/usr/local/include", "tests/installed/device.c", "-o", os.path.join(test, "device"),
         f"-L{root}/usr/local/lib", "-Wl,-rpath,/usr/local/lib", "-lHWMQTT")
    with open(os.path.join(test, "run.sh"), "w", encoding="ascii") as file:
        file.write(DEVICE_AND_SIMULATOR)
    done = run("chroot", root, "sh", "/test/run.sh", "/test/device", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
               env={"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"}, seconds=120)
    check(done.returncode == 0, f"{target.name}: connects, reports and answers on {OLDEST} with glibc {version}")
    if done.returncode != 0:
        print(done.stdout[-2000:])


def main():
    names = sys.argv[1:] or list(TARGETS)
    unknown = [name for name in names if name not in TARGETS]
    if unknown:
        sys.exit(__doc__)
    os.makedirs(DIST, exist_ok=True)
    with open(os.path.join(ROOT, "Cargo.toml"), encoding="utf-8") as file:
        version = re.search(r'^version = "(.*)"', file.read(), re.M)[1]
    for name in names:
        target = TARGETS[name]
        print(f"{name}: building", flush=True)
        build(target)
        inspect(target)
        pack(target, version)
        old_system(target)
    archives = sorted(name for name in os.listdir(DIST) if name.endswith(".tar.xz"))
    with open(os.path.join(DIST, "SHA256SUMS"), "w", encoding="ascii") as file:
        for name in archives:
            with open(os.path.join(DIST, name), "rb") as data:
                file.write(f"{hashlib.sha256(data.read()).hexdigest()}  {name}\n")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
