#!/usr/bin/env python3
"""The soft bus flow on this machine: the platform simulator, a group of two devices, and the C demo program twice.

Shows each of the ten steps as it happens, and that a device with a wrong key is refused; then a table of steps and of memory. Ends by itself within a minute; status 0 only if
every step was seen and the programs kept to their memory. The last line is "N passed, N failed".
"""
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from programs import DEMO_DIR, SIMULATOR, Missing, Platform, Program, needed, stop

PROGRAM = os.path.join(DEMO_DIR, "soft_bus_demo")
STRANGER = os.path.join(DEMO_DIR, "stranger_demo")
LIMIT = 55  # seconds for everything
MEMORY_LIMIT = 6 * 1024  # kB, resident, of the connected program
GROUP, BUS = "workshop", "workshop"
MASTER, SLAVE = "64f1c0a2_gate-01", "64f1c0a2_cam-07"
DEVICES = {
    MASTER: {"secret": "0c6f1e52a9d84b37", "ip": "127.0.0.1"},
    SLAVE: {"secret": "b81d73e0465f92ca", "ip": "127.0.0.2"},
}
ABSENT = "64f1c0a2_lamp-11"  # a member that never logs in, so that its address is unknown: a stranger claims to be it
STEPS = {
    1: "group created, devices bound, soft bus created",
    2: "device authenticates by MQTT over TLS",
    3: "device reports versions and its address",
    4: "platform delivers the group list",
    5: "device answers the list",
    6: "device asks for the latest bus info",
    7: "platform returns the bus info",
    8: "application initialises the soft bus with it",
    9: "the client's key is verified",
    10: "result of the initialisation",
}


class Show:
    """Who has done which step; prints each the first time, and every later one that says something new."""

    def __init__(self):
        self.start = time.monotonic()
        self.seen = {step: {} for step in STEPS}

    def line(self, text, step=None):
        mark = f"step {step:>2}" if step else "       "
        print(f"{time.monotonic() - self.start:6.2f} s  {mark}  {text}", flush=True)

    def step(self, step, who, text):
        first = who not in self.seen[step]
        self.seen[step].setdefault(who, time.monotonic() - self.start)
        if first:
            self.line(text, step)

    def missing(self):
        wanted = {1: ["operator"], 9: [] if backend() == "stub" else [MASTER, SLAVE]}
        return [(step, who) for step in STEPS for who in wanted.get(step, [MASTER, SLAVE]) if who not in self.seen[step]]


def backend():
    """The near-field back-end that the programs use; "stub" always fails and can only show that result."""
    return os.environ.get("HWMQTT_DCONN_BACKEND", "builtin")


def device_of(line):
    """The device whose connection a line of the simulator is about."""
    match = re.match(r"\S+ #\d+ (\S+) ", line)
    return match.group(1) if match and match.group(1) in DEVICES else None


class Steps:
    """What the simulator's output shows of the flow."""

    RULES = [
        (2, r"<- CONNACK 0: online", "{d} -> platform: logged in over TLS, accepted"),
        (3, r"-> \S+/events/up .*sdk_info_report", "{d} -> platform: versions and address {ip}"),
        (4, r"<- \S+/properties/set/request_id=(\S+)", "platform -> {d}: group list, request {0}"),
        (5, r"-> \S+/properties/set/response/request_id=(\S+)", "{d} -> platform: answer to request {0}"),
        (6, r"-> \S+/events/up .*soft_bus_config_request", "{d} -> platform: query for the bus info"),
        (7, r"<- \S+/events/down .*soft_bus_config_response", "platform -> {d}: bus info"),
    ]

    def __init__(self, show):
        self.show = show

    def line(self, text):
        device = device_of(text)
        for step, pattern, message in self.RULES:
            match = re.search(pattern, text)
            if match and device:
                ip = DEVICES[device]["ip"]
                self.show.step(step, device, message.format(*match.groups(), d=device, ip=ip))
                return


class Device:
    """A demo program's output."""

    def __init__(self, name, show):
        self.name, self.show = name, show
        self.result = None
        self.sent = self.received = self.delivered = False

    def line(self, text):
        show, name = self.show, self.name
        if re.search(r"initialising the soft bus, (.*)", text):
            show.step(8, name, f"{name}: " + re.search(r"initialising.*", text).group(0))
        elif "near link:" in text and " is connected (" in text:
            peer = re.search(r"near link: (\S+) at (\S+)", text)
            show.step(9, name, f"{name}: {peer.group(1)} at {peer.group(2)} is authenticated by the bus key")
        elif "SoftBusInit success!" in text:
            self.result = True
            show.step(10, name, f"{name}: " + re.search(r"SoftBusInit.*", text).group(0))
        elif "SoftBusInit failed" in text:
            self.result = False
            failure = f"{name}: " + re.search(r"SoftBusInit.*", text).group(0)
            if backend() == "stub":
                show.step(10, name, failure)
            else:
                show.line(failure)
        elif 'sent "' in text:
            show.line(f"{name}: " + re.search(r"sent .*", text).group(0))
            self.sent = True
        elif ": received from" in text:
            show.line(f"{name}: " + re.search(r"received .*", text).group(0))
            self.received = "hello!" in text
        elif ": delivered to" in text:
            show.line(f"{name}: " + re.search(r"delivered .*", text).group(0))
            self.delivered = True


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise Missing("no VmRSS")


class Demo:
    def __init__(self, directory):
        self.directory = directory
        self.programs = []
        self.lines = queue.Queue()
        self.show = Show()
        self.until = time.monotonic() + LIMIT
        self.steps = Steps(self.show)
        self.devices = {name: Device(name, self.show) for name in DEVICES}
        self.memory = {}
        self.refused = False
        self.transcript = []

    def pump(self, done, seconds):
        """Reads output until `done`; False when the time is over."""
        until = min(time.monotonic() + seconds, self.until)
        while not done():
            try:
                name, line = self.lines.get(timeout=max(0.0, min(0.2, until - time.monotonic())))
            except queue.Empty:
                if time.monotonic() >= until:
                    return False
                continue
            if line is None:
                raise Missing(f"{name} ended early")
            self.transcript.append(f"{name}: {line}")
            if name == "platform":
                self.steps.line(line)
            else:
                self.devices[name].line(line)
        return True

    def said(self, name, line):
        self.lines.put((name, line))

    def start_platform(self):
        self.work = os.path.join(self.directory, "work")
        os.mkdir(self.work)
        config = {"plain": "none", "tls": "auto"}
        platform = Platform(self.directory, config, "--work-dir", self.work, said=self.said)
        self.programs.append(platform)
        self.operator, self.port = platform.ctl, platform.tls_port
        self.show.line(f"platform listens on 127.0.0.1:{self.port} with TLS")

    def create_group(self):
        for name, device in DEVICES.items():
            self.operator("device", "add", name, device["secret"])
        self.operator("group", "add", GROUP)
        self.operator("device", "add", ABSENT, "9d5c27e1806fb34a")
        self.operator("group", "bind", GROUP, MASTER, SLAVE, ABSENT)
        bus = self.operator("softbus", "create", GROUP, BUS)
        self.show.step(1, "operator", f"operator: group {GROUP} of {MASTER} and {SLAVE}, soft bus {bus}")

    def environment(self, **more):
        environment = dict(os.environ, **more)
        environment.setdefault("HWMQTT_DCONN_PORT", str(self.link_port()))
        return environment

    def start_device(self, name):
        device = DEVICES[name]
        environment = self.environment(SOFT_BUS_SECRET=device["secret"])
        command = [PROGRAM, "--address", "127.0.0.1", "--port", self.port, "--id", name, "--ip", device["ip"],
                   "--work-dir", self.work, "--seconds", str(LIMIT), "--send-every", "2", "--verbose"]
        device["program"] = Program(name, command, self.said, env=environment)
        self.programs.append(device["program"])

    def link_port(self):
        """The link's usual port, unless something on this machine has it already."""
        for port in (28177, *range(28178, 28199)):
            probes = [socket.socket() for _ in DEVICES]
            try:
                for probe, device in zip(probes, DEVICES.values()):
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((device["ip"], port))
                self.link_port = lambda: port
                return port
            except OSError:
                continue
            finally:
                for probe in probes:
                    probe.close()
        raise Missing("no free port for the near-field link")

    def flow(self):
        self.start_platform()
        self.create_group()
        master, slave = self.devices[MASTER], self.devices[SLAVE]
        self.start_device(MASTER)
        if not self.pump(lambda: master.result is not None, 15):
            raise Missing(f"{MASTER} did not initialise its soft bus")
        self.start_device(SLAVE)
        for _ in range(3):  # an initialisation that met a master just being set up again is repeated by a synchronisation
            self.pump(lambda: slave.result is not None, 12)
            if slave.result or backend() == "stub":
                break
            slave.result = None
            self.show.line("operator: synchronises the group")
            self.operator("softbus", "sync", GROUP)
        if backend() != "stub":
            self.pump(lambda: not self.show.missing(), 10)
            self.pump(lambda: master.sent and slave.received and master.delivered, 10)
            self.stranger()

    def stranger(self):
        """A device without the group's key; True when the master refused it."""
        done = subprocess.run([STRANGER, DEVICES[MASTER]["ip"], ABSENT], capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, timeout=20, env=self.environment())
        for line in done.stdout.splitlines():
            self.show.line(line)
        self.refused = done.returncode == 0
        return self.refused

    def measure(self):
        """Memory a little later, when nothing happens any more."""
        self.pump(lambda: False, 2)
        for name, device in DEVICES.items():
            if "program" in device and device["program"].running():
                self.memory[name] = memory(device["program"].child.pid)

    def summary(self):
        passed = failed = 0
        print("\n step  what" + " " * 46 + f"{MASTER:>18} {SLAVE:>18}")
        for step, what in STEPS.items():
            def at(who):
                seconds = self.show.seen[step].get(who, self.show.seen[step].get("operator"))
                return "missing" if seconds is None else f"{seconds:.2f} s"
            missing = [who for number, who in self.show.missing() if number == step]
            passed, failed = passed + (not missing), failed + bool(missing)
            print(f"{step:>5}  {what:<50}{at(MASTER):>18} {at(SLAVE):>18}")
        master, slave = self.devices[MASTER], self.devices[SLAVE]
        hello = (slave.received and master.delivered) or backend() == "stub"
        passed, failed = passed + hello, failed + (not hello)
        greeting = ["delivered" if master.delivered else "missing", "received" if slave.received else "missing"]
        print(f"       {'hello! over the near-field link':<50}{greeting[0]:>18} {greeting[1]:>18}")
        refused = self.refused or backend() == "stub"
        passed, failed = passed + refused, failed + (not refused)
        print(f"       {'a device with a wrong key is refused':<50}{'refused' if self.refused else 'missing':>18}")
        kept = len(self.memory) == len(DEVICES) and all(size <= MEMORY_LIMIT for size in self.memory.values())
        passed, failed = passed + kept, failed + (not kept)
        sizes = [f"{self.memory[name]} kB" if name in self.memory else "missing" for name in (MASTER, SLAVE)]
        print(f"       {f'resident memory when idle, at most {MEMORY_LIMIT} kB':<50}{sizes[0]:>18} {sizes[1]:>18}")
        for step, who in self.show.missing():
            print(f"MISSING: step {step} ({STEPS[step]}) of {who}")
        print(f"{passed} passed, {failed} failed")
        return failed == 0


def main():
    needed(SIMULATOR, PROGRAM, STRANGER)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="hwmqtt-demo-") as directory:
        demo = Demo(directory)
        ok = False
        try:
            demo.flow()
            demo.measure()
        except (Missing, OSError, subprocess.SubprocessError) as cause:
            demo.show.line(f"ended: {cause}")
        finally:
            stop(demo.programs)
        ok = demo.summary()
        if not ok:
            print("\nthe last output of the three programs:")
            print("\n".join(demo.transcript[-60:]))
            print("not all steps were seen, see above")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
