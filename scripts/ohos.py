#!/usr/bin/env python3
"""Builds the library for OpenHarmony, checks it, runs it under qemu, and packs it: `make ohos`.

    scripts/ohos.py               both: aarch64 and armv7
    scripts/ohos.py aarch64       one of them

With OHOS_SDK (the folder that has native/, or native/ itself) clang, sysroot and runtime are the SDK's. Without it Debian's clang and
lld take their place, with musl and the runtime libraries of Debian's packages as the sysroot; musl is not OpenHarmony's libc. The Rust
standard library is built from source, by Debian's rustc-web and rust-web-src (of one version), unpacked below target/ohos. Per
target: libHWMQTT.so and libHWMQTT.a, what the .so needs at run time, the declarations of include/ by the target's compiler, and for
what qemu can run on musl the C demo programs and the soft bus flow; then dist/ohos-ARCH.tar.xz with checksums. The last line is
"N passed, N failed".
"""
import glob
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile

from cross import ROOT, CARGO, Score, must, run

WORK = os.path.join(ROOT, "target", "ohos")
DIST = os.path.join(ROOT, "dist")
RUST = "1.96.0+dfsg1-1~deb12u2"
HOST_PACKAGES = [f"{name}={RUST}" for name in ("rustc-web", "rust-web-src", "libstd-rust-web-1.96", "libstd-rust-web-dev")] + ["libllvm22"]
LLVM = "/usr/lib/llvm-19"
SDK = os.environ.get("OHOS_SDK", "")
# What the libraries of another system want from glibc.
STANDINS = """
#include <stdarg.h>
#include <stdio.h>
int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int written = vfprintf(file, format, list);
    va_end(list);
    (void)flag;
    return written;
}
"""


class Target:
    def __init__(self, name, clang, debian, musl, packages, flags=()):
        self.name, self.clang, self.debian, self.musl = name, clang, debian, musl
        self.triple = f"{name}-unknown-linux-ohos"
        self.packages, self.flags = ["musl", "musl-dev"] + packages, list(flags)
        self.place = os.path.join(WORK, name)
        self.raw = os.path.join(self.place, "packages")
        self.sysroot = os.path.join(self.place, "sysroot")
        self.compiler = os.path.join(self.place, "cc")
        self.output = os.path.join(WORK, "build", self.triple, "release")
        self.runner = f"qemu-{name.replace('armv7', 'arm')} -L {self.sysroot}"

    def found(self, *patterns):
        """The one file of the packages that fits."""
        files = [file for pattern in patterns for file in glob.glob(os.path.join(self.raw, pattern), recursive=True)]
        if not files:
            sys.exit(f"{self.name}: no {' or '.join(patterns)} in the packages")
        return files[0]


TARGETS = {target.name: target for target in (
    Target("aarch64", "aarch64-linux-ohos", "arm64", "aarch64-linux-musl", ["libunwind-19-dev", "libclang-rt-19-dev"]),
    # Soft-float calls, as OpenHarmony has them on 32-bit ARM.
    Target("armv7", "armv7-linux-ohos", "armel", "arm-linux-musleabi", ["libgcc-12-dev"],
           ["-march=armv7-a", "-mfloat-abi=softfp", "-mfpu=vfpv3-d16"]),
)}


def native():
    """The SDK's folder with llvm and sysroot."""
    inner = os.path.join(SDK, "native")
    return inner if os.path.isdir(inner) else SDK


def llvm(tool):
    return os.path.join(native(), "llvm", "bin", tool) if SDK else os.path.join(LLVM, "bin", tool)


def installed(*wanted):
    state = run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *wanted, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True).stdout
    missing = [name for name in wanted if f"installed {name}" not in state.splitlines()]
    if missing:
        print(f"installing: {' '.join(missing)}", flush=True)
        must("apt-get", "update", "-qq")
        must("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env={"DEBIAN_FRONTEND": "noninteractive"})


def fetched(wanted, place, env=None):
    """Packages, downloaded and unpacked into a folder of their own unless they are there."""
    mark, names = os.path.join(place, ".packages"), " ".join(wanted)
    if os.path.exists(mark) and open(mark, encoding="utf-8").read() == names:
        return
    debs = place + ".debs"
    for folder in (debs, place):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    print(f"fetching {names}", flush=True)
    must("apt-get", "download", "-qq", *wanted, env=env, cwd=debs)
    for name in sorted(os.listdir(debs)):
        must("dpkg", "-x", os.path.join(debs, name), place)
    shutil.rmtree(debs)
    with open(mark, "w", encoding="utf-8") as file:
        file.write(names)


def rustc():
    """The compiler with the sources of its standard library, unpacked; nothing of the system changes."""
    root = os.path.join(WORK, "rust")
    mark = os.path.join(root, ".packages")
    if not os.path.exists(mark):
        must("apt-get", "update", "-qq")
    fetched(HOST_PACKAGES, root)
    wrapper = os.path.join(WORK, "rustc")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nLD_LIBRARY_PATH="{root}/usr/lib/x86_64-linux-gnu" exec "{root}/usr/bin/rustc" "$@"\n')
    os.chmod(wrapper, 0o755)
    print(must(wrapper, "--version").strip(), flush=True)
    return wrapper


def foreign(targets):
    """The targets' packages, by lists of this script's own, so that the system's architectures stay as they are."""
    settings = os.path.join(WORK, "apt.conf")
    env = {"APT_CONFIG": settings}
    if all(os.path.exists(os.path.join(target.raw, ".packages")) for target in targets):
        return
    for folder in ("lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(WORK, folder), exist_ok=True)
    architectures = "; ".join(f'"{name}"' for name in ["amd64"] + [target.debian for target in targets])
    with open(settings, "w", encoding="utf-8") as file:
        file.write(f"APT::Architectures {{ {architectures}; }};\nDir::State::Lists \"{WORK}/lists\";\nDir::Cache \"{WORK}/cache\";\n")
    # Sources without these architectures fail; what is missing then shows in the download.
    run("apt-get", "update", "-qq", env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for target in targets:
        fetched([f"{name}:{target.debian}" for name in target.packages], target.raw, env)


def make_sysroot(target):
    """usr/include, usr/lib and the loader of musl, with the runtime libraries under the names that clang and Rust look for."""
    shutil.rmtree(target.sysroot, ignore_errors=True)
    lib = os.path.join(target.sysroot, "usr", "lib")
    os.makedirs(lib)
    os.makedirs(os.path.join(target.sysroot, "lib"))
    shutil.copytree(os.path.join(target.raw, "usr", "include", target.musl), os.path.join(target.sysroot, "usr", "include"))
    for file in glob.glob(os.path.join(target.raw, "usr", "lib", target.musl, "*.[ao]")):
        shutil.copy(file, lib)
    libc = os.path.join(target.raw, "lib", target.musl, "libc.so")
    shutil.copy(libc, lib)
    for loader in glob.glob(os.path.join(target.raw, "lib", "ld-musl-*.so.1")):
        shutil.copy(libc, os.path.join(target.sysroot, "lib", os.path.basename(loader)))
    # clang's own folder, with the runtime for this target.
    resources = os.path.join(target.place, "clang")
    shutil.rmtree(resources, ignore_errors=True)
    runtime = os.path.join(resources, "lib", target.clang.replace("armv7", "arm"))
    os.makedirs(runtime)
    os.symlink(os.path.join(glob.glob(f"{LLVM}/lib/clang/*")[0], "include"), os.path.join(resources, "include"))
    builtins, unwind = os.path.join(runtime, "libclang_rt.builtins.a"), os.path.join(lib, "libunwind.a")
    if target.debian == "armel":
        shutil.copy(target.found("usr/lib/gcc/**/libgcc.a"), builtins)
        shutil.copy(target.found("usr/lib/gcc/**/libgcc_eh.a"), unwind)
        begin, end = target.found("usr/lib/gcc/**/crtbeginS.o"), target.found("usr/lib/gcc/**/crtendS.o")
    else:
        shutil.copy(target.found("**/libclang_rt.builtins-*.a"), builtins)
        shutil.copy(target.found("usr/lib/llvm-*/lib/libunwind.a", "usr/lib/*/libunwind.a"), unwind)
        begin, end = target.found("**/clang_rt.crtbegin-*.o"), target.found("**/clang_rt.crtend-*.o")
    for wanted, file in (("crtbegin", begin), ("crtend", end)):
        for name in (f"{wanted}.o", f"{wanted}S.o"):
            shutil.copy(file, os.path.join(lib, name))
    return ["--sysroot", target.sysroot, "-resource-dir", resources, "-B", lib, "-L", lib]


def make_compiler(target):
    """The C compiler and linker under one name."""
    os.makedirs(target.place, exist_ok=True)
    if SDK:
        options = ["--sysroot", os.path.join(native(), "sysroot")]
        target.sysroot = options[-1]
    else:
        options = make_sysroot(target)
    words = " ".join([llvm("clang"), "-target", target.clang, *options, *target.flags, "-D__MUSL__", "-Wno-unused-command-line-argument"])
    with open(target.compiler, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec {words} "$@"\n')
    os.chmod(target.compiler, 0o755)
    if not SDK:
        source = os.path.join(target.place, "standins.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(STANDINS)
        must(target.compiler, "-O2", "-fPIC", "-c", source, "-o", os.path.join(target.place, "standins.o"))
        must(llvm("llvm-ar"), "r", os.path.join(target.sysroot, "usr", "lib", "libunwind.a"), os.path.join(target.place, "standins.o"))


def build(target, compiler):
    name = target.triple.replace("-", "_")
    cargo = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
    env = {
        "RUSTC": compiler, "RUSTC_BOOTSTRAP": "1", "CARGO_TARGET_DIR": os.path.join(WORK, "build"),
        f"CARGO_TARGET_{name.upper()}_LINKER": target.compiler, f"CC_{name}": target.compiler, f"AR_{name}": llvm("llvm-ar"),
        "RUSTFLAGS": f"--remap-path-prefix={cargo}/registry/src/= --remap-path-prefix={ROOT}/= --remap-path-prefix={WORK}/rust/= "
                     f"{os.environ.get('RUSTFLAGS', '')}",
    }
    for kind in ("cdylib", "staticlib"):
        print(f"{target.name}: building the {kind}", flush=True)
        fold = ["--", "-C", "link-arg=-Wl,--icf=all"] if kind == "cdylib" else []
        must(CARGO, "rustc", "--quiet", "--release", "--lib", "--crate-type", kind, "--target", target.triple,
             "-Zbuild-std=std,panic_unwind", *fold, env=env)


def judge(score, ok, what):
    score.passed += bool(ok)
    score.failed += not ok
    print(("ok      " if ok else "FAILED  ") + what, flush=True)


def check(target, score):
    library, archive = (os.path.join(target.output, f"libHWMQTT.{kind}") for kind in ("so", "a"))
    dynamic = must(llvm("llvm-readelf"), "-dW", library)
    needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
    judge(score, needed == ["libc.so"], f"{target.name}: the .so needs {', '.join(needed)}")
    judge(score, "soname: [libHWMQTT.so]" in dynamic, f"{target.name}: SONAME is libHWMQTT.so")
    judge(score, "TEXTREL" not in dynamic, f"{target.name}: no text relocations")
    exported = {line.split()[-1] for line in must(llvm("llvm-nm"), "-D", "--defined-only", library).splitlines()}
    with open(os.path.join(ROOT, "tests", "abi", "exports.txt"), encoding="ascii") as lines:
        section, listed = "", set()
        for line in map(str.strip, lines):
            section = line.strip("[]") if line.startswith("[") else section
            if line and line[0] not in "#[" and section in ("functions", "variables", "cjson", "dconn", "securec"):
                listed.add(line)
    judge(score, exported == listed, f"{target.name}: exports what tests/abi/exports.txt lists"
          f"{': not ' + ', '.join(sorted(exported ^ listed)[:5]) if exported != listed else ''}")
    print(f"{target.name}: libHWMQTT.so {os.path.getsize(library)} bytes, libHWMQTT.a {os.path.getsize(archive)} bytes", flush=True)
    # In a folder of its own: every build shares target/debug otherwise.
    score.counted(f"{target.name}: declarations of include/", CARGO, "test", "--quiet", "--test", "abi", "contract",
                  env={"HWMQTT_CC": target.compiler})


def demos(target, score):
    """The C demo programs, and the soft bus flow, under qemu: they link both ways."""
    programs = os.path.join(target.place, "c_demo")
    shutil.rmtree(programs, ignore_errors=True)
    must("make", "-s", "-C", "c_demo", f"CC={target.compiler}", f"OUT={programs}", f"LIBDIR={target.output}")
    static = os.path.join(target.place, "linked_statically")
    include = os.path.join(ROOT, "include")
    folders = [f"-I{os.path.join(include, name)}" for name in ("", "agentlite", "service", "util", "third_party/cjson")]
    linked = run(target.compiler, "-O2", "-std=c99", *folders, os.path.join(ROOT, "c_demo", "message_demo.c"), "-o", static,
                 os.path.join(target.output, "libHWMQTT.a"), "-lunwind", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    judge(score, linked.returncode == 0, f"{target.name}: a demo program links with libHWMQTT.a{linked.stdout[-500:]}")
    if SDK:
        print(f"{target.name}: built with the SDK, whose libc qemu does not run: the programs are not run", flush=True)
        return
    env = {"HWMQTT_LIB_DIR": target.output, "HWMQTT_DEMO_DIR": programs, "HWMQTT_DEMO_UNDER": target.runner,
           "HWMQTT_SIMULATOR": os.path.join(ROOT, "target", "release", "iotda-sim"), "HWMQTT_DEMO_LOOPBACK": "1"}
    score.counted(f"{target.name}: demo programs under qemu", sys.executable, "scripts/capability.py", env=env)
    score.counted(f"{target.name}: the soft bus flow under qemu", sys.executable, "scripts/demo.py", env=env)


def pack(target):
    """dist/ohos-ARCH.tar.xz: library, headers, build files, checksums; the same bytes for the same content."""
    top = f"ohos-{target.name}"
    files = {f"lib/{name}": os.path.join(target.output, name) for name in ("libHWMQTT.so", "libHWMQTT.a")}
    for folder in ("include", "ohos"):
        for path, folders, names in os.walk(os.path.join(ROOT, folder)):
            folders.sort()
            files.update({os.path.relpath(os.path.join(path, name), ROOT): os.path.join(path, name) for name in names})
    files["LICENSE"] = os.path.join(ROOT, "LICENSE")
    content = {name: open(path, "rb").read() for name, path in files.items()}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(content.items()))
    content["SHA256SUMS"] = sums.encode()
    os.makedirs(DIST, exist_ok=True)
    path = os.path.join(DIST, top + ".tar.xz")
    with tarfile.open(path, "w:xz") as archive:
        for name, data in sorted(content.items()):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mode = len(data), 0o755 if name.endswith(".so") else 0o644
            archive.addfile(entry, io.BytesIO(data))
    print(f"{os.path.relpath(path, ROOT)}: {os.path.getsize(path)} bytes", flush=True)


def main():
    names = sys.argv[1:] or list(TARGETS)
    unknown = [name for name in names if name not in TARGETS]
    if unknown:
        sys.exit(f"unknown target {unknown[0]}; targets: {' '.join(TARGETS)}")
    targets = [TARGETS[name] for name in names]
    os.makedirs(WORK, exist_ok=True)
    if not SDK:
        installed("clang-19", "lld-19", "qemu-user")
        foreign(targets)
    compiler = rustc()
    must(CARGO, "build", "--quiet", "--release", "--package", "iotda-sim")
    score = Score()
    for target in targets:
        make_compiler(target)
        build(target, compiler)
        check(target, score)
        demos(target, score)
        pack(target)
    print(f"{score.passed} passed, {score.failed} failed")
    return 0 if score.failed == 0 and score.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
