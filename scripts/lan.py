#!/usr/bin/env python3
"""The soft bus group on a real network: each device and the platform in a network namespace of its own, joined by a bridge.

lan.py [--times N] [--build debug|release] [SCENARIO ...]   plays each scenario N times (default 1), simulator with its default rules,
programs that know the six old functions only and set all links up again at each soft bus event. Needs user namespaces; where they
are not allowed it says so and fails. The last line is "N passed, N failed".
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUS = {"name": "workshop", "bus": "workshop", "bus_id": "9d41e07c5a2b4f0e8c36b1d27f90aa54"}
OLD_KEY, NEW_KEY = "3c9a07e51b6df248", "b81d73e0465f92ca"
NAMES = [f"64f1c0a2_node-0{number}" for number in range(1, 6)]
SECRET = "0c6f1e52a9d84b37"
NET = "10.79.0."
PLATFORM = NET + "250"
PORT = "8883"
WITHIN = 15  # seconds from the last start to the link
AFTER_A_MOVE = 30
WITH_KEPT_DATA = 5
WITH_A_NEW_KEY = 10
GREETING = 1  # seconds between two greetings of the master, by which a link shows


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
        # Ends with this process, whatever happens to it.
        self.holder = subprocess.Popen(["unshare", "-n", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.inside = ["nsenter", "-t", str(self.holder.pid), "-n"]
        Host.count += 1
        self.cable = cable = f"v{Host.count}"
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
        # The namespace may live for seconds after its last process and would go on answering for its address.
        run("ip", "link", "del", self.cable)
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

    def first(self, text, since=0):
        """When it first said this at `since` or later; 0: not yet."""
        return next((at for at, line in list(self.lines) if at >= since and text in line), 0)

    def last(self, text):
        """When it last said this; 0: not yet."""
        return next((at for at, line in reversed(list(self.lines)) if text in line), 0)

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
        os.mkdir(self.work)
        self.names = NAMES[:members]
        self.programs, self.hosts = {}, {}
        try:
            self.hosts["platform"] = Host(PLATFORM)
            for number, name in enumerate(self.names, 1):
                self.hosts[name] = Host(f"{NET}{number}")
        except BaseException:
            self.end()
            raise

    def start_platform(self, key=OLD_KEY, **rules):
        config = os.path.join(self.directory.name, "platform.json")
        settings = {"host": PLATFORM, "plain": "none", "tls": int(PORT), "certificates": {"names": [PLATFORM]}, "softbus": rules,
                    "device": [{"id": name, "secret": SECRET} for name in self.names],
                    "group": [{**BUS, "bus_key": key, "members": self.names}]}
        with open(config, "w", encoding="utf-8") as file:
            json.dump(settings, file)
        command = [os.path.join(self.target, "iotda-sim"), "run", "--config", config, "--work-dir", self.work]
        program = self.programs["platform"] = Program("platform", self.hosts["platform"], command)
        self.wait(lambda: program.first("iotda-sim: plain"), 10, "the platform starts")

    def start(self, name, keep=False):
        """Starts the program of a device: the one with the old six functions only. `keep`: group data on disk."""
        command = [os.path.join(ROOT, "target", "c_demo", "soft_bus_demo"), "--address", PLATFORM, "--port", PORT, "--id", name,
                   "--secret", SECRET, "--work-dir", self.work, "--send-every", str(GREETING), "--verbose"]
        if keep:
            command += ["--state-dir", os.path.join(self.directory.name, name)]
        self.programs[name] = Program(name, self.hosts[name], command, LD_LIBRARY_PATH=self.target)

    def stop(self, *names):
        for name in names:
            self.programs.pop(name).end()

    def wait(self, done, seconds, what):
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                raise RuntimeError(f"not within {seconds} s: {what}")
            time.sleep(0.05)

    def linked(self, seconds, what, since=None, names=None):
        """Waits until a greeting of the master has arrived, after `since` and all set-ups, at each of these members (default: all). How
        many seconds after `since` (default: now) the last of them was linked."""
        since = time.monotonic() if since is None else since
        names = names or self.names[1:]

        def times():
            programs = [self.programs[name] for name in self.names if name in self.programs]
            last = max([since] + [program.last("initialising the soft bus") for program in programs])
            return [self.programs[name].last(" is connected (") > since and self.programs[name].first("received from", last)
                    for name in names]
        # A greeting goes out every second or so, not at the moment of the link.
        self.wait(lambda: all(times()), since + seconds + 2 * GREETING - time.monotonic(), what)
        took = max(self.programs[name].last(" is connected (") for name in names) - since
        if took > seconds:
            raise RuntimeError(f"{what}: linked after {took:.1f} s, not within {seconds} s")
        self.say(f"{time.monotonic() - self.started:6.2f} s  {what}: linked after {took:.1f} s")
        return took

    def end(self):
        for program in reversed(list(self.programs.values())):
            program.end()
        for host in self.hosts.values():
            host.end()
        self.directory.cleanup()

    def tail(self, count=40):
        for name, program in self.programs.items():
            print(f"--- {name}, exit status {program.child.poll()}")
            for at, line in program.lines[-count:]:
                print(f"{at - self.started:6.2f} {line[:170]}")


def in_order(lan, order, gap, **how):
    for number, index in enumerate(order):
        if number:
            time.sleep(gap)
        lan.start(lan.names[index], **how)
    return lan.linked(WITHIN, "all started")


def master_first(lan):
    lan.start_platform()
    return in_order(lan, (0, 1), 3)


def member_first(lan):
    lan.start_platform()
    return in_order(lan, (1, 0), 3)


def together(lan):
    lan.start_platform()
    return in_order(lan, (0, 1), 0)


def five(lan):
    """In any order, 0.4 s apart."""
    lan.start_platform()
    order = random.sample(range(5), 5)
    lan.say(f"the order is {' '.join(str(number + 1) for number in order)}")
    return in_order(lan, order, 0.4)


def one_missing(lan):
    lan.start_platform()
    lan.start(lan.names[1])
    time.sleep(1)
    lan.start(lan.names[0])
    return lan.linked(WITHIN, "one member never comes up", names=lan.names[1:2])


def pushes(lan):
    """The platform announces each new address as well."""
    lan.start_platform(push_on_address=True)
    return in_order(lan, random.sample(range(3), 3), 1)


def member_moves(lan):
    member_first(lan)
    lan.hosts[lan.names[1]].move(NET + "71")
    return lan.linked(AFTER_A_MOVE, "the member has moved", time.monotonic() + 0.1)


def master_moves(lan):
    member_first(lan)
    lan.hosts[lan.names[0]].move(NET + "72")
    return lan.linked(AFTER_A_MOVE, "the master has moved", time.monotonic() + 0.1)


def member_restarts(lan):
    member_first(lan)
    lan.stop(lan.names[1])
    lan.start(lan.names[1])
    return lan.linked(WITHIN, "the member has restarted")


def platform_stops(lan):
    """A link outlives the platform's end: no message is lost, nothing is set up again."""
    member_first(lan)
    lan.stop("platform")
    begin = time.monotonic()
    time.sleep(12)
    greetings = [at for at, line in lan.programs[lan.names[1]].lines if at > begin and "received from" in line]
    again = [line for name in lan.names for at, line in lan.programs[name].lines if at > begin and "initialising" in line]
    if len(greetings) < 10 or again:
        raise RuntimeError(f"{len(greetings)} greetings within 12 s without the platform; {again}")
    return 0


def without_platform(lan, order, gap):
    """Both have kept their group data; now they start while the platform cannot be reached."""
    lan.start_platform()
    in_order(lan, (0, 1), 0, keep=True)
    lan.stop("platform", *lan.names)
    for number, index in enumerate(order):
        if number:
            time.sleep(gap)
        lan.start(lan.names[index], keep=True)
    return lan.linked(WITH_KEPT_DATA, "no platform, group data kept")


def kept_data(lan):
    return without_platform(lan, random.sample(range(2), 2), random.uniform(0, 2))


def key_changed(lan):
    """The platform is back with another key: with the first device that knows it the old one ends."""
    without_platform(lan, (0, 1), 0)
    lan.start_platform(key=NEW_KEY)
    known = f"key of {len(NEW_KEY)} characters"
    begin = time.monotonic()
    lan.wait(lambda: all(lan.programs[name].first(known, begin) for name in lan.names), 40, "both devices have the new key")
    both = max(lan.programs[name].first(known, begin) for name in lan.names)
    return lan.linked(WITH_A_NEW_KEY, "the key was changed", both)


SCENARIOS = {
    "master-first": (master_first, 2),
    "member-first": (member_first, 2),
    "together": (together, 2),
    "five": (five, 5),
    "one-missing": (one_missing, 3),
    "pushes": (pushes, 3),
    "member-moves": (member_moves, 2),
    "master-moves": (master_moves, 2),
    "member-restarts": (member_restarts, 2),
    "platform-stops": (platform_stops, 2),
    "kept-data": (kept_data, 2),
    "key-changed": (key_changed, 2),
}


def enter(script, arguments):
    """Begins a script again in namespaces of its own; returns there, with a bridge."""
    if "LAN_INSIDE" not in os.environ:
        os.environ["LAN_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "-Urn", sys.executable, script, *arguments])
    os.environ.pop("HWMQTT_DCONN_FIND", None)  # as a user has it: nothing leaves this network
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
    if "LAN_INSIDE" not in os.environ and not allowed():
        print("NOT RUN: no network namespaces with virtual cables here")
        print("0 passed, 1 failed")
        return 1
    enter(os.path.abspath(__file__), arguments)
    passed = failed = 0
    for name in names or SCENARIOS:
        play, members = SCENARIOS[name]
        times_taken = []
        for _ in range(times):
            lan = None
            try:
                lan = Lan(build, members, lambda text, name=name: print(f"{name:>16}  {text}", flush=True))
                times_taken.append(play(lan))
                if "LAN_SHOW" in os.environ:
                    lan.tail(400)
            except (RuntimeError, OSError, subprocess.SubprocessError) as cause:
                print(f"FAILED {name}: {cause}", flush=True)
                if lan:
                    lan.tail()
            finally:
                if lan:
                    lan.end()
        good = len(times_taken)
        slowest = f", at most {max(times_taken):.1f} s" if good else ""
        print(f"{name}: {good} of {times}{slowest}", flush=True)
        passed, failed = passed + (good == times), failed + (good != times)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
