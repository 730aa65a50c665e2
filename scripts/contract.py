#!/usr/bin/env python3
"""Writes tests/abi/contract.json from the description of the C SDK's ABI, tests/abi/abi.json: contract.py. With --check it only compares.

The contract has what a program can rely on when it is compiled against include/: functions with their types, struct
layouts, enumerators and macro values of the public headers, of cJSON and of libboundscheck. tests/abi checks the
headers against it; a release of the C SDK is the only reason to write it anew.
"""
import io
import json
import os
import re
import sys

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "abi")

CJSON, SECUREC = "third_party/cjson/cJSON.h", "third_party/libboundscheck/securec.h"
# Internal headers that programs include all the same; of the functions in them only the public ones count.
INTERNAL = ("base/hmac_sha256.h", "base/mqtt_base.h", "tunnel/wss_client.h")
SWITCH = {
    None: None,
    "defined(MQTTV5)": "MQTTV5",
    "defined(SECURITY_AWARENESS_ENABLE)": "SECURITY_AWARENESS_ENABLE",
    "defined(_SYS_LOG)": "_SYS_LOG",
    "!defined(_SYS_LOG)": None,
    "not Windows": None,
    "!defined(TRUE)": None,
    "!defined(FALSE)": None,
}
# Defined on some systems only, or values of a foreign header.
LEFT_OUT = ("DCONN_API_PUBLIC", "MQTT_TRACE_LEVEL")


def entry(header, when, **facts):
    made = {"header": header, **facts}
    if when:
        made["when"] = when
    return made


def spelled(of):
    """A type as every machine reads it: size_t stays size_t, since what it is depends on the machine."""
    return of["type"] if re.search(r"\bsize_t\b", of["type"]) else of.get("canonical") or of["type"]


def pointer_type(function):
    sized = any(re.search(r"\bsize_t\b", p["type"]) for p in function["params"])
    if "pointer_type" in function and not sized:
        return function["pointer_type"]
    types = [spelled(p) for p in function["params"]]
    tail = ", ..." if function.get("variadic") else ""
    return f"{function.get('return_canonical') or function['return']} (*)({', '.join(types or ['void'])}{tail})"


def layout(struct, header, when):
    made = {"fields": [[f["name"], spelled(f)] for f in struct["x86_64"]["fields"]]}
    for name, model in (("lp64", "x86_64"), ("ilp32", "arm32"), ("i386", "i386")):
        if model in struct:
            made[name] = {"size": struct[model]["size"], "offsets": [f["offset"] for f in struct[model]["fields"]]}
    return entry(header, when, **made)


def macro(m, header, when):
    if m["kind"] == "int" and "int_value" in m:
        return entry(header, when, int=m["int_value"])
    if m["kind"] == "string" and "string_value" in m:
        return entry(header, when, string=m["string_value"])
    return entry(header, when)


def contract(abi):
    headers = [h for h, facts in abi["headers"].items() if facts["tier"] <= 2 or h in INTERNAL]
    made = {"headers": headers + [CJSON, SECUREC], "functions": {}, "structs": {}, "enumerators": {}, "macros": {}}
    for name, f in abi["functions"].items():
        undefined = not f["exported_by_reference"] and not f.get("built_when") and not f.get("exported_only_in")
        public = f["tier"] <= 2 or f["header"] == INTERNAL[0]
        if f["header"] in headers and public and (not undefined or f.get("guard") == "defined(_SYS_LOG)"):
            made["functions"][name] = entry(f["header"], SWITCH[f.get("guard")], type=pointer_type(f))
    for name, s in abi["structs"].items():
        if s["header"] in headers:
            made["structs"][name] = layout(s, s["header"], SWITCH[s.get("guard")])
    for name, values in abi["enums"].items():
        header = abi["enum_info"][name]["header"]
        if header in headers:
            for v in values:
                made["enumerators"][v["name"]] = entry(header, None, value=v["value"])
    for name, variant in abi["enum_variants"].items():
        when = SWITCH[variant["when"]]
        for v in variant["values"]:
            fact = entry(abi["enum_info"][name]["header"], when, name=v["name"], value=v["value"])
            made["enumerators"][f"{v['name']} with {when}"] = fact
    for name, m in abi["macros"].items():
        if m["header"] in headers and name not in LEFT_OUT and m.get("guard") in SWITCH:
            made["macros"][name] = macro(m, m["header"], SWITCH[m.get("guard")])

    for name, f in abi["cjson"]["functions"].items():
        made["functions"][name] = entry(CJSON, None, type=pointer_type(f))
    for name, s in abi["cjson"]["structs"].items():
        made["structs"][name] = layout(s, CJSON, None)
    for name, m in abi["cjson"]["macros"].items():
        made["macros"][name] = macro(m, CJSON, None)
    for name, f in abi["securec"]["functions"].items():
        made["functions"][name] = entry(SECUREC, None, type=pointer_type(f))
    for name, value in {**abi["securec"]["return_codes"], **abi["securec"]["limits"]}.items():
        made["macros"][name] = entry(SECUREC, None, int=value)
    return made


def write(made, out):
    """One fact per line, so that differences can be read."""
    parts = []
    for part, facts in made.items():
        if isinstance(facts, list):
            lines = [json.dumps(fact) for fact in facts]
            parts.append(f'"{part}": [\n  ' + ",\n  ".join(lines) + "\n]")
        else:
            lines = [f"{json.dumps(name)}: {json.dumps(fact, ensure_ascii=False)}" for name, fact in facts.items()]
            parts.append(f'"{part}": {{\n  ' + ",\n  ".join(lines) + "\n}")
    out.write("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    made = io.StringIO()
    with open(os.path.join(FOLDER, "abi.json"), encoding="utf-8") as file:
        write(contract(json.load(file)), made)
    target = os.path.join(FOLDER, "contract.json")
    if sys.argv[1:]:
        with open(target, encoding="utf-8") as file:
            sys.exit(0 if file.read() == made.getvalue() else "tests/abi/contract.json is not what abi.json gives")
    with open(target, "w", encoding="utf-8") as file:
        file.write(made.getvalue())
