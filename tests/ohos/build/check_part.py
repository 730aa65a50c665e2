"""The build check of a standard system: the part is declared by a bundle.json of that subsystem, whose inner_api names this target."""
import json
import os
import sys

root, label, part, subsystem = sys.argv[1:]
for folder, folders, files in os.walk(root):
    folders[:] = [name for name in folders if name != "out"]
    if "bundle.json" in files:
        with open(os.path.join(folder, "bundle.json"), encoding="utf-8") as file:
            component = json.load(file)["component"]
        if component["name"] == part and component["subsystem"] == subsystem:
            for api in component["build"]["inner_api"]:
                base = api["header"]["header_base"].replace("//", root + "/")
                for header in api["header"]["header_files"]:
                    if not os.path.exists(os.path.join(base, header)):
                        sys.exit(f"{label}: inner_api names {header}, which is not in {base}")
            sys.exit(0)
sys.exit(f"{label}: no bundle.json declares part {part} of subsystem {subsystem}")
