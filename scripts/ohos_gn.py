#!/usr/bin/env python3
"""The build files of ohos/ under the real gn and ninja, in small trees with the names, templates and checks of OpenHarmony's
(tests/ohos): soft_bus_demo builds and links as a part of a standard system, with its static library, in any GN tree, with the C SDK's
labels, and as a component of a small system. The library is this machine's, from target/release. The last line is
"N passed, N failed".
"""
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, "target", "ohos-gn")
RELEASE = os.path.join(ROOT, "target", "release")
PART = "foundation/communication/hwmqtt"
passed = failed = 0


def judge(ok, what, output=""):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    print(("ok      " if ok else "FAILED  ") + what + ("" if ok else "\n" + output[-3000:]), flush=True)


def run(*command, cwd, env=None):
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=300, env=env)
    return done.returncode, done.stdout


def tree(name, *copies):
    """A build tree with these files besides the templates: (from, to)."""
    root = os.path.join(WORK, name)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "tests", "ohos", "build"), os.path.join(root, "build"))
    shutil.copy(os.path.join(ROOT, "tests", "ohos", "dotgn"), os.path.join(root, ".gn"))
    for source, to in copies:
        source, to = os.path.join(ROOT, source), os.path.join(root, to)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, to, dirs_exist_ok=True)
        else:
            shutil.copy(source, to)
    return root


def component(folder, *build_files):
    """Library, headers and build files as they lie in a component's folder."""
    return [("include", f"{folder}/include"), ("ohos/hwmqtt_include.gni", f"{folder}/hwmqtt_include.gni"), ("LICENSE", f"{folder}/LICENSE"),
            *((os.path.join(RELEASE, f"libHWMQTT.{kind}"), f"{folder}/lib/x64/libHWMQTT.{kind}") for kind in ("so", "a")),
            *((f"ohos/{file}", f"{folder}/{os.path.basename(file)}") for file in build_files)]


def write(root, name, text):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def build(root, target, what, program):
    status, output = run("gn", "gen", "out", cwd=root)
    if status == 0:
        status, output = run("ninja", "-C", "out", target, cwd=root)
    if status == 0:
        # Without arguments it says how it is used; the loader has found the library by then.
        _, output = run(os.path.join(root, "out", program), cwd=os.path.join(root, "out"), env=dict(os.environ, LD_LIBRARY_PATH=RELEASE))
        status = 0 if "usage" in output.lower() else 1
    judge(status == 0, what, output)


def app(template, dependency, more=""):
    return f"""{template}("soft_bus_demo") {{
  sources = [ "soft_bus_demo.c" ]
  deps = [ "{dependency}" ]
{more}}}
"""


DEMO = ("c_demo/soft_bus_demo.c", "app/soft_bus_demo.c")
OF_PART = '  part_name = "hwmqtt"\n  subsystem_name = "communication"\n'


def standard():
    copies = component(PART, "standard/BUILD.gn", "standard/bundle.json")
    root = tree("standard", DEMO, *copies)
    write(root, "BUILD.gn", f'group("default") {{\n  deps = [ "//app:soft_bus_demo", "//{PART}:hwmqtt_packages" ]\n}}\n')
    write(root, "app/BUILD.gn", 'import("//build/ohos.gni")\n\n' + app("ohos_executable", f"//{PART}:HWMQTT", OF_PART))
    build(root, "default", "standard system: soft_bus_demo links with the part's shared library", "soft_bus_demo")
    write(root, "app/BUILD.gn", 'import("//build/ohos.gni")\n\n' + app(
        "ohos_executable", f"//{PART}:HWMQTT_static", OF_PART + '  libs = [ "pthread", "dl", "m" ]\n'))
    build(root, "default", "standard system: soft_bus_demo links with the part's static library", "soft_bus_demo")
    # The templates check what the real ones check.
    write(root, "app/BUILD.gn", 'import("//build/ohos.gni")\n\n' + app("ohos_executable", f"//{PART}:HWMQTT",
                                                                      OF_PART.replace('"hwmqtt"', '"undeclared"')))
    status, output = run("gn", "gen", "out", cwd=root)
    judge(status != 0 and "no bundle.json declares part undeclared" in output, "a part that no bundle.json declares is refused", output)
    with open(os.path.join(ROOT, "ohos", "standard", "bundle.json"), encoding="utf-8") as file:
        bundle = json.load(file)
    version = re.search(r'^version = "(.*)"', open(os.path.join(ROOT, "Cargo.toml"), encoding="utf-8").read(), re.M).group(1)
    judge(bundle["version"] == version, f"bundle.json has the library's version, {version}")
    demos = ["soft_bus_demo", "stranger_demo", "message_demo", "mqtt5_demo", "gateway_demo"]
    root = tree("demos", ("c_demo", "c_demo"), *copies)
    write(root, "BUILD.gn", 'group("default") {\n  deps = [ ' + ", ".join(f'"//c_demo:{demo}"' for demo in demos) + " ]\n}\n")
    build(root, "default", "standard system: the demos of c_demo", "soft_bus_demo")
    # The example of a service.
    root = tree("service", ("c_demo/soft_bus_demo.c", "service/hwmqtt_agent.c"), ("ohos/service", "service"), *copies)
    write(root, "BUILD.gn", 'group("default") {\n  deps = [ "//service:hwmqtt_agent", "//service:hwmqtt_agent.cfg" ]\n}\n')
    build(root, "default", "standard system: the example of a native service", "hwmqtt_agent")
    with open(os.path.join(ROOT, "ohos", "service", "hwmqtt_agent.cfg"), encoding="utf-8") as file:
        service = json.load(file)["services"][0]
    judge("ohos.permission.DISTRIBUTED_DATASYNC" in service["permission"] and service["apl"], "the service's .cfg has the permission")


def plain():
    root = tree("plain", DEMO, *component("third_party/hwmqtt", "plain/BUILD.gn"))
    write(root, "BUILD.gn", 'group("default") {\n  deps = [ "//app:soft_bus_demo" ]\n}\n')
    write(root, "app/BUILD.gn", app("executable", "//third_party/hwmqtt:hwmqtt"))
    build(root, "default", "any GN tree: soft_bus_demo links with the header folders and the library's file", "soft_bus_demo")


def c_sdk_tree():
    root = tree("c_sdk_tree", ("c_demo/soft_bus_demo.c", "iot_device_sdk/src/device_demo/device_demo.c"),
                ("c_demo/soft_bus_demo.c", "app/soft_bus_demo.c"), ("ohos/c_sdk_tree", "iot_device_sdk"),
                *component("third_party/hwmqtt", "plain/BUILD.gn"))
    write(root, "BUILD.gn", 'group("default") {\n  deps = [ "//iot_device_sdk:mqtt_device_demo", "//app:soft_bus_demo" ]\n}\n')
    # As a program for the C SDK's own GN files is written: its configuration, and every library of it.
    labels = ["src:dconncaseone_interface", "src/agentlite:agentlite", "src/base:base", "src/bridge_topic:bridge_topic",
              "src/service:service", "src/service/detect_anomaly:detect_anomaly", "src/service/device_rule:device_rule",
              "src/service/sys_hal:sys_hal", "src/third_party/cjson:cjson", "src/tunnel:tunnel", "src/util:util"]
    deps = ", ".join(f'"//iot_device_sdk/{label}"' for label in labels)
    write(root, "app/BUILD.gn", f"""static_library("flow") {{
  sources = [ "soft_bus_demo.c" ]
  configs += [ "//iot_device_sdk:iot_sdk_config" ]
  deps = [ {deps} ]
}}

executable("soft_bus_demo") {{
  deps = [ ":flow" ]
}}
""")
    build(root, "default", "the C SDK's labels: mqtt_device_demo", "MQTT_Demo")
    build(root, "default", "the C SDK's labels: a program that names every library of the C SDK", "soft_bus_demo")


def small():
    root = tree("small", DEMO, *component(PART, "small/BUILD.gn"))
    write(root, "BUILD.gn", f'group("default") {{\n  deps = [ "//app:soft_bus_demo", "//{PART}:hwmqtt" ]\n}}\n')
    write(root, "app/BUILD.gn", app("executable", f"//{PART}:hwmqtt_public", '  ldflags = [ "-Wl,-rpath,\\$ORIGIN" ]\n'))
    build(root, "default", "small system: soft_bus_demo links with the component", "soft_bus_demo")


def main():
    missing = [tool for tool in ("gn", "ninja") if shutil.which(tool) is None]
    if missing:
        subprocess.run(["apt-get", "update", "-qq"], check=True, timeout=600)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "generate-ninja", "ninja-build"], check=True,
                       env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"), timeout=900)
    standard()
    plain()
    c_sdk_tree()
    small()
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
