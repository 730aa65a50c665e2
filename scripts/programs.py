"""Programs under test and the platform simulator beside them, for demo.py, demo_group.py and capability.py: started, listened to,
and ended whatever happens. HWMQTT_LIB_DIR (default target/release) has the library and the simulator, HWMQTT_DEMO_DIR (default
target/c_demo) the programs; HWMQTT_SIMULATOR names another simulator."""
import json
import os
import re
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIB_DIR = os.path.join(ROOT, os.environ.get("HWMQTT_LIB_DIR", "target/release"))
DEMO_DIR = os.path.join(ROOT, os.environ.get("HWMQTT_DEMO_DIR", "target/c_demo"))
SIMULATOR = os.environ.get("HWMQTT_SIMULATOR", os.path.join(LIB_DIR, "iotda-sim"))
PATIENCE = 15  # seconds for one step


class Missing(Exception):
    """Something expected did not happen."""


class Program:
    """A running program and what it has printed. `said` is called, by another thread, with the program's name and each line, and
    with None at the end of its output."""

    def __init__(self, name, command, said=None, **options):
        self.name, self.lines, self.news = name, [], threading.Condition()
        self.seen = 0
        self.said = said or (lambda name, line: None)
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      text=True, errors="replace", **options)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            with self.news:
                self.lines.append(line.rstrip())
                self.news.notify_all()
            self.said(self.name, line.rstrip())
        with self.news:
            self.news.notify_all()
        self.said(self.name, None)

    def wait(self, pattern):
        """The first line after the one last waited for that matches; its match."""
        until = time.monotonic() + PATIENCE
        with self.news:
            while True:
                while self.seen < len(self.lines):
                    self.seen += 1
                    match = re.search(pattern, self.lines[self.seen - 1])
                    if match:
                        return match
                left = until - time.monotonic()
                if left <= 0 or (not self.reader.is_alive() and self.seen == len(self.lines)):
                    raise Missing(f"{self.name} did not say: {pattern}")
                self.news.wait(min(left, 0.2))

    def end(self):
        """The exit status; the program has to end by itself."""
        try:
            status = self.child.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Missing(f"{self.name} did not end") from None
        self.reader.join(timeout=5)
        return status

    def running(self):
        return self.child.poll() is None


class Platform(Program):
    """The simulator on loopback and its operator; there when this returns. `plain_port` and `tls_port` are texts, "none" for none.
    `inside`: words before its command."""

    def __init__(self, directory, config, *options, said=None, inside=()):
        self.control = os.path.join(directory, "control")
        path = os.path.join(directory, "platform.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"host": "127.0.0.1", **config}, file)
        super().__init__("platform", [*inside, SIMULATOR, "run", "--config", path, "--control", self.control, *options], said)
        try:
            listeners = self.wait(r"iotda-sim: plain ([^\s,]+), TLS ([^\s,]+)").groups()
        except BaseException:
            stop([self])
            raise
        self.plain_port, self.tls_port = (listener.rsplit(":", 1)[-1] for listener in listeners)

    def ctl(self, *words):
        """What the operator does; the answer."""
        done = subprocess.run([SIMULATOR, "ctl", "--control", self.control, *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)
        if done.returncode != 0:
            raise Missing(f"ctl {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.strip()


def stop(programs):
    """Ends those that still run, the latest first."""
    for program in reversed(programs):
        if program.running():
            program.child.terminate()
    for program in reversed(programs):
        try:
            program.child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            program.child.kill()
            program.child.wait(timeout=5)
        program.reader.join(timeout=5)


def needed(*files):
    """Ends this script when a program has not been built."""
    for file in files:
        if not os.access(file, os.X_OK):
            raise SystemExit(f"{os.path.relpath(file, ROOT)} is missing: run make first")
