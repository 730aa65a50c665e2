#!/usr/bin/env python3
"""Checks the two READMEs and the guides: the same sections and the same blocks in both languages, the figures of docs/evidence.md, the first
program of c_demo, links that lead somewhere (in every page of the repository, anchors too). The last line is "N passed, N failed".

    scripts/readme.py            checks
    scripts/readme.py --write    puts figures and program into both first
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = ("README.md", "README_CN.md")
GUIDES = [(f"docs/guides/{name}", f"docs/guides_CN/{name}") for name in sorted(os.listdir(os.path.join(ROOT, "docs", "guides")))]
# Marks of the READMEs: the row of docs/evidence.md, and what of its figure is shown.
FIGURES = {
    "rate": ("IOTA_PropertiesReport", r"(\d+) messages/s", "{:,}"),
    "tls": ("IOTA_PropertiesReport over TLS", r"(\d+) messages/s", "{:,}"),
    "report": ("property report of 100 bytes, C call to outbox", r"([\d.]+) µs", "{} µs"),
    "p50": ("command, platform to callback to answer, p50", r"([\d.]+) µs", "{} µs"),
    "p99": ("command, platform to callback to answer, p99", r"([\d.]+) µs", "{} µs"),
    "link": ("64-byte message until its acknowledgement, p50", r"([\d.]+) us", "{} µs"),
    "linkrate": ("acknowledged messages, 64 in flight", r"(\d+)", "{:,}"),
    "size": ("libHWMQTT.so, stripped", r"([\d,]+) bytes", "{} bytes"),
    "memory": ("resident memory of the connected demo program over TLS, master and member", r"(\d+) kB", "{:,} kB"),
}
passed = failed = 0


def check(ok, what):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok:
        print(f"FAILED  {what}")


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def figures():
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", read("docs/evidence.md"), re.M))
    found = {}
    for mark, (row, pattern, form) in FIGURES.items():
        value = re.search(pattern, rows[row])[1]
        found[mark] = form.format(int(value) if "," in form else value)
    return found


def blocks(text):
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)


def bare(block):
    """Without comments, which each language has in its own words."""
    return re.sub(r"[ ]*#[^\n]*", "", block)


def anchors(text):
    """Those that a page has: of its own, and of its headings."""
    found = set(re.findall(r'<a id="([^"]+)">', text))
    for heading in re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M):
        words = re.sub(r"<[^>]*>|[^\w\- ]", "", heading.lower()).strip()
        found.add(words.replace(" ", "-"))
    return found


def links():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in ("target", ".git", "dist", "node_modules", "corpus")]
        for name in (name for name in names if name.endswith(".md")):
            path = os.path.join(folder, name)
            page = os.path.relpath(path, ROOT)
            text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", read(page), flags=re.M | re.S)
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"[a-z]+:", target):
                    continue
                place, _, anchor = target.partition("#")
                to = os.path.normpath(os.path.join(folder, place)) if place else path
                there = os.path.exists(to)
                check(there, f"{page}: {target} leads nowhere")
                if there and anchor and to.endswith(".md"):
                    check(anchor in anchors(read(os.path.relpath(to, ROOT))), f"{page}: {target}: no such anchor")


def alike(names, texts):
    """Two languages of one page."""
    what = " and ".join(names)
    # Headings inside blocks are comments of shells.
    outside = [re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S) for text in texts]
    shapes = [[len(level) for level in re.findall(r"^(#+) ", text, re.M)] for text in outside]
    check(shapes[0] == shapes[1], f"{what} have different sections")
    code = [[(kind, bare(block)) for kind, block in blocks(text)] for text in texts]
    check(code[0] == code[1], f"{what} have different blocks")
    rows = [[len(row.split("|")) for row in re.findall(r"^\|.*\|$", text, re.M)] for text in texts]
    check(rows[0] == rows[1], f"{what} have different tables")
    known = set(re.findall(r"HWM-[EW]\d+", read("docs/errors.md")))
    exported = set(re.findall(r"^(\w+)$", read("tests/abi/exports.txt"), re.M))
    for name, text in zip(names, texts):
        for word in set(re.findall(r"HWM-[EW]\d+", text)):
            check(word in known, f"{name}: {word} is not in docs/errors.md")
        for word in set(re.findall(r"\b(IOTA_[A-Z][a-z]\w*)\(?", text)):
            check(word in exported, f"{name}: {word} is no function of the library")


def main():
    values, program = figures(), read("c_demo/first.c")
    if "--write" in sys.argv:
        for page in PAGES:
            text = re.sub(r"<!--(\w+)-->.*?<!---->", lambda mark: f"<!--{mark[1]}-->{values[mark[1]]}<!---->", read(page))
            text = re.sub(r"^```c\n.*?^```$", lambda _: f"```c\n{program}```", text, count=1, flags=re.M | re.S)
            with open(os.path.join(ROOT, page), "w", encoding="utf-8") as file:
                file.write(text)
    texts = [read(page) for page in PAGES]
    for page, text in zip(PAGES, texts):
        marks = re.findall(r"<!--(\w+)-->(.*?)<!---->", text)
        check({mark for mark, _ in marks} == set(FIGURES), f"{page}: figures {sorted(set(FIGURES) ^ {mark for mark, _ in marks})}")
        for mark, shown in marks:
            check(shown == values.get(mark), f"{page}: {mark} is {shown}, docs/evidence.md has {values.get(mark)}: scripts/readme.py --write")
        check(("c", program) in blocks(text), f"{page}: the first program is not c_demo/first.c: scripts/readme.py --write")
    check(sorted(os.listdir(os.path.join(ROOT, "docs", "guides_CN"))) == [os.path.basename(page) for page, _ in GUIDES],
          "docs/guides and docs/guides_CN have different pages")
    for pair in [PAGES, *GUIDES]:
        alike(pair, [read(page) for page in pair])
    links()
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
