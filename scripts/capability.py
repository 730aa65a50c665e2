#!/usr/bin/env python3
"""One capability of the library, or all, on this machine: the platform simulator, the C demo program, and an operator.

    scripts/capability.py message          one; `make demo-message`
    scripts/capability.py                  all of them
    scripts/capability.py --verbose …      with the output of the programs

Each starts a platform of its own on a free port, runs c_demo/NAME_demo against it, acts as the operator with `iotda-sim ctl`, and
checks what program and platform say. Ends by itself; status 0 only if everything was as expected. The last line is
"N passed, N failed". HWMQTT_LIB_DIR (default target/release) has the library and the simulator, HWMQTT_DEMO_DIR (default
target/c_demo) the programs, HWMQTT_SIMULATOR another simulator. HWMQTT_DEMO_UNDER puts words before each program, for example
"valgrind -q --error-exitcode=9".
"""
import json
import os
import subprocess
import sys
import tempfile
import time

from programs import DEMO_DIR, LIB_DIR, SIMULATOR, Missing, Platform, Program, needed, stop

UNDER = os.environ.get("HWMQTT_DEMO_UNDER", "").split()
SECRET = "0c6f1e52a9d84b37"
DEVICE = "64f1c0a2_lamp-01"


class Stage:
    """One platform, its operator and the programs under test."""

    def __init__(self, directory, name):
        self.directory, self.name, self.programs, self.steps = directory, name, [], []
        devices = [{"id": DEVICE, "secret": SECRET}, {"id": "switch-02", "secret": SECRET},
                   {"id": "bridge-03", "secret": SECRET, "bridge": True}]
        self.platform = Platform(directory, {"plain": "auto", "tls": "none", "device": devices,
                                             "scope": [{"id": "scope-01", "secret": "R3JvdXBTZWNyZXQwMQ=="}]})
        self.programs.append(self.platform)
        self.port, self.ctl = self.platform.plain_port, self.platform.ctl

    def start(self, *arguments, device=DEVICE, secret=SECRET):
        environment = dict(os.environ, DEVICE_SECRET=secret, DEVICE_WORK_DIR=self.directory, LD_LIBRARY_PATH=LIB_DIR)
        command = [*UNDER, os.path.join(DEMO_DIR, f"{self.name}_demo"), "127.0.0.1", self.port, device, *arguments]
        program = Program(device, command, env=environment)
        self.programs.append(program)
        return program

    def says(self, program, pattern, what=None):
        match = program.wait(pattern)
        self.step(what or f"{program.name}: {match.string}")
        return match

    def equal(self, got, wanted, what):
        if got != wanted:
            raise Missing(f"{what}: {got!r} instead of {wanted!r}")
        self.step(what)

    def step(self, what):
        self.steps.append(what)
        print(f"    {what[:150]}", flush=True)

    def ends_well(self, program):
        self.equal(program.end(), 0, f"{program.name} ended with status 0")


def message(stage):
    demo = stage.start()
    stage.says(stage.platform, r"-> \S+/messages/up \(QoS 1, id \d+\) .*hello, platform")
    stage.says(stage.platform, r'unpacked: .*measurements', "platform: unpacked the compressed message")
    stage.says(stage.platform, r"-> \S+/user/line/1 .*on the line")
    demo.wait("ready for messages")
    stage.ctl("message", DEVICE, "good morning", "--name", "greeting", "--id", "m-1")
    stage.ctl("message", DEVICE, "any text at all")
    stage.ctl("message", DEVICE, "keep to the left", "--topic", "line/1")
    stage.says(demo, 'message "greeting", id m-1: good morning')
    stage.says(demo, "raw message of 15 bytes")
    stage.says(demo, "message on user topic line/1: keep to the left")
    stage.ends_well(demo)


def property_(stage):
    demo = stage.start()
    demo.wait("ready for set and get")
    shadow = {s["service_id"]: s["reported"] for s in map(json.loads, stage.ctl("shadow", "show", DEVICE).splitlines())}
    stage.equal(shadow["lamp"]["properties"], {"on": True, "brightness": 40}, "platform: has the reported properties")
    stage.equal(shadow["climate"]["event_time"], "20240601T081500Z", "platform: has the device's own time")
    answer = json.loads(stage.ctl("property", "set", DEVICE, "lamp", '{"brightness":75}'))
    stage.equal(answer["answer"], {"result_code": 0, "result_desc": "success"}, "platform: set was answered")
    answer = json.loads(stage.ctl("property", "get", DEVICE, "lamp"))
    stage.equal(answer["answer"]["services"][0]["properties"]["brightness"], 75, "platform: get gives the new value")
    stage.ends_well(demo)


def command(stage):
    demo = stage.start()
    demo.wait("ready for commands")
    answer = json.loads(stage.ctl("command", DEVICE, "lamp", "switch", '{"on":true}'))
    stage.equal(answer["answer"], {"result_code": 0, "response_name": "switched", "paras": {"state": "on"}},
                "platform: the command was carried out")
    answer = json.loads(stage.ctl("command", DEVICE, "lamp", "explode", "{}"))
    stage.equal(answer["code"], 1, "platform: the other command was refused")
    stage.ends_well(demo)
    try:
        stage.ctl("command", DEVICE, "lamp", "switch", "{}")
    except Missing as cause:
        stage.equal("is not online" in str(cause), True, "platform: sends no command to a device that is gone")


def shadow(stage):
    stage.equal(json.loads(stage.ctl("shadow", "desire", DEVICE, "lamp", '{"on":true}'))["version"], 1,
                "operator: desires something of a device that is offline")
    demo = stage.start()
    stage.says(demo, "desired of service lamp")
    stage.says(demo, "shadow of service lamp, version 2")
    stage.says(demo, "reported at")
    stage.ends_well(demo)


def gateway(stage):
    demo = stage.start()
    child = "64f1c0a2_thermometer-1"
    stage.says(demo, f"added {child}")
    stage.says(demo, f"{child} is ONLINE")
    demo.wait("ready for commands")
    listed = json.loads(stage.ctl("child", "list", DEVICE))
    stage.equal((listed["device"], listed["status"]), (child, "ONLINE"), "platform: has the sub-device online")
    reported = json.loads(stage.ctl("shadow", "show", child))["reported"]["properties"]
    stage.equal(reported, {"temperature": 18}, "platform: has the sub-device's properties")
    answer = json.loads(stage.ctl("command", child, "climate", "calibrate", "{}"))
    stage.equal(answer["code"], 0, "platform: the command for the sub-device was answered")
    stage.equal(stage.ctl("child", "add", DEVICE, "barometer-1", "64f1c0a2"), "64f1c0a2_barometer-1",
                "operator: adds another sub-device")
    stage.says(demo, "the platform added 64f1c0a2_barometer-1, version 2")
    stage.says(demo, f"deleted {child}")
    stage.ends_well(demo)


def bridge(stage):
    demo = stage.start(DEVICE, SECRET, "switch-02", SECRET, device="bridge-03")
    stage.says(demo, f"login of {DEVICE}: 0")
    stage.says(demo, "login of switch-02: 0")
    stage.says(stage.platform, rf"-> \$oc/bridges/bridge-03/devices/{DEVICE}/sys/properties/report")
    stage.says(stage.platform, r"-> \S+/sys/messages/up .*hello through the bridge")
    demo.wait("ready for commands")
    stage.equal(stage.ctl("bridge", "list", "bridge-03").split(), [f'"{DEVICE}"', '"switch-02"'], "platform: both are logged in")
    answer = json.loads(stage.ctl("command", DEVICE, "climate", "calibrate", "{}"))
    stage.equal(answer["answer"]["paras"], {"done": True}, "platform: the bridged device's command was answered")
    stage.says(demo, f"new secret of {DEVICE}: 0, 16 characters")
    stage.says(demo, f"logout of {DEVICE}: 0")
    demo.wait("ready to be cut")
    stage.ctl("bridge", "disconnect", "switch-02")
    stage.says(demo, "the platform cut switch-02")
    stage.ends_well(demo)


def bootstrap(stage):
    demo = stage.start()
    stage.says(demo, f"provisioned: address 127.0.0.1:{stage.port}, no new secret")
    stage.ends_well(demo)
    newcomer = stage.start("scope-01", device="newcomer-04", secret="R3JvdXBTZWNyZXQwMQ==")
    stage.says(newcomer, f"provisioned: address 127.0.0.1:{stage.port}, a new secret")
    stage.says(newcomer, "connected as newcomer-04")
    stage.ends_well(newcomer)
    stage.says(stage.platform, r"newcomer-04 -> \S+/messages/up .*provisioned", "platform: the newcomer has its own secret")


def m2m(stage):
    answers = stage.start(device="switch-02")
    answers.wait("ready for messages")
    asks = stage.start("switch-02")
    stage.says(answers, f"{DEVICE} says: how are you")
    stage.says(asks, "switch-02 says: all is well")
    stage.ends_well(asks)
    stage.ends_well(answers)


def mqtt5(stage):
    demo = stage.start()
    stage.says(stage.platform, r"CONNECT .*level 5", "platform: MQTT 5")
    stage.says(stage.platform, r'-> \S+/messages/up .*properties "shift"="night" "line"="1" content type "text/plain" '
               r'response topic "answers/here" correlation data "42"', "platform: got the properties in order")
    demo.wait("ready for messages")
    stage.ctl("message", DEVICE, "good night", "--user", "a=1", "--user", "a=2", "--content-type", "text/plain",
              "--response-topic", "here", "--correlation", "x y")
    stage.says(demo, "message: good night")
    stage.says(demo, "user property a = 1")
    stage.says(demo, "user property a = 2")
    stage.says(demo, "content type text/plain, response topic here, correlation data x y")
    stage.ends_well(demo)


def v3(stage):
    demo = stage.start()
    demo.wait("ready for commands")
    reported = json.loads(stage.ctl("shadow", "show", DEVICE))["reported"]["properties"]
    stage.equal(reported, {"on": True}, "platform: has the reported properties")
    answer = json.loads(stage.ctl("v3", "command", DEVICE, "lamp", "off", '{"in":3}'))
    stage.equal(answer["answer"]["body"], {"result": "done"}, "platform: the command was answered")
    stage.ctl("v3", "binary", DEVICE, "\x01\x02\x03")
    stage.says(demo, "binary command")
    stage.ends_well(demo)


CAPABILITIES = {flow.__name__.rstrip("_"): flow for flow in
                (message, property_, command, shadow, gateway, bridge, bootstrap, m2m, mqtt5, v3)}


def play(name, verbose):
    print(f"{name}", flush=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hwmqtt-") as directory:
        stage, ok = None, False
        try:
            stage = Stage(directory, name)
            CAPABILITIES[name](stage)
            ok = True
        except (Missing, OSError, ValueError, KeyError, subprocess.SubprocessError) as cause:
            print(f"    MISSING: {cause}", flush=True)
        finally:
            programs = stage.programs if stage else []
            stop(programs)
            for program in reversed(programs if verbose or not ok else []):
                print("\n".join(f"      {program.name}: {line}" for line in program.lines[-60:]))
    print(f"{name:<10} {'ok' if ok else 'FAILED':<6} {time.monotonic() - start:5.1f} s", flush=True)
    return ok


def main():
    words = [word for word in sys.argv[1:] if word != "--verbose"]
    unknown = [word for word in words if word not in CAPABILITIES]
    if unknown:
        sys.exit(f"unknown capability {unknown[0]}; there are: {' '.join(CAPABILITIES)}")
    names = words or list(CAPABILITIES)
    needed(SIMULATOR, *(os.path.join(DEMO_DIR, f"{name}_demo") for name in names))
    passed = sum(play(name, "--verbose" in sys.argv) for name in names)
    print(f"{passed} passed, {len(names) - passed} failed")
    return 0 if passed == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
