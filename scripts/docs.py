#!/usr/bin/env python3
"""`make docs`: all pages and the reference of the headers as one site by Doxygen, target/docs/html/index.html.

    scripts/docs.py     ends with "N passed, N failed": pages that are there, links between them, warnings of Doxygen
"""
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join("target", "docs")
# Links to the sources, which are no part of the site.
SOURCES = ("crates/iotda-device", "../../fuzz")


def main():
    os.chdir(ROOT)
    if not shutil.which("doxygen"):
        sys.exit("make docs needs doxygen: apt-get install doxygen, or make tools")
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    subprocess.run(["doxygen", "docs/Doxyfile"], check=True, timeout=300)
    passed, wrong = 0, []
    with open(os.path.join(OUT, "warnings.log"), encoding="utf-8") as file:
        wrong += file.read().splitlines()
    html = os.path.join(OUT, "html")
    expected = ["index.html", "md_README_CN.html", "md_docs_configuration.html", "md_docs_errors.html", "iota__init_8h.html"]
    for folder in ("docs/guides", "docs/guides_CN"):
        expected += [f"md_{folder}_{os.path.basename(page)[:-3]}.html".replace("/", "_").replace("-", "_")
                     for page in glob.glob(folder + "/*.md")]
    present = set(os.listdir(html))
    for page in expected:
        # Doxygen's newer versions write an underscore of a file's name twice.
        there = page in present or page.replace("_CN", "__CN") in present
        passed += there
        wrong += [] if there else [f"{page} is missing"]
    for page in glob.glob(html + "/*.html"):
        with open(page, encoding="utf-8") as file:
            for target in re.findall(r'href="(?![a-z]+:)([^"#?]+)', file.read()):
                there = target in SOURCES or os.path.exists(os.path.join(html, target))
                passed += there
                wrong += [] if there else [f"{os.path.basename(page)}: {target} leads nowhere"]
    for line in wrong:
        print(f"FAILED  {line}")
    print(f"{OUT}/html/index.html\n{passed} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
