#!/usr/bin/env python3
"""Members find each other on a LAN: each device in a network namespace of its own, joined by a bridge, no platform, old functions only.

find.py [--build debug|release] [SCENARIO ...]   without names all; "quick" stands for those that `make test` plays.
Needs user namespaces; where they are not allowed it says so and fails. The last line is "N passed, N failed".
"""
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import lan

ROOT = lan.ROOT
sys.path.insert(0, os.path.join(ROOT, "tests", "near"))
import find_packet  # noqa: E402  (the independent implementation)

KEY = "3c9a07e51b6df248"
IDS = ("64f1c0a2_node-01", "64f1c0a2_node-02", "64f1c0a2_node-03")
BUS, NAME = "9d41e07c5a2b4f0e8c36b1d27f90aa54", "workshop"
NET = "10.79.0."
ON = {"HWMQTT_DCONN_STRICT_IP": "1", "HWMQTT_DCONN_FIND": "1"}
MASTER, MEMBER = NET + "1", NET + "2"


class Failed(RuntimeError):
    """What a scenario asks for did not happen."""


def compiled(target):
    """The device program, built against the library under test."""
    output = os.path.join(ROOT, "target", "find_device")
    folders = ["", "agentlite", "base", "service", "util", "third_party/cjson"]
    lan.run("cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", *[f"-I{os.path.join(ROOT, 'include', f)}" for f in folders],
            os.path.join(ROOT, "tests", "near", "lan_device.c"), "-o", output, f"-L{target}",
            f"-Wl,--disable-new-dtags,-rpath,{target}", "-lHWMQTT")
    return output


def group(*addresses):
    """Group data that list these addresses for the members, "" for none."""
    members = [{"device_id": name, "device_ip": address} for name, address in zip(IDS, addresses)]
    return json.dumps({"bus_infos": [{"bus_id": BUS, "version": 0, "bus_name": NAME, "bus_key": KEY, "devices_info": members,
                                      "device_count": len(members)}], "bus_count": 1}, separators=(",", ":"))


class Device:
    """The program in a host; told by lines, judged by its lines."""

    def __init__(self, world, number, host, **environment):
        self.name, self.lines, self.begin = IDS[number], [], world.begin
        command = [*host.inside, world.program, self.name, world.directory.name]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                      errors="replace", env={**os.environ, **ON, **environment})
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            self.lines.append((time.monotonic(), line.rstrip()))

    def tell(self, *words):
        self.child.stdin.write(" ".join(words) + "\n")
        self.child.stdin.flush()

    def said(self, text, since=0.0):
        return any(at >= since and text in line for at, line in list(self.lines))

    def cpu(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.child.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        try:
            self.child.stdin.close()
            self.child.wait(timeout=5)
        except (OSError, subprocess.TimeoutExpired):
            self.child.kill()
            self.child.wait()


class World:
    """Hosts and devices of one scenario, and everything on the bridge."""

    def __init__(self, program):
        self.program, self.begin = program, time.monotonic()
        self.directory = tempfile.TemporaryDirectory(prefix="hwmqtt-find-")
        self.hosts, self.devices, self.frames = [], [], []
        self.tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.tap.bind(("br0", 0))
        self.tap.settimeout(0.2)
        self.watching = True
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()

    def watch(self):
        while self.watching:
            try:
                self.frames.append(self.tap.recv(2048))
            except socket.timeout:
                pass

    def host(self, address):
        host = lan.Host(address)
        host.cable = f"v{lan.Host.count}"
        self.hosts.append(host)
        return host

    def device(self, number, host, **environment):
        device = Device(self, number, host, **environment)
        self.devices.append(device)
        return device

    def pair(self, listed, **environment):
        """Master and member, both with this list."""
        devices = [self.device(number, self.host(address), **environment) for number, address in enumerate((MASTER, MEMBER))]
        for device in devices:
            device.tell("group", group(*listed))
        return devices

    def packets(self, kind=None):
        """UDP payloads of finding on the bridge: (source, destination, bytes)."""
        found = []
        for frame in list(self.frames):
            if frame[12:14] == b"\x08\x00" and frame[23] == 17:
                start = 14 + (frame[14] & 15) * 4
                source, to = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
            elif frame[12:14] == b"\x86\xdd" and frame[20] == 17:
                start = 54
                source, to = (socket.inet_ntop(socket.AF_INET6, frame[at:at + 16]) for at in (22, 38))
            else:
                continue
            size = struct.unpack(">H", frame[start + 4:start + 6])[0]
            data = frame[start + 8:start + size]
            if data[:4] == find_packet.MAGIC and kind in (None, data[4]):
                found.append((source, to, data))
        return found

    def end(self):
        for device in self.devices:
            device.end()
        for host in self.hosts:
            host.end()
        self.watching = False
        self.watcher.join()
        self.tap.close()
        self.directory.cleanup()

    def tail(self):
        for device in self.devices:
            print(f"--- {device.name}")
            for at, line in [one for one in device.lines if not one[1].startswith(("sent 0x", "result "))][-140:]:
                print(f"{at - self.begin:6.2f} {line[:170]}")


def linked(devices, seconds, what, since=None):
    """Waits until a message of the first device has arrived at the second, sent after `since`; how long that took."""
    begin = since or time.monotonic()
    number = 0
    while time.monotonic() < begin + seconds:
        number += 1
        text = f"message-{begin:.3f}-{number}"
        devices[0].tell("send", devices[1].name, text)
        time.sleep(0.1)
        if devices[1].said(f"received {devices[0].name} message-{begin:.3f}"):
            print(f"    {what}: linked after {time.monotonic() - begin:.1f} s", flush=True)
            return time.monotonic() - begin
    raise Failed(f"{what}: not linked within {seconds} s")


def not_linked(devices, seconds, what):
    try:
        linked(devices, seconds, what)
    except Failed:
        return
    raise Failed(f"{what}: linked all the same")


def wait(test, seconds, what):
    until = time.monotonic() + seconds
    while not test():
        if time.monotonic() > until:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def check(ok, what):
    if not ok:
        raise Failed(what)


def start(devices, master=MASTER):
    devices[0].tell("server", master)
    devices[1].tell("client", master)


def master_only(world):
    """A list with the master's address only; whoever is first."""
    devices = world.pair((MASTER, ""))
    devices[1].tell("client", MASTER)
    time.sleep(2)
    devices[0].tell("server", MASTER)
    linked(devices, 8, "the member has no address")


def master_only_together(world):
    devices = world.pair((MASTER, ""))
    start(devices)
    linked(devices, 8, "the member has no address, both at once")


def member_moves(world):
    """The platform is down; the member has another address and its program starts the role again with what it has."""
    devices = world.pair((MASTER, MEMBER))
    start(devices)
    linked(devices, 8, "at the listed addresses")
    time.sleep(3)
    world.hosts[1].move(NET + "71")
    since = time.monotonic()
    time.sleep(0.5)
    devices[1].tell("client", MASTER)
    linked(devices, 10, "the member has moved", since)


def master_moves(world):
    """The master's program starts its role at the new address, the member's with the old one."""
    devices = world.pair((MASTER, MEMBER))
    start(devices)
    linked(devices, 8, "at the listed addresses")
    time.sleep(3)
    world.hosts[0].move(NET + "72")
    since = time.monotonic()
    time.sleep(0.5)
    devices[0].tell("server", NET + "72")
    devices[1].tell("client", MASTER)
    linked(devices, 10, "the master has moved", since)


def master_moves_alone(world):
    """Only the master's program notices; the member's does nothing."""
    devices = world.pair((MASTER, MEMBER))
    start(devices)
    linked(devices, 8, "at the listed addresses")
    time.sleep(3)
    world.hosts[0].move(NET + "72")
    since = time.monotonic()
    time.sleep(0.5)
    devices[0].tell("server", NET + "72")
    linked(devices, 10, "the master has moved, the member's program does nothing", since)


def switched_off(world):
    """Without finding it is as it was: a connection from an unlisted address is no member's, an empty address no address."""
    for environment in ({"HWMQTT_DCONN_FIND": "0"}, {"HWMQTT_DCONN_STRICT_IP": "2"}):
        devices = world.pair((MASTER, ""), **environment)
        start(devices)
        not_linked(devices, 8, "finding is switched off")
        check(devices[0].said("is no member's address"), "closed at once")
        devices[1].tell("client ")
        wait(lambda: devices[1].said("client 0x5001"), 3, "an empty address is 0x5001")
        check(not world.packets(), "nothing was sent")
        while world.devices:
            world.devices.pop().end()
        while world.hosts:
            world.hosts.pop().end()


def silent_before_a_role(world):
    """Group data alone make nobody send; nor does a point-to-point interface or the loopback carry anything."""
    devices = world.pair((MASTER, ""))
    time.sleep(2)
    check(not world.packets(), "sent before a role was asked for")
    devices[1].tell("client ")
    wait(lambda: world.packets(), 5, "a role was asked for, though with an empty address")
    check(devices[1].said("client 0x5001"), "an empty address stays 0x5001")


def capture(world):
    """What an eavesdropper sees: no id, name or address, and tags of the present only."""
    master_only_together(world)
    packets = world.packets()
    check(len(packets) >= 8, f"{len(packets)} packets")
    keys, half_hour = find_packet.Keys(KEY), int(time.time()) // 1800
    clear = [text.encode() for text in (*IDS, BUS, NAME, KEY, MASTER, MEMBER)]
    clear += [socket.inet_aton(address) for address in (MASTER, MEMBER)]
    for source, to, data in packets:
        check(not any(text in data for text in clear), "something in clear")
        check(data[5:13] in [keys.tag(half_hour + off) for off in (-1, 0, 1)], "a tag of another time")
        said = find_packet.open_packet(keys, data)
        check(said and said["id"] in IDS[:2], "the independent implementation opens it")
        check(data[4] == find_packet.PROBE or len(data) <= 228, "an answer of more than one and a half probes")
    print(f"    {len(packets)} packets, {sum(len(data) for _, _, data in packets)} bytes", flush=True)


def enter(namespace):
    """This thread's network is that of the namespace."""
    if ctypes.CDLL(None, use_errno=True).setns(namespace, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Stranger:
    """The independent implementation at a host of its own, as a member or as somebody who has only seen packets."""

    def __init__(self, world, address):
        self.host = world.host(address)
        self.address = address
        me = os.open("/proc/self/ns/net", os.O_RDONLY)
        theirs = os.open(f"/proc/{self.host.holder.pid}/ns/net", os.O_RDONLY)
        try:
            enter(theirs)
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self.socket.bind(("", find_packet.PORT))
            member = socket.inet_aton(find_packet.GROUP4) + socket.inet_aton(address)
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        finally:
            enter(me)
            os.close(me)
            os.close(theirs)
        self.socket.settimeout(0.2)

    def receive(self, seconds, wanted):
        """Packets that the keys open and `wanted` holds for."""
        until, found, keys = time.monotonic() + seconds, [], find_packet.Keys(KEY)
        while time.monotonic() < until:
            try:
                data, source = self.socket.recvfrom(600)
            except socket.timeout:
                continue
            said = find_packet.open_packet(keys, data)
            if said and wanted(said):
                found.append((source, said, data))
        return found


def packet(kind, identity, challenge=None, half_hour=None, addresses=()):
    plain = find_packet.body(challenge or os.urandom(16), identity, addresses or [NET + "9"] * 14)
    now = int(time.time()) // 1800 if half_hour is None else half_hour
    return find_packet.packet(find_packet.Keys(KEY), kind, now, os.urandom(24), plain)


def independent(world):
    """The second implementation asks, is asked, and is believed; what was recorded gets one answer, last year's none."""
    device = world.device(0, world.host(MASTER))
    device.tell("group", group(MASTER, ""))
    device.tell("server", MASTER)
    peer = Stranger(world, NET + "9")
    challenge = os.urandom(16)
    asks = packet(find_packet.PROBE, IDS[1], challenge)
    for _ in range(3):
        peer.socket.sendto(asks, (MASTER, find_packet.PORT))
        time.sleep(0.3)
    answers = peer.receive(2, lambda said: said["kind"] == find_packet.HERE and said["challenge"] == challenge)
    check(len(answers) == 1, f"{len(answers)} answers to a probe that came three times")
    check(answers[0][1]["id"] == IDS[0] and answers[0][1]["port"] == 28177 and MASTER in answers[0][1]["addresses"], "its body")
    check(len(answers[0][2]) <= len(asks) * 1.5, "its length")
    last_year = int(time.time()) // 1800 - 365 * 48
    for to in (MASTER, find_packet.GROUP4):
        peer.socket.sendto(packet(find_packet.PROBE, IDS[1], challenge, last_year), (to, find_packet.PORT))
    check(not peer.receive(2, lambda said: said["kind"] == find_packet.HERE), "an answer to last year's probe")
    peer.socket.sendto(packet(find_packet.HERE, IDS[1], find_packet.UNASKED), (MASTER, find_packet.PORT))
    probes = peer.receive(3, lambda said: said["kind"] == find_packet.PROBE)
    check(probes, "it asks whoever says to be here")
    peer.socket.sendto(packet(find_packet.HERE, IDS[1], probes[-1][1]["challenge"]), (MASTER, find_packet.PORT))
    wait(lambda: device.said(f"{IDS[1]} proved to be at {NET}9"), 3, "the proof")


def flood(world):
    """10,000 packets a second for 10 s: forged with unknown tags, then one recorded with a known tag; then a member is found."""
    device = world.device(0, world.host(MASTER))
    device.tell("group", group(MASTER, ""))
    device.tell("server", MASTER)
    attacker = Stranger(world, NET + "66")
    time.sleep(3)
    recorded = packet(find_packet.PROBE, IDS[1])
    for what in ("unknown tags", "a known tag"):
        # The attacker has no keys: it changes what it has recorded.
        cpu, begin, sent = device.cpu(), time.monotonic(), 0
        answers = len(world.packets(find_packet.HERE))
        while time.monotonic() < begin + 10:
            for _ in range(100):
                forged = bytearray(recorded)
                if what == "unknown tags":
                    forged[5:13] = os.urandom(8)
                forged[13:17] = struct.pack(">I", sent)
                attacker.socket.sendto(forged, (MASTER, find_packet.PORT))
                sent += 1
            time.sleep(max(0.0, begin + sent / 10_000 - time.monotonic()))
        used = (device.cpu() - cpu) / (time.monotonic() - begin)
        rate = sent / (time.monotonic() - begin)
        print(f"    {what}: {rate:,.0f} packets a second, {100 * used:.1f} % of a core", flush=True)
        check(rate > 8_000, "the attacker was too slow")
        check(used < 0.2, "more than 20 % of a core")
        check(len(world.packets(find_packet.HERE)) == answers, "a forged packet was answered")
        check(not device.said("proved to be"), "a forged packet was believed")
    stop = threading.Event()

    def go_on():
        while not stop.is_set():
            for number in range(100):
                forged = bytearray(recorded)
                forged[13:17] = struct.pack(">I", number) if number else os.urandom(4)
                attacker.socket.sendto(forged, (MASTER, find_packet.PORT))
            time.sleep(0.01)
    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        member = world.device(1, world.host(MEMBER))
        member.tell("group", group(MASTER, ""))
        member.tell("client", MASTER)
        linked([device, member], 10, "a member, while the flood goes on")
    finally:
        stop.set()
        thread.join()


def asked_by_many(world):
    """Whoever has the key asks 200 times a second: at most 20 answers a second, none much longer than its probe."""
    device = world.device(0, world.host(MASTER))
    device.tell("group", group(MASTER, ""))
    device.tell("server", MASTER)
    peer = Stranger(world, NET + "9")
    time.sleep(3)
    probes = [packet(find_packet.PROBE, IDS[1]) for _ in range(600)]
    before = len(world.packets(find_packet.HERE))
    for probe in probes:
        peer.socket.sendto(probe, (MASTER, find_packet.PORT))
        time.sleep(0.005)
    time.sleep(0.5)
    answers = world.packets(find_packet.HERE)[before:]
    print(f"    {len(answers)} answers to {len(probes)} probes in 3 s", flush=True)
    check(20 <= len(answers) <= 100 and all(len(data) <= 1.5 * len(probes[0]) for _, _, data in answers), "too many, or too long")


def interface_comes_later(world):
    """The member's cable is plugged in after its role started, and its first address goes."""
    devices = world.pair((MASTER, ""))
    lan.run(*world.hosts[1].inside, "ip", "addr", "del", MEMBER + "/24", "dev", "eth0")
    start(devices)
    time.sleep(3)
    world.hosts[1].address = None
    world.hosts[1].move(NET + "33")
    linked(devices, 10, "the member's address came later")


def two_interfaces(world):
    """A device between two networks finds the member that is in the second."""
    lan.run("ip", "link", "add", "br1", "type", "bridge", "forward_delay", "0")
    lan.run("ip", "link", "set", "br1", "up")
    try:
        devices = world.pair((MASTER, ""))
        host, member = world.hosts
        lan.run("ip", "link", "add", "w1", "type", "veth", "peer", "name", "eth1", "netns", str(host.holder.pid))
        lan.run("ip", "link", "set", "w1", "master", "br1", "up")
        lan.run(*host.inside, "ip", "addr", "add", "10.80.0.1/24", "dev", "eth1")
        lan.run(*host.inside, "ip", "link", "set", "eth1", "up")
        lan.run("ip", "link", "set", member.cable, "master", "br1")
        member.move("10.80.0.2")
        devices[1].tell("group", group("10.80.0.1", ""))
        devices[0].tell("server", "10.80.0.1")
        devices[1].tell("client", "10.80.0.1")
        linked(devices, 8, "over the second interface")
    finally:
        lan.run("ip", "link", "del", "br1")


def ipv6(world):
    """A LAN of IPv6 only."""
    devices = world.pair(("fd00:79::1", ""))
    for number, host in enumerate(world.hosts, 1):
        lan.run(*host.inside, "ip", "addr", "del", host.address + "/24", "dev", "eth0")
        lan.run(*host.inside, "ip", "addr", "add", f"fd00:79::{number}/64", "dev", "eth0", "nodad")
    time.sleep(2.5)  # the link-local addresses are usable
    start(devices, "fd00:79::1")
    linked(devices, 8, "by IPv6")
    packets = world.packets()
    check(packets and all(":" in source for source, _, _ in packets), "IPv6 only")


QUICK = (master_only, member_moves, master_moves, capture)
SCENARIOS = {play.__name__.replace("_", "-"): play for play in
             (master_only, master_only_together, member_moves, master_moves, master_moves_alone, switched_off,
              silent_before_a_role, capture, independent, flood, asked_by_many, interface_comes_later, two_interfaces, ipv6)}


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    build, names = "release", []
    words = iter(arguments)
    for word in words:
        if word == "--build":
            build = next(words)
        elif word == "quick":
            names += [play.__name__.replace("_", "-") for play in QUICK]
        else:
            names.append(word)
    if "LAN_INSIDE" not in os.environ and not lan.allowed():
        print("NOT RUN: no network namespaces with virtual cables here")
        print("0 passed, 1 failed")
        return 1
    lan.enter(os.path.abspath(__file__), arguments)
    lan.run("ip", "link", "set", "br0", "promisc", "on")  # so that the tap sees what passes from port to port
    program = compiled(os.path.join(ROOT, "target", build))
    passed = failed = 0
    for name in names or SCENARIOS:
        world, good = None, False
        print(name, flush=True)
        try:
            world = World(program)
            SCENARIOS[name](world)
            good = True
            if "FIND_SHOW" in os.environ:
                world.tail()
        except (RuntimeError, OSError, subprocess.SubprocessError) as cause:
            print(f"FAILED {name}: {cause}", flush=True)
            if world:
                world.tail()
        finally:
            if world:
                world.end()
        passed, failed = passed + good, failed + (not good)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
