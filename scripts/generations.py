#!/usr/bin/env python3
"""Writes tools/generations.json from the description of the C SDK's ABI: generations.py ABI.json > tools/generations.json

For each function of the C SDK, the internal ones too: header, release in which it came, number of arguments (-1: any), and whether
it is internal. What changed and what went, with what that means for a program, is in tools/check-program.
"""
import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        abi = json.load(file)
    lines = []
    for name, f in sorted(abi["functions"].items()):
        count = -1 if f["variadic"] else len(f["params"])
        fact = [f["header"], f.get("since") or "1.1.2", count, f["tier"] == 3]
        lines.append(f"{json.dumps(name)}: {json.dumps(fact)}")
    for name, f in sorted(abi["undeclared_exports"].items()):
        lines.append(f"{json.dumps(name)}: {json.dumps(['', '1.2.0', len(f['params']), True])}")
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
