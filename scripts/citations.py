#!/usr/bin/env python3
"""Checks that code and headers refer to the specification in one form, docs/spec/NAME.md#anchor, that every such place is
there, and that the comments of the public headers are laid out alike. Prints what is wrong, one line each; its own rules
are tried on wrong examples first.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SPEC = "docs/spec"
COLUMNS = 100
# A shorter last line of a paragraph is a dangling word.
LEAST = 12
PAGES = "connection|uplink|downlink|softbus|nearlink|services|utilities|helpers|group-forming|openharmony"
CITATION = re.compile(r"(?<!\.\./)docs/spec/([a-z][\w-]*\.md|README\.md)(?:#([\w-]+))?")
CODE = (".rs", ".c", ".h", ".cpp", ".py", ".mjs", ".sh", ".toml", "Makefile")
# Forms that were in use: each says where it stands in a page that nobody has.
OLD = [
    re.compile(rf"(?<!docs/)(?<!\]\()(?<!\]\(\.\./)\b[Ss]pec/(?:{PAGES})\.md"),  # a link of a page beside docs/spec/ is none
    re.compile(rf"(?<![\w/#.-])(?:{PAGES})\.md\b"),
    re.compile(rf"\b[Ss]pec (?:{PAGES}) \d"),
    re.compile(r"\b[Ss]pec(?: section)? \d"),
    re.compile(r"\.\./shared\b"),
]
# Those that mean something else outside of comments.
BARE = [
    re.compile(r"\b(?:[A-Z]-[DQ]\d+|[DQ]-\d\d|18\.\d\d?)\b"),
    re.compile(r"(?<!\w)\((?:see )?\d{1,2}\.\d{1,2}(?:\.\d)?\)"),
    re.compile(r"(?<!RFC \d{4} )(?<!MQTT 3\.1\.1 )(?<!MQTT 5 )\bsections? \d+\b"),
]
COMMENT = re.compile(r"^\s*(?://|/\*|\*|#)|\s//+ |\"\"\"")
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
LINK = re.compile(r"\]\(([^)\s]+)\)")
# British spelling; the names of the C SDK are exempt, since they are not words.
AMERICAN = re.compile(
    r"\b(?:(?:initial|synchron|author|recogn|organ|real|normal|serial|final|optim|minim|maxim|util|summar|custom)iz(?:e[ds]?|ing|ation)"
    r"|behavior|colors?|center|canceled|canceling|labeled|modeling|license[ds]?|defense|gray|favor|honor|neighbors?|analyz(?:e[ds]?|ing))\b")


def tracked():
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True).stdout.split("\n")
    return [path for path in listed if path and os.path.isfile(os.path.join(ROOT, path))]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def pages():
    """Name of each page -> its anchors, and what is wrong with them."""
    found, wrong = {}, []
    for name in sorted(os.listdir(os.path.join(ROOT, SPEC))):
        if name.endswith(".md"):
            anchors = ANCHOR.findall(read(f"{SPEC}/{name}"))
            found[name] = set(anchors)
            wrong += [f"{SPEC}/{name}: the anchor {a} is there twice" for a in sorted(found[name]) if anchors.count(a) > 1]
    return found, wrong


def links(path, text, known):
    """Links between the pages."""
    for target in LINK.findall(text):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        place = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        if SPEC not in (os.path.dirname(path), os.path.dirname(place)):
            continue
        if not os.path.exists(os.path.join(ROOT, place)):
            yield f"{path}: there is no {target}"
        elif anchor and os.path.dirname(place) == SPEC and anchor not in known.get(os.path.basename(place), ()):
            yield f"{path}: {place} has no anchor {anchor}"


def citations(path, text, known):
    """What is wrong with the citations of one file."""
    code = path.endswith(CODE)
    for number, line in enumerate(text.split("\n"), 1):
        for page, anchor in CITATION.findall(line):
            if page not in known:
                yield f"{path}:{number}: there is no page {page}"
            elif anchor and anchor not in known[page]:
                yield f"{path}:{number}: {page} has no anchor {anchor}"
            elif code and not anchor and COMMENT.search(line):
                yield f"{path}:{number}: {page} is cited without an anchor"
        if code:
            forms = OLD + BARE if COMMENT.search(line) else OLD
        else:
            forms = [] if path.startswith(SPEC) else [OLD[0], OLD[-1]]
        for form in forms:
            for found in form.findall(CITATION.sub("", line)):
                yield f"{path}:{number}: another form of citation: {found.strip()}"


def named_tests(text, code):
    """What is wrong with the tests that a page names in the last cell of its tables' rows; `code` has path and text of each file."""
    for row in re.findall(r"^\|.*\|$", text, re.M):
        cell = row.strip("|").split("|")[-1]
        if cell.strip() in ("tests", "---"):
            continue
        names = re.findall(r"`(\w+)::(\w+)`", cell)
        if not names:
            yield f"{SPEC}/security.md: no test in: {row[:60]}"
        for module, test in names:
            place = re.compile(rf"(?:^|[/_]){module}(?:[/.]|_tests\.)")
            if not any(place.search(path) and re.search(rf"fn {test}\(", code[path]) for path in code):
                yield f"{SPEC}/security.md: there is no test {module}::{test}"


def header(path, text):
    """What is wrong with the comments of a public header."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > COLUMNS:
            yield f"{path}:{number}: {len(line)} columns (comments are filled by the build, code is the source's)"
    for comment in re.findall(r"/\*\*?(.*?)\*/", text, re.S):
        lines = [line.strip().removeprefix("*").rstrip() for line in comment.split("\n")]
        for notation in re.findall(r"[\\@](?:param|returns?|brief)\b", comment):
            yield f"{path}: {notation} in a comment: parameters are list items, results begin with Returns"
        for word in AMERICAN.findall(comment):
            yield f"{path}: {word} is not the spelling of the others"
        for before, line, after in zip(lines, lines[1:], lines[2:] + [""]):
            last = line and (not after or after.startswith(" - "))
            if last and len(before) > COLUMNS - 30 and not line.startswith(" - ") and len(line.strip()) < LEAST:
                yield f"{path}: a dangling word: {line.strip()}"


def try_rules():
    """Wrong examples; each must be found, and the right one not."""
    known = {"uplink.md": {"message"}}
    right = "/// Sends it. See docs/spec/uplink.md#message. (RFC 6455 section 4, MQTT 3.1.1 section 6)"
    wrong = ["docs/spec/uplink.md#none", "docs/spec/none.md#message", "docs/spec/uplink.md", "spec/uplink.md 3.1", "(uplink.md section 3)",
             "spec softbus 5.6", "(spec 9.3)", "as 18.31 says", "see D-01", "R-D3", "whether it holds (7.5)", "section 4"]
    missed = [text for text in wrong if not list(citations("a.rs", f"/// {text}", known))]
    missed += [f"nothing in: {fault}" for fault in citations("a.rs", right, known)]
    fine = "/** Sends it. */\n/**\n * " + "x" * 90 + "\n * and so on and on.\n */"
    bad = ["x" * 101, "/** \\param a  it */", "/** It is initialized. */", "/**\n * " + "x" * 90 + "\n * on.\n */"]
    named = {"tests/a/b.rs": "fn there() {}"}
    missed += [row for row in ("| x | y |", "| x | `b::gone` |", "| x | `c::there` |") if not list(named_tests(row, named))]
    missed += list(named_tests("| x | `b::there`, `a::there` |", named))
    missed += [text for text in bad if not list(header("a.h", text))] + [f"nothing in: {fault}" for fault in header("a.h", fine)]
    return [f"scripts/citations.py does not see: {text}" for text in missed]


def main():
    known, wrong = pages()
    wrong += try_rules()
    count = 0
    for path in tracked():
        if path.startswith(("tests/abi/abi.json", "tests/abi/contract.json", "Cargo.lock")) or path == "scripts/citations.py":
            continue
        if not path.endswith((*CODE, ".md", ".json", ".txt")):
            continue
        text = read(path)
        count += len(CITATION.findall(text))
        wrong += citations(path, text, known)
        if path.endswith(".md"):
            wrong += links(path, text, known)
        if path.startswith("include/"):
            wrong += header(path, text)
    code = {path: read(path) for path in tracked() if path.endswith(".rs")}
    wrong += named_tests(read(f"{SPEC}/security.md"), code)
    for fault in wrong:
        print(fault)
    print(f"{count} citations, {sum(len(anchors) for anchors in known.values())} anchors, {len(wrong)} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
