#!/usr/bin/env python3
"""What `make install` makes of a prefix, used as a new user would, with the repository out of the way.

    scripts/installed.py [--built DIR]     ends with "N passed, N failed"

Installs the release build into a prefix of its own, hides this repository (a file system is mounted over it, seen by this test alone)
and compiles, links and runs a program against the installed simulator: C99, C11, C17 and C++17 by gcc and clang, plain and
by pkg-config, by CMake and by meson, with the shared and the static library. Then the README's lines, all programs of c_demo, each header alone, another
LIBDIR, removal, and installations that fail half-way.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COPIED = ("scripts/installed.py", "scripts/programs.py", "tests/installed", "c_demo", "README.md", "docs/guides", "docs/guides_CN")
SECRET = "0c6f1e52a9d84b37"
STRICT = ["-Wall", "-Wextra", "-Werror"]
# What the programs of c_demo/compat are compiled with, see its README.
SWITCHES = {
    "generation_0_5.c": ["-DIOTA_COMPAT=0x0005", "-include", "iota_compat.h"],
    "generation_0_9.c": ["-include", "iota_compat.h"],
    "generation_1_0.c": ["-include", "iota_compat.h"],
    "generation_1_1_1.c": ["-DMQTTV5", "-DIOTA_COMPAT=0x0101", "-include", "iota_compat.h"],
    "generation_1_1_5.c": ["-DMQTTV5"],
    "generation_1_2_1.c": ["-DSECURITY_AWARENESS_ENABLE", "-include", "unistd.h", "-include", "securec.h", "-include", "iota_compat.h"],
    "mqtt5_demo.c": ["-DMQTTV5"],
}
WITH_TUNNEL = ("remote_login_demo.c",)

passed = failed = 0


def check(ok, what, more=""):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    if not ok:
        print(f"FAILED  {what}\n{more}", flush=True)
    return ok


def said(done):
    return f"{shlex.join(done.args) if isinstance(done.args, list) else done.args}\n{done.stdout}{done.stderr}"


def run(command, **options):
    options.setdefault("timeout", 300)
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, shell=isinstance(command, str), **options)


def tree(directory):
    return sorted(os.path.relpath(os.path.join(folder, name), directory) for folder, folders, files in os.walk(directory)
                  for name in folders + files)


def install(prefix, built, *more):
    return run([sys.executable, os.path.join(ROOT, "scripts", "install.py"), "install", "--prefix", prefix, "--built", built, *more])


def installations(work, built):
    """Removal, another place for libraries, and what fails."""
    prefix = os.path.join(work, "once")
    more = ["--libdir", os.path.join(prefix, "lib/x86_64-linux-gnu")]
    check((done := install(prefix, built, *more)).returncode == 0, "an installation with another LIBDIR", said(done))
    paths = dict(os.environ, PKG_CONFIG_PATH=os.path.join(prefix, "lib/x86_64-linux-gnu/pkgconfig"))
    done = run(["pkg-config", "--variable=libdir", "hwmqtt"], env=paths)
    check(done.stdout.strip() == os.path.join(prefix, "lib/x86_64-linux-gnu"), "pkg-config names the other LIBDIR", said(done))
    mine = os.path.join(prefix, "include", "HWMQTT", "of_the_user.h")
    open(mine, "w", encoding="ascii").close()
    obsolete = os.path.join(prefix, "include", "HWMQTT", "obsolete.h")
    open(obsolete, "w", encoding="ascii").close()
    with open(os.path.join(prefix, "share/hwmqtt/installed"), "a", encoding="ascii") as file:
        file.write(obsolete + "\n")
    before = tree(prefix)
    check((done := install(prefix, built, *more)).returncode == 0, "a second installation over it", said(done))
    check(tree(prefix) == [path for path in before if not path.endswith("obsolete.h")],
          "it removes what it does not have any more, and nothing else")
    done = run([sys.executable, os.path.join(ROOT, "scripts", "install.py"), "uninstall", "--prefix", prefix])
    check(done.returncode == 0 and tree(prefix) == ["include", "include/HWMQTT", "include/HWMQTT/of_the_user.h"], "uninstall leaves what is the user's",
          said(done) + "\n".join(tree(prefix)))

    staged = os.path.join(work, "staged")
    check((done := install("/usr", built, "--destdir", staged)).returncode == 0, "an installation with DESTDIR", said(done))
    with open(os.path.join(staged, "usr/lib/pkgconfig/HWMQTT.pc"), encoding="utf-8") as file:
        check(staged not in file.read(), "DESTDIR is in no file")

    occupied = os.path.join(work, "occupied")
    os.makedirs(os.path.join(occupied, "share"))
    open(os.path.join(occupied, "share", "hwmqtt"), "w", encoding="ascii").close()  # a file where a directory has to be
    before = tree(occupied)
    done = install(occupied, built)
    check(done.returncode != 0 and "nothing was installed" in done.stderr and tree(occupied) == before, "a place that cannot be written to: nothing is installed",
          said(done) + "\n".join(tree(occupied)))
    partly = os.path.join(work, "partly")
    shutil.copytree(built, partly, ignore=lambda _, names: [name for name in names if name not in ("libHWMQTT.so", "libHWMQTT.a")])
    absent = os.path.join(work, "absent")
    done = install(absent, partly)
    check(done.returncode != 0 and not os.path.exists(absent), "a part that is not built: nothing is installed", said(done))
    done = run(["make", "-n", "-s", "-C", ROOT, "install", "CARGO_TARGET_DIR=/elsewhere", "PREFIX=/p", "LIBDIR=/p/lib64"])
    check("--libdir /p/lib64" in done.stdout and "--built /elsewhere/release" in done.stdout, "CARGO_TARGET_DIR and LIBDIR are looked at", said(done))


class User:
    """Compiles and runs programs against the prefix; knows nothing else."""

    def __init__(self, work, prefix):
        sys.path.insert(0, os.path.join(work, "scripts"))
        os.environ["HWMQTT_SIMULATOR"] = os.path.join(prefix, "bin", "iotda-sim")
        import programs
        self.programs, self.work, self.prefix, self.count = programs, work, prefix, 0
        self.sources = os.path.join(work, "tests", "installed")
        self.environment = dict(os.environ, PKG_CONFIG_PATH=os.path.join(prefix, "lib", "pkgconfig"), CMAKE_PREFIX_PATH=prefix,
                                DEVICE_SECRET=SECRET)
        devices = [{"id": f"device-{i}", "secret": SECRET} for i in range(64)]
        self.platform = programs.Platform(work, {"plain": "auto", "tls": "none", "device": devices})

    def device(self, what, program, **more):
        """Runs it as a device, and sends it its command."""
        name = f"device-{self.count}"
        self.count += 1
        device = self.programs.Program(name, [program, "127.0.0.1", self.platform.plain_port, name], env=dict(self.environment, **more), cwd=self.work)
        try:
            device.wait("^ready$")
            answer = self.platform.ctl("command", name, "lamp", "switch", "{}")
            check(device.end() == 0 and "installed" in answer, what, f"{answer}\n" + "\n".join(device.lines))
        except self.programs.Missing as cause:
            check(False, what, f"{cause}\n" + "\n".join(device.lines))
        finally:
            self.programs.stop([device])

    def built(self, what, command, **options):
        done = run(command, env=self.environment, cwd=self.work, **options)
        return check(done.returncode == 0, what, said(done))

    def flags(self, *words):
        return run(["pkg-config", *words], env=self.environment).stdout.split()

    def languages(self):
        source = os.path.join(self.sources, "device.c")
        plus = os.path.join(self.work, "device.cpp")
        shutil.copyfile(source, plus)
        libdir = os.path.join(self.prefix, "lib")
        archive = os.path.join(libdir, "libHWMQTT.a")
        rpath = f"-Wl,-rpath,{libdir}"
        plain = [f"-I{self.prefix}/include/HWMQTT"], [f"-L{libdir}", "-lHWMQTT", rpath], [archive, "-lpthread", "-ldl", "-lm"]
        package = self.flags("--cflags", "HWMQTT"), [*self.flags("--libs", "hwmqtt"), rpath], ["-static", *self.flags("--static", "--libs", "HWMQTT")]
        named = [f"-I{self.prefix}/include", "-DBY_NAME"]
        for compiler, standard, file in [(compiler, standard, source) for compiler in ("gcc", "clang") for standard in ("c99", "c11", "c17")] + [
                ("g++", "c++17", plus), ("clang++", "c++17", plus)]:
            dialect = [f"-std={standard}", "-D_POSIX_C_SOURCE=200809L"]
            for way, (include, shared, static) in (("plain", plain), ("pkg-config", package)):
                for linking, libraries in (("shared", shared), ("static", static)):
                    what = f"{compiler} {standard}, {way}, {linking}"
                    program = os.path.join(self.work, "device")
                    if linking == "static" and way == "plain":
                        include = named
                    if self.built(what, [compiler, *dialect, *STRICT, *include, file, "-o", program, *libraries]):
                        self.device(f"{what}: runs", program)

    def cmake(self):
        build = os.path.join(self.work, "by-cmake")
        if self.built("CMake configures", ["cmake", "-S", self.sources, "-B", build]) and self.built("CMake builds", ["cmake", "--build", build]):
            for name in ("shared_c", "static_c", "shared_cpp", "static_cpp"):
                self.device(f"CMake, {name}: runs", os.path.join(build, name))

    def meson(self):
        build = os.path.join(self.work, "by-meson")
        if self.built("meson configures", ["meson", "setup", build, self.sources]) and self.built("meson builds", ["meson", "compile", "-C", build]):
            for name in ("shared_c", "static_c"):
                self.device(f"meson, {name}: runs", os.path.join(build, name), LD_LIBRARY_PATH=os.path.join(self.prefix, "lib"))

    def headers(self):
        """Each header alone, by its name and by its path."""
        top = os.path.join(self.prefix, "include", "HWMQTT")
        paths = [path for path in tree(top) if path.endswith(".h")]
        check(len(paths) > 50, f"{len(paths)} headers are installed")
        for flags, names in ((self.flags("--cflags", "HWMQTT"), [f'"{os.path.basename(path)}"' for path in paths]),
                             ([f"-I{self.prefix}/include"], [f"<HWMQTT/{path}>" for path in paths])):
            for name in sorted(set(names)):
                source = f"#include {name}\nint main(void) {{ return 0; }}\n"
                done = subprocess.run(
                    ["gcc", "-std=c99", *STRICT, *flags, "-fsyntax-only", "-x", "c", "-"], input=source, capture_output=True, text=True, timeout=60)
                check(done.returncode == 0, f"#include {name}", said(done))

    def readme(self):
        """The README's lines, for every program of c_demo; the first two are run."""
        with open(os.path.join(self.work, "README.md"), encoding="utf-8") as file:
            lines = re.findall(r"^(cc .*?app\.c.*?)(?: +#.*)?$", file.read(), re.M)
        check(len(lines) >= 4, f"the README has {len(lines)} lines that compile a program")
        sources = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(self.work, "c_demo")) for name in sorted(names)
                   if name.endswith(".c") and name not in WITH_TUNNEL]
        for line in lines:
            line = line.replace("/usr/local", self.prefix)
            for source in sources:
                switches = " ".join(SWITCHES.get(os.path.basename(source), []))
                self.built(f"{line} with {os.path.basename(source)}", re.sub(r"\bapp\.c\b", f"{switches} {source}", line))
            shutil.copyfile(os.path.join(self.sources, "device.c"), os.path.join(self.work, "app.c"))
            if self.built(line, line):
                self.device(f"{line}: runs", os.path.join(self.work, "app"))

    def first(self):
        """The README's program as it stands, its commands, and the log of the platform; only the port is a free one."""
        with open(os.path.join(self.work, "README.md"), encoding="utf-8") as file:
            text = file.read()
        program = re.search(r"^```c\n(.*?)^```$", text, re.M | re.S)[1]
        starts, orders = (re.search(rf"^(iotda-sim {word} .*)$", text, re.M)[1] for word in ("run", "ctl"))
        place = os.path.join(self.work, "first")
        os.makedirs(place)
        bin_ = os.path.join(self.prefix, "bin")
        words = shlex.split(starts.replace("--tls 8883", "--plain none --tls auto"))
        platform = self.programs.Program("platform", [os.path.join(bin_, words[0]), *words[1:]], cwd=place)
        app = None
        try:
            port = platform.wait(r"TLS [\d.]+:(\d+)")[1]
            with open(os.path.join(place, "app.c"), "w", encoding="utf-8") as file:
                file.write(program.replace('"8883"', f'"{port}"'))
            if not self.built("the README's program", ["gcc", "-Wall", "-Wextra", "-Werror", os.path.join(place, "app.c"), "-o", os.path.join(place, "app"),
                              *self.flags("--cflags", "--libs", "HWMQTT"), f"-Wl,-rpath,{self.prefix}/lib"]):
                return
            app = self.programs.Program("app", ["stdbuf", "-oL", "./app"], cwd=place)
            app.wait("^connected$")
            app.wait("^delivered: 1$")
            words = shlex.split(orders)
            done = run([os.path.join(bin_, words[0]), *words[1:]], cwd=place)
            check(done.returncode == 0 and '"done"' in done.stdout, "the README's command is answered", said(done))
            check(app.end() == 0, "the README's program ends", "\n".join(app.lines))
            with open(os.path.join(self.work, "docs/guides/cookbook.md"), encoding="utf-8") as file:
                block = re.search(r"^```python\n(.*?)^```$", file.read(), re.M | re.S)[1]
            done = run([sys.executable, "-c", block.replace('b"8883"', f'b"{port}"')], cwd=place,
                       env=dict(self.environment, LD_LIBRARY_PATH=os.path.join(self.prefix, "lib")))
            check(done.returncode == 0 and platform.wait("from Python"), "the cookbook's Python", said(done))
        except self.programs.Missing as cause:
            check(False, "the README's program", str(cause))
        finally:
            self.programs.stop([one for one in (platform, app) if one])

    def guides(self):
        """The C code of the guides, each block a file of its own."""
        for folder in ("docs/guides", "docs/guides_CN"):
            for name in sorted(os.listdir(os.path.join(self.work, folder))):
                with open(os.path.join(self.work, folder, name), encoding="utf-8") as file:
                    for number, block in enumerate(re.findall(r"^```c\n(.*?)^```$", file.read(), re.M | re.S)):
                        source = os.path.join(self.work, "block.c")
                        with open(source, "w", encoding="utf-8") as out:
                            out.write(block)
                        self.built(f"{folder}/{name}, block {number}",
                                   ["gcc", "-std=c99", *STRICT, *self.flags("--cflags", "HWMQTT"), "-c", source, "-o", source + ".o"])

    def makefiles(self):
        """The Makefiles of the demo programs."""
        for compiler in ("gcc", "clang"):
            for folder in ("c_demo", "c_demo/compat"):
                out = os.path.join(self.work, f"made-{compiler}")
                self.built(f"make in {folder}, {compiler}", ["make", "-C", os.path.join(self.work, folder), f"SDK={self.prefix}", f"CC={compiler}", f"OUT={out}"])

    def rest(self):
        done = run([os.path.join(self.prefix, "share/hwmqtt/check-program"), os.path.join(self.work, "app")])
        check(done.returncode == 0 and "it is this library, or has it built in" in done.stdout, "the installed check-program", said(done))
        for name in ("LICENSE", "NOTICES", "docs/configuration.md", "docs/migrating.md", "docs/spec/uplink.md"):
            check(os.path.getsize(os.path.join(self.prefix, "share/doc/HWMQTT", name)) > 1000, f"{name} is there")
        with open(os.path.join(self.prefix, "share/doc/HWMQTT/NOTICES"), encoding="utf-8") as file:
            notices = file.read()
        for name in ("rustls", "ring", "rumqttc", "tokio"):
            check(re.search(rf"^{name} \d", notices, re.M), f"{name} is in NOTICES")


def inside(work, prefix, repository):
    """The second half, with the repository hidden."""
    check(ROOT == work and not os.listdir(repository), "the repository is hidden")
    user = User(work, prefix)
    try:
        for part in (user.headers, user.languages, user.cmake, user.meson, user.readme, user.first, user.guides, user.makefiles, user.rest):
            before = passed, failed
            part()
            print(f"{part.__name__:<10} {passed - before[0]} passed, {failed - before[1]} failed", flush=True)
    finally:
        user.programs.stop([user.platform])


def main():
    global passed, failed
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--built", default=os.path.join(ROOT, "target", "release"))
    parser.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(*options.inside)
        print(f"inside: {passed} passed, {failed} failed")
        return 0 if failed == 0 else 1
    with tempfile.TemporaryDirectory(prefix="installed-") as work:
        prefix = os.path.join(work, "prefix")
        done = install(prefix, options.built)
        if check(done.returncode == 0, "the installation", said(done)):
            installations(work, options.built)
            for name in COPIED:
                source, target = os.path.join(ROOT, name), os.path.join(work, name)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copytree(source, target) if os.path.isdir(source) else shutil.copyfile(source, target)
            hide = f"mount -t tmpfs none {shlex.quote(ROOT)} && cd {shlex.quote(work)} && exec {sys.executable} scripts/installed.py --inside {work} {prefix} {shlex.quote(ROOT)}"
            done = subprocess.run(["unshare", "--mount", "sh", "-c", hide], stdout=subprocess.PIPE, text=True, timeout=1500)
            print(done.stdout, end="")
            counts = re.search(r"^inside: (\d+) passed, (\d+) failed", done.stdout, re.M)
            if check(counts is not None, "the second half ran"):
                passed, failed = passed + int(counts[1]), failed + int(counts[2])
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
