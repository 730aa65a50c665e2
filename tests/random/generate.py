#!/usr/bin/env python3
"""Writes calls.h for play.c: for each function of the SDK's own headers a call with random arguments, made from the description of
the interface (tests/abi/contract.json). generate.py OUTPUT. Fails when an exported function is neither called here nor in play.c.
"""
import json, os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ABI = os.path.join(HERE, "..", "abi")
HEADERS = ("iota_", "subscribe.h", "report_anomaly.h", "detect_anomaly.h", "sys_hal.h")
# Structs that a call takes as an array with a count behind it: so many there are.
ARRAYS = {"ST_IOTA_SERVICE_DATA_INFO", "ST_IOTA_DEVICE_DATA_INFO", "ANOMALY_MALICIOUS_FILE", "ANOMALY_CVE_VNLNERABILITY",
          "ANOMALY_PROTOCOL", "ANOMALY_UNSAFE_FUNCTION", "ANOMALY_ABNORMAL_PROCES"}
ROOM = 12
# Not played: gBridgeRequestId and g_soft_bus_total are variables; SetLogCallback has SetPrintfLogCallback's type and meaning.
OUT = {"gBridgeRequestId", "g_soft_bus_total"}


def parameters(kind):
    """The types in the last brackets of a function's type."""
    inner = kind[kind.index("(*)(") + 4:-1]
    found, depth, start = [], 0, 0
    for at, c in enumerate(inner + ","):
        depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(c, 0)
        if c == "," and not depth:
            found.append(inner[start:at].strip())
            start = at + 1
    return [] if found == ["void"] else found


def bare(kind):
    return re.sub(r"\bconst\b|\*", "", kind).strip()


def field(structs, name, kind):
    """A statement that fills `it->name`; None for what stays zero."""
    array = re.fullmatch(r"(.*?)\s*\[(\d+)\]", kind)
    if array and array[1] == "char":
        return f"Bytes(it->{name}, {array[2]});"
    if array and "*" in array[1]:
        return f"for (int i = 0; i < {array[2]}; i++) it->{name}[i] = Few() ? Text() : NULL;"
    if array:
        return f"for (int i = 0; i < {array[2]}; i++) if (Few()) Fill_{array[1]}(&it->{name}[i]);"
    if kind in ("char *", "const char *"):
        return f"it->{name} = Text();"
    if bare(kind) == "MQTTV5_USER_PRO":
        return f"it->{name} = Pairs();"
    if bare(kind) in ("int", "unsigned int", "long"):
        # HWMQTT's own structs with const members are filled through a cast.
        return f"*(({bare(kind)} *)&it->{name}) = Int();"
    return None


def main():
    contract = json.load(open(os.path.join(ABI, "contract.json"), encoding="utf-8"))
    structs, functions = contract["structs"], contract["functions"]
    exports = [line.strip() for line in open(os.path.join(ABI, "exports.txt"), encoding="utf-8")]
    exports = [line for line in exports if line and line[0] not in "#["]
    by_hand = set(re.findall(r"\b([A-Za-z_]\w+)\(", open(os.path.join(HERE, "play.c"), encoding="utf-8").read()))
    needed, calls = [], []

    def need(name):
        if name not in needed:
            for _, kind in structs[name]["fields"]:
                inner = bare(re.sub(r"\[\d+\]", "", kind))
                if inner in structs and inner != name and inner != "MQTTV5_USER_PRO":
                    need(inner)
            needed.append(name)

    for name in exports:
        if name in by_hand or name in OUT:
            continue
        about = functions.get(name)
        if about is None or not os.path.basename(about["header"]).startswith(HEADERS):
            sys.exit(f"{name} is exported and not played: add it to play.c")
        arguments, previous = [], ""
        for kind in parameters(about["type"]):
            inner = bare(kind)
            if "(*)" in kind:
                returns = "Number" if kind.startswith("int") else "Nothing"
                arguments.append(f"Few() ? NULL : (({kind})(void *)On{returns})")
            elif inner == "void":
                arguments.append("Context()")
            elif inner in structs and "*" in kind:
                need(inner)
                arguments.append(f"Some_{inner}({ROOM if inner in ARRAYS else 1})")
            elif inner in structs:
                need(inner)
                arguments.append(f"*Whole_{inner}()")
            elif kind == "int *":
                arguments.append(f"Lengths({ROOM})")
            elif inner == "char":
                arguments.append("Text()")
            elif bare(previous) in ARRAYS:
                arguments.append(f"Count({ROOM})")
            elif inner in ("int", "unsigned int", "EN_IOTA_CALLBACK_SETTING"):
                arguments.append(f"({inner})Int()")
            else:
                sys.exit(f"{name}: no random {kind}")
            previous = kind
        calls.append((name, arguments))

    with open(sys.argv[1], "w", encoding="utf-8") as out:
        out.write("/* Written by generate.py. */\n")
        for name in needed:
            filling = "\n".join(f"    {line}" for line in (field(structs, *f) for f in structs[name]["fields"]) if line)
            out.write(f"static void Fill_{name}({name} *it)\n{{\n{filling}\n}}\n"
                      f"static __attribute__((unused)) {name} *Whole_{name}(void)\n{{\n    {name} *all = Room(sizeof(*all));\n"
                      f"    Fill_{name}(all);\n    return all;\n}}\n"
                      f"static __attribute__((unused)) {name} *Some_{name}(int count)\n{{\n"
                      f"    if (Few())\n        return NULL;\n    {name} *all = Room(count * sizeof(*all));\n"
                      f"    for (int i = 0; i < count; i++)\n        Fill_{name}(&all[i]);\n    return all;\n}}\n")
        for name, arguments in calls:
            names = ", ".join(f"a{n}" for n in range(len(arguments)))
            lines = "".join(f"    __auto_type a{n} = {value};\n" for n, value in enumerate(arguments))
            out.write(f"static void Play_{name}(void)\n{{\n{lines}    CALL((void){name}({names}));\n}}\n")
        out.write("static const Player g_generated[] = {\n")
        out.writelines(f'    {{"{name}", Play_{name}}},\n' for name, _ in calls)
        out.write("};\n")
    print(f"{len(calls)} functions with generated arguments, {len(by_hand & set(exports))} by hand")


if __name__ == "__main__":
    main()
