#!/usr/bin/env python3
"""Plays a device against a real IoTDA instance and against the platform of this machine, and prints side by side what became of each
step: `make real`. The instance is named by the environment:

  REAL_ADDRESS     address for devices, for example xxx.iot-mqtts.cn-north-4.myhuaweicloud.com
  REAL_DEVICE_ID   a registered device, best one of a group with a HarmonyOS soft bus
  REAL_SECRET      its secret
  REAL_PORT        8883 if not given
  REAL_ROOT        PEM certificate of the authority to trust; the system's authorities if not given (item 111)

The steps are those of the soft bus flow that one device can see, and what it can do without an operator. Nothing is changed on the
platform but what a device reports. Status 0 when both did the same, 1 when they differ, 2 without an instance. The last line is
"N passed, N failed".
"""
import argparse
import ctypes
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time

from programs import Platform, ROOT, stop

LIBRARY = os.environ.get("HWMQTT_LIB_DIR", os.path.join(ROOT, "target", "release")) + "/libHWMQTT.so"
DEVICE, SECRET = "64f1c0a2_real-01", "real-secret-0123456789"
SYSTEM_ROOTS, MQTT_VERSION = 111, 100
UP, DOWN, LOST, DELIVERED, FAILED, SUBSCRIBED, MESSAGE, PROPERTIES_SET, EVENT, SHADOW = 0, 1, 4, 5, 6, 7, 9, 11, 14, 17
PATIENCE = 12


class Device:
    """One device over the C interface, by the callbacks that get messages as they came."""

    def __init__(self, work, address, port, device, secret, roots, items=()):
        self.sdk, self.news, self.kept = ctypes.CDLL(LIBRARY), queue.Queue(), []
        plain = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_char_p)
        topic = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p)
        self.sdk.IOTA_Init(work.encode())
        for item in (UP, DOWN, LOST, DELIVERED, FAILED, SUBSCRIBED, MESSAGE, EVENT):
            self.kept.append(plain(lambda _context, _id, code, text, item=item: self.news.put((item, code, text or b""))))
            self.sdk.IOTA_SetCallback(item, self.kept[-1])
        for item in (PROPERTIES_SET, SHADOW):
            self.kept.append(topic(lambda _context, _id, code, text, last, item=item: self.news.put((item, code, text or b""))))
            self.sdk.IOTA_SetCallbackWithTopic(item, self.kept[-1])
        self.sdk.IOTA_ConnectConfigSet(*(text.encode() for text in (address, port, device, secret)))
        if roots:
            self.sdk.IOTA_ConfigSetUint(SYSTEM_ROOTS, 1)
        for item, value in items:
            self.sdk.IOTA_ConfigSetUint(item, value)

    def wait(self, item, text=b"", seconds=PATIENCE, failed=None):
        """Milliseconds until this came; None when it did not, or `failed` came first."""
        start = time.monotonic()
        while True:
            try:
                seen, code, said = self.news.get(timeout=max(0.01, start + seconds - time.monotonic()))
            except queue.Empty:
                return None
            if seen == item and text in said:
                return (time.monotonic() - start) * 1000
            if seen == failed:
                self.reason = code
                return None
            if time.monotonic() - start > seconds:
                return None

    def why(self):
        text = ctypes.create_string_buffer(2048)
        self.sdk.IOTA_WhyOffline(text, 2048)
        return text.value.decode(errors="replace")

    def last(self):
        text = ctypes.create_string_buffer(1024)
        self.sdk.IOTA_GetLastError(text, 1024)
        return text.value.decode(errors="replace")


def text(value):
    return ctypes.c_char_p(value)


def play(options):
    """One platform: a JSON line for each step."""
    def said(step, ok, milliseconds=None, note=""):
        print(json.dumps({"step": step, "ok": bool(ok), "ms": milliseconds, "note": note}), flush=True)

    device = Device(options.work, options.address, options.port, options.device, options.secret, options.roots)
    sdk = device.sdk
    result = sdk.IOTA_Connect()
    took = device.wait(UP, failed=DOWN) if result == 0 else None
    said("2 login over TLS, certificate and name verified", took is not None, took, "" if took is not None else device.last() if result else device.why())
    if took is None:
        return

    class Info(ctypes.Structure):
        _fields_ = [(name, ctypes.c_char_p) for name in ("object_device_id", "event_time", "sdk", "software", "firmware", "ip")]

    def acknowledged(step, call):
        result = call()
        took = device.wait(DELIVERED, failed=FAILED) if result >= 0 else None
        said(step, took is not None, took, "" if result >= 0 else device.last())

    def answered(step, call, item, words, seconds=PATIENCE):
        result = call()
        took = device.wait(item, words, seconds) if result >= 0 else None
        said(step, took is not None, took, "" if result >= 0 else device.last())

    info = Info(None, None, b"C_v1.2.1", b"v1.0", b"v1.0", options.ip.encode())
    result = sdk.IOTA_ReportDeviceInfo(ctypes.byref(info), None)
    took = device.wait(PROPERTIES_SET, b"oh_soft_bus") if result == 0 else None
    said("3 versions and address reported", result == 0, None, "" if result == 0 else device.last())
    said("4 the group list comes", took is not None, took, "" if took is not None else "is the device in a group with a soft bus?")
    if took is not None:
        said("5 answered: the list is not sent again", device.wait(PROPERTIES_SET, b"oh_soft_bus", 8) is None)
    answered("6, 7 query, and the newest bus info", lambda: sdk.IOTA_GetLatestSoftBusInfo(None, None, None), EVENT, b"soft_bus_config_response")

    class Callbacks(ctypes.Structure):
        """The program's two, and the library's own checks."""
        _fields_ = [(name, ctypes.c_void_p) for name in ("sendDataResultCb", "onReceiveDataCb", "isValidIP", "isValidDeviceID", "getAuthKey", "getDeviceId")]

    sent = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_uint32)(lambda *_: None)
    received = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_uint32)(lambda *_: None)
    own = [ctypes.cast(one, ctypes.c_void_p) for one in (sent, received, sdk.isValidIP, sdk.isValidDeviceID, sdk.getAuthKey, sdk.getDeviceId)]
    sdk.RegisterCallback(ctypes.byref(Callbacks(*own)))
    failed = ctypes.create_string_buffer(64)
    code = sdk.InitServerKit(text(options.ip.encode()), failed)
    said("8, 10 the soft bus starts with it", code == 0, None, "" if code == 0 else f"0x{code & 0xffffffff:x}")
    sdk.DestroyKit()
    while not device.news.empty():
        device.news.get()
    acknowledged("a message", lambda: sdk.IOTA_MessageReport(None, text(b"real"), text(b"1"), text(b"hello"), None, 0, None))
    acknowledged("a message, compressed", lambda: sdk.IOTA_MessageReport(None, text(b"real"), text(b"2"), text(b"hello" * 50), None, 1, None))
    acknowledged("a message on a topic of its own", lambda: sdk.IOTA_MessageReport(None, text(b"real"), text(b"3"), text(b"hello"), text(b"real"), 0, None))
    answered("a subscription", lambda: sdk.IOTA_SubscribeUserTopic(text(b"real")), SUBSCRIBED, b"")

    class Service(ctypes.Structure):
        _fields_ = [(name, ctypes.c_char_p) for name in ("service_id", "event_time", "properties")]

    acknowledged("properties", lambda: sdk.IOTA_PropertiesReport(ctypes.byref(Service(b"real", None, b'{"value":1}')), 1, 0, None))
    answered("the shadow", lambda: sdk.IOTA_GetDeviceShadow(text(b"real-1"), None, None, None), SHADOW, b"")
    answered("the time", lambda: sdk.IOTA_GetNTPTime(None), EVENT, b"time_sync")
    sdk.IOTA_Destroy()
    other = Device(options.work, options.address, options.port, options.device, options.secret, options.roots, [(MQTT_VERSION, 5)])
    took = other.wait(UP, failed=DOWN) if other.sdk.IOTA_Connect() == 0 else None
    said("login with MQTT 5", took is not None, took, "" if took is not None else other.why())
    other.sdk.IOTA_Destroy()


def steps(work, address, port, device, secret, roots, ip):
    """What became of each step, by a process of its own."""
    words = [sys.executable, os.path.abspath(__file__), "--play", "--work", work, "--address", address, "--port", str(port), "--device", device, "--ip", ip]
    done = subprocess.run(words + (["--roots"] if roots else []), env=dict(os.environ, REAL_SECRET=secret), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, timeout=300)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {one["step"]: one for one in found}


def work_directory(place, name, root):
    work = os.path.join(place, name)
    os.makedirs(os.path.join(work, "conf"))
    if root:
        shutil.copyfile(root, os.path.join(work, "conf", "rootcert.pem"))
    return work


def expected(place):
    """The same against the platform of this machine."""
    directory = os.path.join(place, "sim")
    os.makedirs(directory)
    platform = Platform(directory, {"plain": "none", "tls": "auto", "device": [{"id": DEVICE, "secret": SECRET}],
                                    "group": [{"name": "real", "bus": "real", "members": [DEVICE]}]}, "--work-dir", directory)
    try:
        work = work_directory(place, "here", os.path.join(directory, "conf", "rootcert.pem"))
        return steps(work, "127.0.0.1", platform.tls_port, DEVICE, SECRET, False, "127.0.0.1")
    finally:
        stop([platform])


def shown(one):
    if one is None:
        return "not reached"
    return ("yes" if one["ok"] else "NO") + (f", {one['ms']:.0f} ms" if one["ms"] is not None else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--play", action="store_true", help=argparse.SUPPRESS)
    for name in ("work", "address", "port", "device", "ip"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    parser.add_argument("--roots", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.play:
        options.secret = os.environ["REAL_SECRET"]
        return play(options)
    missing = [name for name in ("REAL_ADDRESS", "REAL_DEVICE_ID", "REAL_SECRET") if not os.environ.get(name)]
    if missing:
        print(f"{__doc__}\nmissing: {', '.join(missing)}. Where they come from: docs/guides/getting-started.md")
        return 2
    with tempfile.TemporaryDirectory(prefix="real-") as place:
        here = expected(place)
        root = os.environ.get("REAL_ROOT")
        there = steps(work_directory(place, "there", root), os.environ["REAL_ADDRESS"], os.environ.get("REAL_PORT", "8883"),
                      os.environ["REAL_DEVICE_ID"], os.environ["REAL_SECRET"], not root, os.environ.get("REAL_IP", "127.0.0.1"))
    print(f"{'step':<50}{'platform of this machine':<28}{os.environ['REAL_ADDRESS']}")
    passed = failed = 0
    for step in {**here, **there}:
        one, other = here.get(step), there.get(step)
        same = one is not None and other is not None and one["ok"] == other["ok"] and one["ok"]
        passed, failed = passed + same, failed + (not same)
        print(f"{step:<50}{shown(one):<28}{shown(other)}{'' if same else '   <- differs' if (one and one['ok']) else '   <- failed'}")
        for side in (one, other):
            if side and side["note"]:
                print("    " + side["note"].replace("\n", "\n    "))
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
