#!/usr/bin/env python3
"""Installs what `make` has built, or removes it again.

    install.py install    --prefix DIR [--libdir DIR] [--destdir DIR] [--built DIR] [--features "…"]
    install.py uninstall  --prefix DIR [--destdir DIR]

All or nothing: everything is made beside the place first, then put into it, and taken back when something fails. The list of what
was installed is in PREFIX/share/hwmqtt/installed; a later installation removes what that has and it has not.
Headers stand flat in PREFIX/include/HWMQTT, so that <HWMQTT/iota_init.h> works without any option; the C SDK's directories below it lead there.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = "share/hwmqtt/installed"


def version():
    with open(os.path.join(ROOT, "Cargo.toml"), encoding="utf-8") as file:
        return re.search(r'^version = "(.*)"', file.read(), re.M)[1]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o644)


def put(source, path, mode):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copyfile(source, path)
    os.chmod(path, mode)


def headers(stage):
    """The headers themselves in one directory, and for each directory of the C SDK one line that leads to them."""
    top = os.path.join(ROOT, "include")
    names = set()
    for folder, _, files in os.walk(top):
        for name in sorted(files):
            if name in names:
                sys.exit(f"two headers are called {name}")
            names.add(name)
            put(os.path.join(folder, name), os.path.join(stage, name), 0o644)
            below = os.path.relpath(folder, top)
            if below != ".":
                up = "../" * (below.count("/") + 1)
                write(os.path.join(stage, below, name), f'#include "{up}{name}"\n')


def stage_all(stage, options):
    """The whole tree below `stage`, which stands for the root of the file system."""
    prefix, libdir = (os.path.join(stage, path.lstrip("/")) for path in (options.prefix, options.libdir))
    built = lambda name: os.path.join(options.built, name)
    put(built("libHWMQTT.so"), os.path.join(libdir, "libHWMQTT.so"), 0o755)
    put(built("libHWMQTT.a"), os.path.join(libdir, "libHWMQTT.a"), 0o644)
    put(built("iotda-sim"), os.path.join(prefix, "bin", "iotda-sim"), 0o755)
    put(os.path.join(ROOT, "tools", "check-program"), os.path.join(prefix, "share/hwmqtt/check-program"), 0o755)
    put(os.path.join(ROOT, "tools", "generations.json"), os.path.join(prefix, "share/hwmqtt/generations.json"), 0o644)
    put(os.path.join(ROOT, "tests", "abi", "exports.txt"), os.path.join(prefix, "share/hwmqtt/exports.txt"), 0o644)
    headers(os.path.join(prefix, "include", "HWMQTT"))
    up = os.path.relpath(options.prefix, options.libdir)
    words = {"PREFIX": options.prefix, "LIBDIR": options.libdir, "INCLUDEDIR": os.path.join(options.prefix, "include"),
             "VERSION": version(), "UP": up}
    for name, places in (("HWMQTT.pc", ["pkgconfig/HWMQTT.pc", "pkgconfig/hwmqtt.pc"]),
                         ("HWMQTTConfig.cmake", ["cmake/HWMQTT/HWMQTTConfig.cmake"]),
                         ("HWMQTTConfigVersion.cmake", ["cmake/HWMQTT/HWMQTTConfigVersion.cmake"])):
        with open(os.path.join(ROOT, "scripts", "package", name + ".in"), encoding="utf-8") as file:
            text = file.read()
        if name.endswith(".cmake"):
            text = text.replace("@UP@", up).replace("@VERSION@", words["VERSION"])
        else:
            text = re.sub(r"@(\w+)@", lambda found: words[found[1]], text)
        for place in places:
            write(os.path.join(libdir, place), text)
    documents = os.path.join(prefix, "share/doc/HWMQTT")
    notices = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "notices.py"), *options.features.split()], check=True,
                             capture_output=True, text=True).stdout
    write(os.path.join(documents, "NOTICES"), notices)
    for name in ("LICENSE", "README.md", "README_CN.md", "CHANGELOG.md", "docs/soft-bus.svg", *files_of("docs"), *files_of("docs/spec"), *files_of("docs/guides"), *files_of("docs/guides_CN")):
        put(os.path.join(ROOT, name), os.path.join(documents, name), 0o644)


def files_of(directory):
    """The documents in a directory of the repository."""
    return sorted(f"{directory}/{name}" for name in os.listdir(os.path.join(ROOT, directory)) if name.endswith(".md"))


def files_below(directory):
    return sorted(os.path.relpath(os.path.join(folder, name), directory) for folder, _, files in os.walk(directory) for name in files)


def real(destdir, path):
    return os.path.join(destdir or "/", path.lstrip("/"))


def listed(options):
    try:
        with open(real(options.destdir, os.path.join(options.prefix, LIST)), encoding="utf-8") as file:
            return file.read().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def remove(paths, options):
    """Removes files, and the directories that they leave empty."""
    for path in paths:
        place = real(options.destdir, path)
        if os.path.lexists(place):
            os.remove(place)
        folder = os.path.dirname(path)
        while folder not in ("/", options.prefix):
            try:
                os.rmdir(real(options.destdir, folder))
            except OSError:
                break
            folder = os.path.dirname(folder)


def install(options):
    with tempfile.TemporaryDirectory() as stage:
        stage_all(stage, options)
        paths = ["/" + path for path in files_below(stage)] + [os.path.join(options.prefix, LIST)]
        write(os.path.join(stage, paths[-1].lstrip("/")), "\n".join(paths) + "\n")
        before = listed(options)
        fresh, done, made = [], [], []
        try:
            for path in paths:  # beside their places, so that what follows can hardly fail
                place = real(options.destdir, path)
                folder, missing = os.path.dirname(place), []
                while not os.path.isdir(folder):
                    missing.append(folder)
                    folder = os.path.dirname(folder)
                for folder in reversed(missing):
                    os.mkdir(folder, 0o755)
                    made.append(folder)
                if os.path.isdir(place):
                    raise OSError(f"{place} is a directory")
                beside = place + ".hwmqtt-new"
                fresh.append(beside)
                shutil.copyfile(os.path.join(stage, path.lstrip("/")), beside)
                shutil.copymode(os.path.join(stage, path.lstrip("/")), beside)
            for path in paths:
                place = real(options.destdir, path)
                kept = place + ".hwmqtt-old"
                if os.path.lexists(place):
                    os.replace(place, kept)
                else:
                    kept = None
                done.append((place, kept))
                os.replace(place + ".hwmqtt-new", place)
        except OSError as cause:
            for place, kept in reversed(done):
                if kept:
                    os.replace(kept, place)
                elif os.path.lexists(place):
                    os.remove(place)
            for beside in fresh:
                if os.path.lexists(beside):
                    os.remove(beside)
            for folder in reversed(made):
                os.rmdir(folder)
            sys.exit(f"nothing was installed: {cause}")
        for _, kept in done:
            if kept:
                os.remove(kept)
        remove(sorted(set(before) - set(paths)), options)
    print(f"installed {len(paths)} files in {real(options.destdir, options.prefix)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("install", "uninstall"))
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--libdir")
    parser.add_argument("--destdir", default="")
    parser.add_argument("--built", default=os.path.join(ROOT, "target", "release"))
    parser.add_argument("--features", default="")
    options = parser.parse_args()
    options.libdir = options.libdir or os.path.join(options.prefix, "lib")
    for name in ("prefix", "libdir"):
        path = getattr(options, name)
        if not os.path.isabs(path):
            sys.exit(f"{name} has to begin with /: {path}")
        setattr(options, name, os.path.normpath(path))
    if options.what == "install":
        install(options)
        return
    paths = listed(options)
    if not paths:
        sys.exit(f"nothing is installed in {real(options.destdir, options.prefix)}")
    remove(paths, options)
    print(f"removed {len(paths)} files from {real(options.destdir, options.prefix)}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as cause:
        sys.exit(f"nothing was installed: {' '.join(cause.cmd[:2])}: {(cause.stderr or '').strip()}")
    except OSError as cause:
        sys.exit(str(cause))
