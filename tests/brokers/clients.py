#!/usr/bin/env python3
"""Clients that are not ours as devices of the simulator, so that it is not only kind to our SDK: paho-mqtt by both of its
callback APIs and mqtt.js log in, report a property and answer a command, by MQTT 3.1.1 and 5 over TCP, TLS and WebSocket.

Their versions are pinned here and kept in target/clients. Ends with "N passed, N failed".
"""
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))
SIMULATOR = os.environ.get("HWMQTT_SIMULATOR", os.path.join(ROOT, "target", "release", "iotda-sim"))
KEPT = os.path.join(ROOT, "target", "clients")
PAHO, MQTT_JS = "paho-mqtt==2.1.0", "mqtt@5.10.3"
SECRET, STAMP = "0c6f1e52a9d84b37", "2024060108"


def install():
    """Both clients into target/clients, unless these versions are there."""
    mark = os.path.join(KEPT, "installed")
    wanted = f"{PAHO} {MQTT_JS}"
    if os.path.exists(mark) and open(mark, encoding="utf-8").read() == wanted:
        return
    os.makedirs(KEPT, exist_ok=True)
    python = os.path.join(KEPT, "py")
    subprocess.run([sys.executable, "-m", "venv", python], check=True, timeout=120)
    subprocess.run([os.path.join(python, "bin", "pip"), "install", "-q", PAHO], check=True, timeout=300)
    subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", KEPT, MQTT_JS], check=True, timeout=300)
    with open(mark, "w", encoding="utf-8") as file:
        file.write(wanted)


class Platform:
    def __init__(self, directory, devices):
        self.control = os.path.join(directory, "control")
        config = os.path.join(directory, "platform.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"plain": "ephemeral", "tls": "ephemeral", "implicit": False,
                       "device": [{"id": device, "secret": SECRET} for device in devices]}, file)
        self.log = open(os.path.join(directory, "platform.log"), "w", encoding="utf-8")
        self.child = subprocess.Popen([SIMULATOR, "run", "--config", config, "--control", self.control, "--work-dir", directory],
                                      stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        self.ports = {}
        until = time.monotonic() + 10
        while time.monotonic() < until and self.child.poll() is None:
            done = self.ctl("status")
            if done.returncode == 0:
                status = json.loads(done.stdout)
                self.ports = {"plain": status["plain"].rsplit(":", 1)[1], "tls": status["tls"].rsplit(":", 1)[1]}
                break
            time.sleep(0.05)
        self.ca = os.path.join(directory, "conf", "rootcert.pem")
        while not os.path.exists(self.ca) and time.monotonic() < until:
            time.sleep(0.05)

    def ctl(self, *words):
        return subprocess.run([SIMULATOR, "ctl", "--control", self.control, *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=30)

    def stop(self):
        self.child.terminate()
        self.child.wait(timeout=10)
        self.log.close()


def command(client, transport, protocol, platform, device):
    port = platform.ports["tls" if transport in ("tls", "wss") else "plain"]
    password = hmac.new(STAMP.encode(), SECRET.encode(), hashlib.sha256).hexdigest()
    login = [f"{device}_0_0_{STAMP}", device, password, protocol, platform.ca]
    if client == "mqtt.js":
        scheme = {"tcp": "mqtt", "tls": "mqtts"}.get(transport, transport)
        path = "/mqtt" if transport.startswith("ws") else ""
        return ["node", os.path.join(HERE, "client.mjs"), f"{scheme}://localhost:{port}{path}", *login]
    return [os.path.join(KEPT, "py", "bin", "python"), os.path.join(HERE, "client.py"), client[-1], transport, "localhost", port, *login]


def one(platform, case, device):
    """What is wrong, or None."""
    client = subprocess.Popen(command(*case, platform, device), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=dict(os.environ, CLIENTS_MODULES=KEPT))
    try:
        until = time.monotonic() + 15
        while time.monotonic() < until and client.poll() is None:
            shown = platform.ctl("shadow", "show", device)
            if '"on"' in shown.stdout:
                break
            time.sleep(0.05)
        else:
            return f"reported nothing: {client.communicate(timeout=20)[0]}"
        asked = platform.ctl("command", device, "lamp", "switch", '{"on":false}', "--timeout", "10")
        if asked.returncode != 0 or json.loads(asked.stdout)["code"] != 0:
            return f"the command: {asked.stdout}{asked.stderr}"
        output = client.communicate(timeout=20)[0]
        return None if client.returncode == 0 else f"status {client.returncode}: {output}"
    finally:
        if client.poll() is None:
            client.kill()
            client.wait()


def main():
    install()
    cases = [(client, transport, protocol) for client in ("paho API 1", "paho API 2", "mqtt.js")
             for transport in ("tcp", "tls", "ws", "wss") for protocol in ("4", "5")]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as directory:
        platform = Platform(directory, [f"dev-{n}" for n in range(len(cases))])
        try:
            for n, case in enumerate(cases):
                wrong = one(platform, case, f"dev-{n}")
                passed, failed = passed + (wrong is None), failed + (wrong is not None)
                print(f"{'ok' if wrong is None else 'FAILED':<7} {case[0]}, {case[1]}, MQTT {'3.1.1' if case[2] == '4' else '5'}"
                      f"{'' if wrong is None else ': ' + wrong}", flush=True)
        finally:
            platform.stop()
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
