#!/usr/bin/env python3
"""Three devices in one soft bus group, and an update of the group in the middle.

A master and a slave connect; then the operator binds a second slave and gives the group a fresh key: all links are made anew with
that key, and the master's greeting reaches both slaves. Last, a device that only knows an old key, or none, is refused. Ends by
itself within a minute; the last line is "N passed, N failed".
"""
import sys

import demo
from demo import GROUP, MASTER, SLAVE

LATER = "64f1c0a2_door-05"


class GroupDemo(demo.Demo):
    def flow(self):
        self.checks = []
        self.start_platform()
        self.create_group()
        for name in demo.DEVICES:
            self.net.host(name)
        self.start_device(MASTER)
        self.check("the master listens", self.pump(lambda: self.devices[MASTER].result, 15))
        self.start_device(SLAVE)
        self.check("the first slave is connected and gets the greeting", self.greeted(SLAVE))

        self.show.line(f"operator: binds {LATER} to the group and gives it a fresh key")
        for device in self.devices.values():
            device.result, device.sent, device.received, device.delivered = None, False, False, False
        self.operator("group", "bind", GROUP, LATER)
        self.operator("softbus", "key", GROUP)
        self.start_device(LATER)
        self.check("after the update the second slave is connected and gets the greeting", self.greeted(LATER))
        self.check("after the update the first slave is connected again and gets the greeting", self.greeted(SLAVE))
        self.check("a device without the key is refused", self.stranger())

    def greeted(self, slave):
        return self.pump(lambda: self.devices[slave].received, 20)

    def check(self, what, ok):
        self.checks.append((what, bool(ok)))
        self.show.line(("ok      " if ok else "FAILED  ") + what)

    def summary(self):
        failed = sum(not ok for _, ok in self.checks) + (len(self.checks) < 5)
        print(f"{sum(ok for _, ok in self.checks)} passed, {failed} failed")
        return failed == 0


def main():
    demo.DEVICES[LATER] = {"secret": "5e27c90b13fa8d64"}
    return demo.play(GroupDemo)


if __name__ == "__main__":
    sys.exit(main())
