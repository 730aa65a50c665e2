#!/usr/bin/env python3
"""The soft bus group on a real network: each device and the platform in a network namespace of its own, joined by a bridge.

lan.py [--times N] [--build debug|release] [SCENARIO ...]   plays each scenario N times (default 1), simulator with its default rules.
Needs user namespaces; where they are not allowed it says so and fails. The last line is "N passed, N failed".
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GROUP = BUS = "workshop"
NAMES = [f"64f1c0a2_node-0{number}" for number in range(1, 6)]
SECRET = "0c6f1e52a9d84b37"
NET = "10.79.0."
PLATFORM = NET + "250"
LINKED = re.compile(r"near link: (\S+) at (\S+) is connected")
WITHIN = 15  # seconds from the last start to the link
AFTER_A_MOVE = 30


def allowed():
    """Whether this machine lets us make namespaces with cables between them."""
    probe = ["unshare", "-Urn", "ip", "link", "add", "va", "type", "veth"]
    try:
        return subprocess.run(probe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


class Host:
    """A network namespace with its own eth0; must be made inside a namespace that we own."""

    count = 0

    def __init__(self, address):
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "100000"])
        self.inside = ["nsenter", "-t", str(self.holder.pid), "-n"]
        Host.count += 1
        cable = f"v{Host.count}"
        until = time.monotonic() + 5
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            if time.monotonic() > until:
                raise RuntimeError("no namespace")
            time.sleep(0.01)
        run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(self.holder.pid))
        run("ip", "link", "set", cable, "master", "br0")
        run("ip", "link", "set", cable, "up")
        self.address = None
        run(*self.inside, "ip", "link", "set", "lo", "up")
        run(*self.inside, "ip", "link", "set", "eth0", "up")
        self.move(address)

    def move(self, address):
        """Another address in place of the present one."""
        if self.address:
            run(*self.inside, "ip", "addr", "del", self.address + "/24", "dev", "eth0")
        run(*self.inside, "ip", "addr", "add", address + "/24", "dev", "eth0")
        self.address = address

    def end(self):
        self.holder.kill()
        self.holder.wait()


class Program:
    """A program in a host, and its output."""

    def __init__(self, name, host, command, **environment):
        self.name, self.lines = name, []
        self.child = subprocess.Popen(host.inside + command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, errors="replace",
                                      env=dict(os.environ, **environment))
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            self.lines.append((time.monotonic(), line.rstrip()))

    def end(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Lan:
    """The platform and up to five devices."""

    def __init__(self, build, members=2, say=print):
        self.target = os.path.join(ROOT, "target", build)
        self.say = say
        self.started = time.monotonic()
        self.directory = tempfile.TemporaryDirectory(prefix="hwmqtt-lan-")
        self.work = os.path.join(self.directory.name, "work")
        self.control = os.path.join(self.directory.name, "control")
        os.mkdir(self.work)
        self.names = NAMES[:members]
        self.hosts = {"platform": Host(PLATFORM)}
        for number, name in enumerate(self.names, 1):
            self.hosts[name] = Host(f"{NET}{number}")
        self.programs = {}
        self.port = "0"
        self.start_platform()
        for name in self.names:
            self.operator("device", "add", name, SECRET)
        self.operator("group", "add", GROUP)
        self.operator("group", "bind", GROUP, *self.names)
        self.operator("softbus", "create", GROUP, BUS)

    def start_platform(self, **rules):
        config = os.path.join(self.directory.name, "platform.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"host": PLATFORM, "plain": "none", "tls": "auto", **rules}, file)
        simulator = os.path.join(self.target, "iotda-sim")
        command = [simulator, "run", "--config", config, "--work-dir", self.work, "--control", self.control]
        program = self.programs["platform"] = Program("platform", self.hosts["platform"], command)
        found = []
        self.wait(lambda: found.extend(re.findall(r"TLS \S+:(\d+)", " ".join(line for _, line in program.lines))) or found, 10,
                  "the platform starts")
        self.port = found[0]

    def operator(self, *words):
        return run(os.path.join(self.target, "iotda-sim"), "ctl", "--control", self.control, *words)

    def start(self, name):
        """Starts the program of a device: the one with the old six functions only."""
        program = os.path.join(ROOT, "target", "c_demo", "soft_bus_demo")
        command = [program, "--address", PLATFORM, "--port", self.port, "--id", name, "--secret", SECRET,
                   "--work-dir", self.work, "--send-every", "2", "--verbose"]
        # The simulator's own certificate names loopback only; here it is reached at another address.
        self.programs[name] = Program(name, self.hosts[name], command, LD_LIBRARY_PATH=self.target,
                                      IOTDA_TLS_NO_HOSTNAME_CHECK="1")

    def stop(self, name):
        self.programs.pop(name).end()

    def wait(self, done, seconds, what):
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                raise RuntimeError(f"not within {seconds} s: {what}")
            time.sleep(0.05)

    def linked(self, names, seconds, what, since=None):
        """Waits until a greeting of the master has arrived, after `since`, at each of these members."""
        begin = time.monotonic()
        since = begin if since is None else since

        def greeted(name):
            return any(at >= since and "received from" in line for at, line in list(self.programs[name].lines))
        self.wait(lambda: all(greeted(name) for name in names), seconds + 2, what)  # a greeting goes out every 2 s
        self.say(f"{time.monotonic() - self.started:6.2f} s  {what}: linked after {time.monotonic() - begin:.1f} s")

    def end(self):
        for program in reversed(list(self.programs.values())):
            program.end()
        for host in self.hosts.values():
            host.end()
        self.directory.cleanup()

    def tail(self, count=25):
        for name, program in self.programs.items():
            print(f"--- {name}")
            for at, line in program.lines[-count:]:
                print(f"{at - self.started:6.2f} {line[:170]}")


def in_order(lan, order, gap):
    for number, index in enumerate(order):
        if number:
            time.sleep(gap)
        lan.start(lan.names[index])
    lan.linked(lan.names[1:], WITHIN, "all started")


def master_first(lan):
    in_order(lan, (0, 1), 3)


def member_first(lan):
    in_order(lan, (1, 0), 3)


def together(lan):
    in_order(lan, (0, 1), 0)


def five(lan):
    in_order(lan, (3, 1, 0, 4, 2), 0.4)


def one_missing(lan):
    lan.start(lan.names[1])
    time.sleep(1)
    lan.start(lan.names[0])
    lan.linked(lan.names[1:2], WITHIN, "one member never comes up")


def member_moves(lan):
    member_first(lan)
    lan.hosts[lan.names[1]].move(NET + "71")
    lan.linked(lan.names[1:], AFTER_A_MOVE, "the member has moved", time.monotonic() + 1)


def master_moves(lan):
    member_first(lan)
    lan.hosts[lan.names[0]].move(NET + "72")
    lan.linked(lan.names[1:], AFTER_A_MOVE, "the master has moved", time.monotonic() + 1)


def member_restarts(lan):
    member_first(lan)
    lan.stop(lan.names[1])
    lan.start(lan.names[1])
    lan.linked(lan.names[1:], WITHIN, "the member has restarted")


def platform_stops(lan):
    member_first(lan)
    lan.stop("platform")
    time.sleep(3)
    lan.linked(lan.names[1:], WITHIN, "the platform is gone")


SCENARIOS = {
    "master-first": (master_first, 2),
    "member-first": (member_first, 2),
    "together": (together, 2),
    "five": (five, 5),
    "one-missing": (one_missing, 3),
    "member-moves": (member_moves, 2),
    "master-moves": (master_moves, 2),
    "member-restarts": (member_restarts, 2),
    "platform-stops": (platform_stops, 2),
}


def inside():
    """Makes the bridge in the namespace that `unshare` gave us."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "br0", "type", "bridge", "forward_delay", "0")
    run("ip", "link", "set", "br0", "up")


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    times, build, names = 1, "release", []
    words = iter(arguments)
    for word in words:
        if word == "--times":
            times = int(next(words))
        elif word == "--build":
            build = next(words)
        else:
            names.append(word)
    if "LAN_INSIDE" not in os.environ:
        if not allowed():
            print("NOT RUN: no network namespaces with virtual cables here")
            print("0 passed, 1 failed")
            return 1
        command = ["unshare", "-Urn", sys.executable, os.path.abspath(__file__), *arguments]
        return subprocess.run(command, env=dict(os.environ, LAN_INSIDE="1"), check=False).returncode
    inside()
    passed = failed = 0
    for name in names or SCENARIOS:
        play, members = SCENARIOS[name]
        good = 0
        for _ in range(times):
            lan = None
            try:
                lan = Lan(build, members, lambda text, name=name: print(f"{name:>16}  {text}", flush=True))
                play(lan)
                good += 1
            except (RuntimeError, OSError, subprocess.SubprocessError) as cause:
                print(f"FAILED {name}: {cause}", flush=True)
                if lan:
                    lan.tail()
            finally:
                if lan:
                    lan.end()
        print(f"{name}: {good} of {times}", flush=True)
        passed, failed = passed + (good == times), failed + (good != times)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
