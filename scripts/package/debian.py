#!/usr/bin/env python3
"""Makes the Debian packages libhwmqtt, libhwmqtt-dev and iotda-sim of the release build, below target/debian:

    scripts/package/debian.py [--built DIR] [--out DIR] [--features "…"]

They are put together from what `make install` installs with the prefix /usr and the machine's directory of libraries, by dpkg-deb.
Whom libhwmqtt needs is asked of dpkg-shlibdeps' data: the C library's version is that of the newest symbol in the binaries.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAINTAINER = "libHWMQTT developers <libhwmqtt@localhost>"
VERSION = re.compile(r"GLIBC_(\d+(?:\.\d+)+)")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def libc_version(*files):
    """The newest version of the C library that a symbol of these files asks for."""
    found = {tuple(map(int, version.split("."))) for file in files for version in VERSION.findall(output("objdump", "-T", file))}
    return ".".join(map(str, max(found)))


def package(out, tree, name, architecture, version, fields, description, scripts=()):
    """One package from a tree of files."""
    size = sum(os.path.getsize(os.path.join(folder, file)) for folder, _, files in os.walk(tree) for file in files) // 1024 + 1
    control = os.path.join(tree, "DEBIAN")
    os.makedirs(control)
    summary, *more = description.split("\n")
    lines = [f"Package: {name}", f"Version: {version}", f"Architecture: {architecture}", f"Maintainer: {MAINTAINER}", f"Installed-Size: {size}",
             *(f"{key}: {value}" for key, value in fields.items()), f"Description: {summary}", *(f" {line}" for line in more)]
    with open(os.path.join(control, "control"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    for script, text in scripts:
        path = os.path.join(control, script)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, 0o644 if script == "triggers" else 0o755)
    sums = [f"{output('md5sum', os.path.join(folder, file)).split()[0]}  {os.path.relpath(os.path.join(folder, file), tree)}"
            for folder, _, files in sorted(os.walk(tree)) for file in sorted(files) if not folder.startswith(control)]
    with open(os.path.join(control, "md5sums"), "w", encoding="utf-8") as file:
        file.write("\n".join(sums) + "\n")
    path = os.path.join(out, f"{name}_{version}_{architecture}.deb")
    output("dpkg-deb", "--root-owner-group", "--build", tree, path)
    print(os.path.relpath(path, ROOT))


def move(stage, tree, *paths):
    for path in paths:
        target = os.path.join(tree, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.move(os.path.join(stage, path), target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--built", default=os.path.join(ROOT, "target", "release"))
    parser.add_argument("--out", default=os.path.join(ROOT, "target", "debian"))
    parser.add_argument("--features", default="")
    options = parser.parse_args()
    architecture = output("dpkg", "--print-architecture")
    multiarch = output("gcc", "-print-multiarch") or output("dpkg-architecture", "-qDEB_HOST_MULTIARCH")
    with open(os.path.join(ROOT, "Cargo.toml"), encoding="utf-8") as file:
        version = re.search(r'^version = "(.*)"', file.read(), re.M)[1] + "-1"
    os.makedirs(options.out, exist_ok=True)
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as work:
        stage = os.path.join(work, "stage")
        output(sys.executable, os.path.join(ROOT, "scripts", "install.py"), "install", "--prefix", "/usr", "--libdir", f"/usr/lib/{multiarch}",
               "--destdir", stage, "--built", options.built, "--features", options.features)
        os.remove(os.path.join(stage, "usr/share/hwmqtt/installed"))
        libraries = f"usr/lib/{multiarch}"
        shared, simulator = os.path.join(stage, libraries, "libHWMQTT.so"), os.path.join(stage, "usr/bin/iotda-sim")
        needs = lambda file: f"libc6 (>= {libc_version(file)}), libgcc-s1 (>= 4.2)"
        trees = {name: os.path.join(work, name) for name in ("libhwmqtt", "libhwmqtt-dev", "iotda-sim")}
        needed = {"libhwmqtt": needs(shared), "iotda-sim": needs(simulator)}
        move(stage, trees["libhwmqtt"], f"{libraries}/libHWMQTT.so")
        move(stage, trees["iotda-sim"], "usr/bin/iotda-sim")
        documents = "usr/share/doc/HWMQTT"
        for name, tree in trees.items():
            place = os.path.join(tree, "usr/share/doc", name)
            os.makedirs(place)
            with open(os.path.join(place, "copyright"), "w", encoding="utf-8") as file:
                for part in ("LICENSE", "NOTICES"):
                    with open(os.path.join(stage, documents, part), encoding="utf-8") as text:
                        file.write(text.read() + "\n")
        move(stage, trees["libhwmqtt-dev"], "usr/include/HWMQTT", f"{libraries}/libHWMQTT.a", f"{libraries}/pkgconfig", f"{libraries}/cmake",
             "usr/share/hwmqtt", documents)
        left = [os.path.join(folder, file) for folder, _, files in os.walk(stage) for file in files]
        if left:
            sys.exit(f"in no package: {left}")
        package(options.out, trees["libhwmqtt"], "libhwmqtt", architecture, version,
                {"Section": "libs", "Priority": "optional", "Multi-Arch": "same", "Depends": needed["libhwmqtt"]},
                "device SDK for Huawei Cloud IoTDA, shared library\nWith the C ABI of the platform's SDK for C: a drop-in replacement for its libHWMQTT.so.",
                [("triggers", "activate-noawait ldconfig\n")])
        package(options.out, trees["libhwmqtt-dev"], "libhwmqtt-dev", architecture, version,
                {"Section": "libdevel", "Priority": "optional", "Depends": f"libhwmqtt (= {version}), libc6-dev"},
                "device SDK for Huawei Cloud IoTDA, headers and static library\nHeaders, pkg-config and CMake files, documents, and the program that checks older programs.")
        package(options.out, trees["iotda-sim"], "iotda-sim", architecture, version,
                {"Section": "devel", "Priority": "optional", "Depends": needed["iotda-sim"]},
                "Huawei Cloud IoTDA on this machine, for tests\nThe platform as far as a device SDK needs it; not to face a network.")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as cause:
        sys.exit(f"{' '.join(cause.cmd[:3])}: {cause.stderr.strip()}")
