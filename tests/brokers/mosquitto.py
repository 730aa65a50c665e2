#!/usr/bin/env python3
"""The library against mosquitto, so that no test depends on the simulator's kindness alone: TCP, TLS and WebSocket, MQTT 3.1.1
and 5, a receive maximum of 1, small packets, a keep-alive that the server sets. Every accepted report has one end.

  mosquitto.py LIBRARY INCLUDE

Prints a line per case, and ends with "N passed, N failed". Needs mosquitto, gcc, openssl.
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = ["", "agentlite", "service", "util", "base", "third_party/cjson", "third_party/libboundscheck"]
COUNT = 2000

# name, listener lines, MQTT version, TLS, WebSocket, bytes of a report, what must be delivered
CASES = [
    ("tcp, 3.1.1", [], 4, False, False, 100, COUNT),
    ("tcp, 5", [], 5, False, False, 100, COUNT),
    ("tls, 3.1.1", [], 4, True, False, 100, COUNT),
    ("tls, 5", [], 5, True, False, 100, COUNT),
    ("websocket, 3.1.1", ["protocol websockets"], 4, False, True, 100, COUNT),
    ("websocket, 5", ["protocol websockets"], 5, False, True, 100, COUNT),
    ("receive maximum 1, 5", ["max_inflight_messages 1"], 5, False, False, 100, COUNT),
    ("small packets, 5: what does not fit is refused at the call", ["max_packet_size 400"], 5, False, False, 1000, None),
    ("small packets, 5: what fits is delivered", ["max_packet_size 400"], 5, False, False, 100, COUNT),
    ("server keep-alive of 10 s, 5", ["max_keepalive 10"], 5, False, False, 100, COUNT),
]


def certificates(place):
    def run(command):
        subprocess.run(command, shell=True, cwd=place, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run("openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=ca "
        "-addext basicConstraints=critical,CA:TRUE")
    run("openssl req -newkey rsa:2048 -nodes -keyout s.key -out s.csr -subj /CN=127.0.0.1")
    run("printf 'subjectAltName=IP:127.0.0.1\\n' > e; "
        "openssl x509 -req -in s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -extfile e -out s.pem")
    run("chmod 644 *.pem *.key")


def broker(place, port, lines, tls):
    """Starts mosquitto with these lines; general ones stand before the listener."""
    general = [line for line in lines if not line.startswith("protocol")]
    text = ["allow_anonymous true", "persistence false", "log_dest none", "user root", *general, f"listener {port} 127.0.0.1",
            *[line for line in lines if line.startswith("protocol")]]
    if any(line.startswith("protocol") for line in lines):
        text += [f"listener {port + 1} 127.0.0.1"]  # this version of mosquitto does not start with a WebSocket listener alone
    if tls:
        text += [f"certfile {place}/s.pem", f"keyfile {place}/s.key"]
    path = os.path.join(place, "mosquitto.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(text) + "\n")
    child = subprocess.Popen([shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", path], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return child
        time.sleep(0.05)
    child.kill()
    raise RuntimeError(f"mosquitto does not listen: {text}")


def main():
    library, include = (os.path.abspath(path) for path in sys.argv[1:3])
    folder = os.path.dirname(library)
    place = tempfile.mkdtemp(prefix="mosquitto.")
    certificates(place)
    program = os.path.join(place, "reports")
    subprocess.run(["gcc", "-g", "-O1", "-w", f"-I{HERE}/../field", *[f"-I{include}/{name}" for name in FOLDERS],
                    os.path.join(HERE, "reports.c"), "-o", program, f"-L{folder}", "-lHWMQTT", "-lpthread",
                    f"-Wl,-rpath,{folder}"], check=True)
    os.makedirs(os.path.join(place, "conf"), exist_ok=True)
    shutil.copy(os.path.join(place, "ca.pem"), os.path.join(place, "conf", "rootcert.pem"))
    passed = failed = 0
    for name, lines, version, tls, websocket, size, wanted in CASES:
        port = (48883 if tls else 41883)  # the digits say what kind of connection it is
        child = broker(place, port, lines, tls)
        environment = dict(os.environ, FIELD_W=place, FIELD_P=str(port), FIELD_L="2", IOTDA_MQTT_VERSION=str(version),
                           LD_LIBRARY_PATH=folder)
        command = [program, str(COUNT), str(size)] + (["websocket"] if websocket else [])
        try:
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  errors="replace", timeout=120)
            status, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired:
            status, output = "not ended", ""
        child.kill()
        child.wait()
        found = re.search(r"RESULT delivered (\d+)", output)
        if wanted is None:
            ok = status == 3 and "refused, connected 1 losses 0" in output
        else:
            ok = status == 0 and found is not None and int(found[1]) == wanted
        passed += ok
        failed += not ok
        print(f"{'ok  ' if ok else 'FAIL'} {name}: {output.strip().splitlines()[-1:] or status}", flush=True)
        if not ok:
            print("\n".join(output.splitlines()[:12]))
    shutil.rmtree(place, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
