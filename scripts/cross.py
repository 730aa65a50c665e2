#!/usr/bin/env python3
"""Builds for 32-bit and 64-bit ARM with the oldest compiler that the crate declares, and runs the result under qemu.

    scripts/cross.py              both targets
    scripts/cross.py arm          one of: arm, aarch64

The compiler is Debian's rustc-web of that version with its standard libraries for the targets, unpacked below target/cross; the C
compilers and qemu are installed from Debian's packages. Per target: the Rust tests that need no other program, the declarations of
include/ by the target's C compiler (layouts of ILP32 among them), and the C demo program of every capability against the platform
of this machine. The last line is "N passed, N failed".
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, "target", "cross")
CARGO = os.environ.get("CARGO", "cargo")
VERSION = "1.85.0+dfsg3-1~deb12u3"
HOST_PACKAGES = [f"{name}={VERSION}" for name in ("rustc-web", "libstd-rust-web-1.85", "libstd-rust-web-dev")] + ["libllvm19"]
# Test binaries and what runs of each: all that needs no other program.
TESTS = [("protocol", ["downlink_vectors::", "rules_vectors::", "softbus_vectors::", "uplink_vectors::"]),
         ("near", ["vectors::"]), ("session", ["platform::", "connection_options::"])]
COUNTS = re.compile(r"^(?:test result: \w+\. )?(\d+) passed[;,] (\d+) failed", re.M)


class Target:
    def __init__(self, name, triple, debian, gnu):
        self.name, self.triple, self.debian, self.gnu = name, triple, debian, gnu
        self.runner = f"qemu-{name} -L /usr/{gnu}"
        self.libraries = os.path.join(WORK, "build", triple, "debug")


TARGETS = {target.name: target for target in (
    Target("arm", "armv7-unknown-linux-gnueabihf", "armhf", "arm-linux-gnueabihf"),
    Target("aarch64", "aarch64-unknown-linux-gnu", "arm64", "aarch64-linux-gnu"),
)}


def run(*command, env=None, seconds=3600, **options):
    return subprocess.run(command, cwd=options.pop("cwd", ROOT), env=dict(os.environ, **(env or {})), stdin=subprocess.DEVNULL,
                          timeout=seconds, **options)


def must(*command, **options):
    done = run(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-3000:]}")
    return done.stdout


def packages(targets):
    """C compilers and emulator, into the system."""
    wanted = ["qemu-user"]
    for target in targets:
        wanted += [f"gcc-{target.gnu}", f"libc6-dev-{target.debian}-cross"]
    state = run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *wanted, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True).stdout
    missing = [name for name in wanted if f"installed {name}" not in state.splitlines()]
    if missing:
        print(f"installing: {' '.join(missing)}", flush=True)
        must("apt-get", "update", "-qq")
        must("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env={"DEBIAN_FRONTEND": "noninteractive"})


def toolchain(targets):
    """The compiler and the standard libraries, unpacked; nothing of the system changes, its list of architectures neither."""
    root, debs = os.path.join(WORK, "root"), os.path.join(WORK, "debs")
    compiler = os.path.join(root, "usr", "bin", "rustc")
    standard = [os.path.join(root, "usr", "lib", "rustlib", target.triple) for target in targets]
    if not os.path.exists(compiler) or not all(map(os.path.exists, standard)):
        for directory in (debs, os.path.join(WORK, "lists", "partial"), os.path.join(WORK, "cache", "archives", "partial")):
            os.makedirs(directory, exist_ok=True)
        settings = os.path.join(WORK, "apt.conf")
        architectures = "; ".join(f'"{name}"' for name in ["amd64"] + [target.debian for target in targets])
        with open(settings, "w", encoding="utf-8") as file:
            file.write(f"APT::Architectures {{ {architectures}; }};\nDir::State::Lists \"{WORK}/lists\";\n"
                       f"Dir::Cache \"{WORK}/cache\";\n")
        print(f"fetching rustc {VERSION} and its libraries", flush=True)
        # Sources without these architectures fail; what is missing then shows in the download.
        run("apt-get", "update", "-qq", env={"APT_CONFIG": settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wanted = HOST_PACKAGES + [f"libstd-rust-web-dev:{target.debian}={VERSION}" for target in targets]
        must("apt-get", "download", "-qq", *wanted, env={"APT_CONFIG": settings}, cwd=debs)
        for name in sorted(os.listdir(debs)):
            must("dpkg", "-x", os.path.join(debs, name), root)
    wrapper = os.path.join(WORK, "rustc")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nLD_LIBRARY_PATH="{root}/usr/lib/x86_64-linux-gnu" exec "{compiler}" "$@"\n')
    os.chmod(wrapper, 0o755)
    print(must(wrapper, "--version").strip(), flush=True)
    return wrapper


class Score:
    passed = failed = 0

    def counted(self, what, *command, env=None):
        done = run(*command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        counts = [(int(p), int(f)) for p, f in COUNTS.findall(done.stdout)]
        passed, failed = sum(p for p, _ in counts), sum(f for _, f in counts)
        failed += done.returncode != 0 and failed == 0 or passed + failed == 0
        self.passed += passed
        self.failed += failed
        print(f"{what}: {passed} passed, {failed} failed", flush=True)
        if failed:
            print("\n".join(done.stdout.splitlines()[-60:]), flush=True)


def check(target, rustc, score):
    variable = target.triple.upper().replace("-", "_")
    env = {
        "RUSTC": rustc,
        "CARGO_TARGET_DIR": os.path.join(WORK, "build"),
        "CARGO_PROFILE_DEV_DEBUG": "0",
        f"CARGO_TARGET_{variable}_LINKER": f"{target.gnu}-gcc",
        f"CARGO_TARGET_{variable}_RUNNER": target.runner,
        "HWMQTT_TEST_UNDER": target.runner,
    }
    score.counted(f"{target.name}: unit tests", CARGO, "test", "--quiet", "--workspace", "--target", target.triple, "--lib", "--no-fail-fast",
                  env=env)
    for name, modules in TESTS:
        score.counted(f"{target.name}: tests of {name}", CARGO, "test", "--quiet", "--target", target.triple, "--test", name, "--no-fail-fast",
                      "--", *modules, env=env)
    must(CARGO, "build", "--quiet", "--target", target.triple, "--lib", env=env)
    score.counted(f"{target.name}: declarations of include/", CARGO, "test", "--quiet", "--test", "abi", "contract",
                  env={"HWMQTT_CC": f"{target.gnu}-gcc"})
    programs = os.path.join(WORK, "c_demo", target.name)
    must("make", "-s", "-C", "c_demo", f"CC={target.gnu}-gcc", f"OUT={programs}", f"LIBDIR={target.libraries}")
    score.counted(f"{target.name}: demo programs", sys.executable, "scripts/capability.py",
                  env={"HWMQTT_LIB_DIR": target.libraries, "HWMQTT_DEMO_DIR": programs, "HWMQTT_DEMO_UNDER": target.runner,
                       "HWMQTT_SIMULATOR": os.path.join(ROOT, "target", "release", "iotda-sim")})


def main():
    names = sys.argv[1:] or list(TARGETS)
    unknown = [name for name in names if name not in TARGETS]
    if unknown:
        sys.exit(f"unknown target {unknown[0]}; targets: {' '.join(TARGETS)}")
    targets = [TARGETS[name] for name in names]
    os.makedirs(WORK, exist_ok=True)
    packages(targets)
    rustc = toolchain(targets)
    must(CARGO, "build", "--quiet", "--release", "--package", "iotda-sim")
    score = Score()
    for target in targets:
        check(target, rustc, score)
    print(f"{score.passed} passed, {score.failed} failed")
    return 0 if score.failed == 0 and score.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
