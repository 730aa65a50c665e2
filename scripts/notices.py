#!/usr/bin/env python3
"""Prints the licences and notices of everything that is linked into the library or the simulator: notices.py [CARGO FEATURES]

For each crate: name, version, where it is from, licence, and the licence files of its package as they are, each text once. A crate whose package has
no such file is named at the end. TARGET names another system than this one."""
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CARGO = os.environ.get("CARGO", "cargo")
FILES = re.compile(r"^(licen[cs]e|copying|notice|copyright|unlicense|authors)([-._].*)?$", re.I)


def linked(features):
    """The packages that are built into the two, without tools and tests."""
    found = set()
    target = ["--target", os.environ["TARGET"]] if "TARGET" in os.environ else []
    for package, more in (("HWMQTT", ["--features", features] if features else []), ("iotda-sim", [])):
        tree = subprocess.run([CARGO, "tree", "--quiet", "--package", package, *more, "--edges", "normal", "--prefix", "none", *target,
                               "--format", "{p}"],
                              cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for line in tree.splitlines():
            words = line.split()
            if len(words) >= 2:
                found.add((words[0], words[1].lstrip("v")))
    return found


def main():
    features = " ".join(sys.argv[1:])
    metadata = json.loads(subprocess.run([CARGO, "metadata", "--quiet", "--format-version", "1", *(["--features", f"HWMQTT/{features}"] if features else [])],
                                         cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    wanted = linked(features)
    packages = [p for p in metadata["packages"] if (p["name"], p["version"]) in wanted and p["source"]]
    out = ["libHWMQTT and iotda-sim hold code of the Rust standard library (https://github.com/rust-lang/rust; MIT OR Apache-2.0; the Rust",
           "project's contributors) and of the packages below, from crates.io.", ""]
    without, seen = [], {}
    for package in sorted(packages, key=lambda p: (p["name"], p["version"])):
        licence = package["license"] or f"see {package['license_file']}"
        out += ["=" * 100, f"{package['name']} {package['version']}   {licence}"]
        if package.get("repository"):
            out.append(package["repository"])
        if package["authors"]:
            out.append("by " + ", ".join(package["authors"]))
        directory = os.path.dirname(package["manifest_path"])
        files = sorted(name for name in os.listdir(directory) if FILES.match(name) and os.path.isfile(os.path.join(directory, name)))
        if not files:
            without.append(package["name"])
        for name in files:
            with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as file:
                text = file.read().strip()
            place = f"{name} of {package['name']} {package['version']}"
            first = seen.setdefault(" ".join(text.split()), place)
            out += ["-" * 100, place, "", text] if first == place else ["-" * 100, f"{name}: word for word {first}"]
    out.append("=" * 100)
    if without:
        out += [f"The packages of {', '.join(without)} hold no licence file of their own; the texts of their licences stand above, with other packages."]
    print("\n".join(out))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as cause:
        sys.exit(f"{' '.join(cause.cmd[:2])}: {cause.stderr.strip()}")
