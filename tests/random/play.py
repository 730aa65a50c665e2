#!/usr/bin/env python3
"""Plays random sequences of all exported functions (play.c) against the simulator and its faults.

  play.py --lib LIB --include INC [--simulator PROGRAM] [--sequences N] [--first N] [--lanes N] [--asan] [--tunnel] [--keep DIR]

Two lanes are two devices of one group, over TCP and TLS in turn, in a network namespace of their own. With --asan the program
and the library are run with AddressSanitizer. What fails is named by its sequence's number: --first N --sequences 1 plays it
again, PLAY_VERBOSE=1 with every call. The last line is "N passed, N failed".
"""
import argparse
import glob
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "scripts"))
import programs  # noqa: E402

FOLDERS = ["", "agentlite", "service", "service/sys_hal", "service/detect_anomaly", "util", "base", "tunnel", "third_party/cjson",
           "third_party/libboundscheck"]
UNDER = os.environ.get("PLAY_UNDER", "").split("|") if os.environ.get("PLAY_UNDER") else []
BATCH = 20  # sequences of one process
DEVICES = {"64f1c0a2_gate-01": "0c6f1e52a9d84b37", "64f1c0a2_cam-07": "b81d73e0465f92ca"}
LIST = {"bus_infos": [{"bus_id": "b1", "bus_key": "0123456789abcdef0123", "device_count": 2, "version": 2, "devices_info": [
    {"device_id": device, "device_ip": f"127.0.0.{n + 1}"} for n, device in enumerate(DEVICES)]}], "bus_count": 1}
PAYLOADS = ["", "{}", "x", "[1,2", '{"services":[]}', '{"object_device_id":"x","services":[{"service_id":"a","properties":{"b":1}}]}',
            '{"services":[{"event_type":"unknown","service_id":"$file_manager","paras":{"url":"http://127.0.0.1:9/x"}}]}', "\u00e4" * 3000,
            '{"paras":{},"service_id":"a","command_name":"b"}', '{"devices":[{"device_id":"c"}],"version":"1"}']
TOPICS = ["sys/messages/down", "sys/commands/request_id=1", "sys/properties/set/request_id=2", "sys/properties/get/request_id=3",
          "sys/shadow/get/response/request_id=4", "sys/events/down", "user/any", "sys/unknown", "bridge/1"]
FAULTS = [["close_on_accept=true"], ["silent=true"], ["refuse=4"], ["refuse=3"], ["delay_connack_ms=300"], ["no_connack=true"],
          ["cut_after_packets_in=4"], ["cut_after_bytes_out=60"], ["cut_after_bytes_in=300", "cut=reset"], ["withhold_puback=3"],
          ["duplicate_puback=true"], ["suback_code=128"], ["withhold_suback=true"], ["stop_reading_after=5"], ["garbage_after=6"],
          ["session_present=true"]]


def program(options, directory):
    """Builds play.c; its path."""
    path = os.path.join(directory, "play")
    subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), os.path.join(directory, "calls.h")], check=True)
    compiler = ["clang", "-fsanitize=address"] if options.asan else ["cc"]
    command = [*compiler, "-std=gnu11", "-g", "-O1", "-w", *(["-DWITH_TUNNEL"] if options.tunnel else []), "-I" + directory,
               *["-I" + os.path.join(options.include, folder) for folder in FOLDERS], "-c", os.path.join(HERE, "play.c"),
               "-o", path + ".o"]
    subprocess.run(command, check=True)
    library = os.path.dirname(os.path.abspath(options.lib))
    # The compiler's own runtime of the sanitizer: it is newer than clang's, and lets a process fork while it allocates.
    runtime = []
    if options.asan:
        found = glob.glob(os.path.join(subprocess.check_output(["rustc", "--print", "target-libdir"], text=True).strip(), "*rt.asan.a"))
        runtime = ["-Wl,--whole-archive", found[0], "-Wl,--no-whole-archive", "-Wl,--export-dynamic", "-lrt"]
    subprocess.run(["cc", path + ".o", *runtime, "-o", path, "-L" + library, "-lHWMQTT", "-lpthread", "-ldl", "-lm",
                    "-Wl,-rpath," + library], check=True)
    return path


class Operator(threading.Thread):
    """Has the platform do something every now and then, until it is stopped."""

    def __init__(self, platform, chance):
        super().__init__(daemon=True)
        self.platform, self.chance, self.over = platform, chance, threading.Event()

    def words(self):
        pick = self.chance.choice
        device = pick(list(DEVICES))
        kind = self.chance.randrange(12)
        if kind < 3:
            return ["fault", "add", f"times={self.chance.randrange(1, 4)}", *([f"device={device}"] if self.chance.randrange(2) else []),
                    *pick(FAULTS)]
        if kind == 3:
            return ["fault", "clear"]
        if kind == 4:
            return ["disconnect", device, "--how", pick(["close", "reset", "half"])]
        if kind == 5:
            return ["softbus", pick(["sync", "update", "key"]), "hall"]
        if kind == 6:
            return ["command", "--no-wait", device, "service", "name", pick(['{"a":1}', "{}"])]
        if kind == 7:
            return ["message", device, "--", pick(PAYLOADS)]
        if kind == 8:
            return ["event", device, pick(["$log", "$ota", "$time_sync", "$sub_device_manager", "$tunnel_manager", "$device_rule",
                                          "$soft_bus", "$file_manager"]),
                    pick(["log_config", "version_query", "get_time_sync_response", "firmware_upgrade", "add_sub_device_notify",
                          "tunnel_notify", "device_rule_config_response", "unknown"]), pick(['{"switch":"on"}', "{}", '{"devices":[]}'])]
        payload = pick(PAYLOADS + [str(LIST).replace("'", '"')])
        return ["publish", "--unasked", device, f"$oc/devices/{device}/{pick(TOPICS)}", payload]

    def run(self):
        while not self.over.wait(0.05):
            try:
                self.platform.ctl(*self.words())
            except (programs.Missing, subprocess.TimeoutExpired):
                pass  # not connected, nothing to do


class Lane(threading.Thread):
    """One device and its share of the sequences."""

    def __init__(self, number, options, path, platform, sequences, directory):
        super().__init__(daemon=True)
        self.number, self.options, self.path, self.platform, self.sequences = number, options, path, platform, sequences
        self.directory, self.passed, self.failures = directory, 0, []

    def run(self):
        device, secret = list(DEVICES.items())[self.number % len(DEVICES)]
        turn = 0
        while self.sequences:
            turn += 1
            port = self.platform.tls_port if turn % 3 == 0 else self.platform.plain_port
            work = tempfile.mkdtemp(prefix="work.", dir=self.directory)
            shutil.copytree(os.path.join(self.directory, "conf"), os.path.join(work, "conf"))
            first, count = self.sequences[0], min(BATCH, len(self.sequences))
            log = os.path.join(self.directory, f"log.{first}")
            environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:abort_on_error=1:detect_odr_violation=0:handle_segv=1")
            with open(log, "wb") as out:
                try:
                    status = subprocess.run([*UNDER, self.path, str(first), str(count), f"127.0.0.{self.number + 1}", port, device, secret, work],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment,
                                            timeout=60 + 30 * count).returncode
                except subprocess.TimeoutExpired:
                    status = "not ended"
            with open(log, errors="replace") as out:
                text = out.read()
            begun = [int(number) for number in re.findall(r"^sequence (\d+)$", text, re.M)]
            done = count if status == 0 else max(len(begun) - 1, 0)
            self.passed += done
            if status != 0:
                self.failures.append((first + done, status, text[-20000:]))
                print(f"sequence {first + done} FAILED, status {status}: {log}", flush=True)
                done += 1
            else:
                os.remove(log)
            shutil.rmtree(work, ignore_errors=True)
            del self.sequences[:done]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lib", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--simulator", default=programs.SIMULATOR)
    parser.add_argument("--sequences", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--asan", action="store_true")
    parser.add_argument("--tunnel", action="store_true")
    parser.add_argument("--keep")
    options = parser.parse_args()
    if os.environ.get("PLAY_INSIDE") is None:
        os.environ["PLAY_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "-rn", sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    programs.SIMULATOR = options.simulator
    directory = os.path.abspath(options.keep) if options.keep else tempfile.mkdtemp(prefix="play.")
    os.makedirs(directory, exist_ok=True)
    path = program(options, directory)
    config = {"host": "0.0.0.0", "plain": 1883, "tls": 8883, "device": [{"id": i, "secret": s} for i, s in DEVICES.items()],
              "certificates": {"names": ["localhost", *(f"127.0.0.{n + 1}" for n in range(options.lanes))]},
              "group": [{"name": "hall", "members": list(DEVICES), "bus": "workshop"}]}
    platform = programs.Platform(directory, config, "--work-dir", directory, "--quiet")
    operator = Operator(platform, random.Random(options.first))
    operator.start()
    every = list(range(options.first, options.first + options.sequences))
    share = (len(every) + options.lanes - 1) // options.lanes
    lanes = [Lane(n, options, path, platform, every[n * share:(n + 1) * share], directory) for n in range(options.lanes)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    operator.over.set()
    operator.join()
    programs.stop([platform])
    failures = [failure for lane in lanes for failure in lane.failures]
    for number, status, text in failures[:3]:
        print(f"---- sequence {number}, status {status}:\n{text}")
    if not options.keep and not failures:
        shutil.rmtree(directory, ignore_errors=True)
    print(f"{sum(lane.passed for lane in lanes)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
