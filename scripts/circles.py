#!/usr/bin/env python3
"""Fails when files of a crate use each other in a circle: a file that cannot be read without the file that cannot be read
without it. Counted is what a file names by a path (`crate::…`, `super::…`, a module of its own), outside tests; that a module
declares its parts is no use of them, nor is handing them on (`pub use part::*`). In the crates of `ROOMS` the folders at each
level, with the files beside them, may not use each other in a circle either.

Usage: scripts/circles.py [--uses | --rooms] [SOURCE DIRECTORY …]
`--uses` prints what each file uses, `--rooms` what each folder of the first level uses, as docs/architecture.md draws it.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = (
    "src",
    "crates/base/src",
    "crates/c-library/src",
    "crates/iotda-device/src",
    "crates/nearlink/src",
    "simulator/src",
)
ROOMS = ("crates/iotda-device/src",)


def bare(text):
    """The code of a file without comments, texts and unit tests."""
    text = re.sub(r'//[^\n]*|/\*.*?\*/|r(#*)".*?"\1|"(?:\\.|[^"\\])*"', " ", text, flags=re.S)
    at = re.search(r"#\[cfg\((?:test|all\(test\b[^]]*)\)?\]\s*(?:pub(?:\([^)]*\))? )?mod \w+\s*\{", text)
    while at:
        depth, end = 1, at.end()
        while depth and end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        text = text[: at.start()] + text[end:]
        at = re.search(r"#\[cfg\(test\)\]\s*mod \w+\s*\{", text)
    return re.sub(r"\bpub(?:\([^)]*\))? use (?:self::)?\w+::\*;", " ", text)


def flat(tree):
    """The paths of one `use` tree."""
    tree = tree.strip()
    group = tree.find("{")
    if group < 0 or "}" not in tree:
        return [re.sub(r"\s+as\s+\w+$", "", tree)]
    head, body, depth, start, paths = tree[:group], tree[group + 1 : tree.rindex("}")], 0, 0, []
    for at, c in enumerate(body + ","):
        depth += {"{": 1, "}": -1}.get(c, 0)
        if c == "," and not depth:
            paths += [head + path for path in flat(body[start:at]) if body[start:at].strip()]
            start = at + 1
    return paths


def files(directory):
    """Every module of the crate, by its path, with its file; unit tests in files of their own are left out."""
    found = {}
    for where, _, names in os.walk(directory):
        for name in names:
            relative = os.path.relpath(os.path.join(where, name), directory)
            if not name.endswith(".rs") or name in ("tests.rs", "main.rs") or "tests" in relative.split(os.sep)[:-1]:
                continue
            module = relative[:-3].split(os.sep)
            if module[-1] in ("mod", "lib"):
                module = module[:-1]
            found[tuple(module)] = relative
    return found


def uses(modules, directory):
    """For each module the modules that it names."""
    graph = {}
    for module, relative in modules.items():
        with open(os.path.join(directory, relative), encoding="utf-8") as file:
            text = bare(file.read())
        trees = re.findall(r"\buse\s+([^;]+);", text)
        paths = [path for tree in trees for path in flat(tree)]
        rest = re.sub(r"\buse\s+[^;]+;", " ", text)
        paths += [re.sub(r"\s+", "", path) for path in re.findall(r"\b(?:\w+\s*::\s*)+\w+", rest)]
        named = set()
        for path in paths:
            words = re.sub(r"\s+", "", path).split("::")
            at = module
            if words[0] == "crate":
                at, words = (), words[1:]
            elif words[0] == "super":
                while words and words[0] == "super":
                    at, words = at[:-1], words[1:]
            elif words[0] == "self":
                words = words[1:]
            elif at + (words[0],) not in modules:
                continue
            while words and at + (words[0],) in modules:
                at, words = at + (words[0],), words[1:]
            # `use super::part` and the crate's root name a module only where something of it follows.
            if at != module and at:
                named.add(at)
        graph[module] = named
    return graph


def circles(graph):
    """The sets of modules that reach each other (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for next_one in graph.get(node, ()):
            if next_one not in index:
                visit(next_one)
            if next_one in stack:
                low[node] = min(low[node], low[next_one])
        if low[node] == index[node]:
            group = []
            while not group or group[-1] != node:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def rooms(graph, place):
    """The same between what stands in the folder `place`: files, and folders with all that is in them."""
    level, between = len(place), {}
    inside = lambda module: len(module) > level and module[:level] == place
    for module in filter(inside, graph):
        room = module[: level + 1]
        others = {other[: level + 1] for other in filter(inside, graph[module])}
        between.setdefault(room, set()).update(others - {room})
    return between


def main(arguments):
    show, draw = "--uses" in arguments, "--rooms" in arguments
    bad = False
    for source in [a for a in arguments if not a.startswith("--")] or SOURCES:
        directory = os.path.join(ROOT, source)
        modules = files(directory)
        graph = uses(modules, directory)
        if show:
            for module in sorted(graph):
                print(source, "::".join(module) or "lib", "->", ", ".join("::".join(m) for m in sorted(graph[module])))
        if draw:
            for room, others in sorted(rooms(graph, ()).items()):
                print(source, "::".join(room), "->", ", ".join("::".join(other) for other in sorted(others)))
        if source in ROOMS:
            for place in sorted({module[:level] for module in modules for level in range(len(module))}):
                for group in circles(rooms(graph, place)):
                    bad = True
                    print(f"{source}: a circle of folders: {', '.join('/'.join(room) for room in group)}")
        found = circles(graph)
        if not found:
            continue
        bad = True
        print(f"{source}: {sum(len(group) for group in found)} files in circles:")
        for group in found:
            print(f" a circle of {len(group)} files:")
            for module in group:
                inside = [modules[m] for m in sorted(graph[module]) if m in group]
                print(f"  {modules[module]} uses {', '.join(inside)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
