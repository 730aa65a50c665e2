#!/usr/bin/env python3
"""Makes of the static library that cargo builds one whose only global symbols are those of the C interface:

    archive.py RAW.a OUT.a [--tools PREFIX]

The members are linked into one relocatable object, as far as the interface reaches, and all other symbols become local: another
library of Rust code in the same program has its own runtime beside it, on either side. Debug information and bitcode go. The functions of cJSON,
libboundscheck and the near-field kit stay weak, so that a program's own ones win. --tools: words before ld, nm, objcopy and ar.
"""
import argparse
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXPORTS = os.path.join(ROOT, "tests", "abi", "exports.txt")
WEAK = os.path.join(ROOT, "crates", "c-library", "src", "third_party", "weak_symbols.txt")
MEMBER = "HWMQTT.o"


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def interface():
    """Everything that the list of exports has, whatever the features."""
    with open(EXPORTS, encoding="ascii") as lines:
        return {line.strip() for line in lines if line.strip() and line[0] not in "#["}


def defined(nm, file):
    listing = run(nm, "--defined-only", "--extern-only", "--format=posix", file)
    return {line.split(" ", 1)[0] for line in listing.splitlines() if " " in line}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raw")
    parser.add_argument("out")
    parser.add_argument("--tools", default="")
    options = parser.parse_args()
    ld, nm, objcopy, ar = (options.tools + name for name in ("ld", "nm", "objcopy", "ar"))
    wanted = sorted(interface() & defined(nm, options.raw))
    if not wanted:
        sys.exit(f"{options.raw}: has nothing of the interface")
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(options.out))) as work:
        names, linked, member = (os.path.join(work, name) for name in ("names", "linked.o", MEMBER))
        with open(names, "w", encoding="ascii") as file:
            file.writelines(f"{name}\n" for name in wanted)
        arguments = os.path.join(work, "arguments")
        with open(arguments, "w", encoding="ascii") as file:
            file.writelines(f"-u {name}\n" for name in wanted)
        # Without section groups: of two with one name the linker keeps one, and that one's symbols would be local here.
        run(ld, "-r", "--gc-sections", "--force-group-allocation", f"@{arguments}", "-o", linked, options.raw)
        run(objcopy, "--strip-debug", "--strip-unneeded", "--remove-section=.llvmbc", "--remove-section=.llvmcmd", "--remove-section=.comment",
            f"--keep-global-symbols={names}", "--wildcard", f"--weaken-symbols={WEAK}", linked, member)
        left = defined(nm, member)
        if left != set(wanted):
            sys.exit(f"the object has other global symbols: {sorted(left ^ set(wanted))[:10]}")
        made = os.path.join(work, "made.a")
        run(ar, "rcsD", made, member)
        os.replace(made, options.out)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as cause:
        sys.exit(f"{' '.join(cause.cmd[:2])}: {cause.stderr.strip()}")
    except OSError as cause:
        sys.exit(str(cause))
