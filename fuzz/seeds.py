#!/usr/bin/env python3
"""Writes first inputs for a fuzz target into a directory, made from the conformance vectors.

usage: seeds.py TARGET DIRECTORY
"""
import base64
import json
import os
import sys

VECTORS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "vectors")
LONGEST = 4096


def vectors(name):
    with open(os.path.join(VECTORS, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def payload(vector):
    if "payload_b64" in vector:
        return base64.b64decode(vector["payload_b64"])
    if "payload_repeat" in vector:
        return b""
    return vector.get("payload", "").encode()


def downlink():
    """A topic of its own: a byte above 127, the topic, a line feed, the payload. The fuzzed device is called d."""
    for at, vector in enumerate(vectors("downlink")):
        own = vector.get("setup", {}).get("device_id", "prod01_dev-01")
        topic = vector["topic"].replace(own, "d")
        yield bytes([254 + at % 2]) + topic.encode() + b"\n" + payload(vector).replace(own.encode(), b"d")


def json_texts():
    for vector in vectors("downlink"):
        yield payload(vector)
    for vector in vectors("uplink"):
        for packet in vector.get("publish") or []:
            yield packet.get("payload", "").encode()


def find():
    """Packets of the second implementation, in each way of the target."""
    for vector in vectors("find")["packets"]:
        for how in range(8):
            yield bytes([how, 9]) + bytes.fromhex(vector["packet"])


def frame():
    def one(kind, body):
        return b"HD\x01" + bytes([kind]) + len(body).to_bytes(2, "big") + body

    hello = one(1, b"\x05dev_B" + bytes(16))
    acknowledge = one(2, b"\x05dev_A" + bytes(16))
    for size in (0, 6, 255):
        yield bytes([size]) + hello + acknowledge + one(3, bytes(51)) + one(4, bytes(51)) + one(0x10, bytes(40))
        yield bytes([size]) + one(0x7F, b"\0\0\x70\x01")


def main():
    target, directory = sys.argv[1:]
    makers = {"downlink": downlink, "json": json_texts, "cjson": json_texts, "frame": frame, "find": find}
    for at, data in enumerate(makers[target]()):
        if len(data) <= LONGEST:
            with open(os.path.join(directory, f"seed-{at:04}"), "wb") as file:
                file.write(data)


if __name__ == "__main__":
    main()
