#!/usr/bin/env python3
"""The packets by which members find each other, written a second time from docs/spec/lan-finding.md#packet alone: HKDF, HMAC, ChaCha20 and
Poly1305 from the standard library and arithmetic. It shares no code with the library.

find_packet.py vectors FILE   writes test vectors
"""
import hashlib
import hmac
import ipaddress
import json
import struct
import sys

MAGIC = b"HDF\x01"
PROBE, HERE = 1, 2
UNASKED = bytes(16)
PORT = 28177
GROUP4, GROUP6 = "239.255.28.177", "ff02::28:177"


def _rotate(value, count):
    return (value << count | value >> 32 - count) & 0xFFFFFFFF


def _rounds(words):
    state = list(words)

    def quarter(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            state[z] = _rotate(state[z] ^ state[x], turn)
    for _ in range(10):
        for at in range(4):
            quarter(at, 4 + at, 8 + at, 12 + at)
        for at in range(4):
            quarter(at, 4 + (at + 1) % 4, 8 + (at + 2) % 4, 12 + (at + 3) % 4)
    return state


def _state(key, rest):
    return struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + struct.unpack("<4I", rest)


def hchacha(key, nonce):
    out = _rounds(_state(key, nonce))
    return struct.pack("<8I", *out[:4], *out[12:])


def chacha(key, counter, nonce, data):
    out = bytearray()
    for at in range(0, len(data), 64):
        words = _state(key, struct.pack("<I", counter + at // 64) + nonce)
        block = struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(words, _rounds(words))))
        out += bytes(a ^ b for a, b in zip(data[at:at + 64], block))
    return bytes(out)


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:], "little")) % (1 << 128)).to_bytes(16, "little")


def _mac(key, nonce, bound, sealed):
    once = chacha(key, 0, nonce, bytes(32))
    padded = b"".join(part + bytes(-len(part) % 16) for part in (bound, sealed))
    return poly1305(once, padded + struct.pack("<QQ", len(bound), len(sealed)))


class Keys:
    """What the key of a bus gives for finding."""

    def __init__(self, bus_key):
        psk = hashlib.pbkdf2_hmac("sha256", bus_key.encode(), b"hwmqtt dconn v1", 100_000)
        secret = hmac.digest(bytes(32), psk, "sha256")
        first = hmac.digest(secret, b"hwmqtt find v1\1", "sha256")
        self.seal, self.mark = first, hmac.digest(secret, first + b"hwmqtt find v1\2", "sha256")

    def tag(self, half_hour):
        return hmac.digest(self.mark, b"tag" + struct.pack(">I", half_hour), "sha256")[:8]


def body(challenge, identity, addresses=(), port=PORT, roles=1):
    identity = identity.encode()
    packed = [ipaddress.ip_address(address) for address in addresses]
    return (b"\1" + challenge + struct.pack(">HBB", port, roles, len(identity)) + identity + bytes([len(packed)])
            + b"".join(bytes([address.version]) + address.packed for address in packed))


def packet(keys, kind, half_hour, nonce, plain, tag=None):
    bound = MAGIC + bytes([kind]) + (tag or keys.tag(half_hour))
    key, rest = hchacha(keys.seal, nonce[:16]), bytes(4) + nonce[16:]
    sealed = chacha(key, 1, rest, plain)
    return bound + nonce + sealed + _mac(key, rest, bound, sealed)


def open_packet(keys, data):
    """Kind, tag and the fields of the body; None for what is not sealed under these keys."""
    if not 76 <= len(data) <= 512 or data[:4] != MAGIC:
        return None
    nonce, sealed, mac = data[13:37], data[37:-16], data[-16:]
    key, rest = hchacha(keys.seal, nonce[:16]), bytes(4) + nonce[16:]
    if not hmac.compare_digest(_mac(key, rest, data[:13], sealed), mac):
        return None
    plain = chacha(key, 1, rest, sealed)
    port, roles, length = struct.unpack(">HBB", plain[17:21])
    at, addresses = 22 + length, []
    for _ in range(plain[21 + length]):
        size = {4: 4, 6: 16}[plain[at]]
        addresses.append(str(ipaddress.ip_address(plain[at + 1:at + 1 + size])))
        at += 1 + size
    assert at == len(plain) and plain[0] == 1
    return {"kind": data[4], "tag": data[5:13], "challenge": plain[1:17], "port": port, "roles": roles,
            "id": plain[21:21 + length].decode(), "addresses": addresses}


def vectors():
    def stream(seed):
        counter = 0
        while True:
            yield from hashlib.sha256(f"{seed} {counter}".encode()).digest()
            counter += 1

    def take(source, count):
        return bytes(next(source) for _ in range(count))
    cases = []
    for number, (key, identity, addresses, kind, port) in enumerate((
            ("3c9a07e51b6df248", "64f1c0a2_gate-01", ["192.168.7.10"], PROBE, 28177),
            ("3c9a07e51b6df248", "64f1c0a2_cam-07", ["192.168.7.11", "2001:db8::7"], HERE, 28177),
            ("0123456789abcdefghij", "A", [], HERE, 1024),
            ("0123456789abcdefghij", "é" * 64, ["fd00::1"] * 16, PROBE, 65535))):
        source = stream(number)
        keys, nonce = Keys(key), take(source, 24)
        challenge = take(source, 16) if number != 2 else UNASKED
        half_hour = 980_312 + number
        plain = body(challenge, identity, addresses, port, 1 + number % 2)
        data = packet(keys, kind, half_hour, nonce, plain)
        assert open_packet(keys, data)["id"] == identity
        cases.append({"bus_key": key, "seal_key": keys.seal.hex(), "tag_key": keys.mark.hex(), "half_hour": half_hour,
                      "tag": keys.tag(half_hour).hex(), "type": kind, "nonce": nonce.hex(), "challenge": challenge.hex(),
                      "port": port, "roles": 1 + number % 2, "id": identity, "addresses": addresses, "packet": data.hex()})
    return {"about": "packets of docs/spec/lan-finding.md#packet, made by tests/near/find_packet.py", "packets": cases}


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "vectors":
        sys.exit(__doc__)
    # The published example of XChaCha20's inner function (draft-irtf-cfrg-xchacha 2.2.1).
    assert hchacha(bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927")).hex().startswith("82413b4227b27bfed30e42508a877d73")
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(vectors(), file, ensure_ascii=False, indent=1)
        file.write("\n")
