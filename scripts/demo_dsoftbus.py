#!/usr/bin/env python3
"""The soft bus flow of demo.py with HWMQTT_DCONN_BACKEND=dsoftbus, over a mock of OpenHarmony's DSoftBus (tests/near/softbus_mock.c):
each device is a node of it, with the permission and the allow-list entry that a real image needs. GENERATION (default 50) is the
release whose library the mock is. The last line is "N passed, N failed".
"""
import os
import subprocess
import sys

import demo
from demo import ABSENT, MASTER, SLAVE
from programs import DEMO_DIR, ROOT, SIMULATOR, needed

MOCK = os.path.join(DEMO_DIR, "softbus_mock.so")
NODES = {MASTER: "a0000001", SLAVE: "b0000002", ABSENT: "c0000003"}


def build():
    source = os.path.join(ROOT, "tests", "near", "softbus_mock.c")
    generation = os.environ.get("GENERATION", "50")
    os.makedirs(DEMO_DIR, exist_ok=True)
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", f"-DGENERATION={generation}", "-shared",
                    "-fPIC", "-fvisibility=hidden", source, "-o", MOCK, "-lpthread"], check=True, timeout=120)


class DSoftBusDemo(demo.Demo):
    own = None

    def online(self, **more):
        """Tells the mock which devices are online, and where."""
        addresses = {NODES[name]: self.net.host(name)[1] for name in (MASTER, SLAVE)}
        path = os.path.join(self.directory, "online")
        with open(path + ".new", "w", encoding="ascii") as file:
            file.writelines(f"{node} {address}\n" for node, address in {**addresses, **more}.items())
        os.rename(path + ".new", path)

    def environment(self, **more):
        # The stranger comes from where a member is.
        self.online(**({NODES[ABSENT]: self.net.host(SLAVE)[1]} if self.own == ABSENT else {}))
        return super().environment(
            HWMQTT_DCONN_BACKEND="dsoftbus", HWMQTT_DCONN_DSOFTBUS_LIB=MOCK, MOCK_DIR=self.directory, MOCK_SELF=NODES[self.own],
            MOCK_ONLINE=os.path.join(self.directory, "online"), MOCK_TOKEN="ohos.permission.DISTRIBUTED_DATASYNC",
            MOCK_PERMISSIONS=os.path.join(ROOT, "ohos", "softbus_trans_permission.json"), **more)

    def start_device(self, name):
        self.own = name
        super().start_device(name)

    def stranger(self):
        self.own = ABSENT
        refused = super().stranger()
        self.online()
        return refused

    def what_happens_later(self):
        if hasattr(self.net, "move"):
            move = self.net.move

            def told(name):
                address = move(name)
                self.online()
                return address
            self.net.move = told
        super().what_happens_later()


def main():
    needed(SIMULATOR, demo.PROGRAM, demo.STRANGER)
    build()
    return demo.play(DSoftBusDemo)


if __name__ == "__main__":
    sys.exit(main())
