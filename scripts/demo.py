#!/usr/bin/env python3
"""The soft bus flow: the platform simulator, a group of two devices, and the C demo program twice, each in a network namespace of
its own where the machine allows that, else on loopback (the first line says which).

Shows each of the ten steps as it happens, with the member started before its master, and that a device with a wrong key is refused.
Then a device moves to another address, the platform stops, a device restarts, and the platform starts again: the link stands each time.
Last a table of steps, links and memory. Ends by itself within a minute and a half; status 0 only if everything was seen and the programs
kept to their memory. The last line is "N passed, N failed". HWMQTT_DEMO_LOOPBACK=1: on loopback in any case. HWMQTT_DEMO_UNDER: words
before each program, for example an emulator, whose memory is not looked at.
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

import lan
from programs import DEMO_DIR, SIMULATOR, Missing, Platform, Program, needed, stop

PROGRAM = os.path.join(DEMO_DIR, "soft_bus_demo")
STRANGER = os.path.join(DEMO_DIR, "stranger_demo")
LIMIT = 100  # seconds for everything
UNDER = os.environ.get("HWMQTT_DEMO_UNDER", "").split()
MEMORY_LIMIT = 6 * 1024  # kB, resident, of the connected program
GROUP, BUS = "workshop", "workshop"
MASTER, SLAVE = "64f1c0a2_gate-01", "64f1c0a2_cam-07"
DEVICES = {MASTER: {"secret": "0c6f1e52a9d84b37"}, SLAVE: {"secret": "b81d73e0465f92ca"}}
ABSENT = "64f1c0a2_lamp-11"  # a member that never logs in, so that its address is unknown: a stranger claims to be it
ABSENT_SECRET = "9d5c27e1806fb34a"
KEY = "3c9a07e51b6df248"
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


class Loopback:
    """All on one machine, each device with an address of loopback."""

    about = "everything on loopback, where no device can move (no network namespaces here, or HWMQTT_DEMO_LOOPBACK=1)"
    platform = "127.0.0.1"
    prefix = []

    def __init__(self):
        self.addresses = {}

    def host(self, name):
        """Where a device is: the words before its program, and its address."""
        address = self.addresses.setdefault(name, f"127.0.0.{len(self.addresses) + 1}")
        return [], address

    def options(self, name):
        return ["--ip", self.addresses[name]]

    def end(self):
        pass


class Namespaces:
    """The platform and each device in a network namespace of its own with eth0, all on one LAN."""

    about = "each device and the platform in a network namespace of its own"
    platform = lan.PLATFORM

    def __init__(self):
        self.hosts = {}
        self.prefix = lan.Host(lan.PLATFORM)
        self.hosts["platform"], self.prefix = self.prefix, self.prefix.inside

    def host(self, name):
        if name not in self.hosts:
            self.hosts[name] = lan.Host(f"{lan.NET}{len(self.hosts)}")
        return self.hosts[name].inside, self.hosts[name].address

    def options(self, _):
        return []  # the program reports the address of eth0

    def move(self, name):
        self.hosts[name].move(lan.NET + "71")
        return self.hosts[name].address

    def end(self):
        for host in self.hosts.values():
            host.end()


class Show:
    """Who has done which step; prints each the first time, and every later one that says something new."""

    def __init__(self):
        self.start = time.monotonic()
        self.seen = {step: {} for step in STEPS}
        self.stands = {}

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

    def __init__(self, show, net):
        self.show, self.net = show, net

    def line(self, text):
        device = device_of(text)
        for step, pattern, message in self.RULES:
            match = re.search(pattern, text)
            if match and device:
                ip = self.net.host(device)[1]
                self.show.step(step, device, message.format(*match.groups(), d=device, ip=ip))
                return


class Device:
    """A demo program's output."""

    def __init__(self, name, show):
        self.name, self.show = name, show
        self.result = None
        self.sent = self.received = self.delivered = False
        # When it last initialised its links, was linked, received something, had a bus info.
        self.set_up = self.linked = self.heard = self.told = 0

    def line(self, text):
        show, name = self.show, self.name
        if re.search(r"initialising the soft bus, (.*)", text):
            show.step(8, name, f"{name}: " + re.search(r"initialising.*", text).group(0))
            self.set_up = time.monotonic()
        elif "near link:" in text and " is connected (" in text:
            self.linked = time.monotonic()
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
        elif 'sent "' in text and text.endswith("code 0x0"):
            self.once("sent", r"sent .*", text)
        elif ": received from" in text:
            self.heard = time.monotonic()
            self.once("received", r"received .*", text)
        elif ": delivered to" in text:
            self.once("delivered", r"delivered .*", text)
        elif ": bus info received" in text:
            self.told = time.monotonic()

    def once(self, what, pattern, text):
        if not getattr(self, what):
            self.show.line(f"{self.name}: " + re.search(pattern, text).group(0))
        setattr(self, what, True)


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise Missing("no VmRSS")


class Demo:
    def __init__(self, directory, net):
        self.directory, self.net = directory, net
        self.programs = []
        self.lines = queue.Queue()
        self.show = Show()
        self.until = time.monotonic() + LIMIT
        self.show.line(net.about)
        self.steps = Steps(self.show, net)
        self.devices = {name: Device(name, self.show) for name in DEVICES}
        self.memory = {}
        self.refused = False
        self.transcript = []
        self.expected = set()  # programs that may end

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
                if name not in self.expected:
                    raise Missing(f"{name} ended early")
                self.expected.discard(name)
                continue
            self.transcript.append(f"{name}: {line}")
            if name == "platform":
                self.steps.line(line)
            else:
                self.devices[name].line(line)
        return True

    def said(self, name, line):
        self.lines.put((name, line))

    def start_platform(self, **more):
        self.work = os.path.join(self.directory, "work")
        os.makedirs(self.work, exist_ok=True)
        config = {"host": self.net.platform, "plain": "none", "tls": "auto", "certificates": {"names": [self.net.platform]}, **more}
        self.platform = Platform(self.directory, config, "--work-dir", self.work, said=self.said, inside=self.net.prefix)
        self.programs.append(self.platform)
        self.operator, self.port = self.platform.ctl, self.platform.tls_port
        self.show.line(f"platform listens on {self.net.platform}:{self.port} with TLS")

    def create_group(self):
        for name, device in DEVICES.items():
            self.operator("device", "add", name, device["secret"])
        self.operator("group", "add", GROUP)
        self.operator("device", "add", ABSENT, ABSENT_SECRET)
        self.operator("group", "bind", GROUP, MASTER, SLAVE, ABSENT)
        self.bus = self.operator("softbus", "create", GROUP, BUS)
        self.operator("softbus", "key", GROUP, KEY)
        self.show.step(1, "operator", f"operator: group {GROUP} of {MASTER} and {SLAVE}, soft bus {self.bus}")

    def end(self, program):
        """Ends one of the programs."""
        self.expected.add(program.name)
        stop([program])
        self.programs.remove(program)

    def environment(self, **more):
        environment = dict(os.environ, **more)
        environment.setdefault("HWMQTT_DCONN_PORT", str(self.link_port()))
        return environment

    def start_device(self, name):
        device = DEVICES[name]
        inside, _ = self.net.host(name)
        environment = self.environment(SOFT_BUS_SECRET=device["secret"])
        command = [*inside, *UNDER, PROGRAM, "--address", self.net.platform, "--port", self.port, "--id", name, *self.net.options(name),
                   "--work-dir", self.work, "--state-dir", os.path.join(self.directory, name), "--seconds", str(LIMIT),
                   "--send-every", "1", "--verbose"]
        device["program"] = Program(name, command, self.said, env=environment)
        self.programs.append(device["program"])

    def link_port(self):
        """The link's usual port, unless something on this machine has it already."""
        if not isinstance(self.net, Loopback):
            return 28177
        for port in (28177, *range(28178, 28199)):
            probes = [socket.socket() for _ in DEVICES]
            try:
                for probe, device in zip(probes, DEVICES):
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((self.net.host(device)[1], port))
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
        for name in DEVICES:
            self.net.host(name)
        self.start_device(SLAVE)
        self.show.line(f"{SLAVE}: is started, {MASTER} is not yet")
        self.pump(lambda: slave.result is not None, 15)
        self.start_device(MASTER)
        if backend() == "stub":
            self.pump(lambda: None not in (master.result, slave.result), 15)
            return
        self.pump(lambda: not self.show.missing() and master.sent and slave.received and master.delivered, 20)
        self.stranger()
        self.measure()
        print(flush=True)
        self.what_happens_later()

    def what_happens_later(self):
        """The link stands again whatever happens."""
        if hasattr(self.net, "move"):
            address = self.net.move(SLAVE)
            self.pump(lambda: False, 0.2)  # what was on its way
            self.stands(f"{SLAVE} moves to {address}", time.monotonic(), 30)
        self.end(self.platform)
        since = time.monotonic()
        self.pump(lambda: False, 3)
        self.stands("the platform has stopped", since, 3, again=False)
        self.end(DEVICES[SLAVE]["program"])
        self.start_device(SLAVE)
        self.stands(f"{SLAVE} restarts without the platform", time.monotonic(), 15)
        devices = [{"id": name, "secret": device["secret"]} for name, device in DEVICES.items()]
        group = {"name": GROUP, "bus": BUS, "bus_id": self.bus, "bus_key": KEY, "members": [MASTER, SLAVE, ABSENT]}
        since = time.monotonic()
        self.start_platform(tls=int(self.port), device=[*devices, {"id": ABSENT, "secret": ABSENT_SECRET}], group=[group])
        both = [self.devices[name] for name in (MASTER, SLAVE)]
        self.pump(lambda: all(device.told > since for device in both), 45)
        self.stands("the platform is back and both have logged in", max(device.told for device in both), 15)

    def stands(self, what, since, seconds, again=True):
        """Waits until a greeting has arrived after this moment over links that were not set up again meanwhile; `again`: over another
        link than before. A line says so."""
        master, slave = self.devices[MASTER], self.devices[SLAVE]
        link = lambda: not again or slave.linked > since
        ok = self.pump(lambda: link() and slave.heard > max(since, master.set_up, slave.set_up), seconds)
        took = slave.heard - since
        self.show.stands[what] = took if ok else None
        self.show.line(f"{what}: " + (f"the link stands, {took:.1f} s later" if ok else f"NO LINK within {seconds} s"))

    def stranger(self):
        """A device without the group's key; True when the master refused it."""
        command = [*self.net.host(SLAVE)[0], *UNDER, STRANGER, self.net.host(MASTER)[1], ABSENT]  # from where a member is
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=20,
                              env=self.environment())
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
        kept = bool(UNDER) or len(self.memory) == len(DEVICES) and all(size <= MEMORY_LIMIT for size in self.memory.values())
        passed, failed = passed + kept, failed + (not kept)
        sizes = [f"{self.memory[name]} kB" if name in self.memory else "missing" for name in (MASTER, SLAVE)]
        print(f"       {f'resident memory when idle, at most {MEMORY_LIMIT} kB':<50}{sizes[0]:>18} {sizes[1]:>18}")
        wanted = 0 if backend() == "stub" else 4 if hasattr(self.net, "move") else 3
        for what, took in self.show.stands.items():
            print(f"       link: {what:<60} {'missing' if took is None else f'{took:.1f} s':>22}")
        stood = sum(took is not None for took in self.show.stands.values())
        passed, failed = passed + stood, failed + wanted - stood
        for step, who in self.show.missing():
            print(f"MISSING: step {step} ({STEPS[step]}) of {who}")
        print(f"{passed} passed, {failed} failed")
        return failed == 0


def network():
    """The network that this machine allows. Namespaces need one that we own: this program then begins again inside it."""
    if os.environ.get("HWMQTT_DEMO_LOOPBACK") == "1" or not lan.allowed():
        os.environ.setdefault("HWMQTT_DCONN_FIND", "0")  # the network beyond loopback is not ours
        return Loopback()
    lan.enter(os.path.abspath(sys.argv[0]), sys.argv[1:])
    return Namespaces()


def play(demo_class):
    """The demo from its first to its last line; 0 when all was as it should be."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    net = network()
    with tempfile.TemporaryDirectory(prefix="hwmqtt-demo-") as directory:
        demo = demo_class(directory, net)
        try:
            demo.flow()
        except (Missing, OSError, RuntimeError, subprocess.SubprocessError) as cause:
            demo.show.line(f"ended: {cause}")
        finally:
            stop(demo.programs)
            net.end()
        ok = demo.summary()
        if not ok:
            print("\nthe last output of the programs:")
            print("\n".join(demo.transcript[-80:]))
            print("not all was as it should be, see above")
    return 0 if ok else 1


def main():
    needed(SIMULATOR, PROGRAM, STRANGER)
    return play(Demo)


if __name__ == "__main__":
    sys.exit(main())
